import itertools

import pytest
from babel import Locale

from rag.errors import KamerbronError
from rag.question import FORMS
from rag.words.glossary import (
    Entry,
    Glossary,
    glossary,
    is_abbreviation,
    key,
    problems,
    read_capitals,
    read_entries,
    territories,
)


def forms(words, language):
    """Every form that the glossary offers for words, in small letters."""
    pieces = words.replace("-", " ").split()
    return {form.casefold() for match in glossary().match(pieces, language) for form, _ in match.forms}


def weights(words, language):
    return {
        form: weight for match in glossary().match(words.split(), language) for form, weight in match.forms
    }


def test_glossary_is_large_enough_for_the_domain():
    assert len(read_entries()) >= 800


def test_no_entry_is_said_twice_or_can_never_match():
    assert problems(read_entries()) == []


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (Entry(("the of",), ("van",), "x.txt:1"), "nothing to search for"),
        (Entry(("a b c d e f",), ("iets",), "x.txt:1"), "longer than"),
        (Entry(("peace", "peace"), ("vrede",), "x.txt:1"), "stands in"),
        (Entry(("peace",), ("vrede", "Vrede"), "x.txt:1"), "twice"),
        (Entry(("peace",), ("-",), "x.txt:1"), "is empty"),
    ],
)
def test_problems_names_what_is_wrong(entry, what):
    (problem,) = problems([entry])
    assert what in problem and problem.startswith("x.txt:1")


@pytest.mark.parametrize(
    ("abbreviation", "language", "meant"),
    [
        ("FFM", "en", "Fact-Finding Mission"),
        ("FFM", "nl", "Fact-Finding Mission"),
        ("CRSV", "en", "conflictgerelateerd seksueel geweld"),
        ("CRSV", "nl", "conflictgerelateerd seksueel geweld"),
        ("ICC", "en", "Internationaal Strafhof"),
        ("ICC", "en", "ISH"),
        ("ICC", "nl", "Internationaal Strafhof"),
        ("ICC", "nl", "ISH"),
        ("ISH", "nl", "Internationaal Strafhof"),
        ("ISH", "nl", "ICC"),
        ("MHPSS", "en", "mentale gezondheid en psychosociale steun"),
        ("MHPSS", "nl", "mentale gezondheid en psychosociale steun"),
        ("SRHR", "en", "SRGR"),
        ("SRHR", "nl", "SRGR"),
        ("SRGR", "nl", "SRHR"),
        ("SRGR", "nl", "seksuele en reproductieve rechten"),
        ("NAP", "en", "nationaal actieplan"),
        ("NAP", "nl", "nationaal actieplan"),
        ("WPS", "en", "VVV"),
        ("WPS", "nl", "VVV"),
        ("VVV", "nl", "WPS"),
        ("VVV", "nl", "vrouwen vrede en veiligheid"),
        ("DRA", "en", "Dutch Relief Alliance"),
        ("DRA", "nl", "Dutch Relief Alliance"),
        ("OHCHR", "en", "Hoge Commissaris voor de Mensenrechten"),
        ("OHCHR", "nl", "Hoge Commissaris voor de Mensenrechten"),
        ("EU", "en", "Europese Unie"),
        ("EU", "nl", "Europese Unie"),
        ("UN", "en", "VN"),
        ("UN", "nl", "VN"),
        ("VN", "nl", "UN"),
        ("VN", "nl", "Verenigde Naties"),
    ],
)
def test_abbreviation_gives_what_it_stands_for(abbreviation, language, meant):
    assert meant.casefold() in forms(abbreviation, language)


@pytest.mark.parametrize(
    ("words", "language", "abbreviation"),
    [
        ("Fact-Finding Mission", "nl", "FFM"),
        ("conflictgerelateerd seksueel geweld", "nl", "CRSV"),
        ("conflict related sexual violence", "en", "CRSV"),
        ("Internationaal Strafhof", "nl", "ISH"),
        ("International Criminal Court", "en", "ISH"),
        ("psychosociale hulp", "nl", "MHPSS"),
        ("seksuele en reproductieve rechten", "nl", "SRGR"),
        ("Nationaal Actieplan", "nl", "NAP"),
        ("Vrouwen Vrede en Veiligheid", "nl", "WPS"),
        ("women peace and security", "en", "VVV"),
        ("Dutch Relief Alliance", "nl", "DRA"),
        ("Hoge Commissaris voor de Mensenrechten", "nl", "OHCHR"),
        ("Europese Unie", "nl", "EU"),
        ("Verenigde Naties", "nl", "VN"),
        ("United Nations", "en", "VN"),
    ],
)
def test_what_an_abbreviation_stands_for_gives_the_abbreviation(words, language, abbreviation):
    assert abbreviation.casefold() in forms(words, language)


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("Sudan", "Soedan"),
        ("South Sudan", "Zuid-Soedan"),
        ("Germany", "Duitsland"),
        ("Ukraine", "Oekraïne"),
        ("Ethiopia", "Ethiopië"),
        ("Syria", "Syrië"),
        ("Uganda", "Oeganda"),
        ("Rwanda", "Rwanda"),
        ("Colombia", "Colombia"),
    ],
)
def test_country_is_known_from_cldr(english, dutch):
    assert dutch.casefold() in forms(english, "en")
    assert any(dutch in entry.dutch and english in entry.english for entry in territories())


def test_every_state_of_cldr_is_an_entry_once_and_the_netherlands_are_left_to_the_glossary():
    codes = [entry.source for entry in territories()]
    assert len(codes) == len(set(codes)) > 200
    assert {f"CLDR:{c}" for c in Locale("en").territories if c.isalpha() and c not in ("ZZ", "NL")} <= set(
        codes
    )
    assert "CLDR:NL" not in codes


def test_south_sudan_wins_over_sudan():
    (match,) = glossary().match(["South", "Sudan"], "en")
    assert (match.start, match.end) == (0, 2) and "Soedan" not in dict(match.forms)


def test_longest_phrase_wins_and_matches_do_not_overlap():
    asked = ["did", "the", "fact", "finding", "mission", "visit", "Sudan"]
    matches = glossary().match(asked, "en")
    assert all(a.end <= b.start for a, b in itertools.pairwise(matches))
    assert any(asked[m.start : m.end] == ["fact", "finding", "mission"] for m in matches)


def test_weight_falls_in_the_order_the_expert_wrote_and_is_one_at_most():
    one = Glossary([Entry(("peace",), ("vrede", "vreedzaam", "rust"), "x.txt:1")])
    (match,) = one.match(["peace"], "en")
    assert [form for form, _ in match.forms] == ["vrede", "vreedzaam", "rust"]
    values = [weight for _, weight in match.forms]
    assert values == sorted(values, reverse=True) and values[0] == 1.0 and values[2] < values[1]
    assert all(0 < w <= 1 for w in weights("United Nations peace sanctions", "en").values())


def test_inflected_english_word_is_matched_by_its_dictionary_form():
    assert forms("survivors", "en") == forms("survivor", "en") != set()
    assert forms("pledges", "en") & forms("pledge", "en")


@pytest.mark.parametrize("word", ["who", "us", "it"])
def test_function_word_is_no_abbreviation(word):
    assert glossary().match([word], "en") == []


@pytest.mark.parametrize(
    ("word", "meant"), [("WHO", "wereldgezondheidsorganisatie"), ("US", "verenigde staten")]
)
def test_abbreviation_that_looks_like_a_function_word_is_kept(word, meant):
    assert meant in forms(word, "en")


def test_kamer_is_not_cameroon():
    assert "cameroon" not in forms("Kamer", "nl")


def test_plural_of_an_abbreviation_is_the_abbreviation():
    assert "kamerlid" in forms("MP", "en")
    assert "kamerlid" in forms("MPs", "en")


@pytest.mark.parametrize(
    "word",
    [
        "pledge", "commit", "survivor", "peacekeeper", "funding", "sanctions", "fact-finding", "cabinet",
        pytest.param("vests", ),
    ],
)  # fmt: skip
def test_word_that_a_generic_dictionary_misses_is_known(word):
    assert forms(word, "en")


@pytest.mark.parametrize("form", ["FFM", "OHCHR", "VN-VR", "WO=MEN", "S4"])
def test_capitals_are_an_abbreviation(form):
    assert is_abbreviation(form)


@pytest.mark.parametrize("form", ["Kamer", "1325", "I", "DE KAMER", "MHPSS-experts", ""])
def test_other_words_are_no_abbreviation(form):
    assert not is_abbreviation(form)


def test_key_reads_hyphens_as_spaces_and_folds_inflection():
    assert key("fact-finding missions", "en") == key("Fact finding mission", "en")
    assert key("FFM", "en") == ("ffm",)


def test_matching_no_words_matches_nothing():
    assert glossary().match([], "en") == [] and glossary().match(["xyzzy"], "nl") == []


def test_malformed_line_names_the_file_and_the_line():
    from rag.words.glossary import _parse

    for line in ("peace vrede", "peace = vrede = rust", "peace | = vrede"):
        with pytest.raises(KamerbronError, match=r"^state\.txt:7"):
            _parse(line, "state.txt:7")


@pytest.mark.parametrize(
    ("state", "form"),
    [("Libya", "Libisch"), ("Syria", "Syrisch"), ("Honduras", "Hondurees"), ("Syria", "syrian")],
)
def test_a_state_is_spoken_of_where_something_is_of_it(state, form):
    """ "Women politicians in Libya": the letter has Libyan politicians, and the name of the state nowhere."""
    assert 0.5 < weights(state, "en")[form] < 1


def test_what_is_of_a_state_is_spoken_of_where_a_text_names_it_in_english():
    """ "Croatian group": a note has "Ecumenical Women's Initiative (Croatia)" in the middle of Dutch."""
    assert 0.5 < weights("Croatian", "en")["Croatia"] < weights("Croatian", "en")["Kroatië"] <= 1


@pytest.mark.parametrize(
    ("capital", "language", "state"),
    [("Accra", "en", "Ghana"), ("Lusaka", "nl", "Zambia"), ("Washington", "nl", "Verenigde Staten"), ("Washington", "en", "VS")],
)  # fmt: skip
def test_capital_stands_for_its_state_and_for_itself_first(capital, language, state):
    """ "Accra pledged vests" is said of Ghana; a meeting in Washington is held in a city."""
    found = weights(capital, language)
    assert 0.5 < found[state] < found[capital] == 1.0


@pytest.mark.parametrize(
    ("state", "language", "capital"),
    [("US", "en", "Washington"), ("Verenigde Staten", "nl", "Washington"), ("Ghana", "en", "Accra")],
)
def test_a_state_is_spoken_of_where_its_capital_is(state, language, capital):
    """ "Kaag was due in the US": the letter has her in Washington."""
    assert 0.5 < weights(state, language)[capital] < 1


@pytest.mark.parametrize(
    ("region", "language", "form"),
    [("Afrikaans", "nl", "Afrika"), ("African", "en", "Afrika"), ("Asian", "en", "Azië")],
)
def test_what_is_of_a_continent_is_found_where_it_is_named(region, language, form):
    assert 0.5 < weights(region, language)[form] <= 1
    assert not glossary().is_place([region], language)  # Mali is in Africa: what names it may well answer


def test_capital_is_no_state():
    """What names a state and stands nowhere is always refused; a city may be left unsaid."""
    assert not glossary().is_place(["Lusaka"], "nl") and glossary().is_place(["Zambia"], "nl")


def test_every_capital_is_said_once_and_its_state_is_known():
    """Of a state that is misspelled there nothing is ever found."""
    entries = read_capitals()
    said = [form for entry in entries for form in entry.english]
    assert len(said) == len(set(said))
    assert [
        e.dutch for e in entries if len(e.dutch) != 1 or not glossary().is_place(e.dutch[0].split(), "nl")
    ] == []


def test_people_of_a_state_are_known_in_the_plural():
    assert "noorwegen" in forms("Norwegians", "en")


def test_what_everybody_says_is_not_crowded_out_by_abbreviations():
    """Four forms of a word are searched for, and Dutch texts write "Verenigde Staten"."""
    of = weights("Amerika", "nl")
    assert of["Verenigde Staten"] > of["USA"]
    assert len([f for f in of if of[f] > of["Verenigde Staten"]]) < FORMS


def test_house_of_representatives_is_not_a_house_of_representatives():
    """ "The House" begins where the longer name does, and ended the search for it."""
    assert forms("the House of Representatives", "en") == {"tweede kamer", "kamer"}
