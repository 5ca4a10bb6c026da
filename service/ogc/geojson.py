"""GeoJSON (RFC 7946) of many features at once: coordinates by numpy, one pass of the JSON encoder.

Exterior rings run counterclockwise, coordinates have seven decimals (a centimetre), no ``crs`` member.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from service.store.layers import Features

_DECIMALS = 7


def encode(document: Any) -> bytes:
    """Return a document as JSON; coordinate arrays stay numpy arrays until here."""
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


def features(found: Features) -> list[dict[str, Any]]:
    """Return the features as documents for `encode`."""
    names, coordinates = found.columns, _coordinates(found.geometries)
    return [
        {
            "type": "Feature",
            "id": key,
            "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            "properties": dict(zip(names, values, strict=True)),
        }
        for key, polygons, values in zip(found.keys, coordinates, found.values, strict=True)
    ]


def _coordinates(geometries: Sequence[bytes]) -> list[Any]:
    """Return the nested coordinates of multipolygons: polygons of rings, each ring an array of positions.

    Rounding the coordinate array costs a seventh of ``shapely.set_precision``, and cutting it into rings less
    than ``shapely.to_geojson`` for each geometry.
    """
    if not geometries:
        return []
    multipolygons = shapely.orient_polygons(shapely.from_wkb(geometries))
    _, positions, offsets = shapely.to_ragged_array(multipolygons)
    positions = np.ascontiguousarray(np.round(positions, _DECIMALS))
    level: list[Any] = [positions[a:b] for a, b in itertools.pairwise(offsets[0].tolist())]
    for starts in offsets[1:]:
        level = [level[a:b] for a, b in itertools.pairwise(starts.tolist())]
    return level
