"""The assignment as a table with its totals: who has which place, who has none and why."""

import polars as pl

from service.domain.areas import SQUARE_METRES_PER_MU
from service.levers.leasing import sections
from service.levers.leasing.match import Match
from service.levers.leasing.words import UNPLACED
from service.levers.report import Section, Total

_OVER_LAND = {
    "tax": ("Tax of all over the land of all", "总体亩均税收"),
    "output": ("Output of all over the land of all", "总体亩均产值"),
}
_MILLION = 10**6  # fen in 万元, and 1e-6 万元/亩


def assignment(found: Match, objective: str) -> Section:
    """Return the section."""
    plan = found.plan
    keys = pl.DataFrame(
        [(option.project, option.premises, option.way) for option in plan.chosen],
        schema={"project": pl.String, "premises": pl.String, "way": pl.String},
        orient="row",
    )
    placed = keys.join(found.candidates, on=["project", "premises", "way"], how="left")
    why = pl.DataFrame(
        [
            (project, reason, UNPLACED[reason][1], ",".join(by))
            for project, (reason, by) in found.unplaced.items()
        ],
        schema={"project": pl.String, "reason": pl.String, "reason_zh": pl.String, "displaced_by": pl.String},
        orient="row",
    )
    of_projects = found.projects.select("project", "name", "division", "tax", "output", "investment")
    rows = of_projects.join(
        placed.drop("name", "division", "tax", "output", "investment"), on="project", how="left"
    )
    rows = rows.join(why, on="project", how="left").with_columns(
        pl.when(pl.col("premises").is_null())
        .then(pl.lit("unplaced"))
        .otherwise(pl.lit("placed"))
        .alias("status")
    )
    rows = sections.shown(rows.sort("status", "project"), sections.ASSIGNMENT)
    there = rows.filter(pl.col("status") == "placed")
    per_mu = objective.endswith("_per_mu")
    unit = "万元/亩" if per_mu else "万元"
    title = (
        ("The objective, the sum of the projects' own per mu", "目标值（各项目亩均之和）")
        if per_mu
        else ("The objective", "目标值")
    )
    gap = (plan.bound - plan.worth) / plan.worth if plan.worth else None
    totals = (
        Total("projects", ("Projects", "项目数"), rows.height),
        Total("placed", ("Placed", "已安排"), there.height),
        Total("placed_open", ("Placed, with open questions", "已安排但有待核事项"), _open(there)),
        Total("unplaced", ("Without a place", "未安排"), rows.height - there.height),
        Total("floor_used_m2", ("Floor that is leased", "租赁建筑面积"), _sum(there, "floor_used_m2"), "m²"),
        Total("land_used_m2", ("Land that is used", "所用土地"), _sum(there, "land_used_m2"), "m²"),
        Total("tax_wan_yuan", ("Expected tax a year", "预计年税收"), _money(found, "tax"), "万元"),
        Total("output_wan_yuan", ("Expected output a year", "预计年产值"), _money(found, "output"), "万元"),
        *(
            Total(f"{name}_wan_yuan_per_mu", titles, _over_land(there, f"{name}_wan_yuan"), "万元/亩")
            for name, titles in _OVER_LAND.items()
        ),
        Total("worth", title, plan.worth / _MILLION, unit),
        Total("bound", ("What no assignment exceeds", "目标上界"), plan.bound / _MILLION, unit),
        Total("gap", ("Distance to that, of the objective", "与上界差距"), gap),
    )
    return Section(
        "assignment", ("Assignment", "匹配方案"), "leasing_assignment", sections.ASSIGNMENT, rows, totals
    )


def _money(found: Match, name: str) -> float:
    placed = [option.project for option in found.plan.chosen]
    amounts = found.projects.filter(pl.col("project").is_in(placed))[name]
    return int(amounts.sum()) / _MILLION  # fen are added as integers


def _over_land(rows: pl.DataFrame, name: str) -> float | None:
    """Return the sum over the sum of the land that is used; null where either is not known of a project."""
    if rows[name].null_count() or rows["land_used_m2"].null_count() or not rows["land_used_m2"].sum():
        return None
    return round(float(rows[name].sum()) * float(SQUARE_METRES_PER_MU) / float(rows["land_used_m2"].sum()), 6)


def _open(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("questions") != "").height


def _sum(rows: pl.DataFrame, name: str) -> float:
    return round(float(rows[name].sum()), 2)
