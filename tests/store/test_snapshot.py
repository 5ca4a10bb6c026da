"""Snapshots: what an evaluation reads, frozen under the hash of its content."""

from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import func, select, update

from service.domain.tables import KEYS, NUMBERS, SNAPSHOT
from service.store import inputs
from service.store.database import Database
from service.store.hashing import canonical_hash
from service.store.models import Enterprise, SnapshotPart
from service.store.snapshot import freeze, keep_snapshot, snapshot_tables
from tests.support.parks import E1, E2, E3, E4, HandOvers, hand_over_small_park


def read(
    database: Database, district: str = "330299", period: str = "2023", *, year_before: bool = False
) -> dict[str, pl.DataFrame]:
    """Return the tables of a snapshot."""
    with database.reading() as connection:
        return inputs.read(connection, district, period, year_before=year_before)


def without_numbers(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its codes alone."""
    return table.drop(*NUMBERS, "here", strict=False)


def test_amounts_are_whole_minor_units(database: Database, tmp_path: Path) -> None:
    """Areas in 0.01 m², ratios in millionths, money in fen, energy in kgce."""
    hand_over_small_park(database, tmp_path)
    tables = read(database)
    parcel = tables["parcels"].row(0, named=True)
    assert (parcel["parcel_code"], parcel["registered_area"], parcel["floor_area"]) == (
        "P1",
        1_000_000,
        800_000,
    )
    assert (parcel["far_limit"], parcel["approved_area"]) == (2_000_000, None)
    assert without_numbers(tables["enterprise_figures"]).rows(named=True) == [
        {"uscc": E1, "energy_equal_supply": 1_000_000, "output": 8_000_000_000, "tax": 400_000_000},
        {"uscc": E2, "energy_equal_supply": None, "output": 1_000_000_000, "tax": 50_000_000},
    ]
    assert tables["occupancies"]["floor_area"].to_list() == [300_000, 100_000, 50_000]
    assert tables["enterprises"]["above_scale"].to_list() == [True, False]


def test_tables_have_the_declared_columns(database: Database) -> None:
    """Also in an empty store; figures get a column per metric that somebody reported."""
    tables = read(database)
    assert {name: table.columns for name, table in tables.items()} == {
        name: list(columns) for name, columns in SNAPSHOT.items()
    }


def test_dates_and_shares_come_through(database: Database, tmp_path: Path) -> None:
    """As dates and as millionths."""
    files = HandOvers(database, tmp_path)
    files.parcels({"code": "P1"})
    files.occupancies(
        {"parcel_code": "P1", "uscc": E1, "role": "own", "manual_share": "0.3", "valid_from": "2023-04-01"}
        | {"electricity_kwh": "12.5", "valid_to": "2023-12-31"}
    )
    row = read(database)["occupancies"].row(0, named=True)
    assert (row["manual_share"], row["electricity"]) == (300_000, 12_500)
    assert (str(row["valid_from"]), str(row["valid_to"])) == ("2023-04-01", "2023-12-31")


def test_only_figures_in_effect_count(database: Database, tmp_path: Path) -> None:
    """A later hand-over supersedes, other years stay out."""
    hand_over_small_park(database, tmp_path)
    files = HandOvers(database, tmp_path / "later", None)
    files.folder.mkdir()
    files.figures({"uscc": E1, "period": 2023, "tax": 401}, {"uscc": E2, "period": 2022, "tax": 7})
    assert read(database)["enterprise_figures"]["tax"].to_list() == [401_000_000, 50_000_000]
    assert without_numbers(read(database, period="2022")["enterprise_figures"]).rows() == [(E2, 7_000_000)]


def test_an_enterprise_brings_all_its_holdings(database: Database, tmp_path: Path) -> None:
    """Those in other districts are marked, those on unknown parcels are not hidden."""
    hand_over_small_park(database, tmp_path)
    other = HandOvers(database, tmp_path / "other", "110000")
    other.folder.mkdir()
    other.parcels({"code": "Q1"})
    other.occupancies(
        {"parcel_code": "Q1", "uscc": E1, "role": "own", "floor_area_m2": 1},
        {"parcel_code": "X9", "uscc": E1, "role": "own", "floor_area_m2": 1},
        {"parcel_code": "Q1", "uscc": E3, "role": "own", "floor_area_m2": 1},
    )
    held = read(database)["occupancies"]
    assert held.select("parcel_code", "uscc", "elsewhere").rows() == [
        ("P1", E1, False),
        ("P2", E1, False),
        ("P2", E2, False),
        ("Q1", E1, True),
        ("X9", E1, False),
    ]
    assert set(read(database, "110000")["occupancies"]["uscc"]) == {E1, E3}
    assert read(database, "110000")["parcels"]["parcel_code"].to_list() == ["Q1"]


def test_figures_without_any_place_belong_where_they_were_handed_over(
    database: Database, tmp_path: Path
) -> None:
    """An enterprise without a holding shows in its district only, or in all when nobody said which."""
    hand_over_small_park(database, tmp_path)
    other = HandOvers(database, tmp_path / "other", "110000")
    other.folder.mkdir()
    other.parcels({"code": "Q1"})
    other.figures({"uscc": E3, "period": 2023, "tax": 7})
    assert E3 not in read(database)["enterprise_figures"]["uscc"]
    assert read(database, "110000")["enterprise_figures"]["uscc"].to_list() == [E3]
    nowhere = HandOvers(database, tmp_path / "nowhere", None)
    nowhere.folder.mkdir()
    nowhere.figures({"uscc": E3, "period": 2023, "tax": 8})
    assert E3 in read(database)["enterprise_figures"]["uscc"]


def test_figures_of_parcels_know_their_place(database: Database, tmp_path: Path) -> None:
    """Here, elsewhere when part of an enterprise of ours, or of a parcel that nobody knows."""
    hand_over_small_park(database, tmp_path)
    other = HandOvers(database, tmp_path / "other", "110000")
    other.folder.mkdir()
    other.parcels({"code": "Q1"}, {"code": "Q2"})
    here = HandOvers(database, tmp_path / "here")
    here.folder.mkdir()
    here.figures(
        {"parcel_code": "P1", "part_of": E1, "period": 2023, "tax": 1},
        {"parcel_code": "P1", "part_of": "", "period": 2023, "tax": 2},
        {"parcel_code": "Q1", "part_of": E1, "period": 2023, "tax": 3},
        {"parcel_code": "Q2", "part_of": "", "period": 2023, "tax": 4},
        {"parcel_code": "X9", "part_of": "", "period": 2023, "tax": 5},
    )
    assert without_numbers(read(database)["parcel_figures"]).rows() == [
        ("P1", "", False, 2_000_000),
        ("P1", E1, False, 1_000_000),
        ("Q1", E1, True, 3_000_000),
        ("X9", "", False, 5_000_000),
    ]


def test_contracts_come_with_their_parcels(database: Database, tmp_path: Path) -> None:
    """Dates, and promises in minor units; contracts of other districts and of unknown parcels stay out."""
    files = HandOvers(database, tmp_path)
    files.parcels({"code": "P1"}, {"code": "P2"})
    promises = {"tax_wan_yuan_per_mu": 30, "output_wan_yuan_per_mu": 0.1, "investment_wan_yuan_per_mu": "/"}
    promises |= {"energy_tce_per_wan_yuan": 0.000000123, "far": 1.2, "coverage": 0.4}
    dates = {"signed_on": "2019-05-06", "complete_by": "2021-05-06", "completed_on": ""}
    files.contracts(*({"parcel_code": code} | dates | promises for code in ("P2", "Q1", "X9")))
    other = HandOvers(database, tmp_path / "other", "110000")
    other.folder.mkdir()
    assert read(database)["contracts"]["parcel_code"].to_list() == ["P2"]
    other.parcels({"code": "Q1"})
    assert without_numbers(read(database)["contracts"]).rows() == [
        ("P2", date(2019, 5, 6), date(2021, 5, 6), None, 30_000_000, 100_000, None, 123, 1_200_000, 400_000)
    ]
    assert read(database, "110000")["contracts"]["parcel_code"].to_list() == ["Q1"]


def test_enterprises_bring_the_day_of_their_registration(database: Database, tmp_path: Path) -> None:
    """A firm whose day is not known has none."""
    files = HandOvers(database, tmp_path)
    files.parcels({"code": "P1"})
    files.enterprises({"uscc": E1, "registered_on": "2022-07-01"}, {"uscc": E2, "registered_on": "/"})
    files.occupancies(*({"parcel_code": "P1", "uscc": uscc, "role": "own"} for uscc in (E1, E2)))
    assert read(database)["enterprises"]["registered_on"].to_list() == [date(2022, 7, 1), None]


def test_the_year_before_is_read_when_asked_for(database: Database, tmp_path: Path) -> None:
    """With the enterprises that had figures only then; otherwise its tables are empty and they are absent."""
    hand_over_small_park(database, tmp_path)
    before = HandOvers(database, tmp_path / "before")
    before.folder.mkdir()
    before.enterprises({"uscc": E3, "industry": "C26"})
    before.figures({"uscc": E1, "period": 2022, "rd": 7}, {"uscc": E3, "period": 2022, "rd": 8})
    before.figures({"parcel_code": "P3", "part_of": E4, "period": 2022, "tax": 9})
    before.occupancies({"parcel_code": "X9", "uscc": E4, "role": "own"})
    without, both = read(database), read(database, year_before=True)
    assert without["enterprise_figures_before"].is_empty()
    assert without["parcel_figures_before"].is_empty()
    assert not {E3, E4} & set(without["enterprises"]["uscc"])
    assert without_numbers(both["enterprise_figures_before"]).rows(named=True) == [
        {"uscc": E1, "rd": 7_000_000},
        {"uscc": E3, "rd": 8_000_000},
    ]
    assert without_numbers(both["parcel_figures_before"]).rows() == [("P3", E4, False, 9_000_000)]
    assert set(both["enterprises"]["uscc"]) == {E1, E2, E3}
    assert E4 in both["occupancies"]["uscc"]
    assert E4 not in without["occupancies"]["uscc"]
    for name in ("parcels", "enterprise_figures", "parcel_figures"):
        assert without_numbers(both[name]).equals(without_numbers(without[name]))


def test_marks_are_read_as_figures(database: Database, tmp_path: Path) -> None:
    """A mark of a firm is a column of ones and gaps; so is one of a parcel."""
    hand_over_small_park(database, tmp_path)
    files = HandOvers(database, tmp_path / "marks")
    files.folder.mkdir()
    files.figures({"uscc": E2, "period": 2023, "high_tech": 1})
    files.figures({"parcel_code": "P3", "period": 2023, "illegal_building": 1})
    tables = read(database)
    assert tables["enterprise_figures"]["high_tech"].to_list() == [None, 1]
    assert without_numbers(tables["parcel_figures"]).rows(named=True) == [
        {"parcel_code": "P3", "part_of": "", "elsewhere": False, "illegal_building": 1}
    ]


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database, tmp_path: Path) -> None:
    """It is of the state in which the connection began, though somebody else committed before it was read."""
    hand_over_small_park(database, tmp_path)
    expected = read(database)
    with database.reading() as connection:
        database.data_version(connection)  # from here on it sees one state
        later = HandOvers(database, tmp_path / "later", None)
        later.folder.mkdir()
        later.figures({"uscc": E1, "period": 2023, "tax": 401})
        found = inputs.read(connection, "330299", "2023")
    assert {name: table.equals(expected[name]) for name, table in found.items()} == dict.fromkeys(found, True)
    assert read(database)["enterprise_figures"]["tax"].to_list() == [401_000_000, 50_000_000]


def test_a_writer_reads_what_it_has_written(database: Database, tmp_path: Path) -> None:
    """A snapshot taken within a writing transaction has what that transaction did so far."""
    hand_over_small_park(database, tmp_path)
    with database.writing() as connection:
        connection.execute(update(Enterprise).where(Enterprise.uscc == E1).values(industry="C26"))
        found = inputs.read(connection, "330299", "2023")
    assert found["enterprises"]["industry"].to_list() == ["C26", "C13"]


def test_the_same_content_has_the_same_hash_on_both_databases(
    geopackage_url: str, postgis_url: str, tmp_path: Path
) -> None:
    """Neither row ids nor the order of hand-overs nor the database show in it."""
    hashes = set()
    for number, url in enumerate([geopackage_url, postgis_url]):
        database = Database(url)
        folder = tmp_path / str(number)
        folder.mkdir()
        if number:  # something before, gone again under a later hand-over
            HandOvers(database, folder, None).figures({"uscc": E1, "period": 2023, "tax": 1})
        hand_over_small_park(database, folder)
        with database.reading() as connection:
            hashes.add(freeze(connection, "330299", "2023").content_hash)
        database.dispose()
    assert len(hashes) == 1


def test_a_snapshot_is_kept_once_and_read_as_it_was(database: Database, tmp_path: Path) -> None:
    """In parts, under the hash of its content; changed input is another snapshot."""
    hand_over_small_park(database, tmp_path)
    with database.reading() as connection:
        first = freeze(connection, "330299", "2023")
        tables = inputs.read(connection, "330299", "2023")
        with_before = freeze(connection, "330299", "2023", year_before=True)
    assert with_before.content_hash == first.content_hash  # there is nothing of that year
    for _ in range(2):
        with database.writing() as connection:
            keep_snapshot(connection, first)
    with database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(SnapshotPart)).scalar_one()
        stored = {
            name: table.collect() for name, table in snapshot_tables(connection, first.content_hash).items()
        }
    assert count == len(SNAPSHOT)
    assert all(tables[name].equals(stored[name]) for name in tables)
    assert canonical_hash(stored, KEYS) == first.content_hash
    later = HandOvers(database, tmp_path / "later", None)
    later.folder.mkdir()
    later.figures({"uscc": E1, "period": 2023, "tax": 401})
    with database.reading() as connection:
        changed = freeze(connection, "330299", "2023")
    assert changed.content_hash != first.content_hash
    assert changed.as_of_batch > first.as_of_batch
