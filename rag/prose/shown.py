"""What a language model is shown: the sentences of the best passages that fit into its context, each with a short id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.prose import prompts
from rag.question import Question
from rag.store.index import Index
from rag.text.reading import as_read
from rag.types import Found, Sentence
from rag.verify import fold

ANSWER_TOKENS = 900  # kept free for the answer
CHARACTERS_A_TOKEN = 2.6  # Dutch under the tokenizers of Qwen, Gemma and Mistral, on the safe side
TEMPLATE = 200  # characters that a model's chat template may add
# What divides speakers in the templates of models, and our own ids: a document's text holds neither in a prompt.
_BRACKETS = str.maketrans("<>[]", "‹›()")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence that a model is shown: `text` as it reads, without footnote numbers, `line` as it stands in the prompt."""

    sentence: Sentence
    document: str
    text: str
    line: str


def show(index: Index, question: Question, found: Sequence[Found], context: int) -> dict[str, Shown]:
    """Ids and sentences, best passages first, as many as a context of so many tokens holds."""
    room = (
        (context - ANSWER_TOKENS) * CHARACTERS_A_TOKEN
        - len(prompts.user(question.text, ()))
        - len(prompts.system(question.language, insist=True))
        - TEMPLATE
    )
    shown: dict[str, Shown] = {}
    for item in found:
        text = index.text(item.passage.document)
        for sentence in item.passage.sentences:
            if sentence.part == "heading" and sentence.act != "demand":
                continue
            said = fold(" ".join(as_read(text, s.start, s.end) for s in sentence.spans))
            identity = f"s{len(shown) + 1}"
            line = _line(index, identity, item.passage.document, sentence, said)
            room -= len(line) + 1
            if room < 0:
                return shown
            shown[identity] = Shown(sentence, item.passage.document, said, line)
    return shown


def _line(index: Index, identity: str, document: str, sentence: Sentence, said: str) -> str:
    description = index.descriptions[document]
    who = sentence.speaker or description.sender or "unknown"
    return f"[{identity}] " + harmless(
        f"({who}; {sentence.act}; {description.date or 'undated'}) {fold(said)}"
    )


def harmless(text: str) -> str:
    """A text that cannot be taken for a part of the prompt: no marks of templates, no ids, nothing unseen."""
    return _UNSEEN.sub("", text).translate(_BRACKETS)
