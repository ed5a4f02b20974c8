"""What a document says of itself is found and marked; what it only cites, or does not say, is not taken for its own."""

import pytest
from formats.layouts import pdf
from support import settings_for
from test_read_hostile import docx

from rag.ingest import ingest, propose
from rag.manifest import entry, read_manifest
from rag.read import read_document
from rag.read.describe import describe
from rag.split import split
from rag.types import Description

LETTER = """Aan de Voorzitter van de Tweede Kamer der Staten-Generaal

Datum 3 juni 2024
Betreft Voortgang van het Nationaal Actieplan 1325

Geachte voorzitter,

Zoals gemeld (Kamerstuk 36247 nr. 11) stuur ik u op 5 mei 2024 gedateerde stukken.

De minister van Buitenlandse Zaken,

C.C.J. Veldkamp
"""
ANSWERS = """Vragen van het lid Ploumen (PvdA) aan de Ministers van Buitenlandse Zaken over het bericht «X» (ingezonden 22 maart
2018).
Antwoord van Minister Blok (Buitenlandse Zaken) en van Minister Kaag (Ontwikkelingssamenwerking) (ontvangen 20 april 2018).

Vraag 1
Kent u het bericht?
"""


def found(text, furniture="", said=None, given=None, name="stuk.txt"):
    return describe(name, text, furniture, said or {}, given)


def test_letter_says_its_date_subject_and_sender():
    d = found(LETTER)
    assert (d.date, d.kind, d.role) == ("2024-06-03", "kamerbrief", "government")
    assert d.sender == "Minister van Buitenlandse Zaken (C.C.J. Veldkamp)"
    assert d.title == "Voortgang van het Nationaal Actieplan 1325"
    assert d.found == ("date", "kind", "role", "sender", "title")


def test_paper_that_a_letter_cites_is_not_its_own_number():
    assert found(LETTER).dossier == ()


def test_answered_questions_say_who_answers_and_when():
    d = found(ANSWERS)
    assert (d.kind, d.role, d.date) == ("kamervragen", "government", "2018-04-20")
    assert d.sender == "Minister Blok (Buitenlandse Zaken) en Minister Kaag (Ontwikkelingssamenwerking)"
    assert "received" in d.date_note


def test_questions_without_an_answer_are_a_member_s():
    d = found(
        "Vragen van het lid Jansen aan de Minister van Defensie over dijken (ingezonden 3 mei 2024).\n\nVraag 1\nWat nu?\n"
    )
    assert (d.kind, d.role, d.date) == ("kamervragen", "parliament", None)


@pytest.mark.parametrize(
    ("head", "dossier"),
    [
        ("36 180 Doen waar Nederland goed in is\n\nNr. 133 BRIEF VAN DE MINISTER\n", ("36180", "36180-133")),
        ("36 600 XVII Vaststelling van de begroting van Buitenlandse Handel\nNr. 55 MOTIE VAN HET LID HIRSCH\n", ("36600-XVII", "36600-XVII-55")),
        ("Zie 36 180, nr. 133 over dit onderwerp.\n", ()),
    ],
)  # fmt: skip
def test_number_at_the_head_of_a_printed_paper_is_its_own(head, dossier):
    assert found(head).dossier == dossier


def test_motion_names_who_moves_it():
    d = found(
        "MOTIE VAN HET LID DOBBE C.S.\nVoorgesteld 5 juni 2024\n\nDe Kamer,\n\nverzoekt de regering iets te doen.\n"
    )
    assert (d.kind, d.role, d.sender, d.date) == ("motie", "parliament", "DOBBE C.S.", "2024-06-05")


@pytest.mark.parametrize(
    "text",
    [
        "Position paper over water. Den Haag heeft op 3 juni 2024 besloten.",
        "Een rapport. De minister van Defensie zei dit op 4 mei 2023. Zij tekende niets.",
        "Brief van een burger aan de minister van Justitie, met vragen van het lid Jansen.",
    ],
)
def test_what_is_only_spoken_of_is_not_taken_for_who_speaks(text):
    d = found(text)
    assert (d.role, d.sender, d.date, d.kind) == (None, None, None, "other")


def test_what_is_given_wins_and_what_is_found_fills_the_rest():
    given = Description(title="Mijn titel", kind="kamerbrief", sender="Het ministerie")
    d = found(LETTER, given=given)
    assert (d.title, d.sender, d.date, d.role) == ("Mijn titel", "Het ministerie", "2024-06-03", "government")
    assert d.found == ("date", "role")


def test_date_that_is_given_as_unknown_stays_unknown():
    assert found(LETTER, given=Description(title="T", date_note="not stated")).date is None


def test_metadata_that_is_no_date_kind_or_address_is_dropped():
    d = found(
        "Tekst.",
        said={
            "title": "Een goede titel",
            "date": "gisteren",
            "kind": "iets",
            "url": "javascript:alert(1)",
            "sender": " ",
        },
    )
    assert (d.title, d.date, d.kind, d.url, d.sender) == ("Een goede titel", None, "other", None, None)


MOTION = ["36 600 XVII", "Nr. 55 MOTIE VAN HET LID HIRSCH C.S.", "Voorgesteld 5 juni 2024", "De Kamer,", "gehoord de beraadslaging,", "verzoekt de regering de noodhulp aan Soedan te verhogen,", "en gaat over tot de orde van de dag.", "Hirsch"]  # fmt: skip
QUESTIONS = """<officiele-publicatie><metadata><meta name="OVERHEIDop.publicatienaam" content="Kamervragen (Aanhangsel)"/></metadata><kamervragen>
<kamervraagomschrijving>Vragen van het lid Jansen aan de Minister van Defensie over dijken.</kamervraagomschrijving>
<vraag><nr>Vraag 1</nr><al>Is dit zo?</al></vraag></kamervragen></officiele-publicatie>"""


def test_motion_as_pdf_says_who_moved_it_and_when(tmp_path):
    path = tmp_path / "motie.pdf"
    path.write_bytes(pdf([[(60, 780 - 22 * i, 11, line) for i, line in enumerate(MOTION)]]))
    d = read_document(path).description
    assert (d.kind, d.role, d.sender, d.date) == ("motie", "parliament", "HIRSCH C.S.", "2024-06-05")
    assert {"kind", "role", "sender", "date"} <= set(d.found)


def test_fragment_of_a_debate_as_docx_has_its_speakers_and_no_role_of_its_own(tmp_path):
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    said = ["VERSLAG VAN EEN COMMISSIEDEBAT", "Mevrouw Dobbe (SP): Wat doet het kabinet voor Soedan?", "Minister Veldkamp: Het kabinet zal 5 miljoen euro bijdragen."]  # fmt: skip
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in said)
    document = read_document(docx(tmp_path, f"<w:document {w}><w:body>{body}</w:body></w:document>"))
    assert (document.description.kind, document.description.role) == ("debat", None)
    roles = {s.speaker: s.role for p in split(document) for s in p.sentences if s.part == "speech"}
    assert roles == {"Mevrouw Dobbe (SP)": "parliament", "Minister Veldkamp": "government"}


def test_questions_as_official_xml_are_a_member_s_until_they_are_answered(tmp_path):
    path = tmp_path / "kv-tk.xml"
    path.write_text(QUESTIONS, encoding="utf-8")
    d = read_document(path).description
    assert (d.kind, d.role, d.sender, d.date, d.dossier) == ("kamervragen", "parliament", None, None, ())


def test_person_is_asked_whose_words_a_document_holds_where_it_does_not_say(tmp_path, tiny_model):
    home = tmp_path / "d"
    home.mkdir()
    (home / "brief.txt").write_text(LETTER, encoding="utf-8")
    (home / "stuk.txt").write_text("Een zin over water.", encoding="utf-8")
    report = ingest([home], settings_for(tmp_path / "i", embedding_model=str(tiny_model)))
    why = {line.name: line.why for line in report.lines}
    assert "whose words these are is not known: give its role in manifest.toml" in why["stuk.txt"]
    assert why["brief.txt"] == ""


def test_proposed_manifest_is_one_and_marks_what_was_found_and_asks_the_rest(tmp_path):
    home = tmp_path / "d"
    home.mkdir()
    (home / "brief.txt").write_text(LETTER, encoding="utf-8")
    (home / "stuk.txt").write_text("Een zin over water.", encoding="utf-8")
    (home / "kapot.pdf").write_bytes(b"niets")
    text = propose([home], settings_for(tmp_path / "i"))
    assert 'sender = "Minister van Buitenlandse Zaken (C.C.J. Veldkamp)"  # found' in text
    assert '# role = "…"' in text and "# kapot.pdf: is damaged" in text
    (home / "manifest.toml").write_text(text, encoding="utf-8")
    described = read_manifest(home)
    assert described["brief.txt"].date == "2024-06-03" and described["stuk.txt"].role is None


@pytest.mark.parametrize("title", ['Een "titel" met \\ en «haken»', "regel\nregel", "tab\tdel\x7f", "] = ["])
def test_entry_of_any_title_is_read_back_as_it_was(tmp_path, title):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "manifest.toml").write_text(entry("a.txt", Description(title=title)), encoding="utf-8")
    assert read_manifest(tmp_path)["a.txt"].title == title
