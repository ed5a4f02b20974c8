"""What a person types to narrow an answer -> Filters; a value that cannot be meant is an error that names what can."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import get_args

from rag.errors import InputError
from rag.retrieve import Filters
from rag.types import Kind, Role


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
