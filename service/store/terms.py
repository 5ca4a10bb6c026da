"""What binds a parcel, as the store has it now: contract, plan, buildings; and figures of firms."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, Date, Float, select

from service.store.built import buildings
from service.store.frames import frame
from service.store.models import Building, Figure, GrantContract, Parcel

_NOT_TOLD = ("id", "source_row_id")


def contracts(connection: Connection, district: str) -> pl.DataFrame:
    """Return the grant contracts in force of a district, all columns under their names in the store."""
    columns = [column for column in GrantContract.__table__.c if column.name not in _NOT_TOLD]
    kinds = {
        column.name: "date"
        if isinstance(column.type, Date)
        else "float"
        if isinstance(column.type, Float)
        else "str"
        for column in columns
    }
    here = select(Parcel.code).where(Parcel.district == district)
    return frame(connection, select(*columns).where(GrantContract.parcel_code.in_(here)), kinds)


def plan_limits(connection: Connection, district: str) -> pl.DataFrame:
    """Return what the plan allows on the parcels of a district: shares 0…1, metres."""
    names = ("coverage_max", "green_min", "height_max_m")
    return frame(
        connection,
        select(Parcel.code, *(getattr(Parcel, name) for name in names)).where(Parcel.district == district),
        {"parcel_code": "str", **dict.fromkeys(names, "float")},
    )


def storeys(connection: Connection, district: str) -> pl.DataFrame:
    """Return the buildings on the parcels of a district: ``parcel_code``, ``floors``, metres and m²."""
    located = buildings(connection, Parcel.district == district)
    told = frame(
        connection,
        select(Building.code, Building.floors, Building.height_m),
        {"code": "str", "floors": "int", "height_m": "float"},
    )
    return located.join(told, on="code", how="left").select(
        "parcel_code", "floors", "height_m", pl.col("floor_area").alias("floor_area_m2")
    )


def figures(connection: Connection, period: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Return figures in effect of enterprises: ``uscc``, ``metric``, ``value`` in minor units."""
    query = select(Figure.subject_code, Figure.metric, Figure.value).where(
        Figure.period == period,
        Figure.subject_kind == "enterprise",
        Figure.superseded_by.is_(None),
        Figure.metric.in_(metrics),
    )
    return frame(connection, query, {"uscc": "str", "metric": "str", "value": "int"})
