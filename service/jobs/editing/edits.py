"""The four edits, each in one writing transaction: whoever writes sees the parcel as it is, and is alone."""

from typing import Literal

import orjson
import shapely
from sqlalchemy import Connection

from service.domain.hand_overs import REASONS, HandedRow, Verdict
from service.errors import Conflict, NotFound, Unprocessable
from service.feeds.features import GEOMETRY
from service.feeds.statements import Statement, content, read_parcel, silent
from service.jobs.editing.recording import Edit, Unchanged, record
from service.jobs.editing.terms import UNCONDITIONAL, Edited, Expected, Said
from service.store import parcels
from service.store.database import Database
from service.store.parcels import Current


def create(database: Database, said: Said, by: str) -> Edited:
    """Create a parcel.

    :param said: its code is among what is said
    :param by: who does it: the name of a key
    :raises Conflict: when there is one of this code
    :raises Unprocessable: for what a hand-over would have held
    """
    statement = _read(said, said.cells.get("code", ""))
    _refuse_held(statement.row)
    code, district = statement.facts.select("code", "district").row(0)
    with database.writing() as connection:
        if parcels.current(connection, code) is not None:
            raise Conflict(
                f"There is a parcel {code} already.",
                f"宗地 {code} 已存在。",
                code="already-there",
                place="/properties/code",
                action="Change that one, or give this one another code. 请修改已有宗地，或更换代码。",
            )
        return record(connection, Edit("create", by, code, district, said.document, said), statement)


def replace(database: Database, code: str, said: Said, by: str, expected: Expected = UNCONDITIONAL) -> Edited:
    """Give a parcel what is said, in all its fields; nothing is written when it is so already.

    :raises NotFound: when there is no such parcel
    :raises PreconditionFailed: when it is not what was expected
    :raises Unprocessable: for what a hand-over would have held
    """
    return _change(database, "replace", code, said, by, expected)


def update(database: Database, code: str, said: Said, by: str, expected: Expected = UNCONDITIONAL) -> Edited:
    """Change of a parcel what is named; otherwise as `replace`."""
    return _change(database, "update", code, said, by, expected)


def remove(database: Database, code: str, by: str, expected: Expected = UNCONDITIONAL) -> Edited:
    """Remove a parcel; its batch keeps what it was. Raises as `replace`.

    Whatever speaks of its code stays: occupancies and figures wait for it, evaluations do not change.
    """
    with database.writing() as connection:
        now = _existing(connection, code)
        expected.check(now, code)
        was, shape = parcels.content(connection, now.id), parcels.outline(connection, now.id)[0]
        document = orjson.dumps(
            {
                "type": "Feature",
                "id": code,
                "geometry": shapely.geometry.mapping(shapely.from_wkb(shape)),
                "properties": was,
            }
        )
        texts = {name: "" if value is None else str(value) for name, value in was.items()}
        row = HandedRow("", 1, content(texts, shape))
        edit = Edit("delete", by, code, now.district, document, replaces=now.version)
        edited = record(connection, edit, silent(row))
        parcels.remove(connection, now.id)
        return edited


def _change(
    database: Database,
    action: Literal["replace", "update"],
    code: str,
    said: Said,
    by: str,
    expected: Expected,
) -> Edited:
    statement = _read(said, code)
    try:
        with database.writing() as connection:
            now = _existing(connection, code)
            expected.check(now, code)  # who has read an old state is told so before anything else
            _refuse_held(statement.row)
            if said.outline is not None:
                shape, area = parcels.outline(connection, now.id)
                if said.outline.repeats(shape):
                    statement = statement.with_outline(shape, area)
            edit = Edit(action, by, code, now.district, said.document, said, now.version)
            return record(connection, edit, statement.about(code))
    except Unchanged:
        return Edited(code, now.version, now.received_at, None)


def _read(said: Said, code: str) -> Statement:
    outline = None if said.outline is None else said.outline.wkb
    return read_parcel({**said.cells, "code": code}, outline, "the feature")


def _existing(connection: Connection, code: str) -> Current:
    found = parcels.current(connection, code)
    if found is None:
        raise NotFound(f"There is no parcel {code[:40]}.", "没有该宗地。", place="featureId")
    return found


def _refuse_held(row: HandedRow) -> None:
    """Raise `Unprocessable` for a row that a hand-over would have held, at the place in the document."""
    if row.verdict is not Verdict.HELD or row.reason is None:
        return
    english, chinese = REASONS[row.reason]
    missing = {f"{name}_missing": f"/properties/{name}" for name in ("district", "parcel_code")}
    place = missing.get(row.reason) or (f"/properties/{row.column}" if row.column else None)
    raise Unprocessable(
        row.detail or f"{english[:1].upper()}{english[1:]}.",
        f"{chinese}。",
        code=row.reason,
        place="/geometry" if row.column == GEOMETRY else place,
        action="Correct it, and send it again; nothing was stored. 请更正后重新提交。",
    )
