"""What every step needs of a lazy frame: exact rounding, sums that cannot overflow, the largest of a group.

Results must be equal on every engine, so: additive and ranked values are int64; doubles are divided by
`quotient` alone; rounding is ``floor(x + 0.5)``; nothing depends on row order. Columns of a metric or an
indicator are named ``code__part``: plain identifiers, which no engine has to quote.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from service.domain.tables import Columns

Frame = nw.LazyFrame[Any]
Frames = dict[str, Frame]
Settle = Callable[[Frame], Frame]

LIMIT = float(2**53)
"""Values saturate at ±2^53: beyond it a double no longer holds every integer."""

_CHUNK = 2**20

_TYPES: dict[str, Any] = {
    "str": nw.String,
    "int": nw.Int64,
    "float": nw.Float64,
    "bool": nw.Boolean,
    "date": nw.Date,
}


def stacked(columns: Columns, *tables: Frame) -> Frame:
    """Put tables on top of each other, each with these columns in their order and types.

    Engines differ in the type of a sum or of a missing value, and stack only what is alike.
    """
    declared = [nw.col(name).cast(_TYPES[kind]) for name, kind in columns.items()]
    alike = [table.select(*declared) for table in tables]
    return alike[0] if len(alike) == 1 else nw.concat(alike)


def added(frame: Frame, columns: Iterable[nw.Expr]) -> Frame:
    """Return the frame with these columns, also when there are none."""
    wanted = list(columns)
    return frame.with_columns(*wanted) if wanted else frame


def half_up(value: nw.Expr) -> nw.Expr:
    """Round a double to the nearest int64, halves up."""
    return (value + 0.5).floor().clip(-LIMIT, LIMIT).cast(nw.Int64)


def with_groups(rows: Frame, groups: Frame, on: str) -> Frame:
    """Add to rows what their group says; there are few groups, each once.

    Polars alone can keep the rows as they lie, and copies nothing of them then. (For a table as long as the
    rows themselves its usual join takes a third of that.)
    """
    if rows.implementation.is_polars():
        native: Any = rows.to_native()
        kept: Frame = nw.from_native(
            native.join(groups.to_native(), on=on, how="left", maintain_order="left")
        )
        return kept
    return rows.join(groups, on=on, how="left")


def only_row(frame: Frame) -> dict[str, Any]:
    """Return the values of the one row of a small frame; none where it is empty.

    What is one number for all parcels is better written into the plan than joined to a million rows.
    """
    rows = frame.collect().rows(named=True)
    return dict(rows[0]) if rows else {}


def double(value: nw.Expr) -> nw.Expr:
    """Return an int64 as a double."""
    return value.cast(nw.Float64)


def quotient(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Return a ÷ b as IEEE 754 says, missing where b is zero.

    Polars multiplies by the reciprocal where b is one value for all rows, which it may be without anybody
    having written a literal; adding 0·a makes a column of it.
    """
    return nw.when(b != 0).then(a / (b + a * 0.0))


def integer(value: int) -> nw.Expr:
    """Return a literal that is an int64, whatever its size."""
    return nw.lit(value, dtype=nw.Int64)


def no_number() -> nw.Expr:
    """A missing int64."""
    return nw.lit(None).cast(nw.Int64)


def no_text() -> nw.Expr:
    """A missing text."""
    return nw.lit(None).cast(nw.String)


def sum_of(name: str) -> nw.Expr:
    """The sum of a group as int64: DuckDB's own has 128 bits, and only like columns can be stacked."""
    return nw.col(name).sum().cast(nw.Int64)


def one_if(condition: nw.Expr) -> nw.Expr:
    """1 where the condition holds, 0 where it does not or is unknown: for counting by a sum."""
    return nw.when(condition).then(integer(1)).otherwise(integer(0))


def with_metrics(frame: Frame, metrics: Iterable[str]) -> Frame:
    """Return the frame with a column for every metric; those nobody reported are null."""
    known = set(frame.collect_schema().names())
    return added(frame, (no_number().alias(metric) for metric in metrics if metric not in known))


def codes(*pairs: tuple[nw.Expr, str]) -> nw.Expr:
    """Join with ``,`` the codes whose condition holds; no code gives an empty text."""
    if not pairs:
        return nw.lit("")
    chosen = [nw.when(condition).then(nw.lit(code)) for condition, code in pairs]
    return nw.concat_str(nw.lit(""), *chosen, separator=",", ignore_nulls=True).str.slice(1)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes behind the numbers of parcels and enterprises."""

    places: Frame
    firms: Frame

    def of_parcels(self, rows: Frame) -> Frame:
        """Add ``parcel_code`` to rows with ``parcel``."""
        return rows.join(self.places, on="parcel", how="left")

    def of_enterprises(self, rows: Frame) -> Frame:
        """Add ``uscc`` to rows with ``enterprise``; empty where there is none."""
        return rows.join(self.firms, on="enterprise", how="left").with_columns(nw.col("uscc").fill_null(""))


def mean_parts(name: str, value: nw.Expr | None = None) -> list[nw.Expr]:
    """The high and the low part of a column, to be summed apart: a sum of int64 wraps silently."""
    value = nw.col(name) if value is None else value
    high = (double(value) * (1.0 / _CHUNK)).floor().cast(nw.Int64)  # a power of two: exact
    return [high.alias(f"{name}__high"), (value - high * _CHUNK).alias(f"{name}__low")]


def total(name: str) -> nw.Expr:
    """The sum of ``name`` in a frame aggregated from `mean_parts`, as a double rounded once."""
    return double(nw.col(f"{name}__high")) * float(_CHUNK) + double(nw.col(f"{name}__low"))


def sums_by(frame: Frame, keys: Sequence[str], *names: str) -> Frame:
    """Sum columns per key without overflow, in halves for `total`, and count the group as ``size``.

    Rows where any of the columns is null are left out.
    """
    known = frame.filter(*(~nw.col(name).is_null() for name in names))
    parts = known.select(*keys, *(part for name in names for part in mean_parts(name)))
    return parts.group_by(*keys).agg(
        *(sum_of(f"{name}__{half}") for name in names for half in ("high", "low")),
        nw.len().cast(nw.Int64).alias("size"),
    )


def largest(frame: Frame, key: str, size: str, tie: str) -> Frame:
    """Return, per ``key``, the ``tie`` of the row with the largest ``size``; of equals the smallest."""
    top = frame.group_by(key).agg(nw.col(size).max().alias("top"))
    rows = frame.select(key, size, tie).join(top, on=key, how="inner").filter(nw.col(size) == nw.col("top"))
    return rows.group_by(key).agg(nw.col(tie).min())
