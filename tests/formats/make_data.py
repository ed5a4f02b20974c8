"""Writes tests/formats/data: the third seed as real programs make it, and files that programs lock.

    python -m tests.formats.make_data

needs pandoc, LibreOffice, Chromium, Ghostscript and poppler. What it writes is committed, so that the tests need none.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.formats.convert import PROGRAMS, SEEDS, convert, missing
from tests.formats.layouts import two_columns

DATA = Path(__file__).parent / "data"
LEFT_OUT = {
    "zip",
    "cp1252 txt",
    "eml",
    "official xml",
    "LibreOffice pdf, the lines of the seed",
}  # made in the tests


def main() -> None:
    """Write everything anew; what fuzzing found stays."""
    for old in (p for p in DATA.glob("*") if p.name != "found"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    seed = next(SEEDS.glob("003*.txt"))
    for way in PROGRAMS:
        if way not in LEFT_OUT:
            if missing(way):
                raise SystemExit(f"{way}: not installed: {missing(way)}")
            convert(way, DATA, [seed])
    with tempfile.TemporaryDirectory() as work:
        plain = Path(work) / "open.pdf"
        plain.write_bytes(two_columns())
        subprocess.run(
            ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-sOwnerPassword=eigenaar", "-sUserPassword=geheim",
             "-dEncryptionR=3", "-dKeyLength=128", f"-sOutputFile={DATA / 'locked.pdf'}", str(plain)], check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
