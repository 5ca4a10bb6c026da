"""OGC API Tiles: what is described is served, and what is on a tile is what is in the store."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape

from service.features.tiles import MATRIX_SETS, WEB_MERCATOR_QUAD, MatrixSet, Tile, TileLayer, tile_bytes
from service.store.database import Database
from tests.serving import open_client
from tests.support.features import add_parcels, grid

PARCELS, SCORES = "/collections/parcels/tiles/WebMercatorQuad", "/collections/scores/tiles/WebMercatorQuad"
COVERAGE = "/collections/coverage/tiles/WebMercatorQuad"
SETS = ("WebMercatorQuad", "CGCS2000Quad")
COLLECTIONS = {"parcels": PARCELS, "scores": SCORES, "coverage": COVERAGE}


def features(content: bytes, layer: str) -> list[dict[str, Any]]:
    """The features of a tile, in its own units, y downward."""
    tile = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return list(tile[layer]["features"])


def lonlat(geometry: dict[str, Any], tile: Tile) -> shapely.Geometry:
    """A tile's geometry back in degrees."""

    return shapely.transform(shape(geometry), lambda units: unprojected(units, tile))


def unprojected(units: np.ndarray, tile: Tile) -> np.ndarray:
    """Places on a tile of WebMercatorQuad in degrees."""
    x, y = (units / 4096 + (tile.column, tile.row)).T / 2**tile.matrix
    return np.column_stack([x * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_tileset_names_its_matrix_set_layers_and_limits(client: TestClient, name: str) -> None:
    """Vector data, the collection and its labels as layers, template, TileJSON and definition linked."""
    tilesets = client.get(f"/collections/{name}/tiles").json()["tilesets"]
    assert len(tilesets) == len(SETS)
    for listed, matrix_set in zip(tilesets, SETS, strict=True):
        address = next(link["href"] for link in listed["links"] if link["rel"] == "self")
        assert address.endswith(f"/collections/{name}/tiles/{matrix_set}")
        document = client.get(address).json()
        assert document["dataType"] == listed["dataType"] == "vector"
        outlines, labels = document["layers"]
        assert (outlines["id"], labels["id"]) == (name, f"{name}_labels")
        assert labels["geometryDimension"] == 0
        own = labels["propertiesSchema"]["properties"]
        assert own
        assert own.items() <= outlines["propertiesSchema"]["properties"].items()
        template = next(link for link in document["links"] if link["rel"] == "item")
        assert template["type"] == "application/vnd.mapbox-vector-tile"
        assert template["href"].endswith("/{tileMatrix}/{tileRow}/{tileCol}")
        scheme = next(link for link in document["links"] if link["rel"].endswith("/tiling-scheme"))
        definition = client.get(scheme["href"]).json()
        assert definition["id"] == matrix_set
        assert definition["crs"] == document["crs"] == listed["crs"]
        assert definition.get("uri") == document.get("tileMatrixSetURI") == listed.get("tileMatrixSetURI")


def test_the_registered_set_has_its_uri_and_the_other_none(client: TestClient) -> None:
    """OGC's register has WebMercatorQuad; CGCS2000Quad is defined by its own document alone."""
    listed = {each["id"]: each for each in client.get("/tileMatrixSets").json()["tileMatrixSets"]}
    assert list(listed) == list(SETS)
    uri = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert [each.get("uri") for each in listed.values()] == [uri, None]
    for each in listed.values():
        assert client.get(each["links"][0]["href"]).json()["crs"] == each["crs"]


@pytest.mark.parametrize("matrix_set", SETS)
@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_tile_within_the_limits_is_there(client: TestClient, name: str, matrix_set: str) -> None:
    """In range 200 or 204, and something on each matrix whose grid is no coarser than a parcel of 80 m."""
    path = f"/collections/{name}/tiles/{matrix_set}"
    # degrees are cut finer by a factor of two than the square of Web Mercator
    drawn_from = 7 if matrix_set == "WebMercatorQuad" else 6
    document = client.get(path).json()
    assert [limit["tileMatrix"] for limit in document["tileMatrixSetLimits"]] == [str(n) for n in range(17)]
    for limit in document["tileMatrixSetLimits"]:
        statuses = set()
        for row in range(limit["minTileRow"], limit["maxTileRow"] + 1):
            for column in range(limit["minTileCol"], limit["maxTileCol"] + 1):
                answered = client.get(f"{path}/{limit['tileMatrix']}/{row}/{column}")
                statuses.add(answered.status_code)
                if answered.status_code == 200:
                    assert answered.headers["content-type"] == "application/vnd.mapbox-vector-tile"
                else:
                    assert answered.content == b""
        assert statuses <= {200, 204}
        assert (200 in statuses) == (int(limit["tileMatrix"]) >= drawn_from), limit


def test_both_matrix_sets_show_the_same_features_in_the_same_places(client: TestClient) -> None:
    """A parcel lies where its item says, whichever tile it is read from, to a grid unit."""
    items = client.get("/collections/parcels/items?limit=100").json()["features"]
    truth = {each["properties"]["code"]: shape(each["geometry"]) for each in items}
    tiles = {"WebMercatorQuad": Tile(12, 1689, 3413), "CGCS2000Quad": Tile(11, 682, 3413)}
    for name, tile in tiles.items():
        address = f"/collections/parcels/tiles/{name}/{tile.matrix}/{tile.row}/{tile.column}"
        drawn = features(client.get(address).content, "parcels")
        assert {each["properties"]["code"] for each in drawn} == truth.keys()
        west, south, east, north = MATRIX_SETS[name].box(tile)
        for each in drawn:
            if name == "WebMercatorQuad":
                found = lonlat(each["geometry"], tile)
            else:
                place = (west, north, (east - west) / 4096, (south - north) / 4096)
                found = shapely.transform(
                    shape(each["geometry"]), lambda units, at=place: units * at[2:] + at[:2]
                )
            assert shapely.hausdorff_distance(found, truth[each["properties"]["code"]]) < (east - west) / 4096


@pytest.mark.parametrize(
    ("tile", "status"),
    [
        ("0/0/0", 204),
        ("16/0/0", 204),
        ("16/65535/65535", 204),
        ("17/0/0", 404),
        ("16/65536/0", 404),
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
    # of degrees there is an eastern half
    other = 204 if tile == "0/0/1" else status
    assert client.get(f"/collections/parcels/tiles/CGCS2000Quad/{tile}").status_code == other


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


def test_a_change_is_on_the_next_tile_and_leaves_all_others_as_they_are(
    park: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a parcel was and where it is now tiles are new at once; elsewhere the old tag stands, and no
    tile is made again."""
    made: list[Tile] = []

    def counted(layer: TileLayer, tile: Tile) -> bytes:
        made.append(tile)
        return tile_bytes(layer, tile)

    monkeypatch.setattr("service.ogc.tiles.tile.tile_bytes", counted)
    with park.writing() as connection:
        add_parcels(connection, [shapely.box(120.1, 30.1, 120.101, 30.101)], prefix="N")
    moved = {
        "type": "MultiPolygon",
        "coordinates": [[[[120.2, 30.2], [120.201, 30.2], [120.201, 30.201], [120.2, 30.2]]]],
    }
    with open_client(park) as client:
        for matrix_set in (MATRIX_SETS[name] for name in SETS):
            path = f"/collections/parcels/tiles/{matrix_set.id}"

            def at(x: float, y: float, path: str = path, matrix_set: MatrixSet = matrix_set) -> str:
                limit = matrix_set.limits((x, y, x, y))[16]
                return f"{path}/16/{limit['minTileRow']}/{limit['minTileCol']}"

            park_tile, old, new = at(120.004, 30.003), at(120.1005, 30.1005), at(120.2005, 30.2005)
            before = {each: client.get(each) for each in (park_tile, old, new)}
            codes = {True: (200, 200, 204), False: (200, 204, 200)}[matrix_set.is_mercator]
            assert tuple(each.status_code for each in before.values()) == codes
            if not matrix_set.is_mercator:
                moved["coordinates"] = [[[[120.1, 30.1], [120.101, 30.1], [120.101, 30.101], [120.1, 30.1]]]]
            tags = {each: {"If-None-Match": answered.headers["etag"]} for each, answered in before.items()}
            assert [client.get(each, headers=tags[each]).status_code for each in tags] == [304] * 3
            changed = client.patch(
                "/collections/parcels/items/N00000",
                json={"geometry": moved},
                headers={"Content-Type": "application/merge-patch+json"},
            )
            assert changed.status_code < 300, changed.text
            made.clear()
            assert client.get(park_tile, headers=tags[park_tile]).status_code == 304
            assert client.get(park_tile).content == before[park_tile].content
            assert made == []
            after = [client.get(each, headers=tags[each]) for each in (old, new)]
            assert [each.status_code for each in after] == [*codes[:0:-1]]
            assert len(made) == 2
            drawn = after[0] if after[0].status_code == 200 else after[1]
            assert {each["properties"]["code"] for each in features(drawn.content, "parcels")} == {"N00000"}
            assert {each["properties"]["code"] for each in features(drawn.content, "parcels_labels")} == {
                "N00000"
            }


@pytest.mark.parametrize("name", SETS)
def test_a_tile_is_asked_for_as_http_has_it(client: TestClient, name: str) -> None:
    """HEAD tells what GET would; gzip and plain text have tags of their own; what is known is not sent."""
    path = f"/collections/scores/tiles/{name}/" + {"WebMercatorQuad": "12/1689/3413"}.get(name, "11/682/3413")
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.status_code == packed.status_code == 200
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["etag"] != packed.headers["etag"]
    for answered, encoding in ((plain, "identity"), (packed, "gzip")):
        asked = {"Accept-Encoding": encoding}
        head = client.head(path, headers=asked)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answered.headers["etag"])
        known = client.get(path, headers={**asked, "If-None-Match": answered.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
    assert client.post(path).status_code == 405


def test_a_period_of_time_chooses_what_tiles_show(client: TestClient) -> None:
    """datetime and evaluation choose evaluations on tiles of both sets as they do on pages."""
    for path in ("WebMercatorQuad/12/1689/3413", "CGCS2000Quad/11/682/3413"):
        address = f"/collections/scores/tiles/{path}"
        shown = {
            query: {
                each["properties"]["evaluation_id"]
                for each in features(client.get(address + query).content, "scores")
            }
            for query in ("", "?evaluation=2", "?datetime=2022-01-01/2022-12-31")
        }
        assert shown == {"": {1, 3}, "?evaluation=2": {2}, "?datetime=2022-01-01/2022-12-31": {3}}
        assert client.get(f"{address}?datetime=yesterday").status_code == 400
        assert client.get(f"{address}?period=2023").status_code == 400
        assert client.get(f"/collections/coverage/tiles/{path}?period=2023").status_code == 200


def test_labels_carry_what_is_written_on_the_map(client: TestClient) -> None:
    """From the matrix at which they are read: grade and code, the outline's own, at a place inside it."""
    (described,) = (
        each
        for each in client.get(f"{SCORES}/tilejson").json()["vector_layers"]
        if each["id"] == "scores_labels"
    )
    assert described["minzoom"] == 14
    assert "scores_labels" not in mapbox_vector_tile.decode(client.get(f"{SCORES}/13/3379/6826").content)
    content = client.get(f"{SCORES}/14/6759/13653").content
    outlines = {each["id"]: each for each in features(content, "scores")}
    labels = features(content, "scores_labels")
    assert labels
    for each in labels:
        outline = outlines[each["id"]]
        assert each["properties"].items() <= outline["properties"].items()
        assert {"parcel_code", "status"} <= each["properties"].keys()
        assert shape(outline["geometry"]).buffer(1.5).covers(shape(each["geometry"]))
    assert {each["properties"].get("grade") for each in labels} >= {"A", "B", "C", "D"}


def test_tiles_are_the_same_bytes_each_time(client: TestClient) -> None:
    """A strong entity tag names bytes, so the same state gives the same bytes."""
    answers = [client.get(f"{SCORES}/12/1689/3413") for _ in range(3)]
    assert len({answered.content for answered in answers}) == 1
    assert {answered.headers["etag"][0] for answered in answers} == {'"'}


def test_the_matrix_sets_are_as_their_definitions_say(client: TestClient) -> None:
    """Scale denominators and cell sizes halve from the first ones; axes and origin are the system's own."""
    matrices = client.get("/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert len(matrices) == 25
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.0287178, rel=1e-12)
    assert matrices[0]["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert matrices[24]["scaleDenominator"] == pytest.approx(33.323_898_7, rel=1e-7)
    assert [matrix["matrixWidth"] for matrix in matrices] == [2**n for n in range(25)]
    document = client.get("/tileMatrixSets/CGCS2000Quad").json()
    assert document["crs"] == "http://www.opengis.net/def/crs/EPSG/0/4490"
    assert document["orderedAxes"] == ["Lat", "Lon"]
    first = document["tileMatrices"][0]
    assert (first["matrixWidth"], first["matrixHeight"], first["pointOfOrigin"]) == (2, 1, [90, -180])
    assert first["scaleDenominator"] == pytest.approx(279541132.014358, rel=1e-11)
