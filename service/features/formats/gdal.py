"""Files that GDAL writes, from batches of Arrow: without an object for every cell."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyogrio.raw
from arro3.core import DataType, Field, RecordBatch, RecordBatchReader, Schema, Table

from service.features.formats.content import Content
from service.features.table import TYPES

GEOMETRY = "geometry"

# GDAL 3.12 does not know the views in which Polars hands over text and bytes
_ARROW = {
    pl.String: DataType.large_utf8(),
    pl.Int64: DataType.int64(),
    pl.Float64: DataType.float64(),
    pl.Boolean: DataType.bool(),
    pl.Date: DataType.date32(),
}
_WKB = {"ARROW:extension:name": "ogc.wkb"}


def write(
    content: Content,
    path: Path,
    driver: str,
    *,
    kind: str | None = None,
    columns: bool = True,
    **options: str,
) -> None:
    """Write a layer with its columns, or with its geometries alone; ``options`` are those of the driver.

    :param kind: the type that the layer has, where it is not just that of its geometries
    """
    pyogrio.raw.write_arrow(
        _reader(content, columns),
        str(path),
        driver=driver,
        layer=content.name,
        geometry_name=GEOMETRY,
        geometry_type=kind or content.kind or "Unknown",
        crs=content.authority,
        encoding="UTF-8",
        **options,
    )


def _reader(content: Content, columns: bool) -> RecordBatchReader:
    shown = content.columns if columns else ()
    fields = [Field(each.name, _ARROW[TYPES[each.type]], nullable=True) for each in shown]
    geometry = Field(GEOMETRY, DataType.large_binary(), nullable=True, metadata=_WKB)
    schema = Schema([*fields, geometry])
    return RecordBatchReader.from_batches(schema, _batches(content, schema, columns))


def _batches(content: Content, schema: Schema, columns: bool) -> Iterator[RecordBatch]:
    for table in content.chunks():
        wkb = content.eastward(table).alias(GEOMETRY)
        frame = content.frame(table).with_columns(wkb) if columns else wkb.to_frame()
        given = Table.from_arrow(frame)
        cast = [given.column(name).cast(schema.field(name)) for name in schema.names]
        yield from Table.from_arrays(cast, schema=schema).rechunk().to_batches()
