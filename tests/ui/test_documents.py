"""The Documents and Search pages on a real index."""

import pytest
from app_driver import ROOT, marked, parts, press, run, shown

from rag.ui.texts import TEXTS


def test_every_document_is_listed_with_sender_date_kind_and_passages(page):
    said = shown(page("documents", language="nl"))
    for name in (p.name for p in (ROOT / "seeds").glob("*.txt")):
        assert name in said
    for part in (
        "Staatssecretaris Buitenlandse Handel",
        "20 april 2018",
        "Kamervragen",
        "passages: ",
        "zonder datum",
    ):
        assert part in said


def test_timeline_goes_back_in_time_and_leaves_nothing_out(page):
    session = page("documents")
    session.segmented_control(key="view").set_value("timeline")
    run(session)
    assert [s.value for s in session.subheader] == ["2026", "2018", "Undated"]
    assert all(title in shown(session) for title in ("Position paper Gender", "Ploumen", "Input voor het"))


def test_document_opens_at_the_place_that_the_address_names(page):
    text = (ROOT / "seeds" / "003_1e5aa7dd66f4054b.txt").read_bytes().decode()
    start = text.index("Heeft u kennisgenomen")
    session = page("documents", document="003_1e5aa7dd66f4054b.txt", start=str(start), end=str(start + 40))
    assert marked(session).startswith("Heeft u kennisgenomen")
    (view,) = parts(session, "reading")
    voices = {block["voice"] for block in view["blocks"]}
    assert voices >= {"question", "answer"}
    labels = ["".join(t for t, _ in b["runs"]).strip() for b in view["blocks"] if b["kind"] == "label"]
    assert labels[:2] == ["Vraag 1", "Antwoord 1"]


@pytest.mark.parametrize(("start", "end"), [("5", "2"), ("x", "9"), ("1", "99999999"), ("-1", "4")])
def test_place_that_is_none_opens_the_document_at_its_beginning(page, start, end):
    session = page("documents", document="003_1e5aa7dd66f4054b.txt", start=start, end=end)
    assert parts(session, "reading") and not marked(session)


@pytest.mark.parametrize("name", ["nergens.txt", "../../etc/passwd", "<script>"])
def test_address_of_a_document_that_is_not_there_says_so(page, name):
    assert TEXTS["no_such_document"]["en"] in shown(page("documents", document=name))


def test_reader_who_may_not_change_documents_is_offered_no_way_to(page):
    session = page("documents", editor=False)
    labels = " ".join(b.label for b in session.button)
    assert TEXTS["readers_only"]["en"] in shown(session)
    assert TEXTS["remove"]["en"] not in labels and not session.get("file_uploader")


def test_search_ranks_passages_says_what_each_matched_and_opens_the_place(page):
    session = page("search")
    assert not session.chat_message
    session.text_input[0].set_value("OHCHR Sudan euro")
    press(session, TEXTS["search"]["en"])
    found = [c.value for c in session.caption if c.value.startswith("Matched")]
    assert len(found) == 10 and any("OHCHR" in f for f in found)
    press(session, "Source")
    assert marked(session)


@pytest.mark.parametrize("name", ["search", "documents"])
def test_page_without_an_index_is_a_message(page, name, tmp_path):
    session = page(name, tmp_path / "leeg")
    if name == "search":
        session.text_input[0].set_value("Soedan")
        press(session, TEXTS["search"]["en"])
    assert "rag ingest" in shown(session) and str(tmp_path) not in shown(session)


def test_documents_can_be_added_where_there_is_no_index_yet(page, tmp_path):
    assert page("documents", tmp_path / "leeg").get("file_uploader")
