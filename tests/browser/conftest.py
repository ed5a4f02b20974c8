"""Debian's Chromium and a server with an index of seeds/. `make test-browser` runs these tests; `make test` leaves them out."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright
from reader import PATIENCE, Reader
from serving import ROOT, served

HERE = Path(__file__).parent
PICTURES = ROOT / "out" / "browser"  # what stood on the screen where a test failed
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "There is no Chromium. Install it (apt-get install chromium), or name it in CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(seed_index, tmp_path_factory):
    """The address of a server that all tests share: none of them changes its documents."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(seed_index.index_dir, folder / "index")
    with served(folder, folder / "index") as address:
        yield address


@pytest.fixture(scope="session")
def own_home(seed_index, tmp_path_factory):
    """The address of a server whose documents tests change, each its own."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(seed_index.index_dir, folder / "index")
    with served(folder, folder / "index") as address:
        yield address


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def visit(chromium, home, request):
    """Opens the app in a browser of its own; at the end no browser has met an error or asked another host for anything."""
    readers, contexts = [], []

    def opened(path="/", width=1280, height=900, at=None, wait=True, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="nl-NL", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        reader = Reader(context.new_page(), at or home)
        readers.append(reader)
        if not wait:
            reader.page.goto(reader.home + path, wait_until="commit")
            return reader
        return reader.opens(path)

    yield opened
    faults = [f for reader in readers for f in reader.faults]
    foreign = [f for reader in readers for f in reader.foreign]
    if request.node.stash.get(FAILED, False):
        _picture(readers, request.node.name)
    for context in contexts:
        context.close()
    assert not faults
    assert not foreign


def _picture(readers, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for n, reader in enumerate(readers):
        with suppress(Error):
            reader.page.screenshot(path=PICTURES / f"{re.sub(r'[^a-z0-9]+', '-', name)[:80]}-{n}.png")
