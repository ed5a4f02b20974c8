"""A question and a sentence read together: each pair once, and each with its own log odds."""

import pytest

from rag import answerability
from rag.answerability import Answerability


class Counting:
    """Sure by as much as a sentence is longer than the question; keeps what it read."""

    def __init__(self):
        self.read = []

    def log_odds(self, question, sentence):
        self.read.append((question, sentence))
        return float(len(sentence) - len(question))


def test_a_pair_is_read_once_and_another_question_is_another_pair():
    counting = Counting()
    answers = Answerability(counting)
    for asked, odds in (("wie", 1), ("waar", 0), ("wie", 1)):
        assert answers(asked, "twee") == odds
    assert counting.read == [("wie", "twee"), ("waar", "twee")]


def test_more_pairs_than_are_remembered_are_still_told_apart(monkeypatch):
    monkeypatch.setattr(answerability, "REMEMBERED", 3)
    answers = Answerability(Counting())
    for n in (*range(6), *range(6)):
        assert answers("wie", "x" * n) == n - 3


@pytest.mark.parametrize("state", ["Sudan", "Soedan"])
def test_a_question_is_read_with_states_by_their_dutch_names(state):
    """As in training, and as its similarity is: "Sudan" beside "Soedan" is another word."""
    counting = Counting()
    Answerability(counting)(f"Who leads the mission in {state}?", "x")
    assert counting.read == [("Who leads the mission in Soedan?", "x")]
