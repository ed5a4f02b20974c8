"""Conversations that are kept: nobody sees another's, nothing is lost between two tabs, old ones are forgotten."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest

from rag.assistant import Assistant
from rag.errors import StoreError
from rag.ui.store import FILE, Exchange, Store, store


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "gesprekken", 90)


def backdate(kept, days):
    with sqlite3.connect(kept.folder / FILE) as db:
        db.execute(
            "UPDATE conversations SET changed = ?", ((datetime.now(UTC) - timedelta(days=days)).isoformat(),)
        )


def test_answer_comes_back_as_it_was(kept, seed_index):
    answer = Assistant(seed_index).ask("What did NL commit on the Sudan FFM?")
    exchange = Exchange("Vraag?", answer, "", ("kabinet",), "2026-11-21T10:00:00+00:00")
    identity = kept.begin("me", "Vraag?", [exchange, Exchange("En nu?", error="Er ging iets mis.")])
    assert kept.load(identity, "me").exchanges == (exchange, Exchange("En nu?", error="Er ging iets mis."))


def test_nobody_but_the_owner_reads_or_changes_a_conversation(kept):
    identity = kept.begin("me", "Mijn vraag", [Exchange("a")])
    for other in ("you", "", None):
        assert kept.load(identity, other) is None
    kept.rename(identity, "you", "Gekaapt")
    kept.share(identity, "you", True)
    kept.remove(identity, "you")
    assert not kept.append(identity, "you", Exchange("b")) and kept.listed("you") == []
    assert kept.load(identity, "me").name == "Mijn vraag" and kept.load(identity, "you") is None


def test_shared_conversation_is_read_by_its_link_and_not_listed_and_no_longer_when_that_ends(kept):
    identity = kept.begin("me", "Mijn vraag", [Exchange("a")])
    kept.share(identity, "me", True)
    assert (
        kept.load(identity, "you").exchanges
        and not kept.load(identity, "you").mine
        and kept.listed("you") == []
    )
    kept.share(identity, "me", False)
    assert kept.load(identity, "you") is None


def test_links_cannot_be_guessed(kept):
    identities = {kept.begin("me", "x", []) for _ in range(50)}
    assert len(identities) == 50 and all(len(i) >= 22 for i in identities)


def test_two_tabs_add_to_one_conversation_and_lose_nothing(kept):
    identity = kept.begin("me", "x", [])
    threads = [
        threading.Thread(target=kept.append, args=(identity, "me", Exchange(f"{n}"))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {x.question for x in kept.load(identity, "me").exchanges} == {str(n) for n in range(20)}


def test_what_was_removed_elsewhere_is_not_added_to(kept):
    identity = kept.begin("me", "x", [Exchange("a")])
    kept.remove(identity, "me")
    assert not kept.append(identity, "me", Exchange("b"))
    with sqlite3.connect(kept.folder / FILE) as db:
        assert db.execute("SELECT COUNT(*) FROM exchanges").fetchone() == (0,)


def test_old_conversations_are_forgotten_when_a_new_one_begins(kept):
    old = kept.begin("me", "oud", [Exchange("a")])
    backdate(kept, 89)
    kept.begin("me", "nieuw", [])
    assert kept.load(old, "me")
    backdate(kept, 91)
    kept.begin("me", "nieuwer", [])
    assert kept.load(old, "me") is None and [x.name for x in kept.listed("me")] == ["nieuwer"]


def test_last_one_added_to_is_listed_first(kept):
    first, second = kept.begin("me", "een", []), kept.begin("me", "twee", [])
    kept.append(first, "me", Exchange("a"))
    assert [x.id for x in kept.listed("me")] == [first, second]
    assert len(kept.listed("me", most=1)) == 1


def test_exchange_of_another_version_is_left_out_and_the_rest_is_read(kept):
    identity = kept.begin("me", "x", [Exchange("a"), Exchange("b")])
    with sqlite3.connect(kept.folder / FILE) as db:
        db.execute('UPDATE exchanges SET data = \'{"question": 7, "answer": {}}\' WHERE at = 1')
    assert [x.question for x in kept.load(identity, "me").exchanges] == ["b"]


def test_file_is_its_owners_alone(kept):
    kept.begin("me", "x", [])
    assert stat.S_IMODE((kept.folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


def test_name_is_one_line_of_bounded_length_and_an_empty_one_changes_nothing(kept):
    identity = kept.begin("me", "een\n lange " + "x" * 500, [])
    assert "\n" not in kept.load(identity, "me").name and len(kept.load(identity, "me").name) == 120
    before = kept.load(identity, "me").name
    kept.rename(identity, "me", "  ")
    assert kept.load(identity, "me").name == before


def test_language_is_remembered_for_its_owner(kept):
    assert kept.language("me") is None
    kept.remember_language("me", "en")
    assert kept.language("me") == "en" and kept.language("you") is None


def test_folder_that_cannot_be_used_is_an_error_that_names_the_setting(tmp_path):
    (tmp_path / "vol").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="RAG_CONVERSATIONS_DIR"):
        Store(tmp_path / "vol", 90).begin("me", "x", [])
    damaged = Store(tmp_path / "kapot", 90)
    damaged.begin("me", "x", [])
    (damaged.folder / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="RAG_CONVERSATIONS_DIR"):
        damaged.listed("me")


def test_zero_days_keeps_nothing(seed_index):
    assert store(seed_index.model_copy(update={"conversation_days": 0})) is None
