import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.acts.speech import Said, classify, is_call
from rag.text.sentences import joined

DATA = Path(__file__).parent / "data"
ROWS = [
    json.loads(line)
    for name in ("speech_acts.jsonl", "speech_acts_traps.jsonl")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()
]
FEW = settings(max_examples=100, deadline=None)
PROMISE = "De minister zal in april een bijeenkomst bijwonen."


def act(text, role="government", part="body", **more):
    return classify(text, role, part, **more).act


def labelled(split, *acts):
    for row in ROWS:
        if row["split"] == split and (not acts or row["act"] in acts):
            yield row, classify(joined(row["text"]), row["role"], row["part"], is_call(row["heading"]))


def taken_for_commitments(split, *acts):
    """What the rules took for a commitment; of the held-back sentences only how many, so that nobody reads them."""
    found = [row["text"] for row, said in labelled(split, *acts) if said.act == "commitment"]
    return found if split == "dev" else len(found)


def test_labelled_sentences_are_there():
    assert len(ROWS) >= 900 and {row["role"] for row in ROWS} == {"government", "parliament", "civil_society"}


def test_no_sentence_is_labelled_twice():
    texts = [" ".join(row["text"].split()) for row in ROWS]
    assert [text for text in set(texts) if texts.count(text) > 1] == []


def test_no_labelled_demand_question_request_or_refusal_is_a_commitment():
    acts = ("demand", "question", "request", "decline")
    assert taken_for_commitments("dev", *acts) == []
    assert taken_for_commitments("test", *acts) == 0


def test_hardly_a_labelled_report_or_answer_is_a_commitment():
    acts = ("report", "answer", "other")
    assert taken_for_commitments("dev", *acts) == []
    assert taken_for_commitments("test", *acts) <= 1


@pytest.mark.parametrize(("split", "least"), [("dev", 0.95), ("test", 0.84)])
def test_labelled_sentences_are_told_apart(split, least):
    right = [said.act == row["act"] for row, said in labelled(split)]
    assert sum(right) / len(right) >= least


@pytest.mark.parametrize(("split", "least"), [("dev", 0.90), ("test", 0.72)])
def test_labelled_commitments_are_found(split, least):
    found = [said.act == "commitment" for _, said in labelled(split, "commitment")]
    assert sum(found) / len(found) >= least


@pytest.mark.parametrize(("split", "least"), [("dev", 0.85), ("test", 0.78)])
def test_labelled_times_are_told_apart(split, least):
    right = [said.time == row["time"] for row, said in labelled(split)]
    assert sum(right) / len(right) >= least


def test_who_speaks_decides_before_what_is_said():
    assert act(PROMISE) == "commitment"
    assert act(PROMISE, role="parliament") == "other"
    assert act(PROMISE, role="civil_society") != "commitment"
    assert act(PROMISE, role=None) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "In 2026 zal Nederland samen met de VN een regionale conferentie in Afrika organiseren.",
        "Het kabinet heeft daarom besloten het NAP1325-IV (2021–2025) met twee jaar te verlengen tot "
        "en met 2027.",
        "Daarom heeft Nederland voor de komende jaren 39,9 miljoen euro beschikbaar gesteld.",
        "Ik zeg de Kamer toe dat alle vergunningen vóór 1 juli 2026 opnieuw zijn bekeken.",
        "Ik stel daarom 42 miljoen euro extra beschikbaar voor de waterschappen.",
        "Uw Kamer ontvangt voor de zomer een voorstel.",
        "Tijdens het debat heb ik uw Kamer toegezegd te bezien wat Nederland aanvullend kan doen.",
    ],
)
def test_government_that_binds_itself_commits(text):
    assert act(text) == "commitment" and act(text, part="answer") == "commitment"


@pytest.mark.parametrize(
    "text",
    [
        "Het kabinet overweegt de bijdrage te verhogen.",
        "Ik verwacht dat de bijdrage per 31 december 2028 ingaat.",
        "De VN rapporteert een stijging van 25% in 2024.",
        "Een wereldwijd sanctieregime zal zonder enige twijfel getroffen worden door een veto.",
        "De VN zal het mandaat verlengen.",
        "Vlaanderen heeft toegezegd de meetgegevens voortaan te delen.",
        "In deze brief doe ik mijn toezegging gestand te bezien wat Nederland aanvullend kan doen.",
    ],
)
def test_hope_report_or_another_ones_promise_is_no_commitment(text):
    assert act(text) == "report" and act(text, part="answer") == "answer"


@pytest.mark.parametrize(
    "text",
    [
        "Zoals eerder medegedeeld, acht het kabinet het opzetten van een thematisch sanctieregime "
        "onvoldoende kansrijk.",
        "Nee, daartoe ben ik niet bereid.",
        "Het kabinet ziet geen aanleiding het beleid aan te passen.",
        "Ik ben niet voornemens dit te doen.",
        "Het kabinet zal niet deelnemen aan de missie.",
    ],
)
def test_refusal_is_a_decline_and_never_a_commitment(text):
    assert act(text) == act(text, part="answer") == "decline"


@pytest.mark.parametrize(
    "text",
    [
        "In 2027 moeten al onze wateren aan de doelen voldoen, en dat gaan we niet overal halen.",
        "De verdringingsreeks ligt vast in het Besluit, en die ga ik niet op een achternamiddag aanpassen.",
        "Het kabinet zal de aanbeveling om een feministische handelsagenda op te stellen niet overnemen.",
    ],
)
def test_refusal_with_a_late_niet_is_no_commitment(text):
    assert act(text) != "commitment"


def test_separable_verb_with_niet_is_a_decline():
    assert act("Ik begrijp die wens, maar ik breid de proef dit jaar niet uit.") == "decline"


def test_money_that_is_to_be_set_aside_is_not_set_aside():
    said = classify(
        "Nederland zet zich ervoor in dat binnen het reguliere VN-budget voldoende middelen worden "
        "gereserveerd voor "
        "dergelijke onderzoekscommissies.",
        "government",
        "body",
    )
    assert said.time != "past"


def test_they_will_after_a_promise_is_a_promise_and_otherwise_not():
    said = classify(PROMISE, "government", "answer")
    text = "Zij zal hierbij het probleem aankaarten."
    assert act(text, part="answer", previous=said) == "commitment"
    assert act(text, part="answer", previous=Said("report", "past")) == "answer"


def test_governments_footnote_commits_nobody():
    assert act(PROMISE, part="footnote") == "report"


def test_reported_motion_is_a_request_and_as_an_occasion_it_is_not():
    assert (
        act("De leden Dobbe c.s. hebben het ministerie middels een motie verzocht om zorg te bieden.")
        == "request"
    )
    assert (
        act("Zoals verzocht door de Kamer zal Nederland in 2026 een conferentie organiseren.") == "commitment"
    )


@pytest.mark.parametrize("role", ["government", "parliament", "civil_society", None])
def test_question_mark_makes_a_question_whoever_speaks(role):
    assert act("Bent u bereid dit te doen?", role=role) == "question"


def test_every_sentence_of_a_vraag_is_a_question():
    assert act("Kunt u dat toelichten", role="parliament", part="question") == "question"


@pytest.mark.parametrize(
    "text",
    [
        "verzoekt de regering de norm vast te leggen;",
        "Ik verzoek de minister dit te doen. Zij verzoeken de regering.",
    ],
)
def test_motion_asks_and_its_considerations_do_not(text):
    assert act(text, role="parliament") == "request"
    assert act("constaterende dat de verbinding met Kopenhagen verdwijnt;", role="parliament") == "other"


@pytest.mark.parametrize(
    "text",
    [
        "Wij roepen u op deze inzichten te vertalen naar concreet beleid:",
        "Veranker preventie expliciet als prioriteit.",
        "Zet in op verzoening.",
        "Plaats genderexperts op strategische functies;",
        "4. Voorkom negatieve gevolgen van antiterrorisme maatregelen",
        "Dit vraagt om zorgvuldige inzet.",
        "Er is dringend behoefte aan meerjarige financiering.",
        "Wij pleiten voor structurele verankering van gender.",
        "Wij willen dat het kabinet 18 miljoen euro beschikbaar stelt.",
    ],
)
def test_organisation_that_calls_for_something_demands(text):
    assert act(text, role="civil_society") == "demand"


@pytest.mark.parametrize(
    "text",
    [
        "De gevolgen van CRSV zijn levensingrijpend.",
        "Nederland hoort bij de goedkoopste markten van West-Europa.",
        "In 2000 nam de VN Veiligheidsraad unaniem Resolutie 1325 aan.",
    ],
)
def test_organisation_that_describes_does_not_demand(text):
    assert act(text, role="civil_society") == "other"


def test_subject_of_a_letter_is_no_demand():
    assert (
        act("Betreft: Input CD Conflict gerelateerd seksueel geweld", role="civil_society", part="heading")
        == "other"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Wij komen zelf uit op ruim vier euro per verzekerde.",
        "Wij wachten niet af:",
        "Eigen bewerking van de meldingen.",
        "Brief en rapport over geneesmiddelentekorten",
    ],
)
def test_pronoun_or_noun_at_the_head_is_no_imperative(text):
    assert act(text, role="civil_society") == "other"


def test_bullet_under_a_call_is_a_demand_but_a_statement_is_not():
    assert act("duidelijke en strenge sancties;", role="civil_society", part="list", call=True) == "demand"
    assert act("duidelijke en strenge sancties;", role="civil_society", part="list") == "other"
    assert act("De sancties werken goed.", role="civil_society", part="list", call=True) == "other"


@pytest.mark.parametrize(
    "text", ["Actiepunten", "Oproep", "Wij roepen u op deze inzichten te vertalen naar beleid:"]
)
def test_heading_or_sentence_that_calls(text):
    assert is_call(text)


@pytest.mark.parametrize("text", ["Diplomatieke inzet", "Inleiding", "Wat is er aan de hand:"])
def test_heading_that_does_not_call(text):
    assert not is_call(text)


@pytest.mark.parametrize("role", ["government", "parliament"])
def test_heading_of_others_performs_no_act(role):
    assert act("Zal Nederland dit doen", role=role, part="heading") == "other"


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Nederland zal dit doen.", "future"),
        ("De bijdrage werd in 2024 verhoogd.", "past"),
        ("De VN rapporteert een stijging.", "present"),
        ("De EU heeft sancties aangenomen.", "past"),
    ],
)
def test_time_is_told_from_the_verb(text, when):
    assert classify(text, None, "body").time == when


def test_address_with_many_hyphens_is_read_in_no_time():
    address = "Zie https://www.rijksoverheid.nl/" + "-".join(["woord"] * 18)
    act("Ik zie.")
    started = time.process_time()
    act(address, part="footnote")
    assert time.process_time() - started < 0.3


@FEW
@given(
    st.text(max_size=200),
    st.sampled_from(["government", "parliament", "civil_society", None]),
    st.sampled_from(["body", "heading", "list", "footnote", "question", "answer", "speech"]),
    st.booleans(),
)
def test_only_the_government_commits_declines_or_answers(text, role, part, call):
    said = classify(text, role, part, call)
    allowed = {
        "government": {"commitment", "report", "answer", "decline", "question", "request", "other"},
        "parliament": {"question", "request", "other"},
        "civil_society": {"demand", "question", "other"},
        None: {"question", "other"},
    }[role]
    assert said.act in allowed and said.time in ("future", "present", "past")
    assert said.act != "answer" or part == "answer"
