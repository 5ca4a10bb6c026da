"""Collections beside parcels and scores: low-efficiency, uplift candidates, blocks, buildings, findings."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import polars as pl
import pytest
import shapely
from fastapi.testclient import TestClient

from service.access.policy import FINDINGS, PROPERTIES
from service.levers.consolidation import FIGURES, blocks
from service.levers.consolidation.columns import OF_WORTH
from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from tests.ogc.conftest import EMPTY
from tests.ogc.test_paging import ids, walk
from tests.serving import key_for, keyed_client, open_client
from tests.support.features import add_scores
from tests.support.parks import HandOvers, hand_over_small_park, uscc
from tests.support.records import square

NEW = (
    *("low-efficiency", "uplift-candidates", "blocks", "contracts", "energy"),
    *("buildings", "barriers", "findings", "measures"),
)
OF_EVALUATIONS = ("scores", "low-efficiency", "uplift-candidates", "blocks", "contracts", "energy")
SCORED = [number for number in range(60) if number % 10 != 9]
LOW = [f"1:P{number:05}" for number in SCORED if number % 3 == 0]
PLACE = "12/1689/3413"


def items(client: TestClient, collection: str, **parameters: Any) -> dict[str, Any]:
    """A page that must be there."""
    answered = client.get(f"/collections/{collection}/items", params={"limit": 1000, **parameters})
    assert answered.status_code == 200, answered.text
    document: dict[str, Any] = answered.json()
    return document


def keys(document: dict[str, Any]) -> list[str]:
    """The feature ids of a page."""
    return [feature["id"] for feature in document["features"]]


def on_tile(client: TestClient, collection: str, query: str = "") -> list[dict[str, Any]]:
    """The properties on the tile that holds the whole park."""
    content = client.get(f"/collections/{collection}/tiles/WebMercatorQuad/{PLACE}{query}").content
    return [each["properties"] for each in mapbox_vector_tile.decode(content)[collection]["features"]]


def test_nothing_is_empty_that_tests_call_full(client: TestClient) -> None:
    """Exactly the collections that tests excuse have no feature in this park."""
    assert {each.id for each in COLLECTIONS if not items(client, each.id)["features"]} == set(EMPTY)


@pytest.mark.parametrize("name", NEW)
def test_a_collection_lists_pages_and_finds_its_features(client: TestClient, name: str) -> None:
    """However large the page the same features, each once, in the same order, and each by its id."""
    whole = items(client, name)
    assert whole["numberMatched"] == len(whole["features"]) > 5
    pages = walk(client, f"/collections/{name}/items?limit=5")
    assert ids(pages) == keys(whole)
    for feature in whole["features"][::7]:
        one = client.get(f"/collections/{name}/items/{feature['id']}")
        assert one.status_code == 200
        assert {part: one.json()[part] for part in feature} == feature
    assert client.get(f"/collections/{name}/items/1:none").status_code == 404


@pytest.mark.parametrize("name", NEW)
def test_every_property_has_a_title_and_is_a_filter(client: TestClient, name: str) -> None:
    """In the schema as in items, in English and Chinese; a value found in a feature finds it again."""
    whole = items(client, name)
    (collection,) = (each for each in COLLECTIONS if each.id == name)
    assert set(PROPERTIES[name]) == {item.name for item in collection.properties}
    for item in collection.properties:
        assert not item.title.isascii(), item
        assert item.title[0].isascii(), item
        assert all(item.name in feature["properties"] for feature in whole["features"])
        values = [feature["properties"][item.name] for feature in whole["features"]]
        known = next((value for value in values if value is not None), None)
        if known is None or item.name == collection.source.chosen_by:
            continue
        text = str(known).lower() if isinstance(known, bool) else str(known)
        found = items(client, name, **{item.name: text})
        assert found["numberMatched"] == values.count(known), item


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("low-efficiency", "points > 20 AND grade = 'C'", lambda told: told["points"] > 20),
        ("uplift-candidates", "far_uplift = TRUE AND points < 15", lambda told: told["points"] < 15),
        ("blocks", "parcels >= 2", lambda told: told["parcels"] >= 2),
        ("buildings", "completed_on < DATE('2010-01-08')", lambda told: told["completed_on"] < "2010-01-08"),
        ("findings", "code LIKE 'parcel_%'", lambda told: told["code"].startswith("parcel_")),
    ],
)
def test_a_filter_finds_what_it_says(
    client: TestClient, name: str, text: str, meant: Callable[[dict[str, Any]], bool]
) -> None:
    """CQL2 by what only this collection has, and by place; other rows stay away."""
    whole = items(client, name)["features"]
    grade = {"C"} if "grade" in text else set("ABCD")
    expected = [
        each["id"]
        for each in whole
        if meant(each["properties"]) and each["properties"].get("grade", "A") in grade
    ]
    assert keys(items(client, name, filter=text)) == expected
    assert 0 < len(expected) < len(whole) or name == "findings"
    corner = "POLYGON((119.9 29.9, 120.0005 29.9, 120.0005 30.0005, 119.9 30.0005, 119.9 29.9))"
    near = items(client, name, filter=f"S_INTERSECTS(geometry, {corner})")["features"]
    box = items(client, name, bbox="119.9,29.9,120.0005,30.0005")["features"]
    assert near == box != []


@pytest.mark.parametrize("name", NEW)
def test_a_tile_carries_what_the_items_say(client: TestClient, name: str) -> None:
    """Every feature with a place is on the tile that holds the park, with the values of its item."""
    there = [feature for feature in items(client, name)["features"] if feature["geometry"]]
    (collection,) = (each for each in COLLECTIONS if each.id == name)
    shown = on_tile(client, name)
    assert len(shown) == len(there)
    for drawn, feature in zip(shown, there, strict=True):
        assert drawn.keys() <= collection.on_tiles
        assert {key: feature["properties"][key] for key in drawn} == drawn


@pytest.mark.parametrize("name", NEW)
def test_a_collection_says_where_it_is(client: TestClient, name: str) -> None:
    """A box that holds all of its features."""
    west, south, east, north = client.get(f"/collections/{name}").json()["extent"]["spatial"]["bbox"][0]
    box = shapely.box(west, south, east, north)
    for feature in items(client, name)["features"]:
        assert feature["geometry"] is None or box.covers(shapely.geometry.shape(feature["geometry"]))


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("low-efficiency", "low_efficiency_reasons"),
        ("uplift-candidates", "points"),
        ("blocks", "grades"),
        ("buildings", "floors"),
        ("findings", "severity"),
    ],
)
def test_a_masked_property_is_nowhere(
    park: Database, monkeypatch: pytest.MonkeyPatch, name: str, hidden: str
) -> None:
    """In no item, tile, schema, file and filter of those who may not see it; analysts find it everywhere."""
    monkeypatch.setitem(PROPERTIES[name], hidden, "analyst")
    base = f"/collections/{name}"
    with keyed_client(park, "read") as reader:
        # the analyst first, so that nothing comes from what was remembered for one
        for headers, shown in ((key_for(park, "analyst"), True), ({}, False)):

            def get(path: str, headers: dict[str, str] = headers) -> Any:
                return reader.get(f"{base}{path}", headers=headers)

            features = get("/items").json()["features"]
            assert features
            assert all((hidden in each["properties"]) == shown for each in features)
            assert (hidden in get(f"/items/{features[0]['id']}").json()["properties"]) == shown
            for schema in ("/schema", "/queryables"):
                assert (hidden in get(schema).json()["properties"]) == shown
            assert (hidden in get("/items?f=csv&limit=1").text.partition("\n")[0]) == shown
            drawn = mapbox_vector_tile.decode(get(f"/tiles/WebMercatorQuad/{PLACE}").content)[name][
                "features"
            ]
            assert any(hidden in each["properties"] for each in drawn) == shown
            layer, _ = get("/tiles/WebMercatorQuad/tilejson").json()["vector_layers"]
            assert (hidden in layer["fields"]) == shown
            filtered = get(f"/items?filter={hidden} IS NULL")
            assert filtered.status_code == (200 if shown else 400)


def test_an_empty_store_has_empty_collections(database: Database) -> None:
    """With all their fields and nothing in them, lying nowhere at no time."""
    with open_client(database) as empty:
        for name in (each.id for each in COLLECTIONS):
            assert "extent" not in empty.get(f"/collections/{name}").json()
            assert items(empty, name)["features"] == []
            fields = empty.get(f"/collections/{name}/schema").json()["properties"]
            assert fields.keys() == {"geometry", *PROPERTIES[name]}
            tiles = f"/collections/{name}/tiles/WebMercatorQuad"
            assert empty.get(f"{tiles}/{PLACE}").status_code == 204
            assert empty.get(f"{tiles}/tilejson").status_code == 200


class TestFlags:
    """Scores with a flag."""

    def test_low_efficiency_land_is_what_is_flagged(self, client: TestClient) -> None:
        """Of the latest published evaluations, as scores say it."""
        flagged = items(client, "scores", low_efficiency="true")
        assert [key for key in keys(items(client, "low-efficiency")) if key in LOW] == LOW
        assert keys(items(client, "low-efficiency")) == keys(flagged)
        for one, score in zip(items(client, "low-efficiency")["features"], flagged["features"], strict=True):
            assert one["geometry"] == score["geometry"]
            assert one["properties"].items() >= score["properties"].items()

    def test_uplift_candidates_are_what_is_flagged(self, client: TestClient) -> None:
        """Also on tiles, where no flag is needed any more."""
        flagged = items(client, "scores", far_uplift="true")
        assert keys(items(client, "uplift-candidates")) == keys(flagged)
        assert len(on_tile(client, "uplift-candidates")) == len(flagged["features"])

    def test_what_is_not_flagged_is_not_found(self, client: TestClient) -> None:
        """Under its id, though scores have it."""
        assert client.get("/collections/scores/items/1:P00001").status_code == 200
        assert client.get("/collections/low-efficiency/items/1:P00001").status_code == 404


class TestBlocks:
    """Consolidation blocks of what is flagged."""

    def test_blocks_are_the_low_efficiency_parcels_that_lie_together(self, client: TestClient) -> None:
        """Every parcel in one block of its own evaluation, grouped as the parcels' own outlines say."""
        low = [each for each in items(client, "low-efficiency")["features"] if each["id"].startswith("1:")]
        told = pl.DataFrame([each["properties"] for each in low], schema=dict(FIGURES), strict=False)
        shapes = np.array([square(int(each["id"][3:]) % 10, int(each["id"][3:]) // 10) for each in low])
        expected = blocks(told, shapes, 30, 120).properties["parcel_codes"].to_list()
        found = [each for each in items(client, "blocks")["features"] if each["id"].startswith("1:")]
        assert sorted(each["properties"]["parcel_codes"] for each in found) == sorted(expected)
        assert sum(each["properties"]["parcels"] for each in found) == len(low) > len(found) > 3

    def test_a_block_is_called_after_its_smallest_parcel(self, client: TestClient) -> None:
        """Its id is the evaluation and that code, and its land that of its parcels."""
        for each in items(client, "blocks")["features"]:
            told = each["properties"]
            assert each["id"] == f"{told['evaluation_id']}:{told['first_parcel']}"
            assert told["first_parcel"] == min(told["parcel_codes"].split(","))
            assert told["area_m2"] == pytest.approx(5000.5 * told["parcels"])
            assert told["low_efficiency_reasons"] == "vacant"
            assert told["distance_m"] == 30
            assert len(each["geometry"]["coordinates"]) == told["parcels"]

    def test_parcels_of_two_evaluations_are_in_no_block_together(self, client: TestClient) -> None:
        """园区 and 镇海 lie on the same ground here, and each has its own blocks."""
        found = items(client, "blocks")["features"]
        assert {(each["id"][0], each["properties"]["district"]) for each in found} == {
            ("1", "园区"),
            ("3", "镇海"),
        }


class TestBuildings:
    """Buildings as stored."""

    def test_a_building_is_as_it_was_handed_over(self, client: TestClient) -> None:
        """With its own id and values, days as text."""
        found = client.get("/collections/buildings/items/B00001").json()
        told = {name: value for name, value in found["properties"].items() if value is not None}
        assert told == {
            "code": "B00001",
            "parcel_code": "P00001",
            "use": "厂房",
            "floors": 5,
            "completed_on": "2010-01-02",
            "geodesic_area_m2": 440.5,
        }

    def test_buildings_are_found_where_they_stand(self, client: TestClient) -> None:
        """By box and by a property."""
        assert keys(items(client, "buildings", bbox="120,30,120.0009,30.0009")) == ["B00000"]
        assert keys(items(client, "buildings", completed_on="2010-01-05")) == ["B00004"]


class TestFindings:
    """What the consistency checks find, for those who may see it."""

    @pytest.fixture
    def files(self, database: Database, tmp_path: Path) -> HandOvers:
        """A park where two parcels overlap, and a firm has figures and no parcel."""
        hand_over_small_park(database, tmp_path)
        folder = tmp_path / "more"
        folder.mkdir()
        files = HandOvers(database, folder)
        files.figures({"uscc": uscc(9), "period": 2023, "tax": 7})
        return files

    @pytest.fixture
    def keyed(self, database: Database, files: HandOvers) -> Iterator[TestClient]:
        """A client with a key to read, and no more."""
        with keyed_client(database, "read") as opened:
            yield opened

    def test_findings_are_those_of_the_checks(self, client: TestClient) -> None:
        """The same as the quality report of that year tells."""
        report = client.get("/quality", params={"period": "2023", "limit": 1000}).json()["findings"]
        found = items(client, "findings", period="2023")["features"]
        told = sorted((each["code"], each["subject_code"], each["sentence"]["zh"]) for each in report)
        names = ("code", "subject_code", "sentence_zh")
        assert sorted(tuple(each["properties"][name] for name in names) for each in found) == told
        assert len(told) >= 60

    def test_what_tells_of_firms_is_there_for_analysts_only(
        self, keyed: TestClient, database: Database
    ) -> None:
        """For others it is in no page, count, filter, tile, extent or tag, nor under its id."""
        analyst = key_for(database, "analyst")
        path = "/collections/findings/items"
        full = keyed.get(path, params={"limit": 1000}, headers=analyst).json()
        hidden = [each for each in full["features"] if FINDINGS[each["properties"]["code"]] == "analyst"]
        assert hidden
        # after the analyst, so that nothing comes from what was remembered for one
        mine = items(keyed, "findings")
        assert mine["numberMatched"] == full["numberMatched"] - len(hidden) > 0
        assert {FINDINGS[each["properties"]["code"]] for each in mine["features"]} == {"public"}
        for each in hidden:
            assert keyed.get(f"{path}/{each['id']}", headers=analyst).status_code == 200
            assert keyed.get(f"{path}/{each['id']}").status_code == 404
            assert items(keyed, "findings", code=each["properties"]["code"])["numberMatched"] == 0
        assert uscc(9) not in keyed.get(path, params={"limit": 1000}).text
        drawn, all_drawn = on_tile(keyed, "findings"), [each for each in full["features"] if each["geometry"]]
        assert {FINDINGS[each["code"]] for each in drawn} == {"public"}
        assert len(drawn) < len(all_drawn)
        tag = keyed.get(path, headers=analyst).headers["etag"]
        assert keyed.get(path, headers={"If-None-Match": tag}).status_code == 200

    def test_findings_are_a_shapefile(self, keyed: TestClient) -> None:
        """Everything that has a place is an area, and what has none is a row without: nothing is mixed."""
        answered = keyed.get("/collections/findings/items?f=shp")
        assert answered.status_code == 200, answered.text
        assert int(answered.headers["OGC-NumberReturned"]) == items(keyed, "findings")["numberMatched"]

    def test_where_findings_lie_tells_nothing_of_them(self, keyed: TestClient, database: Database) -> None:
        """The collection says the same to everybody: the ground of parcels and buildings."""
        documents = [
            keyed.get("/collections/findings", headers=headers).json()
            for headers in ({}, key_for(database, "analyst"))
        ]
        assert documents[0] == documents[1]
        parcels = keyed.get("/collections/parcels").json()
        assert documents[0]["extent"]["spatial"] == parcels["extent"]["spatial"]

    def test_a_list_of_collections_runs_no_check(
        self, keyed: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither for the list nor for findings alone, their schemas and their tilesets."""

        def check(*_: Any) -> None:
            raise AssertionError("the whole store is checked")

        monkeypatch.setattr("service.ogc.sources.findings.quality_of_all", check)
        for path in ("", "/findings", "/findings/schema", "/findings/queryables"):
            assert keyed.get(f"/collections{path}").status_code == 200
        assert keyed.get("/collections/findings/tiles/WebMercatorQuad/tilejson").status_code == 200
        with pytest.raises(AssertionError):
            keyed.get("/collections/findings/items")

    def test_the_next_write_shows(self, keyed: TestClient, files: HandOvers) -> None:
        """What was mended is gone, what is new is there, and what stays keeps its id and its tag."""
        path = "/collections/findings/items"
        before = items(keyed, "findings")["features"]
        kept = next(each["id"] for each in before if each["properties"]["code"] == "parcel_without_occupant")
        tag = keyed.get(f"{path}/{kept}").headers["etag"]
        files.parcels({"code": "P9", "registered_area_m2": 1})
        after = items(keyed, "findings")["features"]
        assert {each["id"] for each in before} < {each["id"] for each in after}
        assert "registered_area_differs" in {each["properties"]["code"] for each in after}
        assert keyed.get(f"{path}/{kept}").headers["etag"] == tag


class TestEvaluations:
    """Which evaluations a collection of results shows."""

    def test_a_draft_is_there_for_those_who_see_drafts(self, park: Database) -> None:
        """With the parameter evaluation and under its ids; for others it is not found."""
        with keyed_client(park, "read") as reader:
            maker = key_for(park, "evaluate")
            for name in OF_EVALUATIONS:
                tiles = f"/collections/{name}/tiles/WebMercatorQuad"
                for path in (
                    f"/collections/{name}/items?evaluation=2",
                    f"/collections/{name}/items/2:P00000",
                    f"{tiles}/{PLACE}?evaluation=2",
                    f"{tiles}/tilejson?evaluation=2",
                ):
                    assert reader.get(path, headers=maker).status_code == 200, path
                    assert reader.get(path).status_code == 404, path
                assert all(not key.startswith("2:") for key in keys(items(reader, name)))
                assert all(not key.startswith("2:") for key in keys(items(reader, name, datetime="../..")))

    @pytest.fixture
    def years(self, park: Database) -> Iterator[TestClient]:
        """A client of a park with 2021 and, twice, 2022 before the published 2023."""
        with park.writing() as connection:
            for period, month in (("2021", 1), ("2022", 2), ("2022", 3)):
                published = datetime(2023, month, 1, tzinfo=UTC)
                add_scores(connection, 10 + month, period=period, published=published)
        with open_client(park) as opened:
            yield opened

    def test_a_time_shows_the_results_of_its_years(self, years: TestClient) -> None:
        """The latest published of each district and year that meets it; without, the latest of each.

        The collection says that it is of all these years. Of an evaluation that is named, the interval shows
        everything or nothing.
        """
        for interval, evaluations in {
            None: {"1", "3"},
            "2021-05-01": {"4"},
            "2021-01-01/2021-12-31": {"4"},
            "2022-01-01/2022-12-31": {"3", "6"},
            "../2022-06-30": {"3", "4", "6"},
            "../..": {"1", "3", "4", "6"},
            "2030-01-01/..": set(),
            "../2020-12-31": set(),
        }.items():
            for name in OF_EVALUATIONS:
                found = items(years, name, **({"datetime": interval} if interval else {}))
                assert {key.partition(":")[0] for key in keys(found)} == evaluations, (name, interval)
                assert found["numberMatched"] == len(found["features"])
        for name in OF_EVALUATIONS:
            times = years.get(f"/collections/{name}").json()["extent"]["temporal"]["interval"]
            assert times == [["2021-01-01T00:00:00Z", "2023-12-31T23:59:59Z"]]
        assert items(years, "scores", evaluation=5, datetime="2022-05-01")["numberMatched"] == 12
        assert items(years, "scores", evaluation=5, datetime="2023-05-01")["numberMatched"] == 0

    def test_tiles_are_of_a_time_as_items_are(self, years: TestClient) -> None:
        """A time slider gets the tiles of its year, and TileJSON that leads to them."""
        for name in OF_EVALUATIONS:
            path = f"/collections/{name}/tiles/WebMercatorQuad"
            for interval in ("2021-01-01/2021-12-31", "2022-01-01/2022-12-31"):
                query = f"?datetime={interval}"
                found = items(years, name, datetime=interval)["features"]
                drawn = on_tile(years, name, query)
                assert {each["period"] for each in drawn} == {interval[:4]}
                assert len(drawn) == len(found)
                (template,) = years.get(f"{path}/tilejson{query}").json()["tiles"]
                z, y, x = PLACE.split("/")
                address = template.replace("{z}", z).replace("{y}", y).replace("{x}", x)
                assert years.get(address).content == years.get(f"{path}/{PLACE}{query}").content
            assert years.get(f"{path}/{PLACE}?datetime=2030-05-01").status_code == 204
            assert years.get(f"{path}/{PLACE}?datetime=never").status_code == 400

    def test_a_listing_goes_on_with_its_years(self, years: TestClient, park: Database) -> None:
        """Also when another evaluation of such a year is published meanwhile."""
        path = "/collections/scores/items?limit=10&datetime=2021-01-01/2021-12-31"
        first = years.get(path).json()
        with park.writing() as connection:
            add_scores(connection, 20, period="2021", published=datetime(2024, 5, 1, tzinfo=UTC))
        following = next(link["href"] for link in first["links"] if link["rel"] == "next")
        assert ids(walk(years, following)) == ["4:P00010"]


def test_what_blocks_say_is_as_public_as_the_scores_they_are_made_of() -> None:
    """A block may have one parcel, so that a mean or a count is that parcel's own value."""
    made_of = {
        "points": "points",
        "grades": "grade",
        "area_m2": "land_area_m2",
        "low_efficiency_reasons": "low_efficiency_reasons",
        "verified": "verified",
        "parcels": "low_efficiency",
        "parcel_codes": "parcel_code",
        "first_parcel": "parcel_code",
        "towns": "town",
        **{name: name for name in ("evaluation_id", "district", "period")},
    }
    of_geometry = {"geodesic_area_m2", "compactness", "distance_m"}
    # of titles, reasons and figures, which are no scores: tests/levers/consolidation
    of_consolidation = {each.name for each in OF_WORTH}
    assert set(PROPERTIES["blocks"]) == set(made_of) | of_geometry | of_consolidation
    assert PROPERTIES["low-efficiency"]["idle_ha"] == PROPERTIES["blocks"]["idle_ha"] == "analyst"
    for name, source in made_of.items():
        assert PROPERTIES["scores"][source] == "public" or PROPERTIES["blocks"][name] == "analyst", name


def test_a_flagged_score_shows_no_more_than_a_score() -> None:
    """What masks a property of scores masks it everywhere; candidates tell more beside it."""
    for name in ("low-efficiency", "uplift-candidates"):
        assert PROPERTIES["scores"].items() <= PROPERTIES[name].items()
