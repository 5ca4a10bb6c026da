"""OGC API Tiles: what is described is served, and what is on a tile is what is in the store."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape

from service.features.tiles import WEB_MERCATOR_QUAD, Tile
from service.store.database import Database
from tests.serving import open_client
from tests.support.features import add_parcels, grid

PARCELS, SCORES = "/collections/parcels/tiles/WebMercatorQuad", "/collections/scores/tiles/WebMercatorQuad"
COVERAGE = "/collections/coverage/tiles/WebMercatorQuad"
COLLECTIONS = {"parcels": PARCELS, "scores": SCORES, "coverage": COVERAGE}


def features(content: bytes, layer: str) -> list[dict[str, Any]]:
    """The features of a tile, in its own units, y downward."""
    tile = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return list(tile[layer]["features"])


def lonlat(geometry: dict[str, Any], tile: Tile) -> shapely.Geometry:
    """A tile's geometry back in degrees."""

    def unproject(units: np.ndarray) -> np.ndarray:
        side = 2**tile.matrix
        x, y = (units / 4096 + (tile.column, tile.row)).T / side
        return np.column_stack([x * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))])

    return shapely.transform(shape(geometry), unproject)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_tileset_names_its_matrix_set_layers_and_limits(client: TestClient, name: str) -> None:
    """Registered URI, vector data, the collection as its layer, template and TileJSON linked."""
    listed, _ = client.get(f"/collections/{name}/tiles").json()["tilesets"]
    address = next(link["href"] for link in listed["links"] if link["rel"] == "self")
    document = client.get(address).json()
    assert document["tileMatrixSetURI"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert document["dataType"] == listed["dataType"] == "vector"
    assert document["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert [layer["id"] for layer in document["layers"]] == [name, f"{name}_labels"]
    template = next(link for link in document["links"] if link["rel"] == "item")
    assert template["type"] == "application/vnd.mapbox-vector-tile"
    assert template["href"].endswith("/{tileMatrix}/{tileRow}/{tileCol}")
    scheme = next(link for link in document["links"] if link["rel"].endswith("/tiling-scheme"))
    assert client.get(scheme["href"]).json()["uri"] == document["tileMatrixSetURI"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_tile_within_the_limits_is_there(client: TestClient, name: str) -> None:
    """In range 200 or 204, and something on each matrix whose grid is no coarser than a parcel of 80 m."""
    document = client.get(COLLECTIONS[name]).json()
    assert [limit["tileMatrix"] for limit in document["tileMatrixSetLimits"]] == [str(n) for n in range(17)]
    for limit in document["tileMatrixSetLimits"]:
        statuses = set()
        for row in range(limit["minTileRow"], limit["maxTileRow"] + 1):
            for column in range(limit["minTileCol"], limit["maxTileCol"] + 1):
                answered = client.get(f"{COLLECTIONS[name]}/{limit['tileMatrix']}/{row}/{column}")
                statuses.add(answered.status_code)
                if answered.status_code == 200:
                    assert answered.headers["content-type"] == "application/vnd.mapbox-vector-tile"
                else:
                    assert answered.content == b""
        assert statuses <= {200, 204}
        assert (200 in statuses) == (int(limit["tileMatrix"]) >= 7), limit


@pytest.mark.parametrize(
    ("tile", "status"),
    [
        ("0/0/0", 204),
        ("16/0/0", 204),
        ("16/65535/65535", 204),
        ("17/0/0", 404),
        ("0/1/0", 404),
        ("0/0/1", 404),
        ("3/8/0", 404),
        ("999999999/0/0", 404),
        ("a/0/0", 400),
        ("0/-1/0", 400),
        ("0/0/1.0", 400),
        ("1" * 50 + "/0/0", 400),
    ],
)
def test_what_lies_outside_is_refused_and_what_is_empty_is_empty(
    client: TestClient, tile: str, status: int
) -> None:
    """204 for a tile without features, 404 outside the matrix set, 400 for what is no number."""
    assert client.get(f"{PARCELS}/{tile}").status_code == status


def test_a_tile_shows_the_parcels_where_they_are(client: TestClient) -> None:
    """Codes and places of the parcels on a tile are those of the collection, to a grid unit."""
    tile = Tile(14, 6759, 13653)
    west, south, east, north = WEB_MERCATOR_QUAD.box(tile)
    assert west < 120.0
    assert south < 30.0
    answered = client.get(f"{PARCELS}/14/6759/13653").content
    found = {f["properties"]["code"]: lonlat(f["geometry"], tile) for f in features(answered, "parcels")}
    window, unit = shapely.box(west, south, east, north), 360 / 2**14 / 4096
    expected = {f"P{n:05}": square for n, square in enumerate(grid(60)) if square.intersects(window)}
    assert expected
    assert expected.keys() <= found.keys()
    for code, square in expected.items():
        clipped, shown = square & window, found[code] & window
        assert shown.symmetric_difference(clipped).area <= 2 * unit * clipped.length


def test_a_tile_carries_the_values_of_the_scores(client: TestClient) -> None:
    """Attributes are those of the items, types included; what is null there is absent here."""
    tile = features(client.get(f"{SCORES}/12/1689/3413").content, "scores")
    items = client.get("/collections/scores/items?limit=1000").json()["features"]
    values = {item["id"]: item["properties"] for item in items}
    assert len(tile) == len(items) == 80
    for feature in tile:
        own = feature["properties"]
        truth = values[f"{own['evaluation_id']}:{own['parcel_code']}"]
        assert {key: (type(value), value) for key, value in own.items()} == {
            key: (type(truth[key]), truth[key]) for key in own
        }
        assert {"grade", "points", "low_efficiency", "status"} - own.keys() == (
            set() if own["status"] == "scored" else {"grade", "points", "low_efficiency"}
        )


def test_tilejson_says_where_tiles_and_fields_are(client: TestClient) -> None:
    """What MapLibre reads: a template that gives tiles, bounds of the data, fields with their types."""
    for name, path in COLLECTIONS.items():
        document = client.get(f"{path}/tilejson").json()
        layer, labels = document["vector_layers"]
        assert (layer["id"], labels["id"]) == (name, f"{name}_labels")
        assert document["tilejson"] == "3.0.0"
        tile = document["tiles"][0].replace("{z}", "12").replace("{y}", "1689").replace("{x}", "3413")
        for feature in features(client.get(tile).content, name):
            assert feature["properties"].keys() <= layer["fields"].keys()
        west, south, east, north = document["bounds"]
        assert west <= 120.0
        assert north >= 30.0058
        assert west <= document["center"][0] <= east
        assert south <= document["center"][1] <= north


def test_an_evaluation_is_kept_through_all_links(client: TestClient) -> None:
    """Asked for a draft, description, TileJSON and tiles all show that draft."""
    tilejson = client.get(f"{SCORES}/tilejson?evaluation=2").json()
    address = tilejson["tiles"][0].replace("{z}", "12").replace("{y}", "1689").replace("{x}", "3413")
    found = features(client.get(address).content, "scores")
    assert {feature["properties"]["evaluation_id"] for feature in found} == {2}
    template = next(
        link for link in client.get(f"{SCORES}?evaluation=2").json()["links"] if link["rel"] == "item"
    )
    assert template["href"].endswith("?evaluation=2")
    assert client.get(f"{SCORES}/tilejson?evaluation=99").status_code == 404
    assert client.get(f"{PARCELS}/tilejson?evaluation=2").status_code == 400


def test_a_changed_parcel_is_on_the_next_tile(park: Database) -> None:
    """Nothing old is served after a change, and nothing is sent that the client has."""
    with open_client(park) as client:
        path = f"{PARCELS}/12/1689/3413"
        before = client.get(path)
        assert client.get(path, headers={"If-None-Match": before.headers["etag"]}).status_code == 304
        with park.writing() as connection:
            add_parcels(connection, [shapely.box(120.02, 30.01, 120.021, 30.011)], prefix="N")
        after = client.get(path, headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        codes = {feature["properties"]["code"] for feature in features(after.content, "parcels")}
        assert "N00000" in codes


def test_tiles_are_the_same_bytes_each_time(client: TestClient) -> None:
    """A strong entity tag names bytes, so the same state gives the same bytes."""
    answers = [client.get(f"{SCORES}/12/1689/3413") for _ in range(3)]
    assert len({answered.content for answered in answers}) == 1
    assert {answered.headers["etag"][0] for answered in answers} == {'"'}


def test_the_matrix_set_is_the_registered_one(client: TestClient) -> None:
    """Scale denominators and cell sizes halve from the registered first ones (OGC 17-083r4, annex D.1)."""
    matrices = client.get("/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert len(matrices) == 25
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.0287178, rel=1e-12)
    assert matrices[0]["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert matrices[24]["scaleDenominator"] == pytest.approx(33.323_898_7, rel=1e-7)
    assert [matrix["matrixWidth"] for matrix in matrices] == [2**n for n in range(25)]
