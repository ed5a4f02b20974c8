import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import StoreError
from rag.manifest import read_manifest
from rag.question import Concept, understand
from rag.read import read_document
from rag.split import split
from rag.store.lexical import LexicalIndex, Variants

SEEDS = Path(__file__).parent.parent / "seeds"
FEW = settings(max_examples=100, deadline=None)
FILES = [*(f"{name}.npy" for name in LexicalIndex.FILES), "words.json"]
PLAIN = Variants(lemmas=False, compounds=False, near=False)
TERMS = st.one_of(
    st.sampled_from(
        [
            "geweld",
            "vrouw",
            "vrouwen",
            "sanctieregime",
            "sanctie",
            "#1325",
            "§36247-11",
            "@2025-11",
            "wo=men",
            "soedan",
            "%25",
        ]
    ),
    st.text("abcdeëé-ß日#", min_size=1, max_size=6),
)
PASSAGES = st.lists(st.tuples(st.lists(TERMS, max_size=6), st.lists(TERMS, max_size=3)), max_size=6)


def ask(*words, exact=False):
    return [Concept(word, (((word,), 1.0),), exact=exact) for word in words]


def index(*texts):
    return LexicalIndex.build([(text.split(), []) for text in texts])


def related(opened, term, variants=Variants(), **options):
    opened.variants = variants
    return opened.related(term, **options)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index") / "lexical"
    index("geweld tegen vrouwen", "een sanctieregime", "vrede en geweld geweld").save(folder)
    return folder


@pytest.fixture(scope="module")
def seeds():
    name = "000_24fa777e414e8df9.txt"
    passages = split(read_document(SEEDS / name, read_manifest(SEEDS)[name]))
    return passages, LexicalIndex.build(
        ([t for s in p.sentences for t in s.terms], p.context) for p in passages
    )


def test_best_passage_of_a_seed_holds_what_was_asked_in_either_language(seeds):
    passages, built = seeds
    for question in ("Wie financiert de FFM voor Soedan?", "who funds the fact-finding mission for Sudan?"):
        scores, _ = built.scores(understand(question).concepts)
        assert "Fact-Finding Mission" in passages[int(scores.argmax())].heading


def test_no_concept_scores_nothing():
    scores, idfs = index("geweld", "vrede").scores([])
    assert idfs == [] and not scores.any() and len(scores) == 2


def test_passage_without_the_concept_scores_zero_and_more_of_it_scores_more():
    scores, _ = index("geweld x y", "geweld geweld x", "vrede x y").scores(ask("geweld"))
    assert scores[2] == 0 < scores[0] < scores[1]


def test_short_passage_beats_a_long_one():
    scores, _ = index("vrede", "vrede " + "x " * 40).scores(ask("vrede"))
    assert scores[0] > scores[1]


def test_rare_concept_weighs_more():
    _, counted = index("geweld vrede", "geweld", "geweld").scores(ask("geweld", "vrede"))
    common, rare = (c.idf for c in counted)
    assert rare > common > 0


def test_word_in_the_heading_counts_less_than_in_the_text():
    built = LexicalIndex.build([(["vrede", "x"], []), (["x", "y"], ["vrede"]), (["x", "y"], [])])
    scores, _ = built.scores(ask("vrede"))
    assert scores[0] > scores[1] > scores[2] == 0


def test_many_translations_of_one_concept_do_not_outvote_one():
    built = index("vrede rust kalmte", "vrede x y")
    concept = Concept("peace", ((("vrede",), 1.0), (("rust",), 1.0), (("kalmte",), 1.0)))
    assert built.frequency(concept).tolist() == [1.0, 1.0]


def test_terms_of_an_alternative_must_stand_together():
    built = index("seksueel x", "x geweld", "seksueel geweld")
    assert built.frequency(Concept("c", ((("seksueel", "geweld"), 1.0),))).tolist() == [0.0, 0.0, 1.0]


def test_weight_of_an_alternative_counts():
    built = index("soedan", "sudan")
    assert built.frequency(Concept("c", ((("soedan",), 1.0), (("sudan",), 0.5)))).tolist() == [
        1.0,
        0.5,
    ]


def test_weight_of_a_concept_scales_its_score():
    (half, full) = (Concept("c", ((("vrede",), 1.0),), weight=w) for w in (0.5, 1.0))
    built = index("vrede", "x")
    assert built.scores([full])[0][0] == pytest.approx(2 * built.scores([half])[0][0])


def test_inflection_counts_as_the_word_itself():
    assert related(index("vrouw", "vrede"), "vrouwen") == {"vrouw": 1.0}


def test_derived_word_counts_less_than_the_word():
    assert 0 < related(index("veroordeling"), "veroordelen")["veroordeling"] < 1


def test_compound_is_found_by_its_head_and_modifier_and_finds_its_part_for_less():
    compound = index("sanctieregime")
    assert related(compound, "regime")["sanctieregime"] > related(compound, "sanctie")["sanctieregime"]
    assert (
        0
        < related(index("regime"), "sanctieregime")["regime"]
        < related(compound, "sanctie")["sanctieregime"]
    )


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("bejing", "beijing"),  # a letter less: as 4-grams hardly the same word
        ("rohingya", "rohinya"),
        ("bangladesh", "banglidesh"),
        ("dagalo", "dagallo"),
        ("nasrallah", "nasarllah"),
    ],
)
def test_name_that_is_a_letter_off_is_found(written, asked):
    assert 0.5 < related(index(written), asked)[written] < 1


@pytest.mark.parametrize(("written", "asked"), [("gambiaans", "zambiaans"), ("ireland", "iceland")])
def test_one_state_is_no_slip_of_another(written, asked):
    assert written not in related(index(written), asked)


def test_two_letters_off_is_another_word():
    assert related(index("bujing"), "beijing") == {}


def test_near_spelling_counts_less_and_a_far_one_nothing():
    near = related(index("genderadviseur"), "genderadvizeur")
    assert 0 < near["genderadviseur"] < 1
    assert related(index("genderadviseur"), "geweld") == {}


@pytest.mark.parametrize(
    ("word", "term", "off"),
    [
        ("vrouw", "vrouwen", Variants(lemmas=False, near=False)),
        ("sanctieregime", "regime", Variants(compounds=False, near=False)),
        ("genderadviseur", "genderadvizeur", Variants(near=False)),
    ],
)
def test_each_relation_can_be_switched_off(word, term, off):
    built = index(word)
    assert related(built, term) and not related(built, term, variants=off)


@pytest.mark.parametrize("term", ["#1325", "§36247-11", "@2025-11-24", "%25"])
def test_number_has_no_relatives(term):
    built = index(f"{term} {term}1 {term[:-1]}")
    assert related(built, term) == {term: 1.0} and related(built, f"{term}99") == {}


def test_exact_concept_has_no_relatives():
    assert related(index("vrouw"), "vrouwen", exact=True) == {}


def test_geweld_does_not_find_wel():
    assert related(index("wel", "gewel", "bied"), "geweld").keys() <= {"gewel"}


def test_word_that_only_a_title_holds_is_known_and_scores_nothing():
    built = LexicalIndex.build([(["vrede"], [])], known=["oxfam"])
    assert related(built, "oxfam") == {"oxfam": 1.0} and not built.scores(ask("oxfam"))[0].any()


def test_weights_name_the_words_that_match():
    built = index("vrouw", "sanctieregime")
    assert built.weights(ask("vrouwen")[0]) == [([{"vrouw": 1.0}], 1.0)]


def test_tick_is_called_once_a_passage():
    ticks = []
    LexicalIndex.build([(["a"], []), ([], []), (["b"], ["c"])], tick=lambda: ticks.append(1))
    assert len(ticks) == 3


def test_index_of_nothing_is_saved_and_opened(tmp_path):
    for name, passages in (("none", []), ("empty", [([], [])])):
        LexicalIndex.build(passages).save(tmp_path / name)
        opened = LexicalIndex.open(tmp_path / name)
        assert len(opened) == len(passages) and not opened.scores(ask("geweld"))[0].any()


def test_saved_index_of_a_seed_gives_the_same_scores(seeds, tmp_path):
    _, built = seeds
    built.save(tmp_path / "index")
    opened = LexicalIndex.open(tmp_path / "index")
    concepts = understand("what did NL commit on the Sudan FFM in 2024?").concepts
    (before, idfs), (after, again) = built.scores(concepts), opened.scores(concepts)
    assert before.any() and np.array_equal(before, after) and idfs == again


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_an_error_that_says_damaged(saved, tmp_path, name):
    folder = shutil.copytree(saved, tmp_path / "index")
    (folder / name).unlink()
    with pytest.raises(StoreError, match="damaged"):
        LexicalIndex.open(folder)


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(StoreError):
        LexicalIndex.open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILES)
def test_file_cut_short_anywhere_is_an_error(saved, tmp_path, name):
    folder = shutil.copytree(saved, tmp_path / "index")
    whole = (folder / name).read_bytes()
    for length in {0, 1, 5, 9, 60, 127, 128, len(whole) // 2, len(whole) - 1} - {len(whole)}:
        if length < len(whole):
            (folder / name).write_bytes(whole[:length])
            with pytest.raises(StoreError):
                LexicalIndex.open(folder)


@pytest.mark.parametrize("name", [f for f in FILES if f != "lengths.npy"])
def test_file_of_another_index_is_an_error(saved, tmp_path, name):
    index("a", "b", "c d e f", "g h i").save(tmp_path / "other")
    folder = shutil.copytree(saved, tmp_path / "index")
    shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(StoreError):
        LexicalIndex.open(folder)


def test_lengths_of_another_index_is_an_error(saved, tmp_path):
    index("a").save(tmp_path / "other")
    folder = shutil.copytree(saved, tmp_path / "index")
    shutil.copy(tmp_path / "other" / "lengths.npy", folder / "lengths.npy")
    with pytest.raises(StoreError):
        LexicalIndex.open(folder)


@pytest.mark.parametrize("junk", [b"[]", b"null", b'{"vocabulary": 1, "keys": 2}', b"{}", b"\xff\xfe"])
def test_words_that_are_no_words_are_an_error(saved, tmp_path, junk):
    folder = shutil.copytree(saved, tmp_path / "index")
    (folder / "words.json").write_bytes(junk)
    with pytest.raises(StoreError):
        LexicalIndex.open(folder)


def test_document_with_an_endless_compound_is_indexed():
    index("raad" * 500)


@FEW
@given(PASSAGES, st.lists(TERMS, min_size=1, max_size=4), st.booleans())
def test_any_index_gives_the_same_scores_after_saving(passages, words, exact):
    built = LexicalIndex.build(passages)
    concepts = [*ask(*words, exact=exact), Concept("all", ((tuple(words), 0.5),))]
    with tempfile.TemporaryDirectory() as folder:
        built.save(Path(folder) / "index")
        opened = LexicalIndex.open(Path(folder) / "index")
        assert len(opened) == len(built) == len(passages) and opened.vocabulary == built.vocabulary
        (before, idfs), (after, again) = built.scores(concepts), opened.scores(concepts)
    assert np.array_equal(before, after) and idfs == again
    assert np.isfinite(before).all() and (before >= 0).all()
    holds = [set(words) & {*body, *context} for body, context in passages]
    assert all(score > 0 for score, held in zip(before, holds, strict=True) if held)


@FEW
@given(st.sampled_from(FILES), st.floats(min_value=0, max_value=1, exclude_max=True))
def test_any_truncation_is_an_error(name, share):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "index"
        index("geweld tegen vrouwen", "een sanctieregime").save(folder)
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(StoreError):
            LexicalIndex.open(folder)
