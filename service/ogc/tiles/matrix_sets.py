"""The tile matrix set WebMercatorQuad (OGC 17-083r4): its definition, tiles as boxes, ranges of tiles."""

import math
from dataclasses import dataclass
from typing import Any

URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
MAX_MATRIX = 16
"""Finest matrix served; a unit of its tiles is 15 cm on the equator, clients enlarge it beyond."""

_HALF_EQUATOR = math.pi * 6378137.0
_SCALE_0 = 559082264.028717
_MAX_LATITUDE = 85.0511287798066

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tile:
    """One tile; rows count from the north, columns from the west."""

    matrix: int
    row: int
    column: int

    def box(self, margin: float = 0.0) -> Box:
        """Return west, south, east, north in degrees, widened by ``margin`` of the tile's side."""
        side = 2**self.matrix
        west = (self.column - margin) / side * 360.0 - 180.0
        east = (self.column + 1 + margin) / side * 360.0 - 180.0
        return west, _latitude((self.row + 1 + margin) / side), east, _latitude((self.row - margin) / side)


def limits(box: Box) -> list[dict[str, Any]]:
    """Return the range of rows and columns that ``box`` (degrees) touches, matrix by matrix."""
    west, south, east, north = box
    return [
        {
            "tileMatrix": str(matrix),
            "minTileRow": _row(north, matrix),
            "maxTileRow": _row(south, matrix),
            "minTileCol": _column(west, matrix),
            "maxTileCol": _column(east, matrix),
        }
        for matrix in range(MAX_MATRIX + 1)
    ]


def definition() -> dict[str, Any]:
    """Return the tile matrix set as JSON (OGC Two Dimensional Tile Matrix Set 2.0)."""
    return {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(matrix),
                "scaleDenominator": _SCALE_0 / 2**matrix,
                "cellSize": 2 * _HALF_EQUATOR / 256 / 2**matrix,
                "pointOfOrigin": [-_HALF_EQUATOR, _HALF_EQUATOR],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 2**matrix,
                "matrixHeight": 2**matrix,
            }
            for matrix in range(25)
        ],
    }


def _latitude(y: float) -> float:
    """Return the latitude at ``y`` of the way down the square."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _row(latitude: float, matrix: int) -> int:
    clipped = math.radians(min(max(latitude, -_MAX_LATITUDE), _MAX_LATITUDE))
    y = 0.5 - math.asinh(math.tan(clipped)) / (2 * math.pi)
    return _clamped(int(y * 2**matrix), matrix)


def _column(longitude: float, matrix: int) -> int:
    return _clamped(int((longitude + 180.0) / 360.0 * 2**matrix), matrix)


def _clamped(index: int, matrix: int) -> int:
    return min(max(index, 0), (1 << matrix) - 1)
