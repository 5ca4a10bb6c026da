"""Parcel by parcel: who moved, by how many points, ranks and grades; for analysts also why."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from service.domain.scheme import Indicator, Scheme
from service.evaluation.explain.quantities import decimal
from service.reference.tables import unit_table
from service.whatif.comparing import Compared
from service.whatif.pairs import SIDES, Side, differs
from service.whatif.report import Amount, Item, Move, Moves

Which = Literal["graded", "moved", "all"]
"""``graded``: whose status or grade changed; ``moved``: whose points, rank or flags did, too; ``all``."""

_POINT, _SQUARE_METRE = 1_000_000, 100
_SHOWN = (
    *("track", "status", "reason", "points", "rank", "ranked", "grade"),
    *("low_efficiency", "far_uplift"),
)


def moves(compared: Compared, which: Which, offset: int, limit: int, *, figures: bool) -> Moves:
    """Return a page of parcels; with ``figures`` also amounts and items, which are for analysts."""
    wanted = {
        "graded": differs("status", "grade"),
        "moved": differs("status", "grade", "points", "rank", "low_efficiency", "far_uplift"),
        "all": pl.lit(True),
    }[which]
    found = compared.pairs.filter(wanted)
    page = found.sort(
        pl.col("grade_steps").abs(),
        pl.col("points_change").abs(),
        pl.col("parcel_code"),
        descending=[True, True, False],
        nulls_last=True,
    ).slice(offset, limit)
    parcels = [_move(row) for row in page.iter_rows(named=True)]
    if figures:
        _add_figures(compared, parcels)
    return Moves(total=found.height, offset=offset, parcels=parcels)


def _move(row: dict[str, Any]) -> Move:
    values = {f"{name}_{side}": row[f"{name}__{side}"] for name in _SHOWN for side in SIDES}
    values |= {f"points_{side}": _points(row[f"points__{side}"]) for side in SIDES}
    area = row["land_area__before"] if row["land_area__after"] is None else row["land_area__after"]
    return Move(
        **values,
        parcel_code=row["parcel_code"],
        town=row["town__before"] if row["town__after"] is None else row["town__after"],
        points_change=_points(row["points_change"]),
        rank_change=row["rank_change"],
        grade_steps=row["grade_steps"],
        land_area_m2=None if area is None else area / _SQUARE_METRE,
    )


def _points(minor: int | None) -> float | None:
    return None if minor is None else minor / _POINT


def _add_figures(compared: Compared, parcels: list[Move]) -> None:
    codes = [move.parcel_code for move in parcels]
    before, after = _rows(compared.before, codes), _rows(compared.after, codes)
    metrics = sorted({*compared.before.scheme.metrics, *compared.after.scheme.metrics})
    indicators = _indicators(compared.before.scheme, compared.after.scheme)
    for move in parcels:
        rows = before.get(move.parcel_code, {}), after.get(move.parcel_code, {})
        move.amounts = {metric: _amount(metric, *rows) for metric in metrics}
        move.items = {code: _item(code, *known, *rows) for code, known in indicators.items()}


def _rows(side: Side, codes: list[str]) -> dict[str, dict[str, Any]]:
    wanted = pl.DataFrame({"parcel_code": codes}, schema={"parcel_code": pl.String})
    rows = side.scores.join(wanted, on="parcel_code", how="semi")
    return {row["parcel_code"]: row for row in rows.iter_rows(named=True)}


_Sides = tuple[Indicator | None, Indicator | None]


def _indicators(before: Scheme, after: Scheme) -> dict[str, _Sides]:
    old, new = ({each.code: each for each in scheme.indicators} for scheme in (before, after))
    return {code: (old.get(code), new.get(code)) for code in {**old, **new}}


def _amount(metric: str, before: dict[str, Any], after: dict[str, Any]) -> Amount:
    known = unit_table().metrics[metric]
    texts = (_text(row.get(f"{metric}__amount"), known.minor_per_unit) for row in (before, after))
    return Amount(unit=known.unit, **dict(zip(SIDES, texts, strict=True)))


def _item(
    code: str,
    old: Indicator | None,
    new: Indicator | None,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Item:
    texts = {
        side: None if known is None else _text(row.get(f"{code}__value"), known.scale)
        for side, known, row in (("before", old, before), ("after", new, after))
    }
    units = dict.fromkeys(known.unit for known in (old, new) if known is not None)
    return Item(
        value=Amount(unit=" → ".join(units), **texts),
        points_before=_points(before.get(f"{code}__points")),
        points_after=_points(after.get(f"{code}__points")),
    )


def _text(minor: int | None, per_unit: int) -> str | None:
    """A number in its unit, exactly: units are powers of ten or small multiples of them."""
    if minor is None:
        return None
    exact = Fraction(minor, per_unit)
    return decimal(Decimal(exact.numerator) / Decimal(exact.denominator))
