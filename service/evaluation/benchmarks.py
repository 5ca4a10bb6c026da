"""Benchmarks (标杆值): what a value is measured against: fixed, promised, or set by a group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT, Fixed, GroupBenchmark, GroupBy, Indicator, Promised, Track
from service.domain.tables import PROMISES, RESULTS
from service.evaluation.frames import (
    Frame,
    Settle,
    added,
    double,
    half_up,
    integer,
    mean_parts,
    no_number,
    no_text,
    only_row,
    quotient,
    sum_of,
    total,
    with_groups,
)
from service.reference.scheme_checks import conversion
from service.reference.tables import unit_table

Level = tuple[GroupBy, ...]

_PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("mean", "pooled", "median", "quantile"), ("benchmark",)),
    "range": ("low", "high"),
    "peers": (),
}
"""What a group gives, besides its size, by the benchmark's method."""


def group_label(first: str, over: Sequence[str]) -> nw.Expr:
    """Name a group: the track, then what splits it, joined by ``·``; what a parcel lacks is ``unknown``."""
    if not over:
        return nw.lit(first)
    parts = [nw.col(name).fill_null("unknown") for name in over]
    return nw.concat_str(nw.lit(first), *parts, separator=" · ")


@dataclass(slots=True)
class Benchmarks:
    """A track's parcels with their benchmarks, and the table ``benchmarks`` of its groups in pieces."""

    frame: Frame
    tables: list[Frame] = field(default_factory=list)


def with_benchmarks(frame: Frame, before: Frame | None, track: Track, settle: Settle) -> Benchmarks:
    """Add, per indicator, ``code__benchmark __group __size __low __high __place``.

    ``frame`` has the track's parcels with their values, ``before`` those of last year, where a benchmark is
    last year's. The size is that of the group that set the benchmark: its parcels with a value. The group is
    also the one in which a missing item takes the mean. What a method does not use is null.
    """
    levels = _by_level(track)
    labels = [group_label(track.code, level).alias(_label(level)) for level in levels]
    base = settle(added(frame, labels))
    before = None if before is None else added(before, labels)
    done = Benchmarks(base.drop(*_of_no_more_use(base)))
    for level, indicators in levels.items():
        this_year = [i for i in indicators if _group(i).of == "this_year"]
        last_year = [i for i in indicators if _group(i).of == "last_year"]
        for source, own in ((base, this_year), (before, last_year)):
            if own and source is not None:
                # every group is computed from a frame that was joined with none: plans stay small
                groups = settle(_of_groups(source, level, own))
                done.frame = _joined(done.frame, groups, level)
                done.tables += [_level_table(groups, track, indicator, level) for indicator in own]
    for indicator in track.indicators:
        match indicator.benchmark:
            case Fixed() as fixed:
                _fixed(done, base, track, indicator, fixed)
            case Promised() as promised:
                _promised(done, track, indicator, promised)
    done.frame = added(done.frame, _places(levels))
    grouped = [i for i in track.indicators if isinstance(i.benchmark, GroupBenchmark)]
    done.frame = added(done.frame, (column for i in grouped for column in _chosen(i)))
    return done


def _of_no_more_use(base: Frame) -> list[str]:
    """What only led to values and benchmarks; a wide frame is copied with every join."""
    led = ("__numerator", "__denominator", "__whole", "__unpaired")
    names = base.collect_schema().names()
    return [name for name in names if name.endswith(led) and not name.startswith("group__")]


def _joined(frame: Frame, groups: Frame, level: Level) -> Frame:
    """Add what the groups of a level say to their parcels."""
    if level:
        return with_groups(frame, groups, on=_label(level))
    names = [name for name in groups.collect_schema().names() if name != _label(level)]
    said = only_row(groups)
    return frame.with_columns(
        (no_number() if said.get(name) is None else integer(said[name])).alias(name) for name in names
    )


def _fixed(done: Benchmarks, base: Frame, track: Track, indicator: Indicator, fixed: Fixed) -> None:
    benchmark = integer(int(fixed.value * indicator.scale))
    done.frame = done.frame.with_columns(
        *_columns(indicator, benchmark=benchmark, group=nw.lit(track.code)),
    )
    row = base.select(nw.len().alias("parcels"))
    done.tables.append(_table(row, track, indicator, group=nw.lit(track.code), benchmark=benchmark))


def _promised(done: Benchmarks, track: Track, indicator: Indicator, promised: Promised) -> None:
    per_unit = promised.times * indicator.scale / PROMISES[promised.promise][1]
    promise = half_up(double(nw.col(f"promised_{promised.promise}")) * float(per_unit))
    done.frame = done.frame.with_columns(
        *_columns(indicator, benchmark=promise, group=nw.lit(track.code)),
    )
    # every parcel has its own, and no group has any: an empty table, which may be the only one of a scheme
    done.tables.append(_table(done.frame, track, indicator).head(0))


def _columns(indicator: Indicator, **given: nw.Expr) -> list[nw.Expr]:
    numbers = ("benchmark", "size", "low", "high", "place")
    values = {**{name: no_number() for name in numbers}, "group": no_text(), **given}
    return [value.alias(f"{indicator.code}__{name}") for name, value in values.items()]


def _table(rows: Frame, track: Track, indicator: Indicator, **given: nw.Expr) -> Frame:
    absent = {"group": no_text(), **{name: no_number() for name in ("size", "benchmark", "low", "high")}}
    columns = {"track": nw.lit(track.code), "indicator": nw.lit(indicator.code), **absent, **given}
    return rows.select(*(columns[name].alias(name) for name in RESULTS["benchmarks"]))


def _by_level(track: Track) -> dict[Level, list[Indicator]]:
    """What is to be known of the groups of each level: one pass over the parcels for all indicators."""
    levels: dict[Level, list[Indicator]] = {}
    for indicator in track.indicators:
        if isinstance(indicator.benchmark, GroupBenchmark):
            for level in indicator.benchmark.levels:
                levels.setdefault(level, []).append(indicator)
    return levels


def _at(indicator: Indicator, level: Level, part: str) -> str:
    return f"{indicator.code}__{'_'.join(level) or 'whole'}__{part}"


def _label(level: Level) -> str:
    return f"group__{'_'.join(level) or 'whole'}"


def _places(levels: dict[Level, list[Indicator]]) -> list[nw.Expr]:
    """The rank of each value in its group at each level, where points are given by rank."""
    return [
        nw.col(f"{i.code}__value")
        .rank("min", descending=i.direction == "higher")
        .over(_label(level))
        .cast(nw.Int64)
        .alias(_at(i, level, "place"))
        for level, indicators in levels.items()
        for i in indicators
        if _group(i).method == "peers"
    ]


def _group(indicator: Indicator) -> GroupBenchmark:
    benchmark = indicator.benchmark
    assert isinstance(benchmark, GroupBenchmark)  # noqa: S101 - callers pick these
    return benchmark


def _of_groups(frame: Frame, level: Level, indicators: list[Indicator]) -> Frame:
    """One row per group: for each indicator its size and what its method makes of the values."""
    label = _label(level)
    prepared: list[nw.Expr] = []
    sums: list[nw.Expr] = []
    final: list[nw.Expr] = []
    for indicator in indicators:
        code, benchmark = indicator.code, _group(indicator)
        value = nw.col(f"{code}__value")
        sums.append(value.count().cast(nw.Int64).alias(_at(indicator, level, "size")))
        match benchmark.method:
            case "mean":
                prepared += mean_parts(f"{code}__value")
                sums += _sums(f"{code}__value")
                mean = quotient(total(f"{code}__value"), double(nw.col(_at(indicator, level, "size"))))
                final.append(_times(mean, indicator, level).alias(_at(indicator, level, "benchmark")))
            case "pooled":
                for side in ("numerator", "denominator"):
                    known = nw.when(~value.is_null()).then(nw.col(f"{code}__{side}"))
                    prepared += mean_parts(f"{code}__{side}", known)
                    sums += _sums(f"{code}__{side}")
                per_unit = float(conversion(indicator, unit_table()))
                pooled = quotient(total(f"{code}__numerator") * per_unit, total(f"{code}__denominator"))
                final.append(_times(pooled, indicator, level).alias(_at(indicator, level, "benchmark")))
            case "median" | "quantile":
                frame = _with_middle(frame, label, indicator)
                sums += [
                    nw.col(f"{code}__{half}").max().alias(f"{code}__{half}") for half in ("lower", "upper")
                ]
                middle = (double(nw.col(f"{code}__lower")) + double(nw.col(f"{code}__upper"))) * 0.5
                final.append(_times(middle, indicator, level).alias(_at(indicator, level, "benchmark")))
            case "range":
                sums.append(value.min().alias(_at(indicator, level, "low")))
                sums.append(value.max().alias(_at(indicator, level, "high")))
            case "peers":
                pass
    groups = added(added(frame, prepared).group_by(label).agg(*sums), final)
    wanted = [_at(i, level, part) for i in indicators for part in ("size", *_PARTS[_group(i).method])]
    return groups.select(label, *wanted)  # what only led to them would meet the same of other levels


def _sums(name: str) -> list[nw.Expr]:
    return [sum_of(f"{name}__{half}") for half in ("high", "low")]


def _times(value: nw.Expr, indicator: Indicator, level: Level) -> nw.Expr:
    """The benchmark from what the group's values make; none where no parcel of the group has a value."""
    times = _group(indicator).times
    benchmark = half_up(value if times == 1 else value * float(times))
    return nw.when(nw.col(_at(indicator, level, "size")) > 0).then(benchmark)


def _with_middle(frame: Frame, label: str, indicator: Indicator) -> Frame:
    """Add ``code__lower`` and ``__upper``: values up to the nearest rank, of which to take the largest.

    The median is the mean of the values at the ranks n/2 rounded up and n/2 + 1 rounded down. A value is at
    rank k or below exactly if fewer than k values are less than it; whole numbers only, so that no engine's
    own interpolation matters.
    """
    code = indicator.code
    value, least, count = nw.col(f"{code}__value"), f"{code}__least", f"{code}__count"
    frame = frame.with_columns(
        value.rank("min").over(label).cast(nw.Int64).alias(least),
        value.count().over(label).cast(nw.Int64).alias(count),
    )
    quantile = _group(indicator).quantile
    half = POINT // 2
    wanted = half if quantile is None else int(quantile * POINT)
    reached = (nw.col(least) - 1) * POINT
    lower = reached < nw.col(count) * wanted
    upper = reached <= nw.col(count) * wanted if quantile is None else lower
    return frame.with_columns(
        nw.when(lower).then(value).alias(f"{code}__lower"), nw.when(upper).then(value).alias(f"{code}__upper")
    )


def _level_table(groups: Frame, track: Track, indicator: Indicator, level: Level) -> Frame:
    parts = ("size", *_PARTS[_group(indicator).method])
    given = {part: nw.col(_at(indicator, level, part)) for part in parts}
    return _table(groups, track, indicator, group=nw.col(_label(level)), **given)


def _chosen(indicator: Indicator) -> list[nw.Expr]:
    """Of the levels, the narrowest whose group is large enough; the widest counts whatever its size."""
    benchmark = _group(indicator)
    parts = ("place",) if benchmark.method == "peers" else _PARTS[benchmark.method]
    *narrower, widest = benchmark.levels

    def pick(part: str) -> nw.Expr:
        chosen = nw.col(_label(widest) if part == "group" else _at(indicator, widest, part))
        for level in reversed(narrower):
            enough = nw.col(_at(indicator, level, "size")) >= benchmark.smallest
            own = nw.col(_label(level) if part == "group" else _at(indicator, level, part))
            chosen = nw.when(enough).then(own).otherwise(chosen)
        return chosen

    return _columns(indicator, **{part: pick(part) for part in ("group", "size", *parts)})
