"""Traps of who binds whom, on sentences made of parts: the same deed by others, denied, told, quoted, asked, wished."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.acts.binding import binds
from rag.acts.speech import classify

FEW = settings(max_examples=300, deadline=None)
OURS = st.sampled_from(
    [
        "het kabinet",
        "de regering",
        "Nederland",
        "de minister van Landbouw, Visserij, Voedselzekerheid en Natuur",
        "het ministerie van Defensie",
        "de staatssecretaris voor Rechtsbescherming",
        "het kabinet-Schoof",
        "de Nederlandse regering",
    ]
)
OTHERS = st.sampled_from(
    [
        "de Duitse regering",
        "de Belgische minister van Defensie",
        "de regering van Soedan",
        "de minister van Defensie van Canada",
        "het vorige kabinet",
        "een volgend kabinet",
        "de Europese Commissie",
        "de VN",
        "de gemeente Utrecht",
        "het Verenigd Koninkrijk",
    ]
)
DEEDS = st.sampled_from(
    [
        ("zal", "een conferentie organiseren"),
        ("trekt", "3 miljoen euro uit voor de opvang van vluchtelingen"),
        ("stelt", "2 miljoen euro beschikbaar"),
        ("maakt", "€ 40 mln. vrij voor de jeugdzorg"),
        ("zet", "zich in voor een staakt-het-vuren"),
        ("blijft", "de organisatie steunen"),
        ("gaat", "de regels vereenvoudigen"),
        ("heeft", "besloten de missie te verlengen"),
        ("breidt", "de regeling volgend jaar uit"),
        ("draagt", "in 2031 weer bij aan het fonds"),
        ("bouwt", "de komende jaren 40 schepen"),
        ("verlengt", "de missie met een jaar"),
        ("kiest", "ervoor de drempel te schrappen"),
        ("zegt", "de Kamer toe dat de brief er donderdag ligt"),
    ]
)
OPENINGS = st.sampled_from(["Daarom", "Ook", "In dat kader", "Samen met Kenia", "Om dit te bereiken"])


def act(text, role="government", part="body"):
    return classify(text, role, part).act


def subject_first(who, deed):
    return f"{who[0].upper()}{who[1:]} {deed[0]} {deed[1]}."


def verb_first(opening, who, deed):
    return f"{opening} {deed[0]} {who} {deed[1]}."


@FEW
@given(OURS, DEEDS, OPENINGS)
def test_deed_of_the_cabinet_binds_it_in_either_word_order(who, deed, opening):
    assert act(subject_first(who, deed)) == act(verb_first(opening, who, deed)) == "commitment"


@FEW
@given(OTHERS, DEEDS, OPENINGS)
def test_same_deed_of_another_binds_nobody(who, deed, opening):
    assert act(subject_first(who, deed)) == act(verb_first(opening, who, deed)) == "report"


@FEW
@given(OURS, DEEDS, st.sampled_from(["parliament", "civil_society", None]))
def test_nobody_commits_the_government_but_the_government(who, deed, role):
    assert act(subject_first(who, deed), role) != "commitment"


@FEW
@given(OURS, DEEDS, OPENINGS)
def test_denied_deed_is_a_refusal(who, deed, opening):
    denied = (deed[0], f"niet {deed[1]}")
    assert act(subject_first(who, denied)) == act(verb_first(opening, who, denied)) == "decline"


@FEW
@given(OURS, DEEDS, st.sampled_from(["«{}»", "“{}”"]))
def test_quoted_deed_is_the_quoted_ones(who, deed, marks):
    quoted = marks.format(subject_first(who, deed).rstrip("."))
    assert act(f"{quoted}, aldus de woordvoerder van de partij.") == "report"
    assert act(f"Het partijprogramma bevat de zin {quoted}.") == "report"


def test_telling_behind_the_sentence_makes_it_anothers():
    assert act("Wij zullen volhouden, schrijft het Rode Kruis.") == "report"
    assert act("Wij zullen volhouden, zegt het kabinet toe.") == "commitment"


@FEW
@given(
    OURS,
    DEEDS,
    st.sampled_from(["Oxfam schrijft", "De Algemene Rekenkamer stelt", "De VN meldt", "Het is de wens"]),
)
def test_what_others_tell_of_the_cabinet_is_theirs(who, deed, teller):
    assert act(f"{teller} dat {who} {deed[0]} {deed[1]}.") == "report"


@FEW
@given(OURS, DEEDS, OPENINGS)
def test_question_about_a_deed_is_a_question(who, deed, opening):
    assert act(verb_first(opening, who, deed).rstrip(".") + "?") == "question"


@FEW
@given(OURS, DEEDS)
def test_footnote_binds_nobody(who, deed):
    assert act(subject_first(who, deed), part="footnote") == "report"


@pytest.mark.parametrize(
    "text",
    [
        "Het kabinet zou 3 miljoen euro kunnen uittrekken.",
        "Het kabinet overweegt 3 miljoen euro uit te trekken.",
        "Het kabinet wil in 2030 3 miljoen euro uittrekken.",
        "Het kabinet beziet of het 3 miljoen euro kan uittrekken.",
        "Mocht het nodig zijn, dan kan het kabinet besluiten 3 miljoen euro uit te trekken.",
        "In 2022 trok het kabinet 3 miljoen euro uit.",
        "Sinds 2019 ondersteunt het kabinet deze organisatie.",
        "Het kabinet ondersteunt in 2026 inmiddels 40 organisaties.",
    ],
)
def test_wish_thought_or_past_deed_does_not_bind(text):
    assert act(text) == "report"


@pytest.mark.parametrize(
    "text",
    [
        "In Nederland zal het aantal 80-plussers verdubbelen.",
        "Voor het kabinet blijft de veiligheid van burgers voorop staan.",
        "De steun van Nederland loopt volgend jaar af.",
        "Het verdrag verplicht Nederland om volgend jaar te rapporteren.",
    ],
)
def test_cabinet_that_is_not_the_subject_does_nothing(text):
    assert act(text) == "report"


@pytest.mark.parametrize(
    "text",
    [
        "Nederland blijft een van de grootste donoren van het fonds.",
        "Het kabinet blijft bezorgd over de aanhoudende bombardementen.",
        "Het kabinet blijft het akkoord een goede stap vinden.",
    ],
)
def test_what_stays_as_it_is_is_no_deed(text):
    assert act(text) == "report"


@pytest.mark.parametrize(
    "text",
    [
        "Hierbij stuur ik uw Kamer de antwoorden op de feitelijke vragen.",
        "Bijgaand ontvangt u de geannoteerde agenda.",
        "In deze brief zal ik ingaan op de aangenomen moties.",
        "Met deze brief informeer ik uw Kamer over de uitkomsten van de Raad.",
    ],
)
def test_what_the_letter_itself_brings_is_no_promise(text):
    assert act(text) == "report"


@pytest.mark.parametrize(
    "text",
    [
        "Uw Kamer wordt hierover voor het zomerreces geïnformeerd.",
        "U ontvangt de kabinetsreactie uiterlijk in november.",
        "Indien daar aanleiding toe is, zal ik uw Kamer nader informeren.",
    ],
)
def test_letter_that_is_to_come_is_a_promise(text):
    assert act(text) == "commitment"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De regeling wordt per 1 april 2031 verlengd.", "commitment"),
        ("De bijdrage aan het fonds wordt met 10 miljoen euro verhoogd.", "commitment"),
        ("In Frankrijk wordt het pensioen per 2031 verhoogd.", "report"),
        ("De EU-missie wordt in 2031 geëvalueerd door de Europese Dienst voor Extern Optreden.", "report"),
        ("Door de Europese Commissie wordt 3 miljoen euro beschikbaar gesteld.", "report"),
        ("De regeling wordt uitgevoerd door de Rijksdienst voor Ondernemend Nederland.", "report"),
        ("De regeling is per 1 juli 2024 ingetrokken.", "report"),
    ],
)
def test_passive_binds_where_nobody_else_acts_and_it_is_still_to_come(text, expected):
    assert act(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In Dubai heeft Nederland 15 miljoen euro toegezegd.", "commitment"),
        ("Tijdens het debat heb ik uw Kamer toegezegd de regeling te evalueren.", "commitment"),
        ("In deze brief doe ik die toezegging gestand.", "report"),
        ("De toezegging om het register te actualiseren is inmiddels afgedaan.", "report"),
        ("Mijn ambtsvoorganger heeft beloofd de dossiers af te handelen.", "report"),
        ("Tijdens de conferentie zegden landen in totaal 6 miljard euro toe.", "report"),
    ],
)
def test_promise_that_stands_is_one_and_a_kept_or_anothers_is_told(text, expected):
    assert act(text) == expected


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Daarom trekt het kabinet de komende jaren 3 miljoen euro uit.", "future"),
        ("Nederland zet zich in voor vrede.", "present"),
        ("Nederland zal zich blijven inzetten voor vrede.", "present"),
        ("Nederland heeft 3 miljoen euro toegezegd.", "past"),
    ],
)
def test_commitment_says_when_it_is_kept(text, when):
    assert binds(text) == (True, when)


@pytest.mark.parametrize(
    "text",
    [
        "In 2031 levert Nederland scherfvesten.",
        "De komende maanden werk ik met de sector een convenant uit.",
        "Volgend jaar breidt Defensie het aantal militairen uit.",
    ],
)
def test_present_participle_or_numeral_is_no_past_tense(text):
    """ "komende" ends as a past tense does, and hid these promises."""
    assert classify(text, "government", "body").time == "future"


def test_ordinal_before_a_noun_is_no_past_tense():
    """ "vierde" is also the past tense of "vieren"."""
    assert classify("De vierde missie verloopt goed.", "government", "body").time == "present"
    assert classify("Nederland vierde dat jubileum met Kenia.", "government", "body").time == "past"


@pytest.mark.parametrize("piece", ["wij ", "zal het kabinet ", "dat ", "Nederland, ", "wordt ", "“"])
def test_sentence_without_end_is_read_in_no_time(piece):
    started = time.process_time()
    classify(piece * 2000, "government", "body")
    assert time.process_time() - started < 2


@FEW
@given(st.text(max_size=300))
def test_any_text_binds_or_does_not(text):
    found = binds(text)
    assert found is None or found[1] in ("future", "present", "past")
