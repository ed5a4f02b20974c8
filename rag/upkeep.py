"""The commands that look after an installation: doctor, backup, restore, pull."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.console import out, progress
from rag.settings import load_settings

commands = typer.Typer()


@commands.command()
def doctor(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Mend what can be mended of the index; documents are never lost by it."
        ),
    ] = False,
) -> None:
    """What is installed, what will be used and why, and what to do about each problem."""
    from rag.doctor import examine, print_report, repaired  # noqa: PLC0415 - what one command needs is imported there

    settings = load_settings()
    if repair:
        with progress() as tick:
            done = repaired(settings, tick)
        for line in done or ["There was nothing to repair."]:
            out().print(line, markup=False)
    findings = examine(settings)
    print_report(out(), findings)
    if any(f.status == "problem" for f in findings):
        raise typer.Exit(1)


@commands.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write, for example index.tar.")]) -> None:
    """Write the index to one file: documents, descriptions, passages, vectors, PDF pages."""
    from rag.store.backup import backup as run  # noqa: PLC0415

    state = run(file, load_settings())
    out().print(f"«{file}» holds generation {state.generation}: {state.passages} passages.", markup=False)


@commands.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `rag backup` wrote.")]) -> None:
    """Put the index of a backup in place of the present one, which stays as it is where the file is bad."""
    from rag.ingest import restore as run  # noqa: PLC0415

    with progress() as tick:
        digest = run(file, load_settings(), tick)
    out().print(f"The index is that of «{file}», digest {digest}.", markup=False)


@commands.command()
def pull() -> None:
    """Bring the configured models where a network allows."""
    from rag.pull import pull as run  # noqa: PLC0415

    run(load_settings(), out())
