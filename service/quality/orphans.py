"""Codes without a counterpart (编码对不上): what hand-overs name and no register has."""

from collections.abc import Iterator

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, of_rows
from service.quality.tables import Tables


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:  # noqa: ARG001 - every check is called alike
    """Yield parcels and enterprises that are named and not known, and parcels that nobody holds.

    A parcel code that became another comes with the new one; a branch is known by its own register.
    """
    yield from _parcels(tables)
    yield from _enterprises(tables)
    empty = tables["parcels"].join(tables.held(), on="parcel_code", how="anti")
    yield from of_rows("parcel_without_occupant", empty, period=tables.period, outlines=tables.outlines)


def _named(tables: Tables, subject: str) -> pl.DataFrame:
    """Where codes of parcels or enterprises stand: ``feed``, ``code``, and how many rows name it."""
    column = {"parcel": "parcel_code", "enterprise": "uscc"}[subject]
    feeds = {"occupancies": tables["occupancies"], "meters": tables["meters"]}
    if subject == "parcel":
        feeds |= {"contracts": tables["contracts"], "buildings": tables["buildings"]}
    figures = (
        tables["figures"]
        .filter(pl.col("subject_kind") == subject)
        .select(pl.col("subject_code").alias("code"))
    )
    if subject == "enterprise":
        figures = pl.concat([figures, tables["figures"].select(pl.col("part_of").alias("code"))])
    named = [
        table.select(pl.lit(feed).alias("feed"), pl.col(column).alias("code"))
        for feed, table in feeds.items()
    ]
    named.append(figures.select(pl.lit("figures").alias("feed"), "code"))
    return pl.concat(named).drop_nulls("code").group_by("feed", "code").agg(pl.len().alias("rows"))


def _parcels(tables: Tables) -> Iterator[Finding]:
    unknown = _named(tables, "parcel").join(
        tables["places"], left_on="code", right_on="parcel_code", how="anti"
    )
    became = tables["successions"].group_by("old_code").agg(pl.col("new_code").min())
    rows = unknown.join(became, left_on="code", right_on="old_code", how="left")
    yield from of_rows(
        "parcel_unknown",
        rows,
        ("feed", "rows"),
        subject="code",
        other=("parcel", "new_code"),
        period=tables.period,
    )


def _enterprises(tables: Tables) -> Iterator[Finding]:
    known = pl.concat([tables["enterprises"].select("uscc"), tables["branches"].select("uscc")]).unique()
    unknown = _named(tables, "enterprise").join(known, left_on="code", right_on="uscc", how="anti")
    yield from of_rows(
        "enterprise_unknown",
        unknown,
        ("feed", "rows"),
        kind="enterprise",
        subject="code",
        period=tables.period,
    )
    placed = tables["holders"]
    figures = tables["figures"].filter(pl.col("subject_kind") == "enterprise")
    homeless = (
        figures.join(placed, left_on="subject_code", right_on="uscc", how="anti")
        .group_by("subject_code")
        .agg(pl.col("metric").n_unique().alias("metrics"))
    )
    yield from of_rows(
        "enterprise_without_parcel",
        homeless,
        ("metrics",),
        kind="enterprise",
        subject="subject_code",
        period=tables.period,
    )
