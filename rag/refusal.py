"""When the honest answer is no, and which no it is.

The rules look at what a careful reader would look at: does a state, a person or a year that was asked about stand in
the documents at all; does it stand near the best sentences; is an amount asked for and none stated there; does anyone
but an organisation say it; did a member ask it and nobody answer. The thresholds were set by hand on the development
questions; docs/answers.md says how often the rules are right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.coverage import Weighted, passage_context, voice
from rag.filters import Filters
from rag.index import Index
from rag.question import Question
from rag.quotes import Chosen, in_parts, rank_sentences
from rag.retrieve import Retrieved
from rag.types import Found, Refusal, Sentence
from rag.wording import say

LEAST = 0.16  # coverage of the question below which the best sentence says nothing of it
LEAST_OF_KIND = 0.24  # the same for a sentence that must hold an amount, a number or a date
THIN, LEAST_OF_THIN = 0.34, 0.36  # the same where so large a share of what was asked about occurs nowhere
PRESENT = 0.5  # strength from which a concept counts as spoken of
_MONEY = frozenset("miljoen miljard euro eur mln mld dollar million billion".split())


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for an answer: the best sentence's coverage, and names that stand nowhere near it."""

    coverage: float
    of_kind: float  # of the best sentence that holds the kind of fact asked for and the names asked about
    absent: tuple[Weighted, ...]  # names that stand nowhere in the documents
    unmet: tuple[Weighted, ...]  # names that stand nowhere near the chosen sentences
    missing: tuple[str, ...]  # the question's words that occur nowhere


def weigh(index: Index, question: Question, retrieved: Retrieved, chosen: Sequence[Chosen]) -> Support:
    """Measure what speaks for answering."""
    names = [c for c in retrieved.concepts if _is_name(c, question.text)]
    plain = [c for c in retrieved.concepts if not c.concept.part]
    nowhere = [c for c in plain if not _occurs(c)]
    ranked = rank_sentences(question, retrieved.passages, retrieved.matcher, index.described)
    around = {id(f.passage): _around(index, f) for f in retrieved.passages}
    of_kind = 0.0
    for item in ranked:
        near = frozenset(item.sentence.terms) | around[id(item.passage)]
        if holds_kind(question, item.sentence) and all(n.strength(near) >= PRESENT for n in names):
            of_kind = max(of_kind, item.coverage)
    near_chosen = frozenset().union(*(around[id(c.passage)] for c in chosen)) if chosen else frozenset()
    return Support(
        coverage=max((c.coverage for c in chosen), default=0.0),
        of_kind=of_kind,
        absent=tuple(n for n in names if n in nowhere),
        unmet=tuple(n for n in names if n.strength(near_chosen) < PRESENT),
        missing=tuple(c.concept.label for c in nowhere),
    )


def judge(
    index: Index, question: Question, retrieved: Retrieved, chosen: Sequence[Chosen], filters: Filters
) -> Refusal | None:
    """The refusal, or None where the chosen sentences may stand as the answer."""
    support = weigh(index, question, retrieved, chosen)
    language, missing = question.language, support.missing
    content = [c for c in retrieved.concepts if not c.concept.part and c.concept.weight >= 0.9] or list(
        retrieved.concepts
    )
    unknown = [c for c in content if c.concept.label in missing]
    if (filters.since or filters.until) and not retrieved.passages:
        return Refusal(
            "outside_dates",
            say("outside_dates", language, since=filters.since or "…", until=filters.until or "…"),
            missing,
        )
    if not chosen or (content and len(unknown) / len(content) > 0.6):
        kind = "off_topic" if content and len(unknown) / len(content) > 0.6 else "not_in_corpus"
        return Refusal(kind, say(kind, language), missing)  # type: ignore[arg-type]
    places = [n for n in (*support.absent, *support.unmet) if n.concept.place]
    lacking = [n.concept.label for n in (*places, *support.absent)]
    names = [c for c in retrieved.concepts if _is_name(c, question.text)]
    if places or (support.absent and 2 * len(support.absent) > len(names)):
        return Refusal("not_in_corpus", say("no_name", language, names=_listed(lacking)), missing)
    thin = content and len(unknown) / len(content) >= THIN and support.coverage < LEAST_OF_THIN
    if support.coverage < LEAST or thin:
        return Refusal("not_in_corpus", say("not_in_corpus", language), missing)
    wanted = question.asks & {"amount", "number"}
    if wanted and not in_parts(question.text) and support.of_kind < LEAST_OF_KIND:
        return Refusal(
            "not_in_corpus", say("no_amount" if "amount" in wanted else "no_number", language), missing
        )
    return None if filters.roles else _only_others(question, chosen, missing)


def _only_others(question: Question, chosen: Sequence[Chosen], missing: tuple[str, ...]) -> Refusal | None:
    """A question about a promise that only an organisation's demand, or a member's unanswered question, touches."""
    if "commitment" not in question.acts or "demand" in question.acts or "civil_society" in question.roles:
        return None
    roles = {c.sentence.role for c in chosen}
    if roles == {"civil_society"}:
        return Refusal("civil_society_only", say("civil_society_only", question.language), missing)
    if all(c.sentence.act in ("question", "request") for c in chosen):
        return Refusal("asked_not_answered", say("asked_not_answered", question.language), missing)
    return None


def holds_kind(question: Question, sentence: Sentence) -> bool:
    """Whether a sentence holds the kind of fact a question asks for: an amount of money, a number, a date."""
    terms = set(sentence.terms)
    years = {t for t in terms if re.fullmatch(r"#(?:19|20)\d\d", t)}
    numbers = {t for t in terms if t[0] in "#%"} - years
    if "amount" in question.asks:
        return bool(numbers) and bool(terms & _MONEY or any(t[0] == "%" for t in terms))
    if "number" in question.asks:
        return bool(numbers)
    if "date" in question.asks:
        return bool(years) or any(t[0] == "@" for t in terms)
    return True


def _around(index: Index, found: Found) -> frozenset[str]:
    """Everything a reader of a passage has before them: its text, its heading, its document's description, who speaks."""
    passage = found.passage
    described = index.described[passage.document]
    own = frozenset(t for s in passage.sentences for t in s.terms)
    voices = frozenset(t for s in passage.sentences for t in voice(s.speaker or described.sender))
    return own | passage_context(passage) | described.document | voices


def _occurs(concept: Weighted) -> bool:
    if concept.highest >= PRESENT:
        return True
    # The vocabulary also holds the words of titles and senders, which may stand in no passage.
    return any(
        weight * max(parts[0].values(), default=0.0) >= PRESENT
        for parts, weight in concept.expanded
        if len(parts) == 1
    )


def _is_name(concept: Weighted, question: str) -> bool:
    """A state, a number or year, an abbreviation, or a word with a capital inside the question."""
    said = concept.concept
    if said.part or said.weight < 0.9:
        return False
    if said.place or said.exact:
        return True
    first = question.split(maxsplit=1)[0].strip("«\"'(")
    return any(w[0].isupper() and (w != first or w.isupper()) for w in said.label.split())


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(f"«{label}»" for label in dict.fromkeys(labels))
