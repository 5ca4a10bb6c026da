"""The match as a report: the assignment, candidates, what is impossible and why, and the premises."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.features.table import Property
from service.levers.leasing import sections
from service.levers.leasing.match import Match
from service.levers.leasing.words import REASONS, UNPLACED
from service.levers.report import Basis, Report, Section, Total
from service.reference.leasing import LeasingRules

TITLE = ("Leasing match", "招租匹配（腾笼换鸟）")
_WAN, _MILLIONTH = 1e6, 1e6


def report(
    head: Mapping[str, Any],
    found: Match,
    rules: LeasingRules,
    objective: str,
    *,
    top: int,
    elsewhere: int = 0,
    pairs_of: str | None = None,
) -> Report:
    """Return the report.

    :param top: how many candidates are listed for each project
    :param elsewhere: listed premises on parcels that are not of this evaluation
    :param pairs_of: a project all of whose pairs are listed, with every reason
    """
    plan = found.plan
    told = {
        "objective": objective,
        "optimal": plan.optimal,
        "solver": "HiGHS",
        "time_limit_seconds": rules.time_limit_seconds,
    }
    parts = [
        _assignment(found, objective),
        Section(
            "candidates",
            ("Candidates", "候选空间"),
            "leasing_candidates",
            sections.CANDIDATES,
            _shown(found.candidates.filter(pl.col("place") < top), sections.CANDIDATES),
        ),
        _impossible(found),
        Section(
            "premises",
            ("Premises", "可用空间"),
            "premises_listed",
            sections.PREMISES,
            _premises(found),
            (
                Total(
                    "premises_elsewhere",
                    ("Listed on parcels not of this evaluation", "不在本评价范围的房源"),
                    elsewhere,
                ),
            ),
        ),
    ]
    if pairs_of is not None:
        rows = found.options.filter(pl.col("project") == pairs_of)
        parts.append(
            Section(
                "pairs",
                ("Pairs", "逐一配对"),
                "leasing_candidates",
                sections.PAIRS,
                _shown(rows, sections.PAIRS),
            )
        )
    return Report("leasing", TITLE, {**head, **told}, tuple(parts), _bases(rules))


def of_parcels(found: Match) -> pl.DataFrame:
    """Return the parcels that have premises: how much is free there, of which kinds, and for how many."""
    by_premises = found.candidates.group_by("premises").agg(
        pl.col("project").unique(),
        pl.col("project").filter(pl.col("verdict") == "possible").unique().alias("sure"),
    )
    rows = (
        found.premises.join(by_premises, on="premises", how="left")
        .with_columns(pl.col("parcel_codes").str.split(",").alias("parcel"))
        .explode("parcel")
    )
    free = pl.col("floor").filter(pl.col("kind").is_in(["listed", "vacant"])).sum() / 100
    return (
        rows.sort("parcel", "premises")
        .group_by("parcel", maintain_order=True)
        .agg(
            pl.col("premises").str.join(",").alias("premises"),
            pl.col("kind").unique(maintain_order=True).str.join(",").alias("kinds"),
            free.alias("free_floor_m2"),
            _how_many("project").alias("candidates"),
            _how_many("sure").alias("candidates_certain"),
        )
        .rename({"parcel": "parcel_code"})
    )


def _how_many(column: str) -> pl.Expr:
    return pl.col(column).explode().drop_nulls().n_unique().cast(pl.Int64)


def _assignment(found: Match, objective: str) -> Section:
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
    rows = _shown(rows.sort("status", "project"), sections.ASSIGNMENT)
    there = rows.filter(pl.col("status") == "placed")
    per = _MILLIONTH
    unit = "万元/亩" if objective == "tax_per_mu" else "万元"
    gap = (plan.bound - plan.worth) / plan.worth if plan.worth else None
    totals = (
        Total("projects", ("Projects", "项目数"), rows.height),
        Total("placed", ("Placed", "已安排"), there.height),
        Total("placed_open", ("Placed, with open questions", "已安排但有待核事项"), _open(there)),
        Total("unplaced", ("Without a place", "未安排"), rows.height - there.height),
        Total("floor_used_m2", ("Floor that is leased", "租赁建筑面积"), _sum(there, "floor_used_m2"), "m²"),
        Total("land_used_m2", ("Land that is used", "所用土地"), _sum(there, "land_used_m2"), "m²"),
        Total("tax_wan_yuan", ("Expected tax a year", "预计年税收"), _money(plan, found, "tax"), "万元"),
        Total(
            "output_wan_yuan", ("Expected output a year", "预计年产值"), _money(plan, found, "output"), "万元"
        ),
        Total("worth", ("The objective", "目标值"), plan.worth / per, unit),
        Total("bound", ("What no assignment exceeds", "目标上界"), plan.bound / per, unit),
        Total("gap", ("Distance to that, of the objective", "与上界差距"), gap),
    )
    return Section(
        "assignment", ("Assignment", "匹配方案"), "leasing_assignment", sections.ASSIGNMENT, rows, totals
    )


def _money(plan: Any, found: Match, name: str) -> float:
    placed = [option.project for option in plan.chosen]
    amounts = found.projects.filter(pl.col("project").is_in(placed))[name]
    return int(amounts.sum()) / _WAN  # fen are added as integers


def _open(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("questions") != "").height


def _sum(rows: pl.DataFrame, name: str) -> float:
    return round(float(rows[name].sum()), 2)


def _impossible(found: Match) -> Section:
    best = found.options.group_by("project", "premises").agg(
        (pl.col("verdict") == "impossible").all().alias("never"),
        pl.col("reasons").filter(pl.col("reasons") != "").str.join(",").alias("reasons"),
    )
    counted = (
        best.filter("never")
        .with_columns(pl.col("reasons").str.split(",").list.unique().alias("reason"))
        .explode("reason")
        .group_by("project", "reason")
        .agg(pl.len().cast(pl.Int64).alias("premises"))
        .sort("project", "premises", "reason", descending=[False, True, False])
    )
    rows = counted.with_columns(
        pl.col("reason")
        .replace_strict({code: text[1] for code, text in REASONS.items()}, return_dtype=pl.String)
        .alias("reason_zh"),
        pl.col("reason")
        .replace_strict({code: text[0] for code, text in REASONS.items()}, return_dtype=pl.String)
        .alias("reason_en"),
    )
    names = [each.name for each in sections.IMPOSSIBLE]
    totals = (
        Total("pairs", ("Pairs of project and premises", "配对数"), best.height),
        Total("impossible", ("Impossible pairs", "不可行配对数"), int(best["never"].sum())),
    )
    return Section(
        "impossible",
        ("Why pairs are impossible", "不可行原因"),
        "leasing_impossible",
        sections.IMPOSSIBLE,
        rows.select(names),
        totals,
    )


def _premises(found: Match) -> pl.DataFrame:
    counted = found.candidates.group_by("premises").agg(
        pl.col("project").n_unique().cast(pl.Int64).alias("candidates"),
        pl.col("project")
        .filter(pl.col("verdict") == "possible")
        .n_unique()
        .cast(pl.Int64)
        .alias("candidates_certain"),
    )
    rows = found.premises.join(counted, on="premises", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("candidates", "candidates_certain").fill_null(0))
    return _shown(rows, sections.PREMISES)


def _shown(rows: pl.DataFrame, properties: tuple[Property, ...]) -> pl.DataFrame:
    return rows.with_columns(*sections.displayed(rows.columns)).select(each.name for each in properties)


def _bases(rules: LeasingRules) -> tuple[Basis, ...]:
    thresholds = {
        "tax_wan_yuan_per_mu": (("Least tax per mu", "亩均税收下限"), "万元/亩"),
        "output_wan_yuan_per_mu": (("Least output per mu", "亩均产值下限"), "万元/亩"),
        "investment_wan_yuan_per_mu": (("Least investment per mu", "投资强度下限"), "万元/亩"),
        "energy_tce_per_wan_yuan": (("Most energy per output", "单位产值能耗上限"), "tce/万元"),
    }
    found = []
    for name, (title, unit) in thresholds.items():
        value = getattr(rules, name)
        said = "none, but for contracts 无（从合同约定）" if value is None else f"{value:g} {unit}"
        found.append(Basis(name, title, said, rules.source, rules.verified, rules.edition))
    uses = "; ".join(f"{'/'.join(use.words)}: {','.join(use.divisions)}" for use in rules.land_uses)
    title = ("Divisions that a use of land takes", "土地用途与行业大类")
    return (*found, Basis("land_uses", title, uses, rules.source, rules.verified, rules.edition))
