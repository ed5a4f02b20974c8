"""Do documents made by real programs give the answers that the text seeds give, with right pages?

    python -m tests.formats.compare FOLDER [WAY …]      (what `convert` wrote there; every way, or those that are named)

asks the gold questions of each folder and prints, for each way of making, how many answers quote the same
sentences in the same order as the answers from the text seeds, how many sentences of those answers are quoted at all,
how many gold pieces of evidence are quoted, and on how many of the pages cited the quotation stands, as poppler's
pdftotext reads them: a reader that shares no line with ours. Held-out questions are not asked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from rag.assistant import Assistant
from rag.ingest import ingest
from rag.settings import Settings, load_settings
from rag.types import Answer

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "eval" / "gold"


@dataclass(slots=True)
class Score:
    """What a folder's answers have in common with the seeds'."""

    asked: int = 0
    same: int = 0
    quoted: int = 0
    wanted: int = 0
    evidence: int = 0
    answerable: int = 0
    pages: int = 0
    right_pages: int = 0
    other: list[str] = field(default_factory=list)


def questions() -> list[dict[str, object]]:
    """The gold questions that may be looked at."""
    return [
        json.loads(line)
        for path in sorted(GOLD.glob("wps_dev_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def folded(text: str) -> str:
    """As evidence is compared: white space, hyphens and soft hyphens removed, case folded. Longer dashes too: how long a
    dash is cannot be told from a picture.
    """
    return re.sub(r"[\s\u00ad\u2010-\u2014-]", "", text).casefold()


def quotations(answer: Answer) -> list[str]:
    """What each statement quotes, as it reads."""
    return [folded(" ".join(answer.reading(c) for c in answer.cited(s))) for s in answer.statements]


def assistant_for(folder: Path, index: Path) -> Assistant:
    """An assistant over an index of one folder; no language model."""
    settings: Settings = load_settings(_env_file=None, index_dir=index, llm="none")
    report = ingest([folder], settings)
    refused = [f"{line.name}: {line.why}" for line in report.refused]
    if refused:
        raise RuntimeError("; ".join(refused))
    return Assistant(settings)


def compare(
    reference: dict[str, Answer], assistant: Assistant, folder: Path, golds: list[dict[str, object]]
) -> Score:
    """Ask the same questions of another folder."""
    score = Score()
    for gold in golds:
        want, answer = reference[str(gold["id"])], assistant.ask(str(gold["question"]))
        had, has = quotations(want), quotations(answer)
        score.asked += 1
        score.same += had == has
        score.quoted += sum(q in has for q in had)
        score.wanted += len(had)
        if had != has:
            score.other.append(str(gold["id"]))
        if gold["kind"] != "unanswerable":
            score.answerable += 1
            score.evidence += any(folded(str(e)) in "".join(has) for e in gold["evidence"])  # type: ignore[attr-defined]
        for citation in (c for c in answer.citations if c.document.endswith(".pdf")):
            score.pages += 1
            score.right_pages += citation.page is not None and on_page(
                _printed(folder, citation.document), citation.page, answer.reading(citation)
            )
    return score


def _printed(citation_folder: Path, name: str) -> Path:
    """The PDF that tells what stands on a page: of a scan, the one that it is a picture of."""
    twin = citation_folder.parent / "LibreOffice_pdf" / name
    return twin if citation_folder.name.startswith("scan") else citation_folder / name


def on_page(pdf: Path, page: int, quotation: str) -> bool:
    """Whether a page, as pdftotext reads it, holds the beginning of a quotation: its letters, in order."""
    letters = re.sub(r"[^a-zà-ÿ]", "", quotation.casefold())[:40]
    return letters in _letters(pdf, page)


@lru_cache(maxsize=500)
def _letters(pdf: Path, page: int) -> str:
    done = subprocess.run(
        ["pdftotext", "-f", str(page), "-l", str(page), str(pdf), "-"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return re.sub(r"[^a-zà-ÿ]", "", done.stdout.decode("utf-8", "replace").casefold())


def main(home: Path, *ways: str) -> None:
    """Print the table."""
    golds = questions()
    with tempfile.TemporaryDirectory() as work:
        seeds = assistant_for(ROOT / "seeds", Path(work) / "seeds")
        reference = {str(g["id"]): seeds.ask(str(g["question"])) for g in golds}
        own = compare(reference, seeds, ROOT / "seeds", golds)
        print(
            "| made by | same answers | same quotations | evidence quoted | right pages |\n|---|---:|---:|---:|---:|"
        )
        print(_row("the text seeds", own))
        for folder in sorted(p for p in home.iterdir() if p.is_dir() and (not ways or p.name in ways)):
            score = compare(reference, assistant_for(folder, Path(work) / folder.name), folder, golds)
            print(_row(folder.name.replace("_", " "), score), flush=True)
            print(f"  {folder.name}: {' '.join(score.other)}", file=sys.stderr)


def _row(name: str, s: Score) -> str:
    pages = f"{s.right_pages}/{s.pages}" if s.pages else "–"
    return f"| {name} | {s.same}/{s.asked} | {s.quoted}/{s.wanted} | {s.evidence}/{s.answerable} | {pages} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
