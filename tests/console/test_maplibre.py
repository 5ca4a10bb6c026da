"""MapLibre in a real browser on a page other than the console: tiles by their TileJSON, coloured by grade."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from service.console.assets import load
from service.reference.styles import style_table
from service.store.database import Database
from tests.console.conftest import watch
from tests.console.pixels import GRADES, count_colours
from tests.ogc.conftest import EMPTY, lay_out
from tests.support.live import live_server, requests_in
from tests.support.stores import GeoPackages

# any page of the service's own address will do: the map is put on it by the test
_DRAW = """async ([library, tilejson, colours]) => {
  const maplibre = await import(`${library}/maplibre-gl.mjs`);
  maplibre.setWorkerUrl(`${library}/maplibre-gl-worker.mjs`);
  const place = document.createElement("div");
  place.id = "probe";
  document.body.replaceChildren(place);
  Object.assign(place.style, { width: "600px", height: "400px" });
  const style = {
    version: 8,
    sources: { scores: { type: "vector", url: tilejson } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#ffffff" } },
      {
        id: "fill", type: "fill", source: "scores", "source-layer": "scores",
        paint: {
          "fill-antialias": false,
          "fill-color": ["match", ["get", "grade"], ...Object.entries(colours).flat(), "#dddddd"],
        },
      },
    ],
  };
  const map = new maplibre.Map({
    container: place, style, bounds: [120, 30, 120.0098, 30.0058], attributionControl: false,
    fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  const faults = [];
  map.on("error", (event) => faults.push(String(event.error)));
  await new Promise((done) => map.once("idle", done));
  const codes = map.queryRenderedFeatures({ layers: ["fill"] }).map((each) => each.properties.parcel_code);
  return { faults, codes: [...new Set(codes)] };
}"""

# the service's own style, by its address alone; a class is a layer, a fill or a line, with a title
_SHOW = """async ([library, style, bounds]) => {
  const maplibre = await import(`${library}/maplibre-gl.mjs`);
  maplibre.setWorkerUrl(`${library}/maplibre-gl-worker.mjs`);
  const place = document.createElement("div");
  place.id = "probe";
  document.body.replaceChildren(place);
  Object.assign(place.style, { width: "600px", height: "400px" });
  const map = new maplibre.Map({
    container: place, style, bounds, attributionControl: false,
    fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  const faults = [];
  map.on("error", (event) => faults.push(String(event.error.message)));
  await new Promise((done) => map.once("idle", done));
  const drawn = map.queryRenderedFeatures().filter(({ layer }) => layer.metadata?.title);
  return { faults, drawn: drawn.map(({ layer, properties }) => [layer.metadata.title, properties]) };
}"""

# the park's grid, and the barriers along its southern edge
_VIEW = [120, 29.9998, 120.0098, 30.0058]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service notes what it was asked."""
    return tmp_path_factory.mktemp("log") / "requests"


@pytest.fixture(scope="module")
def address(geopackages: GeoPackages, asked: Path) -> Iterator[str]:
    """Where the small park of the OGC tests is served."""
    park = lay_out(Database(geopackages.copy_to(asked.with_name("park.gpkg"))))
    with live_server(park, log=asked) as url:
        yield url
    park.dispose()


def draw(page: Page, address: str) -> list[str]:
    """Draw the scores on a page of the service and return the codes of the parcels that are shown."""
    page.goto(f"{address}/collections/scores")
    library = f"{address}/console/{load().version}/vendor"
    tilejson = f"{address}/collections/scores/tiles/WebMercatorQuad/tilejson"
    colours = {grade: f"#{colour}" for grade, colour in GRADES.items()}
    drawn = page.evaluate(_DRAW, [library, tilejson, colours])
    assert drawn["faults"] == []
    return sorted(drawn["codes"])


def test_the_parcels_are_drawn_in_the_colours_of_their_grades_and_fetched_once(
    browser: Browser, address: str, asked: Path
) -> None:
    """Every parcel by its TileJSON alone; drawn again, each tile is asked for by its tag, and not sent."""
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    seen = watch(page)
    codes = draw(page, address)
    assert {f"P{n:05}" for n in range(60)} <= set(codes)
    counted = count_colours(browser, page.locator("#probe canvas").screenshot(), GRADES)
    assert all(pixels > 2000 for pixels in counted.values()), counted

    before = requests_in(asked)
    tiles = {line for line in before if "/tiles/WebMercatorQuad/" in line and not line.endswith("tilejson")}
    assert tiles
    assert draw(page, address) == codes
    again = asked.read_text().splitlines()[len(before) :]
    asked_again = [line for line in again if any(tile in line for tile in tiles)]
    assert len(asked_again) >= len(tiles)
    assert all(" 304 " in line for line in asked_again), asked_again
    assert (seen.complaints, seen.failures) == ([], [])
    context.close()


@pytest.mark.parametrize("name", style_table().styles)
def test_the_services_own_styles_are_valid_and_draw_their_classes(
    browser: Browser, address: str, name: str
) -> None:
    """MapLibre finds no fault in a style, and every feature on the map is drawn by the class of its value."""
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    seen = watch(page)
    page.goto(f"{address}/collections/scores")
    library = f"{address}/console/{load().version}/vendor"
    shown = page.evaluate(_SHOW, [library, f"{address}/styles/{name}", _VIEW])
    assert shown["faults"] == []
    style = style_table().styles[name]
    titles = {each.value: f"{each.title.en} {each.title.zh}" for each in style.classes if each.value}
    for title, properties in shown["drawn"]:
        value = properties.get(style.property)
        assert value not in titles or title == titles[value]
    if name == "scores":
        missing = {title for title, properties in shown["drawn"] if "grade" not in properties}
        assert missing == {"Not scored 未评价"}
        assert {title for title, _ in shown["drawn"]} == {*map(titles.get, "ABCD"), *missing}
        counted = count_colours(browser, page.locator("#probe canvas").screenshot(), GRADES)
        assert all(pixels > 2000 for pixels in counted.values()), counted
    elif name not in EMPTY:
        assert shown["drawn"]
    assert seen.failures == []
    assert {host for host in seen.hosts if host} == {address.removeprefix("http://")}
    context.close()
