"""Measures are proposed, changed and moved: each in one transaction with its history and its event."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from service.domain.events import MEASURE_MOVED, MEASURE_PROPOSED, Happening
from service.domain.measures import ACHIEVED, DONE, ENDS, STATES, MeasureState, needs_note, refusal
from service.errors import Conflict, InvalidParameter
from service.jobs.measures.checks import (
    Versions,
    district_of,
    not_allowed,
    not_later_than_today,
    read,
    require_published,
)
from service.jobs.measures.forms import Changed, NewMeasure, kept
from service.jobs.periods import today
from service.store import events
from service.store import measures as stored
from service.store.database import Database

_ACHIEVED = tuple(each.column for each in ACHIEVED)


def propose(database: Database, said: NewMeasure, by: str) -> int:
    """Write a measure that was proposed and return its id.

    Raises `InvalidParameter` for parcels that are not there or in several districts, and for an evaluation
    that is not published or of another district.
    """
    codes = sorted(set(said.parcels))
    values = kept(
        said.model_dump(exclude={"parcels", "note", "evaluation_id", "proposed_on"}, exclude_none=True)
    )
    day = not_later_than_today(said.proposed_on or today(), "/proposed_on")
    with database.writing() as connection:
        district = district_of(connection, said.parcels)
        require_published(connection, said.evaluation_id, district)
        now = datetime.now(UTC)
        own = {
            **values,
            "kind": said.kind.value,
            "state": MeasureState.PROPOSED.value,
            "district": district,
            "origin_id": said.evaluation_id,
            "created_at": now,
            "created_by": by,
            "updated_at": now,
        }
        measure = stored.add(connection, own, codes)
        first = {name: [None, value] for name, value in values.items() if name != "kind"}
        _add_step(connection, measure, None, MeasureState.PROPOSED, day, now, by, said.note, first)
        told = {
            "measure": measure,
            "kind": said.kind.value,
            "state": MeasureState.PROPOSED.value,
            "parcels": codes,
            "evaluation": said.evaluation_id,
        }
        events.emit(connection, [Happening(MEASURE_PROPOSED, f"measure/{measure}", district, told)])
    return measure


def change(database: Database, measure_id: int, said: Changed, by: str, versions: Versions = None) -> None:
    """Change what a merge patch names; what says nothing new leaves no trace, but a note is a step by itself.

    Raises `NotFound`, `PreconditionFailed`, `InvalidParameter` for a title that is unset, and `Conflict` for
    a measure that has ended, or an effect achieved by one that is not carried out.
    """
    wanted = kept(said.model_dump(exclude_unset=True, exclude={"note"}))
    if "title" in wanted and wanted["title"] is None:
        raise InvalidParameter("A measure has a title.", "事项须有标题。", place="/title")
    with database.writing() as connection:
        row = read(connection, measure_id, versions)
        changes = {name: [row[name], value] for name, value in wanted.items() if row[name] != value}
        if not changes and said.note is None:
            return
        state = MeasureState(row["state"])
        if state in ENDS:
            english, chinese = STATES[state]
            raise Conflict(
                f"The measure is {english}, and stays as it is.",
                f"事项已{chinese}，不再变动。",
                code="measure-ended",
                action="Propose a new measure. 请另行提出事项。",
            )
        if state not in DONE and any(name in _ACHIEVED for name in changes):
            raise Conflict(
                "Nothing is achieved before the measure is carried out.",
                "事项实施后方可填报实际成效。",
                code="not-carried-out",
                action="Move it to carried_out first. 请先将事项推进至“实施”。",
            )
        now = datetime.now(UTC)
        _write(connection, row, changes, now)
        _add_step(connection, measure_id, state, state, today(), now, by, said.note, changes)


def move(
    database: Database,
    measure_id: int,
    to: MeasureState,
    by: str,
    *,
    note: str | None = None,
    on: date | None = None,
    versions: Versions = None,
) -> None:
    """Move a measure to another state, and tell other systems.

    Going back to before it was carried out takes back what was achieved; the history keeps it.

    :param on: the day on which it happened, which is today unless said
    :raises Conflict: where it cannot go from its state, with the states where it can
    :raises InvalidParameter: for a move back, or to an end without success, that nobody explains; for a day
        before the last step's, or after today
    """
    with database.writing() as connection:
        row = read(connection, measure_id, versions)
        state = MeasureState(row["state"])
        if (reason := refusal(state, to)) is not None:
            raise not_allowed(state, *reason)
        if note is None and needs_note(state, to):
            raise InvalidParameter(
                "Going back, and dropping a measure, has to be explained.",
                "退回或终止事项须说明原因。",
                code="note-required",
                place="/note",
                action="Say why in note. 请在 note 中说明原因。",
            )
        steps = stored.steps(connection, measure_id)
        last = max(step["happened_on"] for step in steps if step["from_state"] != step["to_state"])
        day = not_later_than_today(on or max(today(), last), "/on")
        if day < last:
            raise InvalidParameter(
                f"The step before was on {last}; this one cannot be earlier.",
                f"上一步办理日期为 {last}，本步日期不得早于该日。",
                place="/on",
            )
        changes: dict[str, list[Any]] = {"state": [state.value, to.value]}
        if to is MeasureState.CARRIED_OUT:
            changes["carried_out_on"] = [None, day]
        elif to not in DONE and to not in ENDS:
            taken_back = ("carried_out_on", *_ACHIEVED)
            changes |= {name: [row[name], None] for name in taken_back if row[name] is not None}
        now = datetime.now(UTC)
        _write(connection, row, changes, now)
        own = {name: values for name, values in changes.items() if name != "state"}
        _add_step(connection, measure_id, state, to, day, now, by, note, own)
        told = {
            "measure": measure_id,
            "kind": row["kind"],
            "from": state.value,
            "state": to.value,
            "on": day.isoformat(),
            "parcels": stored.parcels_of(connection, [measure_id])[measure_id],
        }
        happening = Happening(MEASURE_MOVED, f"measure/{measure_id}", row["district"], told)
        events.emit(connection, [happening])


def _write(
    connection: Connection, row: RowMapping, changes: Mapping[str, list[Any]], moment: datetime
) -> None:
    values = {name: after for name, (_, after) in changes.items()}
    stored.change(connection, row["id"], {**values, "updated_at": moment})


def _add_step(
    connection: Connection,
    measure: int,
    before: MeasureState | None,
    to: MeasureState,
    day: date,
    moment: datetime,
    by: str,
    note: str | None,
    changes: Mapping[str, list[Any]],
) -> None:
    stored.add_step(
        connection,
        measure_id=measure,
        from_state=before.value if before else None,
        to_state=to.value,
        happened_on=day,
        at=moment,
        by=by,
        note=note,
        changes=json.dumps(changes, ensure_ascii=False, default=date.isoformat),
    )
