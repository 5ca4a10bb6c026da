"""One parcel stated by hand (单宗陈述), read as a row of a hand-over is: same checks, same verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import orjson
import polars as pl

from service.domain.hand_overs import Feed, HandedRow
from service.feeds import facts
from service.feeds.converting import Converter
from service.feeds.features import COMPUTED, GEOMETRY, KEPT_BYTES, feature_rows
from service.feeds.formats.layers import Layer
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.records import content_fields, record_rows
from service.feeds.tables import layer_table

_STORED_CRS = "EPSG:4490"


@dataclass(frozen=True, slots=True)
class Statement:
    """A row with its verdict, what it states as a frame of facts, and the mapping by which it was read."""

    row: HandedRow
    facts: pl.DataFrame
    fields: tuple[str, ...]
    """The columns that the facts fill beside the key, in order; what is not named stays as it is."""
    mapping: FeedMapping | None

    def about(self, code: str) -> "Statement":
        """Return the same of this code, as the store writes it."""
        return replace(self, facts=self.facts.with_columns(code=pl.lit(code)))

    def with_outline(self, wkb: bytes, area_m2: float) -> "Statement":
        """Return the same with another outline, stored before, and its area."""
        return replace(
            self, facts=self.facts.with_columns(geom=pl.lit(wkb), geodesic_area_m2=pl.lit(area_m2))
        )


def read_parcel(cells: Mapping[str, str], outline: bytes | None, place: str) -> Statement:
    """Read what is stated of one parcel.

    :param cells: texts by field, the code among them; an empty one unsets its field
    :param outline: WKB, longitude and latitude in CGCS2000; None where nothing is said of it
    :param place: what the document is called
    """
    wkb = None if outline is None else np.array([outline], dtype=object)
    layer = Layer("", list(cells), [1], [list(cells.values())], wkb, _STORED_CRS, [])
    mapping, table = layer_table(layer, place, Feed.PARCELS, None)
    converter = Converter(mapping, table.header)
    fields = content_fields(Feed.PARCELS, converter.stated)
    if outline is None:
        rows = record_rows(table, converter)
    else:
        fields = (*fields, *COMPUTED)
        rows = feature_rows(
            layer, converter, crs=None, transformation=None, repair=False, place=place, notes=[]
        )
    (row,) = rows
    row.content = content(cells, outline)
    columns = facts.schema(Feed.PARCELS, fields)
    return Statement(row, facts.stated(Feed.PARCELS, [(0, row)], columns), fields, mapping)


def silent(row: HandedRow) -> Statement:
    """Return a row that states nothing: it is kept, and changes no parcel."""
    return Statement(row, pl.DataFrame(schema=facts.schema(Feed.PARCELS, ())), (), None)


def content(cells: Mapping[str, str], outline: bytes | None) -> str:
    """Return a row as it is kept; what is unset is empty, as nobody could tell otherwise."""
    given = dict(cells)
    if outline is not None and len(outline) <= KEPT_BYTES:
        given[GEOMETRY] = outline.hex()
    return orjson.dumps(given).decode()
