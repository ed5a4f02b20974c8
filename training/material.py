"""The passages that the sentence encoder is trained on, each with questions: one JSON object a line of `passages/*.jsonl`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.similarity import under_heading

FOLDER = Path(__file__).parent / "passages"
LANGUAGES = ("nl", "en")
HEAVIEST = 4.0  # weight of a question that is answered, or not, as few of its form are
_FORMS = {
    form: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for form, words in (
        ("number", "hoeveel|how (?:much|many|long|high)|hoe (?:lang|hoog)|wat kost(?:te)?|costs?"),
        ("reason", "waarom|why"),
        ("who", "wie|who|whose"),
        ("which", "welke?|which"),
        ("where", r"waar\w*|where"),
        ("when", "wanneer|when"),
        ("how", "hoe|how"),
        ("what", "wat|what"),
    )
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the places of the sentences that each answer it by itself; none where the passage does not answer."""

    text: str
    language: str
    answers: tuple[int, ...]

    @property
    def form(self) -> str:
        """What it asks for by its words, and its language: "number nl"; without a question word "whether", or "words"."""
        whether = "whether" if "?" in self.text else "words"
        return f"{next((f for f, w in _FORMS.items() if w.search(self.text)), whether)} {self.language}"


@dataclass(frozen=True, slots=True)
class Example:
    """A stretch of a document under one heading, sentence by sentence, and what is asked about it."""

    subject: str  # the name of its file
    heading: str
    sentences: tuple[str, ...]
    questions: tuple[Asked, ...]

    def as_read(self) -> list[str]:
        """The sentences as the product compares them: behind their heading."""
        return [under_heading(self.heading, s) for s in self.sentences]

    def in_context(self) -> list[str]:
        """The sentences as the cross-encoder reads them: behind their heading and the sentence before."""
        pairs = zip(("", *self.sentences), self.sentences, strict=False)
        return [under_heading(self.heading, f"{before} {own}".strip()) for before, own in pairs]


def read_examples(files: Sequence[Path]) -> list[Example]:
    """Every passage of some files; raises ValueError naming the line that is not one."""
    out: list[Example] = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                out.append(_example(file.stem, json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{file.name}, line {number}: {error}") from error
    return out


def _example(subject: str, data: dict[str, object]) -> Example:
    heading, sentences, questions = data["heading"], data["sentences"], data["questions"]
    if not isinstance(heading, str) or not isinstance(sentences, list) or not isinstance(questions, list):
        raise ValueError("heading is a text, sentences and questions are lists")  # noqa: TRY004
    asked = tuple(Asked(q["q"], q["lang"], tuple(q["a"])) for q in questions)
    for question in asked:
        if question.language not in LANGUAGES:
            raise ValueError(f"«{question.text}» is in {question.language}, not in one of {LANGUAGES}")
        if not all(0 <= at < len(sentences) for at in question.answers):
            raise ValueError(f"«{question.text}» is answered by a sentence that is not there")
    return Example(subject, heading, tuple(sentences), asked)


def form_weights(questions: Sequence[Asked]) -> Mapping[tuple[str, bool], float]:
    """Of each form of question, answered or not, how much one counts, so that its form tells nothing about which it is.

    Who invents questions without an answer thinks of amounts first: a net that sees them unweighted learns that "how many" is
    not answered and "where" is, whatever the sentences say.
    """
    of = Counter((q.form, bool(q.answers)) for q in questions)
    forms = Counter(q.form for q in questions)
    return {(form, answered): min(forms[form] / (2 * n), HEAVIEST) for (form, answered), n in of.items()}
