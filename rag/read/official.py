"""The XML of official publications (officielebekendmakingen.nl) -> text, with Vraag and Antwoord as they are marked.

Element names after KOOP's schema for official publications, as they stand in published files: <officiele-publicatie>
holds <metadata> with <meta name= content=>, and <kamerstuk>, <kamervragen> or <handelingen>; text is <al>, a heading
<kop> with <nr> and <titel> or <tussenkop>, a list <lijst> of <li> with <li.nr>, a footnote <noot> with <noot.nr> and
<noot.al>, a table in the CALS form. An element that is not known is read as what stands in it: nothing is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.flow import BULLET, Flow
from rag.read.markup import Element, local, parse_xml
from rag.text.footnotes import superscript

_SKIPPED = frozenset("metadata plaatje illustratie bestand colspec".split())
_PARAGRAPHS = frozenset(
    "al titel tussenkop kamervraagomschrijving kamervraagnummer kamervraagonderwerp dossiernummer stuknr datum "
    "plaats functie naam persoon tekstregel bijlagetitel onderwerp ondertekening dagtekening alinea citaat "
    "vraagtekst antwoordtekst term spreker intro subtitel voorstuk titregel".split()
)
_INLINE = frozenset(
    "nadruk extref intref inf sup sub nootref noot noot.nr b i u voornaam achternaam nr ondernummer dossiernr".split()
)


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read an official publication; raises DocumentError for XML that is none, or has no text."""
    root = parse_xml(path.read_bytes())
    walker = _Walker()
    walker.block(root)
    walker.notes()
    extract = Extract(walker.flow.text, said=_said(root))
    if len(extract.text) > limits.characters:
        raise DocumentError(f"more than {limits.characters:,} characters of text (RAG_READ_CHARACTERS).")
    return extract


def _said(root: Element) -> dict[str, Any]:
    """What the metadata and the head of the publication say of it."""
    metas: dict[str, list[str]] = {}
    for meta in root.iter():
        if local(meta) == "meta" and meta.get("name") and (meta.get("content") or "").strip():
            metas.setdefault(str(meta.get("name")).lower(), []).append(
                " ".join(str(meta.get("content")).split())
            )

    def first(*names: str) -> str | None:
        return next((metas[n.lower()][0] for n in names if n.lower() in metas), None)

    said = {
        "title": first("OVERHEIDop.documenttitel", "DC.title", "DCTERMS.title"),
        "sender": first("OVERHEIDop.indiener", "OVERHEIDop.ontvanger"),
        "date": first("OVERHEIDop.datumOndertekening", "OVERHEIDop.datumOntvangst", "OVERHEIDop.datumIndiening", "DCTERMS.issued", "DCTERMS.available"),
        "kind": first("OVERHEIDop.publicatienaam", "DC.type", "DCTERMS.type"),
    }  # fmt: skip
    dossier = first("OVERHEIDop.dossiernummer") or _text_of(root, "dossiernr")
    number = first("OVERHEIDop.ondernummer") or _text_of(root, "ondernummer")
    out: dict[str, Any] = {key: value for key, value in said.items() if value}
    if dossier:
        bare = re.sub(r"\s", "", dossier)
        out["dossier"] = [bare, f"{bare}-{number}"] if number and number.isalnum() else [bare]
    return out


def _text_of(root: Element, name: str) -> str | None:
    found = next((e for e in root.iter() if local(e) == name), None)
    return " ".join("".join(found.itertext()).split()) or None if found is not None else None


@dataclass(slots=True)
class _Walker:
    flow: Flow = field(default_factory=Flow)
    found_notes: list[tuple[str, str]] = field(default_factory=list)
    mark: str = ""

    def block(self, element: Element) -> None:
        """Read an element that holds others."""
        name = local(element)
        if not name or name in _SKIPPED:
            return
        if name in ("vraag", "antwoord"):
            self._numbered(element, name)
        elif name == "kop":
            self.flow.add(" ".join(t for t in (self._inline(c) for c in element) if t.strip()))
        elif name == "row":
            self.flow.add(" | ".join(t for t in (self._whole(c) for c in element) if t))
        elif name == "li":
            self._item(element)
        elif name in _PARAGRAPHS or self._only_inline(element):
            self._paragraph(element)
        else:
            self._children(element)

    def _children(self, element: Element) -> None:
        self.flow.add(element.text or "")
        for child in element:
            self.block(child)
            self.flow.add(child.tail or "")

    def _paragraph(self, element: Element) -> None:
        nested = [c for c in element if local(c) in ("lijst", "al", "table", "citaat")]
        if nested:
            self._children(element)
            return
        self.flow.add(self._inline(element), self.mark)
        self.mark = ""

    def _only_inline(self, element: Element) -> bool:
        children = [local(c) for c in element]
        has_text = bool((element.text or "").strip()) or any((c.tail or "").strip() for c in element)
        return has_text and all(c in _INLINE for c in children)

    def _numbered(self, element: Element, name: str) -> None:
        """«Vraag 1» and «Antwoord 1» on a line of their own, as they are printed."""
        number = next((c for c in element if local(c) in ("nr", "vraagnr", "antwoordnr")), None)
        said = " ".join("".join(number.itertext()).split()) if number is not None else ""
        label = (
            said if re.match(r"(?:vra|antw)", said, re.IGNORECASE) else f"{name.capitalize()} {said}".strip()
        )
        self.flow.add(label)
        for child in element:
            if child is not number:
                self.block(child)

    def _item(self, element: Element) -> None:
        number = next((c for c in element if local(c) == "li.nr"), None)
        mark = " ".join("".join(number.itertext()).split()) if number is not None else ""
        self.mark = mark if re.fullmatch(r"\w{1,4}[.)°]+", mark) else BULLET
        for child in element:
            if child is not number:
                self.block(child)
        self.mark = ""

    def _whole(self, element: Element) -> str:
        inner = _Walker(found_notes=self.found_notes)
        inner._children(element)
        return " ".join(inner.flow.paragraphs)

    def _inline(self, element: Element) -> str:
        out = element.text or ""
        for child in element:
            name = local(child)
            if name == "noot":
                out = out.rstrip() + self._note(child)
            elif name and name not in _SKIPPED:
                apart = name not in _INLINE or name in ("voornaam", "achternaam", "nr")
                out += f" {self._inline(child)} " if apart else self._inline(child)
            out += child.tail or ""
        return re.sub(r"\s+(?=[.,;:?!)])", "", re.sub(r"\s+", " ", out))

    def _note(self, noot: Element) -> str:
        number = next(("".join(c.itertext()).strip() for c in noot if local(c) == "noot.nr"), "")
        text = " ".join(self._whole(c) or self._inline(c) for c in noot if local(c) != "noot.nr")
        number = number.strip(" .)") or str(len(self.found_notes) + 1)
        self.found_notes.append((number, text))
        return superscript(number)

    def notes(self) -> None:
        """Put the notes under the text."""
        for number, text in self.found_notes:
            self.flow.note(number, text)
