"""An edit written down: its batch, its row, the document it came as, and what they change."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import polars as pl
from sqlalchemy import Connection

from service.domain.hand_overs import REASONS, Feed, ImportReport, Verdict
from service.errors import Unprocessable
from service.feeds import facts
from service.feeds.statements import Statement
from service.jobs.editing.terms import Edited, Said
from service.jobs.importing import READER
from service.store import hand_overs, parcels, received
from service.store.hand_overs import HandOver, Rows
from service.store.recording import LATER

_NAMES = {"create": "new", "replace": "edit", "update": "edit", "delete": "removed"}


class Unchanged(Exception):
    """The store says the same already; the transaction is taken back."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Who does what to which parcel, with which document, and of which version of it that is made."""

    action: Literal["create", "replace", "update", "delete"]
    by: str
    code: str
    district: str
    document: bytes
    said: Said | None = None
    replaces: int | None = None


def record(connection: Connection, edit: Edit, statement: Statement) -> Edited:
    """Write an edit; return the parcel's version.

    :param connection: a writing transaction in which the edit was found to be allowed
    :raises Unchanged: when the store says the same already
    :raises Unprocessable: for what the store refuses, as it would hold a row of a hand-over
    """
    hand_over = HandOver(
        Feed.PARCELS,
        edit.district,
        hashlib.sha256(edit.document).hexdigest(),
        _applied(edit, statement),
        f"{_NAMES[edit.action]} {edit.code}.geojson",
    )
    received.keep_bytes(connection, hand_over.sha256, edit.document)
    statement.row.subject = edit.code  # so that the edits of a parcel can be found, its removal too
    kept, later = facts.kept([statement.row]), pl.DataFrame(schema=LATER)
    written = hand_overs.write(
        connection, hand_over, Rows(1, [kept], statement.facts, later, statement.fields)
    )
    if written.verdicts[Verdict.HELD]:
        (reason,) = written.reasons
        raise _refused(reason)
    if written.verdicts[Verdict.DUPLICATE]:
        raise Unchanged
    report = ImportReport(
        batch_id=written.batch_id,
        feed=Feed.PARCELS,
        district=edit.district,
        file_name=hand_over.file_name,
        sha256=hand_over.sha256,
        read=1,
        accepted=1,
        held=0,
        duplicate=0,
        skipped=0,
    )
    after = parcels.current(connection, edit.code)
    if after is None:
        raise ValueError("an edit of a parcel that is not there")
    return Edited(edit.code, after.version, after.received_at, report)


def _applied(edit: Edit, statement: Statement) -> str:
    """Return how the document was read, as batches keep it, and what kind of edit it is."""
    said = edit.said
    mapping = statement.mapping
    applied: dict[str, Any] = {
        "mapping": {} if mapping is None else mapping.model_dump(mode="json", exclude_defaults=True),
        "crs": said.outline.crs.uri if said is not None and said.outline is not None else None,
        "transformation": None,
        "repair": False,
        "reader": READER,
        "edit": {
            "action": edit.action,
            "by": edit.by,
            "replaces": edit.replaces,
            "ignored": list(said.ignored) if said is not None else [],
        },
    }
    return orjson.dumps(applied, option=orjson.OPT_SORT_KEYS).decode()


def _refused(reason: str) -> Unprocessable:
    english, chinese = REASONS[reason]
    moved = reason == "district_differs"
    return Unprocessable(
        f"{english[:1].upper()}{english[1:]}.",
        f"{chinese}。",
        code=reason,
        place="/properties/district" if moved else None,
        action="Remove it here and create it there. 如区划调整，请删除后在新区域新建。" if moved else None,
    )
