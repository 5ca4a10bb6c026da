"""Who holds what on a day, by the survey of land and enterprises (地企调查), as several levers read it."""

from datetime import date

import polars as pl

_ROUNDED = 100
"""Floor in 1/100 m² by which landlord and tenants may differ, as either states whole m²."""


def current(occupancies: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the occupancies that hold on a day."""
    since, until = pl.col("valid_from"), pl.col("valid_to")
    return occupancies.filter(since.is_null() | (since <= day), until.is_null() | (until >= day))


def occupation(occupancies: pl.DataFrame, day: date) -> pl.DataFrame:
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
