"""Buildings (建筑物) on parcels: by the code they were handed over with, else where their outline lies.

A building lies on the parcel that holds more than half of its outline. What is built on a parcel counts for
it only where the register says nothing, and only if the floor area of every building there is known: a part
of it would pass for all.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, exists, func, or_, select

from service.store.frames import frame
from service.store.models import Building, Parcel
from service.store.spatial import wkb

_BUILDINGS = {"id": "int", "code": "str", "stated": "str", "floor_area": "float", "footprint_area": "float"}
_LOCATED = {
    "parcel_code": pl.String,
    "code": pl.String,
    "floor_area": pl.Float64,
    "footprint_area": pl.Float64,
}


def built(connection: Connection, district: str) -> pl.DataFrame:
    """Return the floor area and the covered ground of the parcels of a district that have buildings, in m².

    ``floor_area`` is null where that of a building is not known.
    """
    located = buildings(connection, Parcel.district == district)
    floor = pl.col("floor_area")
    return located.group_by("parcel_code").agg(
        pl.when(floor.is_null().any()).then(None).otherwise(floor.sum()).alias("floor_area"),
        pl.col("footprint_area").sum(),
    )


def buildings(connection: Connection, of_parcels: Any) -> pl.DataFrame:
    """Return the buildings on parcels: ``parcel_code``, ``code``, ``floor_area``, ``footprint_area`` in m².

    :param of_parcels: condition on parcels. The outline covers the ground where no footprint is recorded.
    """
    if not connection.execute(select(exists().select_from(Building.__table__))).scalar_one():
        return pl.DataFrame(schema=_LOCATED)
    wanted = frame(connection, select(Parcel.code).where(of_parcels), {"parcel_code": "str"})["parcel_code"]
    covered = func.coalesce(Building.footprint_area_m2, Building.geodesic_area_m2)
    found = frame(
        connection,
        select(Building.id, Building.code, Building.parcel_code, Building.floor_area_m2, covered),
        _BUILDINGS,
    )
    # a code that nobody knows is no better than none
    placed = found.join(_where_outlines_lie(connection, of_parcels), on="id", how="left")
    return placed.select(
        pl.coalesce("lies_on", "stated").alias("parcel_code"), "code", "floor_area", "footprint_area"
    ).filter(pl.col("parcel_code").is_in(wanted.implode()))


def _where_outlines_lie(connection: Connection, of_parcels: Any) -> pl.DataFrame:
    """The parcel of each building that names none, or one that nobody knows."""
    named = exists().where(Parcel.code == Building.parcel_code)
    homeless = select(Building.id, wkb(Building.__table__.c.geom)).where(
        or_(Building.parcel_code.is_(None), ~named)
    )
    ids, outlines = _geometries(connection, homeless)
    schema = {"id": pl.Int64, "lies_on": pl.String}
    if not len(ids):
        return pl.DataFrame(schema=schema)
    codes, parcels = _geometries(
        connection, select(Parcel.code, wkb(Parcel.__table__.c.geom)).where(of_parcels)
    )
    # degrees are fine: a share of an outline is the same in any unit
    building, parcel = shapely.STRtree(parcels).query(outlines, predicate="intersects")
    common = shapely.area(shapely.intersection(outlines[building], parcels[parcel]))
    holds = common > shapely.area(outlines[building]) / 2
    return pl.DataFrame(
        {"id": ids[building[holds]], "lies_on": codes[parcel[holds]].astype(object)}, schema=schema
    )


def _geometries(
    connection: Connection, query: Select[*tuple[Any, ...]]
) -> tuple[NDArray[Any], NDArray[np.object_]]:
    rows = connection.execute(query).all()
    keys = np.array([row[0] for row in rows])
    return keys, shapely.from_wkb(np.array([bytes(row[1]) for row in rows], dtype=object))


def sources(connection: Connection, codes: Collection[str]) -> list[dict[str, Any]]:
    """Return the buildings on parcels whose register tells no floor area: ``parcel_code``, ``code``, row."""
    condition = Parcel.code.in_(sorted(codes)) & Parcel.floor_area_m2.is_(None)
    located = buildings(connection, condition)
    if located.is_empty():
        return []
    rows = dict(
        connection.execute(
            select(Building.code, Building.source_row_id).where(Building.code.in_(located["code"].to_list()))
        ).all()
    )
    return [
        {"parcel_code": row["parcel_code"], "code": row["code"], "source_row_id": rows[row["code"]]}
        for row in located.sort("parcel_code", "code").rows(named=True)
    ]
