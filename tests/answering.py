"""What the tests of a model's answers share: settings with the fake server, and what every answer must keep."""

from __future__ import annotations

import re

from support import settings_for

ASKED = "what did NL commit on the Sudan FFM?"
ASKED_NL = "Hoe steunt Nederland de FFM in Soedan?"


def with_model(settings, ollama, **overrides):
    """Settings of an index with the fake server's model."""
    return settings_for(
        settings.index_dir, **{"llm": "auto", "ollama_url": ollama.url, "llm_timeout": 20.0, **overrides}
    )


def assert_exact(answer, index):
    """The contract's equation, and that every statement rests on citations that are there."""
    ids = [c.id for c in answer.citations]
    assert ids == list(range(1, len(ids) + 1))
    for citation in answer.citations:
        assert index.text(citation.document)[citation.start : citation.end] == citation.quote != ""
    for statement in answer.statements:
        assert statement.citations
        assert set(statement.citations) <= set(ids)


def assert_quotes_mode(answer, index, notice):
    """The answer is the one that needs no model, and says why."""
    assert (answer.mode, answer.model, answer.receipt.llm, answer.receipt.prompt) == (
        "quotes",
        None,
        None,
        None,
    )
    assert answer.status == "answered"
    assert any(re.search(notice, n) for n in answer.notices), answer.notices
    assert "reguliere VN-budget" in " ".join(s.text for s in answer.statements)
    assert_exact(answer, index)


def said(answer):
    """All that an answer's statements say."""
    return " ".join(s.text for s in answer.statements)
