"""Plans to begin with: options one after the other while they fit, in some orders."""

from collections.abc import Callable

from service.levers.leasing.problem import Option, Problem


def greedy(problem: Problem) -> list[int]:
    """Return a plan to begin with, the best of some simple ones: by worth, and by worth for what is taken."""
    plans = (_filled(problem, key) for key in (_by_worth, _by_floor, _by_power))
    return max(plans, key=problem.worth)


def _by_worth(option: Option) -> float:
    return -option.worth


def _by_floor(option: Option) -> float:
    return -option.worth / (1 + (option.need or 0))


def _by_power(option: Option) -> float:
    return -option.worth / (1 + (option.need or 0) + option.power)


def _filled(problem: Problem, key: Callable[[Option], float]) -> list[int]:
    """Take options one after the other while they fit, the better places of equals first."""
    left = {of: row.of for of, row in problem.shared.items()}
    power = {premises: space.power for premises, space in problem.spaces.items()}
    ground = [row.of for row in problem.grounds]
    shut: set[str] = set()
    way: dict[str, str] = {}
    placed: set[str] = set()
    chosen = []
    order = sorted(
        range(len(problem.options)), key=lambda n: (key(problem.options[n]), problem.options[n].place, n)
    )
    for number in order:
        project, premises, how, _, _, _, kva, _ = problem.options[number]
        takes, free = problem.shared[premises, how].takes[number], power[premises]
        if project in placed or premises in shut or way.get(premises, how) != how:
            continue
        if takes > left[premises, how] or (free is not None and kva > free):
            continue
        took = [row.takes.get(number, 0) for row in problem.grounds]
        if any(take > free_land for take, free_land in zip(took, ground, strict=True)):
            continue
        ground = [free_land - take for take, free_land in zip(took, ground, strict=True)]
        placed.add(project)
        way[premises] = how
        left[premises, how] -= takes
        power[premises] = None if free is None else free - kva
        shut |= {
            each for group in problem.conflicts if premises in group for each in group if each != premises
        }
        chosen.append(number)
    problem.check(chosen)
    return chosen
