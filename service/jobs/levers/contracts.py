"""The study of grant contracts (出让合同研判) of an evaluation, read from the store and worked out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.errors import NotFound
from service.jobs.levers.evaluated import Evaluated, evaluated, latest_before
from service.levers.contracts import CONTRACTS, YEAR, Study, Year, study
from service.levers.report import Report
from service.reference.contracts import contract_rules
from service.store import inspected, terms


def report(
    connection: Connection, evaluation_id: int, parcel: str | None = None, as_of: date | None = None
) -> Report:
    """Return the report of an evaluation, or of one of its parcels; raises `NotFound`.

    :param as_of: to this day is counted what is still open; else to the end of the evaluated year
    """
    return worked_out(connection, evaluation_id, parcel, as_of).report


def of_parcels(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return a row for every parcel, for the layer; raises `NotFound`."""
    return worked_out(connection, evaluation_id).parcels


def worked_out(
    connection: Connection, evaluation_id: int, parcel: str | None = None, as_of: date | None = None
) -> Study:
    """Return the report with what it was made of; raises `NotFound`."""
    read, rules = evaluated(connection, evaluation_id), contract_rules()
    district, period = str(read.run["district"]), int(read.run["period"])
    # of evaluations of an early release only the scores are left: clauses and days can be told, and no figure
    parcels = read.parcels if read.is_whole else inspected.scored_parcels(connection, evaluation_id)
    head = read.head
    if parcel is not None:
        parcels, head = parcels.filter(pl.col("parcel_code") == parcel), {**head, "parcel": parcel}
        if not parcels.height:
            raise NotFound(
                f"Evaluation {evaluation_id} has no parcel {parcel}.",
                f"评价 {evaluation_id} 中没有宗地 {parcel}。",
                place="parcel",
            )
    before = (
        evaluated(connection, run["id"]) for run in latest_before(connection, read.run, rules.years_before)
    )
    this = _year(read) if read.is_whole else Year(period, _nothing_of(parcels))
    years = [this, *(_year(each) for each in before if each.is_whole)]
    heights = (
        terms.storeys(connection, district)
        .group_by("parcel_code")
        .agg(
            # a building whose height is not known may be the highest
            pl.when(pl.col("height_m").is_not_null().all()).then(pl.col("height_m").max()).alias("height_m")
        )
    )
    return study(
        parcels.select("parcel_code", "town", "industry"),
        _contracts(connection, district),
        years,
        heights,
        rules,
        head,
        as_of or date(period, 12, 31),
    )


def _contracts(connection: Connection, district: str) -> pl.DataFrame:
    return _typed(terms.contracts(connection, district), CONTRACTS)


def _year(read: Evaluated) -> Year:
    wanted = (*YEAR, *read.scheme.metrics)
    return Year(int(read.run["period"]), read.parcels.select(wanted))


def _nothing_of(parcels: pl.DataFrame) -> pl.DataFrame:
    return parcels.select(
        "parcel_code",
        *(pl.lit(None, kind).alias(name) for name, kind in YEAR.items() if name != "parcel_code"),
    )


def _typed(table: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items())
