"""The House's OData service: a question for documents -> what it has.

Read: opendata.tweedekamer.nl/documentatie/odata-api-20 (address, JSON, entities and their files), …/documentatie/document
(the attributes of Document, the values of Soort, its relations Kamerstukdossier and DocumentActor), OData 4.01 part 2
(filters, any, contains), and how the open client tkapi asks it (Kamerstukdossier/any(d: d/Nummer eq …), Verwijderd,
…/Document(ID)/resource, 250 entities a page, @odata.nextLink). Licence: the portal's data are under CC0 1.0, as read in
the report of its opening in 2022. Not tested against the live service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from rag.errors import FetchError
from rag.fetch.polite import Polite
from rag.fetch.shelf import Item
from rag.fetch.wanted import Wanted
from rag.types import Description, Kind, Role

LICENCE = "CC0 1.0"
PAGE = 250  # entities that the service gives at most
_SOORTEN: dict[str, tuple[Kind, Role | None]] = {
    "Brief regering": ("kamerbrief", "government"),
    "Schriftelijke vragen": ("kamervragen", "parliament"),
    "Antwoord schriftelijke vragen": ("kamervragen", "government"),
    "Antwoord schriftelijke vragen (nader)": ("kamervragen", "government"),
    "Motie": ("motie", "parliament"),
    "Motie (gewijzigd/nader)": ("motie", "parliament"),
    "Verslag van een commissiedebat": ("debat", None),
    "Verslag van een algemeen overleg": ("debat", None),
    "Verslag van een notaoverleg": ("debat", None),
    "Verslag van een wetgevingsoverleg": ("debat", None),
}
_SUFFIXES = {
    "application/pdf": ".pdf", "text/html": ".html", "application/xml": ".xml", "text/xml": ".xml", "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
}  # fmt: skip


def search(wanted: Wanted, client: Polite, base: str) -> Iterator[Item]:
    """Every document that fits, oldest first; raises FetchError."""
    parameters: dict[str, str] | None = {
        "$filter": condition(wanted), "$expand": "Kamerstukdossier,DocumentActor", "$orderby": "Datum asc,Id asc", "$top": str(PAGE),
    }  # fmt: skip
    url, skipped = f"{base}/Document", 0
    while True:
        page = _page(client.get(url, parameters))
        found = page["value"]
        yield from (item for record in found if (item := _item(record, base)) is not None)
        following = page.get("@odata.nextLink")
        if following:
            url, parameters = urljoin(f"{base}/", str(following)), None
        elif parameters is not None and len(found) == PAGE:
            skipped += PAGE
            parameters = {**parameters, "$skip": str(skipped)}
        else:
            return


def condition(wanted: Wanted) -> str:
    """The $filter of a question."""
    parts = ["Verwijderd eq false"]
    if wanted.dossier:
        inner = f"d/Nummer eq {wanted.number}"
        inner += f" and d/Toevoeging eq {_string(wanted.addition)}" if wanted.addition else ""
        parts.append(f"Kamerstukdossier/any(d: {inner})")
    if wanted.kind:
        names = [name for name, (kind, _) in _SOORTEN.items() if kind == wanted.kind]
        if not names:
            raise FetchError(f"The House's service has no kind that is «{wanted.kind}». Leave --kind out.")
        parts.append("(" + " or ".join(f"Soort eq {_string(name)}" for name in names) + ")")
    if wanted.since:
        parts.append(f"Datum ge {wanted.since}T00:00:00Z")
    words = [_string(word) for word in wanted.query.split()]
    parts += [f"(contains(Onderwerp,{word}) or contains(Titel,{word}))" for word in words]
    return " and ".join(parts)


def _string(value: str) -> str:
    """A string of OData: in single quotes, a quote inside doubled."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _page(raw: bytes) -> dict[str, Any]:
    try:
        page = json.loads(raw)
        if not isinstance(page["value"], list):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise FetchError(
            "The House's service answers otherwise than it is documented to. Try again later."
        ) from None
    return dict(page)


def _item(record: dict[str, Any], base: str) -> Item | None:
    """A document of the service; None for one without a file, or in a form that is not read."""
    identity, number = str(record.get("Id") or ""), str(record.get("DocumentNummer") or "")
    suffix = _SUFFIXES.get(str(record.get("ContentType") or "").partition(";")[0].strip().lower())
    if not identity or suffix is None:
        return None
    dossiers = [_dossier(d) for d in record.get("Kamerstukdossier") or [] if d.get("Nummer")]
    serial = record.get("Volgnummer")
    paper = f"{dossiers[0]}-{serial}" if dossiers and isinstance(serial, int) and serial > 0 else ""
    soort = str(record.get("Soort") or "")
    kind, role = _SOORTEN.get(soort, ("other", None))
    address = f"{base}/Document({identity})/resource"
    description = Description(
        title=" ".join(str(record.get("Onderwerp") or record.get("Titel") or number).split()),
        kind=kind, role=role, sender=_sender(record), date=str(record.get("Datum") or "")[:10] or None,
        dossier=(*dossiers, *([paper] if paper else [])), url=address,
    )  # fmt: skip
    changed = str(record.get("ApiGewijzigdOp") or record.get("GewijzigdOp") or "")
    return Item(
        f"tweedekamer:{identity}",
        f"{number or identity}{suffix}",
        address,
        LICENCE,
        description,
        changed,
        paper,
    )


def _dossier(record: dict[str, Any]) -> str:
    addition = record.get("Toevoeging")
    return f"{record['Nummer']}-{addition}" if addition else str(record["Nummer"])


def _sender(record: dict[str, Any]) -> str | None:
    """Who signed first, with what the record says that they are."""
    actors = record.get("DocumentActor") or []
    first = next((a for a in actors if str(a.get("Relatie", "")).startswith("Eerste ondertekenaar")), None)
    if first is None or not first.get("ActorNaam"):
        return None
    what = first.get("Functie") or first.get("ActorFractie")
    return f"{first['ActorNaam']} ({what})" if what else str(first["ActorNaam"])
