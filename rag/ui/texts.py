"""Every text of the interface, in Dutch and English; and how the text of others gets on the screen.

Streamlit reads most of what it shows as Markdown. Text of a document, a question or an error is never that:
it goes through `st.text`, or through `literal` where the element only takes Markdown.
"""

from __future__ import annotations

import re

from rag.sentences import joined
from rag.types import Language

LANGUAGES: dict[Language, str] = {"nl": "Nederlands", "en": "English"}

TEXTS: dict[str, dict[Language, str]] = {
    # the frame
    "language": {"nl": "Taal van de app", "en": "Language of the app"},
    "ask": {"nl": "Vragen", "en": "Ask"},
    "search": {"nl": "Zoeken", "en": "Search"},
    "documents": {"nl": "Documenten", "en": "Documents"},
    "filters": {"nl": "Beperk tot", "en": "Narrow to"},
    "any": {"nl": "alles", "en": "anything"},
    "role": {"nl": "Wie spreekt", "en": "Who speaks"},
    "kind": {"nl": "Soort document", "en": "Kind of document"},
    "document": {"nl": "Document", "en": "Document"},
    "new": {"nl": "Nieuw gesprek", "en": "New conversation"},
    # asking
    "start": {
        "nl": "Vraag wat er in deze documenten staat: wie iets heeft toegezegd, geantwoord, gevraagd of "
        "geëist, met welke bedragen en data. Elk antwoord rust op letterlijke citaten met hun plaats; staat "
        "het er niet, dan wordt dat gezegd.",
        "en": "Ask what these documents say: who committed to something, answered, asked or demanded it, "
        "with which amounts and dates. Every answer rests on verbatim quotations with their place; where the "
        "documents do not say, you are told.",
    },
    "try": {"nl": "Bijvoorbeeld:", "en": "For example:"},
    "placeholder": {
        "nl": "Stel een vraag, in het Nederlands of Engels",
        "en": "Ask a question, in Dutch or English",
    },
    "working": {"nl": "De documenten worden gelezen …", "en": "Reading the documents …"},
    "narrowed": {"nl": "Beperkt tot: {what}", "en": "Narrowed to: {what}"},
    "failed_check": {"nl": "Controle niet doorstaan: {checks}", "en": "Failed a check: {checks}"},
    # a citation
    "dossier": {"nl": "Kamerstuk", "en": "Kamerstuk"},
    "characters": {"nl": "tekens", "en": "characters"},
    "page": {"nl": "p. {page}", "en": "p. {page}"},
    "undated": {"nl": "zonder datum", "en": "undated"},
    "unknown_sender": {"nl": "afzender onbekend", "en": "sender unknown"},
    "open": {"nl": "Open het document", "en": "Open the document"},
    "show_source": {"nl": "[{ids}] in de bron", "en": "[{ids}] in the source"},
    "footnote": {"nl": "Als voetnoot", "en": "As a footnote"},
    "gone": {
        "nl": "Deze plaats is in de huidige index niet meer te vinden.",
        "en": "This place can no longer be found in the present index.",
    },
    # searching and listing
    "search_intro": {
        "nl": "De gevonden passages op volgorde, zonder antwoord, met wat elke passage van de vraag bevat.",
        "en": "The passages found, in order, without an answer, with what each holds of the question.",
    },
    "search_field": {"nl": "Zoek naar", "en": "Search for"},
    "score": {"nl": "score {score}", "en": "score {score}"},
    "show_passage": {"nl": "Hele passage in de bron", "en": "The whole passage in the source"},
    "matched": {"nl": "Komt overeen: {terms}", "en": "Matched: {terms}"},
    "nothing_found": {"nl": "Geen passage gevonden.", "en": "No passage found."},
    "documents_intro": {
        "nl": "Op deze documenten berust elk antwoord; wat er niet in staat, wordt niet beweerd.",
        "en": "Every answer rests on these documents; what they do not hold is not claimed.",
    },
    "no_documents": {"nl": "De index bevat geen documenten.", "en": "The index holds no documents."},
    "title": {"nl": "Titel", "en": "Title"},
    "sender": {"nl": "Afzender", "en": "Sender"},
    "date": {"nl": "Datum", "en": "Date"},
    "passages": {"nl": "Passages", "en": "Passages"},
    # kinds of document
    "kamerbrief": {"nl": "Kamerbrief", "en": "letter to parliament (Kamerbrief)"},
    "kamervragen": {"nl": "Kamervragen", "en": "parliamentary questions (Kamervragen)"},
    "motie": {"nl": "motie", "en": "motion (motie)"},
    "debat": {"nl": "debat", "en": "debate"},
    "position_paper": {"nl": "position paper", "en": "position paper"},
    "letter": {"nl": "brief", "en": "letter"},
    "report": {"nl": "rapport", "en": "report"},
    "other": {"nl": "overig", "en": "other"},
}

EXAMPLES: dict[Language, tuple[str, ...]] = {
    "nl": (
        "Wat heeft Nederland toegezegd over de Fact-Finding Mission voor Soedan?",
        "Met hoeveel euro steunt Nederland het OHCHR-kantoor in Soedan?",
        "Wat antwoordde de minister over mensenhandel met Rohingya-kinderen?",
        "Wat eist WO=MEN van het kabinet over conflictgerelateerd seksueel geweld?",
    ),
    "en": (
        "What did NL commit on the Sudan FFM?",
        "How much does the Netherlands give to the OHCHR office in Sudan?",
        "What did the minister answer about the trafficking of Rohingya children?",
        "What does WO=MEN demand on conflict-related sexual violence?",
    ),
}


def text(key: str, language: Language, **values: object) -> str:
    """One of the texts of the interface, filled in."""
    return TEXTS[key][language].format(**values)


# -- the text of others ------------------------------------------------------------------------------------

# Streamlit and GFM look once more at the text that is left when Markdown has been read and its escapes are
# gone: for emoji and icon names (":smile:"), bare addresses ("https://…", "www.…", "a@b.nl"), arrows ("->").
# An empty span inside such a thing keeps it from being seen; it adds nothing to what is shown or copied.
_SPAN = ":small[]"
_SEEN_LATER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(foreign: str) -> str:
    """Markdown that shows exactly this text, on one line: no markup in it works, no link, no image, no emoji.

    >>> print(literal("*a* [b](c)"))
    \\*a\\* \\[b\\]\\(c\\)
    """
    pieces = _SEEN_LATER.split(" ".join(foreign.split()))
    return _SPAN.join(_PUNCTUATION.sub(r"\\\1", piece) for piece in pieces)


def highlighted(before: str, quote: str, after: str) -> str:
    """Markdown that shows running text as it reads, by paragraphs, the quotation on a coloured ground."""
    shown = ""
    for piece, marked in ((before, False), (quote, True), (after, False)):
        for n, paragraph in enumerate(re.split(r"\n[ \t\r]*\n", piece)):
            words = literal(joined(paragraph))
            lead = "\n\n" if n else " " if paragraph[:1].isspace() else ""
            tail = " " if words and paragraph[-1:].isspace() else ""
            shown += lead + (f":orange-background[{words}]" if marked and words else words) + tail
    return shown.strip()


_FOLDERS = re.compile(
    r"(?<=«)(?:~|[A-Za-z]:)?[/\\](?:[^»]*[/\\])?(?=[^»/\\])"  # between quotation marks a path may hold spaces
    r"|(?<![\w/:.~])(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[^\s/\\«»\"'`]+[/\\])*(?=[^\s/\\«»\"'`])"
)


def without_paths(message: str) -> str:
    """A message without this machine's folders: of a path only its last part is left. Web addresses stay.

    >>> without_paths("There is no index in «/srv/kamer/vectorstore». Run `rag ingest` first.")
    'There is no index in «vectorstore». Run `rag ingest` first.'
    """
    return _FOLDERS.sub("", message)
