"""The browser app, driven through Streamlit's AppTest on a real index of seeds/."""

import ast
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from rag.ingest import ingest
from rag.types import Kind, SpeechAct
from rag.ui.shared import excerpt
from rag.ui.texts import EXAMPLES, LANGUAGES, TEXTS, highlighted, literal, without_paths

ROOT = Path(__file__).parent.parent
ANSWERED = "What did NL commit on the Sudan FFM?"
AMOUNT = "Met hoeveel euro steunt Nederland het OHCHR-kantoor in Soedan?"
REFUSED = "Wat heeft Nederland toegezegd over klimaat in Suriname?"
TITLE = "<script>alert(1)</script> **Vet** ![beeld](https://evil.example/p.png) [klik](https://evil.example)"
SENTENCE = (
    "De zeppelin [klik](https://evil.example) kost **negen** <img src=x onerror=alert(1)> miljoen :x: euro."
)


@pytest.fixture
def app(seed_index, monkeypatch):
    """Opens the app on an index, the one of seeds/ unless another folder is named; each call is a session."""

    def opened(index_dir=seed_index.index_dir):
        monkeypatch.setenv("RAG_INDEX_DIR", str(index_dir))
        monkeypatch.setenv("RAG_LLM", "none")
        session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        assert not session.exception
        return session

    return opened


def ask(session, question):
    session.chat_input[0].set_value(question).run()
    assert not session.exception
    return session


def plain(markdown):
    """What Markdown made by `literal` shows."""
    return re.sub(r"\\(.)", r"\1", markdown.replace(":small[]", ""))


def shown(session):
    """Every text of the page as a reader sees it."""
    lists = (session.text, session.caption, session.markdown, session.info, session.error, session.code)
    labels = [plain(e.label) for e in session.expander] + [plain(b.label) for b in session.button]
    return "\n".join([plain(e.value) for elements in lists for e in elements] + labels)


def page_of(name, monkeypatch, index_dir):
    """A page other than the first, in the frame of a script of its own."""
    monkeypatch.setenv("RAG_INDEX_DIR", str(index_dir))
    monkeypatch.setenv("RAG_LLM", "none")
    script = f"import rag.ui.{name} as m\nfrom rag.filters import Filters\nfrom rag.ui.shared import shared\n"
    call = "m.page(shared(), Filters(), 'en')" if name == "search" else "m.page(shared(), 'en')"
    return AppTest.from_string(script + call, default_timeout=60).run()


# -- asking --------------------------------------------------------------------------------------------------


def test_empty_page_says_what_can_be_asked(app):
    session = app()
    assert TEXTS["start"]["nl"] in shown(session)
    assert {plain(b.label) for b in session.button} >= set(EXAMPLES["nl"])


def test_example_is_asked_when_its_button_is_pressed(app):
    session = app()
    next(b for b in session.button if plain(b.label) == AMOUNT).click().run()
    assert AMOUNT in session.chat_message[0].text[0].value
    assert "2 miljoen euro" in shown(session)


def test_answer_shows_every_citation_in_full(app, seed_index):
    session = ask(app(), AMOUNT)
    answer = session.session_state["conversation"][0].answer
    page = shown(session)
    assert answer.citations
    for c in answer.citations:
        assert f"[{c.id}]" in page
        for part in (c.title, c.sender, "kabinet", c.date or "zonder datum", c.date_note or "", c.document):
            assert " ".join(part.split()) in page
        assert f"tekens {c.start}–{c.end}" in page
        text = (ROOT / "seeds" / c.document).read_bytes().decode()
        assert text[c.start : c.end] == c.quote


def test_quotation_stands_under_who_binds_whom(app):
    session = ask(app(), ANSWERED)
    kinds = [m.value for m in session.chat_message[1].markdown if "-badge[" in m.value]
    assert any("cabinet – commitment" in k or "kabinet – toezegging" in k for k in kinds)
    assert any("«Kamerbrief over de inzet" in plain(c.value) for c in session.caption)


def test_source_is_shown_at_the_place_with_the_quotation_marked(app):
    session = ask(app(), AMOUNT)
    first = next(e for e in session.expander if plain(e.label).startswith("[1]"))
    marked = re.search(r":orange-background\[(.*?(?<!\\))\]", first.markdown[0].value.replace(":small[]", ""))
    assert plain(marked[1]).startswith("Ook steunt Nederland") and plain(marked[1]).endswith(
        "2 miljoen euro."
    )
    assert len(plain(first.markdown[0].value)) > 800


def test_mode_is_said_with_an_answer_and_with_a_refusal(app):
    session = ask(ask(app(), AMOUNT), REFUSED)
    for message in (session.chat_message[1], session.chat_message[3]):
        assert "zonder taalmodel" in plain(message.caption[0].value)


def test_refusal_names_what_is_missing_and_the_nearest_passages(app):
    session = ask(app(), REFUSED)
    assert "Suriname" in plain(session.info[0].value)
    assert "Komt nergens voor" in plain(session.info[0].value)
    nearest = [e for e in session.expander if ".txt, tekens " in plain(e.caption[0].value)]
    assert len(nearest) == 5 and all(e.markdown[0].value and e.label for e in nearest)
    assert not session.error and not session.chat_message[1].text


def test_follow_up_is_answered_from_the_question_before_it(app):
    session = ask(ask(app(), "Hoeveel euro gaat naar het OHCHR in Soedan?"), "En wat kost dat?")
    assert "2 miljoen euro" in "\n".join(t.value for t in session.chat_message[3].text)


def test_filter_leaves_nothing_of_other_speakers(app):
    session = app()
    session.multiselect(key="only_role").set_value(["civil_society"]).run()
    ask(session, "Wat wordt gevraagd over conflictgerelateerd seksueel geweld?")
    exchange = session.session_state["conversation"][0]
    assert {c.role for c in exchange.answer.citations} <= {"civil_society"}
    assert "Beperkt tot: maatschappelijke organisatie" in shown(session)


def test_prose_of_a_model_stands_above_the_quotations_that_carry_it(app, ollama, monkeypatch):
    session = app()
    monkeypatch.setenv("RAG_LLM", "auto")
    monkeypatch.setenv("RAG_OLLAMA_URL", ollama.url)
    ask(session, AMOUNT)
    answer = session.session_state["conversation"][0].answer
    assert answer.mode == "llm" and "Geschreven door" in plain(session.caption[0].value)
    texts = [t.value for t in session.chat_message[1].text]
    for statement in answer.statements:
        assert statement.text in texts
        for c in answer.cited(statement):
            assert any(t.startswith("“") and t.endswith(f"[{c.id}]") for t in texts)


# -- traps ---------------------------------------------------------------------------------------------------


def test_document_of_markup_and_script_is_shown_as_text(app, own_index, tmp_path):
    folder = tmp_path / "stukken"
    folder.mkdir()
    (folder / "opmaak.txt").write_text(f"De inzet\n\n{SENTENCE}\n", encoding="utf-8")
    (folder / "manifest.toml").write_text(
        f"['opmaak.txt']\ntitle = '{TITLE}'\nrole = 'government'\n", encoding="utf-8"
    )
    ingest([folder], own_index)
    session = ask(app(own_index.index_dir), "Wat kost de zeppelin?")
    assert any(SENTENCE in t.value for t in session.text)
    assert TITLE in shown(session)
    for element in (*session.markdown, *session.caption, *session.info):
        assert not getattr(element.proto, "allow_html", False)
        rest = re.sub(r"\\.", "", element.value)
        assert not re.search(r"<|!\[|\]\(|\*\*[Vn]e|:x:", rest), element.value


def test_question_of_markup_is_shown_as_text(app):
    session = ask(app(), "**Wat** ![x](https://evil.example/p.png) <b>Suriname</b>?")
    assert session.chat_message[0].text[0].value.startswith("**Wat** ![x]")
    assert not any(
        re.search(r"<b>|!\[", re.sub(r"\\.", "", e.value)) for e in (*session.markdown, *session.info)
    )


def test_missing_index_is_a_message_and_no_traceback_or_path(app, tmp_path):
    session = app(tmp_path / "leeg")
    assert not session.exception
    message = plain(session.error[0].value)
    assert "rag ingest" in message and str(tmp_path) not in message and "Traceback" not in message


def test_damaged_index_is_a_message_and_no_path(app, own_index):
    (own_index.index_dir / "index.json").write_text("{", encoding="utf-8")
    session = app(own_index.index_dir)
    message = plain(session.error[0].value)
    assert "damaged" in message and str(own_index.index_dir.parent) not in message


def test_oversized_question_is_a_message_and_the_conversation_goes_on(app):
    session = ask(app(), "waarom " * 400)
    assert "2,000" in plain(session.error[0].value)
    assert "2 miljoen euro" in shown(ask(session, AMOUNT))


def test_sessions_do_not_see_each_other(app):
    one, other = app(), app()
    ask(one, AMOUNT)
    other.run()
    assert AMOUNT in shown(one) and not other.chat_message
    assert TEXTS["start"]["nl"] in shown(other)
    ask(other, REFUSED)
    assert REFUSED not in shown(one.run())


def test_new_conversation_forgets(app):
    session = ask(app(), AMOUNT)
    next(b for b in session.button if b.label == "Nieuw gesprek").click().run()
    assert not session.chat_message and TEXTS["start"]["nl"] in shown(session)


def test_switch_of_language_changes_the_interface_and_keeps_conversation_and_filter(app):
    session = app()
    session.multiselect(key="only_role").set_value(["government"]).run()
    ask(session, AMOUNT)
    session.radio(key="language").set_value("en").run()
    assert not session.exception
    assert session.multiselect(key="only_role").label == TEXTS["role"]["en"]
    assert session.multiselect(key="only_role").value == ["government"]
    assert AMOUNT in shown(session) and "characters" in shown(session)
    assert "tekens" not in shown(session)


# -- the other pages -----------------------------------------------------------------------------------------


def test_documents_page_lists_every_document(seed_index, monkeypatch):
    page = page_of("documents", monkeypatch, seed_index.index_dir)
    table = page.dataframe[0].value
    assert sorted(table["Document"]) == sorted(p.name for p in (ROOT / "seeds").glob("*.txt"))
    assert table["Passages"].min() > 0 and not page.exception


def test_search_page_ranks_passages_and_says_what_each_matched(seed_index, monkeypatch):
    page = page_of("search", monkeypatch, seed_index.index_dir)
    assert not page.expander
    page.text_input[0].set_value("OHCHR Sudan euro")
    page.button[0].click().run()
    assert not page.exception and len(page.expander) == 10
    assert any(plain(c.value).startswith("Matched: ") and "OHCHR" in c.value for c in page.caption)
    assert not page.info


@pytest.mark.parametrize("name", ["search", "documents"])
def test_page_without_an_index_is_a_message(name, tmp_path, monkeypatch):
    page = page_of(name, monkeypatch, tmp_path / "leeg")
    if name == "search":
        page.text_input[0].set_value("Soedan")
        page.button[0].click().run()
    assert not page.exception and "rag ingest" in plain(page.error[0].value)


# -- texts ---------------------------------------------------------------------------------------------------


def test_every_text_is_there_in_every_language_with_the_same_fields():
    for key, forms in TEXTS.items():
        assert set(forms) == set(LANGUAGES) and all(forms.values()), key
        assert len({frozenset(re.findall(r"\{\w+\}", f)) for f in forms.values()}) == 1, key
    assert {len(v) for v in EXAMPLES.values()} == {4} and set(EXAMPLES) == set(LANGUAGES)
    assert set(get_args(Kind)) <= set(TEXTS)


def test_every_text_that_a_page_names_exists_and_none_is_left_over():
    used = set(get_args(Kind))
    for file in [ROOT / "app.py", *(ROOT / "rag" / "ui").glob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("text", "_choose"):
                used |= {a.value for a in call.args[:1] if isinstance(a, ast.Constant)}
    assert used == set(TEXTS)


def test_every_speech_act_has_a_colour():
    from rag.ui.source import _COLOURS

    assert set(_COLOURS) == set(get_args(SpeechAct))


@pytest.mark.parametrize(
    "foreign",
    [
        "# kop", "1. lijst", "*vet* _i_ ~~x~~ `code`", "![x](https://evil.example/p.png)",
        "<script>alert(1)</script>", ":smile: :material/home: :red[rood]", "$x^2$",
        "www.evil.example x@evil.example", "&amp;", "| a | b |", "\\*", "-- ->",
    ],
)  # fmt: skip
def test_literal_escapes_every_mark_and_says_the_same(foreign):
    made = literal(foreign)
    assert plain(made) == foreign
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\.", "", made.replace(":small[]", "")))


@pytest.mark.parametrize(
    "seen_later",
    [":smile:", "https://evil.example", "www.evil.example", "a@b.nl", "a -> b", "a -- b", "a >= b"],
)
def test_literal_parts_what_is_looked_for_after_markdown_was_read(seen_later):
    pieces = [plain(p) for p in literal(seen_later).split(":small[]")]
    assert len(pieces) > 1
    assert not any(re.search(r":[\w+-]+:|https?://|www\.|\w@\w|->|--|>=", p) for p in pieces)


def test_highlight_of_a_quotation_over_two_paragraphs_is_closed_in_each():
    made = highlighted("voor ", "een [a]\n\ntwee ", "na")
    assert made == r"voor :orange-background[een \[a\]]" + "\n\n" + ":orange-background[twee] na"


def test_excerpt_keeps_the_span_and_cuts_between_words():
    text = "woord " * 300
    there = excerpt("titel", text, 900, 905, around=100)
    assert there.span == text[900:905]
    assert there.before.startswith("… woord") and there.after.endswith("woord …")
    assert excerpt("titel", "kort", 0, 4).before == excerpt("titel", "kort", 0, 4).after == ""


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("no index in «/srv/a b/vectorstore». Run", "no index in «vectorstore». Run"),
        ("/srv/x/index.json is damaged", "index.json is damaged"),
        (r"C:\data\x.txt", "x.txt"),
        ("~/x/y.txt", "y.txt"),
        ("op http://127.0.0.1:11434/api antwoordt niets", "op http://127.0.0.1:11434/api antwoordt niets"),
        ("en/of, 1/2, seeds/", "en/of, 1/2, seeds/"),
    ],
)
def test_messages_lose_the_folders_of_the_machine(message, left):
    assert without_paths(message) == left


def test_nothing_is_fetched_from_elsewhere_and_nothing_told():
    assert "icon=" not in (ROOT / "app.py").read_text(encoding="utf-8")  # a page's icon comes from Google
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1" and config["server"]["maxUploadSize"] == 20
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_only_the_ui_knows_streamlit():
    for file in (ROOT / "rag").rglob("*.py"):
        if file.parent.name != "ui":
            assert not re.search(
                r"^\s*(?:import|from) streamlit", file.read_text(encoding="utf-8"), re.MULTILINE
            ), file
    assert not re.search(
        r"unsafe_allow_html|st\.html",
        "".join(f.read_text(encoding="utf-8") for f in (ROOT / "rag" / "ui").glob("*.py")),
    )
