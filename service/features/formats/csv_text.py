"""CSV (RFC 4180): UTF-8 with a byte order mark, by which spreadsheets know Chinese text, and line ends CR LF.

Geometry is left out, since few read it and a long one breaks the cells of a spreadsheet; `Content.wkt` adds
it as a last column ``WKT``, the name by which GDAL and QGIS find it, axes in the order of the authority.
"""

import io
from collections.abc import Iterator

import polars as pl
import shapely

from service.features.formats.content import Content
from service.features.formats.harmless import harmless
from service.features.table import TYPES, FeatureTable

_WKT = "WKT"


def stream(content: Content) -> Iterator[bytes]:
    """Give the header, then the rows chunk by chunk; null is nothing, an empty text is ``""``."""
    header = pl.DataFrame(schema={each.name: TYPES[each.type] for each in content.columns})
    if content.wkt:
        header = header.with_columns(pl.lit(None, pl.String).alias(_WKT))
    yield _written(header, head=True)
    for table in content.chunks():
        frame = harmless(content.frame(table))
        yield _written(frame.with_columns(_geometry(content, table)) if content.wkt else frame, head=False)


def _geometry(content: Content, table: FeatureTable) -> pl.Series:
    texts = shapely.to_wkt(content.shapes(table), rounding_precision=content.crs.decimals)
    return pl.Series(_WKT, texts, dtype=pl.String)


def _written(frame: pl.DataFrame, *, head: bool) -> bytes:
    file = io.BytesIO()
    frame.write_csv(file, include_bom=head, include_header=head, line_terminator="\r\n")
    return file.getvalue()
