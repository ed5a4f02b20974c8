"""Every sentence that Kamerbron says itself, in Dutch and English. Quotations are never translated or touched."""

from __future__ import annotations

from rag.types import Language, RefusalKind, Role, SpeechAct

TEXTS: dict[str, dict[Language, str]] = {
    "not_in_corpus": {
        "nl": "Deze documenten zeggen dit niet.",
        "en": "These documents do not say.",
    },
    "no_name": {
        "nl": "Deze documenten zeggen hierover niets in verband met {names}.",
        "en": "These documents say nothing about this in connection with {names}.",
    },
    "no_amount": {
        "nl": "Deze documenten noemen hiervoor geen bedrag.",
        "en": "These documents state no amount for this.",
    },
    "no_number": {
        "nl": "Deze documenten noemen hiervoor geen aantal.",
        "en": "These documents state no number for this.",
    },
    "off_topic": {
        "nl": "Hierover gaan deze documenten niet.",
        "en": "These documents are not about this.",
    },
    "civil_society_only": {
        "nl": "Het kabinet zegt dit in deze documenten niet toe; alleen een maatschappelijke organisatie spreekt ervan.",
        "en": "The cabinet does not commit to this in these documents; only a civil-society organisation speaks of it.",
    },
    "cabinet_silent": {
        "nl": "Het kabinet zegt hierover niets in deze documenten; alleen een maatschappelijke organisatie spreekt ervan.",
        "en": "The cabinet says nothing about this in these documents; only a civil-society organisation speaks of it.",
    },
    "asked_not_answered": {
        "nl": "Hiernaar is gevraagd, maar deze documenten bevatten er geen antwoord op.",
        "en": "This was asked, but these documents hold no answer to it.",
    },
    "outside_dates": {
        "nl": "Er is geen gedateerd document van {since} tot {until} dat hierover gaat.",
        "en": "No dated document from {since} to {until} is about this.",
    },
    "no_commitment": {
        "nl": "Een toezegging van het kabinet hierover staat niet in deze documenten; dit komt het dichtst in de buurt.",
        "en": "No commitment of the cabinet on this stands in these documents; this comes closest.",
    },
    "nearest": {"nl": "Wat er het dichtst bij komt:", "en": "What comes nearest:"},
    "nowhere": {"nl": "Komt nergens voor: {terms}", "en": "Occurs nowhere: {terms}"},
    "mode_quotes": {
        "nl": "Citaten, zonder taalmodel: {why}",
        "en": "Quotations, without a language model: {why}",
    },
    "mode_llm": {
        "nl": "Geschreven door {model}; elk citaat is door code gekopieerd.",
        "en": "Written by {model}; every quotation is copied by code.",
    },
    "why_none": {"nl": "RAG_LLM staat op none", "en": "RAG_LLM is none"},
    "why_no_server": {
        "nl": "op {url} antwoordt geen Ollama-server",
        "en": "no Ollama server answers at {url}",
    },
    "why_no_model": {
        "nl": "de Ollama-server heeft {model} niet (rag pull haalt het)",
        "en": "the Ollama server lacks {model} (rag pull fetches it)",
    },
    "why_failed": {"nl": "het taalmodel faalde: {reason}", "en": "the language model failed: {reason}"},
    "why_slow": {"nl": "het taalmodel deed er te lang over", "en": "the language model took too long"},
    "why_empty": {"nl": "het taalmodel gaf niets terug", "en": "the language model returned nothing"},
    "why_json": {
        "nl": "het taalmodel gaf niet de JSON die was gevraagd",
        "en": "the language model did not return the JSON that was asked for",
    },
    "why_cut": {
        "nl": "het antwoord van het taalmodel werd afgekapt",
        "en": "the language model's answer was cut off",
    },
    "why_long": {
        "nl": "het taalmodel schreef veel meer dan was gevraagd",
        "en": "the language model wrote far more than was asked for",
    },
    "why_context": {
        "nl": "de passages pasten niet in de context van het taalmodel",
        "en": "the passages did not fit into the language model's context",
    },
    "why_no_room": {
        "nl": "in de context van het taalmodel past geen passage (RAG_LLM_CONTEXT)",
        "en": "no passage fits into the language model's context (RAG_LLM_CONTEXT)",
    },
    "why_setup": {
        "nl": "{model} kan niet worden gebruikt ({reason})",
        "en": "{model} cannot be set up ({reason})",
    },
    "why_nothing": {
        "nl": "het taalmodel vond geen antwoord in de passages",
        "en": "the language model found no answer in the passages",
    },
    "why_checks": {
        "nl": "geen enkele zin van het taalmodel klopte met de zinnen waarop hij rust",
        "en": "none of its statements agreed with the sentences they rest on",
    },
    "why_language": {
        "nl": "het taalmodel antwoordde niet in de taal van de vraag",
        "en": "the language model did not answer in the language of the question",
    },
    "cut_short": {
        "nl": "Het antwoord is niet af: {reason}. Wat er staat is gecontroleerd.",
        "en": "The answer is not finished: {reason}. What is shown was checked.",
    },
    "left_out": {
        "nl": "Weggelaten omdat een controle faalde: {count}.",
        "en": "Left out because a check failed: {count}.",
    },
    "unchecked_some": {
        "nl": "Getoond hoewel een controle faalde: {count}. Die zinnen zijn niet na te slaan in wat zij citeren.",
        "en": "Shown although a check failed: {count}. Those statements do not agree with what they cite.",
    },
    "unchecked": {"nl": "Controle niet doorstaan: {checks}", "en": "Failed a check: {checks}"},
    "understood_as": {"nl": "Vraag begrepen als: {question}", "en": "Question understood as: {question}"},
    "orders": {
        "nl": "Buiten beschouwing gelaten omdat ze een taalmodel toespreken: {count} zin(nen) uit deze documenten.",
        "en": "Left aside because they speak to a language model: {count} sentence(s) of these documents.",
    },
    "unsure": {
        "nl": "Let op: deze citaten gaan over het onderwerp, maar misschien staat er niet wat u vraagt. Lees ze na.",
        "en": "Note: these quotations are about the subject, but they may not say what you ask. Read them before you use them.",
    },
    "no_year": {
        "nl": "Let op: geen van deze citaten noemt {years}.",
        "en": "Note: none of these quotations mentions {years}.",
    },
    "no_date": {
        "nl": "Zonder datum en daarom niet geraadpleegd: {documents}.",
        "en": "Undated and therefore not consulted: {documents}.",
    },
    "extended": {
        "nl": "Later verlengd: {by} verlengt wat in {of} stond",
        "en": "Extended later: {by} extends what {of} said",
    },
    "replaced": {
        "nl": "Later vervangen: {by} vervangt wat in {of} stond",
        "en": "Replaced later: {by} replaces what {of} said",
    },
    "withdrawn": {
        "nl": "Later ingetrokken: {by} trekt in wat in {of} stond",
        "en": "Withdrawn later: {by} withdraws what {of} said",
    },
    "adjusted": {
        "nl": "Later gewijzigd: {by} wijzigt wat in {of} stond",
        "en": "Changed later: {by} changes what {of} said",
    },
    "changes_itself": {
        "nl": "Gewijzigd: {by} komt in de plaats van wat eerder gold",
        "en": "Changed: {by} takes the place of what held before",
    },
    "was_is": {"nl": ": eerst {old}, nu {new}", "en": ": {old} before, {new} now"},
    "and_more": {"nl": "en nog {count}", "en": "and {count} more"},
    "sources": {"nl": "Bronnen", "en": "Sources"},
    "undated": {"nl": "zonder datum", "en": "undated"},
    "characters": {"nl": "tekens", "en": "characters"},
}

ACTS: dict[SpeechAct, dict[Language, str]] = {
    "commitment": {"nl": "toezegging", "en": "commitment"},
    "report": {"nl": "verslag", "en": "report"},
    "answer": {"nl": "antwoord", "en": "answer"},
    "decline": {"nl": "afwijzing", "en": "refusal"},
    "question": {"nl": "vraag", "en": "question"},
    "request": {"nl": "verzoek", "en": "request"},
    "demand": {"nl": "eis", "en": "demand"},
    "other": {"nl": "opmerking", "en": "remark"},
}

ROLES: dict[Role | None, dict[Language, str]] = {
    "government": {"nl": "kabinet", "en": "cabinet"},
    "parliament": {"nl": "Kamer", "en": "parliament"},
    "civil_society": {"nl": "maatschappelijke organisatie", "en": "NGO"},
    None: {"nl": "spreker onbekend", "en": "speaker unknown"},
}

REFUSALS: dict[RefusalKind, dict[Language, str]] = {
    "not_in_corpus": {"nl": "staat niet in deze documenten", "en": "not in these documents"},
    "asked_not_answered": {"nl": "gevraagd, niet beantwoord", "en": "asked, not answered"},
    "civil_society_only": {"nl": "alleen een organisatie zegt dit", "en": "only an organisation says this"},
    "outside_dates": {"nl": "niets uit deze periode", "en": "nothing of this period"},
    "off_topic": {"nl": "een ander onderwerp", "en": "another subject"},
}

_DID: dict[SpeechAct, dict[Language, str]] = {
    "commitment": {"nl": "Toezegging van", "en": "committed"},
    "report": {"nl": "Verslag van", "en": "reported"},
    "answer": {"nl": "Antwoord van", "en": "answered"},
    "decline": {"nl": "Afwijzing door", "en": "declined"},
    "question": {"nl": "Vraag van", "en": "asked"},
    "request": {"nl": "Verzoek van", "en": "requested"},
    "demand": {"nl": "Eis van", "en": "demanded"},
    "other": {"nl": "Opmerking van", "en": "wrote"},
}

_REPORTED_REQUEST: dict[Language, str] = {"nl": "Verzoek, gemeld door", "en": "reported a request"}

_WHO: dict[Role | None, dict[Language, str]] = {
    "government": {"nl": "het kabinet", "en": "The cabinet"},
    "parliament": {"nl": "de Kamer", "en": "Parliament"},
    "civil_society": {"nl": "een maatschappelijke organisatie", "en": "A civil-society organisation"},
    None: {"nl": "een onbekende spreker", "en": "An unknown speaker"},
}


def say(key: str, language: Language, **values: object) -> str:
    """One of the texts, filled in."""
    return TEXTS[key][language].format(**values)


def about_mode(notice: str, language: Language) -> bool:
    """Whether a notice only says how the answer was made, which its mode and model say too."""
    return any(
        notice.startswith(TEXTS[key][language].partition("{")[0]) for key in ("mode_quotes", "mode_llm")
    )


def label(role: Role | None, act: SpeechAct, language: Language) -> str:
    """ "cabinet – commitment", "maatschappelijke organisatie – eis"."""
    shown = (
        "request reported"
        if act == "request" and role == "government" and language == "en"
        else ACTS[act][language]
    )
    if act == "request" and role == "government" and language == "nl":
        shown = "gemeld verzoek"
    return f"{ROLES[role][language]} – {shown}"


def introduction(
    sender: str | None, role: Role | None, act: SpeechAct, title: str, date: str | None, language: Language
) -> str:
    """The line above a quotation: who, which act, in what document, when.

    The government speaks as the cabinet, whoever signs; others by their name.
    """
    did = _REPORTED_REQUEST[language] if act == "request" and role == "government" else _DID[act][language]
    named = sender if sender and role != "government" else _WHO[role][language]
    signed = f", {sender}" if sender and role == "government" else ""
    when = f" ({date})" if date else ""
    said = f"{named} {did}{signed}" if language == "en" else f"{did} {named}{signed}"
    return f"{said}, in «{title}»{when}:"
