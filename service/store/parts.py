"""Tables kept in the database as parts: some ten thousand sorted rows each, as Parquet.

A part says the first and last value of the column it is sorted by, so that a row is found by opening the one
part that can hold it. Whole tables come back in the order in which they were kept.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, false, insert, or_, select

from service.store.models import ResultPart, SnapshotPart

ROWS = 20_000
"""Rows of a part: a larger one is smaller per row, and takes longer to open for one parcel."""

_SORTED_BY = {"findings": "subject_code"}
"""What a table is looked up by, where that is not the first column of its key."""

_Part = type[SnapshotPart] | type[ResultPart]


def of_evaluation(evaluation_id: int) -> dict[str, Any]:
    """Return what the parts of an evaluation's results have in common."""
    return {"evaluation_id": evaluation_id}


def of_snapshot(content_hash: str) -> dict[str, Any]:
    """Return what the parts of a snapshot have in common."""
    return {"snapshot_hash": content_hash}


def keep(
    connection: Connection,
    owner: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    keys: Mapping[str, Sequence[str]],
) -> None:
    """Write tables as parts, in the caller's transaction; an empty table keeps its columns.

    :param owner: `of_evaluation` or `of_snapshot`
    :param keys: per table the columns that tell its rows apart; the first is what it is looked up by
    """
    part = _part(owner)
    for name, table in tables.items():
        by = _SORTED_BY.get(name, keys[name][0])
        ordered = table.sort(list(dict.fromkeys((by, *keys[name]))), nulls_last=True)
        for number, rows in enumerate(ordered.iter_slices(ROWS) if table.height else [ordered]):
            content = io.BytesIO()
            rows.write_parquet(content, compression="zstd", statistics=False)
            values = {
                "name": name,
                "part": number,
                "sorted_by": by,
                "first": rows[by][0] if table.height else None,
                "last": rows[by].drop_nulls().last() if table.height else None,
                "rows": rows.height,
                "content": content.getvalue(),
            }
            connection.execute(insert(part).values(**owner, **values))


def is_kept(connection: Connection, owner: Mapping[str, Any]) -> bool:
    """Return whether there are parts of this owner."""
    part = _part(owner)
    return connection.execute(select(part.id).where(_of(part, owner)).limit(1)).first() is not None


def tables(connection: Connection, owner: Mapping[str, Any]) -> dict[str, pl.LazyFrame]:
    """Return all tables, decoded when needed and only as far as needed.

    Their compressed bytes are in memory: of a million parcels some 100 MB.
    """
    part = _part(owner)
    query = select(part.name, part.content).where(_of(part, owner)).order_by(part.name, part.part)
    found: dict[str, list[pl.LazyFrame]] = {}
    for name, content in connection.execute(query):
        found.setdefault(name, []).append(pl.scan_parquet(io.BytesIO(content)))
    return {name: pl.concat(frames) for name, frames in found.items()}


def table(connection: Connection, owner: Mapping[str, Any], name: str) -> pl.LazyFrame | None:
    """Return one table, decoded when needed; None when there is none of this name."""
    part = _part(owner)
    query = select(part.content).where(_of(part, owner), part.name == name).order_by(part.part)
    frames = [pl.scan_parquet(io.BytesIO(content)) for content in connection.execute(query).scalars()]
    return pl.concat(frames) if frames else None


def sorting(connection: Connection, owner: Mapping[str, Any]) -> dict[str, str]:
    """Return the tables there are, each with the column by which `rows` finds its rows."""
    part = _part(owner)
    query = select(part.name, part.sorted_by).where(_of(part, owner), part.part == 0).order_by(part.name)
    return {row.name: row.sorted_by for row in connection.execute(query)}


def rows(
    connection: Connection, owner: Mapping[str, Any], name: str, by: str, values: Collection[str]
) -> pl.DataFrame:
    """Return the rows that have one of the values in the column that the table is sorted by."""
    part = _part(owner)
    within = or_(false(), *(and_(part.first <= value, part.last >= value) for value in values))
    query = select(part.content).where(_of(part, owner), part.name == name).order_by(part.part)
    chosen = connection.execute(query.where(within)).scalars().all()
    if not chosen:  # the first part, for its columns
        chosen = connection.execute(query.limit(1)).scalars().all()
    wanted = pl.Series(sorted(values), dtype=pl.String)
    frames = [pl.read_parquet(io.BytesIO(content)) for content in chosen]
    return pl.concat([frame.filter(pl.col(by).is_in(wanted.implode())) for frame in frames])


def _part(owner: Mapping[str, Any]) -> _Part:
    return SnapshotPart if "snapshot_hash" in owner else ResultPart


def _of(part: _Part, owner: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(getattr(part, name) == value for name, value in owner.items()))
