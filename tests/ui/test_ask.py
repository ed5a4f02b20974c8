"""The Ask page on a real index: what a reader sees of an answer, a refusal, a source, a conversation."""

import re

import pytest
from app_driver import (
    AMOUNT,
    ANSWERED,
    HOSTILE,
    REFUSED,
    ROOT,
    ask,
    last_answer,
    marked,
    parts,
    plain,
    press,
    reading,
    run,
    shown,
    unfold_filters,
)

from rag.ingest import ingest
from rag.ui.texts import EXAMPLES, TEXTS

SENTENCE = (
    "De zeppelin [klik](https://evil.example) kost **negen** <img src=x onerror=alert(1)> miljoen :x: euro."
)


def test_empty_page_says_what_can_be_asked_with_examples_in_both_languages(opened):
    session = opened()
    assert TEXTS["start"]["nl"] in shown(session)
    labels = {plain(b.label) for b in session.button}
    assert labels >= set(EXAMPLES["nl"]) and len(labels & set(EXAMPLES["en"])) == 2


def test_example_is_asked_when_its_button_is_pressed(opened):
    session = press(opened(), AMOUNT)
    assert AMOUNT in session.chat_message[0].text[0].value
    assert "2 miljoen euro" in shown(session)


@pytest.mark.parametrize("question", [*EXAMPLES["nl"], *EXAMPLES["en"]])
def test_every_example_has_an_answer(opened, question):
    assert last_answer(ask(opened(), question)).status == "answered"


def test_answer_says_of_every_quotation_whose_it_is_from_when_and_where(opened):
    session = ask(opened(), AMOUNT)
    answer, page = last_answer(session), shown(session)
    assert answer.citations
    for c in answer.citations:
        for said in (f"[{c.id}]", c.title, c.sender, "kabinet – ", "zonder datum", answer.reading(c)):
            assert " ".join(said.split()) in page
        text = (ROOT / "seeds" / c.document).read_bytes().decode()
        assert text[c.start : c.end] == c.quote


def test_date_note_is_in_the_readers_language(opened):
    assert "het citeert een brief van 24 november 2025" in shown(ask(opened(), AMOUNT))


def test_quotation_stands_under_who_binds_whom(opened):
    session = ask(opened(), ANSWERED)
    badges = [m.value for m in session.chat_message[1].markdown if "-badge[" in m.value]
    assert any("kabinet – toezegging" in b for b in badges) and any(
        "kabinet – afwijzing" in b for b in badges
    )


def test_source_opens_at_the_place_with_the_quotation_marked_and_closes(opened):
    session = press(ask(opened(), AMOUNT), "Bron [1]")
    first = last_answer(session).citations[0]
    assert marked(session) == last_answer(session).reading(first)
    assert sum(len(text) for b in reading(session) for text, _ in b["runs"]) > 10_000
    assert {b["kind"] for b in reading(session)} >= {"heading", "body", "footnote"}
    assert f"{first.document}, tekens {first.start}–{first.end}" in shown(session)
    assert not parts(press(session, "Sluit de bron"), "reading")


def test_other_quotations_of_the_document_are_marked_too(opened):
    session = press(ask(opened(), ANSWERED), "Bron [1]")
    others = [last_answer(session).reading(c) for c in last_answer(session).citations[1:]]
    assert all(said in marked(session, "cited") for said in others)


def test_source_of_an_answer_whose_document_changed_is_not_shown_as_the_quotation(
    opened, own_index, tmp_path
):
    session = ask(opened(own_index.index_dir), AMOUNT)
    changed = tmp_path / last_answer(session).citations[0].document
    changed.write_text("Nu staat er iets anders in.", encoding="utf-8")
    ingest([changed], own_index)
    press(session, "Bron [1]")
    assert TEXTS["gone"]["nl"] in shown(session) and not parts(session, "reading")


def test_copied_forms_hold_the_quotation_and_its_source(opened):
    session = ask(opened(), AMOUNT)
    (first, *_), c = parts(session, "copying"), last_answer(session).citations[0]
    article, footnote = (form["text"] for form in first["forms"])
    for form in (article, footnote):
        assert last_answer(session).reading(c) in form and c.title in form and c.sender in form
    assert article != footnote


def test_mode_and_model_are_said_with_every_answer_and_beside_the_question(opened):
    session = ask(ask(opened(), AMOUNT), REFUSED)
    for message in (session.chat_message[1], session.chat_message[3]):
        assert any("citaten, zonder taalmodel" in m.value for m in message.markdown)
    assert "Antwoorden nu: citaten, zonder taalmodel · 5 documenten" in shown(session)


def test_refusal_says_its_kind_what_is_missing_and_what_comes_nearest(opened):
    session = ask(opened(), REFUSED)
    page = shown(session)
    assert "geen antwoord – staat niet in deze documenten" in page and "Komt nergens voor: " in page
    assert "Suriname" in page and not session.error
    near = [b for b in session.button if b.key and b.key.startswith("near_")]
    assert len(near) == 5
    near[0].click()
    assert marked(run(session))


def test_follow_up_is_answered_from_the_question_before_it(opened):
    session = ask(ask(opened(), "Hoeveel euro gaat naar het OHCHR in Soedan?"), "En wat kost dat?")
    assert "2 miljoen euro" in "\n".join(t.value for t in session.chat_message[3].text)


def test_filters_leave_nothing_else_and_are_said_with_the_answer_also_once_they_are_folded(opened):
    session = unfold_filters(opened())
    session.multiselect(key="only_role").set_value(["civil_society"])
    session.date_input(key="only_since").set_value("2026-01-01")
    run(session)
    unfold_filters(session, False)
    assert not session.multiselect
    ask(session, "Wat wordt gevraagd over conflictgerelateerd seksueel geweld?")
    assert {c.role for c in last_answer(session).citations} == {"civil_society"}
    assert {c.date for c in last_answer(session).citations} == {"2026-05-26"}
    assert "Beperkt tot: maatschappelijke organisatie; vanaf 1 januari 2026" in shown(session)
    assert unfold_filters(session).multiselect(key="only_role").value == ["civil_society"]


def test_period_that_ends_before_it_begins_narrows_nothing_and_says_so(opened):
    session = unfold_filters(opened())
    session.date_input(key="only_since").set_value("2026-01-01")
    session.date_input(key="only_until").set_value("2020-01-01")
    run(session)
    assert TEXTS["period_turned"]["nl"] in shown(session)
    assert last_answer(ask(session, AMOUNT)).status == "answered"


def test_prose_of_a_model_stands_above_the_quotations_that_carry_it(opened, ollama, monkeypatch):
    session = opened()
    monkeypatch.setenv("RAG_LLM", "auto")
    monkeypatch.setenv("RAG_OLLAMA_URL", ollama.url)
    ask(session, AMOUNT)
    answer = last_answer(session)
    assert answer.mode == "llm" and f"geschreven door {answer.model}" in shown(session)
    texts = [t.value for t in session.chat_message[1].text]
    for statement in answer.statements:
        assert any(t.startswith(statement.text) for t in texts)
        for c in answer.cited(statement):
            assert any(t.startswith("“") and t.endswith(f"[{c.id}]") for t in texts)


def test_every_answer_can_be_saved_in_every_format(opened):
    session = ask(opened(), AMOUNT)
    assert not session.get("download_button")  # made only where a reader wants them
    for popover in ("export_0", "receipt_0"):
        session.session_state[popover] = True
    run(session)
    assert [b.label for b in session.get("download_button")] == ["Word", "Markdown", "HTML"]
    assert last_answer(session).receipt.index in shown(session)


# -- traps ---------------------------------------------------------------------------------------------------


def test_document_of_markup_and_script_is_shown_as_text(opened, own_index, tmp_path):
    folder = tmp_path / "stukken"
    folder.mkdir()
    (folder / "opmaak.txt").write_text(f"De inzet\n\n{SENTENCE}\n", encoding="utf-8")
    (folder / "manifest.toml").write_text(
        f"['opmaak.txt']\ntitle = '{HOSTILE}'\nsender = '{HOSTILE}'\nrole = 'government'\n", encoding="utf-8"
    )
    ingest([folder], own_index)
    session = press(ask(opened(own_index.index_dir), "Hoeveel miljoen euro kost de zeppelin?"), "Bron [1]")
    assert any(SENTENCE in t.value for t in session.text) and marked(session) == SENTENCE
    assert HOSTILE in shown(session)
    for element in (*session.markdown, *session.caption, *session.info, *session.warning):
        assert not getattr(element.proto, "allow_html", False)
        rest = re.sub(r"\\.", "", element.value)
        assert not re.search(r"<|!\[|\]\(|\*\*[Vn]e|:x:", rest), element.value


def test_question_of_markup_is_shown_as_text_and_names_the_conversation_as_text(opened):
    session = ask(opened(), "**Wat** ![x](https://evil.example/p.png) <b>Suriname</b>?")
    assert session.chat_message[0].text[0].value.startswith("**Wat** ![x]")
    for e in (*session.markdown, *session.info, *session.header):
        assert not re.search(r"<b>|!\[", re.sub(r"\\.", "", e.value))


def test_missing_index_is_a_message_in_the_readers_language_without_a_path(opened, tmp_path):
    session = opened(tmp_path / "leeg")
    message = plain(session.error[0].value)
    assert message == "Er is geen index in «leeg». Draai eerst `rag ingest`."


def test_damaged_index_is_a_message_and_no_path(opened, own_index):
    (own_index.index_dir / "index.json").write_text("{", encoding="utf-8")
    message = plain(opened(own_index.index_dir).error[0].value)
    assert "beschadigd" in message and str(own_index.index_dir.parent) not in message


def test_oversized_question_is_a_message_and_the_conversation_goes_on(opened):
    session = ask(opened(), "waarom " * 400)
    assert "2,000 is het meeste" in plain(session.error[0].value)
    assert "2 miljoen euro" in shown(ask(session, AMOUNT))


def test_sessions_do_not_see_each_other(opened):
    one, other = opened(), opened()
    ask(one, AMOUNT)
    run(other)
    assert AMOUNT in shown(one) and not other.chat_message
    ask(other, REFUSED)
    assert REFUSED not in shown(run(one))


def test_new_conversation_forgets(opened):
    session = ask(opened(), AMOUNT)
    session.session_state["talk"] = type(session.session_state["talk"])()
    assert not run(session).chat_message and TEXTS["start"]["nl"] in shown(session)


def test_switch_of_language_changes_the_interface_and_keeps_conversation_and_filter(opened):
    session = unfold_filters(opened())
    session.multiselect(key="only_role").set_value(["government"])
    ask(run(session), AMOUNT)
    session.radio(key="language").set_value("en")
    unfold_filters(run(session))
    assert session.multiselect(key="only_role").label == TEXTS["role"]["en"]
    assert session.multiselect(key="only_role").value == ["government"]
    assert AMOUNT in shown(session) and "cabinet – " in shown(session) and "kabinet – " not in shown(session)


# -- what is kept --------------------------------------------------------------------------------------------


def test_conversation_is_found_again_by_its_link_and_in_the_list(opened):
    session = ask(ask(opened(owner="me"), AMOUNT), REFUSED)
    identity = session.session_state["talk"].id
    again = opened(owner="me", c=identity)
    assert again.chat_message[0].text[0].value == AMOUNT and "2 miljoen euro" in shown(again)
    assert [plain(link.label) for link in again.get("page_link")] == [AMOUNT]
    assert press(again, "Bron [1]") and marked(again)


def test_conversation_of_another_is_not_there_until_it_is_shared_and_asking_copies_it(opened):
    session = ask(opened(owner="me"), AMOUNT)
    identity = session.session_state["talk"].id
    assert TEXTS["no_conversation"]["nl"] in shown(opened(owner="you", c=identity))
    session.toggle[0].set_value(True)
    run(session)
    reader = opened(owner="you", c=identity)
    assert TEXTS["others"]["nl"] in shown(reader) and AMOUNT in shown(reader) and not reader.toggle
    ask(reader, REFUSED)
    assert reader.session_state["talk"].id != identity and reader.session_state["talk"].mine
    assert REFUSED not in shown(opened(owner="me", c=identity))


def test_conversation_is_renamed_and_removed(opened):
    session = ask(opened(owner="me"), AMOUNT)
    identity = session.session_state["talk"].id
    session.text_input(key=f"name_{identity}").set_value("OHCHR Soedan")
    press(session, "Hernoem")
    assert "OHCHR Soedan" in shown(opened(owner="me", c=identity))
    press(session, "Verwijder dit gesprek")
    assert TEXTS["no_conversation"]["nl"] in shown(opened(owner="me", c=identity))


def test_without_an_owner_nothing_is_written(opened, tmp_path):
    ask(opened(), AMOUNT)
    assert not (tmp_path / "conversations").exists()


def test_folder_that_cannot_be_written_does_not_stop_the_conversation(opened, tmp_path):
    (tmp_path / "conversations").write_text("a file where a folder should be", encoding="utf-8")
    session = ask(opened(owner="me"), AMOUNT)
    assert "2 miljoen euro" in shown(session) and "RAG_CONVERSATIONS_DIR" in shown(session)


def test_chosen_language_is_remembered(opened):
    session = opened(owner="me")
    session.radio(key="language").set_value("en")
    run(session)
    assert TEXTS["start"]["en"] in shown(opened(owner="me")) and TEXTS["start"]["nl"] in shown(
        opened(owner="you")
    )


def test_verdict_and_remark_are_kept_with_the_answer(opened, own_index):
    from rag import feedback

    session = ask(opened(own_index.index_dir), AMOUNT)
    session.feedback[0].set_value(0)
    run(session)
    session.text_area[0].set_value("Het bedrag klopt niet.")
    press(session, "Bewaar opmerking")
    kept = feedback.read(own_index)
    assert [(k.verdict, k.comment) for k in kept] == [("down", ""), ("down", "Het bedrag klopt niet.")]
    assert kept[0].answer["question"] == AMOUNT
