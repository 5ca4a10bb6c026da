"""Correct and replay (更正与重放): held rows of a batch are read again, as they stand or with other cells.

What comes of it is a batch of its own that names the one it amends, so that nothing received is rewritten: a
held row is settled once a later row corrects it and is not held itself.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping

from service.domain.hand_overs import Feed, HandedRow, ImportReport, Verdict
from service.errors import Conflict, InvalidParameter, NotFound
from service.feeds import held_sheet
from service.feeds.corrections import Correction
from service.feeds.mappings.mapping import FeedMapping
from service.jobs import matching
from service.jobs.importing import Amendment, Origin, import_file, kept_on_disk
from service.store import corrections, hand_overs, received
from service.store.database import Database

WAITING = frozenset({"parcel_unknown", "parcel_split", "enterprise_unmatched", "enterprise_ambiguous"})
"""Reasons that the store may settle by itself: another hand-over, or a decision, may have come since."""


class FileNotKept(Conflict):
    """The batch is older than the keeping of files."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person says of one held row: other cells by source column, or that it is not to be used."""

    row: int
    """The id of the held row."""
    cells: dict[str, str] = field(default_factory=dict)
    dismiss: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """How geometries are treated this time, where it differs from the first; as for an import."""

    crs: str | None = None
    transformation: str | None = None
    repair: bool = False


def correct(
    database: Database,
    batch_id: int,
    changes: Sequence[Change] | None = None,
    *,
    feed: Feed | None = None,
    treatment: Treatment | None = None,
    by: str | None = None,
) -> ImportReport:
    """Read held rows of a batch again and store what they state now; return what became of them.

    The same changes in the same state of the store again change nothing.

    :param changes: the rows to read, and how; None: all that are open, as they stand
    :param feed: what the batch must be of
    :param by: who says so; the new batch keeps it
    :raises NotFound: when there is no such batch
    :raises Conflict: when nothing is open, or the file was not kept
    :raises InvalidParameter: for a row that is not open, and for a column that the file has not
    """
    batch, found = held_rows(database, batch_id, feed)
    rows = {row["id"]: row for row in found}
    with database.reading() as connection:
        changes = [Change(row) for row in rows] if changes is None else changes
        _check(connection, batch, rows, changes)
        as_of = corrections.known_beside(connection, batch_id)
    applied = json.loads(batch["mapping"])
    told = treatment or Treatment()
    with kept_on_disk(database, batch["sha256"]) as path:
        return import_file(
            database,
            batch["feed"],
            path,
            file_name=batch["file_name"],
            mapping=FeedMapping.model_validate(applied["mapping"]),
            district=batch["district"] if _asks_for_district(applied["mapping"], batch) else None,
            crs=told.crs or applied["crs"],
            transformation=told.transformation or applied["transformation"],
            repair=told.repair or applied["repair"],
            origin=Origin(profile=batch["profile"], corrects=batch_id, pulled_from=batch["pulled_from"]),
            amendment=_amendment(batch_id, rows, changes, as_of, by),
        )


def correct_by_workbook(
    database: Database,
    batch_id: int,
    path: Path,
    *,
    file_name: str | None = None,
    feed: Feed | None = None,
    treatment: Treatment | None = None,
    by: str | None = None,
) -> ImportReport:
    """Correct held rows as a workbook says that `service.feeds.held_sheet` made; otherwise as `correct`.

    :raises InvalidParameter: when it is another workbook, or names a row that is not open
    """
    _, rows = held_rows(database, batch_id, feed)
    said = held_sheet.read(path, file_name or path.name, rows)
    changes = [Change(each.row, each.cells, each.dismiss) for each in said]
    return correct(database, batch_id, changes, feed=feed, treatment=treatment, by=by)


def held_rows(
    database: Database, batch_id: int, feed: Feed | None = None
) -> tuple[RowMapping, list[dict[str, Any]]]:
    """Return a batch and its open held rows in the order of the file; raises `NotFound`."""
    with database.reading() as connection:
        batch = hand_overs.batch(connection, batch_id, feed)
        if batch is None:
            raise NotFound(
                f"There is no batch {batch_id} of this feed.",
                f"没有编号为 {batch_id} 的交付批次。",
                place="batch_id",
            )
        return batch, corrections.open_rows(connection, batch_id)


def replay_waiting(database: Database, reasons: Collection[str] = WAITING) -> list[ImportReport]:
    """Read the open rows again that were held for one of these reasons and may be settled now."""
    with database.reading() as connection:
        waiting = corrections.answerable(connection, reasons)
    return _replay(database, waiting)


def replay_matched(database: Database, match_id: int, by: str | None = None) -> list[ImportReport]:
    """Read the rows again that waited for a question about a name; call it once that is decided.

    Raises `NotFound` for an unknown question.
    """
    waiting: dict[int, list[int]] = {}
    for batch, row in matching.held_rows(database, match_id):
        waiting.setdefault(batch, []).append(row)
    return _replay(database, waiting, by)


def _replay(
    database: Database, waiting: Mapping[int, Sequence[int]], by: str | None = None
) -> list[ImportReport]:
    """Read rows of batches as they stand; batches whose file was not kept stay as they are."""
    reports = []
    for batch, rows in waiting.items():
        with suppress(FileNotKept):
            reports.append(correct(database, batch, [Change(row) for row in rows], by=by))
    return reports


def _check(
    connection: Connection, batch: RowMapping, rows: dict[int, dict[str, Any]], changes: Sequence[Change]
) -> None:
    if not rows:
        raise Conflict(
            f"Batch {batch['id']} has no held row that is still open.",
            f"批次 {batch['id']} 没有待处理的行。",
            code="nothing-held",
            action="GET …/rows?verdict=held tells which row settled which.",
        )
    if not received.is_kept(connection, batch["sha256"]):
        raise FileNotKept(
            "The file of this batch was received before files were kept.",
            "该批次的原始文件未留存。",
            code="file-not-kept",
            action="Hand the corrected file over again. 请重新提交更正后的文件。",
        )
    seen: set[int] = set()
    for number, change in enumerate(changes):
        if change.row not in rows or change.row in seen:
            raise InvalidParameter(
                f"Row {change.row} is no open held row of batch {batch['id']}, or comes twice.",
                f"行 {change.row} 不是该批次的待处理行，或重复出现。",
                code="row-not-open",
                place=f"/rows/{number}/id",
                action="GET …/rows?verdict=held lists them; those with settled_by are settled.",
            )
        seen.add(change.row)


def _amendment(
    batch_id: int, rows: dict[int, dict[str, Any]], changes: Sequence[Change], as_of: str, by: str | None
) -> Amendment:
    return Amendment(
        corrections={
            rows[change.row]["row"]: Correction(change.row, change.cells)
            for change in changes
            if not change.dismiss
        },
        dismissed=tuple(_dismissed(rows[change.row]) for change in changes if change.dismiss),
        identity={
            "batch": batch_id,
            "rows": [_identity(change) for change in sorted(changes, key=lambda change: change.row)],
            "as_of": as_of,
            "by": by,
        },
    )


def _identity(change: Change) -> dict[str, Any]:
    return {"row": change.row, "cells": change.cells, "dismiss": change.dismiss}


def _dismissed(row: dict[str, Any]) -> HandedRow:
    return HandedRow(
        row["sheet"], row["row"], row["content"], Verdict.SKIPPED, "dismissed", corrects=row["id"]
    )


def _asks_for_district(mapping: dict[str, Any], batch: RowMapping) -> bool:
    """Whether the import named the district of the batch, not its mapping."""
    return batch["feed"] != Feed.PARCELS or "district" not in mapping["columns"]
