"""Which representation a client takes: by the parameter ``f``, else by its Accept header."""

from collections.abc import Sequence
from functools import lru_cache

from fastapi import Request
from starlette.exceptions import HTTPException

from service.errors import InvalidParameter
from service.features.formats.formats import FORMATS

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MVT = "application/vnd.mapbox-vector-tile"
MAPBOX_STYLE = "application/vnd.mapbox.style+json"
SLD = "application/vnd.ogc.sld+xml;version=1.0"
QML = "application/vnd.qgis.qml"

# what a client names and what it then also takes: GeoJSON is JSON, and tiles have had several names
_ALSO = {
    GEOJSON: {JSON, "application/vnd.geo+json"},
    SCHEMA: {JSON},
    OPENAPI: {JSON, "application/vnd.oai.openapi+json", "application/openapi+json"},
    MVT: {"application/x-protobuf", "application/vnd.mvt", "application/octet-stream"},
    MAPBOX_STYLE: {JSON},
    SLD: {"application/xml", "text/xml"},
    QML: {"application/vnd.qgis.qml+xml"},
    **{each.media_type: each.also_types for each in FORMATS},
}
_BY_F = {
    "json": {JSON, GEOJSON, SCHEMA, OPENAPI},
    "geojson": {GEOJSON},
    "html": {HTML},
    "mvt": {MVT},
    "xlsx": {XLSX},
    "csv": {CSV},
    "mapbox": {MAPBOX_STYLE},
    "sld": {SLD},
    "qml": {QML},
    **{name: {each.media_type} for each in FORMATS for name in (each.f, *each.also)},
}


def choose(request: Request, *offers: str) -> str:
    """Return the media type to answer with: the one the parameter ``f`` or the Accept header likes best.

    Raises `InvalidParameter` for an ``f`` that this resource has not, HTTP 406 for an Accept it cannot meet.
    """
    return _chosen(request.query_params.get("f"), request.headers.get("accept", "*/*"), offers)


@lru_cache(1024)
def _chosen(wanted: str | None, accept: str, offers: tuple[str, ...]) -> str:
    if wanted is not None:
        for offer in offers:
            if offer in _BY_F.get(wanted, ()):
                return offer
        names = [name for name, types in _BY_F.items() if types & set(offers)]
        raise InvalidParameter(
            f"There is no representation {wanted!r} here.",
            f"此资源没有 {wanted!r} 格式。",
            place="query parameter f",
            action=f"Use f={names[0]}." if len(names) == 1 else f"Use one of f={', '.join(names)}.",
        )
    ranges = accepted(accept)
    quality = {offer: _quality(offer, ranges) for offer in offers}
    best = max(offers, key=lambda offer: quality[offer])  # the first of equals
    if quality[best] <= 0:
        raise HTTPException(406, f"This can be had as {' or '.join(offers)}.")
    return best


def name_of(media_type: str) -> str:
    """Return the name by which the parameter ``f`` asks for a media type."""
    return next(name for name, types in _BY_F.items() if media_type in types)


def accepted(header: str) -> list[tuple[str, float]]:
    """Return what an Accept header names, without parameters, with its quality (1 where malformed)."""
    found = []
    for item in header.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 1.0
        if name:
            found.append((name, quality))
    return found


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much a client likes a media type: the most specific range decides (RFC 9110, 12.5.1)."""
    plain = offer.partition(";")[0]
    names = {plain} | _ALSO.get(offer, set())
    for candidates in (names, {f"{plain.partition('/')[0]}/*"}, {"*/*"}):
        found = [quality for name, quality in ranges if name in candidates]
        if found:
            return max(found)
    return 0.0
