"""Who a statement says is speaking or acting, against who speaks in what it cites. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Check, Role, Sentence

_ACTORS: dict[Role, str] = {
    "government": r"(?:nederland|the netherlands|(?:dutch )?government|kabinet|cabinet|regering|(?:prime )?ministers?|minister-president"
    r"|staatssecretaris|state secretary|bewinds(?:man|vrouw|persoon|personen|lieden))",
    "parliament": r"(?:tweede kamer|de kamer|kamer(?:lid|leden)|members? of parliament|mps?|parliament|parlement|house of representatives|het lid|de leden)",
    "civil_society": r"(?:ngos?|ngo['’]s|maatschappelijk middenveld|maatschappelijke organisaties?|civil[- ]society(?: organi[sz]ations?)?)",
}
_SAYING = (
    r"(?:says?|said|stat(?:es?|ed)|writes?|wrote|report(?:s|ed)?|not(?:es|ed)|thinks?|thought|finds?|found|considers?|considered|believes?|believed"
    r"|acknowledge[sd]?|admits?|admitted|argue[sd]?|warn(?:s|ed)?|expects?|expected|answer(?:s|ed)?|repl(?:ies|ied)|conclude[sd]?|stress(?:es|ed)?|emphasi[sz]e[sd]?"
    r"|zegt|zei|stelt|stelde|schrijft|schreef|meldt|meldde|vindt|vond|acht|achtte|erkent|erkende|waarschuwt|verwacht|verwachtte|antwoordt|antwoordde"
    r"|concludeert|benadrukt|benadrukte|betoogt|gezegd|geschreven|gemeld|geantwoord|erkend)"
)
# A statement names its speaker: "the minister says …", "volgens het kabinet …".
_SPEAKS: dict[Role, re.Pattern[str]] = {
    role: re.compile(
        rf"\b{names}\b(?:\s+[\w'’.()-]+){{0,3}}?\s+{_SAYING}\b|\b(?:according to|volgens)\s+(?:the\s+|de\s+|het\s+)?{names}\b",
        re.IGNORECASE,
    )
    for role, names in _ACTORS.items()
}
_NAMED: dict[Role, re.Pattern[str]] = {
    role: re.compile(rf"\b{names}\b", re.IGNORECASE) for role, names in _ACTORS.items()
}


def check_actor(text: str, cited: str, sentences: Sequence[Sentence]) -> Check:
    """Whoever a statement lets speak must speak in a cited sentence, or be said there to have spoken.

    Whoever it names must at least be one of the speakers or stand in the cited text, or be the government where what is
    cited asks something of it ("Bent u bereid …"). A cited sentence whose speaker is not known is nobody's.
    """
    speakers = {s.role for s in sentences}
    addressed = all(s.act in ("question", "request", "demand") for s in sentences)
    voices = f"{cited} {' '.join(s.speaker or '' for s in sentences)}"
    for role, names in _ACTORS.items():
        if role in speakers:
            continue
        if _SPEAKS[role].search(text) and not _SPEAKS[role].search(voices):
            return Check("actor", False, f"no cited sentence is by {_called(names, text)}")
        if role == "government" and addressed:
            continue
        if _NAMED[role].search(text) and not _NAMED[role].search(voices):
            return Check("actor", False, f"the cited text does not speak of {_called(names, text)}")
    return Check("actor", True)


def _called(names: str, text: str) -> str:
    found = re.search(rf"\b{names}\b", text, re.IGNORECASE)
    return f"«{found[0]}»" if found else "them"
