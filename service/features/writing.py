"""GeoJSON texts of many features at once: columns and coordinates are written whole and cut afterwards.

Polars writes the properties of all rows in one pass, orjson all positions in one, which takes half of what a
document for each feature would.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import shapely

_Shapes = npt.NDArray[Any]
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_POSITION = b"],["
_NONE = -1


def feature_texts(
    keys: Sequence[str], shapes: _Shapes, properties: pl.DataFrame, decimals: int
) -> list[bytes]:
    """Return each feature as a GeoJSON text, rings as they run, coordinates rounded.

    What is no finite number is null, as JSON has none.
    """
    own = [pl.struct(pl.all()).alias("properties")] if properties.width else []
    head = pl.struct(pl.lit("Feature").alias("type"), pl.Series("id", keys, dtype=pl.String), *own)
    heads = properties.select(head.struct.json_encode()).to_series().cast(pl.Binary).to_list()
    tail = b"}" if own else b',"properties":{}}'
    return [
        b'%b,"geometry":%b%b' % (text[:-1], geometry, tail)
        for text, geometry in zip(heads, geometry_texts(shapes, decimals), strict=True)
    ]


def geometry_texts(shapes: _Shapes, decimals: int) -> list[bytes]:
    """Return geometries as GeoJSON; polygons of a kind together, which nearly all are, others one by one."""
    found: list[bytes] = [b"null"] * len(shapes)
    kinds, empty = shapely.get_type_id(shapes), shapely.is_empty(shapes)
    for kind, name in zip(_POLYGONS, (b"Polygon", b"MultiPolygon"), strict=True):
        for place in np.flatnonzero((kinds == kind) & empty).tolist():
            # GEOS writes a ring without positions, which is no ring
            found[place] = b'{"type":"%b","coordinates":[]}' % name
        places = np.flatnonzero((kinds == kind) & ~empty)
        for place, nested in zip(places.tolist(), _coordinates(shapes[places], decimals), strict=True):
            found[place] = b'{"type":"%b","coordinates":%b}' % (name, nested)
    for place in np.flatnonzero(~np.isin(kinds, (_NONE, *_POLYGONS))).tolist():
        rounded = shapely.transform(shapes[place], lambda points: points.round(decimals))
        found[place] = shapely.to_geojson(rounded).encode()
    return found


def _coordinates(shapes: _Shapes, decimals: int) -> list[bytes]:
    """Return the nested coordinates of polygons, or of multipolygons, none of them empty."""
    if not len(shapes):
        return []
    _, positions, offsets = shapely.to_ragged_array(shapes)
    positions = np.ascontiguousarray(np.round(positions, decimals))
    texts = orjson.dumps(positions, option=orjson.OPT_SERIALIZE_NUMPY)[2:-2].split(_POSITION)
    # behind a position stand the brackets that close and open there, behind the last of a shape a line end
    pieces: list[bytes] = [_POSITION] * (2 * len(texts))
    pieces[::2] = texts
    ends = np.arange(len(texts) + 1)
    for level, starts in enumerate(offsets, 2):
        ends = ends[starts]
        between = b"\n" if level > len(offsets) else b"]" * level + b"," + b"[" * level
        for place in (2 * ends[1:] - 1).tolist():
            pieces[place] = between
    opening, closing = b"[" * (len(offsets) + 1), b"]" * (len(offsets) + 1)
    return [opening + text + closing for text in b"".join(pieces).split(b"\n")[:-1]]
