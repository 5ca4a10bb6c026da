"""Choosing a profile: which of them fit a file, and whether exactly one is the one to use.

A profile fits when every column that it cannot do without is there, the units of all it reads are settled,
and it reads more than whom a row is about. Of those that fit, one is used without being named only if it
reads everything that any other reads, and more: no column that another knows is passed over, not even one
whose unit is missing, and nothing is left to taste.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping, InvalidParameter, MujunError
from service.feeds.converting import Converter
from service.feeds.formats.files import kind_of
from service.feeds.header import Header, plain, rules
from service.feeds.mappings.identity import identity_mapping
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.mappings.rules import UnitColumn
from service.feeds.profiles.catalogue import Profile, all_profiles, find_profile
from service.feeds.profiles.heads import TableHead, table_heads

_WHOM = frozenset({"uscc", "parcel_code", "code", "name", "period", "district", "town"})
"""Fields that many hand-overs share: reading these alone is reading nothing of a feed's own."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A profile that fits one table of a file; ``used`` are the positions of the columns that it reads.

    One with a ``problem`` has all its columns there and still cannot read them, for want of a unit mostly.
    """

    profile: Profile
    sheet: str
    header: Header
    used: frozenset[int]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a file is to be read: None for our own names; ``notes`` say why where nobody said it."""

    mapping: FeedMapping | None
    notes: tuple[str, ...] = ()


def mapping_for(
    path: Path,
    feed: Feed,
    *,
    mapping: FeedMapping | None = None,
    profile: str | None = None,
    folder: Path | None = None,
    file_name: str | None = None,
) -> Chosen:
    """Return the mapping to import a file with: the one given, the profile named, or the one that fits.

    Raises `InvalidParameter` when both are given, `NotFound` for an unknown profile, and `InvalidMapping`
    that lists the profiles when several fit. What no profile fits is left to our own names.
    """
    if mapping is not None and profile is not None:
        raise InvalidParameter(
            "Give either a mapping or a profile.", "映射文件与交付方案只能指定其一。", place="profile"
        )
    if profile is not None:
        return Chosen(find_profile(profile, folder).mapping)
    if mapping is not None:
        return Chosen(mapping)
    name = file_name or path.name
    heads = table_heads(path, kind_of(path, name), name)
    if uses_own_names(heads, feed):
        return Chosen(None)
    of_feed = [each for each in all_profiles(folder).values() if each.mapping.feed is feed]
    fits = fitting(heads, of_feed)
    best = best_of(fits)
    if best is None and fits:
        raise several(fits, name)
    if best is None:
        return Chosen(None)
    return Chosen(best.profile.mapping, (said_of(best),))


def fitting(heads: Iterable[TableHead], profiles: Iterable[Profile]) -> list[Fit]:
    """Return where which profiles fit, each sheet by itself."""
    tables = list(heads)
    found: list[Fit] = []
    for profile in profiles:
        here = [fit for head in tables if (fit := _fit(head, profile)) is not None]
        by_sheet = {fit.sheet: fit for fit in reversed(here)}  # of a CSV only the likeliest delimiter
        found.extend(reversed(by_sheet.values()))
    return found


def best_of(fits: Sequence[Fit]) -> Fit | None:
    """Return the one that reads all that any other reads and more, or the only one; else None."""
    for fit in fits:
        others = [other for other in fits if other is not fit]
        if fit.problem is None and all(_reads_less(other, fit) for other in others):
            return fit
    return None


def _reads_less(other: Fit, fit: Fit) -> bool:
    if other.sheet != fit.sheet:
        return False
    return other.used < fit.used or (other.problem is not None and other.used == fit.used)


def uses_own_names(heads: Iterable[TableHead], feed: Feed) -> bool:
    """Tell whether a table has our own names of all it needs, and hence needs no mapping."""
    for head in heads:
        try:
            identity_mapping(feed, head.searched, head.place)
        except InvalidMapping:
            continue
        return True
    return False


def said_of(fit: Fit) -> str:
    """Return the note that a profile was chosen."""
    title = fit.profile.mapping.title
    zh = title.zh if title else ""
    return f"Read by the profile {fit.profile.name}, the only one that fits 按交付方案“{zh}”读取."


def several(fits: Sequence[Fit], file_name: str) -> InvalidMapping:
    """Return the error that several profiles fit."""
    troubled = [f"{fit.profile.name} ({fit.problem})" for fit in fits if fit.problem]
    names = list(dict.fromkeys(fit.profile.name for fit in fits if not fit.problem))
    sheets = list(dict.fromkeys(fit.sheet for fit in fits if fit.sheet))
    where = f" in the sheets {', '.join(sheets)}" if len(sheets) > 1 else ""
    fit_ = f"Profiles that fit{where}: {', '.join(names) or 'none'}."
    return InvalidMapping(
        f"{fit_} Would fit, but: {'; '.join(troubled)}" if troubled else fit_,
        "有多个交付方案与文件相符，请指明其一。",
        code="profile-ambiguous",
        place=file_name,
        action="Name one with --profile, or give a mapping with `sheet:`. 请用 --profile 指明。",
    )


def _fit(head: TableHead, profile: Profile) -> Fit | None:
    mapping = profile.mapping
    if not head.is_meant_by(mapping) or not head.may_have(mapping) or not _may_tell(head, mapping):
        return None
    try:
        header = head.header(mapping)
        found = frozenset(_columns(mapping, header))
    except MujunError:
        return None
    if not _is_telling(mapping, header):
        return None
    try:
        Converter(mapping, header)
    except MujunError as error:
        return Fit(profile, head.sheet, header, found, error.detail)
    return Fit(profile, head.sheet, header, found)


def _may_tell(head: TableHead, mapping: FeedMapping) -> bool:
    rules_ = [rule for name, rule in mapping.columns.items() if name not in _WHOM]
    names = (
        n
        for rule in (*rules_, *mapping.metrics.values())
        for leaf in rule.leaves()
        for n in leaf.column or ()
    )
    return mapping.metric is not None or any(plain(name.rsplit("/", 1)[-1]) in head.words for name in names)


def _columns(mapping: FeedMapping, header: Header) -> Iterator[int]:
    """Yield the positions of all columns that a mapping reads."""
    for rule in rules(mapping):
        units = rule.unit.column if isinstance(rule.unit, UnitColumn) else None
        for names in (rule.column, units):
            position = header.find(names, without_unit=rule.unit == "header") if names else None
            if position is not None:
                yield position
    position = header.find(mapping.metric.column) if mapping.metric else None
    if position is not None:
        yield position


def _is_telling(mapping: FeedMapping, header: Header) -> bool:
    """Whether the table has a column that is read into anything but whom a row is about."""
    if mapping.metric is not None:
        return True
    rules = [rule for name, rule in mapping.columns.items() if name not in _WHOM]
    for rule in [*rules, *mapping.metrics.values()]:
        for leaf in rule.leaves():
            bare = (leaf.unit or rule.unit) == "header"
            if leaf.column and header.find(leaf.column, without_unit=bare) is not None:
                return True
    return False
