"""The gold set has what it must have of each kind, and its loader refuses what its document does not bear out."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import FOLDER, asked, fold, read_gold
from eval.run import corpus, every
from eval.spans import occurrences
from rag.assistant import Assistant
from rag.errors import GoldError


@pytest.fixture(scope="module")
def golds(seed_index):
    return read_gold(FOLDER, corpus(Assistant(seed_index)).by_stem)


def test_there_are_enough_of_each_kind(golds):
    kinds = Counter(g.kind for g in golds)
    assert len(golds) >= 200
    assert sum(g.lang == "en" for g in golds) >= 80
    assert kinds["unanswerable"] >= 40
    assert kinds["attribution"] >= 25
    assert kinds["temporal"] >= 15
    assert sum(len(g.documents) >= 2 for g in golds) >= 15
    assert sum(bool(g.history) for g in golds) >= 20


def test_half_of_them_are_asked_in_both_languages(golds):
    languages = {}
    for gold in golds:
        languages.setdefault(gold.pair, set()).add(gold.lang)
    assert sum(len(languages[g.pair]) == 2 for g in golds) >= len(golds) / 2


def test_a_third_is_held_out(golds):
    """A merge of many new development questions thins out the held-out ones: new ones must come with them."""
    assert 3 * sum(g.split == "test" for g in golds) >= len(golds)


def test_both_splits_have_every_kind_in_both_languages(golds):
    assert len({(g.kind, g.lang, g.split) for g in golds}) == 8 * 2 * 2


def test_every_question_of_a_pair_stands_in_one_split(golds):
    """Else tuning on the Dutch form would tune on the English one that is held out."""
    splits = {}
    for gold in golds:
        splits.setdefault(gold.pair, set()).add(gold.split)
    assert [pair for pair, found in splits.items() if len(found) > 1] == []


GOOD = {
    "id": "x", "lang": "nl", "kind": "fact", "question": "Wat?", "doc": "brief",
    "evidence": ["De minister gaat naar Soedan."], "facts": [["Soedan"]],
}  # fmt: skip
TEXT = "Inleiding.\nDe minis-\nter gaat naar\nSoedan. Einde."


def read(tmp_path, *lines):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), encoding="utf-8")
    return read_gold(path, {"brief": TEXT}.get)


def test_evidence_across_hyphens_and_line_breaks_is_evidence(tmp_path):
    assert [g.id for g in read(tmp_path, GOOD)] == ["x"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"evidence": ["De minister gaat niet naar Soedan."]}, "is not in brief"),
        ({"evidence": ["Soedan"]}, "is not in brief"),  # too short to be the place
        ({"evidence": []}, "has evidence, or is unanswerable"),
        ({"kind": "unanswerable"}, "has evidence, or is unanswerable"),
        ({"doc": "elders"}, "no document «elders»"),
        ({"doc": None}, "is not in"),
        ({"lang": "de"}, "unknown lang «de»"),
        ({"kind": "guess"}, "kind «guess»"),
        ({"split": "train"}, "unknown split «train»"),
        ({"facts": ["Soedan"]}, "is not a list"),  # each letter would be a spelling, and always be found
        ({"facts": [[]]}, "a fact without a spelling"),
        ({"facts": [[""]]}, "a fact without a spelling"),
        ({"evidence": "De minister gaat naar Soedan."}, "is not a list"),
        ({"question": " "}, "an empty question"),
        ({"draft": True}, "still a draft"),
    ],
)
def test_wrong_line_is_refused_by_its_number(tmp_path, change, told):
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 2: ") as caught:
        read(tmp_path, GOOD, {**GOOD, "id": "y", **change})
    assert told in str(caught.value)


@pytest.mark.parametrize("line", ["{", "7", "[]", "null", '{"id": "x"}'])
def test_line_that_is_no_question_is_refused_by_its_number(tmp_path, line):
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 1: not a gold line"):
        read(tmp_path, line)
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 1: not a gold line"):
        asked(tmp_path / "gold.jsonl")


def test_id_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(GoldError, match=r"line 2: the id «x» stands in gold\.jsonl, line 1 too"):
        read(tmp_path, GOOD, GOOD)


def test_line_separator_inside_a_text_does_not_end_the_line(tmp_path):
    """U+2028 and U+0085 end a line for str.splitlines, and may stand in a JSON string."""
    line = json.dumps({**GOOD, "question": "Wat\u2028nu\u0085?"}, ensure_ascii=False)
    assert read(tmp_path, line)[0].question == "Wat\u2028nu\u0085?"


def test_folder_without_gold_is_told(tmp_path):
    with pytest.raises(GoldError, match=r"no \.jsonl file"):
        read_gold(tmp_path, {}.get)


def test_part_of_the_gold_keeps_pairs_together(golds):
    some = every(golds, 4)
    pairs = {g.pair for g in some}
    assert 0.2 < len(some) / len(golds) < 0.3
    assert [g for g in golds if g.pair in pairs] == some


@given(
    before=st.text(max_size=30),
    piece=st.text(alphabet="aBß -\u00ad\u2011\nIİ9é", min_size=1, max_size=20),
    after=st.text(max_size=30),
)
def test_place_of_a_piece_is_its_own_text(before, piece, after):
    """Folding drops and multiplies characters: a place counted in folded characters lies beside the text."""
    found = occurrences(piece, before + piece + after)
    if not fold(piece):
        assert found == []
        return
    assert any(len(before) <= end and start <= len(before) + len(piece) for start, end in found)
    assert all(fold(piece) in fold((before + piece + after)[start:end]) for start, end in found)
