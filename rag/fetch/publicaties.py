"""The SRU service of official publications: a question -> what it has, as XML where there is XML.

Read: the manual for searching the collection Officiële Publicaties (SRU, CQL, startRecord and maximumRecords), SRU 2.0
(OASIS searchRetrieve, part 3: numberOfRecords, nextRecordPosition, diagnostics), and records of the service as open
clients quote them: product area officielepublicaties, indexes w.dossiernummer, w.publicatienaam, dt.date, dt.type and
cql.textAndIndexes, no sortKeys, exact match by ==, gzd records with owmskern, owmsmantel, tpmeta and an itemUrl for each
manifestation. A licence is kept as a record states it. Not tested against the live service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import DocumentError, FetchError
from rag.fetch.polite import Polite
from rag.fetch.shelf import Item
from rag.fetch.wanted import Wanted
from rag.read.markup import Element, local, parse_xml
from rag.types import Description, Kind, Role

PAGE = 100
FORMS = (("xml", ".xml"), ("html", ".html"), ("odt", ".odt"), ("pdf", ".pdf"))
UNSTATED = "not stated in the record"
_NAMES: dict[str, str] = {
    "kamervragen": 'w.publicatienaam=="Kamervragen (Aanhangsel)"', "debat": "w.publicatienaam==Handelingen",
    "kamerbrief": 'w.publicatienaam==Kamerstuk AND dt.type=="Brief regering"', "motie": "w.publicatienaam==Kamerstuk AND dt.type==Motie",
}  # fmt: skip
_PARLIAMENTARY = '(w.publicatienaam==Kamerstuk OR w.publicatienaam=="Kamervragen (Aanhangsel)" OR w.publicatienaam==Handelingen)'
_KINDS: tuple[tuple[str, Kind, Role | None], ...] = (
    ("brief regering", "kamerbrief", "government"), ("motie", "motie", "parliament"),
    ("kamervragen", "kamervragen", "government"), ("handelingen", "debat", None), ("verslag", "debat", None),
)  # fmt: skip


def search(wanted: Wanted, client: Polite, base: str) -> Iterator[Item]:
    """Every publication that fits; raises FetchError."""
    start = 1
    while True:
        answer = client.get(
            base,
            {"operation": "searchRetrieve", "version": "2.0", "query": question(wanted), "startRecord": str(start), "maximumRecords": str(PAGE)},
        )  # fmt: skip
        records, total = _records(answer)
        yield from (item for record in records if (item := _item(record)) is not None)
        start += len(records)
        if not records or start > total:
            return


def question(wanted: Wanted) -> str:
    """The query in CQL."""
    parts = ["c.product-area==officielepublicaties", _NAMES.get(wanted.kind, _PARLIAMENTARY)]
    if wanted.kind not in ("", *_NAMES):
        raise FetchError(f"The official publications have no kind that is «{wanted.kind}». Leave --kind out.")
    if wanted.dossier:
        parts.append(f'w.dossiernummer=="{wanted.dossier}"')
    if wanted.since:
        parts.append(f"dt.date>={wanted.since}")
    if wanted.query:
        words = re.sub(r'["\\]', " ", wanted.query)
        parts.append(f'cql.textAndIndexes all "{words}"')
    return " AND ".join(parts)


def _records(raw: bytes) -> tuple[list[Element], int]:
    try:
        root = parse_xml(raw)
    except DocumentError as error:
        raise FetchError(
            f"The service of official publications gives no XML that can be read: it {error}"
        ) from None
    records = [e for e in root.iter() if local(e) == "record"]
    total = next((e.text for e in root.iter() if local(e) == "numberofrecords"), None)
    told = "; ".join(
        e.text or "" for e in root.iter() if local(e) in ("message", "details") and (e.text or "").strip()
    )
    if told and not records:
        raise FetchError(f"The service of official publications refuses the question: {told[:200]}")
    if total is None or not total.strip().isdigit():
        raise FetchError(
            "The service of official publications answers otherwise than it is documented to. Try again later."
        )
    return records, int(total)


def _item(record: Element) -> Item | None:
    """A publication; None for one that is in no form that is read."""
    said: dict[str, str] = {}
    files: dict[str, str] = {}
    kinds: list[str] = []
    for element in record.iter():
        name, text = local(element), " ".join((element.text or "").split())
        if not name or not text:
            continue
        if name == "itemurl":
            files.setdefault(str(element.get("manifestation")), text)
        elif name in ("type", "publicatienaam"):
            kinds.append(text)
        else:
            said.setdefault(name, text)
    form = next(((files[f], suffix) for f, suffix in FORMS if f in files), None)
    if form is None or "identifier" not in said:
        return None
    identity = said["identifier"]
    kind, role = next(
        ((k, r) for part, k, r in _KINDS if any(part in t.lower() for t in kinds)), ("other", None)
    )
    dossier = re.sub(r"\s", "", said.get("dossiernummer", ""))
    number = said.get("ondernummer", "") or said.get("dossierondernummer", "")
    paper = f"{dossier}-{number}" if dossier and number else ""
    description = Description(
        title=said.get("documenttitel") or said.get("title") or identity, kind=kind, role=role, sender=said.get("indiener"),
        date=_date(said), dossier=tuple(d for d in (dossier, paper) if d),
        url=said.get("preferredurl") or form[0],
    )  # fmt: skip
    licence = said.get("license") or said.get("rights") or UNSTATED
    return Item(
        f"officielepublicaties:{identity}",
        identity + form[1],
        form[0],
        licence,
        description,
        said.get("modified", ""),
        paper,
    )


def _date(said: dict[str, str]) -> str | None:
    stated = next((said[n] for n in ("datumondertekening", "date", "issued", "available") if n in said), "")
    match = re.match(r"\d{4}-\d\d-\d\d", stated)
    return match[0] if match else None
