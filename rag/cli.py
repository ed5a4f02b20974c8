"""The command line: reads arguments, calls one function, prints for a person or as JSON."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from rag import __version__
from rag.console import err, out, print_json, progress
from rag.errors import InputError, KamerbronError
from rag.filters import Filters
from rag.settings import Settings, load_settings
from rag.store.generations import read_state
from rag.upkeep import commands

app = typer.Typer(
    help="Answers over Dutch parliamentary documents, with quotations copied by code and cited to the character.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(commands)
SEEDS = Path("seeds")
INTERRUPTED = 130  # what typer exits with after Ctrl-C
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]
Role = Annotated[
    list[str] | None,
    typer.Option("--role", help="government, parliament or civil_society; may be given again."),
]
Sender = Annotated[
    list[str] | None, typer.Option("--sender", help="Part of a sender's name; may be given again.")
]
KindOption = Annotated[
    list[str] | None, typer.Option("--kind", help="kamerbrief, kamervragen, motie …; may be given again.")
]
Dossier = Annotated[
    list[str] | None, typer.Option("--dossier", help="A dossier number, 36247; may be given again.")
]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", help="A document's file name; may be given again.")
]
Since = Annotated[str | None, typer.Option("--since", help="Only documents dated on or after YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option("--until", help="Only documents dated on or before YYYY-MM-DD.")]


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    if debug:
        os.environ["RAG_DEBUG"] = "1"


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; seeds/ if none is given.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Begin with an empty index.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait where another ingest is writing, instead of giving up.")
    ] = False,
) -> None:
    """Read files or folders into the index; only what changed is embedded again. Broken off, it goes on where it stopped."""
    from rag.ingest import ingest as run  # noqa: PLC0415 - what one command needs is imported there
    from rag.terminal import ingest_table  # noqa: PLC0415

    with progress() as tick:
        report = run(paths or [SEEDS], load_settings(), tick, rebuild, wait)
    out().print(ingest_table(report))
    if len(report.refused) == len(report.lines) and not report.digest:
        raise InputError("Nothing could be read, so no index was made. The table says why.")
    if report.refused and len(report.refused) == len(report.lines):
        raise InputError("Nothing could be read; the index is as it was. The table says why.")


@app.command()
def describe(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; seeds/ if none is given.")
    ] = None,
) -> None:
    """Print a manifest of what documents say of themselves, marked «found», with what is to be filled in."""
    from rag.ingest import propose  # noqa: PLC0415

    sys.stdout.write(propose(paths or [SEEDS], load_settings()))


@app.command()
def fetch(
    dossier: Annotated[str, typer.Option("--dossier", help="A dossier, 36247 or 36600-XVII.")] = "",
    query: Annotated[str, typer.Option("--query", help="Words that documents are about.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="kamerbrief, kamervragen, motie or debat.")] = "",
    since: Annotated[str, typer.Option("--since", help="Only documents dated on or after YYYY-MM-DD.")] = "",
    into: Annotated[Path, typer.Option("--into", help="The folder they are kept in.")] = Path("fetched"),
    service: Annotated[
        str, typer.Option("--service", help="tweedekamer, officielebekendmakingen or both.")
    ] = "both",
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="Documents at most.")] = 200,
) -> None:
    """Bring documents from the House's and the official publications' open services; `rag ingest` then reads them."""
    from rag.fetch import SERVICES  # noqa: PLC0415
    from rag.fetch import fetch as run  # noqa: PLC0415
    from rag.fetch.wanted import parse_wanted  # noqa: PLC0415
    from rag.terminal import fetch_table  # noqa: PLC0415

    if service not in SERVICES:
        raise InputError(f"--service «{service}» is not known; it is one of {', '.join(SERVICES)}.")
    wanted = parse_wanted(dossier, query, kind, since, most)
    with progress() as tick:
        got = run(wanted, into, load_settings(), SERVICES[service], tick)
    out().print(fetch_table(got))
    out().print(f"In «{into}». Read them with: rag ingest {into}", markup=False)


@app.command()
def ask(
    question: str, as_json: Json = False, role: Role = None, sender: Sender = None, kind: KindOption = None,
    dossier: Dossier = None, document: DocumentOption = None, since: Since = None, until: Until = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Show a model's statements that failed a check too, marked so.")] = False,
) -> None:  # fmt: skip
    """Answer a question, with numbered citations."""
    from rag.assistant import Assistant  # noqa: PLC0415
    from rag.question import check  # noqa: PLC0415
    from rag.terminal import print_answer  # noqa: PLC0415

    check(question)
    filters = _filters(role, sender, kind, dossier, document, since, until)
    settings = load_settings()
    _build_first(settings)
    answer = Assistant(settings).ask(question, filters, unchecked=unchecked)
    if as_json:
        print_json(answer.to_dict())
    else:
        print_answer(out(), answer)


@app.command()
def search(
    question: str, k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10, as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what the question was widened to and what each passage matched.")] = False,
    role: Role = None, sender: Sender = None, kind: KindOption = None, dossier: Dossier = None, document: DocumentOption = None,
    since: Since = None, until: Until = None,
) -> None:  # fmt: skip
    """The ranked passages, before any answer is composed."""
    from rag.assistant import Assistant  # noqa: PLC0415
    from rag.terminal import print_search, search_json  # noqa: PLC0415

    settings = load_settings()
    _build_first(settings)
    assistant = Assistant(settings)
    understood, retrieved = assistant.search(
        question, k, _filters(role, sender, kind, dossier, document, since, until)
    )
    if as_json:
        print_json(search_json(assistant.index, understood, retrieved, explain))
    else:
        print_search(out(), assistant.index, understood, retrieved, explain)


@app.command()
def documents(as_json: Json = False) -> None:
    """What is in the index."""
    from rag.store.index import open_index  # noqa: PLC0415
    from rag.terminal import documents_json, documents_table  # noqa: PLC0415

    index = open_index(load_settings())
    if as_json:
        print_json(documents_json(index))
    else:
        out().print(documents_table(index))


@app.command()
def remove(document: str) -> None:
    """Take a document out of the index; its file stays where it is."""
    from rag.ingest import remove as run  # noqa: PLC0415

    run(document, load_settings())
    out().print(f"Removed «{document}» from the index.", markup=False)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on this machine.")] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
) -> None:
    """Start the browser app on this machine's own address."""
    from rag.serve import serve as run  # noqa: PLC0415

    settings = load_settings()
    _build_first(settings)
    run(port, headless, [host.strip() for host in settings.app_hosts.split(",") if host.strip()])


@app.command()
def version() -> None:
    """Print the version."""
    out().print(__version__, highlight=False)


def _filters(
    role: list[str] | None, sender: list[str] | None, kind: list[str] | None, dossier: list[str] | None,
    document: list[str] | None, since: str | None, until: str | None,
) -> Filters:  # fmt: skip
    from rag.filters import parse_filters  # noqa: PLC0415

    return parse_filters(
        roles=role, senders=sender, kinds=kind, dossiers=dossier, documents=document, since=since, until=until
    )


def _build_first(settings: Settings) -> None:
    """Build the index from seeds/ where there is none yet."""
    if read_state(settings.index_dir) is not None:
        return
    if not SEEDS.is_dir():
        raise InputError(
            f"There is no index in «{settings.index_dir}» and no seeds/ here to build it from. Run `rag ingest PATH`."
        )
    from rag.ingest import ingest as run  # noqa: PLC0415

    err().print(f"No index in «{settings.index_dir}» yet: building it from {SEEDS}/ …", markup=False)
    with progress() as tick:
        run([SEEDS], settings, tick)


def main() -> None:
    """The entry point: maps every error to a message of one or two lines and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except SystemExit as stop:
        if stop.code != INTERRUPTED:
            raise
        _fail(
            stop,
            1,
            "stopped; what was indexed before is as it was. An ingest goes on where it stopped: give it the same paths.",
        )
    except KamerbronError as error:
        _fail(error, error.exit_status, str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # a mistake of ours: say so, and how to show it to us
        _fail(
            error,
            1,
            f"something went wrong ({type(error).__name__}: {error}). Run again with --debug and report what it prints.",
        )


def _fail(error: BaseException, status: int, message: str) -> None:
    if os.environ.get("RAG_DEBUG"):
        traceback.print_exception(error)
    sys.stderr.write(f"rag: {message}\n")
    sys.exit(status)
