"""A client that does not burden the services, and does not let them lead it elsewhere.

One request at a time with a pause between, a name of its own, and patience where a service says that it is busy. Only
https addresses at the hosts of the two services are opened (and the addresses that the settings name), redirects
included: a record that links to a file of this machine or to an address of its network opens nothing. Neither does a
name of the services that leads to such an address; who answers must then also hold the host's certificate.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx

from rag import __version__
from rag.errors import FetchError
from rag.settings import Settings

HOSTS = frozenset(
    {"gegevensmagazijn.tweedekamer.nl", "repository.overheid.nl", "zoek.officielebekendmakingen.nl"}
)
TRIES = 4
LONGEST_WAIT = 120.0  # seconds that a busy service may ask us to wait
_BUSY = frozenset({429, 500, 502, 503, 504})


class RefusedError(Exception):
    """One document is not fetched, and why; the others are."""


class Polite:
    """Opens addresses of the services. `wait` is time.sleep, but in tests."""

    def __init__(self, settings: Settings, wait: Callable[[float], None] = time.sleep) -> None:
        self._pause, self._wait = settings.fetch_pause, wait
        self._most = settings.read_file_mb * 1_000_000
        self._named = {_place(url) for url in (settings.tk_url, settings.sru_url)}
        self._client = httpx.Client(
            timeout=settings.fetch_timeout, headers={"User-Agent": f"kamerbron/{__version__}"}, trust_env=True
        )
        self._last = 0.0

    def __enter__(self) -> Polite:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """What a service answers; raises FetchError where it cannot be had."""
        try:
            return self._open(url, parameters)
        except RefusedError as error:
            raise FetchError(f"{urlsplit(url).netloc}: {error}") from None

    def download(self, url: str) -> bytes:
        """A document; raises RefusedError for one that is not to be had, FetchError where the service is gone."""
        return self._open(url)

    def _open(self, url: str, parameters: Mapping[str, str] | None = None) -> bytes:
        for _ in range(6):
            self._check(url)
            answer, content = self._tried(url, parameters)
            if answer.status_code not in (301, 302, 303, 307, 308):
                break
            url, parameters = urljoin(str(answer.url), answer.headers.get("location", "")), None
        else:
            raise RefusedError("it is passed on from address to address without end.")
        if answer.status_code != httpx.codes.OK:
            raise RefusedError(
                f"the service answers {answer.status_code} {answer.reason_phrase}".strip() + "."
            )
        return content

    def _tried(self, url: str, parameters: Mapping[str, str] | None) -> tuple[httpx.Response, bytes]:
        """One request, again where the service is busy or the line breaks."""
        trouble = ""
        for attempt in range(TRIES):
            self._wait(max(0.0, self._last + self._pause - time.monotonic()))
            try:
                answer, content = self._once(url, parameters)
            except httpx.HTTPError as error:
                trouble = f"it cannot be reached ({type(error).__name__})"
                self._wait(self._pause * 2**attempt)
                continue
            finally:
                self._last = time.monotonic()
            if answer.status_code not in _BUSY:
                return answer, content
            trouble = f"it is busy ({answer.status_code})"
            self._wait(_asked(answer, self._pause * 2 ** (attempt + 1)))
        raise FetchError(
            f"{urlsplit(url).netloc}: {trouble}, after {TRIES} tries. Try again later: what was fetched is kept."
        )

    def _once(self, url: str, parameters: Mapping[str, str] | None) -> tuple[httpx.Response, bytes]:
        content = bytearray()
        with self._client.stream("GET", url, params=parameters, follow_redirects=False) as answer:
            for piece in answer.iter_bytes(1 << 16):
                content += piece
                if len(content) > self._most:
                    raise RefusedError(f"it is larger than {self._most:,} bytes (RAG_READ_FILE_MB).")
        return answer, bytes(content)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        ours = _place(url) in self._named
        if not ours and not (
            parts.scheme == "https" and parts.hostname in HOSTS and parts.port in (None, 443)
        ):
            raise RefusedError(f"its address «{url[:120]}» is not the service's; it is not opened.")
        if not ours and not _public(parts.hostname or ""):
            raise RefusedError(f"the name «{parts.hostname}» leads into this network; it is not opened.")


def _public(host: str) -> bool:
    """Whether a name leads to addresses of the open internet only. One that leads nowhere is for the request to tell:
    behind a proxy no name is known here."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return True
    return all(ipaddress.ip_address(str(place[0]).partition("%")[0]).is_global for *_, place in found)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _asked(answer: httpx.Response, otherwise: float) -> float:
    """How long a busy service asks to wait, in seconds."""
    said = answer.headers.get("retry-after", "")
    return min(float(said), LONGEST_WAIT) if said.isdigit() else min(otherwise, LONGEST_WAIT)
