"""A folder's manifest.toml: what its documents do not say of themselves. One table a file; an error names the line."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from rag.errors import ManifestError
from rag.types import Description, Kind, Role

NAME = "manifest.toml"
SOURCES = "sources.json"  # beside it where documents were fetched: where from, under which licence
OVERRIDES = "overrides.toml"
KEYS = {
    "title": str, "kind": str, "sender": str, "role": str, "date": datetime.date, "date_note": str,
    "dossier": list, "language": str, "url": str,
}  # fmt: skip


def read_manifest(folder: Path) -> dict[str, Description]:
    """File name -> description; empty without a manifest. Raises ManifestError for anything not understood."""
    return _read(folder / NAME, folder)


def read_overrides(folder: Path) -> dict[str, Description]:
    """What people said in the app about documents whose own manifest lies elsewhere; it goes before that one."""
    return _read(folder / OVERRIDES, None)


def _read(path: Path, folder: Path | None) -> dict[str, Description]:
    if not path.is_file():
        return {}
    try:
        source = path.read_text(encoding="utf-8")
        tables = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ManifestError(f"{path}: cannot be read as TOML: {error}. Mend it and try again.") from error
    return {name: _describe(_File(path.name, folder, source), name, table) for name, table in tables.items()}


def entry(name: str, description: Description, note: str = "", asked: bool = False) -> str:
    """One file's table, as it stands in a manifest. What was found says so; `asked` writes a line to fill in for a
    role that is not known."""
    lines = [f"# {line}" for line in note.splitlines()] + [f"[{_quoted(name)}]"]
    for key in KEYS:
        value = getattr(description, key)
        if value and not (key == "kind" and value == "other"):
            shown = (
                value
                if key == "date"
                else f"[{', '.join(map(_quoted, value))}]"
                if key == "dossier"
                else _quoted(value)
            )
            lines.append(f"{key} = {shown}" + ("  # found" if key in description.found else ""))
    if asked and description.role is None:
        lines.append('# role = "…"  # whose words are these? government, parliament or civil_society')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A string of TOML: what JSON writes, and DEL escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True, slots=True)
class _File:
    """A manifest that is being read; `folder` is where its documents must be, None where they may be anywhere."""

    name: str
    folder: Path | None
    source: str


def _describe(file: _File, name: str, table: Any) -> Description:
    if not isinstance(table, dict):
        raise _wrong(file, name, name, 'expected a table, ["file name"]')
    if Path(name).name != name or (file.folder is not None and not (file.folder / name).is_file()):
        raise _wrong(file, name, name, f"there is no file «{name}» in this folder")
    for key, value in table.items():
        if key not in KEYS:
            raise _wrong(file, name, key, f"unknown key «{key}»; known are {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]):
            raise _wrong(file, name, key, f"«{key}» must be a {KEYS[key].__name__}")
    for key, allowed in (("kind", get_args(Kind)), ("role", get_args(Role))):
        if key in table and table[key] not in allowed:
            raise _wrong(file, name, key, f"«{table[key]}» is not a {key}; known are {', '.join(allowed)}")
    dossier = table.get("dossier", [])
    if not all(isinstance(d, str) for d in dossier):
        raise _wrong(file, name, "dossier", "«dossier» must be a list of strings")
    date = table.get("date")
    return Description(
        title=table.get("title", Path(name).stem),
        kind=table.get("kind", "other"),
        sender=table.get("sender"),
        role=table.get("role"),
        date=date.isoformat()[:10] if date else None,
        date_note=table.get("date_note"),
        dossier=tuple(dossier),
        language=table.get("language"),
        url=table.get("url"),
    )


def _wrong(file: _File, name: str, key: str, what: str) -> ManifestError:
    """The error, with the line of the key inside the file's table."""
    inside, at = False, 1
    for number, line in enumerate(file.source.splitlines(), 1):
        header = re.match(r"\s*\[\s*[\"']?(.*?)[\"']?\s*\]", line)
        if header:
            inside = header[1] == name or header[1].replace('"', "").startswith(f"{name}.")
            at = number if inside else at
        if re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[.=]", line):
            return ManifestError(f"{file.name}, line {number}: {what}.")
        if inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return ManifestError(f"{file.name}, line {number}: {what}.")
    return ManifestError(f"{file.name}, line {at}: {what}.")
