"""The kinds of source as one: where records, totals and codes stand, and how pages are asked for."""

from dataclasses import dataclass, field

from service.pulling.configuration import (
    Envelope,
    FeaturesSource,
    GatewaySource,
    JsonSource,
    Link,
    Offset,
    Paging,
    Source,
    WfsSource,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one source is asked, and where its answers say what."""

    records: str
    paging: Paging
    total: str | None = None
    envelope: Envelope | None = None
    params: dict[str, str] = field(default_factory=dict)
    features: bool = False
    swap: bool = False
    """Coordinates come in the order of their system's definition, which may have northing first."""


def dialect_of(source: Source) -> Dialect:
    """Return how a source is spoken to."""
    match source:
        case JsonSource() | GatewaySource():
            return Dialect(source.records, source.paging, source.total, source.envelope)
        case FeaturesSource():
            params = {"limit": str(source.page_size)}
            if source.coordinates:
                params["crs"] = source.coordinates
            return Dialect("features", Link(style="link"), "numberMatched", None, params, True, swap=True)
        case WfsSource():
            return _wfs(source)


def _wfs(source: WfsSource) -> Dialect:
    params = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": source.type_name,
        "outputFormat": source.output_format,
    }
    if source.sort_by:
        params["sortBy"] = source.sort_by
    if source.srs_name:
        params["srsName"] = source.srs_name
    paging = Offset(style="offset", offset="startIndex", limit="count", page_size=source.page_size)
    return Dialect("features", paging, "numberMatched", None, params, True, swap=source.axes == "crs")
