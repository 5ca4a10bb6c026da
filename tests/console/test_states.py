"""The page's other states: no parcels, nothing evaluated, few rights, a narrow screen, no library."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from service.access.keys import create_key
from service.demo import HAND_OVERS, generate
from service.feeds.mappings.mapping import read_mapping
from service.jobs.importing import import_file
from service.store.database import Database
from tests.console.looking import on_screen, redrawn, rendered, scores_of, settled, square_parcel
from tests.support.live import live_server
from tests.support.stores import GeoPackages


@pytest.fixture
def parcels_only(geopackages: GeoPackages, tmp_path: Path) -> Iterator[Database]:
    """A store with the demo's parcels and nothing else."""
    generate(tmp_path / "demo")
    database = Database(geopackages.copy_to(tmp_path / "park.gpkg"))
    parcels = HAND_OVERS[0]
    file, mapping = tmp_path / "demo" / parcels.file_name, tmp_path / "demo" / parcels.mapping
    import_file(database, parcels.feed, file, mapping=read_mapping(mapping))
    yield database
    database.dispose()


def test_an_empty_store_is_told_how_to_begin(context: BrowserContext, geopackage_url: str) -> None:
    """Without parcels the page names the command that brings some."""
    database = Database(geopackage_url)
    with live_server(database) as address:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#notice")).to_contain_text("mujun demo")
        expect(page.locator("#legend")).to_be_hidden()
        expect(page.locator("#district")).to_be_disabled()
    database.dispose()


def test_parcels_that_nobody_evaluated_are_grey(context: BrowserContext, parcels_only: Database) -> None:
    """The parcels are drawn without grades, coverage is counted, and a card opens all the same."""
    with live_server(parcels_only) as address:
        page = context.new_page()
        page.goto(address)
        settled(page)
        expect(page.locator("#notice")).to_contain_text("mujun evaluate")
        expect(page.locator("#legend")).to_be_hidden()
        expect(page.locator("#coverage-figure")).to_have_text("0.0 %")
        codes = [each["code"] for each in rendered(page, "parcels-fill")]
        assert len(set(codes)) > 380
        page.fill("#code", codes[0])
        page.press("#code", "Enter")
        expect(page.locator("#card-title")).to_have_text(codes[0])
        expect(page.locator("#card-grade")).to_have_count(0)


def test_a_key_for_reading_opens_the_page_without_figures(browser: Browser, demo: Database) -> None:
    """With keys a browser's password is enough; who may only read sees grades, weights and no figure."""
    key = create_key(demo, "reader", ["read"])
    with live_server(demo, open=False) as address:
        context = browser.new_context(http_credentials={"username": "reader", "password": key})
        page = context.new_page()
        page.goto(address)
        settled(page)
        codes = [each["parcel_code"] for each in rendered(page) if each.get("grade") == "A"]
        page.fill("#code", codes[0])
        page.press("#code", "Enter")
        table = page.locator("#card-indicators")
        expect(table.locator("thead")).to_contain_text("Weight")
        expect(table.locator("thead")).not_to_contain_text("Value")
        expect(page.locator("#card")).to_contain_text("need the analyst scope")
        context.close()


def test_it_fits_a_telephone(browser: Browser, address: str) -> None:
    """At 390 pixels nothing runs out of the screen sideways, and the card leaves the parcel in sight."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    settled(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    code, middle = square_parcel(scores_of(address), "B")
    page.mouse.click(*on_screen(page, middle))
    expect(page.locator("#card-title")).to_have_text(code)
    redrawn(page)
    card = page.locator("#card").evaluate("card => card.getBoundingClientRect().top")
    assert on_screen(page, middle)[1] < card
    context.close()


def test_without_the_map_library_the_page_says_what_to_do(context: BrowserContext, address: str) -> None:
    """A missing library is a message with the command that brings it, not an empty page."""
    page = context.new_page()
    page.route("**/vendor/maplibre-gl.mjs", lambda route: route.fulfill(status=404, json={}))
    page.goto(address)
    expect(page.locator("#problem")).to_contain_text("npm run vendor")
