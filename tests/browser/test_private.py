"""The app keeps to itself: this machine only, nothing from or to other hosts, no traces of its inside."""

import shutil
import socket
import sys

import httpx
import pytest
from playwright.sync_api import expect
from reader import AMOUNT
from serving import running, served


def test_app_answers_on_this_machines_own_address_only(home):
    port = int(home.rsplit(":", 1)[1])
    others = {a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others or {"127.0.0.2"}:
        with socket.socket() as probe:
            assert probe.connect_ex((address, port)) != 0


def test_page_of_another_site_cannot_speak_to_the_app_by_another_name(home):
    """DNS rebinding: a name of the attacker's that resolves to this machine."""
    handshake = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    own = home.removeprefix("http://")
    for host, origin, status in (
        (own, home, 101),
        ("evil.example", "http://evil.example", 403),
        (own, "http://evil.example", 403),
    ):
        with (
            httpx.Client(trust_env=False, timeout=60) as client,
            client.stream(
                "GET", f"{home}/_stcore/stream", headers={**handshake, "Host": host, "Origin": origin}
            ) as answer,
        ):
            assert answer.status_code == status, (host, origin)


def test_page_cannot_be_made_to_speak_to_other_hosts(visit):
    """What `visit` looks for in every test, provoked: the content security policy stops it in the browser."""
    reader = visit()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x"
        assert (
            reader.page.evaluate(
                f"fetch('{address}', {{mode: 'no-cors'}}).then(() => 'sent', () => 'stopped')"
            )
            == "stopped"
        )
        loaded = (
            "new Promise(r => { const i = new Image(); i.onload = i.onerror = e => r(e.type); i.src = '%s' })"
        )
        assert reader.page.evaluate(loaded % address) == "error"
        elsewhere.settimeout(0.2)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert reader.faults and all("Content Security Policy" in fault for fault in reader.faults)
    reader.faults.clear()
    reader.foreign.clear()


def test_page_cannot_be_put_into_a_frame_of_another_site(home):
    assert (
        "frame-ancestors 'none'"
        in httpx.get(home, trust_env=False, timeout=60).headers["content-security-policy"]
    )


@pytest.fixture
def breakable(seed_index, tmp_path):
    """A server over an index that a test damages; the folder of the index."""
    shutil.copytree(seed_index.index_dir, tmp_path / "index")
    with served(tmp_path, tmp_path / "index") as address:
        yield address, tmp_path / "index"


def test_damaged_index_is_told_without_a_path_or_a_trace(visit, breakable):
    address, index = breakable
    reader = visit(at=address).asks(AMOUNT)
    (index / "index.json").write_text("{", encoding="utf-8")
    for path in ("/", "/documents", "/search"):
        reader.page.goto(address + path)
        reader.sees("is beschadigd")
        shown = reader.page.locator("body").inner_text()
        assert str(index) not in shown and "Traceback" not in shown and ".py" not in shown


def test_what_nobody_foresaw_is_told_in_a_sentence_and_the_cause_is_in_the_log(chromium, tmp_path):
    (tmp_path / "broken.py").write_text("raise ValueError('inside /srv/secret/place')", encoding="utf-8")
    (tmp_path / "server.py").write_text(
        "import streamlit as st\nfrom rag.ui.server import tell_unseen\n"
        "app = st.App('broken.py', on_script_error=tell_unseen)\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "server.py",
        "--server.headless=true",
        "--server.port",
    ]
    with running(command, tmp_path, {}, cwd=tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        expect(page.get_by_test_id("stAlert")).to_contain_text("Er ging iets mis dat niet voorzien was")
        shown = page.locator("body").inner_text()
        page.close()
    assert "secret" not in shown and "ValueError" not in shown and "broken.py" not in shown
    assert "inside /srv/secret/place" in (tmp_path / "server.log").read_text(encoding="utf-8")
