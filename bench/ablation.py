"""What each mechanism of retrieval is worth: `python -m bench.ablation [--gold eval/gold]`.

Runs every answerable gold question without history with the default settings, then with one mechanism switched off at
a time, and beside them BM25 as it is usually set up: words, Snowball's Dutch stems, lemmas, character 4-grams, all by
bm25s over the same passages. Prints hit@1, hit@5 and MRR@10 by language, and by split: `dev` was looked at while the
weights were set, `test` was not.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from types import ModuleType

import bm25s
import numpy as np
import simplemma
import Stemmer

from bench.questions import seeds_and_golds
from eval.gold import FOLDER, Gold, fold
from rag import coverage, question, retrieve
from rag.store.index import Index
from rag.store.lexical import Variants
from rag.words import glossary

Ranker = Callable[[str], Sequence[tuple[str, int, int]]]  # question -> (document, start, end), best first
NO_GLOSSARY = glossary.Glossary([])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, default=FOLDER)
    parser.add_argument("--all", action="store_true", help="the test split too")
    options = parser.parse_args()
    with seeds_and_golds(options.gold) as (index, asked):
        golds = [g for g in asked if g.answerable and (options.all or g.split == "dev")]
        print(
            "| retriever | split | Dutch: hit@1 / @5 / MRR | English: hit@1 / @5 / MRR |\n|---|---|---|---|"
        )
        for name, ranker in [*_usual(index), *_ours(index)]:
            for split in ("dev", "test") if options.all else ("dev",):
                cells = [
                    _measure(ranker, index, [g for g in golds if (g.lang, g.split) == (x, split)])
                    for x in ("nl", "en")
                ]
                print(f"| {name} | {split} | {cells[0]} | {cells[1]} |", flush=True)


def _measure(ranker: Ranker, index: Index, golds: Sequence[Gold]) -> str:
    ranks = []
    for gold in golds:
        wanted = [fold(e) for e in gold.evidence]
        hits = [
            rank
            for rank, (document, start, end) in enumerate(ranker(gold.question)[:10], 1)
            if PurePath(document).stem in gold.documents
            and any(w in fold(index.text(document)[start:end]) for w in wanted)
        ]
        ranks.append(hits[0] if hits else np.inf)
    found = np.array(ranks)
    return (
        f"{(found <= 1).mean():.2f} / {(found <= 5).mean():.2f} / {(1 / found).mean():.2f} (n={len(found)})"
    )


def _ours(index: Index) -> list[tuple[str, Ranker]]:
    """The default, and the default without each mechanism."""

    def ask(text: str) -> Sequence[tuple[str, int, int]]:
        found = retrieve.retrieve(index, question.understand(text)).passages
        return [(f.passage.document, f.passage.start, f.passage.end) for f in found]

    def without(module: ModuleType = coverage, **changes: object) -> Ranker:
        def changed(text: str) -> Sequence[tuple[str, int, int]]:
            kept = {name: getattr(module, name) for name in changes}
            for name, value in changes.items():
                setattr(module, name, value)
            try:
                return ask(text)
            finally:
                for name, value in kept.items():
                    setattr(module, name, value)

        return changed

    def embedded(text: str) -> Sequence[tuple[str, int, int]]:
        given = index.model.given(text, question.detect_language(text))
        nearest = index.vectors.nearest(given, 10, None, index.languages)
        passages = index.catalogue.passages([i for i, _ in nearest])
        return [(p.document, p.start, p.end) for p in (passages[i] for i, _ in nearest)]

    def related_by(variants: Variants) -> Ranker:
        def changed(text: str) -> Sequence[tuple[str, int, int]]:
            index.lexical.variants = variants
            try:
                return ask(text)
            finally:
                index.lexical.variants = Variants()

        return changed

    def unwidened(text: str) -> Sequence[tuple[str, int, int]]:
        found = retrieve.retrieve(index, question.understand(text, NO_GLOSSARY)).passages
        return [(f.passage.document, f.passage.start, f.passage.end) for f in found]

    return [
        ("**Kamerbron**", ask),
        ("the embedding model alone, Dutch as a gloss", embedded),
        ("without the embedding model", without(retrieve, SIMILAR=0.0, NEW=0)),
        ("without near spellings (n-grams)", related_by(Variants(near=False))),
        ("without compounds", related_by(Variants(compounds=False))),
        ("without lemmas and derivations", related_by(Variants(lemmas=False))),
        ("written words only", related_by(Variants(lemmas=False, compounds=False, near=False))),
        ("without glossary and synonyms", unwidened),
        ("without reading sentences (BM25 over concepts)", without(BM25_SHARE=1.0)),
        ("without who speaks and the document's title", without(VOICE=0.0, DOCUMENT=0.0, ROLE=0.0)),
        ("without speech acts and kinds of fact", without(ACT=0.0, ASKED=0.0, MEANT={}, UNASKED=0.0)),
        ("without neighbouring sentences", without(NEIGHBOUR=0.0, LINKED=0.0, ANSWERS=0.0)),
    ]


def _usual(index: Index) -> list[tuple[str, Ranker]]:
    """BM25 over the same passages, as it is usually set up."""
    stem = Stemmer.Stemmer("dutch")
    spans = [(p.document, p.start, p.end) for p in index.catalogue.all_passages()]
    texts = [index.text(d)[a:b] for d, a, b in spans]

    def bm25(tokens: Callable[[str], list[str]]) -> Ranker:
        retriever = bm25s.BM25()
        retriever.index([tokens(t) for t in texts], show_progress=False)

        def rank(text: str) -> Sequence[tuple[str, int, int]]:
            scores = retriever.get_scores(tokens(text))
            return [spans[i] for i in np.argsort(-scores, kind="stable")[:10]]

        return rank

    def words(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())

    def grams(text: str) -> list[str]:
        return [w[i : i + 4] for w in words(text) for i in range(max(1, len(w) - 3))]

    return [
        ("BM25, words", bm25(words)),
        ("BM25, Snowball Dutch stems", bm25(lambda t: [stem.stemWord(w) for w in words(t)])),
        ("BM25, simplemma lemmas", bm25(lambda t: [simplemma.lemmatize(w, lang="nl") for w in words(t)])),
        ("BM25, character 4-grams inside words", bm25(grams)),
    ]


if __name__ == "__main__":
    main()
