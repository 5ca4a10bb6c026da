"""What reasons are judged by: a row per parcel with its contract, occupation and figures at year's end."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from service.domain.areas import SQUARE_METRES_PER_MU
from service.domain.tables import PROMISES
from service.levers.industries import division_of
from service.levers.occupancies import occupation
from service.levers.promises import begun, with_due_days
from service.reference.contracts import contract_rules

MU_PER_M2 = float(1 / SQUARE_METRES_PER_MU)
FIGURES = ("tax", "output", "energy_equal_supply")
"""Metrics of a year that a promise may be of; a scheme that does not read one leaves it unknown.

Promised investment is one amount for all years: the contract study (`service.levers.contracts`) sums it.
"""
TERMS = {"parcel_code": pl.String, "start_by": pl.Date, "extended_to": pl.Date, "reach_by": pl.Date}
"""What decides beside the snapshot when promises are due: days of the contracts in force, as known today."""


@dataclass(frozen=True, eq=False)
class Year:
    """An evaluation as far as reasons need it.

    ``parcels``: ``parcel_code``, ``industry``, ``grade``, ``land_area_m2``, ``floor_area_m2``,
    ``footprint_area_m2``, ``far``, and of `FIGURES` the columns that its scheme reads, in display units;
    ``land``, ``contracts`` and ``occupancies``: tables of the snapshot, see `service.domain.tables.SNAPSHOT`;
    ``terms``: see `TERMS`.
    """

    period: str
    parcels: pl.DataFrame
    land: pl.DataFrame
    contracts: pl.DataFrame
    occupancies: pl.DataFrame
    terms: pl.DataFrame


def facts(year: Year) -> pl.DataFrame:
    """Return the parcels by code, with what is null where nothing is known.

    ``division``; ``day`` the last of the period; ``contracted``, ``completion_due``, ``completed``,
    ``built_due`` and ``figures_due`` (whether promises of what is built and of a year's figures bind; null
    where no day tells), and the promises as ``promised_…`` in their units; ``supplied``,
    ``approved_area_m2``; ``built``, ``bare`` (null where no floor area is recorded); ``holders`` and
    ``occupied_floor_m2`` at the day (null where the survey never reached the parcel); ``mu``.
    """
    day = date(int(year.period), 12, 31)
    floor, footprint = pl.col("floor_area_m2"), pl.col("footprint_area_m2")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in FIGURES if name not in year.parcels.columns]
    covered = pl.col("footprint_area_m2").fill_null(0) > 0
    return (
        year.parcels.with_columns(*missing)
        .join(_land(year.land), on="parcel_code", how="left")
        .join(_contracts(year, day), on="parcel_code", how="left")
        .join(occupation(year.occupancies, day), on="parcel_code", how="left")
        .with_columns(
            pl.lit(day).alias("day"),
            division_of(pl.col("industry")).alias("division"),
            (pl.col("land_area_m2") * MU_PER_M2).alias("mu"),
            pl.col("contracted").fill_null(False),
            pl.when(covered).then(True).otherwise(floor > 0).alias("built"),
            pl.when(covered).then(False).otherwise(floor == 0).alias("bare"),
            (footprint / pl.col("land_area_m2")).alias("coverage"),
            pl.lit(year.contracts.height > 0).alias("contracts_known"),
        )
        .with_columns(
            supplied=pl.col("contracted")
            | pl.col("registered_area").is_not_null()
            | pl.col("contract_area").is_not_null()
        )
        .sort("parcel_code")
    )


def _land(land: pl.DataFrame) -> pl.DataFrame:
    return land.select(
        "parcel_code",
        "registered_area",
        "contract_area",
        approved_area_m2=pl.col("approved_area") / 100,
    )


def _contracts(year: Year, day: date) -> pl.DataFrame:
    """Return the contracts signed by the day; one without a date counts."""
    signed = pl.col("signed_on").is_null() | (pl.col("signed_on") <= day)
    known = year.contracts.filter(signed).join(year.terms, on="parcel_code", how="left")
    completed = (pl.col("completed_on") <= day).fill_null(False)
    # without a day for it only what is completed is due
    once_completed = pl.when(completed).then(begun("completed_on", day.year))
    return with_due_days(known, contract_rules()).select(
        "parcel_code",
        "completion_due",
        pl.coalesce(begun("completion_due", day.year), once_completed).alias("built_due"),
        pl.coalesce(begun("promises_after", day.year), once_completed).alias("figures_due"),
        pl.lit(True).alias("contracted"),
        completed.alias("completed"),
        *((pl.col(name) / minor).alias(f"promised_{name}") for name, (_, minor) in PROMISES.items()),
    )
