"""Every text of the interface, in Dutch and English."""

from __future__ import annotations

from rag.types import Language

LANGUAGES: dict[Language, str] = {"nl": "Nederlands", "en": "English"}

TEXTS: dict[str, dict[Language, str]] = {
    # the frame
    "language": {"nl": "Taal van de app", "en": "Language of the app"},
    "ask": {"nl": "Vragen", "en": "Ask"},
    "search": {"nl": "Zoeken", "en": "Search"},
    "documents": {"nl": "Documenten", "en": "Documents"},
    "log_in": {"nl": "Aanmelden", "en": "Log in"},
    "log_in_first": {
        "nl": "Meld u aan om de documenten te raadplegen.",
        "en": "Log in to consult the documents.",
    },
    "log_out": {"nl": "Afmelden", "en": "Log out"},
    # narrowing
    "filters": {"nl": "Beperk tot", "en": "Narrow to"},
    "any": {"nl": "alles", "en": "anything"},
    "role": {"nl": "Wie spreekt", "en": "Who speaks"},
    "sender": {"nl": "Afzender", "en": "Sender"},
    "kind": {"nl": "Soort document", "en": "Kind of document"},
    "document": {"nl": "Document", "en": "Document"},
    "since": {"nl": "Vanaf", "en": "From"},
    "until": {"nl": "Tot en met", "en": "Up to"},
    "from_day": {"nl": "vanaf {day}", "en": "from {day}"},
    "to_day": {"nl": "tot en met {day}", "en": "up to {day}"},
    "dated_only": {
        "nl": "Documenten zonder datum vallen dan weg: {count}.",
        "en": "Undated documents are then left out: {count}.",
    },
    "period_turned": {
        "nl": "Het begin van de periode ligt na het einde; er is niet op periode beperkt.",
        "en": "The period ends before it begins; it was not narrowed to a period.",
    },
    "narrowed": {"nl": "Beperkt tot: {what}", "en": "Narrowed to: {what}"},
    # conversations
    "new": {"nl": "Nieuw gesprek", "en": "New conversation"},
    "conversations": {"nl": "Mijn gesprekken", "en": "My conversations"},
    "not_kept": {
        "nl": "Deze browser bewaart geen gesprekken: cookies staan uit, of de app is zonder `rag serve` gestart.",
        "en": "This browser keeps no conversations: cookies are off, or the app was not started by `rag serve`.",
    },
    "manage": {"nl": "Gesprek", "en": "Conversation"},
    "name": {"nl": "Naam van dit gesprek", "en": "Name of this conversation"},
    "rename": {"nl": "Hernoem", "en": "Rename"},
    "share": {
        "nl": "Wie de link heeft, mag dit gesprek lezen",
        "en": "Whoever has the link may read this conversation",
    },
    "link": {"nl": "Link naar dit gesprek", "en": "Link to this conversation"},
    "link_private": {
        "nl": "Alleen in deze browser opent deze link het gesprek.",
        "en": "This link opens the conversation in this browser only.",
    },
    "remove_conversation": {"nl": "Verwijder dit gesprek", "en": "Remove this conversation"},
    "no_conversation": {
        "nl": "Dit gesprek bestaat niet, of het is niet met u gedeeld.",
        "en": "This conversation does not exist, or it is not shared with you.",
    },
    "others": {
        "nl": "Een gedeeld gesprek van iemand anders. Wie hier verder vraagt, krijgt een eigen kopie.",
        "en": "A shared conversation of somebody else. Asking here makes a copy of your own.",
    },
    # asking
    "start": {
        "nl": "Vraag wat deze documenten zeggen: wie iets toezegde, antwoordde, vroeg of eiste. Elk antwoord bestaat uit "
        "letterlijke citaten met hun plaats; staat het er niet, dan wordt dat gezegd.",
        "en": "Ask what these documents say: who committed, answered, asked or demanded. Every answer consists of "
        "verbatim quotations with their place; where the documents do not say, you are told.",
    },
    "try": {"nl": "Bijvoorbeeld", "en": "For example"},
    "placeholder": {
        "nl": "Stel een vraag, in het Nederlands of Engels",
        "en": "Ask a question, in Dutch or English",
    },
    "working": {"nl": "De documenten worden gelezen …", "en": "Reading the documents …"},
    "failed_check": {"nl": "Controle niet doorstaan: {checks}", "en": "Failed a check: {checks}"},
    "by_quotes": {"nl": "citaten, zonder taalmodel", "en": "quotations, no language model"},
    "by_model": {"nl": "geschreven door {model}", "en": "written by {model}"},
    "mode": {
        "nl": "Antwoorden nu: {mode} · {count} documenten",
        "en": "Answers now: {mode} · {count} documents",
    },
    "partial": {"nl": "deels beantwoord", "en": "answered in part"},
    "no_answer": {"nl": "geen antwoord – {kind}", "en": "no answer – {kind}"},
    "export": {"nl": "Bewaar als", "en": "Save as"},
    "receipt": {"nl": "Verantwoording", "en": "Receipt"},
    # what readers think
    "rate_note": {
        "nl": "Een oordeel wordt met vraag en antwoord bewaard, op deze server en nergens anders.",
        "en": "A verdict is kept with question and answer, on this server and nowhere else.",
    },
    "wrong": {"nl": "Wat klopt er niet?", "en": "What is wrong with it?"},
    "send": {"nl": "Bewaar opmerking", "en": "Keep remark"},
    "thanks": {"nl": "Bewaard, dank.", "en": "Kept, thank you."},
    # a citation
    "characters": {"nl": "tekens {start}–{end}", "en": "characters {start}–{end}"},
    "page": {"nl": "p. {page}", "en": "p. {page}"},
    "undated": {"nl": "zonder datum", "en": "undated"},
    "unknown_sender": {"nl": "afzender onbekend", "en": "sender unknown"},
    "open_source": {"nl": "Bron {mark}", "en": "Source {mark}"},
    "close": {"nl": "Sluit de bron", "en": "Close the source"},
    "whole": {"nl": "Open in leesweergave", "en": "Open in reading view"},
    "official": {"nl": "Officiële pagina", "en": "Official page"},
    "copy_quote": {"nl": "Kopieer citaat", "en": "Copy quotation"},
    "copy_footnote": {"nl": "Kopieer voetnoot", "en": "Copy footnote"},
    "copied": {"nl": "Gekopieerd", "en": "Copied"},
    "not_copied": {"nl": "Kopiëren lukte niet", "en": "Could not copy"},
    "gone": {
        "nl": "Deze plaats is in de huidige index niet meer te vinden. Het citaat luidde:",
        "en": "This place can no longer be found in the present index. The quotation was:",
    },
    "drawing": {"nl": "De bladzijde wordt getekend …", "en": "Drawing the page …"},
    "sight": {"nl": "Bladzijde {page} van «{title}»", "en": "Page {page} of «{title}»"},
    "sight_marked": {
        "nl": "Bladzijde {page} van «{title}», met het citaat gemarkeerd",
        "en": "Page {page} of «{title}», with the quotation marked",
    },
    "sight_page": {"nl": "Bladzijde {page}", "en": "Page {page}"},
    "larger": {"nl": "Vergroot", "en": "Enlarge"},
    "smaller": {"nl": "Verklein", "en": "Reduce"},
    "no_sight": {
        "nl": "De bladzijde zelf kan niet worden getoond: het bestand is niet bij de index bewaard, of het is niet meer te "
        "tekenen. De tekst is volledig; wie het bestand opnieuw inleest, ziet de bladzijde erbij.",
        "en": "The page itself cannot be shown: its file is not kept with the index, or can no longer be drawn. The text is "
        "complete; reading the file again brings the page.",
    },
    "not_marked": {
        "nl": "Het citaat is op deze bladzijde niet met zekerheid aan te wijzen; in de tekst is het gemarkeerd.",
        "en": "The quotation cannot be pointed out on this page for certain; it is marked in the text.",
    },
    "earlier": {"nl": "Eerder in het document", "en": "Earlier in the document"},
    "further": {"nl": "Verder in het document", "en": "Further in the document"},
    # searching
    "search_intro": {
        "nl": "De gevonden passages op volgorde, zonder antwoord, met wat elke passage van de vraag bevat.",
        "en": "The passages found, in order, without an answer, with what each holds of the question.",
    },
    "search_field": {"nl": "Zoek naar", "en": "Search for"},
    "score": {"nl": "score {score}", "en": "score {score}"},
    "matched": {"nl": "Komt overeen: {terms}", "en": "Matched: {terms}"},
    "nothing_found": {"nl": "Geen passage gevonden.", "en": "No passage found."},
    # documents
    "documents_intro": {
        "nl": "Op deze documenten berust elk antwoord; wat er niet in staat, wordt niet beweerd.",
        "en": "Every answer rests on these documents; what they do not hold is not claimed.",
    },
    "no_documents": {"nl": "De index bevat geen documenten.", "en": "The index holds no documents."},
    "no_such_document": {
        "nl": "Dit document is niet in de index.",
        "en": "This document is not in the index.",
    },
    "list": {"nl": "Lijst", "en": "List"},
    "timeline": {"nl": "Tijdlijn", "en": "Timeline"},
    "view": {"nl": "Weergave", "en": "View"},
    "find_document": {
        "nl": "Zoek op titel, afzender of bestandsnaam",
        "en": "Find by title, sender or file name",
    },
    "passages": {"nl": "passages: {count}", "en": "passages: {count}"},
    "read": {"nl": "Lees", "en": "Read"},
    "back": {"nl": "Alle documenten", "en": "All documents"},
    "edit": {"nl": "Gegevens", "en": "Details"},
    "remove": {"nl": "Verwijder", "en": "Remove"},
    "undated_documents": {"nl": "Zonder datum", "en": "Undated"},
    # adding documents
    "add": {"nl": "Documenten toevoegen", "en": "Add documents"},
    "add_files": {"nl": "Bestanden, {size} MB per stuk", "en": "Files, {size} MB each"},
    "replace": {
        "nl": "Vervang toegevoegde documenten met dezelfde naam",
        "en": "Replace added documents of the same name",
    },
    "add_now": {"nl": "Voeg toe", "en": "Add"},
    "choose_first": {"nl": "Kies eerst een bestand.", "en": "Choose a file first."},
    "readers_only": {
        "nl": "U kunt de documenten lezen, niet wijzigen.",
        "en": "You can read the documents, not change them.",
    },
    "waiting": {"nl": "Wacht op wat eerder kwam: {names}", "en": "Waits for what came before: {names}"},
    "job_add": {"nl": "Toevoegen: {names}", "en": "Adding: {names}"},
    "job_describe": {"nl": "Gegevens wijzigen: {names}", "en": "Changing details: {names}"},
    "job_remove": {"nl": "Verwijderen: {names}", "en": "Removing: {names}"},
    "step_": {"nl": "voorbereiden", "en": "preparing"},
    "step_read": {"nl": "lezen", "en": "reading"},
    "step_embed": {"nl": "vectoren maken", "en": "making vectors"},
    "step_store": {"nl": "vectoren opslaan", "en": "storing vectors"},
    "step_index": {"nl": "index bouwen", "en": "building the index"},
    "goes_on": {
        "nl": "Vragen gaan intussen door op de vorige index.",
        "en": "Meanwhile questions go on over the previous index.",
    },
    "verdict_new": {"nl": "toegevoegd; passages: {count}", "en": "added; passages: {count}"},
    "verdict_changed": {"nl": "vervangen; passages: {count}", "en": "replaced; passages: {count}"},
    "verdict_unchanged": {"nl": "ongewijzigd, was er al", "en": "unchanged, was there already"},
    "verdict_removed": {"nl": "verwijderd", "en": "removed"},
    "verdict_refused": {"nl": "geweigerd", "en": "refused"},
    "done_describe": {"nl": "De gegevens zijn gewijzigd: {names}", "en": "The details were changed: {names}"},
    "done_remove": {"nl": "Verwijderd: {names}", "en": "Removed: {names}"},
    "dismiss": {"nl": "Gelezen", "en": "Dismiss"},
    # changing and removing
    "edit_note": {
        "nl": "Wat hier staat, staat bij elk citaat. Laat leeg wat het document niet zegt: een datum wordt nooit geraden.",
        "en": "What stands here stands with every quotation. Leave empty what the document does not say: a date is never "
        "guessed.",
    },
    "edit_elsewhere": {
        "nl": "Dit document komt van elders. De wijziging wordt in de map van de app bewaard; het origineel blijft gelijk.",
        "en": "This document comes from elsewhere. The change is kept in the app's own folder; the original stays.",
    },
    "title": {"nl": "Titel", "en": "Title"},
    "date": {"nl": "Datum (jjjj-mm-dd)", "en": "Date (yyyy-mm-dd)"},
    "date_note": {"nl": "Opmerking bij de datum", "en": "Note on the date"},
    "dossier": {"nl": "Kamerstuknummers, met komma's", "en": "Kamerstuk numbers, with commas"},
    "document_language": {"nl": "Taal van het document", "en": "Language of the document"},
    "url": {"nl": "Webadres", "en": "Web address"},
    "unknown": {"nl": "onbekend", "en": "unknown"},
    "save": {"nl": "Bewaar", "en": "Save"},
    "cancel": {"nl": "Annuleer", "en": "Cancel"},
    "no_title": {"nl": "Geef een titel.", "en": "Give a title."},
    "bad_date": {"nl": "Schrijf de datum als jjjj-mm-dd.", "en": "Write the date as yyyy-mm-dd."},
    "bad_url": {
        "nl": "Een webadres begint met https:// of http://.",
        "en": "A web address begins with https:// or http://.",
    },
    "remove_sure": {"nl": "«{title}» uit de index verwijderen?", "en": "Remove «{title}» from the index?"},
    "remove_added": {
        "nl": "Het toegevoegde bestand wordt ook gewist. Dit kan niet ongedaan worden gemaakt.",
        "en": "The added file is erased too. This cannot be undone.",
    },
    "remove_elsewhere": {
        "nl": "Het bestand zelf blijft staan; wie zijn map opnieuw inleest, krijgt het terug.",
        "en": "The file itself stays; reading its folder again brings it back.",
    },
    # problems
    "problem": {"nl": "Er ging iets mis.", "en": "Something went wrong."},
    "problem_told": {"nl": "{kind} De melding luidt: {message}", "en": "{kind} The message is: {message}"},
    "problem_unseen": {
        "nl": "Er ging iets mis dat niet voorzien was. Probeer het opnieuw; wie de app beheert, vindt de oorzaak in het logboek.",
        "en": "Something went wrong that was not foreseen. Try again; whoever runs the app finds the cause in its log.",
    },
    "problem_QuestionError": {
        "nl": "Deze vraag kan niet worden gesteld.",
        "en": "This question cannot be asked.",
    },
    "problem_DocumentError": {
        "nl": "Dit document kan niet worden gelezen.",
        "en": "This document cannot be read.",
    },
    "problem_ManifestError": {
        "nl": "Er staat iets verkeerd in een manifest.",
        "en": "Something is wrong in a manifest.",
    },
    "problem_StoreError": {"nl": "De opslag kan niet worden gebruikt.", "en": "The store cannot be used."},
    "problem_ModelError": {"nl": "Een model kan niet worden gebruikt.", "en": "A model cannot be used."},
    "problem_SettingsError": {"nl": "Een instelling klopt niet.", "en": "A setting is wrong."},
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
        "Wat eist WO=MEN van het kabinet over conflictgerelateerd seksueel geweld?",
    ),
    "en": (
        "What did NL commit on the Sudan FFM?",
        "How much does the Netherlands give to the OHCHR office in Sudan?",
        "What did the minister answer about the trafficking of Rohingya children?",
    ),
}


def text(key: str, language: Language, **values: object) -> str:
    """One of the texts of the interface, filled in."""
    return TEXTS[key][language].format(**values)
