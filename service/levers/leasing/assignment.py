"""Who gets which premises (最优匹配): a generalised assignment problem, solved and checked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from service.levers.leasing.greedy import greedy
from service.levers.leasing.problem import Chosen, Option, Problem, Space
from service.levers.leasing.solver import Limits, Solved, maximise

__all__ = ["Option", "Plan", "Space", "assign"]

_SETTLED = 3000
"""So many options are told apart to the end; with more that takes longer than the plan itself."""


@dataclass(frozen=True)
class Plan:
    """The options that were chosen, in order; ``bound`` is what no plan exceeds.

    ``settled`` tells whether equals were told apart to the end.
    """

    chosen: tuple[Option, ...]
    worth: int
    bound: int
    optimal: bool
    settled: bool


def assign(
    options: Sequence[Option],
    spaces: Mapping[str, Space],
    seconds: float,
    lands: Mapping[str, int | None] | None = None,
) -> Plan:
    """Return the plan of the greatest worth; among equals the one with the better places of its options.

    :param lands: the land of parcels, null where it is not known; without, none is shared
    :raises RuntimeError: when what the solver found does not hold in integers
    """
    problem = Problem(options, spaces, lands)
    if not problem.options:
        return Plan((), 0, 0, optimal=True, settled=True)
    until = monotonic() + seconds
    chosen = greedy(problem)
    limits, start = problem.limits(chosen)
    reached, bound = problem.worth(chosen), problem.most
    # what all are multiples of is no part of the question
    unit = math.gcd(*(option.worth for option in problem.options)) or 1
    worth = [option.worth // unit for option in problem.options]
    worth += [0] * (len(start) - len(worth))
    if reached < bound:
        solved = maximise(worth, limits, seconds, start)
        found = _checked(problem, solved)
        if problem.worth(found) >= reached and solved.chosen is not None:
            chosen, start, reached = found, solved.chosen, problem.worth(found)
        if solved.optimal:
            bound = reached
        elif math.isfinite(solved.bound):
            bound = max(reached, min(bound, math.ceil(solved.bound) * unit))
    settled = False
    if reached == bound and len(problem.options) <= _SETTLED:
        chosen, settled = _settle(problem, limits, worth, start, until)
    return Plan(
        tuple(problem.options[number] for number in chosen), reached, bound, reached == bound, settled
    )


def _settle(
    problem: Problem, limits: Limits, worth: Sequence[int], start: Chosen, until: float
) -> tuple[list[int], bool]:
    """Return, of the plans of the same worth, the one whose options rank best, and whether it is proved."""
    count = len(problem.options)
    before: list[int] = np.flatnonzero(start[:count]).tolist()
    last = max(option.place for option in problem.options) + 1
    rank = [last - option.place for option in problem.options]
    if sum(rank[number] for number in before) == last * len(problem.of_project):
        return before, True
    same, reached = limits.copy(), sum(worth[number] for number in before)
    same.add({number: value for number, value in enumerate(worth) if value}, least=reached)
    solved = maximise([*rank, *[0] * (len(worth) - count)], same, max(until - monotonic(), 1.0), start)
    chosen = _checked(problem, solved)
    # what was found when time was over hangs on the machine, and doubles may lose a fen: neither is told
    if not solved.optimal or sum(worth[number] for number in chosen) != reached:
        return before, False
    return chosen, True


def _checked(problem: Problem, solved: Solved) -> list[int]:
    if solved.chosen is None:
        return []
    chosen: list[int] = np.flatnonzero(solved.chosen[: len(problem.options)]).tolist()
    problem.check(chosen)
    return chosen
