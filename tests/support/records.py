"""Rows for tests of the store: a hand-over, and as many parcels as wanted on a regular grid."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import shapely
from sqlalchemy import Connection, insert

from service.store import bulk
from service.store.models import Batch, Evaluation, Parcel, SourceRow

WEST, SOUTH, STEP = 120.0, 30.0, 0.001
"""Where the grid begins, and how far apart its parcels are, in degrees."""

PARCEL_COLUMNS = ("code", "district", "geodesic_area_m2", "source_row_id", "geom")


def add_batch(connection: Connection, **values: Any) -> int:
    """Write a hand-over with one row and return the row's id."""
    given: dict[str, Any] = {
        "feed": "parcels",
        "file_name": "parcels.gpkg",
        "sha256": "0" * 64,
        "mapping": "{}",
        "received_at": datetime(2024, 1, 31, 8, tzinfo=UTC),
        "read": 1,
        "accepted": 1,
        "held": 0,
        "duplicate": 0,
        "skipped": 0,
    }
    batch = connection.execute(insert(Batch).values(given | values).returning(Batch.id)).scalar_one()
    row = insert(SourceRow).values(batch_id=batch, sheet="parcels", row=1, verdict="accepted", content="{}")
    return connection.execute(row.returning(SourceRow.id)).scalar_one()


def square(column: int, row: int, size: float = 0.8 * STEP) -> shapely.MultiPolygon:
    """Return a parcel of the grid."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return shapely.MultiPolygon([shapely.box(west, south, west + size, south + size)])


def grid_rows(count: int, source_row: int, columns: int = 100, start: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield rows of parcels for `PARCEL_COLUMNS`."""
    for i in range(start, start + count):
        yield f"P{i:06}", "园区", 7000.25, source_row, shapely.to_wkb(square(i % columns, i // columns))


def add_grid(connection: Connection, count: int, **options: int) -> int:
    """Write a hand-over and so many parcels of the grid; return the id of its source row."""
    source_row = add_batch(connection)
    bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, grid_rows(count, source_row, **options))
    return source_row


def add_evaluation(connection: Connection, **values: Any) -> int:
    """Write a draft evaluation without results and return its id."""
    given: dict[str, Any] = {
        "district": "园区",
        "period": "2023",
        "scheme_name": "plain",
        "scheme": "{}",
        "scheme_hash": "s",
        "snapshot_hash": "n",
        "result_hash": "r",
        "code_version": "0",
        "run_hash": "run",
        "as_of_batch": 0,
        "status": "draft",
        "created_at": datetime(2024, 2, 1, tzinfo=UTC),
        "parcels": 0,
        "scored": 0,
    }
    row = insert(Evaluation).values(given | values).returning(Evaluation.id)
    return connection.execute(row).scalar_one()
