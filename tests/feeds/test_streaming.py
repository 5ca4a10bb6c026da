"""What holds however a file falls into chunks, and for every feed that is recorded."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shapely import box
from sqlalchemy import select, text

from service.domain.hand_overs import Feed, ImportReport
from service.feeds import chunks, spool
from service.feeds.mappings.mapping import parse_mapping
from service.jobs.importing import Origin, import_file
from service.store import hand_overs
from service.store.database import Database
from service.store.models import Base, Batch, Building, Figure, Parcel
from tests.benchmarks import figures
from tests.feeds.handing import HEADER, TAX, current_figures, uscc, write_csv, write_layer

MAPPING = parse_mapping(TAX)
GIBIBYTE = 1 << 30


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Return accepted, held, duplicate and skipped."""
    return report.accepted, report.held, report.duplicate, report.skipped


def test_rows_in_different_chunks_contradict_and_repeat_each_other(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With chunks of two rows, every verdict is as if the file had been read in one piece."""
    rows = [(n % 40, "五" if n % 11 == 0 else n % 40 if n % 7 else 1) for n in range(100)]
    path = write_csv(tmp_path / "t.csv", [HEADER, *([uscc(n), "", "2023", v] for n, v in rows)])

    def outcome(district: str) -> tuple[Any, ...]:
        report = import_file(database, "figures", path, mapping=MAPPING, district=district)
        with database.writing() as connection:
            kept = [
                (row["row"], row["verdict"], row["reason"], row["detail"])
                for row in hand_overs.rows_of(connection, report.batch_id or 0, limit=1000)
            ]
            found = current_figures(database)
            connection.execute(Figure.__table__.delete())  # type: ignore[attr-defined]
        return counts(report), report.reasons, kept, found

    whole = outcome("1")
    monkeypatch.setattr(chunks, "CHUNK", 2)
    monkeypatch.setattr(spool, "_IN_MEMORY", 100)
    assert outcome("2") == whole
    assert whole[1]["conflicting_rows"]
    assert whole[1]["repeated_row"]


def test_progress_is_told_and_may_end_the_import(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows done while reading, then rows written of all; what the listener raises leaves nothing stored."""
    monkeypatch.setattr(chunks, "CHUNK", 10)
    path = write_csv(tmp_path / "t.csv", [HEADER, *([uscc(n), "", "2023", n + 1] for n in range(25))])
    told: list[tuple[int, int | None, str]] = []
    import_file(database, "figures", path, mapping=MAPPING, progress=lambda *given: told.append(given))
    assert told == [
        *((done, None, "reading") for done in (10, 20, 25)),
        *((done, 25, "writing") for done in (10, 20, 25)),
    ]

    def cancel(_done: int, total: int | None, _phase: str) -> None:
        if total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(database, "figures", path, mapping=MAPPING, district="2", progress=cancel)
    with database.reading() as connection:
        assert len(hand_overs.batches(connection)) == 1


def test_a_batch_says_where_it_comes_from(database: Database, tmp_path: Path) -> None:
    """Profile, corrected batch and pulled source are noted as given."""
    path = write_csv(tmp_path / "t.csv", [HEADER, [uscc(1), "", "2023", 1]])
    origin = Origin(profile="tax-330203", corrects=7, pulled_from="tax-gateway")
    report = import_file(database, "figures", path, mapping=MAPPING, origin=origin)
    with database.reading() as connection:
        query = select(Batch.profile, Batch.corrects, Batch.pulled_from).where(Batch.id == report.batch_id)
        assert tuple(connection.execute(query).one()) == ("tax-330203", 7, "tax-gateway")


FEEDS: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "branches": (
        "branch",
        {"uscc": uscc(2), "name": "分公司", "head_uscc": uscc(1), "registered_on": "2020-01-31"},
        {"name": "新分公司"},
    ),
    "ratings": (
        "enterprise_rating",
        {"uscc": uscc(1), "period": "2023", "grade": "A", "points": 91.25, "rank": 3, "ranked": 80},
        {"points": 90.5},
    ),
    "meters": (
        "meter",
        {"kind": "electricity", "meter": "330001", "parcel_code": "", "uscc": uscc(1), "share": 0.4},
        {"share": 0.5},
    ),
    "inspections": (
        "inspection_item",
        {
            "uscc": uscc(1),
            "parcel_code": "",
            "period": "2023",
            "kind": "transformer",
            "item": "S11-800",
            "quantity": 2.0,
            "unit": "台",
            "capacity_kva": 800.0,
            "inspected_on": "2023-05-06",
            "equipment_kind": "transformer",
            "model": "S11-M",
            "power_kw": 7.5,
            "hours_per_year": 6000.0,
            "load_share": 0.35,
            "efficiency_class": "below",
            "fuel": "electricity",
            "roof_area_m2": 1200.5,
            "installed_kwp": 180.0,
        },
        {"capacity_kva": 630.0, "efficiency_class": "2", "power_kw": 11.0},
    ),
    "successions": (
        "parcel_succession",
        {"old_code": "P1", "new_code": "P2", "kind": "split", "effective_on": "2022-05-06", "share": 0.25},
        {"share": 0.75},
    ),
    "surcharges": (
        "firm_surcharge",
        {
            "uscc": uscc(1),
            "parcel_code": "",
            "kind": "punitive",
            "yuan_per_kwh": 0.3,
            "valid_from": "2024-01-01",
            "valid_to": "2024-12-31",
        },
        {"yuan_per_kwh": 0.1},
    ),
    "projects": (
        "project",
        {
            "code": "ZS-01",
            "industry": "C3940",
            "floor_area_m2": 5200.5,
            "tax_wan_yuan": 1234.567891,
            "energy_tce": 310.25,
            "needed_by": "2024-09-30",
            "lease_or_land": "either",
            "status": "open",
        },
        {"tax_wan_yuan": 1300.0},
    ),
    "premises": (
        "premises",
        {
            "code": "CF-01",
            "parcel_code": "P1",
            "floor_area_m2": 8000.0,
            "available_from": "2024-01-01",
            "rent_yuan_per_m2_month": 18.5,
            "industries": "39、40",
        },
        {"rent_yuan_per_m2_month": 20.25},
    ),
}


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_of_records_is_kept_in_place(database: Database, tmp_path: Path, feed: str) -> None:
    """New, then the same again, then another content: one record, and each row its verdict."""
    name, row, other = FEEDS[feed]
    header = list(row)
    changed = row | other
    reports = [
        import_file(database, feed, write_csv(tmp_path / f"{place}.csv", [header, *rows]))
        for place, rows in enumerate(
            ([list(row.values())], [list(row.values()), [""]], [list(changed.values()), [uscc(1)]])
        )
    ]
    assert [counts(report) for report in reports] == [(1, 0, 0, 0), (0, 0, 1, 1), (1, 1, 0, 0)]
    with database.reading() as connection:
        (found,) = connection.execute(select(Base.metadata.tables[name])).mappings().all()
    assert {field: str(found[field]) for field in row} == {field: str(v) for field, v in changed.items()}
    assert found["source_row_id"] == 4


def test_nothing_refers_to_what_is_not_there(database: Database, tmp_path: Path) -> None:
    """After imports that write, replace and supersede, every reference of every table finds its row."""
    for name, amounts in (("a", (1, 2, 3)), ("b", (1, 5, "五"))):
        rows = [[uscc(n), "", "2023", amount] for n, amount in enumerate(amounts)]
        import_file(
            database, "figures", write_csv(tmp_path / f"{name}.csv", [HEADER, *rows]), mapping=MAPPING
        )
    for name, town in (("c", "甲"), ("d", "乙")):
        rows = [["uscc", "name"], [uscc(1), town]]
        import_file(database, "enterprises", write_csv(tmp_path / f"{name}.csv", rows))
    with database.reading() as connection:
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                lost = (
                    f"SELECT count(*) FROM {table.name} WHERE {key.parent.name} IS NOT NULL AND "
                    f"{key.parent.name} NOT IN (SELECT {key.column.name} FROM {key.column.table.name})"
                )
                assert connection.execute(text(lost)).scalar_one() == 0, lost


@pytest.mark.nightly
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_million_rows_stay_under_a_gibibyte(database: Database, tmp_path: Path, suffix: str) -> None:
    """Three figures in each row, every row with its verdict, and then once more with a tenth changed."""
    program = """
import sys
from pathlib import Path
from service.jobs.importing import import_file
from service.store.database import Database
report = import_file(Database(sys.argv[1]), "figures", Path(sys.argv[2]))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(report.read, peak)
"""
    url = database.url.render_as_string(hide_password=False)
    for changed in (0.0, 0.1):
        path = tmp_path / f"large.{suffix}"
        write = figures.write_csv if suffix == "csv" else figures.write_xlsx
        write(path, 1_000_000, changed)
        done = subprocess.run(
            [sys.executable, "-c", program, url, str(path)], check=True, capture_output=True, text=True
        )
        read, peak = map(int, done.stdout.split())
        assert read > 1_000_000
        assert peak * 1024 < GIBIBYTE
        with database.reading() as connection:
            batch = hand_overs.batches(connection, Feed.FIGURES, limit=1)[0]
        assert (
            batch["read"] == read == sum(batch[name] for name in ("accepted", "held", "duplicate", "skipped"))
        )


def test_a_table_without_outlines_brings_known_parcels_up_to_date(database: Database, tmp_path: Path) -> None:
    """What it states changes and nothing else; an unknown parcel is held and can come again later."""
    shapes = write_layer(
        tmp_path / "p.gpkg", [box(120, 30, 120.001, 30.001)], {"code": ["P1"], "name": ["甲"], "town": ["东"]}
    )
    import_file(database, "parcels", shapes, district="330299")
    rows = [["code", "holder", "town"], ["P1", "某公司", "西"], ["P9", "另一公司", "西"]]
    titles = write_csv(tmp_path / "titles.csv", rows)
    report = import_file(database, "parcels", titles)
    assert (counts(report), report.reasons) == ((1, 1, 0, 0), {"parcel_unknown": 1})
    again = import_file(database, "parcels", write_csv(tmp_path / "again.csv", rows[:2]))
    assert again.reasons == {"already_stored": 1}
    with database.reading() as connection:
        query = select(Parcel.code, Parcel.name, Parcel.town, Parcel.holder, Parcel.district)
        assert [tuple(row) for row in connection.execute(query)] == [("P1", "甲", "西", "某公司", "330299")]
        held = hand_overs.rows_of(connection, report.batch_id or 0)[1]
    assert "P9" in held["detail"]


def test_buildings_are_kept_with_their_outlines(database: Database, tmp_path: Path) -> None:
    """A second survey replaces what it states of a building; the same again is a duplicate."""
    for name, floors, outcome in (("a", 2, (1, 0, 0, 0)), ("b", 2, (0, 0, 1, 0)), ("c", 3, (1, 0, 0, 0))):
        path = write_layer(
            tmp_path / f"{name}.gpkg",
            [box(120, 30, 120.001, 30.001)],
            {"code": ["B1"], "floors": [floors], "sheet": [name]},
        )
        assert counts(import_file(database, "buildings", path)) == outcome
    with database.reading() as connection:
        assert [tuple(row) for row in connection.execute(select(Building.code, Building.floors))] == [
            ("B1", 3)
        ]


def test_figures_of_meters_and_of_parts_of_a_year_supersede_by_the_same_key(
    database: Database, tmp_path: Path
) -> None:
    """A quarter, a month and a year are periods of their own; a later reading of one replaces that one."""
    mapping = parse_mapping(
        "feed: figures\ncolumns: {meter: 表号, period: 期间}\n"
        "metrics: {electricity: {column: 电量, unit: kWh}}"
    )
    for name, amount in (("a", 10), ("b", 20)):
        readings = [("2023年7月", amount), ("2023年三季度", 30), (2023, 99)]
        rows = [["表号", "期间", "电量"], *(["330001", *reading] for reading in readings)]
        import_file(database, "figures", write_csv(tmp_path / f"{name}.csv", rows), mapping=mapping)
    found = {(kind, code, period, value) for kind, code, _, period, _, value in current_figures(database)}
    assert found == {
        ("meter", "electricity:330001", period, value)
        for period, value in (("2023-07", 20_000), ("2023Q3", 30_000), ("2023", 99_000))
    }
    with database.reading() as connection:
        old = (
            connection.execute(select(Figure.value).where(Figure.superseded_by.is_not(None))).scalars().all()
        )
    assert old == [10_000]
