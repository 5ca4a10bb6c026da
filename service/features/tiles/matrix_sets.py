"""Tile matrix sets (瓦片矩阵集): how the world is cut into tiles, matrix by matrix, each twice as fine.

WebMercatorQuad is that of OGC 17-083r4, annex D.1. CGCS2000Quad cuts longitude and latitude of CGCS2000 as
WorldCRS84Quad of annex D.2 cuts those of WGS 84, with axes in the order of EPSG:4490: latitude first. OGC's
register has no entry of that name, so it has no URI there and its definition here is what counts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from service.features.table import Box

Points = npt.NDArray[np.float64]

_RADIUS = 6378137.0
"""Metres; half the equator's diameter of WGS 84 and of CGCS2000."""

_PIXEL = 0.00028
"""Metres on a screen, by which the standard turns cell sizes into scales."""

_TILE_PIXELS = 256
_STEEPEST = 89.0
_FINEST = 16


@dataclass(frozen=True)
class Tile:
    """One tile; rows count from the north, columns from the west."""

    matrix: int
    row: int
    column: int


@dataclass(frozen=True)
class MatrixSet:
    """A tile matrix set.

    ``uri`` is that of OGC's register, None for a set that it does not have; ``origin`` the north-western
    corner, axes in the order of ``axes``; ``cell`` the side of a pixel of matrix 0 in units of the coordinate
    system, ``metres`` what such a unit is on the equator; ``columns`` and ``rows`` are of matrix 0. Matrices
    up to ``defined`` are defined, tiles served up to ``finest``: clients enlarge those beyond.
    """

    id: str
    title: str
    uri: str | None
    crs: str
    axes: tuple[str, str]
    origin: tuple[float, float]
    cell: float
    metres: float
    columns: int
    rows: int
    defined: int
    scale_set: str | None = None
    finest: int = _FINEST

    @property
    def is_mercator(self) -> bool:
        """Whether the plane is that of Web Mercator, else longitude and latitude as they are."""
        return self.metres == 1.0

    def matrix_at(self, zoom: float) -> int:
        """Return the matrix that a map shows at a zoom, counted as clients do for Web Mercator's 512 pixels.

        Beyond the finest it is the finest, enlarged.
        """
        narrower = int(math.log2(self.columns))
        return min(max(math.floor(zoom) - narrower, 0), self.finest)

    def plane(self, lonlat: Points) -> Points:
        """Return degrees (n, 2), longitude first, in tiles of matrix 0 from the north-western corner.

        Longitudes and latitudes of CGCS2000 are taken as WGS 84: they agree to decimetres.
        """
        if not self.is_mercator:
            return np.column_stack((lonlat[:, 0] + 180.0, 90.0 - lonlat[:, 1])) / 180.0
        x = (lonlat[:, 0] + 180.0) / 360.0
        # the projection has no poles: its square ends at 85.0511…°, and so does every tile
        latitude = np.radians(np.clip(lonlat[:, 1], -_STEEPEST, _STEEPEST))
        return np.column_stack((x, 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)))

    def size(self, matrix: int) -> tuple[int, int]:
        """Return how many rows and columns a matrix has."""
        return self.rows << matrix, self.columns << matrix

    def has(self, tile: Tile) -> bool:
        """Tell whether the tile is one of those served."""
        if not 0 <= tile.matrix <= self.finest:
            return False
        rows, columns = self.size(tile.matrix)
        return 0 <= tile.row < rows and 0 <= tile.column < columns

    def box(self, tile: Tile, margin: float = 0.0) -> Box:
        """Return west, south, east, north in degrees, widened by ``margin`` of the tile's side."""
        side = 2.0**tile.matrix
        west, east = (tile.column - margin) / side, (tile.column + 1 + margin) / side
        north, south = (tile.row - margin) / side, (tile.row + 1 + margin) / side
        if not self.is_mercator:
            return west * 180.0 - 180.0, 90.0 - south * 180.0, east * 180.0 - 180.0, 90.0 - north * 180.0
        return west * 360.0 - 180.0, _latitude(south), east * 360.0 - 180.0, _latitude(north)

    def limits(self, box: Box) -> list[dict[str, Any]]:
        """Return the range of rows and columns that ``box`` (degrees) touches, matrix by matrix."""
        (left, top), (right, bottom) = self.plane(np.array([[box[0], box[3]], [box[2], box[1]]]))
        found = []
        for matrix in range(self.finest + 1):
            rows, columns = self.size(matrix)
            found.append(
                {
                    "tileMatrix": str(matrix),
                    "minTileRow": _index(top, matrix, rows),
                    "maxTileRow": _index(bottom, matrix, rows),
                    "minTileCol": _index(left, matrix, columns),
                    "maxTileCol": _index(right, matrix, columns),
                }
            )
        return found

    def definition(self) -> dict[str, Any]:
        """Return the tile matrix set as JSON (OGC Two Dimensional Tile Matrix Set 2.0)."""
        named = {"uri": self.uri, "crs": self.crs, "wellKnownScaleSet": self.scale_set}
        return {
            "id": self.id,
            "title": self.title,
            **{name: value for name, value in named.items() if value is not None},
            "orderedAxes": list(self.axes),
            "tileMatrices": [self._matrix(number) for number in range(self.defined + 1)],
        }

    def _matrix(self, number: int) -> dict[str, Any]:
        rows, columns = self.size(number)
        cell = self.cell / 2**number
        return {
            "id": str(number),
            "scaleDenominator": cell * self.metres / _PIXEL,
            "cellSize": cell,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": list(self.origin),
            "tileWidth": _TILE_PIXELS,
            "tileHeight": _TILE_PIXELS,
            "matrixWidth": columns,
            "matrixHeight": rows,
        }


_HALF_EQUATOR = math.pi * _RADIUS

WEB_MERCATOR_QUAD = MatrixSet(
    id="WebMercatorQuad",
    title="Google Maps Compatible for the World",
    uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
    crs="http://www.opengis.net/def/crs/EPSG/0/3857",
    axes=("X", "Y"),
    origin=(-_HALF_EQUATOR, _HALF_EQUATOR),
    cell=2 * _HALF_EQUATOR / _TILE_PIXELS,
    metres=1.0,
    columns=1,
    rows=1,
    defined=24,
    scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
)

CGCS2000_QUAD = MatrixSet(
    id="CGCS2000Quad",
    title="CGCS2000 longitude and latitude for the World 国家大地坐标系经纬度",
    uri=None,
    crs="http://www.opengis.net/def/crs/EPSG/0/4490",
    axes=("Lat", "Lon"),
    origin=(90.0, -180.0),
    cell=180.0 / _TILE_PIXELS,
    metres=math.radians(1.0) * _RADIUS,
    columns=2,
    rows=1,
    defined=23,
)

MATRIX_SETS: Mapping[str, MatrixSet] = {each.id: each for each in (WEB_MERCATOR_QUAD, CGCS2000_QUAD)}
"""Every tile matrix set served, by id."""


def _latitude(y: float) -> float:
    """Return the latitude at ``y`` of the way down the square of Web Mercator."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _index(place: float, matrix: int, count: int) -> int:
    return min(max(math.floor(place * (1 << matrix)), 0), count - 1)
