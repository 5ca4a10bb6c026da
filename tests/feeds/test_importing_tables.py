"""Kinds of hand-overs that are new to the store: tables of known parcels, buildings, meters' figures."""

from pathlib import Path

from sqlalchemy import select

from service.feeds.mappings.mapping import parse_mapping
from service.jobs.importing import import_file
from service.store.database import Database
from service.store.models import Building, Figure, Parcel, SourceRow
from tests.feeds.handing import write_csv, write_layer, write_xlsx
from tests.feeds.test_file_gdb import BUILDINGS
from tests.feeds.test_long_figures import METERS
from tests.feeds.test_parcels import SQUARE

PLAN = """
feed: parcels
columns:
  code: 地块编号
  far_min: {column: 容积率, bound: lower}
  far_limit: {column: 容积率, bound: upper}
  height_max_m: {column: 限高, bound: upper}
"""


def test_a_table_brings_known_parcels_up_to_date(database: Database, tmp_path: Path) -> None:
    """Stated fields change, the others and the outline stay; a parcel nobody knows is held."""
    layer = write_layer(tmp_path / "p.gpkg", [SQUARE], {"code": ["P1"], "town": ["甲镇"]})
    import_file(database, "parcels", layer, district="330299")
    table = [
        ["控规指标", "", ""],
        ["地块编号", "容积率", "限高"],
        ["P1", "1.2-2.5", "≤24米"],
        ["P9", "≥1", "/"],
    ]
    path = write_xlsx(tmp_path / "plan.xlsx", {"S": table})
    report = import_file(database, "parcels", path, mapping=parse_mapping(PLAN))
    assert report.reasons == {"parcel_unknown": 1, "title": 1}
    assert (report.accepted, report.held, report.skipped) == (1, 1, 1)
    with database.reading() as connection:
        parcel = connection.execute(
            select(
                Parcel.code,
                Parcel.town,
                Parcel.district,
                Parcel.far_min,
                Parcel.far_limit,
                Parcel.height_max_m,
            )
        ).one()
        geometry = connection.execute(select(Parcel.geodesic_area_m2)).scalar_one()
    assert tuple(parcel) == ("P1", "甲镇", "330299", 1.2, 2.5, 24.0)
    assert geometry > 0
    again = import_file(database, "parcels", path, mapping=parse_mapping(PLAN.replace("限高", "限高")))
    assert (again.batch_id, again.accepted) == (None, 0)


def test_buildings_are_stored_with_their_outlines(database: Database, tmp_path: Path) -> None:
    """And leave the way back to their source row."""
    columns = {"JZBH": ["B1"], "ZDDM": ["P1"], "CS": [3.0], "JZMJ": [1.5], "GD": [12.5]}
    path = write_layer(tmp_path / "b.gpkg", [SQUARE], columns)
    report = import_file(database, "buildings", path, mapping=parse_mapping(BUILDINGS))
    assert report.accepted == report.read == 1
    with database.reading() as connection:
        query = select(Building.code, Building.floors, Building.floor_area_m2, SourceRow.row)
        found = connection.execute(query.join(SourceRow, SourceRow.id == Building.source_row_id)).one()
    assert tuple(found)[:3] == ("B1", 3, 1000.0)


def test_months_of_a_meter_are_figures_of_their_own(database: Database, tmp_path: Path) -> None:
    """A year's total and a month's amount stand beside each other."""
    table = [
        ["表号", "月份", "电量"],
        ["7", "2023年1月", "5"],
        ["7", "2023", "60"],
        ["7", "2023年1季度", "15"],
    ]
    report = import_file(
        database, "figures", write_csv(tmp_path / "m.csv", table), mapping=parse_mapping(METERS)
    )
    assert report.accepted == 3
    with database.reading() as connection:
        query = select(Figure.subject_kind, Figure.subject_code, Figure.period, Figure.value)
        found = {tuple(row) for row in connection.execute(query)}
    assert found == {
        ("meter", "electricity:7", "2023-01", 5_000),
        ("meter", "electricity:7", "2023", 60_000),
        ("meter", "electricity:7", "2023Q1", 15_000),
    }
