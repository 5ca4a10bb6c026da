"""QGIS itself, offscreen: it adds layers, pages, narrows, signs in, draws, and opens the files.

One session does it all, as starting QGIS takes longest; each test looks at a part of what came of it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely

from service.jobs.exporting import ExportFormat, export_scores, exportable
from service.reference.styles import style_table
from service.store.database import Database
from tests.console.pixels import GRADES
from tests.ogc.conftest import EMPTY
from tests.serving import key_for
from tests.support.features import grid
from tests.support.live import live_server, requests_in

pytestmark = pytest.mark.qgis

PYTHON = "/usr/bin/python3"
SESSION = Path(__file__).with_name("qgis_session.py")
BOX = (120.0, 30.0, 120.0029, 30.0019)
EXTENT = (120.0, 30.0, 120.0098, 30.0058)
STYLES = [name for name in style_table().styles if name not in EMPTY]
"""What is without any feature is a layer without geometry to QGIS, which draws none."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service notes what it was asked."""
    return tmp_path_factory.mktemp("log") / "requests"


@pytest.fixture(scope="module")
def told(park: Database, asked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a session of QGIS reported."""
    folder = tmp_path_factory.mktemp("qgis")
    export = folder / "scores.gpkg"
    export_scores(park, 1, export, ExportFormat.GEOPACKAGE, exportable())
    key = key_for(park, "read")["X-API-Key"]
    with (
        live_server(park, log=asked, page_size=7, page_size_limit=25) as url,
        live_server(park, open=False) as guarded,
    ):
        order = {
            "url": url,
            "collections": ["parcels", "scores", "coverage"],
            "box": BOX,
            "filter": "\"grade\" = 'A'",
            "guarded": guarded,
            "key": key,
            "tiles": f"{url}/collections/scores/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
            "extent": EXTENT,
            "picture": str(folder / "tiles.png"),
            "style": f"{url}/styles/scores",
            "styles": STYLES,
            "files": {
                "export": f"{export}|layername=scores",
                "store": f"{park.url.database}|layername=parcel",
            },
            "edit": "P00007",
        }
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [PYTHON, str(SESSION), json.dumps(order)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if "No module named 'qgis'" in done.stderr:
            pytest.skip(
                "QGIS is missing: apt-get install python3-qgis qgis-providers (make test-qgis does it)"
            )
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout.splitlines()[-1])


def queries(asked: Path, path: str) -> list[dict[str, list[str]]]:
    """The queries of all requests for a path."""
    targets = [urlsplit(line.partition(" ")[2]) for line in requests_in(asked)]
    return [parse_qs(target.query) for target in targets if target.path == path]


@pytest.mark.parametrize(("name", "count"), [("parcels", 60), ("scores", 80), ("coverage", 60)])
def test_a_collection_is_a_layer_that_is_read_to_the_end(told: dict[str, Any], name: str, count: int) -> None:
    """Valid, counted, in longitude and latitude; all features come over pages of seven, each once."""
    layer = told["layers"][name]
    assert layer["valid"], layer["error"]
    assert (layer["count"], len(layer["features"])) == (count, count)
    assert len({feature["id"] for feature in layer["features"]}) == count
    assert layer["crs"] in ("EPSG:4326", "OGC:CRS84", "EPSG:4490")
    for found, expected in zip(layer["extent"], EXTENT, strict=True):
        assert abs(found - expected) < 2e-5


def test_geometries_and_fields_are_those_of_the_store(told: dict[str, Any]) -> None:
    """Every outline equals the parcel's; numbers are numbers, truth is truth, gaps are null."""
    expected = {f"P{n:05}": square for n, square in enumerate(grid(60))}
    for feature in told["layers"]["parcels"]["features"]:
        outline = shapely.from_wkb(bytes.fromhex(feature["wkb"]))
        assert outline.equals_exact(expected[feature["code"]], 1e-7, normalize=True)
    types = told["layers"]["scores"]["types"]
    assert (types["points"], types["rank"], types["grade"]) == ("Real", "Integer", "String")
    assert types["low_efficiency"] == "Boolean"
    by_id = {feature["id"]: feature for feature in told["layers"]["scores"]["features"]}
    assert (by_id["1:P00008"]["points"], by_id["1:P00008"]["grade"]) == (8.125, "A")
    assert by_id["1:P00009"]["points"] is None


def test_pages_have_the_size_that_the_layer_asks_for(told: dict[str, Any], asked: Path) -> None:
    """QGIS follows the link next with its own page size until the end."""
    sent = queries(asked, "/collections/coverage/items")
    pages = [query for query in sent if query["limit"] == ["7"]]
    assert len(pages) == 9
    assert sum("token" in query for query in pages) == 8


def test_an_extent_reaches_the_service(told: dict[str, Any], asked: Path) -> None:
    """What the map does not show is not fetched: the box is a parameter of the request."""
    assert told["in_box"] == [f"P{n:05}" for n in (0, 1, 2, 10, 11, 12)]
    boxes = [query["bbox"][0] for query in queries(asked, "/collections/parcels/items") if "bbox" in query]
    assert boxes
    for box in boxes:
        numbers = [float(part) for part in box.split(",")]
        assert all(abs(found - wanted) < 1e-6 for found, wanted in zip(numbers, BOX, strict=True))


def test_a_filter_gives_the_right_features(told: dict[str, Any], asked: Path) -> None:
    """By the filter of the layer; where QGIS sends it, the service has done the selecting."""
    assert told["subset"]
    assert len(told["filtered"]) == 20
    sent = queries(asked, "/collections/scores/items")
    if told["version"] >= 33800:  # CQL2 came to its provider by then; before, QGIS selects by itself
        assert any("grade" in "".join(query.get("filter", query.get("grade", ()))) for query in sent)


def test_a_key_opens_the_service_by_http_basic(told: dict[str, Any]) -> None:
    """As the password of any user; without it the layer is not valid, and nothing hangs."""
    assert told["with_key"]["valid"]
    assert len(told["with_key"]["ids"]) == 60
    assert not told["without_key"]


def test_vector_tiles_are_drawn(told: dict[str, Any], asked: Path) -> None:
    """By the template of the TileJSON; the picture shows parcels and is not blank."""
    tiles = told["tiles"]
    assert tiles["valid"]
    assert (tiles["styled"], tiles["errors"]) == (True, [])
    assert sum(count for colour, count in tiles["colours"].items() if colour != "#ffffff") > 2000
    assert any("/tiles/WebMercatorQuad/" in line for line in requests_in(asked))
    # by the style for MapLibre, which it takes by its address
    assert {f"#{colour}" for colour in GRADES.values()} <= tiles["colours"].keys()


@pytest.mark.parametrize("f", ["qml", "sld"])
@pytest.mark.parametrize("name", STYLES)
def test_a_style_of_the_service_is_loaded(told: dict[str, Any], name: str, f: str) -> None:
    """The legend has the titles and colours of the table, and the label its property."""
    styled, style = told["styled"][f"{name}.{f}"], style_table().styles[name]
    assert styled["fine"], styled["message"]
    assert style.label is not None
    assert styled["labels"] == [style.label.property]
    if style.classes:
        expected = {f"{each.title.en} {each.title.zh}": each.fill for each in style.classes}
        assert styled["legend"] == expected
    else:
        assert list(styled["legend"].values()) == [style.single.fill]


@pytest.mark.parametrize("f", ["qml", "sld"])
@pytest.mark.parametrize("name", ["parcels", "scores", "low-efficiency", "coverage", "buildings"])
def test_a_style_of_the_service_is_drawn(told: dict[str, Any], name: str, f: str) -> None:
    """The picture has the colours of the classes that are in the park, those alone, and covers ground."""
    styled, style = told["styled"][f"{name}.{f}"], style_table().styles[name]
    fills = {
        "parcels": {style.single.fill},
        "buildings": {style.single.fill},
        "scores": {each.fill for each in style.classes if each.missing or each.value in set("ABCD")},
        # the park's own reason is none that a shipped scheme knows
        "low-efficiency": {each.fill for each in style.classes if each.otherwise},
        "coverage": {each.fill for each in style.classes if each.value == "missing"},
    }[name]
    assert styled["errors"] == []
    every = {each.fill for each in style.classes} or fills
    assert every & styled["colours"].keys() == fills
    assert all(styled["colours"][colour] > 400 for colour in fills), styled["colours"]


def test_the_file_of_an_export_is_opened(told: dict[str, Any]) -> None:
    """All scores with their outlines, typed fields, and the coordinate system."""
    layer = told["files"]["export"]
    assert layer["valid"], layer["error"]
    assert len(layer["features"]) == 60
    assert layer["crs"] == "EPSG:4490"
    assert all(feature["wkb"] for feature in layer["features"])
    assert sum(feature["grade"] == "A" for feature in layer["features"]) == 15


def test_the_embedded_store_is_opened_as_it_is(told: dict[str, Any]) -> None:
    """The store is a GeoPackage: its parcels are a layer, while the service runs on it."""
    layer = told["files"]["store"]
    assert layer["valid"], layer["error"]
    assert sorted(feature["code"] for feature in layer["features"]) == [f"P{n:05}" for n in range(60)]
    assert layer["crs"] == "EPSG:4490"


def test_a_parcel_is_edited(told: dict[str, Any], park: Database) -> None:
    """Changed in QGIS and saved, the parcel is changed in the store."""
    if told["edited"] is None:
        # the provider learned to write in 3.30; its requests are tested over HTTP in tests/ogc
        assert told["version"] < 33000
        pytest.skip(f"QGIS {told['name']} has no OAPIF editing")
    assert told["edited"] == {"saved": True, "errors": []}
