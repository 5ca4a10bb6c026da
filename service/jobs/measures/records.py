"""Measures as they are read: one with its history, many as a table; in the units that people read."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, RowMapping

from service.domain.measures import DONE, KINDS, STATED, STATES, MeasureKind, MeasureState, moves
from service.features.table import TYPES, Property
from service.jobs.measures.checks import found
from service.jobs.measures.forms import COLUMNS, display, shown
from service.levers.report import Report, Section
from service.store import measures as stored

POLICY = "measure_records"
"""The entry of `service.access.policy.PROPERTIES` that masks a table of measures."""

RECORD = "measure_records"
"""The entry that masks a measure by itself, which says more."""

PROPERTIES = (
    Property("id", "integer", "Measure 事项编号"),
    Property("kind", "string", "Kind of measure 事项类型"),
    Property("kind_zh", "string", "Kind of measure in Chinese 类型名称"),
    Property("state", "string", "How far it is 办理状态"),
    Property("state_zh", "string", "How far it is, in Chinese 状态名称"),
    Property("title", "string", "Title 标题"),
    Property("district", "string", "District 区域"),
    Property("office", "string", "Responsible office 责任部门"),
    Property("due_on", "date", "To be carried out by 完成期限"),
    Property("overdue", "boolean", "Not carried out though due 已逾期"),
    Property("carried_out_on", "date", "Carried out on 实施日期"),
    Property("evaluation_id", "integer", "Evaluation that it comes from 依据的评价"),
    Property("parcels", "integer", "Parcels 宗地数"),
    Property("parcel_codes", "string", "Codes of its parcels 宗地代码"),
    *(Property(name, "number", each.heading) for name, each in STATED.items()),
)
"""The columns of a table of measures."""


def record(row: RowMapping, codes: Sequence[str], day: date) -> dict[str, Any]:
    """Return a measure as it is on a day, with its parcels' codes as a list."""
    kind, state = MeasureKind(row["kind"]), MeasureState(row["state"])
    late = row["due_on"] is not None and row["due_on"] < day
    return {
        "id": row["id"],
        "kind": kind.value,
        "kind_zh": KINDS[kind][1],
        "state": state.value,
        "state_zh": STATES[state][1],
        "title": row["title"],
        "district": row["district"],
        "office": row["office"],
        "due_on": row["due_on"],
        "overdue": late and state not in DONE and state is not MeasureState.DROPPED,
        "carried_out_on": row["carried_out_on"],
        "evaluation_id": row["origin_id"],
        "parcels": len(codes),
        "parcel_codes": list(codes),
        **shown(row),
        "created_at": row["created_at"],
        "created_by": row["created_by"],
        "updated_at": row["updated_at"],
        "moves": [each.value for each in moves(state)],
    }


def one(connection: Connection, measure_id: int, day: date) -> tuple[dict[str, Any], int]:
    """Return a measure with its history, and its version; raises `NotFound`."""
    row = found(connection, measure_id)
    codes = stored.parcels_of(connection, [measure_id])[measure_id]
    history = [_step(step) for step in stored.steps(connection, measure_id)]
    return {**record(row, codes, day), "history": history}, row["version"]


def many(connection: Connection, day: date, **wanted: Any) -> list[dict[str, Any]]:
    """Return measures, the latest first; what is wanted is as of `service.store.measures.listing`."""
    rows = stored.listing(connection, **wanted)
    codes = stored.parcels_of(connection, [row["id"] for row in rows])
    return [record(row, codes[row["id"]], day) for row in rows]


def table(records: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return records as a table of `PROPERTIES`; codes are joined by commas."""
    rows = [{**each, "parcel_codes": ",".join(each["parcel_codes"])} for each in records]
    schema = {each.name: TYPES[each.type] for each in PROPERTIES}
    return pl.DataFrame([[row[name] for name in schema] for row in rows], schema=schema, orient="row")


def listing(connection: Connection, day: date, **wanted: Any) -> Report:
    """Return measures as a report, which becomes a page, a workbook or lines on a terminal."""
    rows = table(many(connection, day, **wanted))
    section = Section("measures", ("Measures", "跟踪事项"), POLICY, PROPERTIES, rows)
    filters = {name: str(value) for name, value in wanted.items() if value is not None and name != "limit"}
    return Report("measures", ("Follow-up", "跟踪落实"), {"day": str(day), **filters}, (section,), ())


_PROPERTY_OF = {column: name for name, column in COLUMNS.items()}


def _step(step: RowMapping) -> dict[str, Any]:
    changes = {}
    for column, (before, after) in json.loads(step["changes"]).items():
        name = _PROPERTY_OF.get(column, column)
        changes[name] = [display(name, before), display(name, after)]
    return {
        "from": step["from_state"],
        "to": step["to_state"],
        "on": step["happened_on"],
        "at": step["at"],
        "by": step["by"],
        "note": step["note"],
        "changes": changes,
    }
