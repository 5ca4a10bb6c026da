"""Export (导出): the scores of one evaluation as a file, whole or not at all."""

import json
import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyogrio.raw
import shapely
from pyproj import CRS
from sqlalchemy import Boolean, Float, Integer, func, select

from service.errors import NotFound
from service.store import evaluations, spatial
from service.store.database import Database
from service.store.models import Score

Progress = Callable[[int, int | None, str], None]

_AT_ONCE = 20_000
_GEOMETRY = "geometry"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CRS = "EPSG:4490"


class ExportFormat(StrEnum):
    """The formats of an export."""

    GEOPACKAGE = "geopackage"
    GEOPARQUET = "geoparquet"
    CSV = "csv"

    @property
    def suffix(self) -> str:
        """The ending of its files."""
        return {"geopackage": ".gpkg", "geoparquet": ".parquet", "csv": ".csv"}[self.value]

    @property
    def media_type(self) -> str:
        """Its media type."""
        return {
            "geopackage": "application/geopackage+sqlite3",
            "geoparquet": "application/vnd.apache.parquet",
            "csv": "text/csv; charset=utf-8",
        }[self.value]


def exportable() -> tuple[str, ...]:
    """Return the properties that an export may hold, in their order."""
    return tuple(column.name for column in Score.__table__.c if column.name not in ("id", "geom"))


def export_scores(
    database: Database,
    evaluation_id: int,
    path: Path,
    format: ExportFormat,
    properties: Sequence[str],
    progress: Progress | None = None,
) -> int:
    """Write the scores of an evaluation to a file with these properties; return the number of parcels.

    Geometry is longitude and latitude of CGCS2000 (EPSG:4490); CSV has none. The file appears under its name
    when it is whole. Raises `NotFound` when there is no such evaluation.
    """
    columns = [name for name in exportable() if name in set(properties)]
    frames, geometries = [], []
    with database.reading() as connection:
        if evaluations.get(connection, evaluation_id) is None:
            raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
        of_it = Score.evaluation_id == evaluation_id
        total = connection.execute(select(func.count()).select_from(Score).where(of_it)).scalar_one()
        schema = {name: _type(Score.__table__.c[name].type) for name in columns}
        wanted = [Score.id, spatial.wkb(Score.geom), *(Score.__table__.c[name] for name in columns)]
        query = select(*wanted).where(of_it).order_by(Score.id).limit(_AT_ONCE)
        last = 0
        while rows := connection.execute(query.where(Score.id > last)).all():
            last = rows[-1][0]
            geometries += [None if row[1] is None else bytes(row[1]) for row in rows]
            frames.append(pl.DataFrame([tuple(row[2:]) for row in rows], schema=schema, orient="row"))
            if progress is not None:
                progress(len(geometries), total, "exporting")
    table = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}.unfinished{path.suffix}")
    unfinished.unlink(missing_ok=True)
    _WRITERS[format](unfinished, table, geometries)
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(path)
    return table.height


def _type(kind: object) -> type[pl.DataType]:
    if isinstance(kind, Boolean):
        return pl.Boolean
    if isinstance(kind, Integer):
        return pl.Int64
    return pl.Float64 if isinstance(kind, Float) else pl.String


def _csv(path: Path, table: pl.DataFrame, _: Sequence[bytes | None]) -> None:
    """Texts that a spreadsheet would take for a formula get an apostrophe before them."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    harmless = table.with_columns(
        pl.when(pl.col(name).str.slice(0, 1).is_in(_FORMULA))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )
    harmless.write_csv(path, include_bom=True)


def _geoparquet(path: Path, table: pl.DataFrame, geometries: Sequence[bytes | None]) -> None:
    shapes = shapely.from_wkb(list(geometries))
    kinds = sorted({shape.geom_type for shape in shapes if shape is not None})
    about: dict[str, Any] = {
        "version": "1.1.0",
        "primary_column": _GEOMETRY,
        "columns": {_GEOMETRY: {"encoding": "WKB", "geometry_types": kinds, "crs": _projjson()}},
    }
    whole = table.with_columns(pl.Series(_GEOMETRY, geometries, dtype=pl.Binary))
    whole.write_parquet(path, compression="zstd", metadata={"geo": json.dumps(about)})


def _geopackage(path: Path, table: pl.DataFrame, geometries: Sequence[bytes | None]) -> None:
    values, masks = [], []
    for name, kind in table.schema.items():
        column = table[name]
        masks.append(column.is_null().to_numpy())
        filled = column.fill_null({pl.Boolean: False, pl.String: ""}.get(kind.base_type(), 0))
        values.append(filled.to_numpy().astype(object if kind == pl.String else None))
    pyogrio.raw.write(
        str(path),
        geometry=np.array(list(geometries), dtype=object),
        field_data=values,
        field_mask=masks,
        fields=np.array(table.columns, dtype=object),
        driver="GPKG",
        layer="scores",
        geometry_type="Unknown",
        crs=_CRS,
        encoding="UTF-8",
    )


def _projjson() -> dict[str, Any]:
    found: dict[str, Any] = CRS.from_user_input(_CRS).to_json_dict()
    return found


_WRITERS: dict[ExportFormat, Callable[[Path, pl.DataFrame, Sequence[bytes | None]], None]] = {
    ExportFormat.GEOPACKAGE: _geopackage,
    ExportFormat.GEOPARQUET: _geoparquet,
    ExportFormat.CSV: _csv,
}
