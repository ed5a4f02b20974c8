"""Two pages as the seeds have none: two columns under a running header, and a letter with its particulars at the side.

Written as PDF by hand, so that the tests need no program; `python -m tests.formats.layouts FOLDER` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

Placed = tuple[float, float, float, str]  # x, y from the bottom, size in points, text

_LEFT = """Het kabinet zal in 2025 een bedrag
van 12 miljoen euro beschikbaar
stellen voor de opvang van slacht-
offers in Soedan. Dit bedrag komt
uit het budget voor noodhulp en
wordt verdeeld door drie hulp-
organisaties die daar al werken.
De minister stuurt de Kamer voor
de zomer een brief over de eerste
resultaten en de verdeling.""".splitlines()
_RIGHT = """Over Jemen heeft het kabinet nog
geen besluit genomen. Eerst wacht
het de uitkomst van het onderzoek
van de Verenigde Naties af, dat
in het najaar wordt verwacht.¹
Daarna zal de minister de Kamer
laten weten welke inzet volgt en
met welke middelen Nederland aan
de wederopbouw van scholen en
ziekenhuizen gaat bijdragen.""".splitlines()
_THIRD = "De bijdrage aan Libanon loopt door tot en met 2026 en wordt daarna bezien.".split(" en ", 1)
_SIDE = ["Directie Veiligheid", "Bezuidenhoutseweg 67", "2594 AC Den Haag", "", "Onze referentie", "BZ2401234", "", "Uw referentie", "2024Z01234", "", "Bijlagen", "2"]  # fmt: skip
_LETTER = """Geachte voorzitter,

Hierbij bied ik u de antwoorden aan op de vragen over de
inzet van Nederland in Soedan. In deze brief ga ik in op de
hulp aan vrouwen en meisjes in de kampen en op de rol van
lokale organisaties daarbij.

Nederland draagt dit jaar 7,5 miljoen euro bij aan het fonds
voor noodhulp. De ambassade in Nairobi ziet toe op de
besteding en rapporteert elk kwartaal aan het ministerie.

Ik zal uw Kamer voor het kerstreces informeren over de
voortgang van deze programma's.""".split("\n")


def two_columns() -> bytes:
    """Two pages; on the first a heading over both columns, on each a running header, a footer and a footnote."""
    first: list[Placed] = [
        (60, 800, 9, "Tweede Kamer, vergaderjaar 2024-2025, 36 180, nr. 133"),
        (300, 30, 9, "11"),
    ]
    first += [(60, 770, 15, "Hulp aan slachtoffers van geweld in de regio")]
    first += [(60, 740 - 14 * i, 10.5, line) for i, line in enumerate(_LEFT)]
    first += [
        (320, 736.5 - 14 * i, 10.5, line) for i, line in enumerate(_RIGHT)
    ]  # not on the lines of the left
    first += [(320, 80, 6.5, "1"), (326, 77, 8, "VN-rapport S/2025/12 van de Veiligheidsraad.")]
    second: list[Placed] = [
        (60, 800, 9, "Tweede Kamer, vergaderjaar 2024-2025, 36 180, nr. 133"),
        (300, 30, 9, "12"),
    ]
    second += [(60, 740 - 14 * i, 10.5, line) for i, line in enumerate([_THIRD[0], f"en {_THIRD[1]}"])]
    return pdf([first, second])


def letter() -> bytes:
    """A letter on one page with its particulars small in a column to the right."""
    placed: list[Placed] = [
        (60, 800, 12, "Ministerie van Buitenlandse Zaken"),
        (60, 700, 9.5, "Aan de Voorzitter van de Tweede Kamer"),
    ]
    placed += [
        (60, 660, 9.5, "Datum 3 juni 2024"),
        (60, 646, 9.5, "Betreft Antwoorden op vragen over de inzet in Soedan"),
    ]
    placed += [(60, 610 - 13 * i, 9.5, line) for i, line in enumerate(_LETTER) if line]
    placed += [(440, 612 - 9 * i, 6.5, line) for i, line in enumerate(_SIDE) if line]
    placed += [(60, 420, 9.5, "De minister van Buitenlandse Zaken,"), (60, 380, 9.5, "A.B. de Vries")]
    return pdf([placed])


def pdf(pages: Iterable[Iterable[Placed]], extra: str = "", mode: int = 0) -> bytes:
    """A PDF in Helvetica. `extra` is put before each page's text, as PDF operators; `mode` is the text render mode."""
    contents = [_content(page, extra, mode) for page in pages]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, content in enumerate(contents):
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R /Resources << /Font << /F 3 0 R >> >> >>"
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)]
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return bytes(
        out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    )


def _content(page: Iterable[Placed], extra: str, mode: int) -> bytes:
    lines = [extra]
    for x, y, size, text in page:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        raised = escaped.endswith("¹")
        escaped = escaped.removesuffix("¹")
        note = f"4 Ts /F {0.62 * size} Tf (1) Tj 0 Ts " if raised else ""
        lines.append(f"BT {mode} Tr /F {size} Tf {x} {y} Td ({escaped}) Tj {note}ET")
    return "\n".join(lines).encode("cp1252")


if __name__ == "__main__":
    for name, content in (("kolommen.pdf", two_columns()), ("brief.pdf", letter())):
        (Path(sys.argv[1]) / name).write_bytes(content)
