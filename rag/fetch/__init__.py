"""Documents from the open services of the House and of the official publications, into a folder with its manifest.

    fetch ── tweedekamer   OData: what the House has
          ├─ publicaties   SRU: what officielebekendmakingen.nl has
          ├─ polite        one request at a time, with a pause; only the services' own hosts; sizes counted
          └─ shelf         the folder: files, manifest.toml, and sources.json with each address and licence

Written after the services' documentation, and tested with a server on this machine that answers as it describes.
It has not been tested against the live services. What was read where stands in `tweedekamer` and `publicaties`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from rag.errors import InputError
from rag.fetch.polite import Polite, RefusedError
from rag.fetch.publicaties import search as search_publications
from rag.fetch.shelf import Item, Shelf
from rag.fetch.tweedekamer import search as search_house
from rag.fetch.wanted import Wanted
from rag.settings import Settings
from rag.store.index import Tick

Verdict = Literal["new", "there", "refused"]
Service = Literal["tweedekamer", "officielebekendmakingen", "both"]
SERVICES: dict[str, Service] = {
    "tweedekamer": "tweedekamer",
    "officielebekendmakingen": "officielebekendmakingen",
    "both": "both",
}
__all__ = ["SERVICES", "Got", "Wanted", "fetch"]


@dataclass(frozen=True, slots=True)
class Got:
    """What became of one document; `why` is for a person."""

    name: str
    verdict: Verdict
    title: str
    why: str = ""


def fetch(
    wanted: Wanted, home: Path, settings: Settings, service: Service = "both", tick: Tick = lambda *_: None
) -> list[Got]:
    """Bring what is wanted into a folder; what is there already is left. Stopped halfway, it goes on where it was.

    Raises InputError where nothing is asked for, and FetchError where a service cannot be reached or answers otherwise
    than it is documented to; what was fetched until then stays.
    """
    if not wanted.anything:
        raise InputError("Say what to fetch: --dossier, --query, --kind or --since.")
    shelf = Shelf(home)
    out: list[Got] = []
    with Polite(settings) as client:
        items = list(islice(_found(wanted, client, settings, service), wanted.most))
        for done, item in enumerate(items, 1):
            tick("fetch", done, len(items))
            out.append(_bring(item, shelf, client))
    return out


def _found(wanted: Wanted, client: Polite, settings: Settings, service: Service) -> Iterator[Item]:
    """What the services have, each document once: a Kamerstuk that both have comes from the publications, as XML."""
    known: set[str] = set()
    if service in ("officielebekendmakingen", "both"):
        for item in search_publications(wanted, client, settings.sru_url):
            known.add(item.paper)
            yield item
    if service in ("tweedekamer", "both"):
        for item in search_house(wanted, client, settings.tk_url):
            if not item.paper or item.paper not in known:
                yield item


def _bring(item: Item, shelf: Shelf, client: Polite) -> Got:
    if shelf.has(item):
        return Got(item.name, "there", item.title)
    try:
        content = client.download(item.address)
    except RefusedError as error:
        return Got(item.name, "refused", item.title, str(error))
    shelf.put(item, content)
    return Got(item.name, "new", item.title)
