"""Consolidation of a park in the store: a railway, over HTTP, on the command line and as layers."""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import mapbox_vector_tile
import openpyxl
import pytest
import shapely
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from service.cli import build
from service.errors import InvalidParameter
from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.jobs.levers.consolidation import consolidation
from service.levers.report import Report
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.serving import key_for, keyed_client, open_client
from tests.support.parks import E1, E2, E3, HandOvers
from tests.support.quality import box
from tests.support.stores import opened_store

DISTRICT = "330299"


class Park(NamedTuple):
    """The store, and its evaluations of 2023 (published), 2022 and 2020."""

    database: Database
    url: str
    now: int


WESTS = {"P1": 0, "P2": 120, "P3": 240, "P4": 400, "P5": 1000, "P6": 2000, "P7": 3000, "P8": 4000, "P9": 5000}
FLOORS = {"P1": 1000, "P3": 2000, "P4": 2000, "P5": 12_000, "P6": 3000}


def write_parcels(files: HandOvers, wests: Mapping[str, int] = WESTS) -> None:
    """Hand over a row of squares of a hectare with streets of 20 m, of which P4 stands farther off."""
    features = []
    for code, west in wests.items():
        told = {
            "code": code,
            "town": "east",
            "registered_area_m2": 10_000,
            "floor_area_m2": FLOORS.get(code, 0),
        }
        if code in ("P1", "P3"):
            told["holder"] = "Owner One"
        shape = shapely.MultiPolygon([box(west, 0, west + 100, 100)])
        features.append({"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)})
    path = files.folder / "parcels.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    import_file(files.database, "parcels", path, district=DISTRICT, crs="EPSG:4490")


def write_new_codes(files: HandOvers) -> None:
    """Hand over that in 2023 P8 got another number, N8, and P9 was divided into N9 and another parcel."""
    write_parcels(files, {"N8": 4000, "N9": 5000, "N9B": 5200})
    files.contracts(*({"parcel_code": code, "complete_by": "2019-05-01"} for code in ("N8", "N9")))
    files.successions(
        {"old_code": "P8", "new_code": "N8", "kind": "renumbered", "effective_on": "2023-04-01"},
        {"old_code": "P9", "new_code": "N9", "kind": "split", "effective_on": "2023-04-01"},
        {"old_code": "P9", "new_code": "N9B", "kind": "split", "effective_on": "2023-04-01"},
    )


def write_railway(database: Database, folder: Path) -> None:
    """Hand over a railway in the street between P2 and P3."""
    line = box(229, -50, 231, 150).exterior.coords
    feature = {
        "type": "Feature",
        "properties": {"code": "T1", "kind": "铁路", "name": "甬台温"},
        "geometry": {"type": "LineString", "coordinates": [line[1], line[2]]},
    }
    path = folder / "railway.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert import_file(database, "barriers", path, crs="EPSG:4490").accepted == 1


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def park(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    """Evaluate 2020, 2022 and 2023; 2021 is a gap."""
    folder = tmp_path_factory.mktemp("park")
    with opened_store(request, folder) as database:
        files = HandOvers(database, folder, DISTRICT)
        write_parcels(files)
        files.enterprises(
            *({"uscc": code, "name": f"Firm {code[-1]}", "industry": "C3411"} for code in (E1, E2, E3))
        )
        files.occupancies(
            {"parcel_code": "P1", "uscc": E1, "role": "own", "floor_area_m2": 1000},
            {"parcel_code": "P3", "uscc": E2, "role": "own", "floor_area_m2": 500},
            {"parcel_code": "P4", "uscc": E2, "role": "own", "floor_area_m2": 500},
            {"parcel_code": "P5", "uscc": E3, "role": "own", "floor_area_m2": 12_000},
            {
                "parcel_code": "P6",
                "uscc": E3,
                "role": "own",
                "floor_area_m2": 3000,
                "valid_to": "2019-12-31",
            },
        )
        files.contracts(
            {"parcel_code": "P1", "tax_wan_yuan_per_mu": 20, "far": 0.4, "complete_by": "2019-05-01"},
            *({"parcel_code": code, "complete_by": "2019-05-01"} for code in ("P2", "P8", "P9")),
            {"parcel_code": "P7", "complete_by": "2019-05-01", "extended_to": "2022-12-31"},
        )
        for year in (2020, 2022, 2023):
            files.figures(
                {"uscc": E1, "period": year, "tax": 75, "output": 3000, "energy_equal_supply": 100},
                {"uscc": E2, "period": year, "tax": 30, "output": 500, "energy_equal_supply": 100},
                {"uscc": E3, "period": year, "tax": 900, "output": 9000, "energy_equal_supply": 100},
            )
        write_railway(database, folder)
        for year in ("2020", "2022"):
            publish(database, evaluate(database, shipped_scheme("parcel"), year).id)
        write_new_codes(files)
        now = publish(database, evaluate(database, shipped_scheme("parcel"), "2023").id)
        yield Park(database, database.url.render_as_string(hide_password=False), now.id)


@pytest.fixture(scope="module")
def client(park: Park, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client with all rights."""
    with open_client(park.database, data_dir=tmp_path_factory.mktemp("data")) as opened:
        yield opened


def told(park: Park, distance_m: float | None = None) -> Report:
    """The report."""
    with park.database.reading() as connection:
        return consolidation(connection, park.now, distance_m)


def rows(report: Report, name: str) -> list[dict[str, Any]]:
    """The rows of a section."""
    (section,) = (each for each in report.sections if each.name == name)
    return section.rows.to_dicts()


def totals(report: Report) -> dict[str, Any]:
    """All totals."""
    return {total.code: total.value for section in report.sections for total in section.totals}


def codes(report: Report) -> list[str]:
    """The parcels of each block."""
    return sorted(each["parcel_codes"] for each in rows(report, "blocks"))


def test_blocks_reach_across_streets_and_not_across_the_railway(park: Park) -> None:
    """Distances of one's own join more, but never what the railway parts."""
    report = told(park)
    assert codes(report) == ["P1", "P3", "P4"]
    assert report.head["barriers"] == 1
    assert codes(told(park, 70)) == ["P1", "P3,P4"]
    assert codes(told(park, 150)) == ["P1", "P3,P4"]
    with pytest.raises(InvalidParameter):
        told(park, -1)


def test_blocks_hold_the_land_of_their_parcels(park: Park) -> None:
    """To the last square metre, whatever the distance."""
    for distance in (0.0, 30.0, 70.0, 1000.0):
        report = told(park, distance)
        assert totals(report)["block_area_m2"] == 10_000 * totals(report)["flagged"]
        assert totals(report)["block_parcels"] == totals(report)["flagged"]


def test_reasons_by_hand(park: Park) -> None:
    """Every parcel's reasons, with the years that they have lasted and the hectares left idle."""
    found = {each["parcel_code"]: each for each in rows(told(park), "parcels")}
    assert found["P1"]["reasons"].split(",") == ["not_fully_used", "far_below_norm", "below_contract_promise"]
    assert found["P1"]["figure_reasons"] == "invested_below_target,below_contract_promise"
    assert found["P1"]["idle_land_ha"] == pytest.approx((0.7 - 0.1) / 0.7, abs=1e-6)
    assert found["P1"]["idle_ha"] == pytest.approx((0.7 - 0.1) / 0.7, abs=1e-6)
    assert (found["P2"]["reasons"], found["P2"]["idle_ha"]) == ("supplied_not_used", 1.0)
    assert found["P2"]["reason_years"] == "supplied_not_used:2"  # 2021 is missing
    assert "vacancy" in found["P3"]["figure_reasons"]
    assert found["P6"]["reasons"] == "built_not_invested"
    assert found["P7"]["reason_years"] == "supplied_not_used:1"  # put off to the end of 2022
    assert "P5" not in found
    assert told(park).head["no_published_evaluation"] == "2021"


def test_years_running_follow_the_land(park: Park) -> None:
    """N8, renumbered from P8, goes on; N9, a part of P9, begins anew; each line says what ended it."""
    runs = {
        each["parcel_code"]: (each["years"], each["ended_by"], each["ended_why"][:6])
        for each in rows(told(park), "evidence")
        if each["reason"] == "supplied_not_used"
    }
    assert runs == {
        "P2": (2, "no_evaluation", "2021: "),
        "P7": (1, "not_held", "2022: "),
        "N8": (2, "no_evaluation", "2021: "),
        "N9": (1, "split", "2022: "),
    }


def test_what_a_block_takes(park: Park) -> None:
    """Owners, firms, floor and figures of the block beyond the railway, with a distance of 70 m."""
    (block,) = (each for each in rows(told(park, 70), "blocks") if each["parcel_codes"] == "P3,P4")
    assert (block["owners"], block["owner_unknown"], block["title_holders"]) == (2, 0, "Owner One")
    assert (block["occupants"], block["occupant_codes"]) == (1, E2)
    assert (block["floor_to_vacate_m2"], block["tax"], block["output"]) == (1000, 30, 500)
    assert block["potential_tax"] is None  # too few efficient parcels to compare with


def test_over_http(park: Park, client: TestClient) -> None:
    """The same rows page by page, a workbook, and what makes no sense refused."""
    path = f"/evaluations/{park.now}/consolidation"
    document = client.get(path, params={"distance_m": 70}).json()
    names = [section["name"] for section in document["sections"]]
    assert names == ["blocks", "parcels", "unknown", "evidence"]
    assert document["sections"][0]["count"] == 2
    assert document["head"]["distance_m"] == 70
    assert document["verified"] is False
    assert document["sections"][1]["rows"] == rows(told(park, 70), "parcels")
    book = client.get(path, params={"f": "xlsx"})
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert len(sheets) == 5
    for wrong in ("-1", "1001", "nan", "x"):
        assert client.get(path, params={"distance_m": wrong}).status_code == 400
    assert client.get("/evaluations/999/consolidation").status_code == 404


def test_whoever_is_no_analyst_sees_no_figure_of_a_firm(park: Park) -> None:
    """Neither figures nor what they can be worked out of; reasons by land stay."""
    with keyed_client(park.database) as public:
        reader = key_for(park.database, "read")
        document = public.get(f"/evaluations/{park.now}/consolidation", headers=reader).json()
        layer = public.get(f"/collections/blocks/items?evaluation={park.now}", headers=reader).json()
    told = {section["name"]: section for section in document["sections"]}
    assert list(told) == ["blocks", "parcels", "unknown"]
    hidden = {"tax", "output", "tax_gain", "potential_tax", "idle_ha", "idle_by", "figure_reasons"}
    for section in told.values():
        assert not hidden & {column["name"] for column in section["columns"]}
    assert "all_idle_ha" not in {total["code"] for total in told["parcels"]["totals"]}
    assert not hidden & set(layer["features"][0]["properties"])
    assert "reasons" in told["parcels"]["rows"][0]


def test_on_the_command_line(park: Park, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As a table, as JSON, and as a workbook."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", park.url)
    words = ["levers", "consolidation", str(park.now), "--distance-m", "70"]
    shown = CliRunner().invoke(build(), words, catch_exceptions=False)
    assert "资源整合" in shown.output
    written = CliRunner().invoke(build(), [*words, "--format", "json"], catch_exceptions=False)
    document = json.loads(written.output)
    assert document["sections"][0]["rows"] == rows(told(park, 70), "blocks")
    path = tmp_path / "report.xlsx"
    CliRunner().invoke(build(), [*words, "--format", "xlsx", "--output", str(path)], catch_exceptions=False)
    assert len(openpyxl.load_workbook(path).sheetnames) == 5


def test_layers_say_what_the_report_says(park: Park, client: TestClient) -> None:
    """Blocks, low-efficiency parcels with their reasons, and the railway as a line."""
    report = told(park)
    layer = client.get(f"/collections/blocks/items?evaluation={park.now}").json()["features"]
    for feature, row in zip(
        layer, sorted(rows(report, "blocks"), key=lambda each: each["first_parcel"]), strict=True
    ):
        assert {name: feature["properties"][name] for name in row} == row
    flagged = client.get(f"/collections/low-efficiency/items?evaluation={park.now}").json()["features"]
    by_code = {each["parcel_code"]: each for each in rows(report, "parcels")}
    assert {each["properties"]["parcel_code"] for each in flagged} == {"P1", "P3", "P4"}
    for each in flagged:
        row = by_code[each["properties"]["parcel_code"]]
        for name in ("reasons", "years", "idle_land_ha", "idle_ha", "figure_reasons", "unknown"):
            assert each["properties"][name] == row[name]
    (railway,) = client.get("/collections/barriers/items").json()["features"]
    assert railway["geometry"]["type"] == "MultiLineString"
    assert railway["properties"] == {"code": "T1", "kind": "railway", "name": "甬台温"}
    tile = client.get("/collections/barriers/tiles/WebMercatorQuad/12/1689/3413")
    assert tile.status_code == 200
    (drawn,) = mapbox_vector_tile.decode(tile.content)["barriers"]["features"]
    assert drawn["properties"] == railway["properties"]
    assert client.get("/collections/barriers/items?f=gpkg").status_code == 200
