"""OGC API Features Part 3: queryables, and features by a filter in CQL2."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from service.access import policy
from service.features.crs import CRS84
from service.features.filters import parse_filter
from service.features.table import Property
from service.ogc.queries.selection import Selection
from service.store.database import Database
from tests.serving import key_for, keyed_client

QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
PARCELS, SCORES, COVERAGE = (f"/collections/{name}/items" for name in ("parcels", "scores", "coverage"))
COLLECTIONS = ["parcels", "scores", "coverage"]
FIRST = "S_INTERSECTS(geometry, BBOX(120, 30, 120.0005, 30.0005))"
VALUES = {"string": "'foo'", "integer": "1", "number": "3.14", "boolean": "true"}


def page(client: TestClient, path: str, text: str, **parameters: Any) -> dict[str, Any]:
    """A page of what a filter selects, which must be there."""
    answered = client.get(path, params={"filter": text, "limit": 1000, **parameters})
    assert answered.status_code == 200, answered.text
    document: dict[str, Any] = answered.json()
    return document


def ids(client: TestClient, path: str, text: str, **parameters: Any) -> list[str]:
    """The ids of the features that a filter selects."""
    return [feature["id"] for feature in page(client, path, text, **parameters)["features"]]


def queryables(client: TestClient, collection: str, **headers: str) -> dict[str, Any]:
    """What a collection can be filtered by."""
    found: dict[str, Any] = client.get(f"/collections/{collection}/queryables", headers=headers).json()
    return found


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_queryables_are_linked_and_a_schema(client: TestClient, collection: str) -> None:
    """A valid JSON Schema at the address that the collection links, with a geometry, types and titles."""
    document = client.get(f"/collections/{collection}").json()
    (found,) = [link for link in document["links"] if link["rel"] == QUERYABLES]
    answered = client.get(found["href"], headers={"Accept": "application/schema+json"})
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/schema+json")
    schema = answered.json()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    self_link = next(link["href"] for link in document["links"] if link["rel"] == "self")
    assert schema["$id"] == found["href"] == f"{self_link}/queryables"
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    geometry = schema["properties"].pop("geometry")
    assert (geometry["format"], geometry["x-ogc-role"]) == ("geometry-any", "primary-geometry")
    assert all(item["type"] in VALUES and item["title"] for item in schema["properties"].values())


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_queryable_is_compared(client: TestClient, collection: str) -> None:
    """An operator and its opposite part the features with a value; IS NULL and its opposite part them all."""
    path = f"/collections/{collection}/items"
    everything = len(client.get(path, params={"limit": 1000}).json()["features"])
    for name, item in queryables(client, collection)["properties"].items():
        known = ids(client, path, f'"{name}" IS NOT NULL')
        assert len(known) + len(ids(client, path, f'"{name}" IS NULL')) == everything, name
        if name == "geometry":
            continue
        value = VALUES[item["type"]]
        for operator, opposite in (("=", "<>"), (">", "<="), ("<", ">=")):
            parts = [ids(client, path, f'"{name}" {each} {value}') for each in (operator, opposite)]
            assert sorted(parts[0] + parts[1]) == sorted(known), (name, operator)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_queryable_is_a_parameter(client: TestClient, collection: str) -> None:
    """Of the same value, with the same features as the filter that compares with it."""
    path = f"/collections/{collection}/items"
    first = client.get(path, params={"limit": 1}).json()["features"][0]["properties"]
    for name in queryables(client, collection)["properties"]:
        if (value := first.get(name)) is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        quoted = f"'{value}'" if isinstance(value, str) else text
        answered = client.get(path, params={name: text, "limit": 1000})
        assert [each["id"] for each in answered.json()["features"]] == ids(
            client, path, f'"{name}" = {quoted}'
        )


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        (PARCELS, "town = '东城'", 20),
        (PARCELS, "town = '东城' AND far > 5", 5),
        (PARCELS, "NOT far > 5", 33),
        (PARCELS, "far IS NULL", 12),
        (PARCELS, "code LIKE 'P0000_'", 10),
        (PARCELS, "CASEI(code) LIKE CASEI('p0000%') AND code NOT IN ('P00000', 'P00001')", 8),
        (PARCELS, "far BETWEEN 0 AND 1", 8),
        (PARCELS, "far * 8 = 16", 1),
        (PARCELS, "ACCENTI(town) IN (ACCENTI('西城'), '北仑')", 40),
        (PARCELS, FIRST, 1),
        (PARCELS, f"NOT {FIRST}", 59),
        (PARCELS, "S_WITHIN(geometry, POLYGON((119 29, 121 29, 121 31, 119 31, 119 29)))", 60),
        (PARCELS, "S_CROSSES(geometry, LINESTRING(119.9 30.0003, 120.0025 30.0003))", 3),
        (PARCELS, "geodesic_area_m2 > registered_area_m2", 0),
        (PARCELS, "T_AFTER(DATE('2023-01-02'), DATE('2023-01-01'))", 60),
        (PARCELS, "1 = 1", 60),
        (PARCELS, "false", 0),
        (SCORES, "grade IN ('A', 'B') AND low_efficiency", 11),
        (SCORES, "low_efficiency = FALSE OR points IS NULL", 56),
        (SCORES, "points > rank", 0),
        (SCORES, "evaluation_id = 3 AND period = '2022'", 20),
        (COVERAGE, "state = 'missing' OR state <> 'missing'", 60),
    ],
)
def test_filters(client: TestClient, path: str, text: str, count: int) -> None:
    """The features for which it is true, counted exactly; what is unknown is left out."""
    document = page(client, path, text)
    assert (document["numberMatched"], len(document["features"])) == (count, count)


def test_json_says_the_same(client: TestClient) -> None:
    """With filter-lang=cql2-json; cql2-text is what is read without."""
    tree = {"op": "and", "args": [{"op": "=", "args": [{"property": "town"}, "东城"]}]}
    tree["args"].append({"op": ">", "args": [{"property": "far"}, 5]})  # type: ignore[attr-defined]
    text = "town = '东城' AND far > 5"
    expected = ids(client, PARCELS, text)
    assert ids(client, PARCELS, text, **{"filter-lang": "cql2-text"}) == expected
    assert ids(client, PARCELS, json.dumps(tree), **{"filter-lang": "cql2-json"}) == expected


def test_geometries_are_in_the_system_named(client: TestClient) -> None:
    """CRS84 by default; latitude first in EPSG:4490, metres in a Gauss-Krüger zone."""
    uri = "http://www.opengis.net/def/crs/EPSG/0/"
    assert ids(client, PARCELS, "S_INTERSECTS(geometry, POINT(120.0003 30.0003))") == ["P00000"]
    latitude_first = "S_INTERSECTS(geometry, POINT(30.0003 120.0003))"
    assert ids(client, PARCELS, latitude_first, **{"filter-crs": f"{uri}4490"}) == ["P00000"]
    in_metres = "S_INTERSECTS(geometry, POINT(3320146.6 500029))"
    assert ids(client, PARCELS, in_metres, **{"filter-crs": f"{uri}4549"}) == ["P00000"]


def test_a_filter_joins_all_other_conditions(client: TestClient) -> None:
    """Box, equality, time and filter hold together."""
    box = "120,30,120.0029,30.0029"
    assert len(ids(client, PARCELS, "town = '东城'", bbox=box)) == 3
    assert ids(client, PARCELS, "far > 2", bbox=box, town="西城") == ["P00022"]
    assert len(ids(client, SCORES, "rank > 0", datetime="2022-06-01")) == 18
    assert len(ids(client, SCORES, "rank > 0", evaluation=1)) == 54
    assert ids(client, SCORES, "rank > 0", datetime="1999-01-01") == []


def test_files_hold_what_is_selected(client: TestClient) -> None:
    """A filter selects for every representation, and each has an entity tag of its own."""
    parameters = {"filter": "far < 1 AND town = '东城'", "f": "csv"}
    answered = client.get(PARCELS, params=parameters)
    assert answered.status_code == 200
    codes = [line.split(",")[0] for line in answered.text.strip().splitlines()[1:]]
    assert (
        [code.strip('"') for code in codes]
        == ids(client, PARCELS, parameters["filter"])
        == ["P00000", "P00003", "P00006"]
    )
    other = client.get(PARCELS, params={**parameters, "filter": "far < 2 AND town = '东城'"})
    assert other.headers["etag"] != answered.headers["etag"]


def test_pages_of_a_filtered_listing(client: TestClient) -> None:
    """The links lead through all of it, each once; a token is of its filter, not of another."""
    expected = ids(client, PARCELS, "far < 6 AND town <> '东城'")
    found, asked = [], client.get(PARCELS, params={"filter": "far < 6 AND town <> '东城'", "limit": 7})
    while True:
        document = asked.json()
        assert document["numberMatched"] == len(expected)
        found += [feature["id"] for feature in document["features"]]
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        if not following:
            break
        asked = client.get(following[0])
    assert found == expected
    (foreign,) = [
        link["href"]
        for link in client.get(PARCELS, params={"filter": "far < 6", "limit": 1}).json()["links"]
        if link["rel"] == "next"
    ]
    refused = client.get(foreign.replace("6", "7"))
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-token")


@pytest.mark.parametrize(
    ("parameters", "code", "place"),
    [
        ({"filter": "THIS IS NOT A FILTER"}, "invalid-filter", "filter"),
        ({"filter": ""}, "invalid-filter", "filter"),
        ({"filter": "this_is_not_a_queryable IS NULL"}, "invalid-filter", "filter"),
        ({"filter": "town = 1"}, "invalid-filter", "filter"),
        ({"filter": "pg_sleep(9)"}, "invalid-filter", "filter"),
        ({"filter": "town LIKE '''; DROP TABLE parcel --"}, "invalid-filter", "filter"),
        ({"filter": "S_INTERSECTS(geometry, POINT(90 180))"}, "invalid-filter", "filter"),
        (
            {"filter": "S_INTERSECTS(geometry, BBOX(1000000,1000000,2000000,2000000))"},
            "invalid-filter",
            "filter",
        ),
        ({"filter": "(" * 10_000}, "invalid-filter", "filter"),
        ({"filter": "far = 1", "filter-lang": "cql2-json"}, "invalid-filter", "filter"),
        ({"filter": "far = 1", "filter-lang": "cql-text"}, "invalid-parameter", "filter-lang"),
        ({"filter": "far = 1", "filter-crs": "EPSG:4490"}, "unsupported-crs", "filter-crs"),
        ({"filter-lang": "ecql"}, "invalid-parameter", "filter-lang"),
        ({"filter": ["far = 1", "far = 2"]}, "repeated-parameter", "filter"),
    ],
)
def test_what_is_no_filter_is_refused(
    client: TestClient, parameters: dict[str, Any], code: str, place: str
) -> None:
    """400 with a problem that names the place, in two languages."""
    refused = client.get(PARCELS, params=parameters)
    assert refused.status_code == 400
    problem = refused.json()
    assert (problem["code"], problem["place"]) == (code, f"query parameter {place}")
    assert problem["detail"]
    assert client.get("/problems/invalid-filter").status_code == 200


def test_what_is_kept_of_a_filter_is_small() -> None:
    """Rows are remembered under a digest: of a long filter nothing else stays, and no two share one."""
    queryables = {"rank": Property("rank", "integer", "Rank")}

    def key(text: str, **more: Any) -> bytes:
        return Selection(where=parse_filter(text, "cql2-text", queryables, CRS84), **more).key

    texts = [f"rank IN ({','.join(map(str, range(count)))})" for count in (1, 2, 4000)]
    keys = [Selection().key, *map(key, texts), key(texts[0], box=(0.0, 0.0, 1.0, 1.0))]
    assert {len(each) for each in keys} == {16}
    assert len(set(keys)) == len(keys)
    assert key(" rank  in (0)") == key(texts[0])


def test_a_masked_property_is_no_queryable(park: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """To whoever may not see it, it is unknown in queryables and filters, also after others asked with it."""
    masked = {**policy.PROPERTIES["scores"], "points": "analyst"}
    monkeypatch.setattr(policy, "PROPERTIES", {**policy.PROPERTIES, "scores": masked})
    with keyed_client(park, "read") as client:
        analyst = key_for(park, "analyst")
        for text in ("points > 5", "rank = 1 OR points IS NULL"):
            assert client.get(SCORES, params={"filter": text}, headers=analyst).status_code == 200
            refused = client.get(SCORES, params={"filter": text})
            assert refused.status_code == 400
            unknown = client.get(SCORES, params={"filter": text.replace("points", "nothing")})
            assert unknown.json()["detail"] == refused.json()["detail"].replace("points", "nothing")
            assert "points" not in refused.json()["action"]
        assert "points" in queryables(client, "scores", **analyst)["properties"]
        assert "points" not in queryables(client, "scores")["properties"]
