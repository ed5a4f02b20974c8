"""Gold questions and answers for the tests of the evaluation, over one short document."""

from __future__ import annotations

from eval.gold import Gold
from eval.sample import Corpus, Sample

FIRST = "De minister zal in 2026 een missie naar Soedan sturen."
SECOND = "WO=MEN eist dat Nederland 2 miljoen euro betaalt."
THIRD = "Het weer in Den Haag was goed."
TEXT = f"{FIRST} {SECOND} {THIRD} " + "Vulling. " * 400
NAME = "brief.txt"
CORPUS = Corpus((NAME,), {NAME: TEXT}.__getitem__)


def gold(**changes) -> Gold:
    given = {
        "id": "g1", "lang": "nl", "kind": "fact", "question": "Gaat er een missie?", "documents": ("brief",),
        "evidence": (FIRST,), "facts": (), "history": (), "split": "dev", "act": None, "role": None, "pair": "",
    }  # fmt: skip
    given |= changes
    given["pair"] = given["pair"] or given["id"]
    return Gold(**given)


def unanswerable(**changes) -> Gold:
    return gold(**{"kind": "unanswerable", "documents": (), "evidence": (), **changes})


def citation(quote: str, number: int = 1, role="government", act="commitment", shift=0) -> dict:
    start = TEXT.index(quote) + shift
    return {
        "id": number, "document": NAME, "title": "Brief", "sender": None, "role": role, "speech_act": act, "date": None,
        "date_note": None, "dossier": [], "page": None, "start": start, "end": start + len(quote), "quote": quote, "url": None,
    }  # fmt: skip


def passage(start: int, end: int, rank: int = 1) -> dict:
    return {"document": NAME, "start": start, "end": end, "score": 1.0, "rank": rank}


def answer(*citations: dict, passages=(), **changes) -> dict:
    statements = [{"text": c["quote"], "citations": [c["id"]], "checks": []} for c in citations]
    given = {
        "question": "Gaat er een missie?", "question_language": "nl", "mode": "quotes", "model": None,
        "status": "answered" if citations else "refused",
        "refusal": None if citations else {"kind": "not_in_corpus", "message": "Dat staat niet in deze documenten.", "missing_terms": []},
        "statements": statements, "citations": list(citations), "passages": list(passages),
        "receipt": {"index": "i", "embedding_model": "m", "llm": None, "prompt": None, "version": "0"},
    }  # fmt: skip
    return given | changes


def sample(question: Gold, given: dict) -> Sample:
    return Sample(question, given, CORPUS)


def line(identity: str, given: dict, milliseconds: float = 10.0) -> dict:
    return {"id": identity, "answer": given, "latency_ms": {"retrieve": milliseconds, "answer": 1.0}}
