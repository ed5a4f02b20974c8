"""A follow-up ("and in 2025?", "en voor Oeganda?") -> a full question, by rules and without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question import MAX_CHARACTERS, Concept, Question, understand

_OPENING = re.compile(
    r"^\W*(?:and|but|so|then|also|what about|how about|en|maar|dus|ook|hoe zit het met|hoe zit dat met|en hoe zit het met)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|their|he|she|him|her|there|then|same|else|other|such|"
    r"dat|dit|die|deze|daar|daarvan|daarvoor|daarover|daarmee|ervan|ervoor|erover|hij|zij|ze|hen|hun|toen|zelfde|hetzelfde|dezelfde|anders|zulke|hiervan|hiervoor)\b",
    re.IGNORECASE,
)
JOINT = " – "  # between a question and what a follow-up adds to it
TURNS = 8  # follow-ups that are looked back on
FEW = 3  # a question with no more than so many concepts of its own may lean on the one before it


def completed(text: str, earlier: Sequence[str]) -> str:
    """The follow-up as a question of its own; a question that stands alone comes back unchanged.

    What the follow-up names of a kind that the earlier question named too (a state, a year) takes its place there;
    the rest is added.
    """
    if not earlier or not leans(text):
        return text
    whole = next((i for i in range(len(earlier) - 1, -1, -1) if not leans(earlier[i])), 0)
    before = earlier[whole]
    for follow_up in (*earlier[max(whole + 1, len(earlier) - TURNS) :], text):
        before = _with_replacements(before, follow_up)
    rest = _OPENING.sub("", text).strip(" ,?")
    room = MAX_CHARACTERS - len(rest) - len(JOINT) - 1
    return f"{before.rstrip('?. ')[:room]}{JOINT}{rest}?"


def _with_replacements(before: str, follow_up: str) -> str:
    for replaced, by in _replacements(understand(before), understand(follow_up)):
        before = re.sub(rf"(?<!\w){re.escape(replaced)}(?!\w)", by.replace("\\", r"\\"), before)
    return before


def leans(text: str) -> bool:
    """Whether a question needs the one before it to be understood."""
    question = understand(text)
    own = [c for c in question.concepts if c.weight >= 0.9 and not c.part]
    if question.asks and len(own) <= 1 and len(text.split()) <= 3:
        return True
    if _OPENING.match(text) and len(own) <= FEW + 1:
        return True
    return (len(own) <= FEW and bool(_POINTS_BACK.search(text))) or len(own) == 0


def _replacements(then: Question, now: Question) -> list[tuple[str, str]]:
    """Words of the earlier question and the words of this one that take their place."""
    pairs = []
    for kind in (_is_place, _is_year):
        old, new = [c for c in then.concepts if kind(c)], [c for c in now.concepts if kind(c)]
        if len(old) == 1 and len(new) == 1 and old[0].label != new[0].label:
            pairs.append((old[0].label, new[0].label))
    return pairs


def _is_place(concept: Concept) -> bool:
    return concept.place and not concept.part


def _is_year(concept: Concept) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", concept.label))
