"""What follows every import (后续处理): rows that waited for it are read again, and coverage is recorded.

Whatever goes wrong here, the import is in the store: that is logged and noted, and never looks as if the
import had failed.
"""

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from service.domain.hand_overs import Feed, ImportReport
from service.errors import MujunError
from service.jobs.correcting import Change, correct
from service.jobs.covering import record_coverage
from service.store import corrections
from service.store.database import Database

_log = logging.getLogger("mujun")

_FIRM = frozenset({"enterprise_unmatched", "enterprise_ambiguous"})

_SETTLES: Mapping[Feed, frozenset[str]] = {
    Feed.PARCELS: frozenset({"parcel_unknown"}),
    Feed.SUCCESSIONS: frozenset({"parcel_unknown", "parcel_split"}),
    Feed.ENTERPRISES: _FIRM,
    Feed.BRANCHES: _FIRM,
}
"""Feed → the reasons of held rows that a hand-over of it may settle."""


def follow_up(database: Database, report: ImportReport) -> ImportReport:
    """Do what follows an import that is committed; return its report with what came of that in the notes.

    Done again after a crash, it reads again what is still open and records the same points. An import that
    changed nothing is followed by nothing.
    """
    told = report.model_copy(update={"notes": list(report.notes)})
    if report.batch_id is None:
        return told
    batches = [report.batch_id]
    if report.accepted and report.feed in _SETTLES:
        batches += _replay(database, told)
    for batch in batches:
        with _never_failing(told):
            record_coverage(database, batch)
    return told


def _replay(database: Database, told: ImportReport) -> list[int]:
    """Read the rows again that waited for this import; return the batches that came of it."""
    waiting: dict[int, list[int]] = {}
    with _never_failing(told), database.reading() as connection:
        waiting = corrections.answerable(connection, _SETTLES[told.feed])
    again = []
    for batch, rows in waiting.items():
        # one whose file was not kept is in nobody's way
        with _never_failing(told):
            again.append(correct(database, batch, [Change(row) for row in rows]))
    read, held = sum(each.read for each in again), sum(each.held for each in again)
    if read:
        told.notes.append(
            f"{read:,} rows that had been held for want of this were read again: {read - held:,} are "
            f"settled, {held:,} are still held. "
            f"已自动重放待核行：{read - held:,} 行处理完毕，{held:,} 行仍待核。"
        )
    return [each.batch_id for each in again if each.batch_id is not None]


@contextmanager
def _never_failing(told: ImportReport) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        logged = f"urn:uuid:{uuid.uuid4()}"
        _log.error("What follows batch %s failed (%s)", told.batch_id, logged, exc_info=error)
        why = f"{error.detail} {error.detail_zh}" if isinstance(error, MujunError) else f"Logged as {logged}."
        told.notes.append(
            "The import is stored, but what follows it was not all done. "
            f"数据已入库，后续处理未全部完成。{why}"
        )
