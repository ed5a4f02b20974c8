"""When the honest answer is no, and which no."""

import pytest
from support import settings_for

from rag import quotes, refusal
from rag.assistant import Assistant
from rag.filters import Filters
from rag.ingest import ingest
from rag.question import understand
from rag.quotes import Candidates
from rag.refusal import MISFIT, UNSURE, doubt, weigh
from rag.retrieve import retrieve
from rag.text.sentences import joined
from rag.wording import say

MANIFEST = """
["brief.txt"]
title = "Brief over Oeganda"
kind = "kamerbrief"
sender = "Minister van Buitenlandse Zaken"
role = "government"
date = 2024-05-01

["paper.txt"]
title = "Position paper over Mali"
kind = "position_paper"
sender = "Platform Vrede"
role = "civil_society"

["vragen.txt"]
title = "Vragen over Jemen"
kind = "kamervragen"
role = "parliament"

["kort.txt"]
title = "Vragen over Tsjaad"
kind = "kamervragen"
role = "parliament"
"""
FILES = {
    "brief.txt": "Brief over Oeganda\n\nHet kabinet steunt de opvang van vluchtelingen in Oeganda met scholen en water. "
    "De opvang in Oeganda groeit sinds 2019.\n",
    "paper.txt": "Position paper over Mali\n\nWij roepen het kabinet op om 4 miljoen euro vrij te maken voor vrouwenhuizen in Mali. "
    "De vrouwenhuizen in Mali moeten open blijven.\n",
    "vragen.txt": "Vragen over Jemen\n\nBent u bereid de beloofde havenprojecten en visserijprojecten in Jemen ook in 2026 met scholing, kranen en schepen te steunen?\n",
    "kort.txt": "Vragen over Tsjaad\n\nSteunt u de zonnepanelen in Tsjaad?\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    for name, text in {**FILES, "manifest.toml": MANIFEST}.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = settings_for(folder / "index")
    ingest([folder], settings)
    return Assistant(settings)


@pytest.fixture(scope="module")
def seeds(seed_index):
    return Assistant(seed_index)


def assert_refused(answer, kind):
    assert (answer.status, answer.refusal.kind) == ("refused", kind), answer
    assert answer.refusal.message
    assert answer.statements == answer.citations == ()


def assert_quoted(answer, word):
    assert answer.status == "answered", answer.refusal
    assert any(word in joined(c.quote) for c in answer.citations)


def test_what_is_said_is_answered(small):
    answer = small.ask("Wat doet het kabinet voor de opvang van vluchtelingen in Oeganda?")
    assert (answer.status, answer.refusal) == ("answered", None)


@pytest.mark.parametrize(
    "question",
    ["What is the best recipe for apple pie?", "Wat is het beste recept voor appeltaart?", "qwrtz plfgh"],
)
def test_another_subject_is_refused_and_its_words_are_named(seeds, question):
    answer = seeds.ask(question)
    assert answer.refusal.kind in ("off_topic", "not_in_corpus")
    assert_refused(answer, answer.refusal.kind)
    assert answer.refusal.missing_terms


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Oeganda", "Oeganda"),
        ("En in Oeganda?", "Oeganda"),
        ("What did the Netherlands do in Uganda?", "Oeganda"),
        ("Wat is FemFocus?", "FemFocus"),
        ("Wat zegt de brief over Afghanistan?", "Afghanistan"),
        ("What does the position paper say about Libya?", "Libi"),
        ("What did Kaag do in Washington?", "Washington"),
        ("CARE International", "CARE International"),
        ("When does FemFocus end?", "2030"),
    ],
)
def test_what_is_said_of_a_thing_by_name_is_shown(seeds, question, word):
    """The weights come from questions that one sentence answers: a name alone looked to them like a near miss."""
    answer = seeds.ask(question)
    assert_quoted(answer, word)


def test_amount_beside_all_that_is_asked_is_shown_however_it_is_put(seeds):
    """The net that reads both had seldom read "how many million euros"; the same of another state is refused as before."""
    question = "How many million euros does the Dutch government give to OHCHR's {} office?"
    assert_quoted(seeds.ask(question.format("Sudan")), "2 miljoen euro")
    assert seeds.ask(question.format("Mali")).status == "refused"


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Wat zegt WO=MEN over wapenhandel?", "wapenexport"),
        (
            "Wat zei Kaag over de Rohingya?",
            "aankaarten",
        ),  # the word of saying is what is asked, and no other subject
        ("What does the cabinet say about Syrian women at the negotiating table?", "Syri"),
        ("Wat schrijft de staatssecretaris over de bezuinigingen bij de VN?", "bezuinigingen"),
        ("What is CARE's view on funding for local organisations?", "financiering"),
    ],
)
def test_what_somebody_says_of_a_thing_is_shown_with_the_advice_to_look(seeds, question, word):
    """Every sentence about it answers a little, and the nets look for the one that answers."""
    answer = seeds.ask(question)
    assert_quoted(answer, word)
    assert say("unsure", answer.question_language) in answer.notices


@pytest.mark.parametrize(
    "question",
    [
        "Wat vindt minister Veldkamp van een Speciale Gezant van de EU voor WPS?",
        "What does the government say about halting arms exports to the United Arab Emirates over Darfur?",
        "Wat vindt het kabinet van dienstplicht voor vrouwen?",
        "What do the NGOs think of the police in Ukraine, and how many are women?",
    ],
)
def test_what_nobody_says_is_still_refused(seeds, question):
    assert seeds.ask(question).status == "refused"


def test_what_the_cabinet_says_no_organisation_tells(seeds):
    """Only organisations speak of it: their demand, shown as what the cabinet thinks, would be printed as that."""
    assert seeds.ask("Wat vindt WO=MEN van wapenexport?").status == "answered"
    assert seeds.ask("Wat vindt het kabinet van wapenexport?").status == "refused"


@pytest.mark.parametrize(
    "question",
    [
        "Jemen",
        "Groenland?",
        "What did Kaag do in Greenland?",
        "Wat kost Oeganda?",
        "Is Uganda veilig?",
        "IS UGANDA VEILIG?",
        "How old is Kaag?",
        "hypotheekrenteaftrek",
        "When did Minister Kaag visit the Rohingya camps in Bangladesh?",
        "Wanneer is Berta Cáceres geboren?",
    ],
)
def test_a_name_that_stands_nowhere_and_a_fact_that_is_not_stated_are_still_refused(seeds, question):
    assert seeds.ask(question).status == "refused"


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Hoe steunt Nederland vrouwenorganisaties in Japan bij vredesprocessen?", "Japan"),
        ("How does the Netherlands support women's organisations in Brazil?", "Brazil"),
    ],
)
def test_state_that_stands_nowhere_is_named_in_the_refusal(seeds, question, place):
    answer = seeds.ask(question)
    assert_refused(answer, "not_in_corpus")
    assert place in answer.refusal.message
    assert place in answer.refusal.missing_terms


def test_state_that_stands_elsewhere_does_not_lend_its_name(small):
    """Mali and Oeganda both occur: the shelter of the one is not the shelter of the other."""
    answer = small.ask("Wat doet het kabinet voor de opvang van vluchtelingen in Jemen?")
    assert answer.status == "refused" or all(c.document != "brief.txt" for c in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "Hoeveel euro geeft het kabinet aan de opvang in Oeganda?",
        "How much money does the cabinet give for shelter in Uganda?",
    ],
)
def test_amount_that_is_not_stated_is_not_in_the_documents(small, question):
    assert_refused(small.ask(question), "not_in_corpus")


@pytest.mark.parametrize(
    "question",
    [
        "What did the cabinet promise for women's houses in Mali?",
        "Wat heeft het kabinet toegezegd voor vrouwenhuizen in Mali?",
        pytest.param(
            "Wat zegt het kabinet toe voor vrouwenhuizen in Mali?",
        ),
    ],
)  # fmt: skip
def test_promise_that_only_an_organisation_speaks_of_is_not_the_cabinets(small, question):
    assert_refused(small.ask(question), "civil_society_only")


@pytest.mark.parametrize(
    "question",
    [
        "Wat zegt het kabinet over de vrouwenhuizen in Mali?",
        "What does the Dutch government think of the women's houses in Mali?",
        "wat is het standpunt van de minister over vrouwenhuizen in mali",
    ],
)
def test_what_only_an_organisation_speaks_of_is_not_what_the_cabinet_says(small, question):
    """Its demand under its name is no answer: who reads fast prints it as the cabinet's view."""
    answer = small.ask(question)
    assert_refused(answer, "civil_society_only")
    assert "Platform Vrede" not in answer.refusal.message
    assert any(p.document == "paper.txt" for p in answer.passages)


@pytest.mark.parametrize(
    "question",
    [
        "Wat zegt het kabinet over de opvang in Oeganda?",
        "What does Platform Vrede say about women's houses in Mali?",
    ],
)
def test_what_somebody_says_themselves_is_shown(small, question):
    assert small.ask(question).status == "answered"


def test_organisations_demand_is_an_answer_where_demands_are_asked_for(small):
    answer = small.ask("Wat eist Platform Vrede voor vrouwenhuizen in Mali?")
    assert answer.status == "answered"
    assert {c.speech_act for c in answer.citations} == {"demand"}


@pytest.mark.parametrize(
    "question",
    [
        "Heeft het kabinet beloofd de havenprojecten en visserijprojecten in Jemen te steunen?",
        pytest.param(
            "Heeft het kabinet beloofd de zonnepanelen in Tsjaad te steunen?",
        ),
    ],
    ids=["long question", "short question"],
)  # fmt: skip
def test_promise_that_was_only_asked_for_is_asked_and_not_answered(small, question):
    assert_refused(small.ask(question), "asked_not_answered")


def test_nothing_in_the_dates_asked_for_says_which_dates(seeds):
    answer = seeds.ask("what did NL commit on the Sudan FFM?", Filters(since="2030-01-01"))
    assert_refused(answer, "outside_dates")
    assert "2030-01-01" in answer.refusal.message


@pytest.mark.parametrize(
    "question",
    ["what did NL commit on the Sudan FFM?", "Wat heeft Nederland toegezegd over de FFM in Soedan?"],
)
def test_cabinet_that_was_filtered_away_is_not_said_to_have_promised_nothing(seeds, question):
    """The documents do hold a commitment: a reader who looked at organisations only may not be told otherwise."""
    answer = seeds.ask(question, Filters(roles=frozenset({"civil_society"})))
    assert answer.refusal is None or answer.refusal.kind != "civil_society_only"


@pytest.mark.parametrize(
    ("question", "language", "word"),
    [
        ("Wat is het beste recept voor appeltaart?", "nl", "documenten"),
        ("What is the best recipe for apple pie?", "en", "documents"),
    ],
)
def test_refusal_speaks_the_readers_language(seeds, question, language, word):
    answer = seeds.ask(question)
    assert answer.question_language == language
    assert word in answer.refusal.message


def test_refusal_still_lists_the_nearest_passages(small):
    answer = small.ask("Hoeveel euro geeft het kabinet aan de opvang in Oeganda?")
    assert answer.passages[0].document == "brief.txt"


def test_the_less_alike_the_nearest_sentence_is_the_greater_the_doubt(small, monkeypatch):
    """Every word may be there and the answer not; and without an encoder nothing may be made of its silence."""
    question = understand("Waarmee steunt het kabinet de opvang in Oeganda?")
    found = retrieve(small.index, question)

    # The net that reads both doubts as much of either: it is the likeness that is looked at.
    monkeypatch.setattr(quotes, "load_answerability", lambda: lambda _, sentence: -2.0)

    def doubted(similarity):
        monkeypatch.setattr(quotes, "load_similarity", lambda: similarity)
        signals = weigh(Candidates(small.index, question, found)).signals
        return signals.alike, doubt(signals)

    (none, by_words), (low, unlike), (high, alike) = (
        doubted(s)
        for s in (
            None,
            lambda _, sentences: [0.4] * len(sentences),
            lambda _, sentences: [0.9] * len(sentences),
        )
    )
    assert (none, low, high) == (None, 0.4, 0.9)
    assert by_words < unlike
    at = refusal._weights()[refusal.BY_MEANING]["threshold"]
    assert alike < UNSURE * at  # shown without a word of doubt
    assert unlike > 1.5 * at  # refused, and not by a hair


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Wat heeft Nederland toegezegd over de Fact-Finding Mission voor Soedan?", "answered"),
        ("Hoeveel euro krijgt OHCHR in Soedan?", "answered"),
        ("Hoeveel euro krijgt OHCHR in Mali?", "refused"),
    ],
)
def test_a_short_question_with_an_abbreviation_is_answered(seeds, text, status):
    """It is like few sentences."""
    assert (seeds.ask(text).status != "refused") == (status == "answered")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Wat zei de minister over vertraging bij de uitbetaling van de huurtoeslag?", "refused"),
        ("What did the minister say about delays in paying out student grants?", "refused"),
        ("what did NL commit on the Sudan FFM?", "answered"),
    ],
)
def test_words_of_every_letter_do_not_answer_what_is_of_another_field(seeds, text, status):
    """The minister, delays and victims of something are in these letters too."""
    assert seeds.ask(text).status == status


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Hoeveel euro gaat er naar de vrouwenhuizen in Mali?", True),
        ("Hoeveel euro gaat er naar de vrouwenhuizen in Oeganda?", False),  # what is said of Mali
        ("Hoeveel euro gaat er in 2019 naar de vrouwenhuizen in Mali?", False),
        ("Waarom steunt het kabinet de opvang in Oeganda?", False),
        ("Hoeveel euro gaat er naar de opvang in Oeganda?", False),  # nothing is said of money
    ],
)
def test_what_is_most_alike_may_be_about_another_state_or_not_say_what_is_asked(
    small, monkeypatch, text, fits
):
    question = understand(text)
    monkeypatch.setattr(quotes, "load_similarity", lambda: lambda _, sentences: [0.9] * len(sentences))
    signals = weigh(Candidates(small.index, question, retrieve(small.index, question))).signals
    assert signals.alike == 0.9
    assert signals.fitting == pytest.approx(0.9 if fits else 0.9 - MISFIT)


def test_of_a_follow_up_the_question_before_it_counts_as_well(small, monkeypatch):
    """Two questions in one line are like no sentence."""
    question = understand("Wat steunt het kabinet in Oeganda – wat kost dat?")
    monkeypatch.setattr(
        quotes,
        "load_similarity",
        lambda: lambda asked, sentences: [0.4 if "kost" in asked else 0.8 for _ in sentences],
    )
    assert weigh(Candidates(small.index, question, retrieve(small.index, question))).signals.alike == 0.8


def test_a_question_is_read_together_with_a_sentence_only_where_that_can_decide(open_seeds):
    """It takes longer than all the rest of an answer; and whoever spares it must not change what is refused."""
    asked_together = set()
    for asked in (
        "what did NL commit on the Sudan FFM?",
        "Wie leidt de FFM?",
        "Who chairs the Sudan fact-finding mission?",
        "Hoe duur is een huis in Utrecht?",
        "Wat kost een brood in Jemen?",
    ):
        question = understand(asked)
        candidates = Candidates(open_seeds, question, retrieve(open_seeds, question))
        spared, whole = (weigh(candidates, throughout=t).signals for t in (False, True))
        at = refusal._weights_for(whole)["threshold"]
        for level in (at, UNSURE * at):
            assert (doubt(spared) >= level) == (doubt(whole) >= level)
        asked_together.add(spared.answers is not None)
    assert asked_together == {True, False}


@pytest.mark.parametrize(
    "question",
    [
        "Wat staat er over de motie-Dobbe? Welke partijen stemden tegen?",
        "What did the Taliban answer when the Netherlands held Afghanistan liable?",
    ],
)
def test_what_may_not_be_said_is_refused_or_its_reader_is_told_to_look(seeds, question):
    """A near miss that no signal tells from an answer: who prints the quotation must know that it may not say what was asked."""
    answer = seeds.ask(question)
    assert answer.status == "refused" or say("unsure", answer.question_language) in answer.notices


@pytest.mark.parametrize(
    "question",
    [
        "what did NL commit on the Sudan FFM?",
        "Oeganda",
        "Hoeveel geld gaat er naar het kantoor van OHCHR in Soedan?",
    ],
)
def test_nobody_is_told_to_doubt_what_answers(seeds, question):
    answer = seeds.ask(question)
    assert answer.status == "answered"
    assert say("unsure", answer.question_language) not in answer.notices


def read_for(asked, index, monkeypatch):
    """What the net that reads both together is given for a question."""
    given = []
    monkeypatch.setattr(
        quotes, "load_answerability", lambda: lambda _, sentence: given.append(sentence) or 0.0
    )
    question = understand(asked)
    weigh(Candidates(index, question, retrieve(index, question)), throughout=True)
    return given


@pytest.mark.parametrize(
    ("asked", "speaker"),
    [
        ("What does WO=MEN ask for when it comes to the FATF?", "WO=MEN: "),
        (
            "Hoeveel geld krijgt Justice Rapid Response?",
            "Staatssecretaris Buitenlandse Handel en Ontwikkelingshulp: ",
        ),
    ],
)
def test_a_sentence_is_read_under_the_name_of_who_says_it(open_seeds, monkeypatch, asked, speaker):
    """A letter does not say in each sentence whose it is: read by itself "wij vragen" answers nothing about WO=MEN."""
    given = read_for(asked, open_seeds, monkeypatch)
    assert given and all(sentence.startswith(speaker) for sentence in given)


def test_a_sentence_is_read_behind_the_one_before_it(open_seeds, monkeypatch):
    """ "Zij zal bij deze gelegenheid …": who, and where, is in the sentence before."""
    given = read_for(
        "Who will raise the exploitation of Rohingya girls at the meeting in Washington?",
        open_seeds,
        monkeypatch,
    )
    told = next(text for text in given if "Zij zal bij deze gelegenheid" in text)
    assert 0 < told.index("21 april in Washington") < told.index("Zij zal bij deze gelegenheid")


def test_a_sentence_is_read_with_its_notes(open_seeds, monkeypatch):
    """ "Programma's in negen landen⁶": which nine, only the note says."""
    given = read_for("In welke negen landen financierde Nederland programma's?", open_seeds, monkeypatch)
    told = next(text for text in given if "in negen landen" in text)
    assert told.index("in negen landen") < told.index("Burundi") and told.endswith(")")


def test_the_sentences_that_would_be_shown_first_are_read_too(open_seeds, monkeypatch):
    """The one most like the question is often about the same thing only; the one with its words, or the one that leads once the
    likeliest are read, is the answer.
    """
    question = understand("Welke activiste uit Honduras is vermoord?")
    candidates = Candidates(open_seeds, question, retrieve(open_seeds, question))
    alike = candidates._in_context(max(candidates.compared(), key=lambda each: each[1])[0])
    first, *rest = (candidates._in_context(c) for c in candidates.ranked_by_meaning)
    odds = {alike: 2.0, first: 3.0, rest[1]: 7.0}
    assert len(odds) == 3
    monkeypatch.setattr(quotes, "load_answerability", lambda: lambda _, sentence: odds.get(sentence, -9.0))
    monkeypatch.setattr(quotes, "ANSWERS", 10.0)
    monkeypatch.setattr(quotes, "CLOSE", 0.0)  # all of the first few are read
    signals = weigh(candidates, throughout=True).signals
    assert signals.answers == pytest.approx((2.0 + 3.0 + 7.0) / 3)
    others = len(candidates.ranked_by_answering) - 3
    assert signals.likeliest == pytest.approx((2.0 + 3.0 + 7.0 - refusal.SURE * others) / (3 + others))
