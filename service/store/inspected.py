"""What energy inspections (能源检查) listed, and the outlines that a diagnosis measures roofs by."""

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from service.store.frames import frame
from service.store.models import Building, Enterprise, InspectionItem, Score
from service.store.spatial import intersects_bbox, wkb

_ITEM = {
    **dict.fromkeys(("uscc", "parcel_code", "period", "kind", "item"), "str"),
    **dict.fromkeys(("quantity", "capacity_kva"), "float"),
    **dict.fromkeys(("commissioned_on", "inspected_on"), "date"),
    **dict.fromkeys(("equipment_kind", "model"), "str"),
    **dict.fromkeys(("power_kw", "hours_per_year", "load_share"), "float"),
    **dict.fromkeys(("efficiency_class", "fuel"), "str"),
    **dict.fromkeys(("roof_area_m2", "installed_kwp"), "float"),
}


def inspection_items(connection: Connection, usccs: Collection[str]) -> pl.DataFrame:
    """Return the items of inspections of these firms; a parcel that is not told is null."""
    columns = [getattr(InspectionItem, name) for name in _ITEM]
    found = frame(connection, select(*columns), _ITEM)
    return found.filter(pl.col("uscc").is_in(pl.Series(sorted(usccs), dtype=pl.String).implode()))


def names(connection: Connection, usccs: Collection[str]) -> pl.DataFrame:
    """Return ``uscc name`` of these firms, as the register has them now."""
    found = frame(connection, select(Enterprise.uscc, Enterprise.name), {"uscc": "str", "name": "str"})
    return found.filter(pl.col("uscc").is_in(pl.Series(sorted(usccs), dtype=pl.String).implode()))


def scored_parcels(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return ``parcel_code town industry`` of an evaluation's parcels."""
    query = select(Score.parcel_code, Score.town, Score.industry)
    columns = dict.fromkeys(("parcel_code", "town", "industry"), "str")
    return frame(connection, query.where(Score.evaluation_id == evaluation_id), columns).sort("parcel_code")


def parcel_outlines(connection: Connection, evaluation_id: int) -> tuple[list[str], NDArray[Any]]:
    """Return the codes and outlines of an evaluation's parcels, as they were evaluated."""
    geom = Score.__table__.c.geom
    query = select(Score.parcel_code, wkb(geom)).where(
        Score.evaluation_id == evaluation_id, geom.is_not(None)
    )
    return _decoded(connection.execute(query).all())


def building_outlines(connection: Connection, parcels: NDArray[Any]) -> tuple[list[str], NDArray[Any]]:
    """Return the codes and outlines of buildings near parcels, as the store has them now."""
    if not len(parcels):
        return [], np.empty(0, dtype=object)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(parcels))
    geom = Building.__table__.c.geom
    query = select(Building.code, wkb(geom)).where(intersects_bbox(Building.geom, west, south, east, north))
    return _decoded(connection.execute(query).all())


def _decoded(rows: Any) -> tuple[list[str], NDArray[Any]]:
    ordered = sorted(rows, key=lambda row: row[0])
    shapes = np.array([bytes(row[1]) for row in ordered], dtype=object)
    return [row[0] for row in ordered], shapely.from_wkb(shapes)
