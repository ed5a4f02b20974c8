"""Characters that make a text look other than it reads: taken out of extracted text, and named.

A .txt or .md file is never changed, by contract; one that turns the direction of its text or mixes alphabets inside a
word is refused. Characters that cannot be seen are named there and kept. After Unicode Technical Report 36
(security considerations) and Technical Standard 39, section 5.2 (single-script words).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_UNSEEN = re.compile(
    "[\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e\u00ad\u034f\ufe00-\ufe0f\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb\ud800-\udfff]")
# Letters of other alphabets that are drawn like Latin ones, and the Latin ones.
_ALIKE = dict(zip(
    "аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅЗοανΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwABEKMHOPCTXIJS3oavABEZHIKMNOPTYX", strict=True,
))  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a text holds that does not look as it reads."""

    turned: int = 0
    unseen: int = 0
    control: int = 0
    alike: tuple[str, ...] = ()

    def sentences(self, left_out: bool) -> list[str]:
        """For a person, one thing each."""
        done = "left out" if left_out else "kept"
        out = []
        if self.turned:
            out.append(f"{self.turned:,} characters that turn the direction of the text were {done}")
        if self.unseen:
            out.append(f"{self.unseen:,} characters that cannot be seen were {done}")
        if self.control:
            out.append(f"{self.control:,} control characters were {done}")
        if self.alike:
            shown = ", ".join(f"«{word}»" for word in self.alike[:3])
            out.append(
                f"{len(self.alike)} words with letters of another alphabet ({shown}) were put in Latin letters"
            )
        return out


def doubts(text: str) -> Doubts:
    """Look a text over; nothing is changed."""
    return Doubts(
        len(_DIRECTION.findall(text)), len(_UNSEEN.findall(text)), len(_CONTROL.findall(text)),
        tuple(dict.fromkeys(w for w in _WORD.findall(text) if _mixed(w))),
    )  # fmt: skip


def neutralised(text: str) -> str:
    """The text without what turns, hides or mimics."""
    for pattern in (_DIRECTION, _UNSEEN, _CONTROL):
        text = pattern.sub("", text)
    return _WORD.sub(lambda m: _latin(m[0]) if _mixed(m[0]) else m[0], text)


def _mixed(word: str) -> bool:
    """Whether a word is Latin but for letters that only look so. «μg» and «β-blokker» hold none that do."""
    if word.isascii():
        return False
    alike = sum(c in _ALIKE for c in word)
    latin = sum(bool(_LATIN.match(c)) for c in word)
    return alike > 0 and latin > 0 and alike + latin == len(word) and len(word) > 2


def _latin(word: str) -> str:
    return "".join(_ALIKE.get(c, c) for c in word)
