"""Try cases (算例) on a scheme: evaluate each by itself and compare it with what it expects."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from service.domain.cases import CaseParcel, Expected
from service.domain.scheme import POINT, Scheme
from service.domain.tables import SNAPSHOT
from service.errors import InvalidCases
from service.jobs.evaluating import calculate
from service.jobs.periods import require_period
from service.reference.case_rows import Rows, parcel_code
from service.reference.case_text import Cases, read_cases
from service.reference.schemes import load_scheme, scheme_names
from service.store.frames import TYPES
from service.store.numbering import numbered

_IN_MILLIONTHS = {
    "sum_of_items": "items",
    "correction": "correction",
    "bonus": "bonus",
    "deduction": "deduction",
    "total": "points",
}
_LISTS = ("adjustments", "low_efficiency_reasons", "far_uplift_reasons")
_BY_INDICATOR = {"values": "value", "benchmarks": "benchmark", "items": "points", "outcomes": "outcome"}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What came out otherwise: of which parcel, what (``items.tax_per_mu``), and both as text."""

    parcel: str
    what: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A case with all that came out otherwise; it passed when that is nothing."""

    title: str
    line: int
    mismatches: tuple[Mismatch, ...]


def open_cases(path: Path) -> Cases:
    """Return the cases in a file; raises `InvalidCases`."""
    try:
        return read_cases(path.read_text(encoding="utf-8"), str(path))
    except OSError:
        raise InvalidCases(f"There is no file {path}.", f"没有文件 {path}。", place=str(path)) from None
    except UnicodeDecodeError:
        raise InvalidCases("Cases are a UTF-8 text.", "算例文件须为 UTF-8 编码。", place=str(path)) from None


def scheme_of(cases: Cases) -> Scheme:
    """Return the scheme that the cases name; raises `NotFound` or `InvalidScheme`."""
    name = cases.content.scheme
    beside = Path(cases.file).parent / name
    return load_scheme(str(beside) if name not in scheme_names() and beside.is_file() else name)


def try_cases(cases: Cases, scheme: Scheme) -> Iterator[Tried]:
    """Evaluate every case and compare; a scheme not yet in force can be tried.

    Raises `InvalidCases`, and `InvalidParameter` when the scheme is not for the period.
    """
    period = cases.content.period
    require_period(period, scheme)
    for case, line, rows in cases.rows(scheme):
        scores = calculate(_tables(rows), scheme, period)["scores"]
        found = {row["parcel_code"]: row for row in scores.iter_rows(named=True)}
        mismatches = [
            mismatch
            for index, parcel in enumerate(case.parcels)
            for mismatch in _compared(parcel, index, found, scheme)
        ]
        yield Tried(case.title, line, tuple(mismatches))


def _tables(rows: Rows) -> dict[str, pl.LazyFrame]:
    tables: dict[str, pl.DataFrame] = {}
    for name, columns in SNAPSHOT.items():
        schema: dict[str, Any] = {column: TYPES[kind] for column, kind in columns.items()}
        more = sorted({column for row in rows[name] for column in row} - schema.keys())
        schema |= dict.fromkeys(more, pl.Int64)
        full = [{column: row.get(column) for column in schema} for row in rows[name]]
        tables[name] = pl.DataFrame(full, schema=schema)
    return {name: table.lazy() for name, table in numbered(tables).items()}


def _compared(
    parcel: CaseParcel, index: int, found: dict[str, dict[str, Any]], scheme: Scheme
) -> Iterator[Mismatch]:
    if parcel.expect is None:
        return
    code = parcel_code(parcel, index)
    for what, expected, actual in _pairs(parcel.expect, found[code], scheme):
        if isinstance(expected, Decimal) and isinstance(actual, Decimal):
            actual = _as_written(actual, expected)
        if expected != actual:
            yield Mismatch(code, what, _text(expected), _text(actual))


def _pairs(expected: Expected, row: dict[str, Any], scheme: Scheme) -> Iterator[tuple[str, Any, Any]]:
    """Everything that is stated, beside what came out, in the same kind and unit."""
    scales = {indicator.code: indicator.scale for indicator in scheme.indicators}
    for name in Expected.model_fields:
        if name not in expected.model_fields_set:
            continue
        stated = getattr(expected, name)
        if name in _BY_INDICATOR:
            part = _BY_INDICATOR[name]
            for code, each in stated.items():
                scale = POINT if part == "points" else scales[code]
                actual = row.get(f"{code}__{part}")  # an indicator has the parts that it uses
                yield f"{name}.{code}", each, actual if part == "outcome" else _number(actual, scale)
        elif name in _IN_MILLIONTHS:
            yield name, stated, _number(row[_IN_MILLIONTHS[name]], POINT)
        elif name == "additional_floor_area":
            yield name, stated, _number(row[name], 100)
        elif name in _LISTS:
            yield name, set(stated), set((row[name] or "").split(",")) - {""}
        else:
            yield name, stated, row[name]


def _number(minor: int | None, per_unit: int) -> Decimal | None:
    return None if minor is None else Decimal(minor) / per_unit


def _as_written(actual: Decimal, expected: Decimal) -> Decimal:
    """Return the actual number with the decimals of the expected one; unrounded where they then differ."""
    places = expected.as_tuple().exponent
    unit = Decimal(1).scaleb(min(places, 0) if isinstance(places, int) else 0)
    rounded = actual.quantize(unit, ROUND_HALF_UP)
    return expected if rounded == expected else actual


def _text(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case set():
            return ", ".join(sorted(value)) or "none"
        case Decimal():
            return format(value.normalize(), "f")
    return str(value)
