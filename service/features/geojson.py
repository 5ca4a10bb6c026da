"""Features as GeoJSON (RFC 7946): each text is written once and kept with its table.

Exterior rings run counterclockwise, coordinates are rounded to a centimetre or finer, there is no ``crs``
member: other coordinate systems than OGC:CRS84 are told in the header Content-Crs (OGC 18-058r1).
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from service.features.crs import CRS84, Crs, given_in
from service.features.table import FeatureTable, Rows

_SEVERAL = ("MultiPolygon", "Polygon")


def texts(
    table: FeatureTable,
    rows: Rows,
    names: Sequence[str],
    crs: Crs = CRS84,
    largest_offset: float | None = None,
) -> list[bytes]:
    """Return these features with these properties, each as a GeoJSON text.

    :param largest_offset: leave out vertices that lie no farther than this from what is left, in units of the
        coordinate system
    """
    if largest_offset is not None:
        return _written(table, rows, names, crs, largest_offset)
    way = ("geojson", tuple(names), crs.uri)
    return table.texts.of(way, rows, lambda missing: _written(table, missing, names, crs, None))


def _written(
    table: FeatureTable, rows: Rows, names: Sequence[str], crs: Crs, largest_offset: float | None
) -> list[bytes]:
    shapes = shapely.orient_polygons(table.geometries(rows))
    shapes = given_in(shapes, crs)
    if largest_offset is not None:
        shapes = shapely.simplify(shapes, largest_offset, preserve_topology=True)
    values = table.properties.select(names)[rows].rows() if names else [()] * len(rows)
    dump = orjson.dumps
    return [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (dump(table.keys[row]), shape, dump(dict(zip(names, each, strict=True))))
        for row, shape, each in zip(rows.tolist(), _shapes(shapes, crs.decimals), values, strict=True)
    ]


def _shapes(shapes: npt.NDArray[Any], decimals: int) -> list[bytes]:
    """Return geometries as GeoJSON; those of one kind of polygon together, which nearly all are."""
    found: list[bytes] = [b"null"] * len(shapes)
    kinds = np.array([None if shape is None else shape.geom_type for shape in shapes], dtype=object)
    for kind in _SEVERAL:
        places = np.flatnonzero(kinds == kind)
        head = b'{"type":"%b","coordinates":' % kind.encode()
        for place, nested in zip(places.tolist(), _coordinates(shapes[places], decimals), strict=True):
            found[place] = head + orjson.dumps(nested, option=orjson.OPT_SERIALIZE_NUMPY) + b"}"
    for place in np.flatnonzero(~np.isin(kinds, np.array([None, *_SEVERAL], dtype=object))).tolist():
        rounded = shapely.transform(shapes[place], lambda points: points.round(decimals))
        found[place] = shapely.to_geojson(rounded).encode()
    return found


def _coordinates(polygons: npt.NDArray[Any], decimals: int) -> list[Any]:
    """Return the nested coordinates of polygons or multipolygons, each ring an array of positions.

    Rounding the coordinate array costs a seventh of ``shapely.set_precision``, and cutting it into rings less
    than ``shapely.to_geojson`` for each geometry.
    """
    if not len(polygons):
        return []
    _, positions, offsets = shapely.to_ragged_array(polygons)
    positions = np.ascontiguousarray(np.round(positions, decimals))
    level: list[Any] = [positions[a:b] for a, b in itertools.pairwise(offsets[0].tolist())]
    for starts in offsets[1:]:
        level = [level[a:b] for a, b in itertools.pairwise(starts.tolist())]
    return level
