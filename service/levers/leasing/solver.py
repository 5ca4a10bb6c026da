"""A maximum over zeros and ones under linear limits, by HiGHS (branch and cut).

Source: Huangfu and Hall, Parallelizing the dual revised simplex method, 2018; https://highs.dev. The solver
counts in doubles: what it answers is rounded to zeros and ones, and whoever asks checks it in integers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

_SEARCHED = 0.3
"""How much of the work goes into looking for plans, beside proving that none is better."""


class _Quiet(highspy.Highs):
    """HiGHS that prints nothing: the first call writes a banner unless it turns off all output."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:  # noqa: N802
        """Turn off the output instead of installing callbacks, which nobody uses here."""
        self.setOptionValue("output_flag", False)


@dataclass(slots=True)
class Limits:
    """Rows: variable → coefficient, with the most (or the least) that their sum may be."""

    starts: list[int] = field(default_factory=lambda: [0])
    places: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(
        self, row: Mapping[int, int], *, most: float = highspy.kHighsInf, least: float | None = None
    ) -> None:
        """Add a row."""
        self.places.extend(row)
        self.values.extend(row.values())
        self.starts.append(len(self.places))
        self.low.append(-highspy.kHighsInf if least is None else least)
        self.high.append(most)

    def copy(self) -> "Limits":
        """Return the same rows, to add others."""
        return Limits(
            list(self.starts), list(self.places), list(self.values), list(self.low), list(self.high)
        )


@dataclass(frozen=True)
class Solved:
    """The zeros and ones, none where no plan was found in time; whether they are best, and what may be."""

    chosen: npt.NDArray[np.bool_] | None
    optimal: bool
    bound: float


def maximise(
    worth: Sequence[int], limits: Limits, seconds: float, start: npt.NDArray[np.bool_] | None = None
) -> Solved:
    """Return what maximises the sum of ``worth``; one thread and one seed, so that the same gives the same.

    :param start: a plan within the limits to begin with
    """
    count = len(worth)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(limits.high)
    model.col_cost_ = np.array(worth, dtype=np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    model.row_lower_, model.row_upper_ = np.array(limits.low), np.array(limits.high)
    model.sense_ = highspy.ObjSense.kMaximize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(limits.starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(limits.places, dtype=np.int32)
    model.a_matrix_.value_ = np.array(limits.values, dtype=np.float64)
    model.integrality_ = [highspy.HighsVarType.kInteger] * count
    solver = _Quiet()
    for name, value in {
        "threads": 1,
        "random_seed": 0,
        "time_limit": float(seconds),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.5,  # the worth is whole
        "mip_heuristic_effort": _SEARCHED,
    }.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    if start is not None:
        solver.setSolution(count, np.arange(count, dtype=np.int32), start.astype(np.float64))
    solver.run()
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) > 0.5 if found else None
    return Solved(values, optimal, info.mip_dual_bound)
