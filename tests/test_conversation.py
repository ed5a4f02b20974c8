"""A follow-up becomes a question of its own; a question that stands alone stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.assistant import Assistant
from rag.conversation import completed, leans
from rag.question import MAX_CHARACTERS, understand

FIRST = "what did NL commit on the Sudan FFM?"
EERST = "Wat deed Nederland in 2024 in Mali?"


@pytest.mark.parametrize(
    "text",
    [
        "and in Uganda?",
        "What about Uganda?",
        "en voor Oeganda?",
        "Hoe zit het met Oeganda?",
        "Who decided that?",
        "Wie besloot dat?",
        "Waarom?",
        "And how much?",
    ],
)
def test_follow_up_leans(text):
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        EERST,
        "Which demands does WO=MEN make on funding for women's networks in Mali?",
        "Wat vroeg het lid Ploumen aan minister Kaag over de Rohingya in Myanmar?",
    ],
)
def test_whole_question_does_not_lean(text):
    assert not leans(text)
    assert completed(text, [FIRST, EERST]) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            pytest.param(
                t,
            )
            for t in ("How much money?", "Hoeveel geld?")
        ),
        "Since when?",
    ],
)
def test_bare_question_word_leans_too(text):
    assert leans(text)


def test_without_history_nothing_changes():
    assert completed("and in Uganda?", []) == "and in Uganda?"


def test_place_and_year_of_the_follow_up_take_the_place_of_the_earlier_ones():
    assert "Mali" not in completed("en in Oeganda?", [EERST])
    assert "Oeganda" in completed("en in Oeganda?", [EERST])
    assert "2024" not in completed("en in 2025?", [EERST])
    years = understand(completed("en in 2025?", [EERST])).years
    assert years == (2025,)


def test_rest_of_the_earlier_question_is_kept():
    whole = completed("and in Uganda?", [FIRST])
    assert "FFM" in whole
    assert "commit" in whole
    assert "Sudan" not in whole


def test_follow_up_to_a_follow_up_reaches_the_first_question():
    whole = completed("en in 2025?", [EERST, "en in Oeganda?"])
    assert "Oeganda" in whole
    assert "2025" in whole
    assert "Mali" not in whole
    assert "Nederland" in whole


def test_question_that_stood_alone_in_between_ends_the_thread():
    between = "Wat vroeg het lid Ploumen aan minister Kaag over de Rohingya in Myanmar?"
    assert "FFM" not in completed("en in 2025?", [FIRST, between])


def test_place_inside_another_word_is_not_replaced():
    whole = completed("en in Oeganda?", ["Wat deed Nederland voor Malinese vrouwen in Mali?"])
    assert "Malinese" in whole


def test_backslash_in_a_question_is_only_text():
    assert "\\1" in completed(r"en in \1 Oeganda?", [EERST])


def test_long_first_question_leaves_room_for_a_follow_up():
    """Each is short enough by itself; together they may not be an error."""
    long = ("Wat deed Nederland in Mali aan " + "vrede en veiligheid van vrouwen en meisjes en " * 60)[
        : MAX_CHARACTERS - 10
    ] + "?"
    assert len(completed("En wat doet het daar in 2025 aan scholing?", [long])) <= MAX_CHARACTERS


def test_long_conversation_of_follow_ups_can_go_on():
    history = [EERST, *("en wat betekent dat daar dan voor de vrouwen?" for _ in range(60))]
    assert len(completed("en in 2025?", history)) <= MAX_CHARACTERS


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60), st.sampled_from([FIRST, EERST, "en in Oeganda?", "dat?"]))
def test_no_follow_up_is_an_exception(text, earlier):
    if not any(c.isalnum() or c == "_" for c in text):
        return  # an empty question is refused before
    assert completed(text, [earlier])


def test_assistant_answers_a_follow_up_with_the_earlier_question_in_mind(seed_index):
    answer = Assistant(seed_index).ask("And the UN budget for it?", history=[(FIRST, "…")])
    assert "reguliere VN-budget" in " ".join(s.text for s in answer.statements)
