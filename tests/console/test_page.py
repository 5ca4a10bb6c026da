"""The map page before the demo park: what it shows is what the API says."""

from collections import Counter

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.reference.styles import style_table
from tests.console.conftest import watch
from tests.console.looking import (
    Feature,
    grade_of,
    on_screen,
    redrawn,
    rendered,
    scores_of,
    settled,
    square_parcel,
)
from tests.console.pixels import GRADES, count_colours


@pytest.fixture(scope="module")
def scores(address: str) -> dict[str, Feature]:
    """All scores of the newest period as the API gives them, by parcel code."""
    return scores_of(address)


def test_it_loads_without_complaint_and_asks_no_other_host(context: BrowserContext, address: str) -> None:
    """No error on the console, no failed request, and every request goes to the service itself."""
    page = context.new_page()
    seen = watch(page)
    page.goto(address)
    settled(page)
    assert seen.complaints == []
    assert seen.failures == []
    assert seen.hosts == {address.removeprefix("http://")}


def test_the_map_draws_every_parcel_in_the_colour_of_its_grade(
    browser: Browser, page: Page, scores: dict[str, Feature]
) -> None:
    """What the map holds is what the API says, and each grade covers ground in its colour."""
    drawn = {each["parcel_code"]: each for each in rendered(page)}
    assert drawn.keys() == scores.keys()
    assert all(drawn[code].get("grade") == feature["properties"]["grade"] for code, feature in scores.items())
    counted = count_colours(browser, page.locator("#map").screenshot(), GRADES)
    assert all(pixels > 500 for pixels in counted.values()), counted


def test_the_legend_counts_what_the_api_counts(page: Page, scores: dict[str, Feature]) -> None:
    """Every grade, and the parcels without a score, with their numbers."""
    counts = Counter(grade_of(feature) for feature in scores.values())
    for grade in ("A", "B", "C", "D", ""):
        row = page.locator(f'#grades button[data-grade="{grade}"] .count')
        assert row.evaluate("element => element.firstChild.textContent") == str(counts[grade])
    for flag in ("low_efficiency", "far_uplift"):
        expected = sum(feature["properties"][flag] is True for feature in scores.values())
        label = page.locator("#flag-list label", has=page.locator(f'input[name="{flag}"]'))
        expect(label.locator(".count")).to_have_text(str(expected))


def test_the_coverage_panel_says_what_the_api_says(page: Page, address: str) -> None:
    """The share of fully covered parcels, and per feed how many are fresh."""
    report = httpx.get(f"{address}/coverage?period=2023&district=330299", timeout=30).json()
    park = report["park"][0]
    whole, covered = park["parcels"]["parcels"], park["covered"]["parcels"]
    shown = page.locator("#coverage-figure").inner_text()
    assert shown == f"{int(covered / whole * 1000) / 10:.1f} %"
    fresh = {feed["feed"]["code"]: feed["fresh"]["parcels"] for feed in park["feeds"]}
    rows = page.locator("#coverage .feeds li")
    assert rows.count() == len(fresh)
    for feed, count in fresh.items():
        row = page.locator(f'#coverage .feeds li[data-feed="{feed}"] .count')
        assert row.evaluate("element => element.firstChild.textContent") == str(count)
        assert page.locator(f'#coverage .feeds li[data-feed="{feed}"] [role=img]').get_attribute("aria-label")


def test_the_map_shows_coverage_and_goes_back_to_grades(page: Page, address: str) -> None:
    """Every parcel in the state that the collection gives it; the grades are away meanwhile."""
    page.check("#coverage-on-map")
    page.wait_for_selector("#map[data-collection=coverage][data-state=idle]")
    items = httpx.get(f"{address}/collections/coverage/items?period=2023&limit=1000", timeout=60).json()
    states = {feature["id"]: feature["properties"]["state"] for feature in items["features"]}
    assert {each["code"]: each["state"] for each in rendered(page, "coverage-fill")} == states
    expect(page.locator("#legend")).to_be_hidden()
    page.uncheck("#coverage-on-map")
    page.wait_for_selector("#map[data-collection=scores][data-state=idle]")
    expect(page.locator("#legend")).to_be_visible()


@pytest.mark.parametrize("grade", ["A", "D", ""])
def test_a_click_on_a_parcel_opens_its_card(page: Page, scores: dict[str, Feature], grade: str) -> None:
    """The card carries the parcel's code, grade, points and place, or the reason why it has none."""
    code, middle = square_parcel(scores, grade)
    page.mouse.click(*on_screen(page, middle))
    expect(page.locator("#card-title")).to_have_text(code)
    expect(page.locator("#card-grade")).to_have_attribute("data-grade", grade)
    properties = scores[code]["properties"]
    if grade:
        expect(page.locator("#card-points")).to_have_text(f"{properties['points']:,.2f}")
        expect(page.locator("#card-rank")).to_contain_text(
            f"rank {properties['rank']} of {properties['ranked']}"
        )
        assert page.locator("#card-indicators tbody tr").count() >= 3
    else:
        expect(page.locator("#card-reason")).not_to_be_empty()
    mu = properties["land_area_m2"] * 15 / 10_000 if properties["land_area_m2"] else None
    if mu:
        expect(page.locator("#card .facts").first).to_contain_text(f"{mu:,.2f} 亩")
    missing = page.locator("#card-missing li").count()
    assert missing == len([feed for feed in (properties["missing_feeds"] or "").split(",") if feed])


def test_the_card_leads_to_the_explanation(page: Page, scores: dict[str, Feature]) -> None:
    """Its link answers with the parcel's explanation."""
    code, middle = square_parcel(scores, "B")
    page.mouse.click(*on_screen(page, middle))
    link = page.locator("#card-explanation").get_attribute("href")
    assert link is not None
    explained = httpx.get(link, timeout=30).json()
    assert explained["parcel"]["parcel_code"] == code
    assert explained["result"]["grade"] == "B"


def test_flagged_parcels_name_their_reasons_in_words(page: Page, scores: dict[str, Feature]) -> None:
    """A low-efficiency parcel's card says why, in Chinese and English, not in codes."""
    flagged = next(
        code for code, feature in scores.items() if feature["properties"]["low_efficiency"] is True
    )
    page.fill("#code", flagged.lower())
    page.press("#code", "Enter")
    reasons = page.locator('#card [data-flag="low_efficiency"] li')
    expect(reasons.first).to_be_visible()
    codes = scores[flagged]["properties"]["low_efficiency_reasons"].split(",")
    assert [reasons.nth(i).get_attribute("data-reason") for i in range(reasons.count())] == codes
    for index, code in enumerate(codes):
        assert code not in reasons.nth(index).inner_text()
        assert reasons.nth(index).locator("[lang=en]").inner_text()


def test_the_legend_filters_the_map(browser: Browser, page: Page) -> None:
    """A grade switched off leaves only a trace, the others stay, and one button brings all back."""
    before = count_colours(browser, page.locator("#map").screenshot(), GRADES)
    page.click('#grades button[data-grade="C"]')
    expect(page.locator('#grades button[data-grade="C"]')).to_have_attribute("aria-pressed", "false")
    redrawn(page)
    after = count_colours(browser, page.locator("#map").screenshot(), GRADES)
    assert after["C"] < before["C"] / 50
    assert after["A"] == pytest.approx(before["A"], rel=0.02)
    page.click("#show-all")
    redrawn(page)
    again = count_colours(browser, page.locator("#map").screenshot(), GRADES)
    assert again["C"] == pytest.approx(before["C"], rel=0.02)
    expect(page.locator("#show-all")).to_be_hidden()


def test_flags_are_outlined_when_asked_for(browser: Browser, page: Page) -> None:
    """The outlines of FAR-uplift candidates appear and disappear with their switch."""
    violet = {"line": style_table().colours["far_uplift"].removeprefix("#")}
    switch = page.locator('input[name="far_uplift"]')
    assert count_colours(browser, page.locator("#map").screenshot(), violet)["line"] == 0
    switch.check()
    redrawn(page)
    assert count_colours(browser, page.locator("#map").screenshot(), violet)["line"] > 100
    switch.uncheck()
    redrawn(page)
    assert count_colours(browser, page.locator("#map").screenshot(), violet)["line"] == 0


def test_every_control_is_reached_by_keyboard(page: Page) -> None:
    """Tab goes through choices, search, zoom, map and legend; each control has a name."""
    reached: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.id || e.name || e.dataset.grade || e.className.split(' ')[0] || e.tagName }"
            )
        )
    for wanted in ("district", "evaluation", "code", "A", "D", "low_efficiency", "far_uplift"):
        assert wanted in reached, reached
    assert any("zoom" in name for name in reached)
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('button, input, select, a')].filter((e) => !e.hidden &&"
        " !(e.textContent.trim() || e.ariaLabel || e.title || e.labels?.length)).map((e) => e.outerHTML)"
    )
    assert unnamed == []


def test_a_grade_is_filtered_and_a_card_closed_without_a_mouse(
    page: Page, scores: dict[str, Feature]
) -> None:
    """Space presses a legend row; a found parcel takes the focus, and Escape gives it back."""
    page.focus('#grades button[data-grade="B"]')
    page.keyboard.press("Space")
    expect(page.locator('#grades button[data-grade="B"]')).to_have_attribute("aria-pressed", "false")
    code = next(iter(scores))
    page.focus("#code")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#code")).to_be_focused()


def test_an_earlier_period_can_be_chosen(page: Page, address: str) -> None:
    """The map, the legend and the address follow the chosen evaluation."""
    listed = httpx.get(f"{address}/evaluations?district=330299", timeout=30).json()["evaluations"]
    wanted = next(each for each in listed if each["period"] == "2021")
    page.select_option("#evaluation", str(wanted["id"]))
    count = page.locator('#grades button[data-grade="A"] .count')
    expect(count).to_contain_text(str(wanted["grades"]["A"]))
    settled(page)
    redrawn(page)
    assert {each["period"] for each in rendered(page)} == {"2021"}
    assert f"evaluation={wanted['id']}" in page.url


def test_an_address_with_a_parcel_opens_its_card(
    context: BrowserContext, address: str, scores: dict[str, Feature]
) -> None:
    """What was shown can be sent to somebody: the address keeps district, evaluation and parcel."""
    code, feature = next(iter(scores.items()))
    page = context.new_page()
    page.goto(f"{address}/#evaluation={feature['properties']['evaluation_id']}&parcel={code}")
    expect(page.locator("#card-title")).to_have_text(code)


def test_an_unknown_parcel_is_answered_with_the_services_own_words(page: Page) -> None:
    """The problem document is shown in both languages, with its code, and can be put away."""
    page.fill("#code", "NOWHERE")
    page.press("#code", "Enter")
    problem = page.locator("#problem")
    expect(problem).to_be_visible()
    expect(problem).to_have_attribute("role", "alert")
    expect(problem).to_contain_text("not-found (404)")
    problem.locator(".close").click()
    expect(problem).to_be_hidden()
