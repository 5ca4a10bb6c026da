"""Enterprise evaluation (企业综合评价) beside the parcel's grade: where the two disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, Subject
from service.quality.tables import Tables

CODES = ("low_parcel_high_firms", "high_parcel_low_firms")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A parcel whose grade and whose firms' grades are at opposite ends.

    ``firms``: USCC, name, grade, points, rank and ranked of those that hold it in the period; grade None for
    a firm without a rating, which does not count.
    """

    code: str
    parcel_code: str
    grade: str
    points: float | None
    firms: tuple[dict[str, Any], ...]

    @property
    def rated(self) -> int:
        """How many of the firms have a rating."""
        return sum(firm["grade"] is not None for firm in self.firms)


def disagreements(tables: Tables, rules: Rules) -> Iterator[Disagreement]:
    """Yield the parcels at one of the grades of a rule whose rated firms all have one of its others.

    Firms are the occupants of the period, own or tenant; who only lets the parcel is none of them.
    """
    graded = tables["scores"].drop_nulls("grade")
    holders = tables.held().filter(pl.col("role") != "leased_out").select("parcel_code", "uscc").unique()
    holders = holders.join(graded.select("parcel_code"), on="parcel_code", how="semi")
    rated = tables["ratings"].drop_nulls("grade")
    firms = holders.join(rated, on="uscc", how="left").join(
        tables["enterprises"].select("uscc", "name").unique("uscc"), on="uscc", how="left"
    )
    for code in CODES:
        grades = rules.checks[code].grades
        at_odds = firms.group_by("parcel_code").agg(
            pl.col("grade").drop_nulls().is_in(list(grades["firms"])).all().alias("all"),
            pl.col("grade").is_not_null().any().alias("any"),
        )
        chosen = graded.filter(pl.col("grade").is_in(list(grades["parcel"]))).join(
            at_odds.filter("all", "any"), on="parcel_code", how="semi"
        )
        of_parcel: dict[str, list[dict[str, Any]]] = {}
        listed = firms.join(chosen.select("parcel_code"), on="parcel_code", how="semi").sort("uscc")
        for row in listed.iter_rows(named=True):
            names = ("uscc", "name", "grade", "points", "rank", "ranked")
            of_parcel.setdefault(row["parcel_code"], []).append({name: row[name] for name in names})
        for row in chosen.sort("parcel_code").iter_rows(named=True):
            place = row["parcel_code"]
            yield Disagreement(code, place, row["grade"], row["points"], tuple(of_parcel[place]))


def finding(each: Disagreement, tables: Tables, rules: Rules) -> Finding:
    """Return a disagreement as a finding."""
    return Finding(
        each.code,
        Subject("parcel", each.parcel_code),
        {
            "parcel_grade": each.grade,
            "firms_grades": "、".join(rules.checks[each.code].grades["firms"]),
            "rated": each.rated,
            "unrated": len(each.firms) - each.rated,
        },
        period=tables.period,
        geometry=tables.outlines.get(each.parcel_code),
    )


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield the disagreements as findings; none without an evaluation."""
    for each in disagreements(tables, rules):
        yield finding(each, tables, rules)
