"""What reasons are judged by: a row per parcel with its contract, occupation and figures at year's end."""

from dataclasses import dataclass
from datetime import date

import polars as pl

MU_PER_M2 = 15 / 10_000
_ROUNDED = 100
"""Floor in 1/100 m² by which landlord and tenants may differ, as either states whole m²."""
FIGURES = ("tax", "output", "energy_equal_supply", "fixed_investment")
"""Metrics that a promise may be of; a scheme that does not read one leaves it unknown."""
_PROMISED = {
    "tax_per_mu": 10**6,
    "output_per_mu": 10**6,
    "investment_per_mu": 10**6,
    "energy_per_output": 10**9,
    "far": 10**6,
    "coverage": 10**6,
}


@dataclass(frozen=True, eq=False)
class Year:
    """An evaluation as far as reasons need it.

    ``parcels``: ``parcel_code``, ``industry``, ``grade``, ``land_area_m2``, ``floor_area_m2``,
    ``footprint_area_m2``, ``far``, and of `FIGURES` the columns that its scheme reads, in display units;
    ``land``, ``contracts`` and ``occupancies``: tables of the snapshot, see `service.domain.tables.SNAPSHOT`.
    """

    period: str
    parcels: pl.DataFrame
    land: pl.DataFrame
    contracts: pl.DataFrame
    occupancies: pl.DataFrame


def facts(year: Year) -> pl.DataFrame:
    """Return the parcels by code, with what is null where nothing is known.

    ``division``; ``day`` the last of the period; ``contracted``, ``complete_by``, ``completed``, and the
    promises as ``promised_…`` in their units; ``supplied``, ``approved_area_m2``; ``built``, ``bare`` (null
    where no floor area is recorded); ``holders`` and ``occupied_floor_m2`` at the day (null where
    the survey never reached the parcel); ``mu``.
    """
    day = date(int(year.period), 12, 31)
    floor, footprint = pl.col("floor_area_m2"), pl.col("footprint_area_m2")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in FIGURES if name not in year.parcels.columns]
    covered = pl.col("footprint_area_m2").fill_null(0) > 0
    return (
        year.parcels.with_columns(*missing)
        .join(_land(year.land), on="parcel_code", how="left")
        .join(_contracts(year.contracts, day), on="parcel_code", how="left")
        .join(_occupation(year.occupancies, day), on="parcel_code", how="left")
        .with_columns(
            pl.lit(day).alias("day"),
            pl.col("industry").str.extract(r"(\d{2})").alias("division"),
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


def _contracts(contracts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the contracts signed by the day; one without a date counts."""
    signed = pl.col("signed_on").is_null() | (pl.col("signed_on") <= day)
    return contracts.filter(signed).select(
        "parcel_code",
        "complete_by",
        pl.lit(True).alias("contracted"),
        (pl.col("completed_on") <= day).fill_null(False).alias("completed"),
        *((pl.col(name) / minor).alias(f"promised_{name}") for name, minor in _PROMISED.items()),
    )


def current(occupancies: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the occupancies that hold on a day."""
    since, until = pl.col("valid_from"), pl.col("valid_to")
    return occupancies.filter(since.is_null() | (since <= day), until.is_null() | (until >= day))


def _occupation(occupancies: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return who is on the surveyed parcels and the floor in use: own and leased in less leased out.

    What an owner let to a tenant is used by the tenant and counts there; where more is let than rented a
    tenant was not surveyed, and the floor in use is null. A parcel with rows of which none holds on the day
    is empty; one without any is not listed, as nobody looked.
    """
    surveyed = occupancies.select(pl.col("parcel_code").unique())
    uses, floor = pl.col("role") != "leased_out", pl.col("floor_area")
    let, rented = (floor.filter(pl.col("role") == role).sum() for role in ("leased_out", "leased_in"))
    firms = pl.col("uscc").filter(uses).n_unique().cast(pl.Int64)
    told = floor.is_not_null().all() & (let <= rented + _ROUNDED)
    there = (
        current(occupancies, day)
        .group_by("parcel_code")
        .agg(
            holders=pl.when(firms > 0).then(firms),  # of whoever only lets, the tenant is not known
            occupied_floor_m2=pl.when(told).then((floor.filter(uses).sum() - let).clip(0) / 100),
        )
        .with_columns(here=True)
    )
    empty = pl.col("here").is_null()
    return surveyed.join(there, on="parcel_code", how="left").select(
        "parcel_code",
        holders=pl.when(empty).then(0).otherwise("holders"),
        occupied_floor_m2=pl.when(empty).then(0.0).otherwise("occupied_floor_m2"),
    )
