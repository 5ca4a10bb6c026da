"""Who sees what on the GIS face: drafts, masked properties, keys."""

import json

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient

from service.access import policy
from service.store.database import Database
from tests.serving import key_for, keyed_client

SCORES = "/collections/scores/items"
TILESET = "/collections/scores/tiles/WebMercatorQuad"
TILE = f"{TILESET}/12/1689/3413"
DRAFT = [
    f"{SCORES}?evaluation=2",
    f"{SCORES}/2:P00001",
    f"{TILE}?evaluation=2",
    f"{TILESET}/tilejson?evaluation=2",
]


def test_scores_are_those_of_the_latest_published_evaluation_of_each_district(client: TestClient) -> None:
    """Of 园区 the published 2023 and not the draft of 2024, of 镇海 2022."""
    features = client.get(SCORES, params={"limit": 1000}).json()["features"]
    assert {(f["properties"]["evaluation_id"], f["properties"]["district"]) for f in features} == {
        (1, "园区"),
        (3, "镇海"),
    }
    assert all(
        f["id"] == f"{f['properties']['evaluation_id']}:{f['properties']['parcel_code']}" for f in features
    )


@pytest.mark.parametrize("scope", ["evaluate", "analyst", "admin"])
def test_a_draft_is_there_for_those_who_make_it(park: Database, scope: str) -> None:
    """With the scope evaluate or analyst a draft is an evaluation like any other."""
    with keyed_client(park, scope) as client:
        for path in DRAFT:
            assert client.get(path).status_code == 200, path
        assert client.get(DRAFT[0]).json()["numberMatched"] == 60


def test_a_draft_does_not_exist_for_others(park: Database) -> None:
    """With the scope read it is not found: in no representation, by no id, under nobody else's token."""
    with keyed_client(park, "read") as client:
        for path in DRAFT:
            refused = client.get(path)
            assert refused.status_code == 404, path
        published = client.get(f"{SCORES}?evaluation=1&limit=1")
        assert published.status_code == 200
        maker = client.get(f"{SCORES}?evaluation=2&limit=1", headers=key_for(park, "evaluate")).json()
        following = next(link["href"] for link in maker["links"] if link["rel"] == "next")
        assert client.get(following).status_code == 400


def test_nobody_reads_without_a_key(park: Database) -> None:
    """Items, tiles and descriptions need the scope read; a key by HTTP Basic serves as well."""
    with keyed_client(park) as client:
        for path in ("/collections", SCORES, f"{SCORES}/1:P00001", TILE, f"{TILESET}/tilejson", "/api"):
            assert client.get(path).status_code == 401, path
            assert "Basic" in client.get(path).headers["www-authenticate"]
            key = key_for(park, "read")["X-API-Key"]
            assert client.get(path, auth=("anybody", key)).status_code == 200, path


def test_a_masked_property_is_absent_everywhere(park: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in items, schema or tiles, and no filter; the analyst has it in all of them."""
    masked = {**policy.PROPERTIES["scores"], "points": "analyst"}
    monkeypatch.setattr(policy, "PROPERTIES", {**policy.PROPERTIES, "scores": masked})
    with keyed_client(park, "read") as client:
        analyst = key_for(park, "analyst")

        def shown(headers: dict[str, str]) -> dict[str, bool]:
            tile = mapbox_vector_tile.decode(client.get(TILE, headers=headers).content)["scores"]["features"]
            schema = client.get("/collections/scores/feature-schema", headers=headers).json()
            fields = client.get(f"{TILESET}/tilejson", headers=headers).json()["vector_layers"][0]["fields"]
            layer = client.get(TILESET, headers=headers).json()["layers"][0]["propertiesSchema"]
            return {
                "page": '"points"' in client.get(SCORES, headers=headers).text,
                "item": '"points"' in client.get(f"{SCORES}/1:P00001", headers=headers).text,
                "schema": "points" in json.dumps(schema),
                "tile": "points" in tile[0]["properties"],
                "tilejson": "points" in fields,
                "tileset": "points" in json.dumps(layer),
                "filter": client.get(f"{SCORES}?points=1.125", headers=headers).status_code == 200,
            }

        assert set(shown({}).values()) == {False}
        assert set(shown(analyst).values()) == {True}


def test_one_reader_is_not_served_what_another_has_in_the_cache(
    park: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entity tags differ with what a key may see, and caches must ask by key."""
    masked = {**policy.PROPERTIES["scores"], "points": "analyst"}
    monkeypatch.setattr(policy, "PROPERTIES", {**policy.PROPERTIES, "scores": masked})
    with keyed_client(park, "read") as client:
        for path in (SCORES, f"{SCORES}/1:P00001", TILE):
            tag = client.get(path, headers=key_for(park, "analyst")).headers["etag"]
            answered = client.get(path, headers={"If-None-Match": tag})
            assert answered.status_code == 200
            assert answered.headers["etag"] != tag
            assert {"Authorization", "X-API-Key"} <= set(answered.headers["vary"].split(", "))
