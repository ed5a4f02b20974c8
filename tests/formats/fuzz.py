"""Feeds broken files to a reader until the time is up, and keeps what broke it.

    nice -n 19 python -m tests.formats.fuzz KIND SECONDS [SEED]        KIND: pdf docx html xml odt eml txt zip

Good files of the kind are cut, spliced, repeated and overwritten, at random places and with what such files are made
of; Office files and archives also inside, packed again. A child process reads them one after the other with the limits
that a reader has: an exception that is none of ours, more than ten seconds for one file, or the end of the process is
a find. Finds are written to tests/formats/data/found, where a test reads them from then on.
"""

from __future__ import annotations

import faulthandler
import hashlib
import io
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from rag.errors import DocumentError
from rag.read import plain
from rag.read.archive import unpack
from rag.read.extract import Limits
from rag.read.formats import FORMATS

DATA = Path(__file__).parent / "data"
FOUND = DATA / "found"
SLOWEST = 10  # seconds of processor time
MEMORY = 1_000_000_000  # bytes
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
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w") as target:
        names = [n for n in source.namelist() if n.endswith((".xml", ".rels"))]
        victim = dice.choice(names)
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, mutated(content, dice) if name == victim else content)
    return out.getvalue()


def read_one(kind: str, path: Path) -> None:
    """Read a file as its reader does, in this process."""
    limits = Limits(pages=300, characters=3_000_000, archive_mb=20, file_mb=5)
    if kind == "zip":
        with tempfile.TemporaryDirectory() as into:
            unpack(path, Path(into), limits)
    elif kind == "txt":
        plain.read(path, limits)
    else:
        FORMATS[kind]()(path, limits, ())


def child(kind: str, seconds: float, seed: int, path: Path) -> int:
    """Read until the time is up; the number of files read is printed. Ends early at a find."""
    faulthandler.enable()
    good, dice = corpus(kind), random.Random(seed)  # noqa: S311 - chance, not secrecy
    if kind not in ("txt", "zip"):
        FORMATS[kind]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        path.write_bytes(case(kind, good, dice))
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)  # of its own time: a busy machine is no hang
        try:
            read_one(kind, path)
        except DocumentError:
            pass
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        count += 1
        print(count, flush=True)
    return 0


def main(kind: str, seconds: float, seed: int) -> None:
    """Run children until the time is up, and keep what ended one."""
    begun, total, finds = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / f"stuk.{kind}"
        while (left := begun + seconds - time.monotonic()) > 1:
            command = [
                sys.executable,
                "-m",
                "tests.formats.fuzz",
                "--child",
                kind,
                str(left),
                str(seed + total),
                str(path),
            ]
            done = subprocess.run(command, capture_output=True, check=False)
            total += int(done.stdout.split()[-1]) if done.stdout.split() else 0
            if done.returncode:
                finds += 1
                total += 1
                FOUND.mkdir(exist_ok=True)
                raw = path.read_bytes()
                kept = FOUND / f"{hashlib.sha256(raw).hexdigest()[:12]}.{kind}"
                kept.write_bytes(raw)
                print(
                    f"{kind}: {kept.name}, status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-400:]}",
                    flush=True,
                )
    print(f"{kind}: {total:,} files in {time.monotonic() - begun:.0f} s, {finds} finds", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        sys.exit(child(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])))
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
