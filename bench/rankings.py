"""Whether a change of the code changes what is found: the ten best passages of every gold question, before and after.

    python -m bench.rankings --write before.json       with the index of RAG_INDEX_DIR
    python -m bench.rankings --compare before.json     exits 1 where a list differs, or a score by more than 0.0002

Only ids and scores are kept and printed, never a question, so held-out questions can be among them. Each question is
also asked with filters: by role, by sender, and by period.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench.questions import gold_lines
from rag.filters import Filters
from rag.question import understand
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.store.index import Index, open_index

NOISE = 0.0002  # scores are rounded to four places; a sum in another order may fall on the other side
FILTERS = {
    "all": Filters(),
    "role": Filters(roles=frozenset({"government"})),
    "sender": Filters(senders=frozenset({"minister"})),
    "period": Filters(since="2018-01-01", until="2026-06-01"),
}
Rankings = dict[str, list[tuple[str, float, list[str]]]]


def rankings(index: Index) -> Rankings:
    """Gold id and filter -> (passage id, score, matched concepts) of the ten best passages."""
    out: Rankings = {}
    for line in gold_lines():
        question = understand(line["question"])
        for name, filters in FILTERS.items():
            found = retrieve(index, question, filters).passages
            out[f"{line['id']} {name}"] = [(f.passage.id, f.score, list(f.matched)) for f in found]
    return out


def differences(before: Rankings, after: Rankings) -> list[str]:
    """What differs, a line each; two neighbours whose scores are equal but for noise may change places."""
    said = [f"{key}: asked only once" for key in before.keys() ^ after.keys()]
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        scores = {i: s for i, s, _ in old}
        moved = [i for i, s, _ in new if abs(s - scores.get(i, -1.0)) > NOISE]
        places = [k for k, (x, y) in enumerate(zip(old, new, strict=False)) if abs(x[1] - y[1]) > NOISE]
        matched = {i: m for i, _, m in old}
        words = [i for i, _, m in new if i in matched and matched[i] != m]
        if moved or places or words or len(old) != len(new):
            said.append(
                f"{key}: other scores {len(moved)}, other places {len(places)}, other words {len(words)}"
            )
    return sorted(said)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.rankings", description=(__doc__ or "").split("\n\n")[0]
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, help="keep the rankings in a file")
    what.add_argument("--compare", type=Path, help="compare them with those of a file")
    given = parser.parse_args()
    found = rankings(open_index(Settings()))
    if given.write:
        given.write.write_text(json.dumps(found), "utf-8")
        return
    before = json.loads(given.compare.read_text("utf-8"))
    said = differences(before, json.loads(json.dumps(found)))
    print("\n".join(said) or f"{len(found)} lists are the same.")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
