"""`python -m eval`: asks, scores, prints a table, and exits 1 where a score fell below the baseline."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from eval.gold import FOLDER, read_gold
from eval.run import Fall, ask_all, falls, latencies, means, score_all, table, texts, write_lines
from rag.assistant import Assistant
from rag.errors import GoldError, KamerbronError
from rag.settings import load_settings

BASELINE = Path(__file__).parent / "baseline.json"
# A score may fall by this much before the gate closes. One question of a language's 100 or so is 0.01; the standard
# error of a share near .9 over 100 questions is 0.03. Exactness may not fall at all.
TOLERANCE = 0.03
EXACT = {"citations char-exact": 0.0}


def main(arguments: list[str] | None = None) -> int:
    """Run the evaluation; the exit status."""
    options = _parse(arguments)
    settings = load_settings(llm="none") if options.mode == "quotes" else load_settings()
    assistant = Assistant(settings)
    text_of_stem = texts(assistant)
    golds = read_gold(options.gold, text_of_stem)
    lines = ask_all(golds, assistant)
    if options.out:
        write_lines(options.out, lines)
    groups = score_all(golds, lines, assistant.index.text)
    report = f"{len(golds)} questions, mode {options.mode}, index {assistant.index.digest}.\n\n{table(groups, lines)}\n"
    print(report)
    print(latencies(lines))
    fallen = _gate(options.baseline, means(groups)) if options.baseline else []
    if options.report:
        options.report.write_text(report + "".join(f"\n- {_line(f)}" for f in fallen), encoding="utf-8")
    if options.write_baseline:
        tolerance = {name: EXACT.get(name, TOLERANCE) for name in groups}
        text = json.dumps({"tolerance": tolerance, "scores": means(groups)}, indent=1, ensure_ascii=False)
        options.write_baseline.write_text(text + "\n", encoding="utf-8")
    for fall in fallen:
        print(_line(fall), file=sys.stderr)
    return 1 if fallen else 0


def _gate(path: Path, now: dict[str, dict[str, float]]) -> list[Fall]:
    try:
        baseline = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldError(f"The baseline {path} cannot be read ({error}).") from error
    return falls(now, baseline)


def _line(fall: Fall) -> str:
    return f"{fall.score} ({fall.group}) fell from {fall.was:.3f} to {fall.now:.3f}, more than {fall.tolerance:.3f}."


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Ask every gold question and score the answers."
    )
    parser.add_argument("--gold", type=Path, default=FOLDER, help="a gold file, or a folder of them")
    parser.add_argument("--out", type=Path, help="write one line a question there")
    parser.add_argument("--mode", choices=("quotes", "llm"), default="quotes")
    parser.add_argument("--baseline", type=Path, help="exit 1 where a score falls below this file's")
    parser.add_argument("--report", type=Path, help="write the table there, in Markdown")
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write the scores there as the new baseline"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KamerbronError as error:
        print(f"eval: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
