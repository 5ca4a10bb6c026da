"""What a page of features and a single one have in common: their encodings, and features for a file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.features.crs import CRS84
from service.features.formats.content import Content, content_of
from service.features.table import FeatureTable, Property, Rows
from service.negotiation import GEOJSON
from service.ogc.collections import Collection
from service.ogc.files import FILES
from service.ogc.queries.parameters import Written

OTHERS = (GEOJSON, *FILES)
"""The encodings beside the page for people."""

OUTLINES = Written(CRS84, None)
"""How outlines are drawn on such a page."""


def file_content(
    collection: Collection,
    table: FeatureTable,
    rows: Rows,
    properties: Sequence[Property],
    written: Written,
    moment: str | None,
    options: Mapping[str, Any],
) -> Content:
    """Return features for a file; without a moment its time is the epoch, so that bytes stay equal."""
    return content_of(
        table,
        rows,
        properties,
        name=collection.id,
        title=collection.title,
        crs=written.crs,
        largest_offset=written.largest_offset,
        time=datetime.fromisoformat(moment or "1970-01-01T00:00:00Z").astimezone(UTC),
        **options,
    )
