"""An answer in the making: its statements, their citations and what a reader is told, until it is an Answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rag import __version__
from rag.models import e5
from rag.models.llm import ChatModel
from rag.prose.generate import Written
from rag.question import Question
from rag.quotes import Chosen
from rag.retrieve import Retrieved
from rag.store.index import Index
from rag.text.reading import as_read
from rag.types import Answer, Citation, RankedPassage, Receipt, Refusal, Statement
from rag.verify import cite_sentence, fold
from rag.wording import say

SHOWN = 10  # passages listed with an answer


@dataclass(slots=True)
class Draft:
    """Begun with nothing; `quote` adds a quotation, `written` what a model wrote; `answer` ends it."""

    index: Index
    question: Question
    receipt: str  # digest of the index and of what else answers are made with
    on_statement: Callable[[Statement], None] | None = None
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    model: ChatModel | None = None
    prompt: str | None = None

    def take(self, written: Written, model: ChatModel) -> None:
        """Begin with a model's statements."""
        self.statements, self.citations = list(written.statements), list(written.citations)
        self.model, self.prompt = model, written.prompt

    def quote(self, item: Chosen) -> None:
        """Add a statement that is a quotation; a sentence that cannot be quoted whole is not quoted."""
        document = item.passage.document
        first, description = len(self.citations) + 1, self.index.descriptions[document]
        made = cite_sentence(first, document, item.sentence, description, self.index.text)
        if made:
            self.citations += made
            self.statements.append(
                Statement(fold(" ".join(c.quote for c in made)), tuple(c.id for c in made))
            )
            if self.on_statement is not None:
                self.on_statement(self.statements[-1])

    def cites(self, item: Chosen) -> bool:
        """Whether a sentence is cited already."""
        place = (item.passage.document, item.sentence.start)
        return any((c.document, c.start) == place for c in self.citations)

    @property
    def uncommitted(self) -> bool:
        """Whether a promise was asked about and none is cited."""
        return "commitment" in self.question.acts and not any(
            c.speech_act == "commitment" for c in self.citations
        )

    def answer(self, retrieved: Retrieved, refusal: Refusal | None = None) -> Answer:
        """The Answer; without a statement it is a refusal, without one that stands it is partial."""
        if refusal is None and not self.statements:
            refusal = Refusal("not_in_corpus", say("not_in_corpus", self.question.language))
        stands = any(all(c.passed for c in s.checks) for s in self.statements)
        name = self.model.name if self.model else None
        return Answer(
            question=self.question.text,
            question_language=self.question.language,
            mode="llm" if self.model else "quotes",
            model=name,
            status="refused" if refusal else "answered" if stands and not self.uncommitted else "partial",
            refusal=refusal,
            statements=tuple(self.statements),
            citations=tuple(replace(c, page=self.index.page(c.document, c.start)) for c in self.citations),
            passages=_ranked(retrieved),
            receipt=Receipt(self.receipt, self._embedding_models(), name, self.prompt, __version__),
            notices=tuple(self.notices),
            readings=self._readings(),
        )

    def _embedding_models(self) -> str:
        return ", ".join(name for name in (self.index.model.name, e5.name()) if name)

    def _readings(self) -> tuple[str, ...]:
        return tuple(as_read(self.index.text(c.document), c.start, c.end) for c in self.citations)


def _ranked(retrieved: Retrieved) -> tuple[RankedPassage, ...]:
    return tuple(
        RankedPassage(f.passage.document, f.passage.start, f.passage.end, f.score, rank)
        for rank, f in enumerate(retrieved.passages[:SHOWN], 1)
    )
