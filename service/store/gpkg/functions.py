"""The spatial SQL functions of the embedded store, by Shapely, under the names that GeoAlchemy2 emits.

Geometries go in and come out as GeoPackage blobs; NULL gives NULL. Only the names GeoAlchemy2 writes without
``ST_`` are registered bare: a bare ``Length`` would replace SQLite's own, which the R*Tree module calls.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import shapely

from service.store.gpkg import geometry as gpkg

Function = Callable[..., Any]

_PREDICATES = (
    shapely.contains,
    shapely.covered_by,
    shapely.covers,
    shapely.crosses,
    shapely.disjoint,
    shapely.equals,
    shapely.intersects,
    shapely.overlaps,
    shapely.touches,
    shapely.within,
)
_EWKT = re.compile(r"(?:SRID=(?P<srid>-?\d+);)?(?P<wkt>.*)", re.DOTALL)


def _from_ewkt(text: str, srid: int = 0) -> bytes:
    found: Any = _EWKT.fullmatch(text)
    return gpkg.encode(shapely.from_wkt(found["wkt"]), int(found["srid"] or srid))


def _from_wkb(wkb: bytes | str, srid: int | None = None) -> bytes:
    geometry = shapely.from_wkb(wkb)
    return gpkg.encode(geometry, int(shapely.get_srid(geometry)) if srid is None else srid)


def _as_ewkb(blob: bytes) -> bytes:
    geometry = shapely.set_srid(gpkg.decode(blob), gpkg.srid(blob))
    return bytes(shapely.to_wkb(geometry, include_srid=True, byte_order=1))


def _as_geojson(blob: bytes, digits: int | None = None, _options: int = 0) -> str:
    geometry = gpkg.decode(blob)
    if digits is not None:
        geometry = shapely.transform(geometry, lambda coordinates: coordinates.round(digits))
    return str(shapely.to_geojson(geometry))


def intersects_box(blob: bytes, minx: float, miny: float, maxx: float, maxy: float) -> bool:
    """Return whether a geometry meets a box; its header decides unless it lies across an edge of the box."""
    left, bottom, right, top = gpkg.envelope(blob)
    if minx <= left and right <= maxx and miny <= bottom and top <= maxy:
        return True
    if not (left <= maxx and minx <= right and bottom <= maxy and miny <= top):
        return False
    return bool(shapely.intersects(gpkg.decode(blob), shapely.box(minx, miny, maxx, maxy)))


def _as_multi(geometry: Any) -> Any:
    kind = getattr(shapely, f"Multi{geometry.geom_type}", None)
    return kind([geometry]) if kind else geometry


def _of_one(function: Function) -> Function:
    return lambda blob, *rest: function(gpkg.decode(blob), *rest)


def _of_two(function: Function, result: Callable[[Any], Any]) -> Function:
    return lambda one, other: result(function(gpkg.decode(one), gpkg.decode(other)))


def _giving_geometry(function: Function) -> Function:
    return lambda blob, *rest: gpkg.encode(function(gpkg.decode(blob), *rest), gpkg.srid(blob))


def _overlay(function: Function) -> Function:
    return lambda one, other: gpkg.encode(function(gpkg.decode(one), gpkg.decode(other)), gpkg.srid(one))


def _functions() -> Iterator[tuple[str, int, Function]]:
    """Name, number of arguments, function."""
    yield from _forms()
    yield from _properties()
    for predicate in _PREDICATES:
        yield f"ST_{predicate.__name__.replace('_', '')}", 2, _of_two(predicate, bool)
    yield "ST_Distance", 2, _of_two(shapely.distance, float)
    yield "ST_Difference", 2, _overlay(shapely.difference)
    yield "ST_Intersection", 2, _overlay(shapely.intersection)
    yield "ST_SymDifference", 2, _overlay(shapely.symmetric_difference)
    yield "ST_Union", 2, _overlay(shapely.union)
    for name, count, function in (
        ("Envelope", 1, shapely.envelope),
        ("Centroid", 1, shapely.centroid),
        ("PointOnSurface", 1, shapely.point_on_surface),
        ("ConvexHull", 1, shapely.convex_hull),
        ("MakeValid", 1, shapely.make_valid),
        ("Multi", 1, _as_multi),
        ("Buffer", 2, shapely.buffer),
        ("Simplify", 2, shapely.simplify),
    ):
        yield f"ST_{name}", count, _giving_geometry(function)
    yield "mujun_intersects_box", 5, intersects_box


def _forms() -> Iterator[tuple[str, int, Function]]:
    """Into and out of other forms of a geometry."""
    for prefix in ("", "ST_"):
        yield f"{prefix}GeomFromEWKT", 1, _from_ewkt
        yield f"{prefix}AsBinary", 1, gpkg.wkb
        yield f"{prefix}AsEWKB", 1, _as_ewkb
        for count in (1, 2):
            yield f"{prefix}GeomFromWKB", count, _from_wkb
            yield f"{prefix}GeomFromEWKB", count, _from_wkb
        for count in (1, 2, 3):
            yield f"{prefix}AsGeoJSON", count, _as_geojson
    for count in (1, 2):
        yield "ST_GeomFromText", count, _from_ewkt
    yield "ST_AsText", 1, _of_one(lambda g: g.wkt)
    yield "ST_AsEWKT", 1, lambda blob: f"SRID={gpkg.srid(blob)};{gpkg.decode(blob).wkt}"
    yield "ST_MakeEnvelope", 5, lambda *edges: gpkg.encode(shapely.box(*edges[:4]), edges[4])
    yield "ST_Point", 3, lambda x, y, srid: gpkg.encode(shapely.Point(x, y), srid)


def _properties() -> Iterator[tuple[str, int, Function]]:
    yield "ST_SRID", 1, gpkg.srid
    yield "ST_IsEmpty", 1, gpkg.is_empty
    yield "ST_MinX", 1, lambda blob: gpkg.envelope(blob)[0]
    yield "ST_MinY", 1, lambda blob: gpkg.envelope(blob)[1]
    yield "ST_MaxX", 1, lambda blob: gpkg.envelope(blob)[2]
    yield "ST_MaxY", 1, lambda blob: gpkg.envelope(blob)[3]
    yield "ST_GeometryType", 1, _of_one(lambda g: f"ST_{g.geom_type}")
    yield "ST_IsValid", 1, _of_one(lambda g: bool(g.is_valid))
    yield "ST_IsValidReason", 1, _of_one(shapely.is_valid_reason)
    yield "ST_NPoints", 1, _of_one(lambda g: int(shapely.get_num_coordinates(g)))
    yield "ST_NumGeometries", 1, _of_one(lambda g: int(shapely.get_num_geometries(g)))
    yield "ST_Area", 1, _of_one(lambda g: float(g.area))
    yield "ST_Length", 1, _of_one(lambda g: float(g.length))
    yield "ST_X", 1, _of_one(lambda g: float(g.x))
    yield "ST_Y", 1, _of_one(lambda g: float(g.y))


def _null_safe(function: Function) -> Function:
    return lambda *arguments: None if None in arguments else function(*arguments)


_ALL = [(name, count, _null_safe(function)) for name, count, function in _functions()]


def register(connection: sqlite3.Connection) -> None:
    """Make the functions known to a connection."""
    for name, count, function in _ALL:
        connection.create_function(name, count, function, deterministic=True)
