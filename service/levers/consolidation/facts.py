"""What reasons are judged by: a row per parcel with its contract, occupation and figures at year's end."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from service.domain.tables import PROMISES
from service.levers.industries import division_of
from service.levers.land import coverage, in_mu
from service.levers.occupancies import occupation
from service.levers.promises import BUILT, YEARLY, is_due

FIGURES = ("tax", "output", "energy_equal_supply")
"""Metrics that a promise of every year may be of; a scheme that does not read one leaves it unknown.

Investment is promised once for all years: that is judged by `service.levers.contracts`, which sums them up.
"""


@dataclass(frozen=True, eq=False)
class Year:
    """An evaluation as far as reasons need it.

    ``parcels``: ``parcel_code``, ``industry``, ``grade``, ``land_area_m2``, ``floor_area_m2``,
    ``footprint_area_m2``, ``far``, and of `FIGURES` the columns that its scheme reads, in display units;
    ``land``, ``contracts`` and ``occupancies``: tables of the snapshot, see `service.domain.tables.SNAPSHOT`;
    contracts with their due days, of `service.levers.promises.with_due_days`.
    """

    period: str
    parcels: pl.DataFrame
    land: pl.DataFrame
    contracts: pl.DataFrame
    occupancies: pl.DataFrame


def facts(year: Year) -> pl.DataFrame:
    """Return the parcels by code, with what is null where nothing is known.

    ``division``; ``day`` the last of the period; ``contracted``, ``completion_due``, ``completed``, the
    promises as ``promised_…`` in their units, and whether those of every year (``yearly_due``) and of what is
    built (``built_due``) are due, null when no day is known; ``supplied``, ``approved_area_m2``; ``built``,
    ``bare`` (null where no floor area is recorded); ``coverage``; ``holders`` and ``occupied_floor_m2`` at
    the day (null where the survey never reached the parcel); ``mu``, null without land.
    """
    day = date(int(year.period), 12, 31)
    floor, land = pl.col("floor_area_m2"), pl.col("land_area_m2")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in FIGURES if name not in year.parcels.columns]
    covered = pl.col("footprint_area_m2").fill_null(0) > 0
    return (
        year.parcels.with_columns(*missing)
        .join(_land(year.land), on="parcel_code", how="left")
        .join(_contracts(year.contracts, day), on="parcel_code", how="left")
        .join(occupation(year.occupancies, day), on="parcel_code", how="left")
        .with_columns(
            pl.lit(day).alias("day"),
            division_of(pl.col("industry")).alias("division"),
            pl.when(land > 0).then(in_mu(land)).alias("mu"),
            pl.col("contracted").fill_null(False),
            pl.when(covered).then(True).otherwise(floor > 0).alias("built"),
            pl.when(covered).then(False).otherwise(floor == 0).alias("bare"),
            coverage().alias("coverage"),
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


def _contracts(contracts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the contracts signed by the day; one without a date counts."""
    signed = pl.col("signed_on").is_null() | (pl.col("signed_on") <= day)
    return contracts.filter(signed).select(
        "parcel_code",
        "completion_due",
        is_due(pl.col(YEARLY), day.year).alias("yearly_due"),
        is_due(pl.col(BUILT), day.year).alias("built_due"),
        pl.lit(True).alias("contracted"),
        (pl.col("completed_on") <= day).fill_null(False).alias("completed"),
        *((pl.col(name) / minor).alias(f"promised_{name}") for name, (_, minor) in PROMISES.items()),
    )
