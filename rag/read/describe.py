"""What a document says of itself -> a Description: its title, date, sender, dossier, kind, and whose words it holds.

Only what stands there in a form that official papers use is taken ("Datum 3 juni 2024", "Vragen van het lid … aan",
"De minister van …," under a letter), and what a format's own metadata says. A field that is not found stays empty:
nothing is inferred from a file's name, its date or its maker. What the manifest gives always wins; a date that it
says is unknown (`date_note` without `date`) stays unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from rag.date_notes import spoken_date
from rag.types import Description, Kind, Role

HEAD, TAIL = 4000, 2500  # characters in which a document says what it is, and who signs it
_MONTHS = {m: i for i, m in enumerate("januari februari maart april mei juni juli augustus september oktober november december".split(), 1)}  # fmt: skip
_DATE = rf"(\d{{1,2}})\s+({'|'.join(_MONTHS)})\s+((?:19|20)\d\d)"
_RECEIVED = re.compile(rf"\(ontvangen\s+{_DATE}", re.IGNORECASE)
_DATED = re.compile(rf"^\s*(?:Datum|Date|Den Haag|'s-Gravenhage|Ontvangen|Vastgesteld|Voorgesteld|Amsterdam|Utrecht)\s*[,:]?\s*(?:op\s+)?{_DATE}\s*$", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_LABEL_ALONE = re.compile(rf"^\s*Datum\s*\n+\s*{_DATE}\s*$", re.IGNORECASE | re.MULTILINE)
_SENT = re.compile(rf"ingezonden\s+{_DATE}", re.IGNORECASE)
_ISO = re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)")
_ABOUT = re.compile(
    r"^\s*(?:Betreft|Onderwerp|Subject)\s*:?[ \t]*\n?[ \t]*(\S[^\n]{8,200})", re.IGNORECASE | re.MULTILINE
)
_ASKED = re.compile(r"\bVragen\s+van\s+(?:het\s+lid|de\s+leden)\s[^.]{2,200}?\saan\s", re.DOTALL)
_ANSWERED = re.compile(r"\bAntwoord\s+van\s+(.{5,220}?)\s*\((?:ontvangen|mede namens)", re.DOTALL)
_MOTION = re.compile(
    r"^\s*(?:Nr\.\s*\d+\s+)?(?:GEWIJZIGDE\s+)?MOTIE VAN (?:HET LID|DE LEDEN)\s+([^\n]{2,120})",
    re.IGNORECASE | re.MULTILINE,
)
_REPORT = re.compile(r"^\s*VERSLAG VAN EEN [A-Z]*(?:DEBAT|OVERLEG)\b", re.IGNORECASE | re.MULTILINE)
_TO_HOUSE = re.compile(r"Aan de [Vv]oorzitter van de (?:Tweede|Eerste) Kamer")
_OFFICE = r"(?:De |de )?(?:[Mm]inister(?:-[Pp]resident)?|[Ss]taatssecretaris)\b"
_SIGNED = re.compile(rf"^\s*({_OFFICE}[^\n,;:.]{{0,90}}(?:\n[a-z][^\n,;:.]{{2,60}})?),?[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"\s*((?:[A-Z]\.\s?){1,5}(?:[a-z']+ ){0,3}[A-Z][\w’'-]+(?:[ -][A-Z][\w’'-]+)?|[A-Z][a-zé]+ (?:[a-z']+ ){0,3}[A-Z][\w’'-]+)\s*$", re.MULTILINE)  # fmt: skip
_NUMBERED = re.compile(
    r"vergaderjaar\s+\d{4}\s*[–-]\s*\d{4},?\s*(\d{2}\s?\d{3})(?:[\s-]+([IVX]+))?,?\s*nr\.\s*(\d+)",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"^\s*(\d{2} ?\d{3})(?:[ -]([IVX]+))?\s+[A-Z«][^\n]{8,200}\n(?:[^\n]*\n){0,3}?\s*Nr\.\s*(\d+)\b",
    re.MULTILINE,
)
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("kamervragen", "kamervragen"), ("aanhangsel", "kamervragen"), ("motie", "motie"), ("verslag", "debat"),
    ("handelingen", "debat"), ("brief regering", "kamerbrief"), ("brief van de minister", "kamerbrief"),
    ("brief van de staatssecretaris", "kamerbrief"), ("position paper", "position_paper"),
)  # fmt: skip
_ROLES: dict[Kind, Role] = {"kamervragen": "government", "kamerbrief": "government", "motie": "parliament"}


def describe(
    name: str, text: str, furniture: str, said: Mapping[str, Any], given: Description | None
) -> Description:
    """The description of a document: what is given of it, and for what is not given, what it says itself."""
    stem = name.rpartition(".")[0] or name
    found = {**_in_text(text, furniture), **_metadata(said)}
    base = given if given is not None else Description(title=stem)
    if given is not None and given.date_note and not given.date:
        found.pop("date", None)
        found.pop("date_note", None)
    taken = {key: value for key, value in found.items() if value and not _is_given(base, key, stem)}
    if "kind" not in taken and "role" in taken and base.kind != "other" and _ROLES.get(base.kind) is None:
        del taken["role"]
    result = replace(base, **taken, found=tuple(sorted(taken)))
    if result.title == stem and given is None:
        result = replace(result, title=first_line(text) or stem)
    return result if taken or given is None else given


def _is_given(base: Description, key: str, stem: str) -> bool:
    value = getattr(base, key)
    return not (
        value is None
        or value == ()
        or (key == "kind" and value == "other")
        or (key == "title" and value == stem)
    )


def _metadata(said: Mapping[str, Any]) -> dict[str, Any]:
    """A format's own metadata, in our words; what does not fit is dropped."""
    out: dict[str, Any] = {}
    for key in ("title", "sender"):
        if isinstance(said.get(key), str) and said[key].strip():
            out[key] = " ".join(said[key].split())[:300]
    date = _ISO.match(str(said.get("date", ""))) or None
    if date:
        out["date"] = date[0][:10]
    kind = str(said.get("kind", "")).casefold()
    known: Kind | None = next((k for part, k in _KINDS if part in kind), None)
    if known:
        out["kind"] = known
    if isinstance(said.get("dossier"), list):
        out["dossier"] = tuple(str(d) for d in said["dossier"])
    if str(said.get("url", "")).startswith(("http://", "https://")):
        out["url"] = str(said["url"])
    return out


def _in_text(text: str, furniture: str) -> dict[str, Any]:
    head, tail = text[:HEAD].replace("\u2029", ""), text[-TAIL:].replace("\u2029", "")
    out: dict[str, Any] = {**_kind(head), **_dossier(head, furniture)}
    about = _ABOUT.search(head)
    if about:
        out["title"] = " ".join(about[1].split())
    date = _RECEIVED.search(head) or _DATED.search(head) or _LABEL_ALONE.search(head)
    if date:
        out["date"] = _iso(date)
        sent = _SENT.search(head)
        if sent and date.re is _RECEIVED:
            day = spoken_date(_iso(sent), "en")
            out["date_note"] = f"the day the answers were received; the questions were sent on {day}"
    signed = _signed(tail) if _TO_HOUSE.search(head) or re.search(r"Geachte [Vv]oorzitter", head) else None
    if signed and out.get("kind") in (None, "kamerbrief"):
        out.update(kind="kamerbrief", sender=signed, role="government")
    return out


def _iso(date: re.Match[str]) -> str:
    """A date that was found, as ISO 8601."""
    return f"{date[3]}-{_MONTHS[date[2].lower()]:02}-{int(date[1]):02}"


def _kind(head: str) -> dict[str, Any]:
    """Kind, sender and role, where a form that only one kind has stands in the head."""
    if _ASKED.search(head):
        answered = _ANSWERED.search(head)
        if answered is None:
            return {"kind": "kamervragen", "role": "parliament"}
        who = re.sub(r"\b(en|mede namens) van\b", r"\1", " ".join(answered[1].split()))
        return {"kind": "kamervragen", "sender": who, "role": "government"}
    motion = _MOTION.search(head)
    if motion:
        return {"kind": "motie", "sender": " ".join(motion[1].split()), "role": "parliament"}
    return {"kind": "debat"} if _REPORT.search(head) else {}


def _dossier(head: str, furniture: str) -> dict[str, Any]:
    """The document's own number: in its running header, or at its head in the form of a printed paper. A number that
    it cites is not its own."""
    match = _NUMBERED.search(furniture) or _NUMBERED.search(head[:300]) or _HEADED.search(head[:1500])
    if match is None:
        return {}
    dossier = re.sub(r"\s", "", match[1]) + (f"-{match[2]}" if match[2] else "")
    return {"dossier": (dossier, f"{dossier}-{match[3]}")}


def _signed(tail: str) -> str | None:
    """The office-holder under a letter, with the name that stands below."""
    matches = list(_SIGNED.finditer(tail))
    if not matches:
        return None
    office = re.sub(r"^[Dd]e ", "", " ".join(matches[-1][1].split())).rstrip(",")
    office = office[0].upper() + office[1:]
    name = _NAME.match(tail[matches[-1].end() :].lstrip("\n ,")) if matches else None
    return f"{office} ({' '.join(name[1].split())})" if name else office


def first_line(text: str) -> str | None:
    """A text's first line of words, for want of a title."""
    for line in text.splitlines():
        title = " ".join(line.lstrip("# ").split())
        if sum(unicodedata.category(c).startswith("L") for c in title) >= 3:
            return title if len(title) <= 160 else title[:157] + "…"
    return None


ROLES = get_args(Role)
