"""How alike a column and a field are: by the column's name, and by what stands in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from rapidfuzz import fuzz, process

from service.domain.hand_overs import Feed
from service.domain.units import Metric
from service.feeds.mappings.fields import FIELDS, Field
from service.feeds.profiles.catalogue import shipped_profiles
from service.feeds.values.cells import READERS, Held, is_empty, number
from service.feeds.values.unit_words import without_units
from service.reference.tables import unit_table

Target = Field | Metric

_NOISE = re.compile(r"[\s_\-—·.,，、:：;；/\\()（）\[\]【】*#]+")
_PARCEL = re.compile(r"\d{12}[A-Z]{2}\d{5}(?:[A-Z]\d{8})?")
_TELLING = {"uscc", "parcel_code", "period", "date"}
"""Kinds whose cells nothing else looks like."""

_TRIED = 50
_LONGEST = 60
_CONTAINED = 0.8


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that a column is a field, from 0 to 1, and why."""

    confidence: float
    why: str


def targets(feed: Feed) -> dict[str, Target]:
    """Return what a mapping of a feed may fill: ``columns.uscc``, ``metrics.tax`` …"""
    found: dict[str, Target] = {f"columns.{name}": field for name, field in FIELDS[feed].items()}
    if feed is Feed.FIGURES:
        found |= {f"metrics.{code}": metric for code, metric in unit_table().metrics.items()}
    return found


class Cells:
    """What stands in a column, of which empty cells say nothing."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.filled = list(islice((cell for cell in cells if not is_empty(cell)), _TRIED))
        self._fits: dict[str, float] = {}

    def fits(self, kind: str) -> float:
        """Return which share of the cells reads as this kind; the column must not be empty."""
        if kind not in self._fits:
            self._fits[kind] = sum(_reads(kind, cell) for cell in self.filled) / len(self.filled)
        return self._fits[kind]


def likeness(name: str, cells: Cells, place: str, target: Target, feed: Feed) -> Likeness:
    """Compare a column with a target by its name and by its cells."""
    by_name = _by_name(name, known_names(feed)[place])
    kind = _kind(target)
    if not cells.filled:
        return Likeness(by_name * 0.9, "by name; the column is empty")
    fits = cells.fits(kind)
    if kind in _TELLING:
        if fits < 0.3:
            return Likeness(by_name * 0.4, f"by name, but {fits:.0%} of the cells look like it")
        # codes and dates of the wrong column look right too, so the name still has its say
        own = 0.6 if kind in ("uscc", "parcel_code") else 0.2
        return Likeness(min(1.0, own * fits + (1 - own) * by_name), f"{fits:.0%} of the cells look like it")
    if fits < 0.5:
        return Likeness(by_name * 0.3, "by name, but the cells read otherwise")
    return Likeness(by_name, "by name")


@cache
def known_names(feed: Feed) -> Mapping[str, tuple[str, ...]]:
    """Return by which names each target is known: in shipped profiles, in the reference tables, our own."""
    found: dict[str, set[str]] = {place: set() for place in targets(feed)}
    for profile in shipped_profiles().values():
        mapping = profile.mapping
        if mapping.feed is not feed:
            continue
        for group, rules in (("columns", mapping.columns), ("metrics", mapping.metrics)):
            for name, rule in rules.items():
                for leaf in rule.leaves():
                    found[f"{group}.{name}"].update(leaf.column or ())
    for place, target in targets(feed).items():
        own = [target.code, target.zh] if isinstance(target, Metric) else [target.name]
        found[place].update(own)
    return {place: tuple({_plain(name) for name in names} - {""}) for place, names in found.items()}


def names_known(cells: Iterable[str]) -> float:
    """Return how many of the cells are, more or less, names of something that hand-overs hold."""
    known = _every_name()
    tried = (_plain(cell) for cell in cells if 0 < len(cell.strip()) <= _LONGEST)
    return sum(score for name in tried if name and (score := _alike(name, known)) >= 0.7)


@lru_cache(8192)
def _by_name(name: str, known: tuple[str, ...]) -> float:
    levels = [part for part in name.split("/") if part.strip()]
    tried = {_plain(name[:_LONGEST]), _plain(levels[-1][:_LONGEST])} - {""} if levels else set()
    return max((_alike(one, known) for one in tried), default=0.0)


def _alike(name: str, known: tuple[str, ...]) -> float:
    """Return how alike a name and the likest of those known are; only the same is sure."""
    if name in known:
        return 1.0
    best = process.extractOne(name, known, scorer=fuzz.ratio)
    score: float = best[1] / 100 if best else 0.0
    for other in known:
        shorter, longer = (name, other) if len(name) < len(other) else (other, name)
        if len(shorter) > 1 and shorter in longer:
            score = max(score, _CONTAINED * (0.75 + 0.25 * len(shorter) / len(longer)))
    return min(score, 0.95)


@cache
def _every_name() -> tuple[str, ...]:
    return tuple({name for feed in Feed for names in known_names(feed).values() for name in names})


def _kind(target: Target) -> str:
    if isinstance(target, Metric):
        return "mark" if target.quantity == "mark" else "quantity"
    if target.unit is not None or target.kind in ("ratio", "count"):
        return "quantity"
    return target.kind


def _reads(kind: str, cell: str) -> bool:
    read: Callable[[str], object] = READERS.get(kind, number if kind == "quantity" else str)
    if kind == "parcel_code":
        return bool(_PARCEL.fullmatch(cell.strip().upper()))
    if kind == "mark":
        kind, read = "boolean", READERS["boolean"]
    if kind == "quantity":
        # a limit as printed, an area with its unit beside it
        return any("0" <= character <= "9" for character in unicodedata.normalize("NFKC", cell))
    try:
        read(cell)
    except Held:
        return False
    return True


def _plain(name: str) -> str:
    bare = without_units(unicodedata.normalize("NFKC", name))
    return _NOISE.sub("", bare).casefold()
