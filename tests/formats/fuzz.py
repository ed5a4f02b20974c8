"""Feeds broken files to a reader until the time is up, and keeps what broke it.

    pip install atheris        (Apache 2.0, Linux and macOS)
    nice -n 19 python -m tests.formats.fuzz KIND SECONDS [SEED]        KIND: pdf docx html xml odt eml txt zip; of the processor's time

Good files of the kind are cut, spliced, repeated and overwritten, at random places and with what such files are made
of; Office files also inside, packed again. Atheris watches which lines of our readers, of mammoth and of readability a
file reaches, and goes on from files that reach new ones. A child process reads them one after the other, as far as its
passages: an exception that is none of ours, more than ten seconds for one file, a gigabyte of memory, or the end of the
process is a find. Finds are written to tests/formats/data/found, where a test reads them from then on.
"""

from __future__ import annotations

import hashlib
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from rag.read import read_document
from rag.read.archive import ZIP_ERRORS, attachments, unpack
from rag.read.extract import Limits
from rag.split import split

DATA = Path(__file__).parent / "data"
FOUND = DATA / "found"
_WORDS = [b"<", b">", b"</p>", b"&#0;", b"&amp;", b"<!DOCTYPE a [", b"]]>", b"\x00", b"\xff\xfe", b"stream\n", b"endobj", b"/Kids [1 0 R]", b"/Length 99999999", b"-1", b"4294967296", b"9" * 40, b"\xe2\x80\xae", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", b"=?utf-8?b?////?=", b"PK\x03\x04", b"PK\x05\x06", b"<w:p>", b"<noot>", b"<table><tr><td>", b"\n" * 50]  # fmt: skip


def corpus(kind: str) -> list[bytes]:
    """Good files of a kind."""
    from tests.formats.convert import SEEDS, message, official, pieces
    from tests.formats.layouts import letter, two_columns

    text = next(SEEDS.glob("003*.txt")).read_text(encoding="utf-8")
    made = [
        p.read_bytes() for p in sorted(DATA.glob(f"*/*.{kind}")) if p.parent.name not in ("scan", "found")
    ]
    if kind == "pdf":
        made += [two_columns(), letter(), (DATA / "locked.pdf").read_bytes()]
    elif kind == "xml":
        made = [official(pieces(text)).encode()]
    elif kind == "eml":
        made = [message(text, "003")]
    elif kind == "txt":
        made = [text.encode(), text.encode("cp1252", "replace"), text.encode("utf-16")]
    elif kind == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("map/a.txt", text)
            archive.writestr("b.txt", text[:500])
        made = [out.getvalue()]
    return made


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """A file with one to eight injuries."""
    out = bytearray(raw)
    for _ in range(dice.randint(1, 8)):
        if not out:
            return b""
        at, length = dice.randrange(len(out)), dice.randint(1, 60)
        act = dice.randrange(6)
        if act == 0:
            out[at] = dice.randrange(256)
        elif act == 1:
            del out[at : at + length]
        elif act == 2:
            out[at:at] = dice.choice(_WORDS) * dice.choice((1, 1, 1, 20))
        elif act == 3:
            piece = out[at : at + length * 10]
            where = dice.randrange(len(out))
            out[where:where] = piece * dice.choice((1, 2, 50))
        elif act == 4:
            out[at : at + length] = dice.randbytes(length)
        else:
            del out[at + length * 40 :]
    return bytes(out)


def case(kind: str, good: list[bytes], dice: random.Random) -> bytes:
    """One broken file; of a kind that is a ZIP, three in four are broken inside."""
    raw = dice.choice(good)
    if kind not in ("docx", "odt") or dice.random() < 0.25:
        return mutated(raw, dice)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as source:
            parts = {name: source.read(name) for name in source.namelist()}
    except ZIP_ERRORS:
        return mutated(raw, dice)
    victim = dice.choice([n for n in parts if n.endswith((".xml", ".rels"))] or [*parts, ""])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in parts.items():
            target.writestr(name, mutated(content, dice) if name == victim else content)
    return out.getvalue()


def read_one(kind: str, path: Path) -> None:
    """Read a file in this process, as far as its passages; raises DocumentError for one that is refused."""
    limits = Limits(pages=300, characters=3_000_000, archive_mb=20, file_mb=5, ocr="none")
    if kind in ("zip", "eml"):
        with tempfile.TemporaryDirectory() as into:
            (unpack if kind == "zip" else attachments)(path, Path(into), limits)
    if kind != "zip":
        split(read_document(path, limits=limits))


def main(kind: str, seconds: float, seed: int) -> None:
    """Run children until the time is up, and keep what ended one."""
    begun, total, finds, used = time.monotonic(), 0, 0, 0.0
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / f"stuk.{kind}"
        while (left := seconds - used) > 1 and finds < 50:
            job = [kind, str(left), str(seed + finds), str(path)]
            child = [sys.executable, "-m", "tests.formats.fuzz_child", *job]
            (path.parent / "count").unlink(missing_ok=True)
            done = subprocess.run(child, capture_output=True, check=False)
            if not (path.parent / "count").exists():
                raise SystemExit(
                    f"{kind}: the child did not begin: {done.stderr.decode(errors='replace').strip()[-300:]}"
                )
            total += int((path.parent / "count").read_text(encoding="ascii"))
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = usage.ru_utime + usage.ru_stime
            if done.returncode:
                finds += 1
                FOUND.mkdir(exist_ok=True)
                raw = path.read_bytes()
                kept = FOUND / f"{hashlib.sha256(raw).hexdigest()[:12]}.{kind}"
                kept.write_bytes(raw)
                said = done.stderr.decode(errors="replace").strip()[-1500:]
                print(f"{kind}: {kept.name}, status {done.returncode}: {said}", flush=True)
    lasted = time.monotonic() - begun
    print(
        f"{kind}: {total:,} files in {used:.0f} s of the processor ({lasted:.0f} s), {finds} finds",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
