"""GeoParquet 1.1: WKB with x to the east first, as the specification has it; row groups of 50,000 rows."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source
from pyproj import CRS

from service.features.crs import CRS84
from service.features.formats.content import Content
from service.features.formats.gdal import GEOMETRY
from service.features.table import TYPES

_ROW_GROUP = 50_000


def write(content: Content, path: Path) -> None:
    """Write the file, group by group.

    The frames are made in a thread of Python's: in one of Polars' own, which Python forgets after each call,
    PROJ's thread-local state is freed too early and the process ends.
    """

    def made() -> Iterator[pl.DataFrame]:
        for table in content.chunks():
            yield content.frame(table).with_columns(content.eastward(table).alias(GEOMETRY))

    def frames(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del columns, predicate, rows, size  # all is written
        following = made()
        while (frame := maker.submit(next, following, None).result()) is not None:
            yield frame

    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(content.kinds),
        "crs": _projjson(content),
    }
    about = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    schema = {each.name: TYPES[each.type] for each in content.columns} | {GEOMETRY: pl.Binary}
    with ThreadPoolExecutor(1) as maker:
        register_io_source(frames, schema=schema, is_pure=True).sink_parquet(
            path, compression="zstd", row_group_size=_ROW_GROUP, metadata={"geo": json.dumps(about)}
        )


def _projjson(content: Content) -> dict[str, Any]:
    known = CRS.from_user_input("OGC:CRS84" if content.crs is CRS84 else content.authority)
    found: dict[str, Any] = known.to_json_dict()
    return found
