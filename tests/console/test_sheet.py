"""The sheet of a parcel in a real browser: on a screen, on a telephone, and as a PDF of A4 pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.access.keys import create_key
from service.sheet import render
from service.store.database import Database
from tests.console.conftest import watch
from tests.console.looking import scores_of
from tests.support.explaining import explanation
from tests.support.live import live_server
from tests.support.snapshots import Snapshot, fixed, indicator, scheme, track


def sheet_of(address: str, status: str) -> str:
    """Return the address of the explanation of a parcel with this status."""
    for feature in scores_of(address).values():
        score = feature["properties"]
        if score["status"] == status:
            return f"{address}/evaluations/{score['evaluation_id']}/parcels/{score['parcel_code']}"
    raise AssertionError(f"no parcel is {status}")


def crowded() -> dict[str, Any]:
    """Return the explanation of a parcel with sixty tenants."""
    park = Snapshot().parcel("P", 30_000, town="东街道").firm("E").holds("E", "P", 500)
    park.reports("E", tax=7_000_000_000)
    for number in range(60):
        uscc = f"T{number:02}"
        park.firm(uscc, above_scale=False).holds(uscc, "P", 10 + number, role="leased_in")
        park.reports(uscc, tax=(number + 1) * 1_234_567)
    return explanation(park, fixed(11, cap=1.5), "P")


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF has, all of them A4 upright."""
    assert pdf.startswith(b"%PDF")
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_browser_gets_the_sheet_and_a_program_the_json(page: Page, address: str) -> None:
    """By its Accept header; the sheet loads nothing else, and its style is allowed by its hash alone."""
    place = sheet_of(address, "scored")
    sheet, seen = page.context.new_page(), None
    seen = watch(sheet)
    response = sheet.goto(place)
    assert response is not None
    assert response.headers["content-type"].startswith("text/html")
    assert "style-src 'sha256-" in response.headers["content-security-policy"]
    expect(sheet.locator("h1")).to_contain_text("宗地评价结果说明单")
    assert sheet.evaluate("getComputedStyle(document.querySelector('main')).counterReset") == "part 0"
    assert (seen.complaints, seen.failures) == ([], [])
    assert sheet.context.request.get(place, headers={"Accept": "*/*"}).json()["result"]["status"] == "scored"
    assert sheet.context.request.get(f"{place}?f=html").text().startswith("<!doctype html>")


def test_the_sheet_shows_the_formula_and_leads_to_the_file(page: Page, address: str) -> None:
    """Each indicator with its numbers, and each figure with a reference to its row as received."""
    page.goto(sheet_of(address, "scored"))
    steps = page.locator("[data-indicator=tax_per_mu] .formula")
    expect(steps.first).to_contain_text(re.compile(r"万元 ÷ [\d.,]+ 亩 = [\d.,]+ 万元/亩"))
    reference = page.locator("a.ref").last
    target = reference.get_attribute("href")
    assert target is not None
    expect(page.locator(target)).to_contain_text(re.compile(r"\.(csv|xlsx|zip)"))


def test_a_parcel_that_is_not_scored_says_why(page: Page, address: str) -> None:
    """In both languages, at the top."""
    page.goto(sheet_of(address, "not_scored"))
    expect(page.locator(".why").first).to_contain_text(re.compile("未评价 not scored: .+"))
    expect(page.locator(".grade b")).to_have_text("–")


def test_without_the_scope_figures_are_withheld(browser: Browser, demo: Database, address: str) -> None:
    """The sheet of a reader says so and has no value, no occupant, no source row."""
    key = create_key(demo, "reader", ["read"])
    with live_server(demo, open=False) as locked:
        context = browser.new_context(extra_http_headers={"X-API-Key": key})
        page = context.new_page()
        page.goto(sheet_of(address, "scored").replace(address, locked))
        expect(page.locator("#withheld")).to_contain_text("分析员权限")
        expect(page.locator(".formula .kind, .occupants, .sources")).to_have_count(0)
        expect(page.locator(".items")).to_be_visible()
        context.close()


def test_a_long_sheet_prints_on_whole_pages(context: BrowserContext, tmp_path: Path) -> None:
    """Sixty tenants take several A4 pages; nobody is left out, and nothing is cut off at the side."""
    page = context.new_page()
    page.set_content(render(crowded()))
    expect(page.locator("[data-uscc]")).to_have_count(61)
    pdf = page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    assert 5 <= pages_of(pdf) <= 16
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 900})  # what A4 leaves between its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 703


@pytest.mark.parametrize("width", [320, 390, 700])
def test_nothing_is_cut_off_on_a_narrow_screen(context: BrowserContext, width: int) -> None:
    """Wide tables scroll by themselves; the page does not."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(render(crowded()))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_hand_overs_say_is_text_and_nothing_else() -> None:
    """A name with markup in it is shown as it is written."""
    named = indicator(
        title={"zh": "<script>alert(1)</script>", "en": "a&b"}, benchmark={"method": "fixed", "value": 5}
    )
    park = Snapshot().parcel("P", town="<img src=x>").firm("E").holds("E", "P", 1).reports("E", tax=10**9)
    page = render(explanation(park, scheme(track(named)), "P"))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
