import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.manifest import read_manifest
from rag.read import read_document
from rag.split import LONGEST, QUESTION_ROOM, SHORT, split
from rag.text.sentences import joined
from rag.types import Description, Document

SEEDS = Path(__file__).parent.parent / "seeds"
DATA = Path(__file__).parent / "data"
NAMES = sorted(path.name for path in SEEDS.glob("*.txt"))
FEW = settings(max_examples=100, deadline=None)
LINES = st.sampled_from(
    [
        "", " ", "Vraag 1", "Antwoord 1, 2", "De voorzitter:", "De minister van Defensie: Ja.",
        "1 Kamerstuk 29237",
        "2 http://un.org", "Een regel tekst1", "die verder gaat2. En nog een zin.", "Actiepunten",
        "Wij roepen u op:",
        "1. Plaats conflictpreventie", "\uf0b7 Een punt;", "- nog een punt", "# Kop", "Pagina 3 van 9", "\f",
        "Tweede Kamer, vergaderjaar 2017, 2", "Tweede Kamer, vergaderjaar 2017, 3", "x" * 1400,
        "Een zin. " * 200,
        "Zin met 5,5 mln. euro (Kamerstuk 36 247 nr.11).", "Waarom niet?",
    ]
)  # fmt: skip
OPEN_TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(LINES, st.text(max_size=8)), max_size=30).map("\n".join),
    st.lists(LINES, max_size=30).map("\r\n".join),
)
KINDS = st.sampled_from(
    [("other", None), ("motie", None), ("kamerbrief", "government"), ("letter", "civil_society")]
)


def document(text, kind="other", role=None):
    return Document("stuk.txt", text, Description("Stuk", kind, role=role), "0" * 64)


@cache
def seed(number):
    name = next(n for n in NAMES if n.startswith(number))
    read = read_document(SEEDS / name, read_manifest(SEEDS)[name])
    return read, split(read)


@cache
def example(name, kind, role=None):
    read = read_document(DATA / name, Description(name, kind, role=role))
    return read, split(read)


def written(source, sentence):
    return joined(" ".join(source.text[s.start : s.end] for s in sentence.spans))


def find(pair, words):
    """The passage and the sentence that hold some words."""
    source, passages = pair
    return next((p, s) for p in passages for s in p.sentences if words in written(source, s))


@pytest.mark.parametrize("name", NAMES)
def test_offsets_of_every_sentence_count_in_the_file_as_it_is(name):
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        text = file.read()
    source, passages = seed(name[:3])
    assert source.text == text
    for passage in passages:
        for sentence in passage.sentences:
            for span in sentence.spans:
                piece = text[span.start : span.end]
                assert piece and piece == piece.strip()
            assert sentence.start == sentence.spans[0].start and sentence.end == sentence.spans[-1].end
        assert passage.start == min(s.start for s in passage.sentences)
        assert passage.end == max(s.end for s in passage.sentences)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_seed_is_lost_but_numbers_bullets_and_running_headers(name):
    source, passages = seed(name[:3])
    left = list(source.text)
    for span in (span for p in passages for s in p.sentences for span in s.spans):
        assert all(left[i] for i in range(span.start, span.end)), "a character stands in two sentences"
        left[span.start : span.end] = [""] * (span.end - span.start)
    lost = "".join(c or " " for c in left)
    lost = re.sub(r"Tweede Kamer, vergaderjaar 2017–2018, Aanhangsel \d", "", lost)
    assert re.fullmatch(r"(?:\s|\d{1,2}(?!\d)|-|\uf0b7|\uf03d)*", lost)


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_distinct_and_the_same_each_time(name):
    source, passages = seed(name[:3])
    assert len({p.id for p in passages}) == len(passages) > 5
    assert [p.id for p in split(source)] == [p.id for p in passages]


def test_id_changes_with_the_text_the_place_and_the_name():
    ids = {split(document(t))[0].id for t in ("Een zin.", "Een zin!", " Een zin.")}
    other = Document("ander.txt", "Een zin.", Description("Stuk"), "0" * 64)
    assert len(ids | {split(other)[0].id}) == 4


def test_question_stays_with_its_answer_and_each_has_its_speaker():
    source, passages = seed("003")
    passage, asked = find((source, passages), "Welke concrete stappen gaat u zetten")
    _, answered = find((source, [passage]), "Nederland ziet er in gesprek met de autoriteiten")
    assert (asked.part, asked.role, asked.speaker, asked.act) == (
        "question", "parliament", "het lid Ploumen (PvdA)", "question",
    )  # fmt: skip
    assert (answered.part, answered.role) == ("answer", "government")
    assert answered.speaker is not None and answered.speaker.startswith("Minister Blok (Buitenlandse Zaken)")


def test_later_passage_of_a_long_answer_carries_the_terms_of_its_question():
    passage, _ = find(seed("003"), "acht het kabinet het opzetten van een aanvullend")
    assert not any(s.part == "question" for s in passage.sentences)
    assert {"sanctieregime", "voortrekkersrol"} <= set(passage.context)


def test_every_question_of_kamervragen_is_a_question_and_none_is_the_governments():
    _, passages = seed("003")
    asked = [s for p in passages for s in p.sentences if s.part == "question"]
    assert len(asked) == 11
    assert {(s.act, s.role) for s in asked} == {("question", "parliament")}


@pytest.mark.parametrize(
    ("number", "words", "act"),
    [
        ("000", "In 2026 zal Nederland samen met de VN een regionale conferentie", "commitment"),
        ("000", "39,9 miljoen euro beschikbaar gesteld", "commitment"),
        ("000", "middels een motie verzocht", "request"),
        ("000", "De VN rapporteert een stijging van 25% in 2024", "report"),
        ("001", "Pleit binnen de EU voor de aanstelling van een Speciale Gezant", "demand"),
        ("001", "Er is dringend behoefte aan meerjarige", "demand"),
        ("002", "besloten het NAP1325-IV (2021–2025) met twee jaar te verlengen", "commitment"),
        ("002", "zal een instrument gericht op Vrouwen, Vrede en Veiligheid worden uitgewerkt", "commitment"),
        (
            "003",
            "acht het kabinet het opzetten van een aanvullend, wereldwijd thematisch sanctieregime",
            "decline",
        ),
        ("003", "Zij zal bij deze gelegenheid het probleem", "commitment"),
        ("003", "Ja.", "answer"),
        ("004", "Organiseer een gender (conflict) analyse voorafgaand aan", "demand"),
    ],
)
def test_act_of_a_key_sentence_of_the_seeds(number, words, act):
    assert find(seed(number), words)[1].act == act


@pytest.mark.parametrize("number", ["001", "004"])
def test_an_organisation_never_commits_answers_or_declines(number):
    _, passages = seed(number)
    acts = {s.act for p in passages for s in p.sentences}
    assert acts <= {"demand", "other", "question"} and "demand" in acts


def test_paragraph_broken_by_a_page_is_one_sentence_of_two_spans():
    source, _ = seed("000")
    _, sentence = find(seed("000"), "inclusief toegang tot seksuele en reproductieve gezondheid")
    first, second = (source.text[s.start : s.end] for s in sentence.spans)
    assert first.endswith("(MHPSS) is") and second == "daarom van belang."


def test_footnote_numbers_are_no_terms_of_the_sentence():
    terms = find(seed("002"), "Hierbij informeer ik uw Kamer")[1].terms
    assert "#1325" in terms and "#13251" not in terms


def test_footnote_is_a_passage_of_its_own_part():
    passage, sentence = find(seed("000"), "Kamerstuk 36180, nr. 168.")
    assert sentence.part == "footnote" and {s.part for s in passage.sentences} == {"footnote"}
    assert "§36180-168" in sentence.terms


def test_heading_names_its_passages_and_opens_the_first():
    _, passages = seed("002")
    under = [p for p in passages if p.heading == "Financiële inzet"]
    assert len(under) > 1 and under[0].sentences[0].part == "heading"
    assert all("financiele" in p.context for p in under[1:])


def test_heading_is_named_without_its_footnote_number():
    assert find(seed("004"), "Documenteer en monitor de impact")[0].heading == "Actiepunten"


def test_first_paragraph_under_action_points_is_a_demand_and_the_introduction_is_not():
    assert find(seed("004"), "Zorg voor een adequate genderbalans")[1].act == "demand"
    assert find(seed("004"), "In 2000 nam de VN Veiligheidsraad unaniem")[1].act == "other"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("001", "Hoogachtend,"),
        ("004", "Zoals bekend staan conflict en genderongelijkheid met elkaar in verband."),
        ("004", "Ongelijke machtsverhoudingen en een patriarchale cultuur van geweld"),
    ],
)
def test_paragraph_behind_a_list_of_demands_is_no_demand(number, words):
    assert find(seed(number), words)[1].act == "other"


def test_every_numbered_point_under_a_call_is_a_demand():
    source, passages = example("rapport.md", "report", "civil_society")
    wanted = (
        "verplichte voorraad",
        "bodemprijs",
        "preferentiebeleid",
        "bijbetaling schrapt",
        "18 miljoen euro vrijmaakt",
    )
    listed = [s for p in passages for s in p.sentences if s.part == "list"]
    points = [s for s in listed if any(w in written(source, s) for w in wanted)]
    assert [s.act for s in points] == ["demand"] * 5


@pytest.mark.parametrize("number", ["001", "003"])
def test_passage_is_longest_at_most_but_for_one_sentence_alone(number):
    _, passages = seed(number)
    for passage in passages:
        size = sum(span.end - span.start for s in passage.sentences for span in s.spans)
        assert size <= LONGEST + max(QUESTION_ROOM, SHORT) or len(passage.sentences) == 1


@pytest.mark.parametrize("text", ["", " \r\n\f", "1"])
def test_text_without_a_word_has_no_passage(text):
    assert split(document(text)) == []


@pytest.mark.parametrize("text", ["...", "«»", "- "])
def test_text_of_marks_has_no_passage(text):
    assert split(document(text)) == []


def test_debate_gives_each_speech_its_speaker_and_role():
    _, minister = find(example("debat.txt", "debat"), "Ik zeg de Kamer toe dat alle vergunningen")
    _, member = find(example("debat.txt", "debat"), "Is de minister bereid om een moratorium")
    assert (minister.part, minister.role, minister.act) == ("speech", "government", "commitment")
    assert minister.speaker == "De minister van Infrastructuur en Waterstaat"
    assert (member.role, member.speaker, member.act) == ("parliament", "Het lid B (fractie B)", "question")


def test_member_who_announces_a_motion_commits_nobody():
    _, sentence = find(example("debat.txt", "debat"), "Wij zullen in het tweeminutendebat een motie indienen")
    assert sentence.role == "parliament" and sentence.act != "commitment"


@pytest.mark.parametrize(
    "words", ["en dat gaan we niet overal halen", "die ga ik niet op een achternamiddag aanpassen"]
)
def test_minister_who_will_not_makes_no_commitment(words):
    assert find(example("debat.txt", "debat"), words)[1].act != "commitment"


def test_motion_is_parliaments_and_its_requests_are_requests():
    source, passages = example("motie.txt", "motie")
    assert {s.role for p in passages for s in p.sentences} == {"parliament"}
    requests = [written(source, s) for p in passages for s in p.sentences if s.act == "request"]
    assert len(requests) == 4 and all(r.startswith("verzoekt de regering") for r in requests)


def test_number_of_a_motion_is_found_by_its_dossier():
    _, passages = example("motie.txt", "motie")
    terms = {t for p in passages for s in p.sentences for t in s.terms}
    assert {"§27625-699", "§29984-1241"} <= terms


def test_signatories_of_one_motion_do_not_head_the_next():
    passage, _ = find(example("motie.txt", "motie"), "29 984 Spoor")
    assert "fractie C" not in passage.heading


def test_markdown_footnote_mark_does_not_join_two_sentences():
    source, passages = example("rapport.md", "report", "civil_society")
    _, sentence = find((source, passages), "Van een incident is allang geen sprake meer.")
    assert "107 dagen" not in written(source, sentence)


def test_numbered_markdown_heading_is_one_sentence():
    source, passages = example("rapport.md", "report", "civil_society")
    assert (
        written(source, find((source, passages), "Wat er aan de hand is")[1]) == "## 1. Wat er aan de hand is"
    )


def test_language_of_a_passage_is_told_from_its_words():
    english = (
        "The government will report to the House before the summer. It has decided to extend the mission."
    )
    assert split(document(english))[0].language == "en"
    assert {p.language for p in seed("002")[1] if p.sentences[0].part == "body"} == {"nl"}


@FEW
@given(OPEN_TEXT, KINDS)
def test_any_text_gives_sentences_inside_it_in_order(text, kind):
    for passage in split(document(text, *kind)):
        assert passage.sentences
        for sentence in passage.sentences:
            assert all(
                0 <= s.start < s.end <= len(text) and text[s.start : s.end].strip() for s in sentence.spans
            )
            assert all(a.end <= b.start for a, b in zip(sentence.spans, sentence.spans[1:], strict=False))
