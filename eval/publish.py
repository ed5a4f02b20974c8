"""What becomes of an evaluation: printed, written in the forms asked for, held against the baseline, made the baseline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eval import readme, tables
from eval.gate import baseline_of, gold_digest, judge, read_baseline, write_baseline
from eval.history import append, entry_of, read_history, with_entry
from eval.junit import write_junit
from eval.metrics import figures
from eval.page import Report, write_page
from eval.run import Evaluation
from eval.scores import SCORES

HISTORY = Path(__file__).parent / "history.jsonl"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that scores one set of answers."""
    parser.add_argument("--baseline", type=Path, help="exit 1 where a score falls below this file's")
    parser.add_argument("--report", type=Path, help="write the report there, in Markdown")
    parser.add_argument(
        "--junit", type=Path, metavar="FILE.xml", help="write the verdicts there, in JUnit's form"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report with pictures there")
    parser.add_argument(
        "--check-readme", type=Path, metavar="FILE", help="exit 1 where its table is not this run's"
    )
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write the scores there as the new baseline"
    )
    parser.add_argument(
        "--write-history", type=Path, metavar="FILE", help="add the scores to the history there"
    )
    parser.add_argument(
        "--write-readme", type=Path, metavar="FILE", help="put the table into the README there"
    )


def publish(head: str, evaluation: Evaluation, options: argparse.Namespace) -> int:
    """Print and write all that the options ask for; 1 where the gate is closed or the README is not this run's."""
    made = figures(evaluation.questions, SCORES)
    baseline = read_baseline(options.baseline) if options.baseline else None
    history = with_entry(read_history(HISTORY), entry_of(made, len(evaluation.golds)))
    report = Report(head, evaluation, made, judge(made, baseline) if baseline else [], baseline, history)
    results = tables.results(made, evaluation)
    print(f"{head}\n\n{results}\n\n{tables.timing(evaluation)}")
    if baseline and baseline.gold != gold_digest(evaluation.golds):
        print("The questions are not the baseline's: a score may have changed with them.", file=sys.stderr)
    _write(report, results, options)
    fallen = [v for v in report.judged if v.fell]
    for verdict in fallen:
        print(verdict, file=sys.stderr)
    stale = options.check_readme and not readme.same(options.check_readme, results)
    if stale:
        print(f"The table in {options.check_readme} is not this run's. Run: make baseline", file=sys.stderr)
    return 1 if stale or fallen else 0


def _write(report: Report, results: str, options: argparse.Namespace) -> None:
    made, asked = report.figures, report.evaluation.golds
    if options.write_baseline:
        write_baseline(options.write_baseline, baseline_of(made, asked))
    if options.write_history:
        append(options.write_history, entry_of(made, len(asked)))
    if options.write_readme:
        readme.written(options.write_readme, results)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        text = tables.report(report.head, made, report.evaluation, report.judged)
        options.report.write_text(text, encoding="utf-8")
    if options.junit:
        write_junit(options.junit, report.evaluation, report.judged)
    if options.html:
        write_page(options.html, report)
