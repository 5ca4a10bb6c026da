"""Geometries as a GeoPackage keeps them: a header with the envelope, then plain WKB.

Every header written here is 40 bytes long (little-endian, XY envelope, NaN when empty), so that
``substr(geom, 41)`` is the WKB without a call into Python. What other programs write may have another header;
reading takes them all.
Source: OGC 12-128r19, clause 2.1.3 (GeoPackageBinary).
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

MULTIPOLYGON = b"\x01\x06\x00\x00\x00"
MULTILINESTRING = b"\x01\x05\x00\x00\x00"
"""How the WKB of a 2D geometry starts, little-endian."""

KINDS = {
    "MULTIPOLYGON": (MULTIPOLYGON,),
    "GEOMETRY": (MULTIPOLYGON, MULTILINESTRING),
}
"""Type of a geometry column → how what it may hold starts."""

_HEADER = struct.Struct("<2sBBi4d")
_HEADERS = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srid", "<i4"), ("envelope", "<f8", 4)]
)
_XY, _EMPTY = 0b0000_0011, 0b0001_0011
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def encode(geometry: shapely.Geometry, srid: int) -> bytes:
    """Return a geometry as a GeoPackage blob."""
    minx, miny, maxx, maxy = geometry.bounds if not geometry.is_empty else (float("nan"),) * 4
    flags = _EMPTY if geometry.is_empty else _XY
    header = _HEADER.pack(b"GP", 0, flags, srid, minx, maxx, miny, maxy)
    return header + bytes(shapely.to_wkb(geometry, byte_order=1, flavor="iso"))


def encode_many(
    wkbs: Sequence[bytes], srid: int, kind: str = "MULTIPOLYGON"
) -> tuple[list[bytes], NDArray[np.float64]]:
    """Return many 2D geometries (WKB) as blobs, and their envelopes as rows of minx, maxx, miny, maxy.

    :param kind: the type of their column, see `KINDS`
    :raises ValueError: when one is anything else
    """
    require(wkbs, kind)
    envelopes = shapely.bounds(shapely.from_wkb(np.array(wkbs, dtype=object)))[:, [0, 2, 1, 3]]
    headers = np.zeros(len(wkbs), dtype=_HEADERS)
    headers["magic"], headers["srid"], headers["envelope"] = b"GP", srid, envelopes
    headers["flags"] = np.where(np.isnan(envelopes[:, 0]), _EMPTY, _XY)
    packed, size = headers.tobytes(), _HEADERS.itemsize
    return [packed[i * size : (i + 1) * size] + wkb for i, wkb in enumerate(wkbs)], envelopes


def require(wkbs: Sequence[bytes], kind: str) -> None:
    """Refuse what is not the little-endian WKB of a 2D geometry that a column of this type holds.

    :raises ValueError: naming the first one
    """
    starts = KINDS[kind]
    for index, wkb in enumerate(wkbs):
        if wkb[:5] not in starts:
            wanted = "MultiPolygon" if kind == "MULTIPOLYGON" else "MultiPolygon or MultiLineString"
            raise ValueError(f"geometry {index} is not the little-endian WKB of a 2D {wanted}")


def wkb(blob: bytes) -> bytes:
    """Return the WKB inside a blob, whatever the length of its header."""
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def decode(blob: bytes) -> Any:
    """Return the geometry of a blob."""
    return shapely.from_wkb(wkb(blob))


def srid(blob: bytes) -> int:
    """Return the coordinate system a blob is in."""
    return int(struct.unpack_from("<i" if blob[3] & 1 else ">i", blob, 4)[0])


def is_empty(blob: bytes) -> bool:
    """Return whether a blob holds no coordinates."""
    return bool(blob[3] & 0b0001_0000) or (not (blob[3] >> 1) & 0b111 and decode(blob).is_empty)


def envelope(blob: bytes) -> tuple[float, float, float, float]:
    """Return minx, miny, maxx, maxy, from the header when it has them; NaN when empty."""
    if not (blob[3] >> 1) & 0b111:
        bounds: tuple[float, float, float, float] = decode(blob).bounds
        return bounds
    minx, maxx, miny, maxy = struct.unpack_from("<4d" if blob[3] & 1 else ">4d", blob, 8)
    return minx, miny, maxx, maxy
