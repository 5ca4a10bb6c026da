"""What follows from a score, on the page: layers over the grades, and a parcel's facts on its card."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.console.looking import settled

_DRAWN = """(source) => document.querySelector("#map").parcelMap.map.queryRenderedFeatures()
  .filter((each) => each.source === source).map((each) => each.properties)"""


def drawn(page: Page, collection: str, *, any_at_all: bool = True) -> list[dict[str, Any]]:
    """What the map draws of a lever's layer, as soon as there is something, or nothing any more."""
    for _ in range(300):
        found: list[dict[str, Any]] = page.evaluate(_DRAWN, f"over-{collection}")
        if bool(found) is any_at_all:
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{collection}: {len(found)} features")


@pytest.mark.parametrize(
    ("collection", "named"), [("blocks", "first_parcel"), ("energy", "parcel_code"), ("measures", "title")]
)
def test_a_lever_is_drawn_over_the_grades(page: Page, address: str, collection: str, named: str) -> None:
    """The chosen layer comes with its legend, in the words and colours of its style; none takes it away."""
    page.select_option("#lever", collection)
    known = httpx.get(f"{address}/collections/{collection}/items?limit=1000", timeout=60).json()["features"]
    assert {each[named] for each in drawn(page, collection)} <= {each["properties"][named] for each in known}
    legend = httpx.get(f"{address}/styles/{collection}?f=mapbox", timeout=60).json()["metadata"]["legend"]
    expect(page.locator("#lever-legend li")).to_have_text([each["title"] for each in legend])
    page.select_option("#lever", "")
    assert drawn(page, collection, any_at_all=False) == []
    expect(page.locator("#lever-legend")).to_be_hidden()


def test_the_card_says_what_the_levers_say_of_the_parcel(page: Page, address: str) -> None:
    """Facts are those of the layers: here of a parcel with a surcharge."""
    query = f"{address}/collections/surcharges/items?limit=1"
    told = httpx.get(query, timeout=60).json()["features"][0]["properties"]
    page.goto(f"{address}/#evaluation={told['evaluation_id']}&parcel={told['parcel_code']}")
    page.reload()
    settled(page)
    card = page.locator("#card[data-levers=shown]")
    fact = card.locator("[data-lever=surcharges] [data-fact=consecutive_years] dd")
    expect(fact).to_have_text(str(told["consecutive_years"]))
    expect(card.locator("[data-lever=contracts]")).to_be_visible()
