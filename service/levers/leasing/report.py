"""The match as a report: the assignment, candidates, what is impossible and why, and the premises."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.levers.leasing import sections
from service.levers.leasing.assigned import assignment
from service.levers.leasing.match import Match
from service.levers.leasing.words import REASONS
from service.levers.report import Basis, Report, Section, Total
from service.reference.leasing import LeasingRules

TITLE = ("Leasing match", "招租匹配（腾笼换鸟）")


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
    told = {
        "objective": objective,
        "optimal": found.plan.optimal,
        "solver": "HiGHS",
        "time_limit_seconds": rules.time_limit_seconds,
    }
    parts = [
        assignment(found, objective),
        Section(
            "candidates",
            ("Candidates", "候选空间"),
            "leasing_candidates",
            sections.CANDIDATES,
            sections.shown(found.candidates.filter(pl.col("rank") <= top), sections.CANDIDATES),
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
                sections.shown(rows, sections.PAIRS),
            )
        )
    return Report("leasing", TITLE, {**head, **told}, tuple(parts), _bases(rules))


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
    return sections.shown(rows, sections.PREMISES)


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
