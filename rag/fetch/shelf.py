"""The folder that documents are fetched into: the files, manifest.toml, and sources.json.

A file is written whole or not at all, and its entries after it: an interrupted fetch goes on where it stopped. An entry
that somebody mended in the manifest is never written again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.manifest import NAME, SOURCES, entry, read_manifest
from rag.types import Description


@dataclass(frozen=True, slots=True)
class Item:
    """A document that a service has: where it is, under which name it is kept, and what the service says of it."""

    identity: str  # the service's own, for ever the same
    name: str
    address: str
    licence: str
    description: Description
    changed: str = ""  # when the service changed it last; another value is fetched again
    paper: str = ""  # dossier and number, "36247-11", where it has one

    @property
    def title(self) -> str:
        """Its title."""
        return self.description.title


class Shelf:
    """A folder of fetched documents; raises InputError where it cannot be used."""

    def __init__(self, home: Path) -> None:
        self.home = home
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"«{home}» cannot be made ({error.strerror}). Give another folder with --into."
            ) from error
        try:
            self._sources: dict[str, dict[str, Any]] = json.loads(
                (home / SOURCES).read_text(encoding="utf-8")
            )
        except FileNotFoundError:
            self._sources = {}
        except (OSError, ValueError) as error:
            raise InputError(
                f"{home / SOURCES} is damaged ({type(error).__name__}). Remove it, or fetch elsewhere."
            ) from error

    def has(self, item: Item) -> bool:
        """Whether a document is there as the service has it now."""
        known = self._sources.get(item.identity)
        return (
            known is not None and known["changed"] == item.changed and (self.home / known["file"]).is_file()
        )

    def put(self, item: Item, content: bytes) -> None:
        """Keep a document, with where it comes from and under which licence."""
        name = safe_name(item.name)
        self._write(name, content)
        self._sources[item.identity] = {
            "file": name, "address": item.address, "licence": item.licence, "changed": item.changed,
            "fetched": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "sha256": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        self._write(SOURCES, json.dumps(self._sources, indent=1, ensure_ascii=False).encode())
        if name not in read_manifest(self.home):
            manifest = self.home / NAME
            before = manifest.read_text(encoding="utf-8") if manifest.is_file() else ""
            made = entry(name, item.description, note=f"licence: {item.licence}")
            self._write(NAME, f"{before}{made}\n".encode())

    def _write(self, name: str, content: bytes) -> None:
        draft = self.home / f".{name}.part"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.home / name)


def safe_name(name: str) -> str:
    """A file name of letters, digits, dots and dashes; nothing in it leads elsewhere."""
    stem = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._") or "document"
    return stem[-150:]
