"""What a person asks to fetch."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from rag.errors import InputError

_DOSSIER = re.compile(r"(\d{2})[ .]?(\d{3})(?:[ -]?([IVXLC]+[A-Z]?|\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every part narrows the rest; an empty one asks for nothing. `since` is ISO 8601; `most` documents at most."""

    dossier: str = ""  # "36247", "36600-XVII"
    query: str = ""
    kind: str = ""  # one of Description's kinds
    since: str = ""
    most: int = 200

    @property
    def anything(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.dossier or self.query or self.kind or self.since)

    @property
    def number(self) -> str:
        """The dossier's number without its addition."""
        return self.dossier.partition("-")[0]

    @property
    def addition(self) -> str:
        """The dossier's addition, «XVII» of 36600-XVII; empty where it has none."""
        return self.dossier.partition("-")[2]


def parse_wanted(dossier: str, query: str, kind: str, since: str, most: int) -> Wanted:
    """Check what was typed; raises InputError."""
    if dossier:
        match = _DOSSIER.fullmatch(dossier.strip())
        if match is None:
            raise InputError(f"--dossier «{dossier}» is no dossier number; write 36247 or 36600-XVII.")
        dossier = match[1] + match[2] + (f"-{match[3].upper()}" if match[3] else "")
    if since:
        try:
            since = datetime.date.fromisoformat(since).isoformat()
        except ValueError:
            raise InputError(f"--since «{since}» is not a date; write YYYY-MM-DD.") from None
    return Wanted(dossier, " ".join(query.split()), kind, since, most)
