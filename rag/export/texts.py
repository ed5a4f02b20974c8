"""What exports and copied quotations say themselves, in Dutch and English."""

from __future__ import annotations

from rag.types import Language

TEXTS: dict[str, dict[Language, str]] = {
    "by_quotes": {
        "nl": "Letterlijke citaten, gekozen zonder taalmodel.",
        "en": "Verbatim quotations, chosen without a language model.",
    },
    "by_model": {
        "nl": "Geschreven door {model}; elk citaat is door code gekopieerd.",
        "en": "Written by {model}; every quotation is copied by code.",
    },
    "asked": {"nl": "Gevraagd op {day}.", "en": "Asked on {day}."},
    "narrowed": {"nl": "Beperkt tot: {what}.", "en": "Narrowed to: {what}."},
    "refused": {"nl": "Geen antwoord: {kind}", "en": "No answer: {kind}"},
    "nowhere": {"nl": "Komt nergens voor: {terms}", "en": "Occurs nowhere: {terms}"},
    "failed_check": {"nl": "Controle niet doorstaan: {checks}", "en": "Failed a check: {checks}"},
    "receipt": {"nl": "Verantwoording", "en": "Receipt"},
    "index": {"nl": "Documenten en instellingen", "en": "Documents and settings"},
    "embedding_model": {"nl": "Zoekmodel", "en": "Embedding model"},
    "llm": {"nl": "Taalmodel", "en": "Language model"},
    "prompt": {"nl": "Opdracht aan het taalmodel", "en": "Prompt"},
    "version": {"nl": "Versie van Kamerbron", "en": "Version of Kamerbron"},
    "none": {"nl": "geen", "en": "none"},
    "place": {"nl": "{document}, tekens {start}–{end}", "en": "{document}, characters {start}–{end}"},
    "page": {"nl": "p. {page}", "en": "p. {page}"},
    "undated": {"nl": "zonder datum", "en": "undated"},
    "question_of": {"nl": "vraag van {sender}", "en": "question of {sender}"},
    "kamerstuk": {"nl": "Kamerstuk {number}", "en": "Kamerstuk {number}"},
}


def text(key: str, language: Language, **values: object) -> str:
    """One of the texts, filled in."""
    return TEXTS[key][language].format(**values)
