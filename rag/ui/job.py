"""The process in which the index is written: `python -m rag.ui.job`, one request on stdin, lines of JSON on stdout.

A process of its own, and a polite one: reading and embedding documents takes all of a processor, and in the app's own
process every question would wait for it. What it prints: {"tick": [what, done, total]} while it works, then
{"lines": [...]} with what became of each file, or {"error": message, "kind": class}.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.errors import KamerbronError
from rag.settings import load_settings
from rag.types import Description
from rag.ui import library

POLITE = 5  # added to the process's niceness: questions go first


def main() -> int:
    """Do what stdin asks; the exit status is 0 where it was done."""
    if hasattr(os, "nice"):
        os.nice(POLITE)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    sys.stdout = sys.stderr  # libraries print; our lines stay apart
    try:
        lines = _do(json.load(sys.stdin), lambda *at: print(json.dumps({"tick": at}), file=out))
    except KamerbronError as error:
        print(json.dumps({"error": str(error), "kind": type(error).__name__}), file=out)
        return 1
    except Exception as error:
        traceback.print_exc()
        print(json.dumps({"error": f"{type(error).__name__}: {error}", "kind": "KamerbronError"}), file=out)
        return 1
    print(json.dumps({"lines": lines}), file=out)
    return 0


def _do(request: dict[str, Any], tick: Any) -> list[dict[str, Any]]:
    settings = load_settings(_env_file=None, **request["settings"])
    if request["do"] == "add":
        report = library.add(Path(request["staged"]), settings, tick, request["replace"])
        return [asdict(line) for line in report.lines]
    if request["do"] == "describe":
        fields = {**request["description"], "dossier": tuple(request["description"]["dossier"])}
        library.describe(request["name"], Description(**fields), settings)
    else:
        library.remove(request["name"], settings)
    return []


if __name__ == "__main__":
    sys.exit(main())
