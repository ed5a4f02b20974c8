"""What a person types to narrow an answer -> Filters; a value that cannot be meant is an error that names what can."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from rag.errors import InputError
from rag.types import Description, Kind, Role


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer may rest on; an empty field lets everything through. Dates are ISO, both ends included.

    A document without a date is left out where a date is asked for: it cannot be shown to lie inside.
    """

    roles: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    dossiers: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    since: str | None = None
    until: str | None = None

    def documents_of(self, descriptions: Mapping[str, Description]) -> list[str] | None:
        """The documents that pass, or None where nothing is filtered by document."""
        if not (self.senders or self.kinds or self.dossiers or self.documents or self.since or self.until):
            return None
        return [name for name, d in descriptions.items() if self._passes(name, d)]

    def _passes(self, name: str, d: Description) -> bool:
        sender = (d.sender or "").casefold()
        return (
            (not self.documents or name in self.documents)
            and (not self.kinds or d.kind in self.kinds)
            and (not self.dossiers or any(y in self.dossiers for x in d.dossier for y in _dossier_forms(x)))
            and (not self.senders or any(s.casefold() in sender for s in self.senders))
            and (not self.since or (d.date is not None and d.date >= self.since))
            and (not self.until or (d.date is not None and d.date <= self.until))
        )


def _dossier_forms(number: str) -> tuple[str, str]:
    """A manifest's number without white space, and its dossier alone."""
    bare = re.sub(r"\s", "", number)
    return bare, bare.split("-")[0]


def parse_filters(
    *,
    roles: Sequence[str] | None = None,
    senders: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    dossiers: Sequence[str] | None = None,
    documents: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Filters:
    """Check every value; raises InputError."""
    _among("--role", roles or (), get_args(Role))
    _among("--kind", kinds or (), get_args(Kind))
    first, last = _date("--since", since), _date("--until", until)
    if first and last and first > last:
        raise InputError(f"--since {first} is later than --until {last}: nothing can lie between.")
    return Filters(
        roles=frozenset(roles or ()),
        senders=frozenset(senders or ()),
        kinds=frozenset(kinds or ()),
        dossiers=frozenset(re.sub(r"\s", "", d) for d in dossiers or ()),
        documents=frozenset(documents or ()),
        since=first,
        until=last,
    )


def _among(option: str, values: Sequence[str], allowed: Sequence[str]) -> None:
    for value in values:
        if value not in allowed:
            raise InputError(f"{option} «{value}» is not known; it is one of {', '.join(allowed)}.")


def _date(option: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        raise InputError(f"{option} «{value}» is not a date; write YYYY-MM-DD.") from None
