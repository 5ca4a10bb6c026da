"""A store that holds wide results: parcels on a grid, a snapshot of them, and an evaluation."""

from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.domain.tables import KEYS
from service.store import evaluations
from service.store.database import Database
from service.store.hashing import canonical_hash
from service.store.snapshot import FrozenSnapshot
from tests.support.records import add_grid
from tests.support.wide import results

DISTRICT = "园区"


def snapshot(parcels: int) -> FrozenSnapshot:
    """Return a snapshot of the parcels that `add_grid` writes."""
    codes = pl.DataFrame({"n": range(parcels)}).select(
        parcel_code=pl.format("P{}", pl.col("n").cast(pl.String).str.zfill(6)), registered_area="n"
    )
    frames = {"parcels": codes, "enterprises": pl.DataFrame({"uscc": []}, {"uscc": pl.String})}
    return FrozenSnapshot(frames, canonical_hash(frames, KEYS), 1)


def save(connection: Connection, parcels: int, **values: Any) -> int:
    """Store an evaluation with results of every kind; the parcels are there already."""
    run = {
        "district": DISTRICT,
        "period": "2023",
        "scheme_name": "plain",
        "scheme": "{}",
        "scheme_hash": "s",
        "result_hash": "r",
        "code_version": "0",
        "run_hash": "run",
        "as_of_batch": 1,
    }
    frozen = snapshot(parcels)
    given = run | {"snapshot_hash": frozen.content_hash} | values
    return evaluations.save(connection, given, frozen, results(parcels))


def evaluated(database: Database, parcels: int, scored: int | None = None) -> int:
    """Write parcels and an evaluation of them, or of more, in one transaction; returns its id."""
    with database.writing() as connection:
        add_grid(connection, parcels)
        return save(connection, scored or parcels)
