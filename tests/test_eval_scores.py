"""Each score measures what its name says, and says nothing of a question it does not apply to."""

import math

import pytest
from eval_samples import FIRST, SECOND, TEXT, THIRD, answer, citation, gold, passage, sample, unanswerable

from eval.retrieval import STRETCH, by_passage, by_span
from eval.scores import SCORES, spoken_in

RANKED = [n for n in SCORES if "@" in n]
AT = TEXT.index(FIRST), TEXT.index(FIRST) + len(FIRST)
FILLING = TEXT.index("Vulling.")


def value(name, question, given):
    score = SCORES[name](sample(question, given))
    return None if score is None else score.value


def listed(*spans):
    """An answer with passages, best first, beside a refusal: ranking is measured of refusals too."""
    return answer(passages=[passage(s, e, rank) for rank, (s, e) in enumerate(spans, 1)])


def test_every_score_says_what_it_saw_and_why():
    question = gold(facts=(("Soedan",),), act="commitment", role="government")
    for name, scorer in SCORES.items():
        score = scorer(sample(question, answer(citation(FIRST), passages=[passage(*AT)])))
        if score is not None:
            assert 0 <= score.value <= 1, name
            assert score.answer, name
            assert score.explanation, name


def test_scorer_changes_nothing_of_what_it_is_given():
    given = answer(citation(FIRST), citation(SECOND, 2), passages=[passage(*AT)])
    before = repr(given)
    for scorer in SCORES.values():
        scorer(sample(gold(facts=(("x",),)), given))
    assert repr(given) == before


@pytest.mark.parametrize("name", RANKED)
def test_question_without_an_answer_has_no_relevance_judgements(name):
    """As 0 it would make refusals look like bad retrieval; as 1 like good."""
    assert value(name, unanswerable(), listed(AT)) is None


def test_rank_of_the_first_passage_with_evidence():
    other = (FILLING, FILLING + 50)
    question = gold()
    assert value("RR@10", question, listed(other, other, AT)) == pytest.approx(1 / 3)
    assert [value(f"Success@{k}", question, listed(other, other, AT)) for k in (1, 5, 10)] == [0, 1, 1]
    assert value("nDCG@10", question, listed(other, other, AT)) == pytest.approx(1 / math.log2(4))


def test_eleventh_passage_is_no_success_at_ten():
    other = (FILLING, FILLING + 50)
    question = gold()
    assert value("RR@10", question, listed(*[other] * 10, AT)) == 0
    assert value("Success@10", question, listed(*[other] * 10, AT)) == 0


def test_no_passages_at_all_is_a_miss_and_no_error():
    assert [value(name, gold(), listed()) for name in RANKED] == [0.0] * len(RANKED)


def test_passage_that_cuts_the_evidence_does_not_hold_it():
    assert value("Success@10", gold(), listed((AT[0], AT[1] - 5))) == 0


def test_evidence_in_another_document_is_none():
    assert value("Success@10", gold(documents=("elders",)), listed(AT)) == 0


def test_second_place_of_the_evidence_that_was_not_found_lowers_ndcg_alone():
    """«Finding any one is a hit»: only nDCG asks for all of them."""
    question = gold(evidence=(FIRST, SECOND))
    assert by_passage(sample(question, listed(AT))).missed == 1
    assert value("Success@1", question, listed(AT)) == value("RR@10", question, listed(AT)) == 1
    assert value("nDCG@10", question, listed(AT)) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert value("span nDCG@10", question, listed(AT)) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert value("nDCG@10", question, listed((0, FILLING))) == 1  # both in one passage


def test_whole_document_as_one_passage_is_a_hit_but_much_to_read():
    """A splitter that makes passages larger must not look better for it: among characters read it does not."""
    late = TEXT.rindex("Vulling.")
    tail = TEXT + "Pas hier staat het antwoord."
    question = gold(evidence=("Pas hier staat het antwoord.",))
    whole = sample(question, listed((0, len(tail))))
    whole = type(whole)(question, whole.answer, type(whole.corpus)(("brief.txt",), lambda _: tail))
    assert SCORES["Success@1"](whole).value == 1
    assert by_span(whole).relevant == {late // STRETCH + 1}
    assert SCORES["span Success@1"](whole).value == 0


def test_span_counts_what_was_read_before_in_other_passages():
    other = (FILLING, FILLING + 2 * STRETCH)
    assert by_span(sample(gold(), listed(other, AT))).relevant == {3}
    assert value("span RR@10", gold(), listed(other, AT)) == pytest.approx(1 / 3)


def test_span_cut_by_the_splitter_counts_where_most_of_it_stands():
    middle = (AT[0] + AT[1]) // 2
    assert by_span(sample(gold(), listed((AT[0], middle + 5)))).relevant == {1}
    assert by_span(sample(gold(), listed((AT[0], middle - 5)))).relevant == set()


def test_quotation_a_character_off_is_not_exact():
    assert value("citations char-exact", gold(), answer(citation(FIRST), citation(SECOND, 2, shift=1))) == 0.5
    assert value("citations char-exact", gold(), answer(citation(FIRST))) == 1
    assert value("citations char-exact", gold(), answer()) is None


def test_evidence_is_quoted_by_a_statement_of_several_citations():
    """A footnote in the middle of a sentence cuts its quotation in two."""
    first, second = citation(FIRST[:20]), citation(FIRST[20:], 2)
    given = answer(first, second, statements=[{"text": FIRST, "citations": [1, 2], "checks": []}])
    assert value("evidence in answer", gold(), given) == 1
    assert value("evidence in answer", gold(), answer(citation(SECOND))) == 0
    assert value("evidence in answer", unanswerable(), given) is None


def test_facts_are_found_in_any_of_their_spellings():
    question = gold(facts=(("2 mln.", "2 miljoen"), ("Oeganda",)))
    assert value("facts in answer", question, answer(citation(SECOND))) == 0.5
    assert (
        SCORES["facts in answer"](sample(question, answer(citation(SECOND)))).explanation
        == "missing: Oeganda"
    )
    assert value("facts in answer", gold(), answer(citation(SECOND))) is None


def test_statement_beside_the_evidence_lowers_precision():
    given = answer(citation(FIRST), citation(SECOND, 2), citation(THIRD, 3))
    assert value("statement precision", gold(), given) == pytest.approx(1 / 3)
    assert value("statement precision", gold(evidence=(FIRST, THIRD)), given) == pytest.approx(2 / 3)
    assert value("statement precision", gold(), answer()) is None  # a refusal shows nothing


def test_attribution_wants_role_and_act_of_the_citation_that_holds_the_evidence():
    question = gold(act="commitment", role="government")
    assert value("attribution", question, answer(citation(FIRST))) == 1
    assert value("attribution", question, answer(citation(FIRST, act="report"))) == 0
    assert value("attribution", question, answer(citation(FIRST, role="parliament"))) == 0
    assert value("attribution", question, answer(citation(SECOND))) == 0  # right labels, of another sentence
    assert value("attribution", gold(role="government"), answer(citation(FIRST, act="report"))) == 1
    assert value("attribution", gold(), answer(citation(FIRST))) is None


@pytest.mark.parametrize(
    "question", [{"kind": "demand"}, {"kind": "attribution", "act": "request"}, {"act": "question"}]
)
def test_demand_shown_as_a_commitment_is_the_mistake_that_may_not_happen(question):
    asked = gold(evidence=(SECOND,), **question)
    name = "demand not a commitment"
    assert value(name, asked, answer(citation(SECOND, act="commitment"))) == 0
    assert (
        value(name, asked, answer(citation(SECOND, act="demand"), citation(FIRST, 2, act="commitment"))) == 1
    )
    assert value(name, gold(), answer(citation(FIRST))) is None


def test_refusals_are_right_where_there_is_no_answer_and_wrong_where_there_is():
    shown, refused = answer(citation(FIRST)), answer()
    assert [value("unanswerable refused", unanswerable(), a) for a in (shown, refused)] == [0, 1]
    assert [value("answerable answered", gold(), a) for a in (shown, refused)] == [1, 0]
    assert value("unanswerable refused", gold(), refused) is None
    assert value("answerable answered", unanswerable(), refused) is None


def test_language_is_of_the_question_and_of_the_answers_own_words():
    english = {"kind": "not_in_corpus", "message": "These documents do not say that.", "missing_terms": []}
    assert value("language", unanswerable(), answer()) == 1
    assert value("language", unanswerable(), answer(question_language="en")) == 0
    assert value("language", unanswerable(), answer(refusal=english)) == 0
    assert (
        value("language", gold(lang="en"), answer(citation(FIRST), question_language="en")) == 1
    )  # a quotation is Dutch


def test_prose_in_the_wrong_language_is_seen_and_a_quotation_in_it_is_not():
    said = [{"text": "The minister will send a mission to Sudan in 2026.", "citations": [1], "checks": []}]
    given = answer(citation(FIRST), mode="llm", statements=said)
    assert value("language", gold(), given) == 0
    assert value("language", gold(lang="en"), {**given, "question_language": "en"}) == 1
    assert spoken_in("Oxfam 2026") is None
