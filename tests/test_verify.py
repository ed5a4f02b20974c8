"""What a written statement may not say of the sentences it cites."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.prose.checks import check_statement
from rag.types import Description, Sentence, Span
from rag.verify import cite, exact, fold
from rag.words.numerals import with_digits

DEMAND = "Wij roepen Nederland op om 2 miljoen euro voor de FFM vrij te maken."
COMMITMENT = "Nederland zal in 2026 2 miljoen euro vrijmaken voor de FFM."
REPORT = "Nederland steunt de FFM in Soedan met 2 miljoen euro."


def said(act, role="government", speaker=None):
    return Sentence((Span(0, 1),), role=role, act=act, speaker=speaker)


def failed(statement, cited, act="report", role="government", speaker=None):
    """The names of the checks that a statement fails against one cited sentence."""
    return {c.name for c in check_statement(statement, [said(act, role, speaker)], [cited]) if not c.passed}


# -- citations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 3), (0, 11), (10, 11), (99, 100)])
def test_span_outside_the_text_makes_no_citation(start, end):
    assert cite(1, "a.txt", "0123456789", Span(start, end), said("report"), Description("A")) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.integers(-3, 45), st.integers(-3, 45))
def test_every_citation_is_the_slice_it_names(text, start, end):
    citation = cite(1, "a.txt", text, Span(start, end), said("report"), Description("A"))
    assert citation is None or (exact(citation, lambda _: text) and text[start:end] == citation.quote != "")


def test_citation_of_another_text_is_not_exact():
    citation = cite(1, "a.txt", "Nederland zal dit doen.", Span(0, 9), said("report"), Description("A"))
    assert not exact(citation, lambda _: "België zal dit niet doen.")


def test_speaker_of_the_sentence_goes_before_the_sender_of_the_document():
    description = Description("A", sender="Minister", role="government")
    assert (
        cite(
            1, "a", "tekst", Span(0, 5), said("question", "parliament", "het lid Ploumen"), description
        ).sender
        == "het lid Ploumen"
    )
    assert cite(1, "a", "tekst", Span(0, 5), said("report"), description).sender == "Minister"


def test_folding_changes_white_space_and_nothing_else():
    assert fold(" «Eén»\r\n\t zin\u00a0–  2 ") == "«Eén» zin – 2"


# -- numbers ------------------------------------------------------------------------------------------------------

SAME = [
    ("The Netherlands gives 2 million euros.", "Nederland geeft 2 miljoen euro."),
    ("The Netherlands gives EUR 5.5 million.", "Nederland geeft 5,5 mln. euro."),
    ("The Netherlands gives €1,000,000.", "Nederland geeft 1.000.000 euro."),
    ("Nederland geeft 1,2 miljard euro.", "Nederland geeft EUR 1.200.000.000."),
    ("It reached 38,000 people.", "Er werden 38.000 mensen bereikt."),
    ("It rose by 20%.", "De stijging was 20 procent."),
    ("It rose by 2.5 per cent.", "De stijging was 2,5%."),
    ("The letter of 24 November 2025.", "De brief van 24 november 2025."),
    ("The letter of November 24, 2025.", "De brief van 24 november 2025."),
    ("A letter of November 2025.", "Een brief van 24 november 2025."),
    ("It happened in 2025.", "Het gebeurde op 24 november 2025."),
    ("There were twelve missions.", "Er waren 12 missies."),
    ("There were 3 missions.", "Er waren drie missies."),
    ("A period of eight years.", "Een periode van acht jaar."),
    ("Er waren acht missies.", "There were eight missions."),
    ("It costs eight million euros.", "Het kost acht miljoen euro."),
    ("Het kost een half miljoen euro.", "It costs half a million euros."),
    ("It costs a million euros.", "Het kost één miljoen euro."),
    ("There were twenty-five missions.", "Er waren vijfentwintig missies."),
    ("There were 150 people.", "Er waren honderdvijftig mensen."),
    ("Er waren driehonderd mensen.", "There were three hundred people."),
    ("There were two thousand people.", "Er waren tweeduizend mensen."),
    ("Kamerstuk 36247, nr. 11 says so.", "Dit staat in Kamerstuk 36 247 nr.11."),
    ("Resolution 1325 is carried out.", "Resolutie 1325 wordt uitgevoerd."),
]
OTHER = [
    ("The Netherlands gives 3 million euros.", "Nederland geeft 2 miljoen euro."),
    ("The Netherlands gives 2 billion euros.", "Nederland geeft 2 miljoen euro."),
    ("Nederland geeft 25 miljoen euro.", "Nederland geeft 2,5 miljoen euro."),
    ("Nederland geeft 2 euro.", "Nederland geeft 2 miljoen euro."),
    ("It rose by 20%.", "De stijging was 25 procent."),
    ("It rose by 20%.", "Er kwamen 20 mensen."),
    ("The letter of 25 November 2025.", "De brief van 24 november 2025."),
    ("The letter of 24 November 2024.", "De brief van 24 november 2025."),
    ("It happened in 2024.", "Het gebeurde op 24 november 2025."),
    ("There were thirteen missions.", "Er waren 12 missies."),
    ("A period of eight years.", "Een periode van negen jaar."),
    ("Een periode van acht jaar.", "Een periode van negen jaar."),
    ("It costs one million euros.", "Het kost twee miljoen euro."),
    ("Er waren vijfentwintig missies.", "Er waren vierentwintig missies."),
    ("Er waren driehonderd mensen.", "Er waren tweehonderd mensen."),
    ("Kamerstuk 36247, nr. 12 says so.", "Dit staat in Kamerstuk 36 247 nr.11."),
    ("Nederland geeft 2 miljoen euro aan 5 landen.", "Nederland geeft 2 miljoen euro aan landen."),
]


@pytest.mark.parametrize(("statement", "cited"), SAME, ids=[s for s, _ in SAME])
def test_same_quantity_in_the_other_languages_notation_passes(statement, cited):
    assert "numbers" not in failed(statement, cited)


@pytest.mark.parametrize(("statement", "cited"), OTHER, ids=[s for s, _ in OTHER])
def test_other_quantity_fails_and_is_named(statement, cited):
    assert "numbers" in failed(statement, cited)
    (check,) = [c for c in check_statement(statement, [said("report")], [cited]) if c.name == "numbers"]
    assert any(word in statement for word in check.detail.removeprefix("not in the cited text: ").split())


UNITS = [
    ("Het gaat om 2 miljoen mensen.", "Het gaat om 2 miljoen euro."),
    ("It is $2 million.", "Het is 2 miljoen euro."),
    ("There were 20 people.", "Het was 20 procent."),
]


@pytest.mark.parametrize(("statement", "cited"), UNITS, ids=[s for s, _ in UNITS])
def test_same_number_of_something_else_fails(statement, cited):
    assert "numbers" in failed(statement, cited)


def test_date_without_its_year_is_the_date(statement="The letter of 24 November says so."):
    assert "numbers" not in failed(statement, "De brief van 24 november 2025 zegt dit.")


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Het kabinet acht dit niet kansrijk.", "Dit acht het kabinet niet kansrijk."),
        ("Ik acht missies nuttig.", "Missies zijn nuttig, aldus de minister."),
        ("One of the missions ended.", "Een van de missies eindigde."),
        ("Een van de missies eindigde.", "One of the missions ended."),
    ],
)
def test_word_that_is_no_number_here_is_none(statement, cited):
    assert "numbers" not in failed(statement, cited)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abcdehijnortuvwzëéEen -5", max_size=60))
def test_number_words_become_digits_of_the_same_length(text):
    """Offsets into the text with digits are offsets into the text."""
    assert len(with_digits(text)) == len(text)


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Money goes to Sudan and Uganda.", "Het geld gaat naar Soedan en Oeganda."),
        ("The Netherlands supports the FFM.", "Nederland steunt de FFM."),
        ("According to Minister Blok it is so.", "Minister Blok zegt dat het zo is."),
        ("In Zuid-Soedan gebeurt dit.", "Dit gebeurt in Zuid-Soedan."),
        ("The cabinet works with Justice Rapid Response.", "Het kabinet werkt met Justice Rapid Response."),
    ],
)
def test_name_that_is_cited_passes_in_either_language(statement, cited):
    assert "names" not in failed(statement, cited)


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Het geld gaat naar Oeganda.", "Het geld gaat naar Soedan."),
        ("Money goes to Uganda.", "Het geld gaat naar Soedan."),
        ("The minister thanked Amnesty International.", "De minister bedankte de organisaties."),
        ("De minister prijst WFP.", "De minister prijst UNICEF."),
        pytest.param(
            "De minister prijst UNHCR.", "De minister prijst UNICEF.",
        ),
    ],
)  # fmt: skip
def test_name_that_is_not_cited_fails(statement, cited):
    assert "names" in failed(statement, cited)


def test_speaker_of_the_cited_sentence_may_be_named():
    assert "names" not in failed(
        "According to Ploumen this is so.", "Dit is zo.", "question", "parliament", "het lid Ploumen"
    )


@pytest.mark.parametrize(
    "statement", ["Duitsland steunt de FFM.", "Germany supports the FFM.", "UNICEF steunt de FFM."]
)
def test_name_at_the_head_of_a_statement_is_a_name_too(statement):
    assert "names" in failed(statement, "Nederland steunt de FFM.")


# -- negation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("The cabinet does not support the FFM.", "Het kabinet steunt de FFM."),
        ("Het kabinet steunt de FFM.", "Het kabinet steunt de FFM niet."),
        ("The cabinet supports the FFM.", "Het kabinet geeft geen steun aan de FFM."),
        ("The cabinet doesn’t support it.", "Het kabinet steunt dit."),
        ("Direct support is possible.", "Directe steun is niet mogelijk."),
        ("The cabinet never did.", "Het kabinet deed dit."),
    ],
)
def test_denial_on_one_side_only_fails(statement, cited):
    assert "negation" in failed(statement, cited)


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("The cabinet does not support the FFM.", "Het kabinet steunt de FFM niet."),
        ("The cabinet gives no support.", "Het kabinet geeft geen steun."),
        ("It cannot be funded directly.", "Dit is niet mogelijk."),
        ("Het kan zonder steun.", "Dit kan zonder steun."),
    ],
)
def test_denial_on_both_sides_passes(statement, cited):
    assert "negation" not in failed(statement, cited)


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Niemand steunt de FFM.", "Nederland steunt de FFM."),
        ("Nobody supports the FFM.", "Nederland steunt de FFM."),
        ("De FFM werkt nergens.", "De FFM werkt."),
        ("The cabinet refuses to support the FFM.", "Het kabinet steunt de FFM."),
        ("Het kabinet weigert de FFM te steunen.", "Het kabinet steunt de FFM."),
    ],
)
def test_denial_in_other_words_fails(statement, cited):
    assert "negation" in failed(statement, cited)


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Niet alleen vrouwen maar ook mannen doen mee.", "Zowel vrouwen als mannen doen mee."),
        ("Women take part.", "Niet alleen vrouwen doen mee, maar ook mannen."),
        ("The letter comes no later than May.", "De brief komt uiterlijk in mei."),
        ("The chances are insufficient.", "De kans is onvoldoende."),
    ],
)
def test_words_of_denial_that_deny_nothing(statement, cited):
    assert "negation" not in failed(statement, cited)


def test_refusal_without_a_word_of_denial_is_a_denial():
    """The act says it: "is van mening dat dit te ver gaat" refuses without "niet"."""
    assert "negation" in failed(
        "The cabinet funds the FFM.", "Het kabinet vindt financiering te vergaand.", "decline"
    )


# -- modality: who binds whom -------------------------------------------------------------------------------------

PROMISES = [
    "Nederland zal 2 miljoen euro vrijmaken voor de FFM.",
    "Nederland belooft 2 miljoen euro voor de FFM.",
    "Nederland heeft besloten 2 miljoen euro vrij te maken.",
    "The Netherlands will give 2 million euros to the FFM.",
    "The Netherlands has promised 2 million euros to the FFM.",
    "The Netherlands committed 2 million euros to the FFM.",
    "The Netherlands pledged 2 million euros.",
]
UNKNOWN_PROMISES = [
    "Nederland zegt 2 miljoen euro toe voor de FFM.",
    "Nederland zegde 2 miljoen euro toe.",
    "Het kabinet gaat 2 miljoen euro vrijmaken.",
    "Nederland garandeert 2 miljoen euro.",
    "Nederland stelt 2 miljoen euro beschikbaar.",
    "Het kabinet doet de toezegging van 2 miljoen euro.",
    "Het kabinet heeft toen besloten 2 miljoen euro te geven.",
    "Nederland is van plan 2 miljoen euro te geven.",
    "The cabinet pledges 2 million euros.",
    "The Netherlands is going to give 2 million euros.",
    "The Netherlands undertakes to give 2 million euros.",
    "The cabinet made a commitment of 2 million euros.",
    "The cabinet plans to give 2 million euros.",
    "The Netherlands agreed to pay 2 million euros.",
    "The Netherlands vows to give 2 million euros.",
    "The Netherlands gives 2 million euros to the FFM.",
    "Nederland geeft 2 miljoen euro aan de FFM.",
]


@pytest.mark.parametrize(
    "statement",
    [
        *PROMISES,
        *(pytest.param(p) for p in UNKNOWN_PROMISES),
    ],
)
def test_demand_never_passes_as_a_commitment(statement):
    assert "modality" in failed(statement, DEMAND, "demand", "civil_society")


@pytest.mark.parametrize("act", ["question", "request", "report", "answer", "other"])
@pytest.mark.parametrize("statement", PROMISES)
def test_nothing_but_a_commitment_carries_a_promise(statement, act):
    assert "modality" in failed(statement, REPORT, act)


@pytest.mark.parametrize("statement", PROMISES[:1] + PROMISES[3:])
def test_commitment_carries_a_promise(statement):
    assert "modality" not in failed(statement, COMMITMENT, "commitment")


@pytest.mark.parametrize(
    "cited",
    [
        "Nederland overweegt 2 miljoen euro vrij te maken.",
        "Nederland hoopt 2 miljoen euro vrij te maken.",
        "Nederland is bereid 2 miljoen euro vrij te maken.",
    ],
)
def test_weighing_and_hoping_are_not_promising(cited):
    assert "modality" in failed("The Netherlands will give 2 million euros.", cited, "commitment")


def test_demand_told_as_a_demand_passes():
    assert (
        failed(
            "WO=MEN calls on the Netherlands to free 2 million euros for the FFM.",
            f"{DEMAND} (WO=MEN)",
            "demand",
            "civil_society",
        )
        == set()
    )


def test_commitment_beside_it_does_not_lend_itself_to_a_demand():
    checks = check_statement(
        "Nederland zal 2 miljoen euro vrijmaken.",
        [said("commitment"), said("demand", "civil_society")],
        ["Nederland zal de Kamer informeren.", DEMAND],
    )
    assert not all(c.passed for c in checks)


# -- modality: how strongly ---------------------------------------------------------------------------------------

WEAK = {
    "overweegt": "Nederland overweegt de FFM met 2 miljoen euro te steunen.",
    "bereid": "Nederland is bereid de FFM met 2 miljoen euro te steunen.",
    "voornemens": "Nederland is voornemens de FFM met 2 miljoen euro te steunen.",
    "hoopt": "Nederland hoopt de FFM met 2 miljoen euro te steunen.",
    "onderzoekt": "Nederland onderzoekt of het de FFM met 2 miljoen euro kan steunen.",
}


@pytest.mark.parametrize("word", WEAK)
@pytest.mark.parametrize("act", ["commitment", "report", "answer"])
@pytest.mark.parametrize(
    "statement",
    [
        "The Netherlands will support the FFM with 2 million euros.",
        "The Netherlands has decided to support the FFM with 2 million euros.",
        "The Netherlands supports the FFM with 2 million euros.",
        "Nederland zal de FFM met 2 miljoen euro steunen.",
        "Nederland heeft besloten de FFM met 2 miljoen euro te steunen.",
        "Nederland steunt de FFM met 2 miljoen euro.",
    ],
)
def test_what_is_weighed_or_wished_is_not_told_as_more(word, act, statement):
    assert "modality" in failed(statement, WEAK[word], act)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("The Netherlands is considering supporting the FFM with 2 million euros.", "overweegt"),
        ("Nederland overweegt de FFM met 2 miljoen euro te steunen.", "overweegt"),
        ("The Netherlands is willing to support the FFM with 2 million euros.", "bereid"),
        ("The Netherlands might support the FFM with 2 million euros.", "overweegt"),
        ("The Netherlands hopes to support the FFM with 2 million euros.", "hoopt"),
    ],
)
def test_what_is_weighed_told_as_weighed_passes(statement, word):
    assert "modality" not in failed(statement, WEAK[word], "commitment")


@pytest.mark.parametrize(
    "statement", ["The Netherlands has freed 2 million euros for the FFM.", "Nederland heeft 2 miljoen euro vrijgemaakt voor de FFM."]
)  # fmt: skip
def test_what_will_be_done_is_not_told_as_done(statement):
    assert "modality" in failed(statement, COMMITMENT, "commitment")


@pytest.mark.parametrize(
    "statement",
    [
        "Het gaat om 2 miljoen euro voor de FFM.",
        "The committee discussed the 2 million euros for the FFM.",
        "In May 2026 the Netherlands supported the FFM with 2 million euros.",
        "The decision-making on the FFM costs 2 million euros.",
    ],
)
def test_word_that_only_looks_like_a_promise_or_a_doubt_is_none(statement):
    assert "modality" not in failed(statement, REPORT)


def test_what_a_third_party_will_do_may_be_told_from_a_report():
    assert "modality" not in failed(
        "The UN will end the mission.", "De VN zal de missie beëindigen.", "report"
    )
    assert "modality" in failed(
        "The cabinet will end the mission.", "De VN zal de missie beëindigen.", "report"
    )


# -- the actor ----------------------------------------------------------------------------------------------------

CLAIM = "Vrouwen worden onvoldoende betrokken bij vredesprocessen."


@pytest.mark.parametrize(
    ("statement", "act", "role"),
    [
        (
            "The cabinet says that women are insufficiently involved in peace processes.",
            "other",
            "civil_society",
        ),
        (
            "Volgens het kabinet worden vrouwen onvoldoende betrokken bij vredesprocessen.",
            "other",
            "civil_society",
        ),
        ("The minister acknowledges that women are insufficiently involved.", "question", "parliament"),
        ("According to NGOs women are insufficiently involved.", "report", "government"),
        ("MPs say that women are insufficiently involved.", "report", "government"),
        ("The Netherlands involves women insufficiently.", "other", "civil_society"),
    ],
)
def test_words_of_one_are_not_put_into_the_mouth_of_another(statement, act, role):
    assert "actor" in failed(statement, CLAIM, act, role)


@pytest.mark.parametrize(
    ("statement", "cited", "role"),
    [
        ("The cabinet says that women are insufficiently involved.", CLAIM, "government"),
        ("NGOs say that women are insufficiently involved.", CLAIM, "civil_society"),
        ("MPs asked about women.", "De leden Dobbe c.s. vroegen naar vrouwen.", "government"),
        ("Women are insufficiently involved in peace processes.", CLAIM, "civil_society"),
        ("The cabinet does too little.", "Het kabinet doet te weinig.", "civil_society"),
    ],
)
def test_own_words_and_words_about_another_pass(statement, cited, role):
    assert "actor" not in failed(statement, cited, "other", role)


def test_words_about_another_are_not_its_own():
    """ "Het kabinet doet te weinig" is what an organisation says: the cabinet does not say so of itself."""
    assert "actor" in failed(
        "The cabinet says it does too little.", "Het kabinet doet te weinig.", "other", "civil_society"
    )


# -- every check, whatever is said --------------------------------------------------------------------------------


def test_sentences_own_words_pass_every_check():
    for text, act in ((COMMITMENT, "commitment"), (REPORT, "report")):
        assert failed(text, text, act) == set()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_every_check_is_made_and_never_an_exception(statement, cited):
    checks = check_statement(statement, [said("report")], [cited])
    assert [c.name for c in checks] == [
        "numbers", "names", "addresses", "negation", "modality", "actor", "subject",
    ]  # fmt: skip
    assert all(c.passed != bool(c.detail) for c in checks)


@pytest.mark.parametrize(
    "statement",
    [
        "The Netherlands will give the 2 million euros that was asked for the FFM.",
        "The cabinet has promised the requested 2 million euros to the FFM.",
        "Nederland wil en zal 2 miljoen euro voor de FFM vrijmaken.",
    ],
)
def test_word_of_asking_beside_it_does_not_turn_a_promise_into_a_demand(statement):
    assert "modality" in failed(statement, DEMAND, "demand", "civil_society")


@pytest.mark.parametrize(
    "statement",
    [
        "The Netherlands frees 2 million euros for the FFM.",
        "Nederland maakt 2 miljoen euro vrij voor de FFM.",
        "Nederland heeft 2 miljoen euro vrijgemaakt voor de FFM.",
        "The cabinet allocates 2 million euros to the FFM.",
        "The Netherlands funds the FFM with 2 million euros.",
    ],
)
def test_demand_is_not_told_as_something_the_cabinet_does(statement):
    assert "modality" in failed(statement, DEMAND, "demand", "civil_society")


# -- statements as a model writes them ----------------------------------------------------------------------------

DATA = Path(__file__).parent / "data"
WRITTEN = [
    json.loads(line)
    for name in ("statements.jsonl", "statements_held_back.jsonl")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda e: e["cited"][:50])
def test_faithful_statement_passes_and_a_wrong_one_fails_the_check_that_is_for_it(entry):
    """Checks that leave out what is true cost an answer, checks that let through what is not cost the reader's trust."""
    cited, act, role, speaker = entry["cited"], entry["act"], entry["role"], entry.get("speaker")
    assert {s: failed(s, cited, act, role, speaker) for s in entry["good"]} == {
        s: set() for s in entry["good"]
    }
    for statement, check in entry["bad"]:
        assert check in failed(statement, cited, act, role, speaker), statement
