"""Answers as files: what a reader takes away is what was shown, in every format, whatever the text holds."""

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from rag.assistant import Assistant
from rag.export import FORMATS, content, file_name
from rag.export.source import inert
from rag.export.texts import TEXTS
from rag.types import Answer, Check, Citation, Receipt, Refusal, Statement

HOSTILE = (
    "<script>alert(1)</script> **vet** ![b](https://evil.example/p.png) [k](https://evil.example) $x$ a|b"
)


def citation(number=1, **changed):
    fields = {
        "document": "brief.txt", "title": "Brief over Soedan", "sender": "Minister Blok", "role": "government",
        "speech_act": "commitment", "date": "2018-04-20", "date_note": None, "dossier": (), "page": None,
        "start": 10, "end": 30, "quote": "Het kabinet zegt toe.", "url": None,
    }  # fmt: skip
    return Citation(id=number, **{**fields, **changed})


def answer(*citations, mode="quotes", **changed):
    if mode == "llm":
        statements = (
            Statement(
                "Het kabinet zegt iets toe.", tuple(c.id for c in citations), (Check("n", False, "x"),)
            ),
        )
    else:
        statements = tuple(Statement(c.quote, (c.id,)) for c in citations)
    fields = {
        "question": "Wat is toegezegd?", "question_language": "nl", "mode": mode, "status": "answered", "refusal": None,
        "model": "ollama:m" if mode == "llm" else None, "statements": statements, "citations": citations, "passages": (),
        "receipt": Receipt("abc123", "all-MiniLM-L6-v2", None, None, "0.1.0"),
        "readings": tuple(c.quote for c in citations),
    }  # fmt: skip
    return Answer(**{**fields, **changed})


def exported(made, suffix):
    return next(f for f in FORMATS if f.suffix == suffix).make(made)


def footnotes_of(data):
    """The numbers referred to in the body, in order, and the text of each note that is no separator."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = etree.fromstring(package.read("word/footnotes.xml"))
        body = etree.fromstring(package.read("word/document.xml"))
    notes = {
        int(n.get(qn("w:id"))): "".join(n.itertext())
        for n in root.iter(qn("w:footnote"))
        if n.get(qn("w:type")) is None
    }
    return [int(r.get(qn("w:id"))) for r in body.iter(qn("w:footnoteReference"))], notes


def text_of_word(data):
    return "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)


def rendered(data):
    """Markdown as a reader of GitHub's dialect sees it: tokens, and the text alone."""
    tokens = (
        MarkdownIt("commonmark", {"html": True}).enable("table").use(footnote_plugin).parse(data.decode())
    )
    flat = [t for token in tokens for t in (token, *(token.children or ()))]
    return flat, "".join(t.content for t in flat if t.type in ("text", "code_inline", "text_special"))


class Page(HTMLParser):
    """The elements of a page and its text outside the head."""

    def __init__(self, data):
        super().__init__()
        self.elements, self.said, self.links = [], "", []
        self.feed(data.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src")]

    def handle_data(self, data):
        if self.elements[-1:] not in (["style"], ["title"]):
            self.said += data


# -- where a quotation comes from ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("36247", "36 247"), ("36 247", "36 247"), ("36247-11", "36 247, nr. 11"), ("36 247 nr.11", "36 247, nr. 11"),
        ("36 600 XVII-55", "36 600 XVII, nr. 55"), ("21 501-02, nr. 2849", "21 501-02, nr. 2849"),
        ("21501-20-1", "21 501-20, nr. 1"), ("21501-20", "21 501-20"), ("2018Z05123", "2018Z05123"), ("", ""),
    ],
)  # fmt: skip
def test_kamerstuk_number_is_printed_as_parliament_does(number, printed):
    from rag.export.source import kamerstuk

    assert kamerstuk(number) == printed


def test_footnote_begins_with_the_kamerstuk_where_it_is_known_and_makes_none_up():
    from rag.export.source import for_footnote

    known = for_footnote(citation(dossier=("36247-11",), page=3), "Het kabinet zegt toe.", "nl")
    assert known.startswith(
        "Kamerstuk 36 247, nr. 11, p. 3 (Brief over Soedan, Minister Blok, 20 april 2018): “"
    )
    unknown = for_footnote(citation(), "Het kabinet zegt toe.", "en")
    assert unknown == "Brief over Soedan, Minister Blok, 20 April 2018: “Het kabinet zegt toe.”"


def test_undated_quotation_says_so_in_the_readers_language():
    from rag.export.source import for_article, when

    undated = citation(date=None, date_note="not stated in the document", sender=None)
    assert when(undated, "nl") == "zonder datum (niet vermeld in het document)"
    assert for_article(undated, "Zin.", "nl") == "“Zin.” («Brief over Soedan», zonder datum)"


def test_question_of_a_member_is_not_pasted_as_a_statement():
    from rag.export.source import for_article

    asked = citation(speech_act="question", role="parliament", sender="het lid Ploumen")
    assert "vraag van het lid Ploumen" in for_article(asked, "Klopt dit?", "nl")


# -- the files -----------------------------------------------------------------------------------------------


def test_real_answer_comes_back_from_every_format_with_a_footnote_a_citation(seed_index):
    made = Assistant(seed_index).ask("What did NL commit on the Sudan FFM?")
    whole = content(made, "nl", ("kabinet",), "2026-11-21T10:00:00")
    word = exported(whole, ".docx")
    tokens, markdown = rendered(exported(whole, ".md"))
    page = Page(exported(whole, ".html"))
    assert made.citations
    numbers, notes = footnotes_of(word)
    assert numbers == [c.id for c in made.citations] == sorted(notes)
    assert [t.meta["label"] for t in tokens if t.type == "footnote_ref"] == [str(n) for n in numbers]
    assert [link for link in page.links if link.startswith("#n")] == [f"#n{n}" for n in numbers]
    for c in made.citations:
        for shown in (text_of_word(word), markdown, page.said):
            assert made.reading(c) in shown
        for shown in (notes[c.id], markdown, page.said):
            assert f"{c.document}, tekens {c.start}–{c.end}" in shown and c.title in shown
            assert "het citeert een brief van 24 november 2025" in shown
    for shown in (text_of_word(word), markdown, page.said):
        assert "Beperkt tot: kabinet" in shown and "21 november 2026" in shown
        assert made.receipt.index in shown and made.receipt.embedding_model in shown


def test_word_file_names_its_separators_and_no_author():
    data = exported(content(answer(citation()), "en"), ".docx")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        kinds = package.read("[Content_Types].xml").decode()
        relations = package.read("word/_rels/document.xml.rels").decode()
        assert "footnotes+xml" in kinds and "relationships/footnotes" in relations
        order = [c.tag for c in etree.fromstring(package.read("word/settings.xml"))]
    assert order.index(qn("w:footnotePr")) < order.index(qn("w:compat"))
    opened = docx.Document(io.BytesIO(data))
    assert opened.core_properties.author == "" and opened.core_properties.title == "Wat is toegezegd?"


def test_refusal_is_exported_with_its_kind_and_what_occurs_nowhere():
    refusal = Refusal("not_in_corpus", "Deze documenten zeggen dit niet.", ("Suriname",))
    whole = content(answer(status="refused", refusal=refusal), "nl")
    for shown in (
        text_of_word(exported(whole, ".docx")),
        rendered(exported(whole, ".md"))[1],
        Page(exported(whole, ".html")).said,
    ):
        assert "Geen antwoord: staat niet in deze documenten" in shown and "Suriname" in shown


def test_prose_of_a_model_is_exported_with_its_quotations_and_what_failed():
    whole = content(answer(citation(1), citation(2), mode="llm"), "nl")
    word = exported(whole, ".docx")
    for shown in (
        text_of_word(word),
        rendered(exported(whole, ".md"))[1],
        Page(exported(whole, ".html")).said,
    ):
        assert "Het kabinet zegt iets toe." in shown and shown.count("“Het kabinet zegt toe.”") == 2
        assert "Controle niet doorstaan: n (x)" in shown and "ollama:m" in shown
    assert footnotes_of(word)[0] == [1, 2]


def test_how_the_answer_was_made_is_said_once():
    made = answer(citation(), notices=("Citaten, zonder taalmodel: RAG_LLM staat op none", "Nog iets."))
    assert content(made, "nl").facts == ("Letterlijke citaten, gekozen zonder taalmodel.", "Nog iets.")


def test_markup_in_a_document_is_text_in_every_format():
    bad = citation(title=HOSTILE, sender=HOSTILE, quote=HOSTILE, url="javascript:alert(1)")
    whole = content(answer(bad, question=HOSTILE), "nl", (HOSTILE,))
    tokens, shown = rendered(exported(whole, ".md"))
    assert not {t.type for t in tokens} & {
        "html_inline",
        "html_block",
        "image",
        "link_open",
        "strong_em",
        "table_open",
    }
    assert HOSTILE in shown
    page = Page(exported(whole, ".html"))
    assert not set(page.elements) & {"script", "img"} and HOSTILE in page.said
    assert all(link.startswith("#") for link in page.links)
    assert HOSTILE in text_of_word(exported(whole, ".docx"))


def test_address_of_a_document_is_a_link_only_where_it_is_one():
    good = content(answer(citation(url="https://www.tweedekamer.nl/x?a=1&b=2")), "nl")
    assert "https://www.tweedekamer.nl/x?a=1&b=2" in Page(exported(good, ".html")).links
    assert any(t.type == "link_open" for t in rendered(exported(good, ".md"))[0])
    odd = content(answer(citation(url="https://x.example/><script>alert(1)</script>")), "nl")
    assert "script" not in Page(exported(odd, ".html")).elements
    assert not any("html" in t.type for t in rendered(exported(odd, ".md"))[0])


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_a_format(foreign):
    whole = content(
        answer(citation(title=foreign, sender=foreign, quote=f"a{foreign}b"), question=f"q{foreign}"), "en"
    )
    shown = " ".join(inert(foreign).split())
    assert shown in " ".join(text_of_word(exported(whole, ".docx")).split())
    assert shown in " ".join(Page(exported(whole, ".html")).said.split())
    assert "html" not in " ".join(t.type for t in rendered(exported(whole, ".md"))[0])
    assert footnotes_of(exported(whole, ".docx"))[0] == [1]


def test_page_of_html_fetches_nothing_and_runs_nothing():
    page = exported(content(answer(citation()), "nl"), ".html").decode()
    assert "default-src 'none'" in page and 'lang="nl"' in page
    assert not re.search(r"<script|<link|@import|url\(", page)


@pytest.mark.parametrize(
    ("question", "name"),
    [("Wat kost het? / etc", "wat-kost-het-etc.md"), ("???", "kamerbron.md"), ("x" * 200, "x" * 60 + ".md")],
)
def test_file_name_is_made_of_the_questions_words(question, name):
    assert file_name(question, ".md") == name


def test_every_text_is_there_in_both_languages_with_the_same_fields():
    for key, forms in TEXTS.items():
        assert set(forms) == {"nl", "en"} and all(forms.values()), key
        assert len({frozenset(re.findall(r"\{\w+\}", f)) for f in forms.values()}) == 1, key
    used = "".join(
        p.read_text(encoding="utf-8") for p in (Path(__file__).parent.parent / "rag" / "export").glob("*.py")
    )
    assert all(f'"{key}"' in used.replace(f'"{key}": {{', "") for key in TEXTS)
