"""Whatever a model says, no citation is inexact and nothing is an exception.

CI tries some of the outputs below; `KAMERBRON_OUTPUTS=10000 pytest tests/test_outputs.py` tries ten thousand of each kind.
"""

import json
import os
from types import SimpleNamespace

import pytest
from answering import ASKED, with_model
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk

from rag.models import chat
from rag.models.llm import ChatModel, Unavailable
from rag.prose.generate import Collector, Writer
from rag.prose.shown import show
from rag.question import understand
from rag.retrieve import retrieve


def outputs(usual):
    """So many examples, or those of the environment."""
    return limits(
        max_examples=int(os.environ.get("KAMERBRON_OUTPUTS", usual)),
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
            HealthCheck.data_too_large,
        ],
    )


IDS = st.one_of(
    st.sampled_from(["s1", "s2", "s3", "s4", "s5", "s9", "s999", "S1", "s01", "", "s1 ", "0", "../s1"]),
    st.integers(),
    st.none(),
    st.text(max_size=5),
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.sampled_from([
        "", " ", "Nederland steunt de FFM.", "De minister zal 2 miljoen euro geven.", "<script>alert(1)</script>", "**vet** [x](http://a.b)",
        "5 aprıl 2020", "١٢٣ miljoen", "²", "1.234,567,8%", "36 600 XVII-55", "\ud800", "\x00", "x" * 4000, "A " * 900, "n't", "€" * 50, "½ miljoen",
        "Aa " * 300, "1" * 1000, "1." * 500, "The Netherlands supports the FFM.", "The cabinet will not decide.", '"; “x” «y»', "vijfentwintighonderd acht",
        "[![a](b)](c)", "a.b" * 300, "<" * 900, "[" * 900, "(" * 900, "zegt " + "een " * 280, "\u202e\u2066x", "é" * 700, "één miljoen", "e\u0301e\u0301n",
    ]),
    st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=3),
)  # fmt: skip
DUTCH = [
    "Nederland steunt de FFM indirect via de organisatie Justice Rapid Response met expertise op het thema gender.",
    "Ook steunt Nederland het landenkantoor van de Hoge Commissaris voor de Mensenrechten (OHCHR) in Soedan met 2 miljoen euro.",
    "The Netherlands supports the FFM indirectly through Justice Rapid Response.",
    "It is not possible for individual UN member states to support the FFM directly.",
]
NEAR = st.builds(
    lambda text, at, piece, drop: text[:at] + piece + text[at + drop :],
    st.sampled_from(DUTCH), st.integers(0, 110), st.one_of(TEXTS.filter(lambda t: isinstance(t, str)), st.just("")), st.integers(0, 20),
)  # fmt: skip
KNOWN = st.lists(st.sampled_from([f"s{n}" for n in range(1, 12)]), min_size=1, max_size=3)
STATEMENTS = st.one_of(
    st.fixed_dictionaries({"text": NEAR, "sentences": KNOWN}),
    st.fixed_dictionaries(
        {"text": st.sampled_from(DUTCH), "sentences": st.one_of(KNOWN, st.lists(IDS, max_size=6))}
    ),
    st.fixed_dictionaries({"text": TEXTS, "sentences": st.one_of(st.lists(IDS, max_size=6), IDS)}),
    st.dictionaries(st.sampled_from(["text", "sentences", "x"]), TEXTS, max_size=3),
    TEXTS,
    st.lists(IDS, max_size=3),
)
OUTPUTS = st.one_of(
    st.text(max_size=300),
    st.builds(lambda items: json.dumps({"statements": items}), st.lists(STATEMENTS, max_size=5)),
    st.builds(lambda items, cut: json.dumps({"statements": items})[:cut], st.lists(STATEMENTS, max_size=4), st.integers(0, 400)),
    st.builds(lambda a, b: json.dumps({"statements": a}) + json.dumps({"statements": b}), st.lists(STATEMENTS, max_size=2), st.lists(STATEMENTS, max_size=2)),
    st.builds(lambda items, fence: fence + json.dumps({"statements": items}) + "\n```", st.lists(STATEMENTS, max_size=3), st.sampled_from(["```json\n", "```\n", "``` "])),
    st.sampled_from(["{", "[", "null", '{"statements": null}', '{"statements": {}}', "NaN", '{"statements": [', "]" * 50, '{"a":' * 500, "\\", '"\\ud800"', "-", "1e999"]),
    st.sampled_from(["x" * 1_000_000, '{"statements": [' + '{"text": "A", "sentences": ["s1"]},' * 30_000, "[" * 1_000_000, '{"statements": [{"text": "' + "y" * 1_000_000]),
)  # fmt: skip


@pytest.fixture(scope="session")
def found(open_seeds):
    return retrieve(open_seeds, understand(ASKED)).passages


@pytest.fixture(scope="session")
def shown(open_seeds, found):
    return show(open_seeds, understand(ASKED), found, 4096)


def assert_collected(out, index, unchecked=False):
    for citation in out.citations:
        assert index.text(citation.document)[citation.start : citation.end] == citation.quote != ""
    ids = [c.id for c in out.citations]
    assert ids == list(range(1, len(ids) + 1))
    for statement in out.statements:
        assert statement.citations
        assert set(statement.citations) <= set(ids)
        assert unchecked or all(check.passed for check in statement.checks)
        assert statement.text.encode("utf-8")
        assert not {"\x00", "\x1b", "\u202e", "\ud800"} & set(statement.text)
        json.dumps([check.detail for check in statement.checks], ensure_ascii=False).encode("utf-8")


@outputs(800)
@given(st.lists(STATEMENTS, max_size=6), st.booleans(), st.sampled_from(["nl", "en"]))
def test_no_statement_of_a_model_gives_an_inexact_citation_or_an_exception(
    open_seeds, shown, raw, unchecked, language
):
    out = Collector(open_seeds, shown, language, unchecked=unchecked)
    for one in raw:
        out.take(one)
    assert len(out.statements) + out.left_out == len(raw)
    assert_collected(out, open_seeds, unchecked)


class Stream:
    """A chat model that streams a text in pieces of a size."""

    def __init__(self, text, size):
        self.text, self.size = text, size

    def stream(self, messages):
        for i in range(0, len(self.text), self.size):
            yield AIMessageChunk(self.text[i : i + self.size])


@outputs(800)
@given(OUTPUTS, st.integers(1, 40), st.booleans())
def test_no_output_of_a_model_gives_anything_but_an_answer_or_why_there_is_none(
    open_seeds, seed_index, ollama, found, monkeypatch, text, pieces, unchecked
):
    """The whole way of a model's answer, but for HTTP: read in another thread, cut into statements, checked, cited."""
    monkeypatch.setattr(chat, "_set_up", lambda *_: Stream(text, len(text) // pieces + 1))
    writer = Writer(ChatModel("ollama", "x"), with_model(seed_index, ollama), open_seeds, unchecked=unchecked)
    written = writer.write(understand(ASKED), found)
    if isinstance(written, Unavailable):
        assert written.why("nl") != written.why("en") != ""
    else:
        assert_collected(written, open_seeds, unchecked)


def test_sentence_of_two_spans_is_cited_in_both_or_not_at_all(open_seeds):
    """A footnote in the middle of a sentence divides it: half of it would be another statement."""
    divided = None
    for passage in open_seeds.catalogue.all_passages():
        divided = next((s for s in passage.sentences if len(s.spans) > 1 and s.part == "body"), None)
        if divided:
            break
    text = open_seeds.text(passage.document)
    said = " ".join(" ".join(text[s.start : s.end] for s in divided.spans).split())
    out = Collector(
        open_seeds, {"s1": SimpleNamespace(sentence=divided, document=passage.document, text=said)}, "nl"
    )
    statement = out.take({"text": said, "sentences": ["s1", "s1"]})
    assert len(statement.citations) == len(divided.spans)
    assert_collected(out, open_seeds)
