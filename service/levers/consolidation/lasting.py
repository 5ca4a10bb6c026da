"""How long a reason has lasted (持续年数): years one after the other up to this one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from service.domain.lineage import Succession, carried


@dataclass(frozen=True, eq=False)
class Before:
    """A year before: its period, its evidence, and its grades (``parcel_code``, ``grade``)."""

    period: str
    evidence: pl.DataFrame
    grades: pl.DataFrame

    def under(self, successions: Sequence[Succession], day: date) -> "Before":
        """Return the year under the parcel codes of a later day.

        Land that only got another code goes on; what was made since by a split or a merger begins anew.
        """
        codes = self.grades["parcel_code"].unique().to_list()
        same, made = carried(successions, codes, date(int(self.period), 12, 31), day)

        def moved(table: pl.DataFrame) -> pl.DataFrame:
            renamed = table.with_columns(pl.col("parcel_code").replace(same))
            return renamed.filter(~pl.col("parcel_code").is_in(list(made)))

        return Before(self.period, moved(self.evidence), moved(self.grades))


def unbroken(period: str, before: Sequence[Before]) -> list[Before]:
    """Return the years before that follow one another without a gap, the latest first."""
    by_period = {each.period: each for each in before}
    found = []
    year = int(period) - 1
    while str(year) in by_period:
        found.append(by_period[str(year)])
        year -= 1
    return found


def years_running(now: pl.DataFrame, before: Sequence[Before]) -> pl.DataFrame:
    """Return ``parcel_code``, ``reason`` and ``years`` of what holds now; ``before`` is `unbroken`.

    A year in which the reason did not hold, or was not known, ends the run.
    """
    return _runs(_held(now), [_held(each.evidence) for each in before], ["parcel_code", "reason"])


def d_years_running(grades: pl.DataFrame, before: Sequence[Before]) -> pl.DataFrame:
    """Return ``parcel_code`` and ``d_years`` of parcels that are graded D."""
    found = _runs(_graded_d(grades), [_graded_d(each.grades) for each in before], ["parcel_code"])
    return found.rename({"years": "d_years"})


def _runs(now: pl.DataFrame, before: Sequence[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    runs, still = now.with_columns(years=pl.lit(1, pl.Int64)), now
    for year in before:
        still = still.join(year, on=key, how="semi")
        longer = still.with_columns(one=pl.lit(1, pl.Int64))
        runs = runs.join(longer, on=key, how="left").with_columns(
            years=pl.col("years") + pl.col("one").fill_null(0)
        )
        runs = runs.drop("one")
    return runs.sort(key)


def _held(evidence: pl.DataFrame) -> pl.DataFrame:
    return evidence.filter(pl.col("state") == "holds").select("parcel_code", "reason").unique()


def _graded_d(grades: pl.DataFrame) -> pl.DataFrame:
    return grades.filter(pl.col("grade") == "D").select("parcel_code")
