"""Two results beside each other (比较): from grade to grade, by track and town, flags gained and lost."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from service.domain.scheme_differences import PartDifference, scheme_differences
from service.whatif.pairs import SIDES, Side, differs, letters, paired
from service.whatif.report import (
    Cell,
    Changed,
    Comparison,
    FlagChange,
    GradeTotal,
    Moves,
    Run,
    SchemeDifference,
    Totals,
    TownMovement,
    TrackMovement,
    UpliftChange,
)

_SQUARE_METRE, _POINT = 100, 1_000_000  # minor units in one
_IN_BOTH = (pl.col("status__before") != "absent") & (pl.col("status__after") != "absent")
_SCORED = {side: pl.col(f"status__{side}") == "scored" for side in SIDES}


class Compared:
    """Two sides, joined once; `report` and `service.whatif.moves` read from it."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        self.pairs = paired(before, after)
        self._letters = letters(before.scheme, after.scheme)

    @property
    def in_both(self) -> int:
        """How many parcels both sides have."""
        return self.pairs.filter(_IN_BOTH).height

    def report(self, before: Run, after: Run, moves: Moves) -> Comparison:
        """Return the comparison with a page of moves."""
        newly, no_longer = _SCORED["after"] & ~_SCORED["before"], _SCORED["before"] & ~_SCORED["after"]
        return Comparison(
            before=before,
            after=after,
            totals_before=self._totals("before"),
            totals_after=self._totals("after"),
            in_both=self.in_both,
            only_before=self._changed(pl.col("status__after") == "absent", "before", "reason__before"),
            only_after=self._changed(pl.col("status__before") == "absent", "after", "reason__after"),
            grades=self._cells(),
            newly_scored=self._changed(_IN_BOTH & newly, "after", "reason__before"),
            no_longer_scored=self._changed(_IN_BOTH & no_longer, "before", "reason__after"),
            tracks=[TrackMovement(**row) for row in self._movements("track__before", "track__after")],
            towns=[TownMovement(**row) for row in self._movements("town")],
            low_efficiency=FlagChange(**self._flag("low_efficiency")),
            far_uplift=UpliftChange(
                **self._flag("far_uplift"),
                additional_floor_area_before_m2=self._area("additional_floor_area__before"),
                additional_floor_area_after_m2=self._area("additional_floor_area__after"),
            ),
            scheme_differences=[
                SchemeDifference(**each.part._asdict(), **_plain(each))
                for each in scheme_differences(self.before.scheme, self.after.scheme)
            ],
            moves=moves,
        )

    def _area(self, column: str) -> float:
        return int(self.pairs[column].sum()) / _SQUARE_METRE

    def _totals(self, side: str) -> Totals:
        there = self.pairs.filter(pl.col(f"status__{side}") != "absent")
        grades = there.group_by(f"grade__{side}").agg(pl.len(), pl.col(f"land_area__{side}").sum())
        rows = sorted(grades.iter_rows(), key=lambda row: self._place(row[0]))
        return Totals(
            parcels=there.height,
            scored=there.filter(_SCORED[side]).height,
            land_area_m2=int(there[f"land_area__{side}"].sum()) / _SQUARE_METRE,
            mean_points=_mean(int(there[f"points__{side}"].sum()), there[f"points__{side}"].count()),
            grades=[
                GradeTotal(grade=grade, parcels=count, land_area_m2=area / _SQUARE_METRE)
                for grade, count, area in rows
            ],
        )

    def _place(self, grade: str | None) -> tuple[int, str]:
        """Grades in their order; what is called otherwise outside the ranking; none."""
        if grade is None:
            return len(self._letters) + 1, ""
        known = grade in self._letters
        return self._letters.index(grade) if known else len(self._letters), grade

    def _cells(self) -> list[Cell]:
        keys = [f"{name}__{side}" for side in SIDES for name in ("status", "grade")]
        cells = self.pairs.group_by(keys).agg(
            pl.len(), pl.col("land_area__before").sum(), pl.col("land_area__after").sum()
        )
        rows = sorted(
            cells.iter_rows(), key=lambda row: (self._place(row[1]), row[0], self._place(row[3]), row[2])
        )
        return [
            Cell(
                from_status=row[0],
                from_grade=row[1],
                to_status=row[2],
                to_grade=row[3],
                parcels=row[4],
                land_area_before_m2=row[5] / _SQUARE_METRE,
                land_area_after_m2=row[6] / _SQUARE_METRE,
            )
            for row in rows
        ]

    def _changed(self, which: pl.Expr, side: str, reasons: str) -> Changed:
        """Count the parcels; ``reasons`` is a column of codes joined by commas."""
        found = self.pairs.filter(which)
        codes = found.select(pl.col(reasons).str.split(",").alias("code")).explode("code")
        counts = codes.filter(pl.col("code").is_not_null() & (pl.col("code") != ""))
        return Changed(
            parcels=found.height,
            land_area_m2=int(found[f"land_area__{side}"].sum()) / _SQUARE_METRE,
            reasons=dict(counts.group_by("code").len().sort("code").iter_rows()),
        )

    def _flag(self, name: str) -> dict[str, Any]:
        was, is_ = (pl.col(f"{name}__{side}").fill_null(False) for side in SIDES)
        return {
            "before": self.pairs.filter(was).height,
            "after": self.pairs.filter(is_).height,
            "gained": self._changed(_IN_BOTH & is_ & ~was, "after", f"{name}_reasons__after"),
            "lost": self._changed(_IN_BOTH & was & ~is_, "before", f"{name}_reasons__before"),
        }

    def _movements(self, *keys: str) -> Sequence[dict[str, Any]]:
        """One row per group of the parcels that are on both sides."""
        named = {
            "town": pl.coalesce("town__after", "town__before"),
            "track__before": pl.col("track__before"),
            "track__after": pl.col("track__after"),
        }
        graded = pl.col("grade__before").is_not_null() & pl.col("grade__after").is_not_null()
        regraded = graded & differs("grade")
        counts = {
            "raised": pl.col("grade_steps") > 0,
            "lowered": pl.col("grade_steps") < 0,
            "regraded": regraded & pl.col("grade_steps").is_null(),
            "same_grade": graded & ~regraded,
            "newly_scored": _SCORED["after"] & ~_SCORED["before"],
            "no_longer_scored": _SCORED["before"] & ~_SCORED["after"],
        }
        points = {side: pl.col(f"points__{side}") for side in SIDES}
        groups = (
            self.pairs.filter(_IN_BOTH)
            .group_by(named[key].alias(key.replace("__", "_")) for key in keys)
            .agg(
                pl.len().alias("parcels"),
                *(condition.fill_null(False).sum().alias(name) for name, condition in counts.items()),
                *(points[side].sum().alias(f"sum_{side}") for side in SIDES),
                *(points[side].count().alias(f"count_{side}") for side in SIDES),
            )
        )
        rows = groups.sort(*(key.replace("__", "_") for key in keys), nulls_last=True).to_dicts()
        for row in rows:
            for side in SIDES:
                row[f"mean_points_{side}"] = _mean(row.pop(f"sum_{side}"), row.pop(f"count_{side}"))
        return rows


def _plain(difference: PartDifference) -> dict[str, Any]:
    plain = asdict(difference)
    del plain["part"]
    return plain


def _mean(total: int, count: int) -> float | None:
    """The mean of points, to a millionth, halves up."""
    return (2 * total + count) // (2 * count) / _POINT if count else None
