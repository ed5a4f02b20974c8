import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.words.analyze import (
    common_words,
    compound_parts,
    lemma,
    ngrams,
    normal,
    quantity_terms,
    root,
    stopwords,
    terms,
    word_terms,
    words,
)

SEEDS = Path(__file__).parent.parent / "seeds"
FEW = settings(max_examples=100, deadline=None)
# Without compatibility characters: test_compatibility_capital_is_a_small_letter is about them.
PLAIN_TEXT = st.text(max_size=300).map(lambda text: unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(
    "written",
    [
        "conflict-gerelateerd", "conflict gerelateerd", "conflictgerelateerd", "aan conflict gerelateerd",
        "Conflict-Gerelateerde"[:-1], "conflict-\ngerelateerd", "conflict‑gerelateerd",
    ],
)  # fmt: skip
def test_every_way_to_write_conflictgerelateerd_shares_a_term(written):
    assert "conflictgerelateerd" in terms(f"geweld {written} seksueel")


@pytest.mark.parametrize(
    "written", ["vrouwen geleide", "survivor-geleide", "gender sensitieve", "survivor-led"]
)
def test_joining_adjective_makes_one_term_with_the_word_before_it(written):
    assert normal(re.sub(r"[ -]", "", written)) in terms(written)


def test_word_with_a_stray_hyphen_inside_a_line_is_found_whole():
    assert "democratische" in terms("In de Democra-tische Republiek Congo")


@pytest.mark.parametrize("word", ["geweld", "gebied", "gerechtigheid"])
def test_stem_does_not_eat_the_word(word):
    assert lemma(word) == root(word) == word
    assert not {"wel", "bied", "recht"} & {lemma(word), root(word)}


def test_geweld_counts_as_often_as_it_stands_in_the_seeds():
    texts = [path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")]
    assert sum(terms(text).count("geweld") for text in texts) == sum(
        len(re.findall(r"(?<![\w-])geweld(?![\w-])", text, re.IGNORECASE)) for text in texts
    )


@pytest.mark.parametrize(
    ("seed", "whole"),
    [
        ("000", "conflictgerelateerd gendergerelateerd"),
        ("002",
         "betekenisvolle genderperspectieven mensenrechtenverdedigers beleidskader genderanalyses "
         "gendergerelateerd nederlandse kindvriendelijke veiligheidsinzet operations raadpleegde "
         "migrantenvrouwen beleidskompas verplichtingen uitvoeringsperiode"),
        ("003",
         "seksindustrie beschermingsmaatregelen bangladeshi understanding hulporganisaties washington "
         "gelegenheid veiligheidsraad uitgangspunten mensenrechtencriteria sanctieregime systematischer "
         "groeperingen veiligheidsraadleden straffeloosheid"),
        ("004", "organisatiesensitieve"),
    ],
)  # fmt: skip
def test_word_broken_across_lines_of_a_seed_is_a_whole_term(seed, whole):
    text = next(SEEDS.glob(f"{seed}_*.txt")).read_text(encoding="utf-8")
    assert set(whole.split()) <= set(terms(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oekraïne", "Oekraine"),
        ("Financiële", "financiele"),
        ("regio’s", "regio"),
        ("ngo's", "NGO"),
        ("vier\u00adde", "vierde"),
    ],
)
def test_one_spelling_without_capitals_diacritics_and_possessives(one, other):
    assert normal(one) == normal(other)


def test_hyphen_and_digits_divide_a_word_and_keep_it_whole_too():
    assert word_terms("NAP1325-IV") == ("nap1325iv", "nap", "#1325", "iv")
    assert word_terms("VN-bezuinigingen") == ("vnbezuinigingen", "vn", "bezuinigingen")
    assert word_terms("WO=MEN")[1:] == ("wo", "men")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("39,9 miljoen euro", "#39900000"),
        ("38.000 gevallen", "#38000"),
        ("20 procent in 2018", "%20"),
        ("op 24 november 2025", "@2025-11-24"),
        ("op 24 november 2025", "@2025-11"),
        ("op 24 november 2025", "#2025"),
        ("Kamerstuk 36 247 nr.11", "§36247-11"),
        ("Kamerstuk 36247 nr. 11", "§36247"),
        ("Kamerstuk 21 501-02, nr. 2849", "§21501-02-2849"),
        ("resolutie 1325", "#1325"),
    ],
)
def test_quantity_is_a_marked_term(text, expected):
    assert expected in terms(text)


def test_digits_of_a_date_are_not_terms_a_second_time():
    assert [t for t in terms("op 24 november 2025") if not t[0].isalpha()] == [
        "@2025-11-24",
        "@2025-11",
        "#2025",
    ]


def test_digits_of_a_kamerstuk_are_not_terms_a_second_time():
    assert terms("Kamerstuk 36 247 nr.11") == terms("Kamerstuk 36247 nr. 11")


def test_date_without_a_year_has_no_year_term():
    assert not any(t.startswith("#") for t in quantity_terms("date", "-----05-12"))


def test_percentage_is_also_its_number():
    assert quantity_terms("percentage", "5.5%") == ["%5.5", "#5.5"]


@pytest.mark.parametrize(
    "address", ["https://www.un.org/en/S/2025/556", "www.cordaid.org/women-peace", "http://mhpsshub.org"]
)
def test_address_of_a_page_is_no_text(address):
    assert terms(f"zie {address}") == terms("zie")
    assert words(f"zie {address}") == ["zie"]


def test_function_words_are_no_terms_but_an_abbreviation_that_looks_like_one_is():
    assert terms("de inzet van het kabinet is er") == ["inzet", "kabinet"]
    assert terms("the US and us") == ["us"] and terms("who WHO") == ["who"]


def test_inflection_shares_a_lemma_and_derivation_a_root():
    assert lemma("gebieden") == lemma("gebied") and lemma("vrouwen") == "vrouw"
    assert root("veroordelen") == root("veroordeling") and root("Oeganda") == root("oegandees")


def test_lemma_leaves_marked_terms_alone():
    assert [lemma(t) for t in ("#2025", "%5", "@2025-11", "§36247", "")] == [
        "#2025",
        "%5",
        "@2025-11",
        "§36247",
        "",
    ]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("sanctieregime", ("sanctie", "regime")),
        ("veroordelingspercentage", ("veroordeling", "percentage")),
        ("vredesmissies", ("vrede", "missie")),
        ("geweld", ()),
        ("straffeloosheid", ()),
        ("conflict-gebied", ()),
    ],
)
def test_compound_divides_into_words_and_a_suffix_is_no_word(word, parts):
    assert compound_parts(word) == parts


def test_endless_compound_is_no_crash():
    compound_parts("raad" * 1000)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("(nood)hulp", ["noodhulp", "nood", "hulp"]),
        ("vrouwen(organisaties)", ["vrouwenorganisaties", "vrouwen", "organisaties"]),
        ("vrouwen(rechten)- en", ["vrouwenrechten", "vrouwen", "rechten"]),
        ("land(en)", ["landen", "land"]),
        ("hulp (nood)", ["hulp", "nood"]),
        ("FFM (missie)", ["ffm", "missie"]),
    ],
)
def test_two_words_written_as_one_are_both_found(written, found):
    """ "vrouwen(rechten)organisaties" answers what is asked of vrouwenorganisaties, and of vrouwenrechtenorganisaties."""
    assert terms(written) == found


def test_ngrams_mark_the_edges_of_a_word():
    assert ngrams("vrede") == {"^vre", "vred", "rede", "ede$"} and ngrams("vn") == {"^vn$"}


def test_word_lists_hold_words_in_their_one_spelling_in_both_languages():
    for lists in (stopwords(), common_words()):
        assert set(lists) == {"nl", "en"}
        assert all(w == normal(w) and w for group in lists.values() for w in group)
    assert "het" in stopwords()["nl"] and "the" in stopwords()["en"] and "niet" not in common_words()["nl"]


@pytest.mark.parametrize(("written", "spelling"), [("𝐀", "a"), ("№", "no")])
def test_compatibility_capital_is_a_small_letter(written, spelling):
    assert normal(written) == spelling


@FEW
@given(PLAIN_TEXT)
def test_any_text_gives_terms_without_white_space_or_capitals(text):
    for term in terms(text):
        assert term and not re.search(r"\s", term)
        assert term.casefold() == term or normal(term) == term


@FEW
@given(PLAIN_TEXT)
def test_normal_is_settled_after_one_time(word):
    assert normal(normal(word)) == normal(word)
