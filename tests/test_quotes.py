"""Which sentences are chosen as the answer."""

import pytest
from support import settings_for

from rag import quotes
from rag.ingest import ingest
from rag.question import understand
from rag.quotes import MOST, Candidates, Chosen, in_reading_order, quotable
from rag.retrieve import retrieve
from rag.store.index import open_index
from rag.types import Passage, Sentence, Span

QUESTIONS = [
    "what did NL commit on the Sudan FFM?",
    "Wat zegt het kabinet over straffeloosheid?",
    "Which demands does WO=MEN make on funding?",
    "Wat vroeg het lid Ploumen over de Rohingya?",
    "Hoeveel miljoen gaat er naar het landenkantoor van OHCHR in Soedan?",
    "What is NAP1325-IV, and who carries it out?",
]


@pytest.fixture(scope="session")
def index(seed_index):
    return open_index(seed_index)


def chosen(index, text):
    question = understand(text)
    return question, Candidates(index, question, retrieve(index, question)).chosen


def sentence(start=0, act="report", part="body", terms=("een", "twee", "drie"), role="government"):
    return Sentence((Span(start, start + 10),), part, role, None, act, terms=terms)


def choice(document, start, act="report", score=1.0):
    one = sentence(start, act)
    return Chosen(one, Passage(f"{document}{start}", document, (one,)), score, score)


@pytest.mark.parametrize("text", QUESTIONS)
def test_one_to_four_different_sentences_of_the_passages_shown(index, similarity, text):
    question, answer = chosen(index, text)
    assert 1 <= len(answer) <= MOST
    assert len({(c.passage.document, c.sentence.start) for c in answer}) == len(answer)
    assert all(c.sentence in c.passage.sentences for c in answer)
    assert all(quotable(c.sentence, question) for c in answer)
    assert all(c.sentence.part != "heading" or c.sentence.act == "demand" for c in answer)


@pytest.fixture(params=["encoder", "none"])
def similarity(request, monkeypatch):
    if request.param == "none":
        monkeypatch.setattr(quotes, "load_similarity", lambda: None)


def test_nothing_found_is_nothing_chosen(index, similarity):
    assert chosen(index, "qwrtz plfgh xkcdq")[1] == []


@pytest.fixture
def letter(tmp_path, tiny_model):
    """Reads one letter of a heading and a paragraph."""

    def read(text):
        (tmp_path / "brief.txt").write_text(text, encoding="utf-8")
        settings = settings_for(tmp_path / "index", embedding_model=str(tiny_model))
        ingest([tmp_path / "brief.txt"], settings)
        return open_index(settings)

    return read


@pytest.fixture
def hospital(letter):
    """Two sentences that hold the same words of the question, one of which answers it."""
    return letter(
        "Brief over het ziekenhuis in Goma\n\nHet kabinet heeft het ziekenhuis in Goma in 2024 bezocht. "
        "Het dak van het ziekenhuis in Goma wordt dit jaar vervangen.\n"
    )


def test_of_sentences_with_the_same_words_the_one_that_is_meant_leads(hospital):
    """Neither holds «gerepareerd» or «kapot»: words alone cannot tell them apart."""
    question = understand("Wat wordt er gerepareerd aan het ziekenhuis in Goma?")
    answer = Candidates(hospital, question, retrieve(hospital, question)).chosen
    best = max(answer, key=lambda c: c.score)
    assert "dak" in hospital.text("brief.txt")[best.sentence.start : best.sentence.end]


@pytest.fixture
def schools(letter):
    """The same is said of two states; the sentence about one of them is nearer to the question in every other way."""
    return letter(
        "Brief over scholen\n\nDe bouw van de school in Mali kost 2 miljoen euro. "
        "Voor de bouw van de school in Tsjaad betaalt Nederland 3 miljoen euro.\n"
    )


def test_what_is_said_of_another_state_is_not_what_leads(schools, monkeypatch):
    question = understand("Hoeveel betaalt Nederland voor de bouw van de school in Mali?")
    monkeypatch.setattr(
        quotes, "load_similarity", lambda: lambda _, said: [0.8 if "Tsjaad" in s else 0.75 for s in said]
    )
    found = retrieve(schools, question)

    def leads():
        best = max(Candidates(schools, question, found).chosen, key=lambda c: c.score)
        return schools.text("brief.txt")[best.sentence.start : best.sentence.end]

    assert "Mali" in leads()
    monkeypatch.setattr(quotes, "ELSEWHERE", 0.0)
    assert "Tsjaad" in leads()  # else nothing was shown by the line before


def test_what_is_said_of_another_state_is_not_shown_beside_the_answer(schools, monkeypatch):
    monkeypatch.setattr(quotes, "load_similarity", lambda: lambda _, said: [0.8] * len(said))
    monkeypatch.setattr(quotes, "load_answerability", lambda: lambda *_: 0.0)
    monkeypatch.setattr(quotes, "ELSEWHERE", 0.0)
    monkeypatch.setattr(quotes, "KEPT_OF_READ", 0.3)

    def shown(text):
        question = understand(text)
        answer = Candidates(schools, question, retrieve(schools, question)).chosen
        return [schools.text("brief.txt")[c.sentence.start : c.sentence.end] for c in answer]

    assert [
        ("Mali" in said, "Tsjaad" in said) for said in shown("Wat kost de bouw van de school in Mali?")
    ] == [(True, False)]
    assert len(shown("Wat kost de bouw van de scholen?")) == 2
    assert len(shown("Wat betaalt Nederland voor de bouw van de scholen?")) == 2  # which both have to do with


def test_meaning_moves_a_sentence_and_words_stand_as_they_were(hospital, monkeypatch):
    question = understand("Wat gebeurt er met het ziekenhuis in Goma?")
    found = retrieve(hospital, question)
    by_words = Candidates(hospital, question, found).choose_by_words()
    said = {}

    def alike(asked, sentences):
        said[asked] = sentences
        return [1.0 if "dak" in s else 0.7 for s in sentences]

    monkeypatch.setattr(quotes, "load_similarity", lambda: alike)
    best = max(Candidates(hospital, question, found).chosen, key=lambda c: c.score)
    assert "dak" in hospital.text("brief.txt")[best.sentence.start : best.sentence.end]
    assert Candidates(hospital, question, found).choose_by_words() == by_words
    assert list(said) == [question.text]


def test_of_sentences_alike_the_one_that_answers_leads(hospital, monkeypatch):
    """Both are about the hospital's roof or visit alike; only who reads them beside the question knows which answers."""
    question = understand("Wat gebeurt er met het ziekenhuis in Goma?")
    found = retrieve(hospital, question)
    monkeypatch.setattr(quotes, "load_similarity", lambda: lambda _, sentences: [0.8] * len(sentences))

    def leads(word):
        monkeypatch.setattr(
            quotes, "load_answerability", lambda: lambda _, sentence: 6.0 if word in sentence[-60:] else -6.0
        )
        best = max(Candidates(hospital, question, found).chosen, key=lambda c: c.score)
        return hospital.text("brief.txt")[best.sentence.start : best.sentence.end]

    assert "dak" in leads("dak")
    assert "bezocht" in leads("bezocht")


def test_without_the_net_that_reads_both_words_and_meaning_choose(hospital, monkeypatch):
    question = understand("Wat gebeurt er met het ziekenhuis in Goma?")
    monkeypatch.setattr(quotes, "load_answerability", lambda: None)
    candidates = Candidates(hospital, question, retrieve(hospital, question))
    assert candidates.ranked_by_answering is None
    assert candidates.chosen
    assert max(candidates.chosen, key=lambda c: c.score) == candidates.ranked_by_meaning[0]


def test_sentence_is_compared_under_its_heading(index, monkeypatch):
    """«Dit bedrag» and «zij» are what stands above them."""
    question = understand(QUESTIONS[2])
    given = []
    monkeypatch.setattr(
        quotes,
        "load_similarity",
        lambda: lambda _, sentences: given.extend(sentences) or [0.84] * len(sentences),
    )
    answer = Candidates(index, question, retrieve(index, question)).chosen
    headings = {c.passage.heading for c in answer} - {""}
    assert headings
    assert all(any(g.startswith(f"{heading}: ") for g in given) for heading in headings)


def test_amount_asked_for_is_in_the_sentence_chosen(index):
    _, answer = chosen(index, QUESTIONS[4])
    first = answer[0]
    assert "2 miljoen euro" in index.text(first.passage.document)[first.sentence.start : first.sentence.end]


def test_a_footnote_that_only_refers_elsewhere_is_no_filler_beside_an_answer(index):
    """«Zie Kamerstukken …» holds the plan's name and number as well as the sentence that extends it does."""
    _, answer = chosen(index, "Hoe lang loopt het nationaal actieplan 1325 nog door?")
    quotes = [index.text(c.passage.document)[c.sentence.start : c.sentence.end] for c in answer]
    assert any("tot en met 2027" in quote for quote in quotes)
    assert not any(quote.startswith("Zie ") for quote in quotes)


def test_promises_come_first_where_promises_are_asked_for():
    question = understand("what did NL promise?")
    ordered = in_reading_order(question, [choice("a", 50), choice("a", 10), choice("b", 5, "commitment")])
    assert [(c.passage.document, c.sentence.start) for c in ordered] == [("b", 5), ("a", 50), ("a", 10)]


def test_best_sentence_comes_first_and_the_rest_as_the_text_goes():
    question = understand("Wat doet Nederland in Mali?")
    ordered = in_reading_order(question, [choice("b", 30), choice("a", 9), choice("b", 20), choice("b", 40)])
    assert [(c.passage.document, c.sentence.start) for c in ordered] == [
        ("b", 30),
        ("b", 20),
        ("b", 40),
        ("a", 9),
    ]


@pytest.mark.parametrize(
    ("one", "question", "expected"),
    [
        (sentence(part="heading", act="other"), "Wat doet Nederland in Mali?", False),
        (sentence(part="heading", act="demand"), "Wat doet Nederland in Mali?", True),
        (sentence(terms=("mali",)), "Wat doet Nederland in Mali?", False),
        (sentence(terms=("ja",), part="answer"), "Wat doet Nederland in Mali?", True),
        (sentence(act="question", terms=("een", "twee")), "Wat doet Nederland in Mali?", False),
        (sentence(act="question"), "Wat vroeg de Kamer over Mali?", True),
    ],
    ids=["heading", "heading that demands", "one word", "Ja as an answer", "question", "question asked for"],
)  # fmt: skip
def test_what_can_stand_alone(one, question, expected):
    assert quotable(one, understand(question)) is expected


def test_answer_does_not_say_the_same_twice(tmp_path, tiny_model):
    line = "Het kabinet stelt 3 miljoen euro beschikbaar voor de opvang van vluchtelingen in Oeganda."
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"Brief {name}\n\n{line}\n", encoding="utf-8")
    settings = settings_for(tmp_path / "index", embedding_model=str(tiny_model))
    ingest([tmp_path], settings)
    _, answer = chosen(open_index(settings), "Hoeveel geld gaat er naar de opvang in Oeganda?")
    assert [c.sentence.terms for c in answer].count(answer[0].sentence.terms) == 1
