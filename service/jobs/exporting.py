"""Export (导出): the scores of one evaluation as a file, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import Boolean, Connection, Float, Integer, func, select

from service.errors import NotFound
from service.features.crs import STORED
from service.features.formats.content import Content
from service.features.formats.formats import format_of
from service.features.table import TYPES, FeatureTable, Kind, Property
from service.jobs.whole_files import whole_file
from service.store import evaluations, spatial
from service.store.database import Database
from service.store.models import Score

Progress = Callable[[int, int | None, str], None]

_AT_ONCE = 20_000


class ExportFormat(StrEnum):
    """The formats of an export: those of features, under the names that orders use."""

    GEOPACKAGE = "geopackage"
    GEOPARQUET = "geoparquet"
    CSV = "csv"
    XLSX = "xlsx"
    SHAPEFILE = "shapefile"
    FLATGEOBUF = "flatgeobuf"
    NDJSON = "ndjson"

    @property
    def suffix(self) -> str:
        """The ending of its files."""
        return format_of(self.value).suffix

    @property
    def media_type(self) -> str:
        """Its media type."""
        media_type = format_of(self.value).media_type
        return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


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
    when it is whole. Raises `NotFound` when there is no such evaluation, `TooLarge` for more than the format
    holds.
    """
    wanted = set(properties)
    shown = tuple(_property(name) for name in exportable() if name in wanted)
    with database.reading() as connection, whole_file(path) as unfinished:
        if evaluations.get(connection, evaluation_id) is None:
            raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
        of_it = Score.evaluation_id == evaluation_id
        total = connection.execute(select(func.count()).select_from(Score).where(of_it)).scalar_one()
        content = Content(
            name="scores",
            title="Scores 亩均评价结果",
            properties=shown,
            crs=STORED,
            chunks=lambda: _chunks(connection, evaluation_id, shown, total, progress),
            size=total,
            kinds=frozenset({"MultiPolygon"}),
            gaps=False,
            time=datetime.now(UTC),
            with_ids=False,
        )
        format_of(format.value).write(content, unfinished)
    return total


def _chunks(
    connection: Connection,
    evaluation_id: int,
    shown: Sequence[Property],
    total: int,
    progress: Progress | None,
) -> Iterator[FeatureTable]:
    """Give the scores by the thousands, so that an export takes no more memory than its format does."""
    schema = {each.name: TYPES[each.type] for each in shown}
    columns = [Score.__table__.c[each.name] for each in shown]
    query = (
        select(Score.id, Score.parcel_code, spatial.wkb(Score.geom), *columns)
        .where(Score.evaluation_id == evaluation_id)
        .order_by(Score.id)
        .limit(_AT_ONCE)
    )
    last = done = 0
    while rows := connection.execute(query.where(Score.id > last)).all():
        last = rows[-1][0]
        done += len(rows)
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        wkb = pl.Series([None if row[2] is None else bytes(row[2]) for row in rows], dtype=pl.Binary)
        frame = pl.DataFrame([tuple(row[3:]) for row in rows], schema=schema, orient="row")
        yield FeatureTable.of(ids, [f"{evaluation_id}:{row[1]}" for row in rows], ids, wkb, frame)
        if progress is not None:
            progress(done, total, "exporting")


def _property(name: str) -> Property:
    kind = Score.__table__.c[name].type
    return Property(name, _kind(kind), name)


def _kind(column_type: object) -> Kind:
    if isinstance(column_type, Boolean):
        return "boolean"
    if isinstance(column_type, Integer):  # BigInteger is one too
        return "integer"
    return "number" if isinstance(column_type, Float) else "string"
