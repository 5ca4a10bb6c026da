"""What tests ask of the map on a page: when it has drawn, what it holds, where a place lies on the screen."""

from typing import Any

import httpx
from playwright.sync_api import Page

Feature = dict[str, Any]
Place = tuple[float, float]

_MAP = 'document.querySelector("#map").parcelMap.map'


def settled(page: Page) -> None:
    """Wait until the map has drawn all it has for the first time."""
    page.wait_for_selector("#map[data-state=idle]", timeout=60_000)


def redrawn(page: Page) -> None:
    """Wait until the map has drawn what was changed or moved."""
    page.evaluate(f"() => new Promise((done) => {{ {_MAP}.once('idle', done); {_MAP}.triggerRepaint(); }})")


def rendered(page: Page, layer: str = "scores-fill") -> list[dict[str, Any]]:
    """The properties of what a layer of the map shows; a parcel on two tiles comes twice."""
    query = f"() => {_MAP}.queryRenderedFeatures({{ layers: ['{layer}'] }}).map((each) => each.properties)"
    found: list[dict[str, Any]] = page.evaluate(query)
    return found


def on_screen(page: Page, place: Place) -> tuple[float, float]:
    """Where a longitude and latitude lie on the screen."""
    x, y = page.evaluate(
        f"""(place) => {{
          const {{ x, y }} = {_MAP}.project(place);
          const {{ left, top }} = {_MAP}.getCanvas().getBoundingClientRect();
          return [left + x, top + y];
        }}""",
        list(place),
    )
    return x, y


def scores_of(address: str) -> dict[str, Feature]:
    """All published scores as the API gives them, by parcel code."""
    answer = httpx.get(f"{address}/collections/scores/items?limit=1000", timeout=60)
    return {feature["properties"]["parcel_code"]: feature for feature in answer.json()["features"]}


def grade_of(feature: Feature) -> str:
    """A score's grade, empty without one."""
    properties = feature["properties"]
    return str(properties["grade"]) if properties["status"] == "scored" else ""


def square_parcel(scores: dict[str, Feature], grade: str) -> tuple[str, Place]:
    """A parcel with this grade whose middle lies inside it, and that middle."""
    for code, feature in scores.items():
        geometry = feature["geometry"]
        rings = geometry["coordinates"] if geometry["type"] == "Polygon" else geometry["coordinates"][0]
        if grade_of(feature) == grade and len(rings[0]) == 5:
            corners = rings[0][:4]
            return code, (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
    raise AssertionError(f"no square parcel of grade {grade!r}")
