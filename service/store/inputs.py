"""What an evaluation reads of a district, as the store has it now.

The enterprises that concern a district are those that hold a parcel of it, those with a figure for one of its
parcels, and those that have figures but hold no parcel that is known anywhere. They come with all their
holdings, also those in other districts, so that nothing of what belongs there is placed here.
"""

from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, Integer, and_, case, cast, exists, or_, select, true

from service.domain.tables import KEYS, SNAPSHOT
from service.reference.tables import unit_table
from service.store.models import Batch, Enterprise, Figure, Occupancy, Parcel
from service.store.tables import frame

_AREAS = {
    f"{kind}_area": f"{kind}_area_m2"
    for kind in ("registered", "approved", "contract", "surveyed", "occupied", "geodesic", "floor")
}
_SQUARE_METRE, _MILLIONTH = 100, 1_000_000  # minor units in one


class _Scope(NamedTuple):
    """What is read; in a store of one district nothing needs to be sorted out by the database."""

    connection: Connection
    district: str
    period: str
    is_only: bool


def read(connection: Connection, district: str, period: str) -> dict[str, pl.DataFrame]:
    """Return the tables of `service.domain.tables.SNAPSHOT` in canonical order, with figures in effect."""
    others = select(exists().where(Parcel.district != district))
    scope = _Scope(connection, district, period, is_only=not connection.execute(others).scalar_one())
    held, totals, metered = _occupancies(scope), _enterprise_totals(scope), _parcel_figures(scope)

    placed_elsewhere = _holders_elsewhere(scope)
    holders = held.filter("here").select("uscc")
    of_meters = metered.filter(pl.col("here"), pl.col("part_of") != "").select(uscc="part_of")
    homeless = totals.filter("handed_over_here").select("uscc").join(placed_elsewhere, on="uscc", how="anti")
    members = pl.concat([holders, of_meters, homeless]).unique()

    of_members = pl.col("part_of").is_in(members["uscc"].implode())
    unknown_here = ~pl.col("here") & ~pl.col("elsewhere") & pl.col("handed_over_here")
    tables = {
        "parcels": _parcels(scope),
        "enterprises": _enterprises(scope).join(members, on="uscc", how="semi"),
        "occupancies": held.join(members, on="uscc", how="semi").select(*SNAPSHOT["occupancies"]),
        "enterprise_figures": _wide(totals.join(members, on="uscc", how="semi"), "enterprise_figures"),
        "parcel_figures": _wide(metered.filter(pl.col("here") | of_members | unknown_here), "parcel_figures"),
    }
    return {name: table.sort(KEYS[name], nulls_last=True) for name, table in tables.items()}


def _holders_here(district: str) -> Any:
    holders = select(Occupancy.uscc).join(Parcel, Parcel.code == Occupancy.parcel_code)
    return holders.where(Parcel.district == district)


def _concerns(scope: _Scope, uscc: Any) -> ColumnElement[bool]:
    """Which enterprises to fetch at all: a few too many are sorted out afterwards."""
    if scope.is_only:
        return true()
    metered = select(Figure.part_of).join(Parcel, Parcel.code == Figure.subject_code)
    metered = metered.where(Parcel.district == scope.district, Figure.part_of != "")
    anywhere = exists().where(Occupancy.uscc == uscc, Parcel.code == Occupancy.parcel_code)
    return or_(uscc.in_(_holders_here(scope.district)), uscc.in_(metered), ~anywhere)


def _current(scope: _Scope, kind: str) -> ColumnElement[bool]:
    return and_(Figure.subject_kind == kind, Figure.period == scope.period, Figure.superseded_by.is_(None))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _is_here(scope: _Scope) -> ColumnElement[int]:
    return _flag(Parcel.district == scope.district)


def _is_elsewhere(scope: _Scope) -> ColumnElement[int]:
    return _flag(Parcel.district != scope.district)


def _handed_over_here(scope: _Scope) -> ColumnElement[int]:
    """What has no place of its own belongs to the district it was handed over for, or to every one."""
    return _flag(or_(Batch.district.is_(None), Batch.district == "", Batch.district == scope.district))


def _scaled(column: str, per_unit: int) -> pl.Expr:
    """A double as a whole number of minor units; stored values are decimals, only their form is binary."""
    return (pl.col(column) * per_unit + 0.5).floor().cast(pl.Int64)


def _parcels(scope: _Scope) -> pl.DataFrame:
    columns = [
        Parcel.code,
        Parcel.town,
        Parcel.land_use,
        *(getattr(Parcel, name) for name in _AREAS.values()),
    ]
    query = select(*columns, Parcel.far, Parcel.far_limit).where(Parcel.district == scope.district)
    texts = dict.fromkeys(("parcel_code", "town", "land_use"), "str")
    numbers = dict.fromkeys((*_AREAS, "far", "far_limit"), "float")
    return (
        frame(scope.connection, query, texts | numbers)
        .with_columns(
            *(_scaled(name, _SQUARE_METRE) for name in _AREAS),
            _scaled("far", _MILLIONTH),
            _scaled("far_limit", _MILLIONTH),
        )
        .select(*SNAPSHOT["parcels"])
    )


def _enterprises(scope: _Scope) -> pl.DataFrame:
    query = select(Enterprise.uscc, Enterprise.industry, cast(Enterprise.above_scale, Integer))
    return frame(scope.connection, query.where(_concerns(scope, Enterprise.uscc)), SNAPSHOT["enterprises"])


def _occupancies(scope: _Scope) -> pl.DataFrame:
    """Holdings here, of unknown parcels, and of the holders here elsewhere."""
    concerns = or_(
        Parcel.code.is_(None),
        Parcel.district == scope.district,
        Occupancy.uscc.in_(_holders_here(scope.district)),
    )
    query = (
        select(
            Occupancy.parcel_code,
            Occupancy.uscc,
            Occupancy.role,
            Occupancy.floor_area_m2,
            Occupancy.land_area_m2,
            Occupancy.electricity_kwh,
            Occupancy.manual_share,
            Occupancy.valid_from,
            Occupancy.valid_to,
            _is_elsewhere(scope),
            _is_here(scope),
        )
        .join(Parcel, Parcel.code == Occupancy.parcel_code, isouter=True)
        .where(true() if scope.is_only else concerns)
    )
    measures = ("floor_area", "land_area", "electricity", "manual_share")
    columns = {name: "float" if name in measures else kind for name, kind in SNAPSHOT["occupancies"].items()}
    watt_hours = unit_table().metrics["electricity"].minor_per_unit
    return frame(scope.connection, query, {**columns, "here": "bool"}).with_columns(
        _scaled("floor_area", _SQUARE_METRE),
        _scaled("land_area", _SQUARE_METRE),
        _scaled("electricity", watt_hours),
        _scaled("manual_share", _MILLIONTH),
    )


def _holders_elsewhere(scope: _Scope) -> pl.DataFrame:
    if scope.is_only:
        return pl.DataFrame(schema={"uscc": pl.String})
    query = select(Occupancy.uscc).join(Parcel, Parcel.code == Occupancy.parcel_code)
    return frame(scope.connection, query.where(Parcel.district != scope.district).distinct(), {"uscc": "str"})


def _enterprise_totals(scope: _Scope) -> pl.DataFrame:
    query = (
        select(Figure.subject_code, Figure.metric, Figure.value, _handed_over_here(scope))
        .join(Batch, Batch.id == Figure.batch_id)
        .where(_current(scope, "enterprise"), _concerns(scope, Figure.subject_code))
    )
    columns = {"uscc": "str", "metric": "str", "value": "int", "handed_over_here": "bool"}
    return frame(scope.connection, query, columns)


def _parcel_figures(scope: _Scope) -> pl.DataFrame:
    concerns = or_(Parcel.code.is_(None), Parcel.district == scope.district, Figure.part_of != "")
    query = (
        select(
            Figure.subject_code,
            Figure.part_of,
            _is_elsewhere(scope),
            Figure.metric,
            Figure.value,
            _is_here(scope),
            _handed_over_here(scope),
        )
        .join(Batch, Batch.id == Figure.batch_id)
        .join(Parcel, Parcel.code == Figure.subject_code, isouter=True)
        .where(_current(scope, "parcel"), concerns)
    )
    flags = {"here": "bool", "handed_over_here": "bool"}
    columns = {**SNAPSHOT["parcel_figures"], "metric": "str", "value": "int", **flags}
    return frame(scope.connection, query, columns).with_columns(pl.col("part_of").fill_null(""))


def _wide(figures: pl.DataFrame, table: str) -> pl.DataFrame:
    """One row per subject, one column per metric that anybody reported."""
    keys = list(SNAPSHOT[table])
    wide = figures.pivot(on="metric", index=keys, values="value")
    return wide.select(*keys, *sorted(set(wide.columns) - set(keys)))
