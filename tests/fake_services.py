"""The two open services on this machine's own address, answering as they are documented to.

The House: OData 4 in JSON, pages of `page` entities with @odata.nextLink, a file at …/Document(ID)/resource. Official
publications: SRU 2.0 with records in gzd form. A condition is understood as far as the tests ask.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOUSE = [
    {
        "Id": f"00000000-0000-0000-0000-00000000000{i}", "DocumentNummer": f"2024D0000{i}", "Soort": soort, "Onderwerp": about,
        "Titel": "Dossiertitel", "Datum": f"2024-0{i}-15T00:00:00+01:00", "Volgnummer": serial, "ContentType": content,
        "ApiGewijzigdOp": f"2024-0{i}-16T10:00:00Z", "Verwijderd": False,
        "Kamerstukdossier": [{"Nummer": 36247, "Toevoeging": None}] if serial else [],
        "DocumentActor": [{"ActorNaam": "A. de Vries", "Functie": "minister van Buitenlandse Zaken", "Relatie": "Eerste ondertekenaar"}] if soort == "Brief regering" else [],
    }
    for i, soort, about, serial, content in (
        (1, "Brief regering", "Inzet in Soedan", 11, "application/pdf"),
        (2, "Motie", "Motie over Soedan's vrouwen", 12, "application/pdf"),
        (3, "Brief regering", "Noodhulp aan Jemen", 13, "application/pdf"),
        (4, "Schriftelijke vragen", "Vragen over Soedan", None, "application/pdf"),
        (5, "Brief regering", "Een lijst in een rekenblad", 14, "application/vnd.ms-excel"),
    )
]  # fmt: skip


def record(identity, title, kind, dossier, number, date, files):
    links = "".join(f'<gzd:itemUrl manifestation="{form}">{url}</gzd:itemUrl>' for form, url in files.items())
    return f"""<sru:record><sru:recordSchema>gzd</sru:recordSchema><sru:recordData><gzd:gzd><gzd:originalData><overheidwetgeving:meta>
<overheidwetgeving:owmskern><dcterms:identifier>{identity}</dcterms:identifier><dcterms:title>Dossier; {title}</dcterms:title>
<dcterms:type scheme="OVERHEIDop.Parlementair">Kamerstuk</dcterms:type><dcterms:type scheme="OVERHEIDop.KamerstukTypen">{kind}</dcterms:type>
<dcterms:modified>{date}</dcterms:modified></overheidwetgeving:owmskern><overheidwetgeving:owmsmantel><dcterms:date>{date}</dcterms:date></overheidwetgeving:owmsmantel>
<overheidwetgeving:tpmeta><overheidwetgeving:documenttitel>{title}</overheidwetgeving:documenttitel><overheidwetgeving:dossiernummer>{dossier}</overheidwetgeving:dossiernummer>
<overheidwetgeving:ondernummer>{number}</overheidwetgeving:ondernummer><overheidwetgeving:publicatienaam>Kamerstuk</overheidwetgeving:publicatienaam></overheidwetgeving:tpmeta>
</overheidwetgeving:meta></gzd:originalData><gzd:enrichedData><gzd:preferredUrl>https://zoek.officielebekendmakingen.nl/{identity}.html</gzd:preferredUrl>{links}</gzd:enrichedData></gzd:gzd></sru:recordData></sru:record>"""


SRU = (
    '<?xml version="1.0"?><sru:searchRetrieveResponse xmlns:sru="http://docs.oasis-open.org/ns/search-ws/sruResponse" xmlns:gzd="http://standaarden.overheid.nl/sru" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:overheidwetgeving="http://standaarden.overheid.nl/wetgeving/"><sru:version>2.0</sru:version>'
    "<sru:numberOfRecords>{total}</sru:numberOfRecords><sru:records>{records}</sru:records></sru:searchRetrieveResponse>"
)


class FakeServices:
    """Both services; `with FakeServices() as services:` gives their addresses. `trouble` maps a path to answers to
    give first, each a status with its headers; `asked` counts what was asked for."""

    def __init__(
        self, page: int = 2, house=HOUSE, files: dict[str, bytes] | None = None, publications=None
    ) -> None:
        self.page, self.house, self.files = page, house, files or {}
        self.publications = publications
        self.trouble: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.asked: Counter[str] = Counter()
        self.queries: list[str] = []
        self.agents: set[str] = set()

    def __enter__(self) -> FakeServices:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.tk_url, self.sru_url = f"{self.address}/OData/v4/2.0", f"{self.address}/sru"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.asked[parts.path] += 1
        self.agents.add(request.headers["User-Agent"])
        status, headers, body = 200, {}, b""
        if self.trouble.get(parts.path):
            status, headers = self.trouble[parts.path].pop(0)
        elif parts.path == "/OData/v4/2.0/Document":
            self.queries.append(query["$filter"])
            body = json.dumps(self._house(query)).encode()
        elif parts.path == "/sru":
            self.queries.append(query["query"])
            body = self._sru(query)
        elif parts.path in self.files:
            body = self.files[parts.path]
        else:
            status = 404
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def _house(self, query: dict[str, str]) -> dict[str, object]:
        condition = query["$filter"]
        found = [d for d in self.house if _fits(d, condition)]
        start = int(query.get("$skiptoken", query.get("$skip", "0")))
        page: dict[str, object] = {
            "@odata.context": f"{self.tk_url}/$metadata#Document",
            "value": found[start : start + self.page],
        }
        if start + self.page < len(found):
            from urllib.parse import quote

            page["@odata.nextLink"] = (
                f"{self.tk_url}/Document?$filter={quote(condition)}&$skiptoken={start + self.page}"
            )
        return page

    def _sru(self, query: dict[str, str]) -> bytes:
        records = self.publications(self.address) if self.publications else []
        since = re.search(r"dt\.date>=(\d{4}-\d\d-\d\d)", query["query"])
        dossier = re.search(r'w\.dossiernummer=="([^"]+)"', query["query"])
        fitting = [
            r for r in records
            if (not since or r[5] >= since[1]) and (not dossier or r[3] == dossier[1])
        ]  # fmt: skip
        start = int(query["startRecord"]) - 1
        shown = fitting[start : start + min(self.page, int(query["maximumRecords"]))]
        return SRU.format(total=len(fitting), records="".join(record(*r) for r in shown)).encode()


def _fits(document: dict[str, object], condition: str) -> bool:
    wanted = re.search(r"d/Nummer eq (\d+)", condition)
    since = re.search(r"Datum ge (\d{4}-\d\d-\d\d)T", condition)
    soorten = re.findall(r"Soort eq '([^']+)'", condition)
    words = re.findall(r"contains\(Onderwerp,'((?:[^']|'')*)'\)", condition)
    return (
        (not wanted or any(d["Nummer"] == int(wanted[1]) for d in document["Kamerstukdossier"]))  # type: ignore[attr-defined]
        and (not since or str(document["Datum"])[:10] >= since[1])
        and (not soorten or document["Soort"] in soorten)
        and all(w.replace("''", "'") in str(document["Onderwerp"]) for w in words)
    )
