"""OGC API Features Part 5: what the features of a collection have, in order, and what may be written."""

import pytest
from fastapi.testclient import TestClient

from service.ogc.collections import COLLECTIONS

REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
NAMES = [collection.id for collection in COLLECTIONS]


@pytest.mark.parametrize("name", NAMES)
def test_a_collection_links_its_logical_schema(client: TestClient, name: str) -> None:
    """JSON Schema 2020-12 under its own address, with one primary geometry and nothing else than it names."""
    (link,) = [each for each in client.get(f"/collections/{name}").json()["links"] if each["rel"] == REL]
    answered = client.get(link["href"], headers={"Accept": "application/schema+json"})
    assert answered.headers["content-type"] == "application/schema+json"
    schema = answered.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["$id"], schema["type"]) == (link["href"], "object")
    assert schema["additionalProperties"] is False
    roles = [
        key for key, value in schema["properties"].items() if value.get("x-ogc-role") == "primary-geometry"
    ]
    assert roles == ["geometry"]


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_has_what_features_have(client: TestClient, name: str) -> None:
    """The same names in the same order, each with a title and the type of the values that are there."""
    schema = client.get(f"/collections/{name}/schema").json()["properties"]
    order = sorted((value["x-ogc-propertySeq"], key) for key, value in schema.items())
    names = [key for _, key in order if key != "geometry"]
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    for feature in client.get(f"/collections/{name}/items?limit=20").json()["features"]:
        assert list(feature["properties"]) == names
        for key, value in feature["properties"].items():
            assert value is None or isinstance(value, types[schema[key]["type"]]), key
    assert all(value["title"] for value in schema.values())


def test_the_schema_tells_what_may_be_written(client: TestClient) -> None:
    """Of parcels all but what is worked out; of what nobody edits nothing."""
    parcels = client.get("/collections/parcels/schema").json()["properties"]
    assert {name for name, value in parcels.items() if value.get("readOnly")} == {"geodesic_area_m2"}
    scores = client.get("/collections/scores/schema").json()["properties"]
    assert all(value["readOnly"] for value in scores.values())
