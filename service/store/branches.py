"""Branches (分支机构): figures of one that sits nowhere by itself belong to its head office.

A branch that holds a parcel in the period, or has a figure for one, stands for itself. Any other passes its
figures on to its head office, through further branches if need be. See docs/decisions/0012-branches.md.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, or_, select

from service.domain.units import MINOR_LIMIT
from service.reference.tables import unit_table
from service.store.frames import frame
from service.store.models import Branch, Occupancy

HEADS = {"uscc": pl.String, "head": pl.String}


def heads(connection: Connection, period: str, metered: pl.DataFrame) -> pl.DataFrame:
    """Return the branches that pass their figures of a year on: ``uscc`` and ``head``, the last one.

    :param metered: the figures of parcels of the year, with ``part_of``
    """
    query = select(Branch.uscc, Branch.head_uscc).where(Branch.head_uscc.is_not(None))
    known = frame(connection, query, {"uscc": "str", "head": "str"})
    if known.is_empty():
        return pl.DataFrame(schema=HEADS)
    first, last = date(int(period), 1, 1), date(int(period), 12, 31)
    holders = select(Occupancy.uscc).where(
        Occupancy.uscc.in_(select(Branch.uscc)),
        or_(Occupancy.valid_from.is_(None), Occupancy.valid_from <= last),
        or_(Occupancy.valid_to.is_(None), Occupancy.valid_to >= first),
    )
    sits = frame(connection, holders.distinct(), {"uscc": "str"})
    metered_at = metered.select(uscc="part_of").drop_nulls().unique()
    free = known.join(sits, on="uscc", how="anti").join(metered_at, on="uscc", how="anti")
    last_heads = _last(dict(free.iter_rows()))
    return pl.DataFrame({"uscc": list(last_heads), "head": list(last_heads.values())}, schema=HEADS)


def passed_on(totals: pl.DataFrame, heads: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the totals with those of branches added to their heads', and which branches had any.

    The sum of all totals stays what it was. A mark is the head's if one of them carries it. A head whose sum
    would be larger than can be kept exactly gets nothing, and its branches keep theirs.

    :param totals: ``uscc``, ``metric``, ``value``, ``handed_over_here``; one row per enterprise and metric
    """
    given = totals.join(heads, on="uscc", how="inner")
    if given.is_empty():
        return totals, pl.DataFrame(schema=HEADS)
    involved = pl.concat([given.select("uscc"), given.select(uscc="head")]).unique()
    aside = totals.join(involved, on="uscc", how="anti")
    own = totals.join(involved, on="uscc", how="semi").join(heads, on="uscc", how="left")
    marks = [code for code, metric in unit_table().metrics.items() if metric.quantity == "mark"]
    is_mark, value = pl.col("metric").is_in(marks), pl.col("value").cast(pl.Int128)
    summed = (
        own.with_columns(to=pl.coalesce("head", "uscc"))
        .group_by("to", "metric")
        .agg(
            value=pl.when(is_mark.first()).then(value.max()).otherwise(value.sum()),
            handed_over_here=pl.col("handed_over_here").any(),
        )
        .rename({"to": "uscc"})
    )
    excessive = summed.filter(pl.col("value").abs() >= MINOR_LIMIT).select(head="uscc").unique()
    if not excessive.is_empty():
        return passed_on(totals, heads.join(excessive, on="head", how="anti"))
    summed = summed.with_columns(pl.col("value").cast(pl.Int64))
    columns = [name for name in totals.columns if name in summed.columns]
    return (
        pl.concat([aside.select(columns), summed.select(columns)]),
        given.select("uscc", "head").unique(),
    )


def _last(heads: Mapping[str, str]) -> dict[str, str]:
    """Follow heads that are passed on themselves; codes that run in a circle lead nowhere."""
    found: dict[str, str] = {}
    for branch in heads:
        seen, head = {branch}, heads[branch]
        while head in heads and head not in seen:
            seen.add(head)
            head = heads[head]
        if head not in seen:
            found[branch] = head
    return found
