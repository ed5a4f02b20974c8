"""The run: `python -m bench.retrieval`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench import retrieval, usual
from bench.questions import gold_questions
from bench.retrieval.asking import FILTERS, answer_ours, ask_ours, ask_usual, peak, profile, with_model
from bench.retrieval.building import (
    Result,
    build_ours,
    build_usual,
    build_usual_vectors,
    build_vectors,
    embed,
    now,
)
from bench.retrieval.report import report
from bench.retrieval.vectors import ReadyVectors

ROOT = Path(__file__).parent.parent.parent
PROCESSES = {"ask_ours": 3, "filtered_ours": 3, "ask_usual": 2}  # new processes that each way is asked in


def work(name: str, folder: Path, count: int) -> Result:
    """Do one process's work; its result has the process's peak memory beside what it measured."""
    questions: list[str] = json.loads((folder / "questions.json").read_text("utf-8"))
    jobs: dict[str, Callable[[], Result]] = {
        "build_ours": lambda: build_ours(folder, count),
        "build_usual": lambda: build_usual(folder),
        "build_vectors": lambda: build_vectors(folder),
        "build_usual_vectors": lambda: build_usual_vectors(folder),
        "embed": lambda: embed(folder, questions),
        "ask_ours": lambda: ask_ours(folder, questions, ReadyVectors(folder)),
        "filtered_ours": lambda: ask_ours(folder, questions, ReadyVectors(folder), FILTERS),
        "answer_ours": lambda: answer_ours(folder, questions, ReadyVectors(folder)),
        "ask_usual": lambda: ask_usual(folder, questions, ReadyVectors(folder)),
        "model_ours": lambda: with_model(ask_ours, folder, questions),
        "model_usual": lambda: with_model(ask_usual, folder, questions),
        "profile": lambda: profile(folder, questions),
    }
    return jobs[name]() | {"peak": peak()}


class Run:
    """Starts the processes and gathers what they say."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self._count = folder, count
        self._environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("RAG_")}
        self._environment |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}

    def __call__(self, name: str) -> Result:
        """One process's result; the benchmark ends where it fails."""
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        start = now()
        command = [sys.executable, "-m", "bench.retrieval", "--work", name, "--passages", str(self._count)]
        done = subprocess.run(
            [*command, "--folder", str(self.folder)],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"\nThe process «{name}» failed:\n{done.stderr[-3000:]}")
        print(f"{now() - start:.1f} s", file=sys.stderr)
        result: Result = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return result


def several(run: Run, name: str) -> Result:
    """The same process several times: the median of each figure, question by question where there is a list."""
    results = [run(name) for _ in range(PROCESSES[name])]
    out: Result = {}
    for key, value in results[0].items():
        if isinstance(value, list):
            out[key] = [median(xs) for xs in zip(*(r[key] for r in results), strict=True)]
        else:
            out[key] = median(r[key] for r in results)
    return out


def size(*paths: Path) -> float:
    """MiB of some files and folders on disk."""
    files = [f for p in paths for f in (p.rglob("*") if p.is_dir() else [p]) if f.is_file()]
    return sum(f.stat().st_size for f in files) / 2**20


def measure(run: Run, questions: Sequence[str], profiled: bool) -> dict[str, Result]:
    """Every measurement, in the order in which one needs another."""
    (run.folder / "questions.json").write_text(json.dumps(questions), "utf-8")
    names = ["embed", "build_ours", "build_usual", "build_vectors", "build_usual_vectors"]
    results = {name: run(name) for name in names}
    results |= {name: several(run, name) for name in ("ask_ours", "filtered_ours", "ask_usual")}
    names = ["answer_ours", "model_ours", "model_usual", *(["profile"] if profiled else [])]
    results |= {name: run(name) for name in names}
    index = run.folder / "index"
    results["disk"] = {
        "ours": size(index / "generations", index / "index.json"),
        "usual": size(run.folder / "bm25.pickle"),
        "our_chroma": size(index / "chroma"),
        "usual_chroma": size(run.folder / usual.CHROMA),
    }
    return results


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.retrieval", description=(retrieval.__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--passages", type=int, default=100_000, help="how many passages to make (100,000)")
    parser.add_argument("--questions", type=int, default=60, help="how many questions to ask (60)")
    parser.add_argument("--profile", action="store_true", help="say also where our retrieval's time goes")
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder where none is given")
    parser.add_argument("--keep", action="store_true", help="leave the folder when done")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        result = work(given.work, given.folder, given.passages)
        (given.folder / f"{given.work}.json").write_text(json.dumps(result), "utf-8")
        return
    if given.passages < 100 or given.questions < 1:
        parser.error("give at least 100 passages and one question")
    questions = gold_questions(given.questions)
    if given.folder is not None:
        given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=given.folder))
    try:
        results = measure(Run(folder, given.passages), questions, given.profile)
        print(report(results, given.passages, given.questions))
        if given.json:
            figures = {"passages": given.passages, "questions": given.questions, "results": results}
            given.json.write_text(json.dumps(figures), "utf-8")
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"Left in {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
