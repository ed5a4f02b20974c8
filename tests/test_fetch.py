"""Fetching, against a server on this machine that answers as the services are documented to."""

import json

import pytest
from fake_services import HOUSE, FakeServices
from formats.layouts import pdf
from support import settings_for

from rag.errors import FetchError, InputError
from rag.fetch import fetch
from rag.fetch.polite import Polite, RefusedError
from rag.fetch.publicaties import question
from rag.fetch.shelf import safe_name
from rag.fetch.tweedekamer import condition
from rag.fetch.wanted import Wanted, parse_wanted
from rag.ingest import ingest
from rag.manifest import read_manifest
from rag.store.index import open_index

PDF = pdf([[(60, 700, 11, "De minister zegt hulp toe aan Soedan.")]])
XML = b"<officiele-publicatie><kamerstuk><al>De minister zegt hulp toe aan Soedan.</al></kamerstuk></officiele-publicatie>"
RESOURCES = {f"/OData/v4/2.0/Document({d['Id']})/resource": PDF for d in HOUSE}


def publications(address):
    return [
        ("kst-36247-11", "Brief over Soedan", "Brief regering", "36247", "11", "2024-01-15", {"xml": f"{address}/a.xml", "pdf": f"{address}/a.pdf"}),
        ("kst-36247-20", "Motie over Mali", "Motie", "36247", "20", "2024-03-01", {"pdf": f"{address}/b.pdf"}),
        ("kst-36247-21", "Brief over Niger", "Brief regering", "36247", "21", "2024-05-01", {"xml": f"{address}/c.xml"}),
        ("kst-36247-22", "Een kaart", "Bijlage", "36247", "22", "2024-06-01", {"jpg": f"{address}/d.jpg"}),
    ]  # fmt: skip


@pytest.fixture
def services():
    files = {**RESOURCES, "/a.xml": XML, "/b.pdf": PDF, "/c.xml": XML}
    with FakeServices(files=files, publications=publications) as running:
        yield running


@pytest.fixture
def settings(tmp_path, services, tiny_model):
    return settings_for(
        tmp_path / "index",
        tk_url=services.tk_url,
        sru_url=services.sru_url,
        fetch_pause=0,
        embedding_model=str(tiny_model),
    )


def names(got, verdict="new"):
    return [g.name for g in got if g.verdict == verdict]


def test_dossier_is_fetched_from_the_house_over_all_its_pages(services, settings, tmp_path):
    got = fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "tweedekamer")
    assert names(got) == ["2024D00001.pdf", "2024D00002.pdf", "2024D00003.pdf"]  # a spreadsheet is not read
    assert services.asked["/OData/v4/2.0/Document"] == 2
    assert (tmp_path / "f" / "2024D00001.pdf").read_bytes() == PDF


def test_dossier_is_fetched_from_the_publications_over_all_pages_as_xml_where_there_is_xml(
    services, settings, tmp_path
):
    got = fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "officielebekendmakingen")
    assert names(got) == ["kst-36247-11.xml", "kst-36247-20.pdf", "kst-36247-21.xml"]
    assert services.asked["/sru"] == 2


def test_paper_that_both_services_have_is_fetched_once(services, settings, tmp_path):
    got = names(fetch(Wanted(dossier="36247"), tmp_path / "f", settings))
    assert "kst-36247-11.xml" in got and "2024D00001.pdf" not in got and "2024D00002.pdf" in got


@pytest.mark.parametrize(
    ("wanted", "fetched"),
    [
        (Wanted(query="Soedan"), {1, 2, 4}),
        (Wanted(query="Soedan's"), {2}),
        (Wanted(kind="kamerbrief"), {1, 3}),
        (Wanted(since="2024-03-01"), {3, 4}),
        (Wanted(dossier="36247", kind="motie", since="2024-01-01"), {2}),
    ],
)
def test_every_part_of_the_question_narrows_it(settings, tmp_path, wanted, fetched):
    got = names(fetch(wanted, tmp_path / "f", settings, "tweedekamer"))
    assert got == [f"2024D0000{i}.pdf" for i in sorted(fetched)]


def test_manifest_says_what_the_service_says_with_the_address_and_sources_the_licence(
    services, settings, tmp_path
):
    fetch(Wanted(dossier="36247"), tmp_path / "f", settings)
    described = read_manifest(tmp_path / "f")
    letter = described["2024D00003.pdf"]
    assert (letter.title, letter.kind, letter.role, letter.date) == (
        "Noodhulp aan Jemen",
        "kamerbrief",
        "government",
        "2024-03-15",
    )
    assert letter.sender == "A. de Vries (minister van Buitenlandse Zaken)"
    assert letter.dossier == ("36247", "36247-13")
    assert letter.url == f"{services.tk_url}/Document({HOUSE[2]['Id']})/resource"
    assert described["kst-36247-20.pdf"].role == "parliament"
    sources = json.loads((tmp_path / "f" / "sources.json").read_text(encoding="utf-8"))
    assert {s["licence"] for i, s in sources.items() if i.startswith("tweedekamer")} == {"CC0 1.0"}
    assert {s["licence"] for i, s in sources.items() if i.startswith("officiele")} == {
        "not stated in the record"
    }
    assert all(len(s["sha256"]) == 64 and s["address"].startswith(services.address) for s in sources.values())


def test_what_was_fetched_can_be_asked_about(settings, tmp_path):
    fetch(Wanted(dossier="36247"), tmp_path / "f", settings)
    report = ingest([tmp_path / "f"], settings)
    assert {line.verdict for line in report.lines} == {"new"}
    index = open_index(settings)
    assert index.page("2024D00003.pdf", 0) == 1
    assert index.descriptions["kst-36247-11.xml"].title == "Brief over Soedan"


def test_second_time_brings_nothing_and_keeps_what_was_mended(services, settings, tmp_path):
    home = tmp_path / "f"
    fetch(Wanted(dossier="36247"), home, settings, "tweedekamer")
    mended = (home / "manifest.toml").read_text(encoding="utf-8").replace("Inzet in Soedan", "Mijn titel")
    (home / "manifest.toml").write_text(mended, encoding="utf-8")
    before = services.asked.copy()
    got = fetch(Wanted(dossier="36247"), home, settings, "tweedekamer")
    assert {g.verdict for g in got} == {"there"}
    assert all(services.asked[p] == before[p] for p in RESOURCES)
    assert read_manifest(home)["2024D00001.pdf"].title == "Mijn titel"


def test_stopped_halfway_it_goes_on_where_it_was(services, settings, tmp_path):
    third = f"/OData/v4/2.0/Document({HOUSE[2]['Id']})/resource"
    services.trouble[third] = [(503, {})] * 10
    with pytest.raises(FetchError, match=r"busy.*what was fetched is kept"):
        fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "tweedekamer")
    assert sorted(p.name for p in (tmp_path / "f").iterdir()) == [
        "2024D00001.pdf",
        "2024D00002.pdf",
        "manifest.toml",
        "sources.json",
    ]
    services.trouble.clear()
    assert names(fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "tweedekamer")) == [
        "2024D00003.pdf"
    ]


def test_document_that_the_service_changed_is_fetched_again(services, settings, tmp_path):
    fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "tweedekamer")
    services.house = [
        {**d, "ApiGewijzigdOp": "2025-01-01T00:00:00Z"} if d["DocumentNummer"] == "2024D00002" else d
        for d in HOUSE
    ]
    assert names(fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "tweedekamer")) == [
        "2024D00002.pdf"
    ]


def test_busy_service_is_given_the_time_that_it_asks_for(services, settings):
    waited = []
    services.trouble["/a.xml"] = [(429, {"Retry-After": "7"})]
    with Polite(settings, waited.append) as client:
        assert client.download(f"{services.address}/a.xml") == XML
    assert 7.0 in waited


def test_there_is_a_pause_between_two_requests_and_a_name_on_each(services, settings):
    waited = []
    with Polite(settings.model_copy(update={"fetch_pause": 5.0}), waited.append) as client:
        client.download(f"{services.address}/a.xml")
        client.download(f"{services.address}/c.xml")
    assert max(waited) > 4.5
    assert all(agent.startswith("kamerbron/") for agent in services.agents)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/x", "http://repository.overheid.nl/x",
     "https://repository.overheid.nl.example.org/x", "https://repository.overheid.nl:8443/x", "https://user@localhost/x", "gopher://x"],
)  # fmt: skip
def test_address_that_is_not_the_service_s_is_not_opened(services, settings, tmp_path, address):
    services.publications = lambda _: [
        ("kst-1", "Val", "Motie", "36247", "1", "2024-01-01", {"xml": address})
    ]
    (got,) = fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "officielebekendmakingen")
    assert got.verdict == "refused" and "is not opened" in got.why
    assert not (tmp_path / "f" / "kst-1.xml").exists()


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/", "file:///etc/passwd", "http://127.0.0.1:1/", "https://[::1]/", "https://repository.overheid.nl@127.0.0.1/", "//localhost/x"],
)  # fmt: skip
def test_redirect_to_another_place_is_not_followed(services, settings, to):
    services.trouble["/a.xml"] = [(302, {"Location": to})]
    with Polite(settings) as client, pytest.raises(RefusedError, match="not opened"):
        client.download(f"{services.address}/a.xml")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.8", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1"])  # fmt: skip
def test_name_of_the_service_that_leads_into_this_network_is_not_opened(settings, monkeypatch, address):
    asked = []
    monkeypatch.setattr(
        "rag.fetch.polite.socket.getaddrinfo",
        lambda host, *_, **__: asked.append(host) or [(0, 0, 0, "", (address, 443))],
    )
    with Polite(settings) as client, pytest.raises(RefusedError, match="leads into this network"):
        client.download("https://repository.overheid.nl/x.xml")
    assert asked == ["repository.overheid.nl"]


def test_redirect_within_the_service_is_followed_and_one_without_end_is_not(services, settings):
    services.trouble["/b.xml"] = [(301, {"Location": "/a.xml"})]
    services.trouble["/kring"] = [(302, {"Location": "/kring"})] * 20
    with Polite(settings) as client:
        assert client.download(f"{services.address}/b.xml") == XML
        with pytest.raises(RefusedError, match="without end"):
            client.download(f"{services.address}/kring")


def test_document_that_is_too_large_is_refused_and_the_others_are_fetched(services, settings, tmp_path):
    services.files["/a.xml"] = b"x" * 1_100_000
    small = settings.model_copy(update={"read_file_mb": 1})
    got = fetch(Wanted(dossier="36247"), tmp_path / "f", small, "officielebekendmakingen")
    assert "larger than 1,000,000 bytes" in next(g.why for g in got if g.name == "kst-36247-11.xml")
    assert names(got) == ["kst-36247-20.pdf", "kst-36247-21.xml"]


def test_document_that_is_not_there_is_refused_and_the_others_are_fetched(services, settings, tmp_path):
    del services.files["/a.xml"]
    got = fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "officielebekendmakingen")
    assert "404" in next(g.why for g in got if g.verdict == "refused") and len(names(got)) == 2


@pytest.mark.parametrize(
    "answer", [b"<html>onderhoud</html>", b"niets", b'<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>']
)
def test_answer_that_is_none_is_an_error_that_says_so(services, settings, tmp_path, answer):
    services._sru = lambda _: answer
    services._house = lambda _: {"iets": 1}
    for service in ("officielebekendmakingen", "tweedekamer"):
        with pytest.raises(FetchError):
            fetch(Wanted(dossier="36247"), tmp_path / "f", settings, service)


def test_diagnostic_of_the_service_is_told(services, settings, tmp_path):
    services._sru = lambda _: (
        b'<r xmlns="http://docs.oasis-open.org/ns/search-ws/sruResponse"><numberOfRecords>0</numberOfRecords><diagnostics>'
        b"<diagnostic><message>Query syntax error</message></diagnostic></diagnostics></r>"
    )
    with pytest.raises(FetchError, match="refuses the question: Query syntax error"):
        fetch(Wanted(dossier="36247"), tmp_path / "f", settings, "officielebekendmakingen")


def test_missing_service_is_an_error_that_names_it(tmp_path):
    settings = settings_for(
        tmp_path / "i", tk_url="http://127.0.0.1:9", sru_url="http://127.0.0.1:9", fetch_pause=0
    )
    with pytest.raises(FetchError, match=r"127\.0\.0\.1:9: it cannot be reached"):
        fetch(Wanted(dossier="36247"), tmp_path / "f", settings)


@pytest.mark.parametrize(
    ("said", "dossier"),
    [("36247", "36247"), ("36 247", "36247"), ("36.600 xvii", "36600-XVII"), ("21501-02", "21501-02")],
)
def test_dossier_is_understood_as_people_write_it(said, dossier):
    assert parse_wanted(said, "", "", "", 10).dossier == dossier


@pytest.mark.parametrize("bad", [{"dossier": "abc"}, {"dossier": "1' or true"}, {"since": "gisteren"}])
def test_what_is_no_dossier_or_date_is_refused(bad):
    with pytest.raises(InputError):
        parse_wanted(**{"dossier": "", "query": "", "kind": "", "since": "", "most": 1, **bad})


def test_nothing_asked_for_is_an_error(settings, tmp_path):
    with pytest.raises(InputError, match="Say what to fetch"):
        fetch(Wanted(), tmp_path / "f", settings)


def test_words_of_a_question_cannot_end_its_strings():
    assert "contains(Onderwerp,'o''neill')" in condition(Wanted(query="o'neill"))
    assert question(Wanted(query='a" OR dt.type="b')).count('"') % 2 == 0
    assert 'all "a  OR dt.type= b"' in question(Wanted(query='a" OR dt.type="b'))


@pytest.mark.parametrize("name", ["../../weg.pdf", "a/b.pdf", "...", "con\x00.pdf", "é\u202e.pdf", ""])
def test_file_name_of_a_service_leads_nowhere_else(name):
    safe = safe_name(name)
    assert safe and "/" not in safe and not safe.startswith(".") and safe.isascii() and safe.isprintable()
