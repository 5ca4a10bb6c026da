"""A real browser before the real service: Debian's Chromium, uvicorn on loopback, the demo park."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.console.assets import load
from service.store.database import Database
from tests.console.looking import settled
from tests.support.demo import Demo
from tests.support.live import live_server

CHROMIUM = "/usr/bin/chromium"
_HINT = "Chromium is missing: apt-get install chromium fonts-noto-cjk"
_NO_VENDOR = "The map library is missing: npm ci && npm run vendor in service/console (make test does it)"
SWITCHES = [
    # a container's root has no sandbox; the others keep Chromium from calling its maker's hosts
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def _need(present: bool, hint: str) -> None:
    if not present:
        if os.environ.get("CI"):
            pytest.fail(hint)
        pytest.skip(hint)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen; missing, the test is skipped, but fails in CI."""
    _need(shutil.which(CHROMIUM) is not None, _HINT)
    _need("vendor/maplibre-gl.mjs" in load().files, _NO_VENDOR)
    expect.set_options(timeout=30_000)  # a busy machine draws slowly
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(demo_files: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store with the demo park, evaluated and published."""
    database = demo_files.copy_to(tmp_path_factory.mktemp("console") / "park.gpkg")
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def address(demo: Database) -> Iterator[str]:
    """Where the demo park is served."""
    with live_server(demo) as address:
        yield address


@dataclass
class Watch:
    """What a page did behind the scenes."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def watch(page: Page) -> Watch:
    """Note console complaints, exceptions, the hosts of all requests, and answers that are errors."""
    seen = Watch()
    # how fast software rendering reads pixels back is not the page's business
    page.on(
        "console",
        lambda message: (
            seen.complaints.append(message.text)
            if message.type in ("error", "warning") and "GPU stall" not in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    page.on("response", lambda r: seen.failures.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return seen


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at desktop width."""
    context = browser.new_context(viewport={"width": 1360, "height": 860}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The console, loaded and drawn."""
    page = context.new_page()
    page.goto(address)
    settled(page)
    return page
