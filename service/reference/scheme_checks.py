"""What a scheme must agree with beyond its own form: metrics, units, scales, promises, marks, rules."""

from collections.abc import Iterator
from fractions import Fraction

from service.domain.expressions import Kind, RuleError, Vocabulary, parse_rule
from service.domain.scheme import AREAS, Bonus, Deduction, Fixed, Indicator, Promised, Scheme
from service.domain.tables import PROMISES
from service.domain.units import UnitError, UnitTable
from service.reference.yaml_lines import Misplaced, Place

_SEVEN_DIGITS = 10**6
MARK = "mark"
"""The quantity of metrics that only say yes: 标识."""


def problems(scheme: Scheme, table: UnitTable) -> Iterator[Misplaced]:
    """Yield every place where the scheme does not agree with the reference tables."""
    for t, track in enumerate(scheme.tracks):
        for i, indicator in enumerate(track.indicators):
            yield from _of_indicator(indicator, table, ("tracks", t, "indicators", i))
        known = scheme.valued_vocabulary(track)
        for name in ("bonuses", "deductions"):
            for r, rule in enumerate(getattr(track, name)):
                yield from _of_count(rule, known, table, ("tracks", t, name, r, "per"))
    for rule in scheme.rules():
        try:
            parse_rule(rule.text, _without_strangers(scheme, rule.known, table))
        except RuleError as error:
            yield Misplaced(str(error), rule.place)


def marks(table: UnitTable) -> tuple[str, ...]:
    """Return the codes of all metrics that are marks."""
    return tuple(code for code, metric in table.metrics.items() if metric.quantity == MARK)


def _without_strangers(scheme: Scheme, known: Vocabulary, table: UnitTable) -> Vocabulary:
    """The vocabulary without names that the scheme takes for marks and the table does not know."""
    strangers = set(scheme.marks) - set(marks(table))
    return {name: each for name, each in known.items() if name not in strangers}


def _of_count(
    rule: Bonus | Deduction, known: Vocabulary, table: UnitTable, place: Place
) -> Iterator[Misplaced]:
    if rule.per is None:
        return
    counted = known.get(rule.per)
    is_count = counted is not None and counted.kind is Kind.NUMBER and counted.per_unit == 1
    if not is_count or (rule.per not in marks(table) and rule.per not in _COUNTS):
        choices = ", ".join([*_COUNTS, *marks(table)])
        yield Misplaced(f"{rule.per!r} is nothing that can be counted; these can: {choices}.", place)


_COUNTS = ("occupants", "tenants", "tenants_below_scale")


def _of_indicator(indicator: Indicator, table: UnitTable, here: Place) -> Iterator[Misplaced]:
    if indicator.code in marks(table):
        yield Misplaced(f"The indicator {indicator.code!r} has the name of a mark.", (*here, "code"))
    strangers = list(_unknown_sides(indicator, table, here))
    if strangers:
        yield from strangers  # units of what is unknown cannot be looked at
        return
    try:
        conversion(indicator, table)
    except UnitError as error:
        yield Misplaced(str(error), (*here, "unit"))
    benchmark = indicator.benchmark
    if isinstance(benchmark, Fixed):
        yield from _of_scale(indicator, benchmark, (*here, "benchmark"))
    if isinstance(benchmark, Promised) and PROMISES[benchmark.promise][0] != indicator.unit:
        unit = PROMISES[benchmark.promise][0]
        yield Misplaced(
            f"Contracts promise {benchmark.promise} in {unit}; the indicator is in {indicator.unit}.",
            (*here, "benchmark", "promise"),
        )


def _unknown_sides(indicator: Indicator, table: UnitTable, here: Place) -> Iterator[Misplaced]:
    for side in ("numerator", "denominator"):
        name = getattr(indicator, side)
        if name not in AREAS and (name not in table.metrics or name in marks(table)):
            known = ", ".join([*AREAS, *sorted(set(table.metrics) - set(marks(table)))])
            yield Misplaced(f"Unknown metric {name!r}; known are {known}.", (*here, side))


def _of_scale(indicator: Indicator, fixed: Fixed, place: Place) -> Iterator[Misplaced]:
    minor = fixed.value * indicator.scale
    if minor < _SEVEN_DIGITS or minor != int(minor):
        yield Misplaced(
            f"A scale of {indicator.scale} keeps fewer than seven significant digits, or not all digits, of "
            f"the benchmark {fixed.value}; give the indicator a larger 'scale'.",
            place,
        )


def conversion(indicator: Indicator, table: UnitTable) -> Fraction:
    """Return what turns minor units of numerator ÷ denominator into the indicator's own minor unit.

    The unit reads ``万元/亩``, or ``1`` for a ratio of like to like. Raises `UnitError`.
    """
    numerator, _, denominator = indicator.unit.partition("/")
    if not denominator:
        if indicator.unit != "1" or _quantity(indicator.numerator, table) != _quantity(
            indicator.denominator, table
        ):
            raise UnitError(
                f"{indicator.unit!r} is not a unit of {indicator.numerator} ÷ {indicator.denominator}."
            )
        return Fraction(indicator.scale)
    of_numerator = _minor(indicator.numerator, numerator, table)
    return _minor(indicator.denominator, denominator, table) / of_numerator * indicator.scale


def _quantity(name: str, table: UnitTable) -> str:
    return "area" if name in AREAS else table.metrics[name].quantity


def _minor(name: str, symbol: str, table: UnitTable) -> Fraction:
    """Minor units of a metric or area in one ``symbol``."""
    unit = table.units.get(symbol)
    if unit is None or unit.quantity != _quantity(name, table):
        raise UnitError(f"{symbol!r} is not a unit of {name}.")
    return unit.minor
