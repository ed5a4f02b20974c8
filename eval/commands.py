"""The commands of `python -m eval`, each from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from eval import compare, tables
from eval.candidates import as_text, drafts, write_drafts
from eval.gold import FOLDER, Gold, asked, read_gold
from eval.metrics import figures
from eval.publish import add_options, publish
from eval.run import (
    Evaluation,
    Line,
    Recording,
    ask_all,
    ask_apart,
    corpus,
    evaluate,
    every,
    read_lines,
    typed_small,
    write_lines,
)
from eval.scores import SCORES
from rag import feedback
from rag.assistant import Assistant
from rag.errors import GoldError, ModelError
from rag.models.llm import Unavailable, choose_model
from rag.settings import load_settings


def run(arguments: Sequence[str]) -> int:
    """Ask every question, and publish what came of it."""
    parser = _parser("", "Ask every gold question and score the answers.")
    parser.add_argument("--out", type=Path, help="write one line a question there")
    parser.add_argument("--mode", choices=("quotes", "llm"), default="quotes")
    parser.add_argument("--raw", type=Path, help="the same lines with the language model's own words")
    parser.add_argument(
        "--at-once",
        type=int,
        default=1,
        metavar="N",
        help="ask quotes mode with so many processes; sooner done, and times that mean nothing",
    )
    parser.add_argument(
        "--as-typed",
        action="store_true",
        help="ask every question without its capitals and its question mark",
    )
    _add_every(parser)
    add_options(parser)
    options = parser.parse_args(arguments)
    if options.at_once < 1 or (options.at_once > 1 and options.mode == "llm"):
        raise GoldError("--at-once takes a number from 1; with --mode llm it must be 1.")
    assistant = Assistant(load_settings(llm="none") if options.mode == "quotes" else load_settings())
    golds = _golds(options, assistant)
    golds = [replace(g, question=typed_small(g.question)) if options.as_typed else g for g in golds]
    if options.at_once > 1:
        lines = ask_apart(golds, assistant.settings, options.at_once)
    else:
        lines = _ask(golds, assistant, options.mode == "llm")
    if options.out:
        write_lines(options.out, [{k: line[k] for k in ("id", "answer", "latency_ms")} for line in lines])
    if options.raw:
        write_lines(options.raw, lines)
    head = f"{len(golds)} questions, mode {options.mode}, index {assistant.index.digest}."
    return publish(head, evaluate(golds, lines, corpus(assistant)), options)


def rescore(arguments: Sequence[str]) -> int:
    """Score kept answers again; several files become one table."""
    parser = _parser("rescore", "Score answers that were kept, without asking anything or anyone.")
    parser.add_argument("files", type=Path, nargs="+", help="what --out or --raw wrote")
    add_options(parser)
    options = parser.parse_args(arguments)
    assistant = Assistant(load_settings(llm="none"))
    if len(options.files) > 1:
        return _side_by_side([_column(f) for f in options.files], options, assistant)
    lines = read_lines(options.files[0])
    scored = _evaluated(lines, options, assistant)
    head = f"{len(scored.golds)} questions of {options.files[0].name}, index {assistant.index.digest}."
    return publish(head, scored, options)


def compare_files(arguments: Sequence[str]) -> int:
    """Hold one run's answers against another's, question by question."""
    parser = _parser(
        "compare", "What got better and what got worse from A to B, with a paired permutation test."
    )
    parser.add_argument("before", type=Path, metavar="A.jsonl")
    parser.add_argument("after", type=Path, metavar="B.jsonl")
    options = parser.parse_args(arguments)
    assistant = Assistant(load_settings(llm="none"))
    before, after = (_evaluated(read_lines(f), options, assistant) for f in (options.before, options.after))
    compared = compare.compare(before.questions, after.questions, list(SCORES))
    print(compare.compared_table(compared))
    print(
        "\np: paired permutation test over pairs, two-sided; of so many scores one below 0.05 is no surprise."
    )
    print(compare.changes_list(compared))
    return 0


def models(arguments: Sequence[str]) -> int:
    """Ask several language models the same questions."""
    parser = _parser("models", "Ask several language models; their answers are kept, and shown side by side.")
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="as in RAG_LLM: ollama:MODEL, or «none» for quotations"
    )
    parser.add_argument("--folder", type=Path, default=Path("out/models"), help="where the answers are kept")
    _add_every(parser)
    options = parser.parse_args(arguments)
    kept: list[tuple[str, list[Line]]] = []
    assistant = Assistant(load_settings(llm="none"))
    golds = _golds(options, assistant)
    for name in options.names:
        lines = _ask(golds, Assistant(load_settings(llm=name)), name != "none")
        path = options.folder / f"{''.join(c if c.isalnum() or c in '.-' else '_' for c in name)}.jsonl"
        write_lines(path, lines)
        print(f"{name}: kept in {path}", file=sys.stderr)
        kept.append((name, lines))
    return _side_by_side(kept, options, assistant)


def candidates(arguments: Sequence[str]) -> int:
    """Turn what readers thought of answers into draft gold lines."""
    parser = _parser("candidates", "Draft gold lines from thumbs up and down, for a person to review.")
    parser.add_argument("--out", type=Path, help="write them there; the file may not be there yet")
    options = parser.parse_args(arguments)
    found = drafts(feedback.read(load_settings()), asked(options.gold))
    if options.out:
        write_drafts(options.out, found)
        print(
            f"{len(found)} drafts in {options.out}. How to review them: eval/gold/README.md", file=sys.stderr
        )
    else:
        sys.stdout.writelines(as_text(found))
    return 0


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m eval {command}".strip(), description=description)
    parser.add_argument("--gold", type=Path, default=FOLDER, help="a gold file, or a folder of them")
    return parser


def _add_every(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="ask every so-manieth question only"
    )


def _golds(options: argparse.Namespace, assistant: Assistant) -> list[Gold]:
    if options.every < 1:
        raise GoldError("--every takes a number from 1.")
    return every(_golds_only(options, assistant), options.every)


def _golds_only(options: argparse.Namespace, assistant: Assistant) -> list[Gold]:
    return read_gold(options.gold, corpus(assistant).by_stem)


def _ask(golds: Sequence[Gold], assistant: Assistant, with_model: bool) -> list[Line]:
    """Ask, with a model's own words kept; raises ModelError where a model was wanted and none answers."""
    recording: Recording = lambda: nullcontext([])  # noqa: E731
    if with_model:
        chosen = choose_model(assistant.settings)
        if isinstance(chosen, Unavailable):
            raise ModelError(f"No language model answers: {chosen.why('en')} Or leave --mode llm out.")
        from eval.record import recording  # noqa: PLC0415 - seconds to import
    return ask_all(golds, assistant, recording=recording)


def _evaluated(lines: Sequence[Line], options: argparse.Namespace, assistant: Assistant) -> Evaluation:
    scored = evaluate(_golds_only(options, assistant), lines, corpus(assistant))
    if not scored.golds:
        raise GoldError(
            "None of the answers is to a question of the gold set. Give the one they belong to with --gold."
        )
    return scored


def _column(file: Path) -> tuple[str, list[Line]]:
    """A file's lines under the name of the model that wrote them."""
    lines = read_lines(file)
    models = {line["answer"]["model"] for line in lines} - {None}
    return f"{', '.join(sorted(models)) or 'none'} ({file.name})", lines


def _side_by_side(
    kept: Sequence[tuple[str, list[Line]]], options: argparse.Namespace, assistant: Assistant
) -> int:
    columns = {name: _evaluated(lines, options, assistant) for name, lines in kept}
    print(tables.side_by_side(columns, {name: figures(e.questions, SCORES) for name, e in columns.items()}))
    return 0
