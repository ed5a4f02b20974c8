"""What a reader gives: text, where its pages begin, what the document says of itself, and what a person must know."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.settings import Settings
from rag.types import Page

# A word and its left, top, right and bottom, as shares of the page's width and height.
Placed = tuple[str, float, float, float, float]
Row = tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused; each is a setting, RAG_READ_… ."""

    file_mb: int = 100  # megabytes of one file
    pages: int = 5000
    characters: int = 20_000_000  # of extracted text
    archive_files: int = 2000
    archive_mb: int = 1000  # megabytes of an archive's files, unpacked
    seconds: int = 60  # for one file
    memory_mb: int = 1000  # for the process that reads one file
    ocr: str = "auto"
    ocr_languages: str = "nld+eng"
    ocr_seconds: int = 60  # for one scanned page

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """As the settings say."""
        return cls(
            settings.read_file_mb, settings.read_pages, settings.read_characters, settings.read_archive_files,
            settings.read_archive_mb, settings.read_seconds, settings.read_memory_mb, settings.ocr,
            settings.ocr_languages, settings.ocr_seconds,
        )  # fmt: skip


@dataclass(slots=True)
class Extract:
    """One file, read. `said` holds what it says of itself by the names of Description's fields."""

    text: str
    pages: tuple[Page, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    scans: tuple[int, ...] = ()  # pages, from 1, that are pictures without text
    furniture: str = ""  # running headers and footers, left out of the text; they name the dossier
    picture: str = ""  # where one page was asked for to be looked at: a PNG of it, in base64,
    places: tuple[Row, ...] = ()  # and the rows of its words in reading order

    def to_json(self) -> str:
        """As one line, to cross from one process to another."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Extract:
        """The other way."""
        fields = json.loads(line)
        pages = tuple(Page(p["start"], p["label"]) for p in fields.pop("pages"))
        places = tuple(tuple((w[0], *w[1:]) for w in row) for row in fields.pop("places"))
        return cls(**{**fields, "pages": pages, "scans": tuple(fields["scans"]), "places": places})
