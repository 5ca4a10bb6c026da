"""The diagnosis from the store to whoever asks: report, workbook, layer, command line, on both databases."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import shapely
import shapely.affinity
from typer.testing import CliRunner

from service.access.policy import PROPERTIES
from service.cli import build
from service.errors import NotFound
from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.jobs.levers.energy import energy_report
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.serving import key_for, keyed_client
from tests.support.parks import E1, E2, HandOvers, hand_over_small_park
from tests.support.records import square
from tests.support.stores import opened_store


class Told(NamedTuple):
    """A park with inspections, its published evaluation, and a draft."""

    database: Database
    published: int
    draft: int


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """E1, above scale, works on P1 and P2 and was inspected; half of P2 is roof, and P1 has an array."""
    folder = tmp_path_factory.mktemp("park")
    with opened_store(request, folder) as database:
        hand_over_small_park(database, folder)
        more = folder / "more"
        more.mkdir()
        files = HandOvers(database, more)
        files.figures({"uscc": E1, "period": 2023, "electricity": 1_576_800})
        _hand_over_inspections(files)
        _hand_over_buildings(database, more)
        scheme = shipped_scheme("parcel")
        published = publish(database, evaluate(database, scheme, "2023").id)
        yield Told(database, published.id, evaluate(database, scheme, "2022").id)


def _hand_over_inspections(files: HandOvers) -> None:
    listed = {"uscc": E1, "period": 2023, "inspected_on": "2023-05-06"}
    done = files.inspections(
        listed
        | {"kind": "设备", "item": "空压机1", "parcel_code": "P2", "equipment_kind": "空压机", "quantity": 2}
        | {"power_kw": 75, "hours_per_year": 6000, "load_share": 0.8, "efficiency_class": "三级"},
        listed | {"kind": "transformer", "item": "S11-1000", "capacity_kva": 1000, "efficiency_class": "2"},
        listed
        | {"kind": "光伏", "item": "屋顶", "parcel_code": "P1", "roof_area_m2": 100, "installed_kwp": 15},
        {"uscc": E2, "period": 2021, "kind": "equipment", "item": "电机", "quantity": 3},
    )
    assert done.accepted == 4


def _hand_over_buildings(database: Database, folder: Path) -> None:
    # a hall on P1, and one across the boundary of P1 and P2 if they touch
    halls = {
        "B1": shapely.affinity.scale(square(0, 0), 0.5, 0.5),
        "B2": shapely.affinity.scale(square(1, 0), 0.5, 1),
    }
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(hall)}
        for code, hall in halls.items()
    ]
    path = folder / "buildings.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert import_file(database, "buildings", path, crs="EPSG:4490").accepted == 2


def sections(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tables of an answer by name."""
    return {each["name"]: each for each in document["sections"]}


def test_the_report_says_what_was_handed_over(told: Told) -> None:
    """Who was inspected, what the compressor saves, how light the transformer is, what the roofs are."""
    with told.database.reading() as connection:
        found = energy_report(connection, told.published)
    tables = {each.name: each for each in found.sections}
    (firm,) = (row for row in tables["firms"].rows.to_dicts() if row["uscc"] == E1)
    assert (firm["name"], firm["inspection"], str(firm["last_on"])) == ("One", "inspected", "2023-05-06")
    assert firm["transformer_load"] == pytest.approx(0.2)
    assert firm["tce_per_wan"] == 0.125
    assert firm["intensity_reason"] == "no_group"
    machine = tables["equipment"].rows.to_dicts()[0]
    assert (machine["item"], machine["saved_kwh"], machine["saved_tce"]) == ("空压机1", 108_000, 32.4)
    assert machine["parcels"] == "P2"
    parcels = {row["parcel_code"]: row for row in tables["parcels"].rows.to_dicts()}
    assert parcels["P2"]["saved_tce"] == 32.4
    assert parcels["P1"]["saved_tce"] is None
    assert parcels["P1"]["free_roof_m2"] == pytest.approx(parcels["P1"]["roof_m2"] - 100)
    assert parcels["P3"]["solar_reason"] == "no_building"
    assert parcels["P3"]["inspection"] is None
    assert parcels["P1"]["electricity_kwh"] == 1_182_600  # three quarters, by floor area
    assert parcels["P1"]["spare_kva"] == 450
    totals = {each.code: each.value for each in tables["parcels"].totals}
    assert totals["solar_kwh"] == pytest.approx(sum(each["solar_kwh"] or 0 for each in parcels.values()))
    assert totals["firms_inspected"] == 1
    assert not found.verified
    with told.database.reading() as connection, pytest.raises(NotFound):
        energy_report(connection, told.published, "P99")


def test_who_reads_sees_roofs_and_inspections_and_no_firm(told: Told) -> None:
    """Energy, machines and firms are for analysts, in JSON, workbook and layer; drafts are not there."""
    path = f"/evaluations/{told.published}/energy"
    with keyed_client(told.database, "read") as reader:
        analyst = key_for(told.database, "analyst")
        full, seen = (sections(reader.get(path, headers=each).json()) for each in (analyst, {}))
        assert list(full) == ["parcels", "firms", "equipment", "roofs"]
        assert list(seen) == ["parcels", "roofs"]
        public = {name for name, scope in PROPERTIES["energy"].items() if scope == "public"}
        assert set(seen["parcels"]["rows"][0]) == public - {"evaluation_id", "district", "period"}
        assert seen["roofs"] == full["roofs"]
        codes = {each["code"] for each in seen["parcels"]["totals"]}
        assert "solar_kwh" in codes
        assert not codes & {"excess_tce", "saved_tce", "spare_kva", "charge_yuan"}
        assert reader.get(f"/evaluations/{told.draft}/energy").status_code == 404
        assert reader.get(f"{path}?parcel=P99").status_code == 404
        assert reader.get(f"{path}?f=csv").status_code == 400
        for headers, sheets in ((analyst, 5), ({}, 3)):
            book = openpyxl.load_workbook(io.BytesIO(reader.get(f"{path}?f=xlsx", headers=headers).content))
            assert len(book.sheetnames) == sheets
        items = "/collections/energy/items"
        for headers, shown in ((analyst, True), ({}, False)):
            features = reader.get(items, headers=headers).json()["features"]
            assert [each["id"] for each in features] == [f"{told.published}:P{n}" for n in (1, 2, 3)]
            assert all(("saved_tce" in each["properties"]) == shown for each in features)
            assert reader.get(f"{items}?filter=saved_tce > 30", headers=headers).status_code == (
                200 if shown else 400
            )
        assert features[1]["properties"]["inspection"] == "inspected"


def test_a_page_and_a_parcel_of_the_report(told: Told) -> None:
    """A page of every table; of one parcel its rows and its own sums, as its map feature says them."""
    with keyed_client(told.database, "analyst") as client:
        path = f"/evaluations/{told.published}/energy"
        page = sections(client.get(path, params={"limit": 1, "offset": 1}).json())
        assert (page["parcels"]["count"], len(page["parcels"]["rows"])) == (3, 1)
        one = sections(client.get(path, params={"parcel": "P2"}).json())
        (row,) = one["parcels"]["rows"]
        feature = client.get(f"/collections/energy/items/{told.published}:P2").json()["properties"]
        assert {name: feature[name] for name in row} == row
        assert {each["code"]: each["value"] for each in one["parcels"]["totals"]}["solar_kwh"] == row[
            "solar_kwh"
        ]
        assert {each["parcel_code"] for each in one["roofs"]["rows"]} == {"P2"}


def test_the_command_line(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with the sources of its rules, JSON with every row, a workbook."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", told.database.url.render_as_string(hide_password=False))
    run, number = CliRunner(), str(told.published)
    shown = run.invoke(build(), ["levers", "energy", number])
    assert shown.exit_code == 0, shown.output
    assert "能源检查诊断" in shown.output
    assert "GB 18613" in shown.output
    assert "未核实" in shown.output
    whole = run.invoke(build(), ["levers", "energy", number, "--parcel", "P2", "--format", "json"])
    document = json.loads(whole.stdout)
    assert [each["name"] for each in document["sections"]] == ["parcels", "firms", "equipment", "roofs"]
    assert document["sections"][0]["rows"][0]["parcel_code"] == "P2"
    file = tmp_path / "energy.xlsx"
    assert (
        run.invoke(build(), ["levers", "energy", number, "--format", "xlsx", "--output", str(file)]).exit_code
        == 0
    )
    assert len(openpyxl.load_workbook(file).sheetnames) == 5


def test_a_client_in_open_mode_is_told_the_rules(told: Told) -> None:
    """Every rule with its source; what nobody verified says so."""
    with keyed_client(told.database, "read") as client:
        document = client.get(f"/evaluations/{told.published}/energy").json()
    rules = {each["code"]: each for each in document["bases"]}
    assert {"inspection", "intensity", "transformers", "solar", "prices", "equipment_motor"} <= rules.keys()
    assert rules["factor_electricity_equal_energy"]["verified"]
    assert not rules["solar"]["verified"]
    assert document["verified"] is False
