"""How long a reason has lasted (持续年数): years one after the other up to this one, and what ended them.

The land counts and not its code: a parcel that was only renumbered goes on, one that was made by a split or a
merger begins anew.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from service.domain.lineage import Succession, carried, named_now
from service.levers.runs import ENDED

ENDED_BY = {
    **ENDED,
    "not_held": ("it did not hold the year before", "上一年不属此类"),
    "not_known": ("not known whether it held the year before", "上一年无法判定"),
    "not_evaluated": ("the parcel was not evaluated the year before", "上一年未参与评价"),
}
"""What ended a run of years: code → English and Chinese."""


@dataclass(frozen=True, eq=False)
class Before:
    """A year before: its period, its evidence, and its grades (``parcel_code``, ``grade``) of all parcels.

    ``made`` are parcels made since, with ``split`` or ``merged``.
    """

    period: str
    evidence: pl.DataFrame
    grades: pl.DataFrame
    made: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Past:
    """The years before one that follow one another without a gap, the latest first."""

    period: str
    years: tuple[Before, ...]
    looks_back: int

    @property
    def ended_in(self) -> str:
        """Return the year at which looking back ended."""
        return str(int(self.period) - len(self.years) - 1)

    @property
    def ended_by(self) -> str:
        """Return why it ended there."""
        return "not_looked_at" if len(self.years) == self.looks_back else "no_evaluation"

    @property
    def gap(self) -> str | None:
        """Return the year at which it ended though more would be looked at."""
        return self.ended_in if self.ended_by == "no_evaluation" else None


def named_as(period: str, codes: Iterable[Succession], before: Before) -> Before:
    """Return a year before under the parcel codes of a later one."""
    ends = (date(int(each), 12, 31) for each in (before.period, period))
    known = before.grades["parcel_code"].to_list()
    same, made = carried(codes, known, *ends)
    if not same:
        return replace(before, made=made)
    now = named_now(same, known)
    names = pl.DataFrame(
        {"parcel_code": list(now.values()), "now": list(now)},
        schema={"parcel_code": pl.String, "now": pl.String},
    )

    def named(rows: pl.DataFrame) -> pl.DataFrame:
        found = rows.join(names, on="parcel_code").with_columns(parcel_code="now")
        return found.select(rows.columns)

    return Before(before.period, named(before.evidence), named(before.grades), made)


def unbroken(period: str, before: Sequence[Before], looks_back: int) -> Past:
    """Return the years before up to the first that is lacking."""
    by_period = {each.period: each for each in before}
    found: list[Before] = []
    year = int(period) - 1
    while str(year) in by_period and len(found) < looks_back:
        found.append(by_period[str(year)])
        year -= 1
    return Past(period, tuple(found), looks_back)


def years_running(now: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Return ``parcel_code``, ``reason``, ``years``, ``ended_by`` and ``ended_in`` of what holds now.

    A year in which the reason did not hold, or was not known, ends the run.
    """
    held = now.filter(pl.col("state") == "holds").select("parcel_code", "reason").unique()
    return _runs(held, past, _reason_ended)


def d_years_running(grades: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Return ``parcel_code``, ``d_years``, ``ended_by`` and ``ended_in`` of parcels that are graded D."""
    found = _runs(grades.filter(pl.col("grade") == "D").select("parcel_code"), past, _d_ended)
    return found.rename({"years": "d_years"})


def _runs(
    now: pl.DataFrame, past: Past, ended: Callable[[pl.DataFrame, Before], pl.DataFrame]
) -> pl.DataFrame:
    running, runs = now, []
    for years, before in enumerate(past.years, 1):
        made = pl.col("parcel_code").replace_strict(before.made, default=None, return_dtype=pl.String)
        told = ended(running, before).with_columns(
            years=pl.lit(years, pl.Int64),
            ended_by=pl.coalesce(made, "ended_by"),
            ended_in=pl.lit(before.period),
        )
        runs.append(told.filter(pl.col("ended_by").is_not_null()))
        running = told.filter(pl.col("ended_by").is_null()).select(now.columns)
    last = running.with_columns(
        years=pl.lit(len(past.years) + 1, pl.Int64),
        ended_by=pl.lit(past.ended_by),
        ended_in=pl.lit(past.ended_in),
    )
    columns = (*now.columns, "years", "ended_by", "ended_in")
    return pl.concat([each.select(columns) for each in (*runs, last)]).sort(now.columns)


def _reason_ended(running: pl.DataFrame, before: Before) -> pl.DataFrame:
    """Return why reasons do not go on into a year, ``ended_by``; null where they do."""
    held = before.evidence.group_by("parcel_code", "reason").agg(held=(pl.col("state") == "holds").any())
    there = before.grades.select("parcel_code", there=pl.lit(True))
    told = running.join(held, on=["parcel_code", "reason"], how="left")
    return told.join(there, on="parcel_code", how="left").with_columns(
        ended_by=pl.when("held")
        .then(pl.lit(None, pl.String))
        .when(pl.col("held").is_not_null())
        .then(pl.lit("not_known"))
        .when("there")
        .then(pl.lit("not_held"))
        .otherwise(pl.lit("not_evaluated"))
    )


def _d_ended(running: pl.DataFrame, before: Before) -> pl.DataFrame:
    grade = pl.col("grade")
    return running.join(before.grades, on="parcel_code", how="left").with_columns(
        ended_by=pl.when(grade.is_null())
        .then(pl.lit("not_graded"))
        .when(grade != "D")
        .then(pl.lit("other_grade"))
    )
