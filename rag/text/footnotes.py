"""Footnote numbers glued to words: "1946.1", "resoluties4", "Actieplan 13251" (1325 with note 1), "conflict56" (notes 5 and 6).

A reader that saw the raised position of a note's number writes it raised, "1325¹", and then nothing is guessed.
Else text extraction has dropped the position. Read as text, "13251" is a number that nobody wrote
and "Actieplan 1325" is not found. The notes themselves tell which numbers to look for, in which order, and each
before the place where its note stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from rag.types import Span

_NOTE = re.compile(r"(\d{1,3})(?=\s+\S|https?:)")
_RAISE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile(r"(?<![\s⁰¹²³⁴⁵⁶⁷⁸⁹])(?<!\bm)(?<!\b[cdkm]m)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6}")
_RAISED_NOTE = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s*(?=\S)")
_MARKDOWN_NOTE = re.compile(r"\[\^(\d{1,3})\]:")


def note_number(line: str) -> int | None:
    """The number that a line begins with as a footnote's does: "12 Kamerstuk 36180", "11http://…"; else None."""
    match = _NOTE.match(line) or _MARKDOWN_NOTE.match(line) or _RAISED_NOTE.match(line)
    return int(match[1].translate(_LOWER)) if match else None


def is_raised(line: str) -> bool:
    """Whether a line begins with a raised number: its reader saw a footnote."""
    return _RAISED_NOTE.match(line) is not None


def notes_called(marker: str, numbers: set[int]) -> list[int]:
    """The notes that a number in the text calls: one, or two in a row.

    >>> notes_called("56", {1, 2, 3, 4, 5, 6}), notes_called("⁶", {6}), notes_called("7", {6})
    ([5, 6], [6], [])
    """
    digits = marker.translate(_LOWER)
    if not digits.isdecimal():
        return []
    pairs = ([digits[:i], digits[i:]] for i in range(1, len(digits)))
    runs = [[digits], *(pair for pair in pairs if int(pair[1]) == int(pair[0]) + 1)]
    called = (run for run in runs if all(n == str(int(n)) and int(n) in numbers for n in run))
    return [int(n) for n in next(called, [])]


def find_markers(text: str, body: Sequence[Span], notes: Sequence[tuple[int, str]]) -> list[Span]:
    """The character ranges of the body that are footnote numbers.

    `notes` holds (where the note's text begins, its number) in the document's order. A number is accepted behind a
    letter or a closing mark at once, and behind a digit only where what remains is a year or a number that the
    document also writes alone.
    """
    raised = _raised(text, body, {int(number) for _, number in notes})
    if raised:
        return raised
    markers: list[Span] = []
    after = 0
    plain = set(re.findall(r"(?<![\d.,])\d{3,4}(?![\d.,]*\d)", text))
    numbers = [number for _, number in notes]
    together = False
    for i, (note_start, number) in enumerate(notes):
        if together:  # this number was found glued to the one before it
            together = False
            continue
        following = numbers[i + 1] if i + 1 < len(numbers) else None
        span = _find(text, body, (after, note_start), number, following, plain)
        if span is not None:
            markers.append(span)
            after, together = span.end, span.end - span.start > len(number)
    return markers


def superscript(number: str) -> str:
    """A number as it calls a note: raised.

    >>> superscript("12")
    '¹²'
    """
    return number.translate(_RAISE)


def _raised(text: str, body: Sequence[Span], numbers: set[int]) -> list[Span]:
    """The raised numbers of the body that call a note; "km²" calls none."""
    found = (m for m in _RAISED.finditer(text) if notes_called(m[0], numbers))
    ordered = sorted(body, key=lambda s: s.start)
    starts = [s.start for s in ordered]
    places = ((m.span(), bisect_right(starts, m.start()) - 1) for m in found)
    return [Span(*span) for span, at in places if at >= 0 and span[0] < ordered[at].end]


def _find(
    text: str,
    body: Sequence[Span],
    within: tuple[int, int],
    number: str,
    following: str | None,
    plain: set[str],
) -> Span | None:
    forms = [rf"{number}"] + ([rf"{number}{following}"] if following else [])
    candidates: list[tuple[int, int, Span]] = []
    for form in forms:
        for match in re.compile(rf"(?<=[^\s(/§#-]){form}(?![\d\w])").finditer(text, *within):
            start, end = match.span()
            if start < within[0] or not any(s.start <= start < s.end for s in body):
                continue
            stem = re.search(r"\S+$", text[:start])
            rank = _rank(stem[0] if stem else "", plain)
            if rank is not None:
                candidates.append((rank, start, Span(start, end)))
    best = min(candidates, default=None)
    return best[2] if best else None


def _rank(stem: str, plain: set[str]) -> int | None:
    """0 where a number cannot belong to what it is glued to, 1 where it probably does not, None where it may."""
    last = stem[-1]
    if last.isdigit():
        digits = re.search(r"\d+$", stem)
        alone = digits is not None and digits[0] in plain
        return 1 if alone or (digits and re.fullmatch(r"(?:19|20)\d\d", digits[0])) else None
    if re.search(r"\d[.,]$", stem):
        digits = re.search(r"(\d+)[.,]$", stem)
        return 1 if digits and (len(digits[1]) == 4 or digits[1] in plain) else None
    if re.search(r"(?:^|\W)[A-Z]{1,2}$", stem) or "://" in stem or "www." in stem:
        return None  # "S4", an article's number, a part of an address
    return 0 if last.isalpha() or last in ".,;:?!)»”’\"'" else None
