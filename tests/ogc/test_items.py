"""OGC API Features Part 1: which features come back, and what they look like."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from service.store.database import Database
from tests.serving import open_client
from tests.support.features import add_parcels, grid

PARCELS, SCORES = "/collections/parcels/items", "/collections/scores/items"


def ids(client: TestClient, path: str, **parameters: Any) -> list[str]:
    """The feature ids of a page that must be there."""
    answered = client.get(path, params=parameters)
    assert answered.status_code == 200, answered.text
    return [feature["id"] for feature in answered.json()["features"]]


def geometries(document: dict[str, Any]) -> list[shapely.Geometry]:
    """The geometries of a feature collection."""
    return [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in document["features"]]


def test_a_page_tells_what_it_holds(client: TestClient) -> None:
    """Type, time of the answer, exact counts; the time parses and has a zone."""
    document = client.get(PARCELS, params={"limit": 7}).json()
    assert document["type"] == "FeatureCollection"
    assert (document["numberReturned"], document["numberMatched"], len(document["features"])) == (7, 60, 7)
    assert datetime.fromisoformat(document["timeStamp"]).utcoffset() is not None


def test_geometries_are_those_of_the_store(client: TestClient) -> None:
    """Multipolygons, longitude first, on seven decimals, exterior rings counterclockwise."""
    document = client.get(PARCELS).json()
    for found, expected in zip(geometries(document), grid(60), strict=True):
        assert found.geom_type == "MultiPolygon"
        assert found.equals_exact(expected, 1e-7, normalize=True)
        assert all(polygon.exterior.is_ccw for polygon in found.geoms)
    assert "crs" not in document


def test_holes_parts_and_long_coordinates(database: Database) -> None:
    """Holes run clockwise, parts stay together, and a coordinate has at most seven decimals."""
    shell, hole = shapely.box(1 / 3, 1 / 3, 2 / 3, 2 / 3), shapely.box(0.4, 0.4, 0.5, 0.5)
    with_hole = shapely.Polygon(shell.exterior.coords[::-1], [hole.exterior.coords])
    with database.writing() as connection:
        add_parcels(connection, [shapely.MultiPolygon([with_hole, shapely.box(1, 1, 1.1, 1.1)])])
    with open_client(database) as client:
        answered = client.get(PARCELS)
    (found,) = geometries(answered.json())
    assert [len(polygon.interiors) for polygon in found.geoms] == [1, 0]
    assert found.geoms[0].exterior.is_ccw
    assert not found.geoms[0].interiors[0].is_ccw
    assert "[0.3333333,0.3333333]" in answered.text
    assert "0.33333333" not in answered.text


def test_one_feature_is_the_same_as_in_the_page(client: TestClient) -> None:
    """Same id, geometry and properties, with links to itself and to its collection."""
    for path in (PARCELS, SCORES):
        for feature in client.get(path, params={"limit": 3}).json()["features"]:
            document = client.get(f"{path}/{feature['id']}").json()
            assert {key: document[key] for key in feature} == feature
            assert {"self", "alternate", "collection"} <= {link["rel"] for link in document["links"]}


def test_values_keep_their_types(client: TestClient) -> None:
    """Booleans are booleans, counts are integers, gaps are null."""
    scored, missing = (client.get(f"{SCORES}/1:P0000{n}").json()["properties"] for n in (3, 9))
    assert scored["low_efficiency"] is True
    assert (scored["points"], scored["rank"], scored["grade"]) == (3.125, 4, "D")
    assert (missing["status"], missing["low_efficiency"], missing["points"]) == ("not_scored", None, None)


@pytest.mark.parametrize(("asked", "given"), [("1", 1), ("59", 59), ("60", 60), ("999999999999", 60)])
def test_a_limit_over_the_maximum_is_the_maximum(client: TestClient, asked: str, given: int) -> None:
    """A client that asks for too much gets what there is, not an error."""
    assert len(ids(client, PARCELS, limit=asked)) == given


@pytest.mark.parametrize("limit", ["0", "-1", "unlimited", "1.0", "", "1e3", "+5", "٣"])
def test_a_limit_that_is_no_count_is_refused(client: TestClient, limit: str) -> None:
    """400 with the place named, never page one."""
    refused = client.get(PARCELS, params={"limit": limit})
    assert refused.status_code == 400
    assert refused.json()["place"] == "query parameter limit"


def test_the_configured_maximum_holds(park: Database) -> None:
    """Page sizes come from the settings."""
    with open_client(park, page_size=5, page_size_limit=10) as client:
        assert len(ids(client, PARCELS)) == 5
        assert len(ids(client, PARCELS, limit=11)) == 10


@pytest.fixture
def scattered(database: Database) -> tuple[Database, list[shapely.Geometry]]:
    """300 triangles over half a degree, whose envelopes overlap boxes that they do not meet themselves."""
    random = np.random.default_rng(7)
    corners = random.random((300, 1, 2)) * 0.5 + (120, 30) + random.random((300, 3, 2)) * 0.08
    triangles = list(shapely.polygons(corners))
    with database.writing() as connection:
        add_parcels(connection, triangles)
    return database, triangles


def test_a_box_gives_exactly_what_meets_it(scattered: tuple[Database, list[shapely.Geometry]]) -> None:
    """For boxes of all sizes: the features are those that Shapely finds, and they are counted right."""
    database, triangles = scattered
    random = np.random.default_rng(11)
    with open_client(database) as client:
        for size in (0.0, 0.001, 0.02, 0.1, 0.4, 2.0):
            for _ in range(5):
                west, south = (random.random(2) * 0.6 + (119.95, 29.95)).round(6)
                box = (west, south, west + size, south + size)
                expected = {
                    f"P{n:05}" for n in np.flatnonzero(shapely.intersects(triangles, shapely.box(*box)))
                }
                answered = client.get(PARCELS, params={"bbox": ",".join(map(str, box)), "limit": 1000}).json()
                assert {feature["id"] for feature in answered["features"]} == expected
                assert answered["numberMatched"] == len(expected)


def test_six_numbers_select_as_four_do(scattered: tuple[Database, list[shapely.Geometry]]) -> None:
    """Heights say nothing about flat parcels."""
    with open_client(scattered[0]) as client:
        flat = ids(client, PARCELS, bbox="120.1,30.1,120.2,30.2")
        assert flat
        assert ids(client, PARCELS, bbox="120.1,30.1,-20,120.2,30.2,80") == flat


def test_boxes_over_the_antimeridian_and_the_poles(database: Database) -> None:
    """West greater than east goes around by the antimeridian; the poles belong to boxes that reach them."""
    edges = [
        (179.5, 66, 179.6, 67),
        (-179.6, 66, -179.5, 67),
        (0, 66, 0.1, 67),
        (10, 89.9, 11, 90),
        (10, -90, 11, -89),
    ]
    with database.writing() as connection:
        add_parcels(connection, [shapely.box(*edge) for edge in edges])
    with open_client(database) as client:
        for box, expected in {
            "177,65,-177,70": ["P00000", "P00001"],
            "179.55,65,-170,70": ["P00000", "P00001"],
            "179.7,65,-170,70": ["P00001"],
            "-180,65,180,70": ["P00000", "P00001", "P00002"],
            "0,89,180,90": ["P00003"],
            "-180,-90,180,-89.5": ["P00004"],
            "1,65,-1,70": ["P00000", "P00001"],
            "-180,-90,180,90": [f"P0000{n}" for n in range(5)],
        }.items():
            assert ids(client, PARCELS, bbox=box) == expected, box


@pytest.mark.parametrize(
    "box", ["0,31,1,30", "NaN,0,1,1", "0,0,Infinity,1", "1,2,3", "181,0,182,1", "0,0,1,91", "a,b,c,d", ""]
)
def test_a_box_that_is_none_is_refused(client: TestClient, box: str) -> None:
    """400 with the place named."""
    refused = client.get(PARCELS, params={"bbox": box})
    assert refused.status_code == 400
    assert refused.json()["place"] == "query parameter bbox"


@pytest.mark.parametrize(
    ("moment", "periods"),
    [
        ("2023-06-01T00:00:00Z", {"2023"}),
        ("2022-06-01", {"2022"}),
        ("2022-12-31T23:00:00Z/2023-01-01T01:00:00Z", {"2022", "2023"}),
        ("../2022-12-31", {"2022"}),
        ("2023-01-01T00:00:00Z/..", {"2023"}),
        ("2022-11-01/P1M", {"2022"}),
        ("../..", {"2022", "2023"}),
        ("2030-01-01/..", set()),
    ],
)
def test_time_selects_by_the_evaluated_period(client: TestClient, moment: str, periods: set[str]) -> None:
    """The right scores come back, counted right; drafts of a matching period stay out."""
    document = client.get(SCORES, params={"datetime": moment, "limit": 1000}).json()
    found = [feature["properties"]["period"] for feature in document["features"]]
    assert set(found) == periods
    assert document["numberMatched"] == len(found) == 60 * ("2023" in periods) + 20 * ("2022" in periods)
    assert (
        document["numberMatched"]
        == client.get(SCORES, params={"datetime": moment, "limit": 1}).json()["numberMatched"]
    )


def test_features_without_time_match_any_time(client: TestClient) -> None:
    """Parcels have no time of their own: a valid datetime selects nothing away, an invalid one is refused."""
    assert len(ids(client, PARCELS, datetime="1999-01-01/..")) == 60
    for path in (PARCELS, SCORES):
        for wrong in ("soon", "2023-01-01/2022-01-01", ""):
            assert client.get(path, params={"datetime": wrong}).status_code == 400


@pytest.mark.parametrize(
    ("path", "filters", "count"),
    [
        (PARCELS, {"code": "P00017"}, 1),
        (PARCELS, {"town": "东城"}, 20),
        (PARCELS, {"town": "东城", "far": "0.375"}, 1),
        (PARCELS, {"town": "' OR 1=1 --"}, 0),
        (PARCELS, {"name": ""}, 0),
        (SCORES, {"grade": "A"}, 15 + 5),
        (SCORES, {"low_efficiency": "true"}, 18 + 6),
        (SCORES, {"low_efficiency": "false", "district": "园区"}, 36),
        (SCORES, {"low_efficiency": "1"}, 18 + 6),
        (SCORES, {"rank": "+7"}, 2),
        (SCORES, {"rank": "9223372036854775807"}, 0),
        (SCORES, {"points": "6.125e0"}, 2),
        (SCORES, {"grade": "A", "bbox": "120.0,30.0,120.0029,30.0009"}, 2),
        (SCORES, {"grade": "A", "datetime": "2022-01-01/2022-12-31"}, 5),
        (SCORES, {"evaluation_id": "1", "status": "not_scored"}, 6),
    ],
)
def test_every_property_is_a_filter(
    client: TestClient, path: str, filters: dict[str, str], count: int
) -> None:
    """Filters compare in the type of the property and combine with box and time; all pages count the same."""
    found = ids(client, path, limit=1000, **filters)
    assert len(found) == count
    assert client.get(path, params={**filters, "limit": 1}).json()["numberMatched"] == count


@pytest.mark.parametrize(
    "filters",
    [
        {"low_efficiency": "2"},
        {"low_efficiency": "True"},
        {"rank": "first"},
        {"rank": "1.5"},
        {"rank": "9223372036854775808"},
        {"points": "nan"},
        {"points": "1e999"},
        {"grade": "A\0"},
        {"colour": "red"},
        {"source_row_id": "1"},
        {"grade": ["A", "B"]},
        {"evaluation": "one"},
        {"evaluation": "0"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(client: TestClient, filters: dict[str, Any]) -> None:
    """Wrong types, unknown properties and repeated ones are 400."""
    assert client.get(SCORES, params=filters).status_code == 400


def test_filters_partition_the_features(client: TestClient) -> None:
    """The values of a property select disjoint parts that are everything but the nulls."""
    parts = [ids(client, SCORES, grade=grade, limit=1000) for grade in "ABCD"]
    assert len(set(itertools.chain.from_iterable(parts))) == sum(map(len, parts)) == 54 + 18


def test_answers_are_compressed_when_asked(client: TestClient) -> None:
    """A client that takes gzip gets the same document in fewer bytes, under another entity tag."""
    plain = client.get(PARCELS, headers={"Accept-Encoding": "identity"})
    packed = client.get(PARCELS, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert {**packed.json(), "timeStamp": 0} == {**plain.json(), "timeStamp": 0}
    assert packed.headers["etag"] != plain.headers["etag"]


def test_another_store_with_as_many_changes_has_other_tags(geopackage_url: str, tmp_path: Path) -> None:
    """A store set up anew at the same address is not taken for the one a browser remembers."""
    tags = []
    for year in (2023, 2024):
        url = geopackage_url if year == 2023 else f"sqlite:///{tmp_path / 'second.gpkg'}"
        store = Database(url)
        store.initialise()
        with store.writing() as connection:
            add_parcels(connection, grid(1), received_at=datetime(year, 1, 1, tzinfo=UTC))
        with open_client(store) as client:
            tags.append([client.get(path).headers["etag"] for path in (PARCELS, f"{PARCELS}/P00000")])
        store.dispose()
    assert not set(tags[0]) & set(tags[1])


def test_a_page_is_sent_again_only_when_it_changed(park: Database) -> None:
    """304 for the same page in the same state; a change of parcels leaves scores and their tiles alone."""
    tile = "/collections/scores/tiles/WebMercatorQuad/12/1689/3413"
    with open_client(park) as client:
        tags = {}
        for path in (PARCELS, SCORES, f"{PARCELS}/P00001", tile):
            first = client.get(path)
            assert first.status_code == 200, path
            assert first.headers["cache-control"] == "private, no-cache"
            tags[path] = first.headers["etag"]
            assert not tags[path].startswith("W/")
            again = client.get(path, headers={"If-None-Match": tags[path]})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tags[path])
        with park.writing() as connection:
            add_parcels(connection, grid(1), prefix="N")
        for path, tag in tags.items():
            changed = client.get(path, headers={"If-None-Match": tag})
            assert changed.status_code == (200 if path == PARCELS else 304), path
            assert (changed.headers["etag"] != tag) == (path == PARCELS)
