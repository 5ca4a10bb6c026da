"""A synthetic snapshot as rows of a store: to measure an evaluation there without importing first."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from sqlalchemy import Connection, insert

from service.domain.tables import PROMISES
from service.store import bulk
from service.store.database import Database
from service.store.models import Base, Batch, SourceRow
from tests.benchmarks.importing import DISTRICT
from tests.benchmarks.park import STEP, WEST_SOUTH, side
from tests.benchmarks.snapshot import METRICS, PERIOD

_SQUARE_METRE, _MILLIONTH = 100, 1_000_000
_CHUNK = 100_000


def fill(url: str, folder: str) -> None:
    """Write a folder's tables into the empty store at a URL, as rows of one batch."""
    database = Database(url)
    tables = {path.stem: pl.read_parquet(path) for path in Path(folder).glob("*.parquet")}
    with database.writing() as connection:
        if not database.is_embedded:  # the rows fit by construction: spare looking every one's parent up
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        batch, row = _origin(connection, tables["parcels"].height)
        _append(connection, "parcel", _parcels(tables["parcels"]), row, _boxes(tables["parcels"].height))
        _append(connection, "enterprise", _enterprises(tables["enterprises"]), row)
        _append(connection, "occupancy", _occupancies(tables["occupancies"]), row)
        if "grant_contract" in Base.metadata.tables:
            _append(connection, "grant_contract", _contracts(tables["contracts"]), row)
        figures = _figures(tables["enterprise_figures"]).with_columns(batch_id=pl.lit(batch))
        _append(connection, "figure", figures, row)
    if not database.is_embedded:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    database.dispose()


def _origin(connection: Connection, rows: int) -> tuple[int, int]:
    """Make the batch and the source row that everything comes from; returns their ids."""
    batch = {
        "feed": "parcels",
        "district": DISTRICT,
        "file_name": "synthetic",
        "sha256": "0" * 64,
        "mapping": "{}",
        "received_at": datetime(2024, 1, 1, tzinfo=UTC),
        "read": rows,
        "accepted": rows,
        "held": 0,
        "duplicate": 0,
        "skipped": 0,
    }
    batch_id = connection.execute(insert(Batch).values(batch).returning(Batch.id)).scalar_one()
    row = {"batch_id": batch_id, "sheet": "", "row": 2, "verdict": "accepted", "content": "{}"}
    row_id = connection.execute(insert(SourceRow).values(row).returning(SourceRow.id)).scalar_one()
    return batch_id, row_id


def _append(
    connection: Connection, name: str, frame: pl.DataFrame, row: int, geometry: Iterable[bytes] | None = None
) -> None:
    frame = frame.with_columns(source_row_id=pl.lit(row))
    columns, rows = frame.columns, frame.iter_rows(buffer_size=5_000)
    if geometry is not None:
        columns = [*columns, "geom"]
        rows = ((*values, box) for values, box in zip(rows, geometry, strict=True))
    bulk.insert(connection, Base.metadata.tables[name], columns, rows)


def _boxes(parcels: int) -> Iterator[bytes]:
    """Yield a small box on a grid for each parcel, as WKB."""
    for start in range(0, parcels, _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, parcels))
        west = WEST_SOUTH[0] + numbers % side(parcels) * STEP
        south = WEST_SOUTH[1] + numbers // side(parcels) * STEP
        boxes = shapely.box(west, south, west + STEP * 0.8, south + STEP * 0.8)
        shapes = shapely.multipolygons(boxes, indices=np.arange(len(boxes)))
        yield from shapely.to_wkb(shapes, byte_order=1).tolist()


def _parcels(parcels: pl.DataFrame) -> pl.DataFrame:
    areas = ("registered_area", "geodesic_area", "floor_area", "footprint_area")
    known = [name for name in areas if f"{name}_m2" in Base.metadata.tables["parcel"].c]
    return parcels.select(
        "town",
        "land_use",
        *(_plain(name, _SQUARE_METRE).alias(f"{name}_m2") for name in known),
        _plain("far_limit", _MILLIONTH),
        code="parcel_code",
        district=pl.lit(DISTRICT),
    )


def _enterprises(enterprises: pl.DataFrame) -> pl.DataFrame:
    return enterprises.select("uscc", "industry", "above_scale", "registered_on", name=pl.lit("Firm"))


def _occupancies(occupancies: pl.DataFrame) -> pl.DataFrame:
    area = _plain("floor_area", _SQUARE_METRE).alias("floor_area_m2")
    return occupancies.select("parcel_code", "uscc", "role", area, "valid_from", "valid_to")


def _contracts(contracts: pl.DataFrame) -> pl.DataFrame:
    columns = {
        "tax_per_mu": "tax_wan_yuan_per_mu",
        "output_per_mu": "output_wan_yuan_per_mu",
        "investment_per_mu": "investment_wan_yuan_per_mu",
        "energy_per_output": "energy_tce_per_wan_yuan",
    }
    return contracts.select(
        "parcel_code",
        "signed_on",
        "complete_by",
        "completed_on",
        *(_plain(name, size).alias(columns.get(name, name)) for name, (_, size) in PROMISES.items()),
    )


def _figures(figures: pl.DataFrame) -> pl.DataFrame:
    long = figures.select("uscc", *METRICS).unpivot(index="uscc", variable_name="metric")
    return long.select(
        "metric",
        "value",
        subject_kind=pl.lit("enterprise"),
        subject_code="uscc",
        part_of=pl.lit(""),
        period=pl.lit(PERIOD),
    )


def _plain(name: str, per_unit: int) -> pl.Expr:
    return pl.col(name) / per_unit
