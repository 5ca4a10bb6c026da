"""The assignment: best by enumeration, within every limit, the same in whatever order."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.levers.leasing import assignment
from service.levers.leasing.assignment import Option, Space, assign
from service.levers.leasing.problem import Problem
from service.levers.leasing.solver import Solved

SECONDS = 20


Lands = Mapping[str, int | None]


def allowed(chosen: Sequence[Option], spaces: Mapping[str, Space], lands: Lands) -> bool:
    """Tell whether options can be had together: written from the words of the task, not from the program."""
    for premises, space in spaces.items():
        here = [option for option in chosen if option.premises == premises]
        if len({option.way for option in here}) > 1:
            return False
        for way, size in (("lease", space.floor), ("land", space.land)):
            ours = [option for option in here if option.way == way]
            unknown = size is None or any(option.need is None for option in ours)
            if unknown and len(ours) > 1:
                return False
            if size is not None and sum(option.need or 0 for option in ours) > size:
                return False
        if space.power is not None and sum(option.power for option in here) > space.power:
            return False
    for parcel, size in lands.items():
        there = [o for o in chosen if parcel in spaces[o.premises].parcels and not spaces[o.premises].whole]
        if all(option.way == "lease" for option in there):
            continue
        taken = [1 if size is None else size if option.land is None else option.land for option in there]
        if sum(taken) > (1 if size is None else size):
            return False
    used = sorted({option.premises for option in chosen})
    for one, other in product(used, used):
        shared = set(spaces[one].parcels) & set(spaces[other].parcels)
        if one < other and shared and (spaces[one].whole or spaces[other].whole):
            return False
    return True


def plans(options: Sequence[Option]) -> Iterator[list[Option]]:
    """Yield every choice of at most one option for each project."""
    projects = sorted({option.project for option in options})
    for choice in product(*([None, *(o for o in options if o.project == each)] for each in projects)):
        yield [option for option in choice if option is not None]


def best(options: Sequence[Option], spaces: Mapping[str, Space], lands: Lands) -> tuple[int, int]:
    """Return the greatest worth, and among plans of that worth the best sum of places."""
    last = max((option.place for option in options), default=0) + 1
    return max(
        (sum(o.worth for o in plan), sum(last - o.place for o in plan))
        for plan in plans(options)
        if allowed(plan, spaces, lands)
    )


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Option], dict[str, Space]]:
    """Draw up to five projects and four premises, some of a size that is not known, some of whole parcels."""
    size = st.none() | st.integers(1, 12)
    spaces = {
        f"S{number}": Space(
            draw(size),
            draw(size),
            draw(st.none() | st.integers(0, 8)),
            tuple(draw(st.sets(st.sampled_from("PQR"), min_size=1, max_size=2))),
            draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 4)))
    }
    options = []
    for number in range(draw(st.integers(1, 5))):
        worth = draw(st.integers(0, 9) | st.integers(0, 10**9))
        need = draw(st.none() | st.integers(1, 8))
        places = draw(st.permutations([(each, way) for each in spaces for way in ("lease", "land")]))
        options += [
            Option(
                *(
                    f"J{number}",
                    each,
                    way,
                    worth + draw(st.integers(0, 3)),
                    place,
                    need,
                    draw(st.integers(0, 5)),
                ),
                draw(st.none() | st.integers(0, 8)),
            )
            for place, (each, way) in enumerate(places[: draw(st.integers(0, 5))])
        ]
    return options, spaces


@settings(max_examples=120, deadline=None)
@given(problems(), st.dictionaries(st.sampled_from("PQR"), st.none() | st.integers(0, 12)))
def test_the_plan_is_the_best_there_is(problem: tuple[list[Option], dict[str, Space]], lands: Lands) -> None:
    """Enumeration of every plan finds none of more worth, nor one of the same worth with better places."""
    options, spaces = problem
    plan = assign(options, spaces, SECONDS, lands)
    assert allowed(plan.chosen, spaces, lands)
    assert plan.optimal
    worth, rank = best(options, spaces, lands)
    assert plan.worth == plan.bound == worth == sum(option.worth for option in plan.chosen)
    last = max((option.place for option in options), default=0) + 1
    assert plan.settled or worth > 10**6  # of large sums a double may lose a fen, and it says so
    if plan.settled:
        assert sum(last - option.place for option in plan.chosen) == rank


@settings(max_examples=40, deadline=None)
@given(problems(), st.randoms())
def test_the_order_of_what_is_given_is_nothing(
    problem: tuple[list[Option], dict[str, Space]], random: Any
) -> None:
    """The same plan, not only the same worth."""
    options, spaces = problem
    shuffled, names = list(options), list(spaces)
    random.shuffle(shuffled)
    random.shuffle(names)
    assert assign(shuffled, {name: spaces[name] for name in names}, SECONDS) == assign(
        options, spaces, SECONDS
    )


@settings(max_examples=40, deadline=None)
@given(problems())
def test_more_premises_never_lower_the_worth(problem: tuple[list[Option], dict[str, Space]]) -> None:
    """What was possible stays possible."""
    options, spaces = problem
    fewer = [option for option in options if option.premises != "S0"]
    assert assign(fewer, spaces, SECONDS).worth <= assign(options, spaces, SECONDS).worth


def test_several_projects_share_a_plant_as_long_as_floor_and_power_last() -> None:
    """Two of three fit by floor; where power is short, one."""
    options = [Option(f"J{n}", "S", "lease", 10 + n, 0, 40, 30) for n in range(3)]
    spaces = {"S": Space(100, None, None, ("P",), False)}
    assert [option.project for option in assign(options, spaces, SECONDS).chosen] == ["J1", "J2"]
    short = {"S": Space(100, None, 59, ("P",), False)}
    assert [option.project for option in assign(options, short, SECONDS).chosen] == ["J2"]


def test_a_dearer_project_gives_way_to_two_that_bring_more() -> None:
    """Taking the best project first would give 10; the best plan gives 14."""
    spaces = {"S": Space(100, None, None, ("P",), False)}
    options = [Option("A", "S", "lease", 10, 0, 60, 0), Option("B", "S", "lease", 7, 0, 50, 0)]
    options.append(Option("C", "S", "lease", 7, 0, 50, 0))
    plan = assign(options, spaces, SECONDS)
    assert ([option.project for option in plan.chosen], plan.worth, plan.optimal) == (["B", "C"], 14, True)


def test_a_block_takes_its_parcels_whole() -> None:
    """Either the block or what stands on its parcels."""
    spaces = {
        "block": Space(None, 900, None, ("P", "Q"), True),
        "plant": Space(100, None, None, ("P",), False),
        "other": Space(100, None, None, ("R",), False),
    }
    options = [
        Option("A", "block", "land", 50, 0, 800, 0),
        Option("B", "plant", "lease", 20, 0, 10, 0),
        Option("C", "plant", "lease", 20, 0, 10, 0),
        Option("D", "other", "lease", 1, 0, 10, 0),
    ]
    assert {option.project for option in assign(options, spaces, SECONDS).chosen} == {"A", "D"}
    options[0] = options[0]._replace(worth=39)
    assert {option.project for option in assign(options, spaces, SECONDS).chosen} == {"B", "C", "D"}


def test_land_of_a_parcel_is_given_once() -> None:
    """Beside a hall that is let only what it leaves of the parcel; two plots do not exceed it together."""
    spaces = {
        "hall": Space(100, None, None, ("P",), False),
        "plot": Space(None, 80, None, ("P",), False),
        "other": Space(None, 60, None, ("P",), False),
    }
    let = Option("A", "hall", "lease", 30, 0, 50, 0, 30)
    given_ = [Option("B", "plot", "land", 20, 0, 80, 0, 80), Option("C", "other", "land", 15, 0, 60, 0, 60)]

    def placed(*options: Option, land: int | None = 100) -> str:
        return "".join(option.project for option in assign(options, spaces, SECONDS, {"P": land}).chosen)

    assert placed(let, given_[0]) == "A"
    assert placed(let, *given_) == "AC"
    assert placed(*given_) == "B"
    assert placed(*given_, land=140) == "BC"
    assert placed(let, given_[1], land=None) == "A"
    assert placed(let._replace(land=None), given_[1]) == "A"


def test_fen_count() -> None:
    """Among amounts of billions of yuan one fen more decides."""
    spaces = {"S": Space(1, None, None, ("P",), False)}
    options = [Option(f"J{n}", "S", "lease", 10**13 + n, 0, 1, 0) for n in range(3)]
    plan = assign(options, spaces, SECONDS)
    assert [option.project for option in plan.chosen] == ["J2"]
    with pytest.raises(ValueError, match="below 2\\^53"):
        Problem([option._replace(worth=2**52) for option in options], spaces)


def test_a_plan_that_does_not_hold_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the solver says: it is counted again in integers."""
    spaces = {"S": Space(100, None, None, ("P",), False)}
    options = [Option("A", "S", "lease", 10, 0, 60, 0), Option("B", "S", "lease", 11, 0, 60, 0)]
    wrong = Solved(np.array([True, True]), optimal=True, bound=21.0)
    monkeypatch.setattr(assignment, "maximise", lambda *_: wrong)
    with pytest.raises(RuntimeError, match="does not hold"):
        assign(options, spaces, SECONDS)


def test_a_plan_that_is_not_proved_says_how_far_it_may_be_off() -> None:
    """Without time there is a plan all the same, and a bound that no plan exceeds."""
    rng = np.random.default_rng(5)
    spaces = {f"S{n:02}": Space(int(rng.integers(50, 99)), None, None, (f"P{n}",), False) for n in range(20)}
    options = [
        Option(f"J{n:02}", each, "lease", worth, place, need, 0)
        for n, (worth, need) in enumerate(rng.integers(20, 60, (80, 2)).tolist())
        for place, each in enumerate(spaces)
    ]
    plan = assign(options, spaces, 0.0)
    assert allowed(plan.chosen, spaces, {})
    assert not plan.optimal
    assert 0 < plan.worth < plan.bound <= sum({option.project: option.worth for option in options}.values())


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Its banner would stand in the middle of a report."""
    spaces = {"S": Space(100, None, None, ("P",), False)}
    assign([Option(f"J{n}", "S", "lease", 10 + n, 0, 60, 0) for n in range(2)], spaces, SECONDS)
    assert capfd.readouterr() == ("", "")
