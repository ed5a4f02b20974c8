"""Every text of the interface exists in both languages; how the text of others gets on the screen."""

import ast
import re
import tomllib
from typing import get_args

import pytest
from app_driver import ROOT, plain

from rag.types import Kind, RefusalKind, SpeechAct
from rag.ui.markup import literal
from rag.ui.texts import EXAMPLES, LANGUAGES, TEXTS
from rag.wording import REFUSALS

UI = ROOT / "rag" / "ui"


def test_every_text_is_there_in_every_language_with_the_same_fields():
    for key, forms in TEXTS.items():
        assert set(forms) == set(LANGUAGES) and all(forms.values()), key
        assert len({frozenset(re.findall(r"\{\w+\}", f)) for f in forms.values()}) == 1, key
    assert {len(v) for v in EXAMPLES.values()} == {3} and set(EXAMPLES) == set(LANGUAGES)
    assert set(get_args(Kind)) <= set(TEXTS)
    assert set(REFUSALS) == set(get_args(RefusalKind))


def test_every_text_that_a_page_names_exists_and_none_is_left_over():
    named, made = set(get_args(Kind)), set()
    for file in [ROOT / "app.py", *UI.glob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if file.name != "texts.py":
            named |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in TEXTS}
        for call in (
            n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "text"
        ):
            if isinstance(call.args[0], ast.Constant):
                assert call.args[0].value in TEXTS, call.args[0].value
        made |= {
            n.values[0].value
            for n in ast.walk(tree)
            if isinstance(n, ast.JoinedStr) and isinstance(n.values[0], ast.Constant)
        }
    left = {k for k in TEXTS if k not in named and not any(k.startswith(p) for p in made if p.endswith("_"))}
    assert not left


def test_every_speech_act_has_a_colour():
    from rag.ui.source import COLOURS

    assert set(COLOURS) == set(get_args(SpeechAct))


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


def test_literal_lets_no_text_turn_the_words_around_it():
    assert literal("a\u202eb\u2066c\x1bd") == "abcd"
    assert literal("שלום\u2067") == "שלום"


def test_name_written_from_right_to_left_is_kept_apart():
    from rag.export.source import name

    assert name("منظمة حقوق") == "\u2068منظمة حقوق\u2069" and name("Kamer") == "Kamer"
    assert name("a\u202e\u2069b") == "ab"


def test_nothing_is_fetched_from_elsewhere_and_nothing_told():
    assert "page_icon" not in (ROOT / "app.py").read_text(
        encoding="utf-8"
    )  # it comes from a server of Google
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1" and config["server"]["maxUploadSize"] == 20
    assert config["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_only_the_ui_knows_streamlit_and_no_page_composes_html():
    for file in (ROOT / "rag").rglob("*.py"):
        if file.parent.name != "ui":
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(?:import|from) streamlit", text, re.MULTILINE), file
    sources = {f.name: f.read_text(encoding="utf-8") for f in [ROOT / "app.py", *UI.glob("*.py")]}
    assert not any("unsafe_allow" in source for source in sources.values())
    composed = re.findall(r"st\.html\(.*\)", "".join(sources.values()))
    assert composed == [
        "st.html(f\"<style>{part('page.css')}</style>\")"
    ]  # a constant file, nothing of others
    scripts = "".join(f.read_text(encoding="utf-8") for f in (UI / "parts").glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", scripts)
