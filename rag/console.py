"""What the commands share: where they print, and how they show that they are at work."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from rag.store.index import Tick

_DOING = {
    "read": "Reading",
    "embed": "Embedding",
    "index": "Indexing",
    "store": "Storing",
    "fetch": "Fetching",
}
_SPEED = 120.0  # seconds over which the speed is measured that the time left is worked out from


def out() -> Console:
    """Where results go."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Where everything else goes."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """A result for another program."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def progress() -> Iterator[Tick]:
    """A progress bar on stderr with the time left; it shows nothing where stderr is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = {"console": err(), "transient": True, "disable": not sys.stderr.isatty()}
    with Progress(*columns, speed_estimate_period=_SPEED, **shown) as bar:  # type: ignore[arg-type]
        tasks: dict[str, Any] = {}

        def tick(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(_DOING.get(what, what), total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield tick
