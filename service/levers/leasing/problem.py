"""The assignment as a problem in integers: what options are worth, what they take, what excludes what.

Every project gets at most one option. Leases share a premises' floor, what takes land shares its land, all
share its power; a premises is let or given as land, not both. Premises that take whole parcels exclude all
others on these; the others there share the parcel's land where any of it is given.
Where a need or a size is not known, nobody else gets a part.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.domain.units import MINOR_LIMIT
from service.levers.leasing.solver import Limits

Chosen = npt.NDArray[np.bool_]
_FEW = 3000


class Option(NamedTuple):
    """A project that may come to premises in a way, what that is worth, and what it takes of it.

    ``place`` is its rank among the project's own, from 0, by which equals are told apart; ``land`` is what it
    takes of the parcel, a lease the ground of its floor, None where that is not known.
    """

    project: str
    premises: str
    way: str
    worth: int
    place: int
    need: int | None
    power: int
    land: int | None = None


class Space(NamedTuple):
    """Premises: what there is to lease, to take as land, and of power; None where that is not known.

    ``whole`` are those that take all of their parcels.
    """

    floor: int | None
    land: int | None
    power: int | None
    parcels: tuple[str, ...]
    whole: bool


class Row(NamedTuple):
    """A limit that options share: what each takes, of how much."""

    takes: dict[int, int]
    of: int

    def reduced(self) -> "Row":
        """Return the same limit in the largest unit in which it is whole: small numbers are solved better."""
        unit = math.gcd(*self.takes.values()) or 1
        return Row({number: take // unit for number, take in self.takes.items()}, self.of // unit)


class WorthTooLarge(ValueError):
    """What options are worth together cannot be counted exactly."""


class Problem:
    """Options and spaces, with all that limits them, in integers."""

    def __init__(
        self,
        options: Sequence[Option],
        spaces: Mapping[str, Space],
        lands: Mapping[str, int | None] | None = None,
    ) -> None:
        # by what tells them apart: the land may be null
        self.options = sorted(options, key=lambda option: option[:5])
        self.lands = lands or {}
        self.spaces = spaces
        most = sum(max(worths) for worths in self._by_project(lambda option: option.worth).values())
        if any(option.worth < 0 for option in options) or most >= MINOR_LIMIT:
            raise WorthTooLarge("the worth of options is not negative, and its sum below 2^53")
        self.most = most
        """What would be reached if every project had its best option."""

    def _by_project(self, tell: Callable[[Option], int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for option in self.options:
            found[option.project].append(tell(option))
        return found

    @cached_property
    def of_project(self) -> dict[str, list[int]]:
        """The options of every project."""
        return self._group(lambda option: option.project)

    @cached_property
    def of_premises(self) -> dict[str, list[int]]:
        """The options in every premises."""
        return self._group(lambda option: option.premises)

    def _group(self, key: Callable[[Option], str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, option in enumerate(self.options):
            found[key(option)].append(number)
        return found

    @cached_property
    def shared(self) -> dict[tuple[str, str], Row]:
        """By premises and way: what the options take of its floor or land."""
        found = {}
        for premises, numbers in self.of_premises.items():
            space = self.spaces[premises]
            for way, size in (("lease", space.floor), ("land", space.land)):
                of = 1 if size is None else size
                takes = {
                    number: of
                    if size is None or self.options[number].need is None
                    else self.options[number].need
                    for number in numbers
                    if self.options[number].way == way
                }
                if takes:
                    found[premises, way] = Row({n: need or 0 for n, need in takes.items()}, of)
        return found

    @cached_property
    def powers(self) -> list[Row]:
        """What the options take of the power of premises."""
        found = []
        for premises, numbers in self.of_premises.items():
            power = self.spaces[premises].power
            takes = {number: self.options[number].power for number in numbers if self.options[number].power}
            if power is not None and takes:
                found.append(Row(takes, power))
        return found

    @cached_property
    def grounds(self) -> list[Row]:
        """For each option that takes land: what all take of that parcel's land, a limit once it is chosen."""
        on: dict[str, list[int]] = defaultdict(list)
        for number, option in enumerate(self.options):
            space = self.spaces[option.premises]
            if not space.whole:
                for parcel in space.parcels:
                    on[parcel].append(number)
        found = []
        for parcel in sorted(on.keys() & self.lands.keys()):
            size = self.lands[parcel]
            of = 1 if size is None else size
            lands = {number: self.options[number].land for number in on[parcel]}
            takes = {n: of if size is None or land is None else land for n, land in lands.items()}
            loose = max(0, sum(takes.values()) - of)
            given = [n for n in on[parcel] if self.options[n].way == "land"]
            if not self._within(on[parcel], given, size):
                found += [
                    Row({**takes, n: takes[n] + loose}, of + loose) for n in given if loose or takes[n] > of
                ]
        return found

    def _within(self, there: Sequence[int], given: Sequence[int], size: int | None) -> bool:
        """Tell whether the only premises of a parcel, let or given, keep to its land anyway."""
        first, *others = {self.options[number].premises for number in there}
        land = self.spaces[first].land
        taken = [(self.options[n].land, self.options[n].need) for n in given]
        known = all(took is not None and need is not None and took <= need for took, need in taken)
        return not others and known and size is not None and land is not None and land <= size

    @cached_property
    def conflicts(self) -> list[tuple[str, ...]]:
        """Premises of which only one can be used: those that take all of a parcel, and one other there."""
        on: dict[str, list[str]] = defaultdict(list)
        for premises in sorted(self.of_premises):
            for parcel in self.spaces[premises].parcels:
                on[parcel].append(premises)
        found = set()
        for there in on.values():
            whole = [each for each in there if self.spaces[each].whole]
            others = [each for each in there if not self.spaces[each].whole]
            if whole and len(there) > 1:
                found |= {(*whole, other) for other in others} if others else {tuple(whole)}
        return sorted(found)

    def limits(self, plan: Sequence[int]) -> tuple[Limits, Chosen]:
        """Return the rows for the solver, and a plan as its variables: options, then what is used how."""
        rows = Limits()
        for numbers in self.of_project.values():
            rows.add(dict.fromkeys(numbers, 1), most=1)
        for power in (*self.powers, *self.grounds):
            takes, of = power.reduced()
            rows.add(takes, most=of)
        switched = set(chain.from_iterable(self.conflicts))
        ways: dict[str, list[str]] = defaultdict(list)
        for premises, way in self.shared:
            ways[premises].append(way)
        switched |= {premises for premises, both in ways.items() if len(both) > 1}
        switch: dict[tuple[str, str], int] = {}
        for key, row in self.shared.items():
            takes, of = row.reduced()
            if key[0] not in switched:
                rows.add(takes, most=of)
                continue
            switch[key] = used = len(self.options) + len(switch)
            rows.add({**takes, used: -of}, most=0)
            # who needs nothing asks by itself; of few options all do, which bounds better than their sum
            alone = [n for n, take in takes.items() if not take or len(self.options) <= _FEW]
            for number in alone:
                rows.add({number: 1, used: -1}, most=0)
        for premises in sorted(switched):
            rows.add({switch[premises, way]: 1 for way in ways[premises]}, most=1)
        for group in self.conflicts:
            rows.add({switch[premises, way]: 1 for premises in group for way in ways[premises]}, most=1)
        taken = {(self.options[number].premises, self.options[number].way) for number in plan}
        variables = np.zeros(len(self.options) + len(switch), dtype=np.bool_)
        variables[[*plan, *(number for key, number in switch.items() if key in taken)]] = True
        return rows, variables

    def worth(self, chosen: Sequence[int]) -> int:
        """Return what options are worth together."""
        return sum(self.options[number].worth for number in chosen)

    def check(self, chosen: Sequence[int]) -> None:
        """Raise `RuntimeError` unless the options can be had together, counted in integers."""
        taken = set(chosen)
        broken = [f"project {key}" for key, of in self.of_project.items() if len(taken & set(of)) > 1]
        broken += [
            f"limit of {row.of}"
            for row in chain(self.shared.values(), self.powers, self.grounds)
            if sum(row.takes[number] for number in taken & row.takes.keys()) > row.of
        ]
        used = {(self.options[number].premises, self.options[number].way) for number in taken}
        premises = [each for each, _ in used]
        broken += [f"premises {each} both ways" for each in set(premises) if premises.count(each) > 1]
        broken += [f"conflict {group}" for group in self.conflicts if len(set(group) & set(premises)) > 1]
        if broken:
            raise RuntimeError(f"The solver's plan does not hold: {', '.join(broken[:5])}.")
