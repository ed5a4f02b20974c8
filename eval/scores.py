"""Answer and gold -> scores. Each is one pure function and says why; None where it does not apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from eval.gold import Gold, fold

TextOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Score:
    """A value from 0 to 1 and why it is what it is."""

    value: float
    why: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A gold question with the answer it got, as the contract's JSON has it."""

    gold: Gold
    answer: dict[str, Any]
    text_of: TextOf


def first_hit(sample: Sample) -> int | None:
    """The rank of the first passage that holds a piece of evidence, or None."""
    wanted = [fold(e) for e in sample.gold.evidence]
    for passage in sample.answer["passages"]:
        if PurePath(passage["document"]).stem in sample.gold.documents:
            text = fold(sample.text_of(passage["document"])[passage["start"] : passage["end"]])
            if any(w in text for w in wanted):
                return int(passage["rank"])
    return None


def hit_at(k: int) -> Callable[[Sample], Score | None]:
    """Whether evidence stands in the first k passages (Success@k in TREC's terms)."""

    def score(sample: Sample) -> Score | None:
        if not sample.gold.answerable:
            return None
        rank = first_hit(sample)
        return Score(float(rank is not None and rank <= k), f"first passage with evidence: {rank or 'none'}")

    return score


def reciprocal_rank(sample: Sample) -> Score | None:
    """One over the rank of the first passage with evidence; its mean is MRR@10."""
    if not sample.gold.answerable:
        return None
    rank = first_hit(sample)
    return Score(1 / rank if rank else 0.0, f"first passage with evidence: {rank or 'none'}")


def exact_citations(sample: Sample) -> Score | None:
    """The share of citations whose slice of the document is the quotation: anything but 1 is a fault."""
    citations = sample.answer["citations"]
    if not citations:
        return None
    wrong = [c["id"] for c in citations if sample.text_of(c["document"])[c["start"] : c["end"]] != c["quote"]]
    return Score(1 - len(wrong) / len(citations), f"not exact: {wrong}" if wrong else "all exact")


def evidence_in_answer(sample: Sample) -> Score | None:
    """Whether the answer quotes a piece of the evidence, wholly or but for a sentence's edge."""
    if not sample.gold.answerable:
        return None
    quotes = _statement_quotes(sample)
    for evidence in map(fold, sample.gold.evidence):
        if any(evidence in q or (len(q) > 40 and q in evidence) for q in quotes):
            return Score(1.0, "quoted")
    return Score(0.0, "not among the quotations")


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
    return Score(1 - len(missing) / len(sample.gold.facts), f"missing: {missing}" if missing else "all there")


def attribution(sample: Sample) -> Score | None:
    """Whether the citation that holds the evidence is labelled with the right role and speech act."""
    gold = sample.gold
    if not (gold.act and gold.role):
        return None
    wanted = [fold(e) for e in gold.evidence]
    for citation in sample.answer["citations"]:
        quote = fold(citation["quote"])
        if any(w in quote or (len(quote) > 40 and quote in w) for w in wanted):
            right = citation["role"] == gold.role and citation["speech_act"] == gold.act
            return Score(
                float(right),
                f"labelled {citation['role']} {citation['speech_act']}, gold {gold.role} {gold.act}",
            )
    return Score(0.0, "the evidence is not cited")


def refused_rightly(sample: Sample) -> Score | None:
    """For an unanswerable question: whether it was refused."""
    if sample.gold.answerable:
        return None
    return Score(float(sample.answer["status"] == "refused"), sample.answer["status"])


def answered_rightly(sample: Sample) -> Score | None:
    """For an answerable question: whether it was not refused."""
    if not sample.gold.answerable:
        return None
    return Score(float(sample.answer["status"] != "refused"), sample.answer["status"])


def language(sample: Sample) -> Score | None:
    """Whether the question's language was recognised, and with it the language the answer speaks in."""
    known = sample.answer["question_language"]
    return Score(float(known == sample.gold.lang), f"taken for {known}")


def _statement_quotes(sample: Sample) -> list[str]:
    by_id = {c["id"]: c["quote"] for c in sample.answer["citations"]}
    return [fold("".join(by_id[i] for i in s["citations"])) for s in sample.answer["statements"]]


SCORES: dict[str, Callable[[Sample], Score | None]] = {
    "hit@1": hit_at(1),
    "hit@5": hit_at(5),
    "MRR@10": reciprocal_rank,
    "citations char-exact": exact_citations,
    "evidence in answer": evidence_in_answer,
    "facts in answer": fact_recall,
    "attribution": attribution,
    "unanswerable refused": refused_rightly,
    "answerable answered": answered_rightly,
    "language": language,
}
