"""Readings of meters reach the parcel and the firm that the meter measures, to the last minor unit."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.reference.schemes import shipped_scheme
from service.store import inputs, metered
from service.store.database import Database
from service.store.models import Figure, Meter, SourceRow
from tests.support.parks import E1, E2, HandOvers
from tests.support.records import add_batch

KWH = 1000
"""Minor units in one."""


def given_meters(
    database: Database, meters: Iterable[dict[str, Any]], read: dict[str, int], period: str = "2023"
) -> int:
    """Record meters and their electricity of a year, in kWh; return the row that states them all."""
    with database.writing() as connection:
        row = add_batch(connection, feed="figures", file_name="抄表.xlsx")
        batch = connection.execute(SourceRow.__table__.select().where(SourceRow.id == row)).one().batch_id
        for meter in meters:
            whole = {"kind": "electricity", "parcel_code": "", "uscc": "", "source_row_id": row} | meter
            connection.execute(insert(Meter).values(**whole))
        for number, kwh in read.items():
            connection.execute(
                insert(Figure).values(
                    subject_kind="meter",
                    subject_code=f"electricity:{number}",
                    period=period,
                    metric="electricity",
                    value=kwh * KWH,
                    batch_id=batch,
                    source_row_id=row,
                )
            )
    return row


def figures(database: Database) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Return the electricity of 2023 that an evaluation would read, of parcels and of firms."""
    with database.reading() as connection:
        tables = inputs.read(connection, "330299", "2023")
    parcels, firms = tables["parcel_figures"], tables["enterprise_figures"]
    of_parcels = {
        (row["parcel_code"], row["part_of"]): row["electricity"] for row in parcels.rows(named=True)
    }
    return of_parcels, {row["uscc"]: row["electricity"] for row in firms.rows(named=True)}


def park(database: Database, folder: Path) -> HandOvers:
    """Hand over two parcels and two firms, each with a parcel of its own."""
    files = HandOvers(database, folder)
    files.parcels({"code": "P1", "registered_area_m2": 10_000}, {"code": "P2", "registered_area_m2": 9_000})
    files.enterprises({"uscc": E1, "name": "a"}, {"uscc": E2, "name": "b"})
    files.occupancies(
        {"parcel_code": "P1", "uscc": E1, "role": "own"}, {"parcel_code": "P2", "uscc": E2, "role": "own"}
    )
    return files


def test_a_reading_goes_to_the_parcel_as_part_of_its_firm(database: Database, tmp_path: Path) -> None:
    """Several meters of a firm on a parcel add up."""
    park(database, tmp_path)
    meters = [
        {"meter": "1", "parcel_code": "P1", "uscc": E1},
        {"meter": "2", "parcel_code": "P1", "uscc": E1},
    ]
    given_meters(database, meters, {"1": 70, "2": 30})
    assert figures(database) == ({("P1", E1): 100 * KWH}, {})


def test_a_meter_of_two_firms_is_shared(database: Database, tmp_path: Path) -> None:
    """By the shares it has; those without one divide the rest."""
    park(database, tmp_path)
    shared = [
        {"meter": "1", "parcel_code": "P1", "uscc": E1, "share": 0.7},
        {"meter": "1", "parcel_code": "P1", "uscc": E2},
    ]
    given_meters(database, shared, {"1": 1000})
    assert figures(database) == ({("P1", E1): 700 * KWH, ("P1", E2): 300 * KWH}, {})


def test_a_change_of_tenant_shares_by_days(database: Database, tmp_path: Path) -> None:
    """73 of 365 days are a fifth of the year's reading."""
    park(database, tmp_path)
    shared = [
        {"meter": "1", "parcel_code": "P1", "uscc": E1, "valid_to": date(2023, 3, 14)},
        {"meter": "1", "parcel_code": "P1", "uscc": E2, "valid_from": date(2023, 3, 15)},
    ]
    with_shares = [row | {"share": 1.0} for row in shared]
    given_meters(database, with_shares, {"1": 365})
    assert figures(database)[0] == {("P1", E1): 73 * KWH, ("P1", E2): 292 * KWH}


def test_a_reported_parcel_figure_comes_before_readings(database: Database, tmp_path: Path) -> None:
    """What was reported for the parcel and firm is not counted a second time."""
    files = park(database, tmp_path)
    files.figures({"parcel_code": "P1", "part_of": E1, "period": 2023, "electricity": 5})
    given_meters(database, [{"meter": "1", "parcel_code": "P1", "uscc": E1}], {"1": 70})
    assert figures(database)[0] == {("P1", E1): 5 * KWH}


def test_a_meter_without_parcel_makes_the_total_of_its_firm(database: Database, tmp_path: Path) -> None:
    """Where the firm reported none; what has a parcel is a part of it."""
    park(database, tmp_path)
    meters = [{"meter": "1", "uscc": E1}, {"meter": "2", "parcel_code": "P1", "uscc": E1}]
    given_meters(database, meters, {"1": 70, "2": 30})
    assert figures(database) == ({("P1", E1): 30 * KWH}, {E1: 100 * KWH})


def test_a_reading_of_an_unknown_meter_stays_visible(database: Database, tmp_path: Path) -> None:
    """It stands among what cannot be placed, under the meter's own code."""
    park(database, tmp_path)
    given_meters(database, [], {"9": 70})
    assert figures(database)[0] == {("electricity:9", ""): 70 * KWH}


def test_an_explanation_leads_to_the_readings(database: Database, tmp_path: Path) -> None:
    """Each meter with the file and row of its reading."""
    park(database, tmp_path)
    row = given_meters(database, [{"meter": "1", "parcel_code": "P1", "uscc": E1}], {"1": 70}, "2022")
    run = evaluate(database, shipped_scheme("huangyan-2022"), "2022")
    found = explanation(database, run.id, "P1")["calculation"]["figures"]
    metered_here = [each for each in found if each["metric"] == "electricity"]
    assert [(each["source"], [r["meter"] for r in each["readings"]]) for each in metered_here] == [
        (None, ["electricity:1"])
    ]
    assert metered_here[0]["readings"][0]["source"]["id"] == row


_SHARES = st.none() | st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000)
_DAYS = st.none() | st.dates(date(2022, 6, 1), date(2024, 6, 1))
_METERS = st.lists(
    st.fixed_dictionaries(
        {
            "meter": st.sampled_from(["e:1", "e:2"]),
            "parcel_code": st.sampled_from(["P1", "P2", None]),
            "part_of": st.sampled_from([E1, E2, None]),
            "share": _SHARES,
            "valid_from": _DAYS,
            "valid_to": _DAYS,
        }
    ),
    max_size=6,
)


@given(_METERS, st.lists(st.integers(0, 2**53 - 1), min_size=2, max_size=2))
def test_nothing_of_a_reading_is_lost(meters: list[dict[str, Any]], values: list[int]) -> None:
    """The parts sum to the reading, none is below zero, and the order of rows does not matter."""
    types = {"meter": pl.String, "parcel_code": pl.String, "part_of": pl.String, "share": pl.Float64}
    known = pl.DataFrame(meters, schema=types | {"valid_from": pl.Date, "valid_to": pl.Date}, orient="row")
    read = pl.DataFrame({"meter": ["e:1", "e:2"], "metric": "electricity", "value": values})
    given_out = metered.placed(read, known, "2023")
    sums = given_out.group_by("meter").agg(pl.col("value").sum()).sort("meter")
    assert sums["value"].to_list() == values
    assert given_out["value"].min() >= 0
    backwards = metered.placed(read.reverse(), known.reverse(), "2023")
    assert given_out.sort(pl.all()).equals(backwards.sort(pl.all()))
