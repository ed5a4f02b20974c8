"""The seeds as people have documents: made by LibreOffice, pandoc, Chromium, Ghostscript and, for a scan, pdftoppm.

    python -m tests.formats.convert FOLDER

writes one folder a way of making, each with the five documents and their manifest. A seed is a text that lost its
layout; its paragraphs, headings, lists and footnotes are those that `rag.text.layout` finds in it, and every program gets
them in its own form: real footnotes, real headings, reflowed lines.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from rag.text.layout import Layout, read_layout
from rag.text.sentences import joined

SEEDS = Path(__file__).parents[2] / "seeds"
PROGRAMS = {
    "pandoc docx": "pandoc", "pandoc odt": "pandoc", "pandoc html": "pandoc", "LibreOffice docx": "soffice",
    "LibreOffice html": "soffice", "LibreOffice pdf": "soffice", "LibreOffice pdf, the lines of the seed": "soffice",
    "Chromium pdf": "chromium", "Ghostscript pdf": "gs", "scan": "pdftoppm", "scan in grey": "pdftoppm", "official xml": "", "eml": "",
    "cp1252 txt": "", "zip": "",
}  # fmt: skip


class Piece:
    """One block of a document: its kind, and its text with `{{note N}}` where a footnote is called."""

    def __init__(self, kind: str, text: str, label: str = "") -> None:
        self.kind, self.text, self.label = kind, text, label


def pieces(text: str) -> list[Piece]:
    """A seed's blocks, in order; footnotes have their number as label."""
    layout = read_layout(text)
    notes = [b.label for b in layout.blocks if b.kind == "footnote"]
    return [Piece(b.kind, _called(text, b, layout, notes), b.label) for b in layout.blocks]


def _called(text: str, block: object, layout: Layout, notes: list[str]) -> str:
    """A block's text as it reads, its lines joined, with its footnote numbers marked."""
    marked = text
    inside = [m for m in layout.markers if any(s.start <= m.start < s.end for s in block.segments)]
    parts = []
    for segment in block.segments:
        piece, at = "", segment.start
        for marker in (m for m in inside if segment.start <= m.start < segment.end):
            number = marked[marker.start : marker.end]
            calls = [number] if number in notes else [number[: len(number) // 2], number[len(number) // 2 :]]
            piece += marked[at : marker.start] + "".join(f"{{{{note {n}}}}}" for n in calls)
            at = marker.end
        parts.append(piece + marked[at : segment.end])
    return joined("\n".join(parts))


def markdown(parts: list[Piece]) -> str:
    """For pandoc."""
    out = []
    for part in parts:
        text = re.sub(r"([\\`*_\[\]#<>|~^$@])", r"\\\1", part.text)
        text = re.sub(r"\{\{note (\d+)\}\}", r"[^\1]", text)
        if part.kind == "footnote":
            out.append(f"[^{part.label}]: {text}")
        elif part.kind == "heading":
            out.append(f"## {text}")
        elif part.kind == "list":
            out.append(f"- {text}")
        else:
            out.append(re.sub(r"^(\d+)([.)])(?=\s)", r"\1\\\2", text))
    return "\n\n".join(out) + "\n"


def page(parts: list[Piece]) -> str:
    """For Chromium: notes stand small under the text, as publications on the web have them."""
    out = []
    for part in (p for p in parts if p.kind != "footnote"):
        tag = {"heading": "h2", "list": "li", "label": "h3"}.get(part.kind, "p")
        text = re.sub(r"\{\{note (\d+)\}\}", r"<sup>\1</sup>", html.escape(part.text))
        out.append(f"<{tag}>{text}</{tag}>")
    notes = [
        f"<p class=n><sup>{p.label}</sup> {html.escape(p.text)}</p>" for p in parts if p.kind == "footnote"
    ]
    style = "body{font:11pt/1.4 serif;text-align:justify} .n{font-size:8.5pt;margin:2pt 0} h2{font-size:12pt} h3{font-size:11pt}"
    listed = re.sub(r"((?:<li>.*?</li>)+)", r"<ul>\1</ul>", "".join(out))
    return f"<!doctype html><html lang=nl><meta charset=utf-8><title>Stuk</title><style>{style}</style>{listed}<hr>{''.join(notes)}"


def official(parts: list[Piece]) -> str:
    """In the form of officielebekendmakingen.nl."""
    notes = {p.label: p.text for p in parts if p.kind == "footnote"}

    def note(match: re.Match[str]) -> str:
        body = html.escape(notes.get(match[1], ""))
        return f'<noot id="n{match[1]}" type="voet"><noot.nr>{match[1]}</noot.nr><noot.al>{body}</noot.al></noot>'

    out, opened = [], ""
    for part in (p for p in parts if p.kind != "footnote"):
        text = re.sub(r"\{\{note (\d+)\}\}", note, html.escape(part.text))
        if part.kind == "label":
            tag = "vraag" if part.label.startswith("Vra") else "antwoord"
            out.append(f"{opened}<{tag}><nr>{text}</nr>")
            opened = f"</{tag}>"
        elif part.kind == "heading":
            out.append(f"{opened}<tussenkop>{text}</tussenkop>")
            opened = ""
        elif part.kind == "list":
            out.append(f"<lijst><li><li.nr>–</li.nr><al>{text}</al></li></lijst>")
        else:
            out.append(f"<al>{text}</al>")
    return f'<?xml version="1.0" encoding="utf-8"?><officiele-publicatie><metadata/><kamerstuk>{"".join(out)}{opened}</kamerstuk></officiele-publicatie>'


def message(text: str, name: str) -> bytes:
    """As an e-mail of plain text."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Griffie <griffie@example.org>", f"Stuk {name}"
    mail.set_content(text, cte="quoted-printable")
    return mail.as_bytes()


def _run(*command: str | Path) -> None:
    subprocess.run([str(c) for c in command], check=True, capture_output=True, timeout=180)


def _office(source: Path, form: str, into: Path, profile: Path) -> Path:
    _run(
        "soffice",
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        into,
        source,
    )
    return into / f"{source.stem}.{form.partition(':')[0]}"


def make(way: str, seed: Path, into: Path, work: Path) -> Path:
    """Make one document in one way; the file."""
    text = seed.read_text(encoding="utf-8")
    parts = pieces(text)
    source = work / f"{seed.stem}.md"
    source.write_text(markdown(parts), encoding="utf-8")
    kind = way.rpartition(" ")[2]
    target = into / f"{seed.stem}.{kind}"
    made: dict[str, Callable[[], object]] = {
        "pandoc": lambda: _run("pandoc", "-f", "markdown-smart", "-s", "--metadata", "title=Document", source, "-o", target)
        if kind == "html"
        else _run("pandoc", "-f", "markdown-smart", source, "-o", target),
        "LibreOffice": lambda: _by_office(kind, source, into, work),
        "Chromium": lambda: _by_chromium(page(parts), target, work),
        "Ghostscript": lambda: _run(
            "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", f"-sOutputFile={target}",
            _by_office("pdf", source, work, work),
        ),
        "official": lambda: target.write_text(official(parts), encoding="utf-8"),
        "cp1252": lambda: target.write_bytes(re.sub("[\uf000-\uf0ff]", "•", text).encode("cp1252", "replace")),
    }  # fmt: skip
    if way == "LibreOffice pdf, the lines of the seed":
        plain = work / f"{seed.stem}.txt"
        shutil.copyfile(seed, plain)
        return _office(plain, "pdf", into, work / "profile")
    if way.startswith("scan"):
        return _scanned(
            _by_office("pdf", source, work, work), into / f"{seed.stem}.pdf", work, grey="grey" in way
        )
    if way == "eml":
        target.write_bytes(message(text, seed.stem))
        return target
    made[way.partition(" ")[0]]()
    return target


def _by_office(kind: str, source: Path, into: Path, work: Path) -> Path:
    """Through an ODT of pandoc's, so that LibreOffice writes the footnotes."""
    odt = work / f"{source.stem}.odt"
    _run("pandoc", "-f", "markdown-smart", source, "-o", odt)
    return _office(odt, "html:HTML" if kind == "html" else kind, into, work / "profile")


def _by_chromium(text: str, target: Path, work: Path) -> None:
    source = work / "page.html"
    source.write_text(text, encoding="utf-8")
    _run(
        shutil.which("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={work / 'chromium'}",
        f"--print-to-pdf={target}", source.as_uri(),
    )  # fmt: skip


def _scanned(pdf: Path, target: Path, work: Path, grey: bool) -> Path:
    """Pictures of the pages, no text in the file, as a scanner leaves them: 200 dots an inch in black and white, as an office
    once set it, or 300 in grey, as Tesseract's makers advise.
    """
    from PIL import Image

    dots = 300 if grey else 200
    for old in work.glob(f"{pdf.stem}-scan*.png"):
        old.unlink()
    _run("pdftoppm", "-r", str(dots), "-gray", "-png", pdf, work / f"{pdf.stem}-scan")
    pictures = [Image.open(p).convert("L") for p in sorted(work.glob(f"{pdf.stem}-scan*.png"))]
    if not grey:
        pictures = [p.point(lambda v: 255 if v > 160 else 0, "1") for p in pictures]
    pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=dots)
    return target


def manifest(names: dict[str, str]) -> str:
    """The seeds' manifest under the new names."""
    text = (SEEDS / "manifest.toml").read_text(encoding="utf-8")
    for old, new in names.items():
        text = text.replace(f'["{old}"]', f'["{new}"]')
    return text


def missing(way: str) -> str:
    """The program that a way needs and this machine lacks; empty where there is none."""
    wanted = [
        PROGRAMS[way],
        *(["pandoc", "soffice"] if way.startswith(("Ghostscript", "scan")) or "LibreOffice" in way else []),
    ]
    wanted += ["tesseract"] if way.startswith("scan") else []
    return ", ".join(p for p in dict.fromkeys(wanted) if p and not shutil.which(p))


def convert(way: str, home: Path, seeds: list[Path] | None = None) -> Path:
    """One folder with the seeds made in one way, and their manifest; returns the folder."""
    import tempfile
    import zipfile

    into = home / re.sub(r"\W+", "_", way)
    into.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        chosen = seeds or sorted(SEEDS.glob("*.txt"))
        if way == "zip":
            with zipfile.ZipFile(into / "stukken.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for path in (*chosen, SEEDS / "manifest.toml"):
                    archive.write(path, f"map/{path.name}")
            return into
        names = {seed.name: make(way, seed, into, Path(work)).name for seed in chosen}
    if seeds is None:
        (into / "manifest.toml").write_text(manifest(names), encoding="utf-8")
    return into


if __name__ == "__main__":
    for each in PROGRAMS:
        gone = missing(each)
        print(f"{each}: {'not made, no ' + gone if gone else convert(each, Path(sys.argv[1]))}")
