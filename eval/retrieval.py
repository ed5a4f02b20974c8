"""How well retrieval ranks, by ir-measures (MacAvaney, Macdonald, Ounis 2022), at two levels.

**Passage**: a rank is a passage; it is relevant where it holds a whole piece of evidence. What a reader of a list sees.
**Span**: a rank is a stretch of STRETCH characters read from the top of the list; it is relevant where evidence begins
in it. It says how much must be read, whatever size the splitter gives passages: one passage of a whole document is a
hit at rank 1 among passages, and at rank 40 here.

Both levels judge every place where evidence stands, found or not, so that nDCG's ideal is all of it first. Any one
place answers the question: Success and RR ask for the first. A question without an answer has no judgements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import ir_measures
from ir_measures import RR, Measure, Success, nDCG

from eval.gold import fold
from eval.sample import Sample, Score, Scorer, place_of
from eval.spans import Place

STRETCH = 1000  # characters: about a passage, so that ranks of both levels compare
FOUND = 0.5  # share of a place's characters from which a passage holds it
MEASURES: dict[str, Measure] = {
    "nDCG@10": nDCG @ 10,
    "RR@10": RR @ 10,
    "Success@1": Success @ 1,
    "Success@5": Success @ 5,
    "Success@10": Success @ 10,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A ranking and what is relevant in it, by rank from 1; `missed` counts relevant places that it does not hold."""

    length: int
    relevant: frozenset[int]
    missed: int

    def value(self, measure: Measure) -> float:
        """One measure of this ranking; 0 where nothing was found."""
        judgements = {str(rank): 1 for rank in self.relevant} | {f"missed {n}": 1 for n in range(self.missed)}
        run = {str(rank): -float(rank) for rank in range(1, self.length + 1)}
        if not judgements or not run:
            return 0.0
        return float(next(iter(ir_measures.iter_calc([measure], {"q": judgements}, {"q": run}))).value)


def by_passage(sample: Sample) -> Judged:
    """The passages of an answer, judged."""
    wanted = [fold(e) for e in sample.gold.evidence]
    relevant: dict[int, Place] = {}
    for rank, passage in enumerate(map(place_of, sample.answer["passages"]), 1):
        if PurePath(passage.document).stem in sample.gold.documents:
            text = fold(sample.corpus.text_of(passage.document)[passage.start : passage.end])
            if any(w in text for w in wanted):
                relevant[rank] = passage
    missed = [p for p in sample.evidence if not any(p.shared(passage) for passage in relevant.values())]
    return Judged(len(sample.answer["passages"]), frozenset(relevant), len(missed))


def by_span(sample: Sample) -> Judged:
    """The same passages read from the top, in stretches of so many characters."""
    passages = [place_of(p) for p in sample.answer["passages"]]
    relevant, missed = set(), 0
    for place in sample.evidence:
        read = _read_before(place, passages)
        if read is None:
            missed += 1
        else:
            relevant.add(read // STRETCH + 1)
    total = sum(p.end - p.start for p in passages)
    return Judged(-(-total // STRETCH), frozenset(relevant), missed)


def _read_before(place: Place, passages: list[Place]) -> int | None:
    """How many characters stand before a place in a list of passages, or None where none holds most of it."""
    read = 0
    for passage in passages:
        if place.shared(passage) >= FOUND * (place.end - place.start):
            return read + max(0, place.start - passage.start)
        read += passage.end - passage.start
    return None


def scorer(measure: Measure, judge: Callable[[Sample], Judged]) -> Scorer:
    """The score that one measure gives at one level."""

    def score(sample: Sample) -> Score | None:
        if not sample.gold.answerable:
            return None
        judged = judge(sample)
        ranks = ", ".join(map(str, sorted(judged.relevant))) or "none"
        places = f"; {judged.missed} more not among the {judged.length}" if judged.missed else ""
        return Score(judged.value(measure), f"evidence at rank {ranks}", f"evidence at rank {ranks}{places}")

    return score


SCORES: dict[str, Scorer] = {
    **{name: scorer(measure, by_passage) for name, measure in MEASURES.items()},
    **{f"span {name}": scorer(measure, by_span) for name, measure in MEASURES.items()},
}
