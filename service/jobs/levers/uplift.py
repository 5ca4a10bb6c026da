"""Uplift of the floor-area ratio (容积率提升) of an evaluation, read from the store and worked out."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.jobs.levers.evaluated import Evaluated, evaluated
from service.levers.report import Report
from service.levers.uplift import BUILDINGS, CANDIDATE_COLUMNS, FIRMS, PARCELS, SHARES, TERMS, Uplift, uplift
from service.reference.uplift import uplift_rules
from service.store import terms

_LET = ("leased_out", "leased_in")
_SCHEMAS = {"parcels": PARCELS, "terms": TERMS, "buildings": BUILDINGS, "shares": SHARES, "firms": FIRMS}
_NO_FRAMES = {name: pl.DataFrame(schema=dict(schema)) for name, schema in _SCHEMAS.items()}


def report(connection: Connection, evaluation_id: int, target: float | None = None) -> Report:
    """Return the report of an evaluation; raises `NotFound`.

    :param target: a floor-area ratio to build up to, within the limits
    """
    return worked_out(connection, evaluation_id, target).report


def worked_out(connection: Connection, evaluation_id: int, target: float | None = None) -> Uplift:
    """Return the report with what it was made of; raises `NotFound`."""
    read, rules = evaluated(connection, evaluation_id), uplift_rules()
    head = read.head if target is None else {**read.head, "target": target}
    if not read.is_whole:  # of evaluations of an early release only the scores are left: nothing to work out
        return uplift(_NO_FRAMES, rules, head, target)
    return uplift(frames(connection, read, rules.candidate.growth_of), rules, head, target)


def of_parcels(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return the candidates with the columns of the report, and ``floor_added_…`` of every scenario.

    Without rows for an evaluation of an early release, of which only the scores are left.
    """
    shown = [each.name for each in CANDIDATE_COLUMNS]
    names = [f"floor_added_{each.code}_m2" for each in uplift_rules().scenarios]
    found = worked_out(connection, evaluation_id)
    if not found.rows.height:
        return found.candidates.select(shown)
    added = found.rows.pivot("scenario", index="parcel_code", values="floor_added_m2")
    added = added.rename(
        {each.code: name for each, name in zip(uplift_rules().scenarios, names, strict=True)}
    )
    return found.candidates.select(shown).join(added, on="parcel_code", how="left", maintain_order="left")


def frames(connection: Connection, read: Evaluated, metrics: tuple[str, ...]) -> Mapping[str, pl.DataFrame]:
    """Return what the lever reads: the evaluation as it is, contract, plan and buildings as they are now."""
    district, period = str(read.run["district"]), int(read.run["period"])
    now, before = (
        terms.figures(connection, str(year), metrics).rename({"value": name})
        for year, name in ((period, "now"), (period - 1, "before"))
    )
    firms = now.join(before, on=["uscc", "metric"], how="inner")
    return {
        "parcels": _with(read.parcels, PARCELS),
        "terms": _with(_terms(connection, read, district), TERMS),
        "buildings": _with(terms.storeys(connection, district), BUILDINGS),
        "shares": _with(read.holdings, SHARES),
        "firms": _with(firms, FIRMS),
    }


def _terms(connection: Connection, read: Evaluated, district: str) -> pl.DataFrame:
    plan = terms.plan_limits(connection, district)
    contract = terms.contracts(connection, district).select(
        "parcel_code",
        "uplift_clause",
        *(
            pl.col(name).alias(f"contract_{name}")
            for name in ("far_max", "coverage_max", "green_min", "height_max_m", "office_share_max")
        ),
    )
    plan = plan.rename({name: f"plan_{name}" for name in plan.columns if name != "parcel_code"})
    used = (
        read.frozen("occupancies")
        .group_by("parcel_code")
        .agg(pl.col("role").is_in(list(_LET)).any().alias("let"))
    )
    return plan.join(contract, on="parcel_code", how="left").join(used, on="parcel_code", how="left")


def _with(table: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return the columns of a schema; what the evaluation's scheme does not read is not known."""
    there = set(table.columns)
    return table.select(
        (pl.col(name) if name in there else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    )
