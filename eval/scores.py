"""Answer and gold -> scores. Each is one pure function that says what it looked at and why; None where it does not apply."""

from __future__ import annotations

import re

from eval import retrieval
from eval.gold import fold
from eval.sample import Sample, Score, Scorer, place_of

BEARS = 0.5  # share of the shorter of a citation and a place of evidence that they must have in common
LONG = 40  # folded characters from which a quotation inside the evidence counts as quoting it
_BINDING = frozenset({"demand", "question", "request"})  # acts of those who cannot bind the government
_SPOKEN = {
    "nl": frozenset(
        "de het een en van dat die niet zijn op te voor met er ook aan maar dit deze staat geen".split()
    ),
    "en": frozenset(
        "the a of and to that not for with are this these by from it its no does says stands".split()
    ),
}


def exact_citations(sample: Sample) -> Score | None:
    """The share of citations whose slice of the document is the quotation: anything but 1 is a fault."""
    citations = sample.answer["citations"]
    if not citations:
        return None
    text_of = sample.corpus.text_of
    wrong = [c["id"] for c in citations if text_of(c["document"])[c["start"] : c["end"]] != c["quote"]]
    why = f"not exact: {wrong}" if wrong else "all exact"
    return Score(1 - len(wrong) / len(citations), f"{len(citations)} citations", why)


def evidence_in_answer(sample: Sample) -> Score | None:
    """Whether the answer quotes a piece of the evidence, wholly or but for a sentence's edge."""
    if not sample.gold.answerable:
        return None
    wanted = [fold(e) for e in sample.gold.evidence]
    for number, statement in enumerate(sample.answer["statements"], 1):
        if quotes_evidence(fold("".join(c["quote"] for c in sample.citations_of(statement))), wanted):
            return Score(1.0, f"statement {number}", "quoted")
    return Score(0.0, _shown(sample), "not among the quotations")


def fact_recall(sample: Sample) -> Score | None:
    """The share of the gold facts that the answer's text or quotations hold."""
    if not sample.gold.facts:
        return None
    said = fold(
        " ".join(
            [
                *(s["text"] for s in sample.answer["statements"]),
                *(c["quote"] for c in sample.answer["citations"]),
            ]
        )
    )
    missing = [fact[0] for fact in sample.gold.facts if not any(fold(a) in said for a in fact)]
    why = f"missing: {', '.join(missing)}" if missing else "all there"
    return Score(1 - len(missing) / len(sample.gold.facts), _shown(sample), why)


def statement_precision(sample: Sample) -> Score | None:
    """The share of the statements shown that bear on the gold evidence: one of their citations lies on it."""
    statements = sample.answer["statements"]
    if not sample.gold.answerable or not statements:
        return None
    bears = [i for i, s in enumerate(statements, 1) if _bears(sample, s)]
    return Score(len(bears) / len(statements), _shown(sample), f"on the evidence: {bears or 'none'}")


def attribution(sample: Sample) -> Score | None:
    """Whether the citation that holds the evidence is labelled with the right role and speech act."""
    gold = sample.gold
    if not (gold.act or gold.role):
        return None
    wanted = [fold(e) for e in gold.evidence]
    for citation in sample.answer["citations"]:
        if quotes_evidence(fold(citation["quote"]), wanted):
            role, act = citation["role"], citation["speech_act"]
            right = gold.role in (None, role) and gold.act in (None, act)
            return Score(
                float(right), f"{role} {act}", f"gold: {gold.role or 'any role'} {gold.act or 'any act'}"
            )
    return Score(0.0, _shown(sample), "the evidence is not cited")


def never_a_commitment(sample: Sample) -> Score | None:
    """For evidence that is a demand, a question or a request: that no quotation of it is labelled a commitment."""
    gold = sample.gold
    if gold.kind != "demand" and gold.act not in _BINDING:
        return None
    wanted = [fold(e) for e in gold.evidence]
    wrong = [
        c["id"]
        for c in sample.answer["citations"]
        if c["speech_act"] == "commitment" and quotes_evidence(fold(c["quote"]), wanted)
    ]
    return Score(
        float(not wrong), _shown(sample), f"shown as a commitment: {wrong}" if wrong else "not shown as one"
    )


def refused_rightly(sample: Sample) -> Score | None:
    """For an unanswerable question: whether it was refused."""
    if sample.gold.answerable:
        return None
    return Score(float(sample.answer["status"] == "refused"), _shown(sample), "the documents do not say")


def answered_rightly(sample: Sample) -> Score | None:
    """For an answerable question: whether it was not refused."""
    if not sample.gold.answerable:
        return None
    return Score(float(sample.answer["status"] != "refused"), _shown(sample), "the documents say it")


def language(sample: Sample) -> Score | None:
    """Whether the question's language was recognised and the answer's own words are in it; quotations are the documents'."""
    answer, wanted = sample.answer, sample.gold.lang
    own = [answer["refusal"]["message"]] if answer["refusal"] else []
    if answer["mode"] == "llm":
        own += [s["text"] for s in answer["statements"]]
    taken, spoken = answer["question_language"], spoken_in(" ".join(own))
    right = taken == wanted and spoken in (None, wanted)
    return Score(
        float(right), f"taken for {taken}, speaks {spoken or 'in quotations only'}", f"gold: {wanted}"
    )


def spoken_in(text: str) -> str | None:
    """Dutch or English, by the function words that only one of them has; None where they do not tell."""
    words = re.findall(r"[a-z]+", text.casefold())
    dutch, english = (sum(w in _SPOKEN[x] for w in words) for x in ("nl", "en"))
    return None if dutch == english else "nl" if dutch > english else "en"


def quotes_evidence(quote: str, wanted: list[str]) -> bool:
    """Whether a quotation holds a piece of evidence, or is a large part of one (all folded)."""
    return any(w in quote or (len(quote) > LONG and quote in w) for w in wanted)


def _bears(sample: Sample, statement: dict[str, object]) -> bool:
    for place in map(place_of, sample.citations_of(statement)):
        for evidence in sample.evidence:
            shorter = min(place.end - place.start, evidence.end - evidence.start)
            if place.shared(evidence) >= BEARS * shorter:
                return True
    return False


def _shown(sample: Sample) -> str:
    count = len(sample.answer["statements"])
    return f"{sample.answer['status']}, {count} statement{'' if count == 1 else 's'}"


SCORES: dict[str, Scorer] = {
    **retrieval.SCORES,
    "citations char-exact": exact_citations,
    "evidence in answer": evidence_in_answer,
    "facts in answer": fact_recall,
    "statement precision": statement_precision,
    "attribution": attribution,
    "demand not a commitment": never_a_commitment,
    "unanswerable refused": refused_rightly,
    "answerable answered": answered_rightly,
    "language": language,
}
