"""Occupants outside their time (占用时间): before they existed, after they ended, or twice at once."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, of_rows
from service.quality.tables import Tables

_ALWAYS, _FOREVER = date(1, 1, 1), date(9999, 12, 31)


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield occupancies outside of the period, of firms not yet or no longer there, and overlapping ones."""
    here = tables["occupancies"].join(tables["parcels"].select("parcel_code"), on="parcel_code", how="semi")
    ended = here.filter(pl.col("valid_to") < tables.first_day)
    yield from _told("occupancy_ended", ended, ("role", "valid_to"), tables)
    later = here.filter(pl.col("valid_from") > tables.last_day)
    yield from _told("occupancy_not_begun", later, ("role", "valid_from"), tables)
    yield from _register(here, tables, rules)
    yield from _twice(here, tables, rules)


def _told(code: str, rows: pl.DataFrame, measured: tuple[str, ...], tables: Tables) -> Iterator[Finding]:
    return of_rows(
        code,
        rows,
        measured,
        kind="enterprise",
        subject="uscc",
        other=("parcel", "parcel_code"),
        period=tables.period,
        outlines=tables.outlines,
    )


def _register(here: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    """The survey against the register of enterprises."""
    code = "registered_after_occupancy"
    rows = here.join(tables["enterprises"], on="uscc")
    early = rows.with_columns(
        early_days=(pl.col("registered_on") - pl.col("valid_from")).dt.total_days()
    ).filter(pl.col("early_days") > rules.tolerance(code, "early_days"))
    yield from _told(code, early, ("role", "valid_from", "registered_on", "early_days"), tables)

    code = "deregistered_occupant"
    gone = pl.any_horizontal(
        pl.lit(False), *(pl.col("status").str.starts_with(word) for word in rules.checks[code].words)
    )
    register = tables["enterprises"].filter(gone).select("uscc", "status")
    left = tables.held().join(here.select("parcel_code").unique(), on="parcel_code", how="semi")
    # whoever left within the period may have been struck off afterwards
    left = left.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= tables.last_day))
    yield from _told(code, left.join(register, on="uscc"), ("role", "status"), tables)


def _twice(here: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    """The same enterprise and role on the same parcel, twice on the same days."""
    code = "occupancies_overlap"
    key = ("parcel_code", "uscc", "role")
    start = pl.col("valid_from").fill_null(_ALWAYS)
    end = pl.col("valid_to").fill_null(_FOREVER)
    rows = here.with_columns(start=start, end=end).sort(*key, "start", "end")
    until = pl.col("end").cum_max().shift(1).over(key)
    rows = rows.with_columns(until=until).drop_nulls("until")
    rows = rows.with_columns(common_to=pl.min_horizontal("until", "end"), common_from=pl.col("start"))
    rows = rows.with_columns(
        overlap_days=(pl.col("common_to") - pl.col("common_from")).dt.total_days() + 1
    ).filter(pl.col("overlap_days") > rules.tolerance(code, "overlap_days"))
    yield from _told(code, rows, ("role", "common_from", "common_to", "overlap_days"), tables)
