"""What the rows of a hand-over change: compared with the store in bulk, written after the rows themselves.

Figures keep their history: a new value supersedes the old one by key. All other records are kept in place,
and only in the fields that the hand-over states; what was there before stays in its own source row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    and_,
    bindparam,
    exists,
    select,
    text,
    update,
)

from service.domain.hand_overs import AT, FIGURE_KEY, ROW, Feed, Verdict
from service.store import bulk
from service.store.frames import frame
from service.store.models import (
    SRID,
    Barrier,
    Branch,
    Building,
    Enterprise,
    EnterpriseRating,
    Figure,
    FirmSurcharge,
    GrantContract,
    InspectionItem,
    Meter,
    Occupancy,
    Parcel,
    ParcelSuccession,
    Premises,
    Project,
)
from service.store.spatial import wkb

_CHUNK = 1000
_SLICE = 20_000
_LINE, _ID = "line", "stored_id"
_TABLES: dict[Feed, tuple[Any, tuple[str, ...]]] = {
    Feed.PARCELS: (Parcel.__table__, ("code",)),
    Feed.ENTERPRISES: (Enterprise.__table__, ("uscc",)),
    Feed.OCCUPANCIES: (Occupancy.__table__, ("parcel_code", "uscc", "role", "valid_from")),
    Feed.FIGURES: (Figure.__table__, FIGURE_KEY),
    Feed.CONTRACTS: (GrantContract.__table__, ("parcel_code",)),
    Feed.BRANCHES: (Branch.__table__, ("uscc",)),
    Feed.RATINGS: (EnterpriseRating.__table__, ("uscc", "period")),
    Feed.METERS: (Meter.__table__, ("kind", "meter", "parcel_code", "uscc")),
    Feed.INSPECTIONS: (InspectionItem.__table__, ("uscc", "parcel_code", "period", "kind", "item")),
    Feed.BUILDINGS: (Building.__table__, ("code",)),
    Feed.BARRIERS: (Barrier.__table__, ("code",)),
    Feed.SUCCESSIONS: (ParcelSuccession.__table__, ("old_code", "new_code")),
    Feed.SURCHARGES: (FirmSurcharge.__table__, ("uscc", "parcel_code", "kind", "valid_from")),
    Feed.PROJECTS: (Project.__table__, ("code",)),
    Feed.PREMISES: (Premises.__table__, ("code",)),
}
"""Where the facts of each feed are kept, and the columns of their key; a figure's metric comes beside it."""

LATER: dict[str, Any] = {
    AT: pl.UInt32,
    "verdict": pl.String,
    "reason": pl.String,
    "column": pl.String,
    "detail": pl.String,
    "subject": pl.String,
}
"""The columns of verdicts that the store gives; they replace a row's first one whole."""


@dataclass(slots=True)
class Changes:
    """What is to be written once the source rows are, and the verdicts that came of the comparison."""

    feed: Feed
    fields: tuple[str, ...]
    batch_id: int
    first_row_id: int
    new: pl.DataFrame
    """Facts that the store has not, or not with this content."""
    changed: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Records that the store has with another content, with their id there."""
    superseded: list[pl.Series] = field(default_factory=list)
    """Ids of the figures that have another value now."""
    later: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LATER))

    def apply(self, connection: Connection) -> None:
        """Write them."""
        if self.feed is Feed.FIGURES:
            _supersede(connection, self.superseded, self.batch_id)
            _insert_figures(connection, self)
        else:
            _replace(connection, self)
            _insert_records(connection, self)


def record(
    connection: Connection,
    feed: Feed,
    facts: pl.DataFrame,
    fields: Sequence[str],
    batch_id: int,
    first_row_id: int,
) -> Changes:
    """Compare what the rows of a hand-over state with the store; return what is to be written.

    :param facts: ``@at``, ``@row``, key and content, each key once; of figures one column for each metric
    :param fields: the columns of the content, in order
    :param first_row_id: the id that the first row of the file will have; the others follow
    """
    facts = facts.drop(ROW)
    if feed is Feed.FIGURES:
        # in the order of their index, which is then searched and filled from one end
        facts = facts.sort(FIGURE_KEY[:2])
    facts = facts.with_row_index(_LINE)
    changes = Changes(feed, tuple(fields), batch_id, first_row_id, facts)
    if facts.height:
        (_compare_figures if feed is Feed.FIGURES else _compare_records)(connection, changes)
    return changes


def _compare_figures(connection: Connection, changes: Changes) -> None:
    facts, found = changes.new, []
    periods = facts["period"].unique().to_list()
    table = Figure.__table__
    known = []
    for metric in changes.fields:
        there = exists().where(Figure.metric == metric, Figure.period.in_(periods))
        if facts[metric].null_count() < facts.height and connection.execute(select(there)).scalar_one():
            known.append(metric)
    if not known:
        return
    stage, on = _staged(connection, changes.feed, facts)
    for metric in known:
        query = select(stage.c.line, table.c.id, table.c.value).select_from(stage.join(table, on))
        query = query.where(table.c.metric == metric, table.c.superseded_by.is_(None))
        stored = frame(connection, query, {_LINE: "int", _ID: "int", "stored": "int"})
        stated = facts.select(pl.col(_LINE).cast(pl.Int64), pl.col(metric)).drop_nulls(metric)
        both = stated.join(stored, on=_LINE)
        same = pl.col(metric) == pl.col("stored")
        changes.superseded.append(both.filter(~same)[_ID])
        found.append(both.filter(same)[_LINE].cast(pl.UInt32))
    stage.drop(connection)
    for metric, lines in zip(known, found, strict=True):
        if len(lines):
            is_there = pl.col(_LINE).is_in(lines.implode())
            facts = facts.with_columns(pl.when(~is_there).then(pl.col(metric)).alias(metric))
    says = pl.any_horizontal(pl.col(name).is_not_null() for name in changes.fields)
    changes.new = facts.filter(says)
    silent = facts.select(AT, "subject_code").unique(AT).join(changes.new, on=AT, how="anti")
    changes.later = _verdict(silent.sort(AT), "subject_code", Verdict.DUPLICATE, "already_stored")


def _compare_records(connection: Connection, changes: Changes) -> None:
    facts, fields = changes.new, changes.fields
    stage, on = _staged(connection, changes.feed, facts)
    table, _ = _TABLES[changes.feed]
    content = [wkb(table.c.geom) if name == "geom" else table.c[name] for name in fields]
    query = select(stage.c.line, table.c.id, *content).select_from(stage.join(table, on))
    types: dict[str, Any] = {
        _LINE: pl.UInt32,
        _ID: pl.Int64,
        **{f"{name}@": facts.schema[name] for name in fields},
    }
    parts = [pl.DataFrame(schema=types)]
    answer = connection.execute(query, execution_options={"yield_per": _SLICE})
    parts.extend(
        pl.DataFrame([_plain(row) for row in rows], schema=types, orient="row")
        for rows in answer.partitions(_SLICE)
    )
    stage.drop(connection)
    both = facts.join(pl.concat(parts), on=_LINE, how="left", maintain_order="left")
    is_known = pl.col(_ID).is_not_null()
    verdicts = []
    if changes.feed is Feed.PARCELS:
        both, refused = _refuse_parcels(both, fields)
        verdicts.append(refused)
    same = pl.all_horizontal(is_known, *(pl.col(name).eq_missing(pl.col(f"{name}@")) for name in fields))
    repeated = both.filter(same)
    subject = _TABLES[changes.feed][1][0]
    verdicts.append(_verdict(repeated, subject, Verdict.DUPLICATE, "already_stored"))
    left = both.filter(~same).select(*facts.columns, _ID)
    changes.new = left.filter(~is_known).drop(_ID)
    changes.changed = left.filter(is_known)
    changes.later = pl.concat(verdicts).sort(AT)


def _refuse_parcels(both: pl.DataFrame, fields: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hold parcels recorded in another district, and unknown ones that come without outline."""
    is_known, held = pl.col(_ID).is_not_null(), [pl.DataFrame(schema=LATER)]
    if "district" in fields:
        moved = is_known & (pl.col("district") != pl.col("district@"))
        detail = pl.format("The store has this parcel in the district {}.", "district@")
        held.append(_verdict(both.filter(moved), "code", Verdict.HELD, "district_differs", detail))
        both = both.filter(~moved)
    if "geom" not in fields:
        detail = pl.format("There is no parcel {} yet, and this file gives no outline.", "code")
        held.append(_verdict(both.filter(~is_known), "code", Verdict.HELD, "parcel_unknown", detail))
        both = both.filter(is_known)
    return both, pl.concat(held)


def _verdict(
    lines: pl.DataFrame, subject: str, verdict: Verdict, reason: str, detail: pl.Expr | None = None
) -> pl.DataFrame:
    """Judge lines; ``subject`` is the column that says of what they speak, which coverage asks."""
    return lines.select(
        AT,
        verdict=pl.lit(verdict.value),
        reason=pl.lit(reason),
        column=pl.lit(None, pl.String),
        detail=pl.lit(None, pl.String) if detail is None else detail,
        subject=pl.col(subject).cast(pl.String),
    )


def _staged(connection: Connection, feed: Feed, facts: pl.DataFrame) -> tuple[Table, Any]:
    """Put the keys into a temporary table that one query joins; return it and on what to join.

    Lists of values in chunks are as quick while the planner sees the right index, and take minutes when it
    does not.
    """
    table, key = _TABLES[feed]
    selective = [name for name in key if not table.c[name].nullable]
    open_ = [name for name in key if table.c[name].nullable]
    stage = Table(
        "stated_key",
        MetaData(),
        Column(_LINE, BigInteger),
        *(Column(name, table.c[name].type) for name in key),
        prefixes=["TEMPORARY"],
    )
    stage.create(connection)
    bulk.append(connection, stage, facts.select(_LINE, *key).iter_slices(_SLICE))
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE stated_key"))
    same = (stage.c[name] == table.c[name] for name in selective)
    return stage, and_(*same, *(stage.c[name].is_not_distinct_from(table.c[name]) for name in open_))


def _plain(row: Sequence[Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, (memoryview, bytearray)) else value for value in row]


def _supersede(connection: Connection, ids: list[pl.Series], batch_id: int) -> None:
    if not any(len(part) for part in ids):
        return
    gone = Table("superseded_id", MetaData(), Column("id", BigInteger), prefixes=["TEMPORARY"])
    gone.create(connection)
    bulk.append(connection, gone, (part.to_frame("id") for part in ids if len(part)))
    connection.execute(update(Figure).where(Figure.id.in_(select(gone.c.id))).values(superseded_by=batch_id))
    gone.drop(connection)


def _insert_figures(connection: Connection, changes: Changes) -> None:
    """Append figures, in the order of their subjects."""
    if changes.new.is_empty():
        return
    facts = changes.new.select(
        *FIGURE_KEY, *changes.fields, source_row_id=pl.col(AT).cast(pl.Int64) + changes.first_row_id
    )
    if connection.dialect.name == "postgresql":
        bulk.append(connection, Figure.__table__, _long(facts, changes))
        return
    # SQLite itself makes a line for each metric: quicker than rows through Python
    places = {f"m{place}": name for place, name in enumerate(changes.fields)}
    stage = Table(
        "stated_figure",
        MetaData(),
        *(Column(name, Figure.__table__.c[name].type) for name in (*FIGURE_KEY, "source_row_id")),
        *(Column(name, BigInteger) for name in places),
        prefixes=["TEMPORARY"],
    )
    stage.create(connection)
    wide = facts.rename({name: place for place, name in places.items()})
    bulk.append(connection, stage, wide.iter_slices(_SLICE))
    key = ", ".join(FIGURE_KEY)
    value = " ".join(f"WHEN '{metric}' THEN {place}" for place, metric in places.items())
    metrics = ", ".join(f"('{metric}')" for metric in sorted(changes.fields))
    # CROSS JOIN keeps the order: all of a row at once, so that its source row is looked up while it is near
    connection.exec_driver_sql(
        f"INSERT INTO figure ({key}, metric, value, batch_id, source_row_id) "  # noqa: S608 - names of ours
        f"SELECT * FROM (SELECT {key}, metric, CASE metric {value} END AS value, {changes.batch_id}, "
        f"source_row_id FROM stated_figure CROSS JOIN (SELECT column1 AS metric FROM (VALUES {metrics}))) "
        "WHERE value IS NOT NULL"
    )
    stage.drop(connection)


def _long(facts: pl.DataFrame, changes: Changes) -> Iterator[pl.DataFrame]:
    for part in facts.iter_slices(_SLICE):
        long = part.unpivot(
            changes.fields, index=[*FIGURE_KEY, "source_row_id"], variable_name="metric", value_name="value"
        )
        yield long.drop_nulls("value").with_columns(batch_id=pl.lit(changes.batch_id))


def _insert_records(connection: Connection, changes: Changes) -> None:
    if changes.new.is_empty():
        return
    table, key = _TABLES[changes.feed]
    row = pl.col(AT).cast(pl.Int64) + changes.first_row_id
    new = changes.new.select(*key, *changes.fields, source_row_id=row)
    if "geom" in changes.fields:
        bulk.insert(connection, table, new.columns, new.iter_rows())
    else:
        bulk.append(connection, table, new.iter_slices(_SLICE))


def _replace(connection: Connection, changes: Changes) -> None:
    if changes.changed.is_empty():
        return
    table, _ = _TABLES[changes.feed]
    names = [*changes.fields, "source_row_id"]
    statement = (
        update(table)
        .where(table.c.id == bindparam(_ID))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    row = pl.col(AT).cast(pl.Int64) + changes.first_row_id
    given = changes.changed.select(_ID, *changes.fields, source_row_id=row)
    for part in given.iter_slices(_CHUNK):
        connection.execute(
            statement,
            [
                {
                    _ID: stored,
                    **{
                        f"new_{name}": WKBElement(value, SRID) if name == "geom" else value
                        for name, value in zip(names, values, strict=True)
                    },
                }
                for stored, *values in part.iter_rows()
            ],
        )
