"""A block's text -> sentences, for Dutch (and English) official prose, with every offset kept.

The splitter works on a *view*: the block's characters without footnote numbers, each with the offset it came from.
General splitters break at "Dobbe c.s. (Kamerstuk …", "5,5 mln. euro", "art. 100 d.d. 6 april"; the lists below are
of abbreviations that official Dutch uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.types import Span

SENTENCE = 2000  # characters that one may have; what is longer is a text
# A full stop behind these never ends a sentence: something must follow them.
_BOUND = frozenset(
    "nr nrs art artt dr drs mr ir ing prof blz pag par bijv bv resp vgl zgn zog ca circa incl excl o.a m.n "
    "m.b.t t.a.v i.v.m t.b.v t.g.v i.h.k.v o.g.v d.d n.a.v i.c m.u.v t.o.v i.p.v t.w d.w.z d.m.v m.i.v o.l.v "
    "z.o.z a.u.b kamerst stb stcrt trb hfst bijl no nos vol pp p fig tab mevr dhr ms mrs st min jr sr vs e.g i.e cf "
    "dep ged gen lt kol maj v d".split()
)
# A full stop behind these may end a sentence: it does before a word that begins one.
_LOOSE = frozenset("jl c.s mln mld mlj e.a e.d etc enz a.i b.d et al inc ltd e.v a.s s.t.".split())
_STARTERS = frozenset(
    "de het een in op dit deze dat die daar daarom daarnaast daarbij ook om voor met bij uit naar tijdens door als "
    "er wij ik u hij zij ze we nederland hierbij hiermee hierdoor zo verder voorts tevens tenslotte ten aan over "
    "onder tot sinds volgens na om al toch maar of en the this that these in on we it".split()
)
_BOUNDARY = re.compile(r"[.?!…]+(?:[\"'»”’)\]]|\[\^\d+\])*(?=\s|$)")
_LETTERS_BEFORE = re.compile(r"([A-Za-zÀ-ÿ.]+)$")
REFERENCE = 500  # characters that a note of one source may have
_VERB = re.compile(
    r"\b(?:is|zijn|was|waren|heeft|hebben|had|hadden|wordt|worden|werd|werden|zal|zullen|kan|kunnen|moet|moeten"
    r"|are|were|has|have|will|would|can|must)\b"
)
_OPENING = re.compile(  # of a sentence; the title of a book seldom stands behind another piece and opens so
    r"\s*(?:De|Het|Een|Dit|Deze|Dat|Die|Daar\w*|Hier\w*|Er|Zo|Ook|Wij|We|Ik|Nederland|Zie|See)\b"
)
_PUBLISHED = re.compile(r"\((?:[^\W\d]+\s)?(?:1[89]|20)\d\d[a-z]?\)[.,;:]?(?:\s+https?:\S+)*\s*$")


@dataclass(frozen=True, slots=True)
class View:
    """A block's characters without its footnote numbers; `offsets[i]` is where `text[i]` stands in the document."""

    text: str
    offsets: tuple[int, ...]
    breaks: frozenset[int]  # view indices at which a new segment begins

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The document's ranges of view[start:end]: one a segment, white space at their ends left out."""
        cuts = [start, *sorted(b for b in self.breaks if start < b < end), end]
        spans = []
        for a, b in pairwise(cuts):
            piece = self.text[a:b]
            if piece.strip():
                a += len(piece) - len(piece.lstrip())
                b -= len(piece) - len(piece.rstrip())
                spans.append(Span(self.offsets[a], self.offsets[b - 1] + 1))
        return tuple(spans)


def make_view(text: str, segments: Sequence[Span], markers: Sequence[Span]) -> View:
    """Lay the segments of a block end to end, each on a line of its own, and leave the footnote numbers out."""
    out: list[str] = []
    offsets: list[int] = []
    breaks: list[int] = []
    dropped = {i for m in markers for i in range(m.start, m.end)}
    for n, segment in enumerate(segments):
        if n:
            out.append("\n")
            offsets.append(segment.start)
            breaks.append(len(out))
        kept = [i for i in range(segment.start, segment.end) if i not in dropped]
        out.extend(text[i] for i in kept)
        offsets.extend(kept)
    return View("".join(out), tuple(offsets), frozenset(breaks))


def sentence_ranges(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of a text's sentences; together they hold every character but white space."""
    start = 0
    for match in _BOUNDARY.finditer(text):
        if _ends(text, start, match):
            yield start, match.end()
            start = match.end()
    if text[start:].strip():
        yield start, len(text)


def note_ranges(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of a footnote's sentences; one where it only names a source: author, title and year are no sentences.

    >>> len(list(note_ranges("Spring or Autumn? Women in politics. Care (May 2013)")))
    1
    """
    ranges = list(sentence_ranges(text))
    pieces = [text[start:end] for start, end in ranges]
    dated = any(map(_PUBLISHED.search, pieces))
    prose = _VERB.search(text) or any(map(_OPENING.match, pieces[1:]))
    if dated and len(text) <= REFERENCE and not prose:
        ranges = [(ranges[0][0], ranges[-1][1])]
    yield from ranges


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    following = text[match.end() :].lstrip()
    if not following:
        return True
    first = following[0]
    opens = first.isupper() or first.isdigit() or first in "<«“‘\"'([-–•\uf0b7\uf03d"
    if not opens:
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    before = _LETTERS_BEFORE.search(text[start : match.start()])
    if (
        before is None
    ):  # a digit, a quote: "1. Plaats" at the very start is an enumeration, "2024. In" is an end
        return re.fullmatch(r"\s*\d{1,2}", text[start : match.start()]) is None
    return _word_ends(before[1], following)


def _word_ends(word: str, following: str) -> bool:
    """Whether the full stop behind a word ends the sentence, from the word and from what follows."""
    folded = word.casefold().strip(".")
    if folded in _BOUND:
        return False
    if re.fullmatch(r"(?:[A-Z]\.)*[A-Z]", word):  # an initial: "C.C.J. Veldkamp"
        return False
    if folded in _LOOSE:
        next_word = re.match(r"[A-Za-zÀ-ÿ]+", following)
        return next_word is not None and next_word[0].casefold() in _STARTERS and next_word[0][0].isupper()
    return True


def joined(text: str) -> str:
    """A text as it reads: words broken across lines made whole, white space folded.

    >>> joined("perspec-\\ntieven en conflict-\\ngerelateerd door VN-\\nsancties")
    'perspectieven en conflictgerelateerd door VN-sancties'
    """
    if "\n" not in text:
        return " ".join(text.split())
    return _joined_sentence(text) if len(text) <= SENTENCE else _join(text)


def _join(text: str) -> str:
    text = re.sub(r"(?<=[a-zà-ÿ])-[ \t]*\r?\n\s*(?!(?:en|of|and|or)\b)(?=[a-zà-ÿ])", "", text)
    text = re.sub(
        r"(?<=[A-ZÀ-Þ])-[ \t]*\r?\n\s*(?!(?:en|of|and|or)\b)(?=[a-zà-ÿ])", "-", text
    )  # "VN-sancties"
    return " ".join(re.sub(r"(?<=\w)-[ \t]*\r?\n\s*(?=[A-Z0-9])", "-", text).split())


_joined_sentence = lru_cache(maxsize=20_000)(_join)  # the same few are read for many questions
