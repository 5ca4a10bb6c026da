"""What blocks are worth and what they would take: figures of their parcels, summed up and ranked."""

import polars as pl

from service.levers.consolidation.summary import SUMMARY

WORTH = {
    "owners": pl.Int64,
    "owner_unknown": pl.Int64,
    "title_holders": pl.String,
    "occupants": pl.Int64,
    "occupant_codes": pl.String,
    "floor_to_vacate_m2": pl.Float64,
    "years": pl.Int64,
    "kinds": pl.String,
    "idle_land_ha": pl.Float64,
    "idle_ha": pl.Float64,
    "tax": pl.Float64,
    "output": pl.Float64,
    "figures_unknown": pl.Int64,
    "potential_tax": pl.Float64,
    "potential_output": pl.Float64,
    "tax_gain": pl.Float64,
    "output_gain": pl.Float64,
}
"""Columns beside ``first_parcel``.

``owners`` are different title holders 权利人, of parcels without one the firms that hold it as their own;
``owner_unknown`` the parcels with neither. ``floor_to_vacate_m2`` is null where that of a parcel is unknown.
``kinds`` are the reasons of `service.levers.consolidation.reasons` that land gives. ``tax`` and ``output``
(万元) are sums of what is known, ``figures_unknown`` the parcels without one of them though somebody is
there; where nobody is, both are 0. Gains are, parcel by parcel, what the potential is above the present.
"""

DESCRIBED = {
    "parcel_code": pl.String,
    "holder": pl.String,
    "holders": pl.Int64,
    "occupied_floor_m2": pl.Float64,
    "tax": pl.Float64,
    "output": pl.Float64,
    "potential_tax": pl.Float64,
    "potential_output": pl.Float64,
    **SUMMARY,
}
"""What is read of every parcel."""


def worth(blocks: pl.DataFrame, parcels: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return the blocks with `WORTH` and ``rank``: by what tax could be gained, ties by the first code.

    :param blocks: ``first_parcel`` and ``parcel_codes``, joined by commas
    :param parcels: `DESCRIBED`
    :param held: who holds what at the year's end: ``parcel_code``, ``uscc``, ``name`` (null where
        the register has none), ``role``
    """
    members = blocks.select("first_parcel", parcel_code=pl.col("parcel_codes").str.split(",")).explode(
        "parcel_code"
    )
    told = members.join(parcels, on="parcel_code", how="left").with_columns(
        # nobody there brings nothing; of somebody who reported nothing it is not known what he brings
        pl.when(pl.col("holders") == 0).then(pl.col(name).fill_null(0)).otherwise(pl.col(name)).alias(name)
        for name in ("tax", "output")
    )
    gains = {
        f"{name}_gain": (pl.col(f"potential_{name}") - pl.col(name)).clip(0) for name in ("tax", "output")
    }
    floor = pl.col("occupied_floor_m2")
    known = pl.col("tax").is_not_null() & pl.col("output").is_not_null()
    summed = (
        told.with_columns(**gains)
        .group_by("first_parcel")
        .agg(
            floor_to_vacate_m2=pl.when(floor.is_not_null().all()).then(floor.sum().round(2)),
            years=pl.col("years").max(),
            idle_land_ha=_sum("idle_land_ha"),
            idle_ha=_sum("idle_ha"),
            figures_unknown=(~known).sum().cast(pl.Int64),
            **{
                name: _sum(name)
                for name in ("tax", "output", "potential_tax", "potential_output", "tax_gain", "output_gain")
            },
        )
    )
    kinds = told.select("first_parcel", kinds=pl.col("reasons").str.split(",")).explode("kinds").drop_nulls()
    kinds = kinds.unique().sort("kinds").group_by("first_parcel").agg(pl.col("kinds").str.join(","))
    blocks = blocks.drop(*WORTH, strict=False)
    found = blocks.join(summed, on="first_parcel", how="left", maintain_order="left")
    for part in (kinds, _owners(told, held), _occupants(members, held)):
        found = found.join(part, on="first_parcel", how="left", maintain_order="left")
    counted = ("owners", "owner_unknown", "occupants")
    found = found.with_columns(pl.col(name).fill_null(0) for name in counted)
    found = found.select(*blocks.columns, *(pl.col(name).cast(kind) for name, kind in WORTH.items()))
    ranked = found.select("first_parcel", "tax_gain").sort(
        "tax_gain", "first_parcel", descending=[True, False], nulls_last=True
    )
    ranks = ranked.select("first_parcel").with_row_index("rank", 1).cast({"rank": pl.Int64})
    return found.join(ranks, on="first_parcel", how="left", maintain_order="left")


def _sum(name: str) -> pl.Expr:
    """Return the sum of what is known, null where nothing is."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum().round(6))


def _owners(told: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    own = (
        held.filter(pl.col("role") == "own").select("parcel_code", owner=pl.coalesce("name", "uscc")).unique()
    )
    titled = told.filter(pl.col("holder").is_not_null()).select(
        "first_parcel", owner="holder", title_holder="holder"
    )
    others = told.filter(pl.col("holder").is_null()).select("first_parcel", "parcel_code")
    by_survey = others.join(own, on="parcel_code", how="left")
    firms = by_survey.select("first_parcel", "owner", title_holder=pl.lit(None, pl.String))
    unknown = by_survey.filter(pl.col("owner").is_null())
    return (
        pl.concat([titled, firms])
        .group_by("first_parcel")
        .agg(
            owners=pl.col("owner").drop_nulls().n_unique().cast(pl.Int64),
            title_holders=pl.col("title_holder").drop_nulls().unique().sort().str.join(", "),
        )
        .with_columns(pl.col("title_holders").replace("", None))
        .join(
            unknown.group_by("first_parcel").agg(owner_unknown=pl.len().cast(pl.Int64)),
            "first_parcel",
            how="left",
        )
    )


def _occupants(members: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    there = members.join(held.filter(pl.col("role") != "leased_out"), on="parcel_code")
    return there.group_by("first_parcel").agg(
        occupants=pl.col("uscc").n_unique().cast(pl.Int64),
        occupant_codes=pl.col("uscc").unique().sort().str.join(","),
    )
