"""Files as offices leave them: changes and comments still in Word, forms, pages set sideways, mixed encodings, mail in mail."""

import io
import zipfile
from email.message import EmailMessage

import pytest
from formats.layouts import pdf
from support import settings_for

from rag.errors import DocumentError
from rag.ingest import ingest
from rag.read import READERS, picture, read_document
from rag.read.extract import Limits

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def docx(path, body, comments=""):
    wml = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{wml}.document.main+xml"/><Override PartName="/word/comments.xml" ContentType="{wml}.comments+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type="{OFFICE}/comments" Target="comments.xml"/></Relationships>',
        "word/comments.xml": f'<w:comments xmlns:w="{W}">{comments}</w:comments>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def lines(document):
    return [line.strip() for line in document.text.splitlines() if line.strip()]


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_tracked_changes_are_read_as_accepted(tmp_path):
    body = (
        f'<w:p>{run("Het kabinet zal ")}<w:del w:id="1"><w:r><w:delText>10</w:delText></w:r></w:del>'
        f'<w:ins w:id="2">{run("25")}</w:ins>{run(" miljoen euro bijdragen.")}</w:p>'
        f'<w:p><w:moveFrom w:id="3">{run("Verplaatst.")}</w:moveFrom></w:p><w:p>{run("Tussenzin.")}</w:p>'
        f'<w:p><w:moveTo w:id="4">{run("Verplaatst.")}</w:moveTo></w:p>'
    )
    document = read_document(docx(tmp_path / "a.docx", body))
    assert lines(document) == ["Het kabinet zal 25 miljoen euro bijdragen.", "Tussenzin.", "Verplaatst."]


def test_comment_is_left_out_and_named_and_takes_no_text_with_it(tmp_path):
    note = f'<w:comment w:id="0"><w:p>{run("Dit zeggen wij niet hardop.")}</w:p></w:comment>'
    body = f'<w:p>{run("Het kabinet zal bijdragen.")}<w:r><w:commentReference w:id="0"/></w:r></w:p><w:p>{run("Eind.")}</w:p>'
    document = read_document(docx(tmp_path / "a.docx", body, note))
    assert lines(document) == ["Het kabinet zal bijdragen.", "Eind."]
    assert "comments in the margin were left out: 1" in document.remarks


def test_hidden_text_of_word_is_left_out_and_named_and_text_that_was_unhidden_is_read(tmp_path):
    body = f'<w:p>{run("Zichtbaar.")}{run("Verborgen.", "<w:vanish/>")}{run(" Weer.", """<w:vanish w:val="0"/>""")}</w:p>'
    document = read_document(docx(tmp_path / "a.docx", body))
    assert lines(document) == ["Zichtbaar. Weer."]
    assert "10 characters that are not shown were left out" in document.remarks


def test_link_to_a_target_outside_any_paragraph_takes_no_text_with_it(tmp_path):
    page = '<html><body><p>Een zin<a href="#n1">[1]</a>.</p><dl><dt id="n1">Noot 1<dd>De noot.</dl><p>Nog een zin.</p>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    text = read_document(tmp_path / "a.html").text
    assert "Een zin" in text and "De noot." in text and "Nog een zin." in text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", "utf-8", None])
def test_page_in_windows_1252_keeps_its_euro_and_quotation_marks_whatever_it_calls_itself(tmp_path, declared):
    meta = f'<meta charset="{declared}">' if declared else ""
    sentence = "De minister zei: “Financiële steun – € 5 miljoen – komt er”."
    (tmp_path / "a.html").write_bytes(f"<html><head>{meta}</head><body><p>{sentence}</p>".encode("cp1252"))
    document = read_document(tmp_path / "a.html")
    assert lines(document) == [sentence]
    assert not document.remarks


def test_message_that_says_latin_1_and_is_windows_1252_keeps_its_euro(tmp_path):
    head = b'From: A <a@example.org>\nSubject: Stuk\nContent-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: 8bit\n\n'
    (tmp_path / "a.eml").write_bytes(head + "Het wordt “€ 5 miljoen”.\n".encode("cp1252"))
    assert "Het wordt “€ 5 miljoen”." in read_document(tmp_path / "a.eml").text


def filled_form(appearance):
    """A PDF with a field that was filled in, with or without a picture of what stands in it."""
    raw = pdf([[(60, 750, 11, "Antwoord van de minister:"), (60, 650, 11, "Getekend te Den Haag.")]])
    drawn = b"/Tx BMC BT /F 11 Tf 2 4 Td (Het kabinet zal 12 miljoen bijdragen.) Tj ET EMC"
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Het kabinet zal 12 miljoen bijdragen.)/Rect[60 700 360 720]/F 4/DA(/F 11 Tf 0 g)"
    field += b"/AP<</N 21 0 R>>>>" if appearance else b">>"
    resources = b"/Resources<</Font<</F 3 0 R>>>>"
    more = b"20 0 obj\n" + field + b"\nendobj\n21 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 300 20]"
    more += resources + b"/Length %d>>stream\n%s\nendstream\nendobj\n" % (len(drawn), drawn)
    raw = raw.replace(
        b"/Type /Catalog",
        b"/Type /Catalog /AcroForm<</Fields[20 0 R]/DA(/F 11 Tf 0 g)/DR<</Font<</F 3 0 R>>>>>>",
    )
    raw = raw.replace(b"/Type /Page /Parent", b"/Type /Page /Annots[20 0 R] /Parent")
    return raw.replace(
        b"xref\n", more + b"xref\n", 1
    )  # its table no longer fits: readers look for the objects


@pytest.mark.parametrize("appearance", [True, False])
def test_form_is_read_as_it_was_filled_in(tmp_path, appearance):
    (tmp_path / "a.pdf").write_bytes(filled_form(appearance))
    want = [
        "Antwoord van de minister:",
        "Het kabinet zal 12 miljoen bijdragen.",
        "Getekend te Den Haag.",
    ]
    assert lines(read_document(tmp_path / "a.pdf")) == want


SIDEWAYS = ["De minister heeft toegezegd dat het kabinet in 2025", "een bedrag van 25 miljoen euro zal bijdragen."]  # fmt: skip


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "matrix", ["1 0 0 1 60 700", "0 1 -1 0 100 60", "-1 0 0 -1 535 92", "0 -1 1 0 435 782"]
)
def test_page_is_read_upright_however_it_and_its_text_are_turned_and_so_is_its_picture(
    tmp_path, rotate, matrix
):
    placed = [(0, -14 * i, 11, line) for i, line in enumerate(SIDEWAYS)]
    raw = pdf([placed], extra=f"{matrix} cm").replace(
        b"/Type /Page /P", b"/Type /Page /Rotate %d /P" % rotate
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(raw)
    document = read_document(path)
    assert lines(document) == SIDEWAYS
    assert not document.remarks
    places = picture.read(path, Limits(), (1,)).places
    assert [[w[0] for w in row] for row in places] == [line.split() for line in SIDEWAYS]
    assert all(0 <= w[1] < w[3] <= 1 and 0 <= w[2] < w[4] <= 1 for row in places for w in row)
    assert dark(picture.read(path, Limits(), (1,)).picture, places[0][0])


def dark(png, word):
    """Whether a picture has ink where a word is said to stand, and none above it."""
    import base64

    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("L")
    left, top, right, bottom = (
        round(share * side) for share, side in zip(word[1:], image.size * 2, strict=True)
    )
    above = image.crop((left, max(0, top - 20), right, max(1, top - 2)))
    return image.crop((left, top, right, bottom)).getextrema()[0] < 128 <= above.getextrema()[0]


def test_line_of_text_that_is_turned_on_an_upright_page_is_left_out_and_named(tmp_path):
    raw = pdf([[(60, 700, 11, "Een zin die rechtop staat en lang genoeg is.")]], extra="q 0 1 -1 0 30 60 cm BT /F 9 Tf (CONCEPT) Tj ET Q")  # fmt: skip
    (tmp_path / "a.pdf").write_bytes(raw)
    document = read_document(tmp_path / "a.pdf")
    assert lines(document) == ["Een zin die rechtop staat en lang genoeg is."]
    assert any("7 characters" in remark for remark in document.remarks)


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_file_of_no_bytes_is_called_empty(tmp_path, suffix):
    path = tmp_path / f"leeg{suffix}"
    path.touch()
    with pytest.raises(DocumentError, match="is empty, 0 bytes"):
        read_document(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-32"])
def test_text_with_a_byte_order_mark_is_read_in_its_encoding(tmp_path, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "a.txt").write_bytes(f"{mark}Financiële noodhulp voor Soedan.".encode(encoding))
    assert read_document(tmp_path / "a.txt").text.lstrip("\ufeff") == "Financiële noodhulp voor Soedan."


def test_forwarded_message_and_what_is_attached_to_it_are_documents_of_their_own(tmp_path, tiny_model):
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "B <b@example.org>", "Eerder bericht"
    inner.set_content("Het kabinet zal 7 miljoen bijdragen.")
    attached = pdf([[(60, 700, 11, "De bijlage gaat over dijken.")]])
    inner.add_attachment(attached, maintype="application", subtype="pdf", filename="dijken.pdf")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "A <a@example.org>", "Fwd"
    mail.set_content("Zie hieronder.")
    mail.add_attachment(inner)
    (tmp_path / "post.eml").write_bytes(mail.as_bytes())
    report = ingest(
        [tmp_path / "post.eml"], settings_for(tmp_path / "index", embedding_model=str(tiny_model))
    )
    assert {line.name: line.verdict for line in report.lines} == {
        "post.eml": "new", "post – bericht 1.eml": "new", "dijken.pdf": "new",
    }  # fmt: skip
