import itertools
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.words.quantities import find_quantities, normal_number

SEEDS = Path(__file__).parent.parent / "seeds"
FEW = settings(max_examples=100, deadline=None)
# Dotless and dotted capital i are left out: test_turkish_i_in_a_month_is_no_crash is about them.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="ıİ")
FRAGMENTS = st.sampled_from(
    [
        "Kamerstuk",
        "Kamerstukken",
        "nr.",
        "nrs.",
        "en",
        ",",
        ".",
        "-",
        "€",
        "%",
        "euro",
        "mln.",
        "miljoen",
        "procent",
        "januari",
        "mei",
        "may",
        "24",
        "november",
        "2025",
        "36247",
        "36",
        "247",
        "XVII-55",
        "21",
        "501-02",
        "1.234,50",
        "2025-11-24",
        "twee",
        "S/2025/556",
        "0",
        "99",
        "٣٤",
        "５",
        "²",
    ]
)
OPEN_TEXT = st.one_of(
    st.text(CHARACTERS, max_size=200),
    st.lists(st.one_of(FRAGMENTS, st.text(CHARACTERS, max_size=4)), max_size=25).map(" ".join),
    st.lists(FRAGMENTS, max_size=25).map("".join),
)


def dossier_keys(text):
    return [q.key for q in find_quantities(text) if q.kind == "dossier"]


def seen(text):
    return [(q.kind, q.key) for q in find_quantities(text)]


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("36247 nr. 11", ["36247-11"]),
        ("36 247 nr.11", ["36247-11"]),
        ("36 600 XVII-55", ["36600-XVII-55"]),
        ("21 501-02, nr. 2849", ["21501-02-2849"]),
        ("26 150 en 34 952, nr. 190", ["26150", "34952-190"]),
        ("29237, nr. 234", ["29237-234"]),
        ("36 200 V, nr. 72", ["36200-V-72"]),
        ("32 735,\nnr. 370", ["32735-370"]),
    ],
)
def test_each_way_to_write_a_kamerstuk_number_gives_one_spelling(written, keys):
    for word in ("Kamerstuk ", "Kamerstukken ", "(Kamerstuk\n"):
        assert dossier_keys(word + written) == keys
        assert [kind for kind, _ in seen(word + written)] == ["dossier"] * len(keys)


@pytest.mark.parametrize("written", ["36247 nr. 11", "36 247 nr.11", "36 600 XVII-55", "21 501-02, nr. 2849"])
def test_kamerstuk_number_is_known_without_the_word(written):
    assert [kind for kind, _ in seen(written)] == ["dossier"]
    assert dossier_keys(written) == dossier_keys(f"Kamerstuk {written}")


def test_list_of_kamerstuk_numbers_is_known_without_the_word():
    assert dossier_keys("26 150 en 34 952, nr. 190") == ["26150", "34952-190"]


@pytest.mark.parametrize("written", ["KAMERSTUK 36 247 NR. 11", "Kamerstuk 36247, Nr. 11"])
def test_kamerstuk_number_with_a_capital_nr(written):
    assert dossier_keys(written) == ["36247-11"]


def test_every_kamerstuk_of_a_seed_broken_across_lines_or_not():
    text = (SEEDS / "002_e49cc5204c9253bf.txt").read_text(encoding="utf-8")
    assert dossier_keys(text) == [
        "26150", "34952-190", "26150", "36180-202", "32735-370", "36045-166", "36600-XVII-55",
        "21501-02-2849",
        "27925-943", "29521-461", "19637-3211", "30420-374", "36200-V-72", "32735-370", "29237-183",
        "31793-252",
        "36180-25", "33694-12",
    ]  # fmt: skip


def test_un_document_number_is_no_kamerstuk():
    assert dossier_keys("S/2025/556 en 2021-2025, 36.247 gevallen, 12 345 mensen") == []


def test_kamerstuk_digits_are_not_numbers_a_second_time():
    assert seen("Kamerstuk 36 247 nr.11 over 5 landen") == [("dossier", "36247-11"), ("number", "5")]


@pytest.mark.parametrize(
    "written", ["24 november 2025", "November 24, 2025", "2025-11-24", "24th of November 2025"]
)
def test_one_day_has_one_spelling_in_both_languages(written):
    assert seen(written) == [("date", "2025-11-24")]


@pytest.mark.parametrize(
    ("written", "key"),
    [("november 2025", "2025-11"), ("8 maart 2016", "2016-03-08"), ("31 oktober 2000", "2000-10-31"),
     ("21 januari", "-----01-21")],
)  # fmt: skip
def test_dates_with_and_without_day_or_year(written, key):
    assert seen(written) == [("date", key)]


def test_last_years_jl_is_no_year():
    assert seen("25 september jl. heb ik") == [("date", "-----09-25")]


def test_period_with_a_dash_is_two_years_not_a_difference():
    assert seen("(2026–2030)") == seen("(2026-2030)") == [("number", "2026"), ("number", "2030")]


@pytest.mark.parametrize("written", ["2025-00-10", "0 mei 2025", "30 februari 2025"])
def test_day_that_does_not_exist_is_no_date(written):
    assert "date" not in [kind for kind, _ in seen(written)]


@pytest.mark.parametrize("written", ["1 aprıl 2025", "1 APRİL 2025"])
def test_turkish_i_in_a_month_is_no_crash(written):
    find_quantities(written)


@pytest.mark.parametrize(
    ("written", "kind", "key"),
    [
        ("38.000", "number", "38000"),
        ("38,000", "number", "38000"),
        ("2.500.000", "number", "2500000"),
        ("1.234,50", "number", "1234.5"),
        ("1,234.50", "number", "1234.5"),
        ("5.5 million", "number", "5500000"),
        ("5,5 miljoen", "number", "5500000"),
        ("5,5 miljoen \neuro", "amount", "5500000"),
        ("5,5 mln. euro", "amount", "5500000"),
        ("€ 5,5 mln.", "amount", "5500000"),
        ("€5.5m", "amount", "5500000"),
        ("39,9 miljoen euro", "amount", "39900000"),
        ("115 miljoen euro", "amount", "115000000"),
        ("1,5 mld. euro", "amount", "1500000000"),
        ("$2 billion", "amount", "2000000000"),
        ("20 procent", "percentage", "20%"),
        ("20%", "percentage", "20%"),
        ("20 per cent", "percentage", "20%"),
        ("288%", "percentage", "288%"),
    ],
)
def test_dutch_and_english_amounts_share_a_spelling(written, kind, key):
    assert seen(written) == [(kind, key)]


def test_m_without_a_currency_is_metres_not_millions():
    assert seen("3 m") == [("number", "3")]


def test_three_decimals_behind_a_zero_are_decimals():
    assert seen("0,125 procent") == [("percentage", "0.125%")]


def test_long_numbers_keep_all_their_digits():
    assert seen("1" * 40) == [("number", "1" * 40)]


@pytest.mark.parametrize("text", ["acht het kabinet", "een van de landen", "one of them", "Aan de orde"])
def test_articles_and_verbs_are_no_number_words(text):
    assert seen(text) == []


def test_number_words_of_both_languages():
    assert seen("twee landen, Zestien en twenty") == [("number", "2"), ("number", "16"), ("number", "20")]


def test_digits_inside_a_word_are_no_number():
    assert seen("NAP1325-IV") == [] and seen("de 79ste vergadering") == []


def test_spans_hold_what_was_written():
    text = "In 2023 gaf Nederland 5,5 miljoen euro (Kamerstuk 36 247 nr.11) op 8 maart 2016."
    found = [text[q.start : q.end].strip() for q in find_quantities(text)]
    assert found == ["2023", "5,5 miljoen euro", "36 247 nr.11", "8 maart 2016"]


@FEW
@given(OPEN_TEXT)
def test_any_text_gives_ordered_spans_inside_it(text):
    found = find_quantities(text)
    assert all(0 <= q.start < q.end <= len(text) and text[q.start : q.end].strip() and q.key for q in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@FEW
@given(st.from_regex(re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,4}){0,4}"), fullmatch=True))
def test_any_written_number_has_a_plain_spelling(written):
    plain = normal_number(written)
    assert "," not in plain and plain.count(".") <= 1
    assert Decimal(plain) >= 0


@FEW
@given(st.integers(min_value=1000, max_value=10**15))
def test_dutch_and_english_thousands_are_the_same_number(number):
    english = f"{number:,}"
    assert normal_number(english) == normal_number(english.replace(",", ".")) == str(number)
    assert (
        seen(f"aan {english} mensen")
        == seen(f"aan {english.replace(',', '.')} mensen")
        == [("number", str(number))]
    )
