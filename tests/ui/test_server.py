"""The server's headers and cookie, asked over real HTTP."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.ui.server import Guard
from rag.ui.visitor import COOKIE, is_secret


@pytest.fixture(scope="module")
def client():
    inner = Starlette(
        routes=[Route("/", lambda _: HTMLResponse("<p>")), Route("/data", lambda _: PlainTextResponse("x"))]
    )
    return lambda **options: TestClient(Guard(inner), **options)


def test_page_gets_a_secret_once_that_no_script_and_no_other_site_can_use(client):
    browser = client()
    first = browser.get("/").headers["set-cookie"]
    assert "HttpOnly" in first and "SameSite=Lax" in first and "Secure" not in first
    assert is_secret(browser.cookies[COOKIE])
    assert "set-cookie" not in browser.get("/").headers
    assert client().get("/").headers["set-cookie"] != first


def test_cookie_is_for_https_only_where_the_page_is(client):
    assert "; Secure" in client(base_url="https://testserver").get("/").headers["set-cookie"]


@pytest.mark.parametrize("value", ["short", "x" * 42, "x" * 44, "../../etc", ""])
def test_cookie_that_is_not_ours_is_replaced(client, value):
    assert "set-cookie" in client().get("/", headers={"cookie": f"{COOKIE}={value}"}).headers


def test_only_a_page_sets_the_cookie_and_every_answer_has_the_headers(client):
    answer = client().get("/data")
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert (
        "default-src 'self'" in policy
        and "connect-src 'self'" in policy
        and "frame-ancestors 'none'" in policy
    )
    assert "http:" not in policy and "https:" not in policy and "*" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert answer.headers["referrer-policy"] == "no-referrer"
