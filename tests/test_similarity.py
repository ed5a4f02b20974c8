"""Similarities of a question and sentences: each text embedded once, each sentence given its own."""

import numpy as np
from langchain_core.embeddings import Embeddings

from rag import similarity
from rag.similarity import Similarity


class Counting(Embeddings):
    """Puts the n-th text it knows on the n-th axis, and keeps what it was asked for."""

    def __init__(self):
        self.axes, self.sentences, self.questions = {}, [], []

    def _vector(self, text):
        return np.eye(64, dtype=np.float32)[self.axes.setdefault(text, len(self.axes))].tolist()

    def embed_documents(self, texts):
        self.sentences += texts
        return [self._vector(text) for text in texts]

    def embed_query(self, text):
        self.questions.append(text)
        return self._vector(text)


def test_each_sentence_is_given_its_own_similarity_in_the_order_asked():
    alike = Similarity(Counting())
    assert alike("b", ["a", "b", "c", "b"]) == [0, 1, 0, 1]
    assert alike("c", ["b", "c", "d"]) == [0, 1, 0]
    assert alike("c", []) == []


def test_each_text_is_embedded_once():
    counting = Counting()
    alike = Similarity(counting)
    for sentences in (["a", "b"], ["b", "c", "c"], ["a", "b", "c"]):
        alike("wat?", sentences)
    assert counting.sentences == ["a", "b", "c"]
    assert counting.questions == ["wat?"]


def test_a_question_that_is_expected_is_embedded_before_it_is_compared():
    """And once: what was begun beside the search is what the sentences are compared with."""
    counting = Counting()
    alike = Similarity(counting)
    alike.expect("wat?").result()
    assert counting.questions == ["wat?"]
    assert alike("wat?", ["wat?", "niet"]) == [1, 0]
    assert counting.questions == ["wat?"]


def test_more_sentences_than_are_remembered_are_still_told_apart(monkeypatch):
    monkeypatch.setattr(similarity, "REMEMBERED", 3)
    alike = Similarity(Counting())
    for start in range(6):
        sentences = [str(n) for n in range(start, start + 4)]
        assert alike("4", sentences) == [float(s == "4") for s in sentences]
