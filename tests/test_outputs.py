"""Whatever a model says, no citation is inexact and nothing is an exception."""

# -- whatever it says ---------------------------------------------------------------------------------------------

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
        "Aa " * 300, "1" * 1000, "1." * 500,
    ]),
    st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=3),
)  # fmt: skip
STATEMENTS = st.one_of(
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
    st.sampled_from(["{", "[", "null", '{"statements": null}', '{"statements": {}}', "NaN", '{"statements": [', "]" * 50, '{"a":' * 500, "\\", '"\\ud800"', "-", "1e999"]),
)  # fmt: skip


@pytest.fixture(scope="session")
def shown(open_seeds):
    question = understand(ASKED)
    return _within_budget(open_seeds, question, retrieve(open_seeds, question), 4096)


def assert_collected(out, index):
    for citation in out.citations:
        assert index.text(citation.document)[citation.start : citation.end] == citation.quote != ""
    ids = {c.id for c in out.citations}
    for statement in out.statements:
        assert statement.citations
        assert set(statement.citations) <= ids
        assert all(check.passed for check in statement.checks)


@limits(max_examples=400, deadline=None)
@given(st.lists(STATEMENTS, max_size=6))
def test_no_statement_of_a_model_gives_an_inexact_citation_or_an_exception(open_seeds, shown, raw):
    out = _Collector(open_seeds, shown)
    for one in raw:
        out.take(one)
    assert len(out.statements) + out.left_out == len(raw)
    assert_collected(out, open_seeds)


class Stream:
    """A chat model that streams a text in pieces of a size."""

    def __init__(self, text, size):
        self.text, self.size = text, size

    def stream(self, messages):
        from langchain_core.messages import AIMessageChunk

        for i in range(0, len(self.text), self.size):
            yield AIMessageChunk(self.text[i : i + self.size])


@limits(max_examples=250, deadline=None)
@given(OUTPUTS, st.integers(1, 40))
def test_no_output_of_a_model_gives_anything_but_statements_or_a_failure(open_seeds, shown, text, pieces):
    out = _Collector(open_seeds, shown)
    try:
        for raw in _statements(
            Stream(text, len(text) // pieces + 1), [], SimpleNamespace(llm_context=8192, llm_timeout=60)
        ):
            out.take(raw)
    except _FailedError as failure:
        assert str(failure)
    assert_collected(out, open_seeds)


def test_sentence_of_two_spans_is_cited_in_both_or_not_at_all(open_seeds):
    """A footnote in the middle of a sentence divides it: half of it would be another statement."""
    divided = None
    for passage in open_seeds.catalogue.all_passages():
        divided = next((s for s in passage.sentences if len(s.spans) > 1 and s.part == "body"), None)
        if divided:
            break
    text = open_seeds.text(passage.document)
    said = " ".join(" ".join(text[s.start : s.end] for s in divided.spans).split())
    out = _Collector(
        open_seeds, {"s1": SimpleNamespace(sentence=divided, document=passage.document, text=said)}
    )
    statement = out.take({"text": said, "sentences": ["s1", "s1"]})
    assert len(statement.citations) == len(divided.spans)
    assert_collected(out, open_seeds)
