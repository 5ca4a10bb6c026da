"""Energy diagnosis (能源检查诊断) of an evaluation, from its frozen figures and what inspections listed."""

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from service.domain.scheme.scheme import IndustryGroup
from service.errors import NotFound
from service.jobs.levers.evaluated import Evaluated, evaluated
from service.levers.energy import Diagnosis, Found, diagnose, parcels_shown, report
from service.levers.energy.roofs import roofs
from service.levers.industries import division_of
from service.levers.report import Report
from service.reference.energy_diagnosis import diagnosis_rules
from service.reference.tables import unit_table
from service.store import inspected

_REGISTER = {"uscc": pl.String, "industry": pl.String, "above_scale": pl.Boolean}
_SHARES = {"parcel_code": pl.String, "uscc": pl.String, "share": pl.Float64}


def energy_report(connection: Connection, evaluation_id: int, parcel: str | None = None) -> Report:
    """Return the diagnosis of an evaluation, or of one of its parcels; raises `NotFound`."""
    read = evaluated(connection, evaluation_id)
    diagnosis = _diagnosis(connection, read)
    if parcel is not None and parcel not in diagnosis.parcels["parcel_code"]:
        raise NotFound(
            f"There is no parcel {parcel} in evaluation {evaluation_id}.",
            f"评价 {evaluation_id} 中没有宗地 {parcel}。",
            place="parcel",
        )
    return report(diagnosis, read.head, diagnosis_rules(), unit_table(), parcel)


def energy_of_parcels(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return a row for every parcel of an evaluation, as its layer shows it; raises `NotFound`."""
    diagnosis = _diagnosis(connection, evaluated(connection, evaluation_id))
    return parcels_shown(diagnosis, diagnosis_rules(), unit_table())


def _diagnosis(connection: Connection, read: Evaluated) -> Diagnosis:
    rules = diagnosis_rules()
    metrics = {rules.intensity.metric: "energy", "output": "output"}
    if read.is_whole:
        parcels, shares, groups = read.parcels, _shares(read), read.scheme.industry_groups
    else:  # of evaluations of an early release only the scores are left: roofs can be told, and no figure
        parcels = inspected.scored_parcels(connection, read.run["id"])
        shares, groups = pl.DataFrame(schema=_SHARES), ()
    firms = _firms(read, shares, metrics)
    codes, outlines = inspected.parcel_outlines(connection, read.run["id"])
    usccs = firms["uscc"].to_list()
    found = Found(
        district=read.run["district"],
        year=int(read.run["period"]),
        parcels=_parcels(parcels, metrics).with_columns(*_groups(groups)),
        firms=firms.join(inspected.names(connection, usccs), on="uscc", how="left"),
        shares=shares,
        items=inspected.inspection_items(connection, usccs),
        roofs=roofs(codes, outlines, *inspected.building_outlines(connection, outlines)),
    )
    return diagnose(found, rules, unit_table())


def _parcels(parcels: pl.DataFrame, metrics: Mapping[str, str]) -> pl.DataFrame:
    """Parcels with their figures in minor units; null where the scheme does not read them."""
    known = unit_table().metrics
    figures = [
        (
            (pl.col(name) * known[name].minor_per_unit).round(0).cast(pl.Int64)
            if name in parcels.columns
            else pl.lit(None, pl.Int64)
        ).alias(called)
        for name, called in metrics.items()
    ]
    return parcels.select("parcel_code", "town", "industry", *figures)


def _shares(read: Evaluated) -> pl.DataFrame:
    """Return who is where with which share of its figures, null where that is not known."""
    occupying = pl.col("share").is_null() | (pl.col("share") > 0)
    held = read.holdings.filter(pl.col("uscc") != "", pl.col("basis") != "direct", occupying)
    return held.select("parcel_code", "uscc", "share")


def _firms(read: Evaluated, shares: pl.DataFrame, metrics: Mapping[str, str]) -> pl.DataFrame:
    """Firms that hold parcels here, known to the register or not, with their whole figures."""
    wanted = {**metrics, "electricity": "electricity"}
    if not read.is_whole:
        figures = dict.fromkeys(wanted.values(), pl.Int64)
        kinds = {**_REGISTER, **figures, "division": pl.String, "industry_group": pl.String}
        return pl.DataFrame(schema=kinds)
    register = read.frozen("enterprises").select(*_REGISTER)
    frozen = read.frozen("enterprise_figures")
    known = frozen.select(
        "uscc",
        *(
            (pl.col(name) if name in frozen.columns else pl.lit(None, pl.Int64)).alias(called)
            for name, called in wanted.items()
        ),
    )
    firms = shares.select("uscc").unique().join(register, on="uscc", how="left")
    return (
        firms.join(known, on="uscc", how="left")
        .with_columns(*_groups(read.scheme.industry_groups))
        .sort("uscc")
    )


def _groups(groups: tuple[IndustryGroup, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return the division of an industry of GB/T 4754, with or without the letter, and its scheme's group."""
    division = division_of(pl.col("industry"))
    codes = {each: group.code for group in groups for each in group.divisions}
    of_scheme = division.replace_strict(codes, default=None, return_dtype=pl.String)
    return division.alias("division"), of_scheme.alias("industry_group")
