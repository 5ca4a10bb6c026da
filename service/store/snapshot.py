"""A snapshot (快照): what an evaluation reads, frozen under the hash of its content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, func, select

from service.domain.tables import KEYS
from service.store import parts
from service.store.hashing import canonical_hash
from service.store.inputs import nothing, read
from service.store.models import Batch


@dataclass(frozen=True, slots=True)
class FrozenSnapshot:
    """What was read, the hash of its content, and the last hand-over that it saw."""

    frames: Mapping[str, pl.DataFrame]
    content_hash: str
    as_of_batch: int

    def tables(self) -> dict[str, pl.LazyFrame]:
        """Return its tables."""
        return {name: table.lazy() for name, table in self.frames.items()}


def freeze(
    connection: Connection, district: str, period: str, *, year_before: bool = False
) -> FrozenSnapshot:
    """Read the snapshot of a district and period as the connection sees them.

    :param year_before: with the figures of the year before
    """
    frames = read(connection, district, period, year_before=year_before)
    as_of_batch = connection.execute(select(func.coalesce(func.max(Batch.id), 0))).scalar_one()
    return FrozenSnapshot(frames, canonical_hash(frames, KEYS), as_of_batch)


def keep_snapshot(
    connection: Connection, frozen: FrozenSnapshot, keys: Mapping[str, Sequence[str]] = KEYS
) -> None:
    """Keep the snapshot in the store, for an evaluation that is written next; once per content."""
    owner = parts.of_snapshot(frozen.content_hash)
    if not parts.is_kept(connection, owner):
        parts.keep(connection, owner, frozen.frames, keys)


def snapshot_tables(connection: Connection, content_hash: str) -> dict[str, pl.LazyFrame]:
    """Return the tables of a kept snapshot, decoded when needed; no table when there is none."""
    return parts.tables(connection, parts.of_snapshot(content_hash))


def snapshot_rows(
    connection: Connection, content_hash: str, name: str, by: str, values: Collection[str]
) -> pl.DataFrame:
    """Return the rows of a table of a kept snapshot that have one of the values in a column.

    By the first column of the table's key it opens the parts that can hold them; by another one all parts.
    """
    owner = parts.of_snapshot(content_hash)
    if name == "passed_on" and parts.table(connection, owner, name) is None:
        return nothing(name)  # frozen before branches and lineage were known
    if by == KEYS[name][0]:
        return parts.rows(connection, owner, name, by, values)
    table = parts.table(connection, owner, name)
    if table is None:
        raise LookupError(f"The snapshot {content_hash} has no table {name}.")
    return table.filter(pl.col(by).is_in(pl.Series(sorted(values), dtype=pl.String).implode())).collect()
