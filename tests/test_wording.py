"""Everything that is said is said in both languages, with the same holes to fill."""

import string
from typing import get_args

import pytest

from rag import wording
from rag.refusal import judge
from rag.types import Language, RefusalKind, Role, SpeechAct

LANGUAGES = get_args(Language)
ROLES = (*get_args(Role), None)


def holes(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("key", sorted(wording.TEXTS))
def test_text_is_complete_in_both_languages(key):
    texts = wording.TEXTS[key]
    assert set(texts) == set(LANGUAGES)
    assert all(t.strip() == t != "" for t in texts.values())
    assert holes(texts["nl"]) == holes(texts["en"])
    assert texts["nl"] != texts["en"]
    filled = wording.say(key, "nl", **dict.fromkeys(holes(texts["nl"]), "WAARDE"))
    assert filled.count("WAARDE") == len(holes(texts["nl"]))


def test_every_kind_of_refusal_has_words():
    assert set(get_args(RefusalKind)) <= set(wording.TEXTS)
    assert judge.__module__ == "rag.refusal"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_everyone_has_a_label_and_an_introduction(language):
    acts = get_args(SpeechAct)
    labels = {(r, a): wording.label(r, a, language) for r in ROLES for a in acts}
    assert len(set(labels.values())) == len(labels)
    for role in ROLES:
        for act in acts:
            line = wording.introduction("Afzender", role, act, "Titel", "2024-05-01", language)
            assert "«Titel»" in line
            assert "Afzender" in line
            assert "2024-05-01" in line
            assert "None" not in wording.introduction(None, role, act, "Titel", None, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_demand_and_commitment_are_never_called_the_same(language):
    said = {
        a: wording.introduction("X", "government", a, "T", None, language)
        for a in ("commitment", "demand", "request", "question", "report", "decline")
    }
    assert len(set(said.values())) == len(said)
    word = {"nl": "oezegging", "en": "commit"}[language]
    assert [a for a, line in said.items() if word in line] == ["commitment"]


def test_value_with_braces_is_not_read_as_a_hole():
    assert "{model}" in wording.say("why_failed", "en", reason="{model}")
