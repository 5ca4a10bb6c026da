"""The assignment as a table with its totals: who has which place, who has none and why."""

import polars as pl

from service.levers.leasing import sections
from service.levers.leasing.match import Match
from service.levers.leasing.words import UNPLACED
from service.levers.report import Section, Total

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
    unit = "万元/亩" if objective == "tax_per_mu" else "万元"
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
        Total("worth", ("The objective", "目标值"), plan.worth / _MILLION, unit),
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


def _open(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("questions") != "").height


def _sum(rows: pl.DataFrame, name: str) -> float:
    return round(float(rows[name].sum()), 2)
