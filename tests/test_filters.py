"""What a person types to narrow an answer."""

import pytest

from rag.errors import InputError
from rag.filters import Filters, parse_filters
from rag.types import Description

DOCUMENTS = {
    "a.txt": Description(
        "A",
        "kamerbrief",
        "Minister van Buitenlandse Zaken",
        "government",
        "2024-05-01",
        dossier=("36247-11",),
    ),
    "b.txt": Description("B", "letter", "Platform Vrede", "civil_society", None, dossier=("36 600 XVII",)),
    "c.txt": Description("C"),
}


def passing(**values):
    return parse_filters(**values).documents_of(DOCUMENTS)


def test_nothing_given_lets_everything_through():
    assert parse_filters() == Filters()
    assert passing() is None
    assert passing(roles=["government"]) is None  # decided sentence by sentence


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kinds": ["kamerbrief"]}, ["a.txt"]),
        ({"kinds": ["kamerbrief", "letter"]}, ["a.txt", "b.txt"]),
        ({"senders": ["buitenlandse"]}, ["a.txt"]),
        ({"senders": ["BUITENLANDSE", "vrede"]}, ["a.txt", "b.txt"]),
        ({"documents": ["c.txt"]}, ["c.txt"]),
        ({"documents": ["C.TXT"]}, []),
        ({"dossiers": ["36247"]}, ["a.txt"]),
        ({"dossiers": ["36 247"]}, ["a.txt"]),
        ({"dossiers": ["36247-11"]}, ["a.txt"]),
        ({"dossiers": ["36247-12"]}, []),
        ({"dossiers": ["3624"]}, []),
        pytest.param({"dossiers": ["36 600 XVII"]}, ["b.txt"]),
        ({"since": "2024-05-01", "until": "2024-05-01"}, ["a.txt"]),
        ({"since": "2024-05-02"}, []),
        ({"until": "2024-04-30"}, []),
        ({"kinds": ["letter"], "senders": ["minister"]}, []),
    ],
)  # fmt: skip
def test_documents_that_pass(values, expected):
    assert passing(**values) == expected


@pytest.mark.parametrize(
    "date", ["2024-5-1", "1 mei 2024", "gisteren", "", "2024-02-30", "01-05-2024", "2024"]
)
def test_what_is_no_date_is_told_with_its_option_and_form(date):
    with pytest.raises(InputError, match=r"--since «.*» is not a date; write YYYY-MM-DD"):
        parse_filters(since=date)


def test_dates_the_wrong_way_round_are_told():
    with pytest.raises(InputError, match=r"--since 2024-05-02 is later than --until 2024-05-01"):
        parse_filters(since="2024-05-02", until="2024-05-01")


@pytest.mark.parametrize(
    ("option", "values", "known"),
    [("--role", {"roles": ["kabinet"]}, "government"), ("--kind", {"kinds": ["brief"]}, "kamerbrief")],
)
def test_unknown_value_is_told_with_the_known_ones(option, values, known):
    with pytest.raises(InputError, match=rf"{option} «\w+» is not known; it is one of .*{known}"):
        parse_filters(**values)
