"""Energy diagnosis (能源检查诊断) of an evaluation, from its frozen figures and what inspections listed."""

import polars as pl
from sqlalchemy import Connection

from service.domain.scheme import Scheme
from service.errors import NotFound
from service.jobs.levers.evaluated import Evaluated, evaluated
from service.levers.energy import Diagnosis, Found, diagnose, parcels_shown, report
from service.levers.energy.roofs import roofs
from service.levers.report import Report
from service.reference.energy_diagnosis import diagnosis_rules
from service.reference.tables import unit_table
from service.store import inspected

_OUTPUT, _ELECTRICITY = "output", "electricity"


def energy_report(connection: Connection, evaluation_id: int, parcel: str | None = None) -> Report:
    """Return the diagnosis of an evaluation, or of one of its parcels; raises `NotFound`."""
    read = evaluated(connection, evaluation_id)
    if parcel is not None and parcel not in read.parcels["parcel_code"]:
        raise NotFound(
            f"There is no parcel {parcel} in evaluation {evaluation_id}.",
            f"评价 {evaluation_id} 中没有宗地 {parcel}。",
            place="parcel",
        )
    diagnosis = _diagnosis(connection, read)
    return report(diagnosis, read.head, diagnosis_rules(), unit_table(), parcel)


def energy_of_parcels(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return a row for every parcel of an evaluation, as its layer shows it; none where none are kept.

    Raises `NotFound`.
    """
    read = evaluated(connection, evaluation_id)
    if not read.is_kept:
        return pl.DataFrame()
    diagnosis = _diagnosis(connection, read)
    return parcels_shown(diagnosis, diagnosis_rules(), unit_table())


def _diagnosis(connection: Connection, read: Evaluated) -> Diagnosis:
    rules = diagnosis_rules()
    energy = rules.intensity.metric
    shares = _shares(read)
    usccs = shares["uscc"].unique().to_list()
    codes, outlines = inspected.parcel_outlines(connection, read.run["id"])
    found = Found(
        district=read.run["district"],
        year=int(read.run["period"]),
        parcels=_parcels(read, energy),
        firms=_firms(read, shares, energy).join(inspected.names(connection, usccs), on="uscc", how="left"),
        shares=shares,
        items=inspected.inspection_items(connection, usccs),
        roofs=roofs(codes, outlines, *inspected.building_outlines(connection, outlines)),
    )
    return diagnose(found, rules, unit_table())


def _parcels(read: Evaluated, energy: str) -> pl.DataFrame:
    """Parcels with their figures in minor units; null where the scheme does not read them."""
    metrics, parcels = unit_table().metrics, read.parcels
    figures = [
        (
            (pl.col(name) * metrics[name].minor_per_unit).round(0).cast(pl.Int64)
            if name in parcels.columns
            else pl.lit(None, pl.Int64)
        ).alias(called)
        for name, called in ((energy, "energy"), (_OUTPUT, "output"))
    ]
    return parcels.select("parcel_code", "town", "industry", *figures, *_groups(read.scheme))


def _shares(read: Evaluated) -> pl.DataFrame:
    """Return who is where with which share of its figures, null where that is not known."""
    occupying = pl.col("share").is_null() | (pl.col("share") > 0)
    held = read.holdings.filter(pl.col("uscc") != "", pl.col("basis") != "direct", occupying)
    return held.select("parcel_code", "uscc", "share")


def _firms(read: Evaluated, shares: pl.DataFrame, energy: str) -> pl.DataFrame:
    """Firms that hold parcels here, known to the register or not, with their whole figures."""
    register = read.frozen("enterprises").select("uscc", "industry", "above_scale")
    figures = read.frozen("enterprise_figures")
    known = figures.select(
        "uscc",
        *(
            (pl.col(name) if name in figures.columns else pl.lit(None, pl.Int64)).alias(called)
            for name, called in ((energy, "energy"), (_OUTPUT, "output"), (_ELECTRICITY, "electricity"))
        ),
    )
    firms = (
        shares.select("uscc")
        .unique()
        .join(register, on="uscc", how="left")
        .join(known, on="uscc", how="left")
    )
    return firms.with_columns(*_groups(read.scheme)).sort("uscc")


def _groups(scheme: Scheme) -> tuple[pl.Expr, pl.Expr]:
    """Return the division of an industry of GB/T 4754, with or without the letter, and its scheme's group."""
    industry = pl.col("industry")
    lettered = industry.str.slice(0, 1) >= "A"
    division = pl.when(lettered).then(industry.str.slice(1, 2)).otherwise(industry.str.slice(0, 2))
    groups = {each: group.code for group in scheme.industry_groups for each in group.divisions}
    of_scheme = division.replace_strict(groups, default=None, return_dtype=pl.String)
    return division.alias("division"), of_scheme.alias("industry_group")
