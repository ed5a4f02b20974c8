"""Statements -> citations that cannot be wrong, and what was checked of each statement. Pure.

A citation is made of a span and nothing else: the quotation is cut out of the document's text here, by code. A
citation that does not fit its document is not made, and nothing takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.analyze import lemma, normal, stopwords
from rag.quantities import find_quantities
from rag.sentences import joined
from rag.types import Check, Citation, Description, Sentence, Span


def fold(text: str) -> str:
    """White space folded, nothing else changed."""
    return " ".join(text.split())


def cite(
    identity: int, document: str, text: str, span: Span, sentence: Sentence, description: Description
) -> Citation | None:
    """The citation of one span, or None where the span does not lie in the text."""
    if not 0 <= span.start < span.end <= len(text):
        return None
    return Citation(
        id=identity,
        document=document,
        title=description.title,
        sender=sentence.speaker or description.sender,
        role=sentence.role,
        speech_act=sentence.act,
        date=description.date,
        date_note=description.date_note,
        dossier=description.dossier,
        page=None,
        start=span.start,
        end=span.end,
        quote=text[span.start : span.end],
        url=description.url,
    )


def exact(citation: Citation, text_of: Callable[[str], str]) -> bool:
    """The equation of the contract: the slice of the document is the quotation."""
    return text_of(citation.document)[citation.start : citation.end] == citation.quote


# -- what a statement says against what it cites ------------------------------------------------------------------

_NEGATION = re.compile(
    r"\b(?:niet|geen|nooit|noch|zonder|nee|onmogelijk|not|no|never|nor|without|cannot|n't|impossible)\b|n['’]t\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:zal|zullen|zegt? toe|toegezegd|belooft|beloofd|verplicht zich|heeft besloten|will|shall|promised?|pledged?|commits?|committed|has decided|guarantees?)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:overwe(?:eg|egt|gen)|bereid|kan|kunnen|zou|zouden|hoopt|streeft|verwacht|mogelijk|beziet|onderzoekt|moet|dient|roep\w*|pleit\w*|verzoek\w*|vraagt)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+(?:\s+(?:van|de|der|den|of|the)?\s*[A-Z][\w’'-]+)*")


def check_statement(text: str, sentences: Sequence[Sentence], quotes: Sequence[str]) -> tuple[Check, ...]:
    """Compare a written statement with the sentences it cites; every check says what it found."""
    cited = joined(" ".join(quotes))
    return (
        _numbers(text, cited),
        _names(text, cited, sentences),
        _negation(text, cited),
        _modality(text, sentences, cited),
    )


def _numbers(text: str, cited: str) -> Check:
    there = {key for q in find_quantities(cited) for key in _forms(q.key)}
    missing = [text[q.start : q.end].strip() for q in find_quantities(text) if q.key not in there]
    return Check("numbers", not missing, "not in the cited text: " + ", ".join(missing) if missing else "")


def _forms(key: str) -> list[str]:
    """A date's month and year stand in the text that states the day; a percentage's number does too."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", key):
        return [key, key[:7], key[:4]]
    if re.fullmatch(r"\d{4}-\d\d", key):
        return [key, key[:4]]
    return [key, key.rstrip("%"), key.split("-", maxsplit=1)[0]]


def _names(text: str, cited: str, sentences: Sequence[Sentence]) -> Check:
    from rag.glossary import glossary  # noqa: PLC0415 - the glossary is read only where prose is checked

    there = {lemma(normal(w)) for w in re.findall(r"[\w’'-]+", cited)}
    there |= {lemma(normal(w)) for s in sentences for w in re.findall(r"[\w’'-]+", s.speaker or "")}
    known = {
        "nederland",
        "netherlands",
        "dutch",
        "nederlands",
        "kabinet",
        "cabinet",
        "kamer",
        "house",
        "minister",
    }
    missing = []
    for match in _NAME.finditer(text):
        for word in match[0].split():
            folded = normal(word)
            if (
                folded in known
                or folded in stopwords()["nl"] | stopwords()["en"]
                or lemma(folded) in there
                or folded in there
            ):
                continue
            forms = [f for m in glossary().match([word], "en") for f, _ in m.forms]
            translated = {lemma(normal(w)) for f in forms for w in f.split()}
            if not translated & there:
                missing.append(word)
    return Check("names", not missing, "not in the cited text: " + ", ".join(missing) if missing else "")


def _negation(text: str, cited: str) -> Check:
    said, there = bool(_NEGATION.search(text)), bool(_NEGATION.search(cited))
    detail = (
        ""
        if said == there
        else "the statement denies, the cited text does not"
        if said
        else "the cited text denies, the statement does not"
    )
    return Check("negation", said == there, detail)


def _modality(text: str, sentences: Sequence[Sentence], cited: str) -> Check:
    """A promise in the statement needs a promise in the text: "overweegt" is not "zal", a demand not a commitment."""
    if not _PROMISE.search(text):
        return Check("modality", True)
    if any(s.act == "commitment" for s in sentences) and not (
        _WEAK.search(cited) and not _PROMISE.search(cited)
    ):
        return Check("modality", True)
    return Check("modality", False, "the statement promises, the cited text does not")
