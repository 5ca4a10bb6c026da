"""A snapshot (快照): what an evaluation reads, frozen as Parquet under the hash of its content."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from service.domain.tables import KEYS, SNAPSHOT
from service.errors import Unavailable
from service.store.inputs import read
from service.store.models import Batch
from service.store.tables import canonical_hash


@dataclass(frozen=True, slots=True)
class FrozenSnapshot:
    """Where a snapshot lies, the hash of its content, and the last hand-over that it saw."""

    path: Path
    content_hash: str
    as_of_batch: int

    def tables(self) -> dict[str, pl.LazyFrame]:
        """Return its tables, read when needed."""
        return {name: pl.scan_parquet(self.path / f"{name}.parquet") for name in SNAPSHOT}


def freeze(connection: Connection, district: str, period: str, data_dir: Path) -> FrozenSnapshot:
    """Write the snapshot of a district and period, or find it as it was written before.

    :raises Unavailable: when the folder of snapshots cannot be written to
    """
    tables = read(connection, district, period)
    content_hash = canonical_hash(tables, KEYS)
    as_of_batch = connection.execute(select(func.coalesce(func.max(Batch.id), 0))).scalar_one()
    folder = data_dir / "snapshots"
    try:
        path = _written(tables, folder, content_hash)
    except OSError as error:
        raise Unavailable(
            f"The snapshot cannot be written: {error.strerror}.",
            "无法写入快照。",
            place=str(folder),
            action="Check that the folder of MUJUN_DATA_DIR may be written to and has room.",
        ) from error
    return FrozenSnapshot(path, content_hash, as_of_batch)


def _written(tables: dict[str, pl.DataFrame], folder: Path, content_hash: str) -> Path:
    """Write beside and rename: a snapshot is there as a whole or not at all."""
    path = folder / content_hash
    if path.is_dir():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder, prefix=".unfinished-"))
    try:
        for name, table in tables.items():
            table.write_parquet(unfinished / f"{name}.parquet")
        os.replace(unfinished, path)
    except OSError:
        if not path.is_dir():  # else another process was first with the same content
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return path
