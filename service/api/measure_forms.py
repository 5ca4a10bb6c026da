"""Measures as they are answered: what whoever asks may not see is absent."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from service.access.identity import Principal
from service.access.policy import masked, visible
from service.domain.measures import STATED, MeasureKind, MeasureState
from service.errors import NotAllowed
from service.jobs.measures.outcome import Outcome
from service.jobs.measures.records import RECORD


class Step(BaseModel):
    """A step of the history; ``changes`` are before and after by property. Notes are for the scope follow."""

    from_: MeasureState | None = Field(None, alias="from")
    to: MeasureState
    on: date
    at: datetime
    by: str | None = None
    note: str | None = None
    changes: dict[str, list[Any]] = {}


class Measure(BaseModel):
    """A measure (跟踪事项); effects on tax, output and energy are absent but for analysts."""

    id: int
    kind: MeasureKind | None = None
    kind_zh: str | None = None
    state: MeasureState | None = None
    state_zh: str | None = None
    title: str | None = None
    district: str | None = None
    office: str | None = Field(None, description="Responsible office 责任部门")
    due_on: date | None = None
    overdue: bool | None = None
    carried_out_on: date | None = None
    evaluation_id: int | None = Field(None, description="The evaluation that it comes from 依据的评价")
    parcels: int | None = None
    parcel_codes: list[str] | None = None
    expected_area_released_m2: float | None = None
    expected_floor_area_added_m2: float | None = None
    expected_tax_gained_wan_yuan: float | None = None
    expected_output_gained_wan_yuan: float | None = None
    expected_energy_saved_tce: float | None = None
    achieved_area_released_m2: float | None = None
    achieved_floor_area_added_m2: float | None = None
    achieved_tax_gained_wan_yuan: float | None = None
    achieved_output_gained_wan_yuan: float | None = None
    achieved_energy_saved_tce: float | None = None
    created_at: datetime | None = None
    created_by: str | None = None
    updated_at: datetime | None = None
    moves: list[MeasureState] | None = Field(None, description="Where it may go from here 可变更为")


class MeasureWithHistory(Measure):
    """A measure with everything that became of it, the first step first."""

    history: list[Step] = []


class Measures(BaseModel):
    """A page of measures, the latest first."""

    measures: list[Measure]
    next: str | None = None


def shown(asker: Principal, record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what whoever asks may not see, in its history too."""
    seen = visible(asker, RECORD)
    told = masked(asker, RECORD, record)
    if "history" in told:
        told["history"] = [
            {
                **masked(asker, "measure_steps", step),
                "changes": {name: pair for name, pair in step["changes"].items() if name in seen},
            }
            for step in told["history"]
        ]
    return told


def shown_outcome(asker: Principal, found: Outcome) -> Outcome:
    """Return an outcome without the figures of single firms that whoever asks may not see."""
    parcels = [type(each)(**masked(asker, "measure_outcomes", each.model_dump())) for each in found.parcels]
    seen = visible(asker, RECORD)
    effects = [each for each in found.effects if f"expected_{each.effect}" in seen]
    return found.model_copy(update={"parcels": parcels, "effects": effects})


def require_may_say(asker: Principal, said: BaseModel) -> None:
    """Raise `NotAllowed` for a figure of a single firm said by somebody who may not see it."""
    for name in sorted(said.model_fields_set):
        if name in STATED and STATED[name].effect.telling and name not in visible(asker, RECORD):
            raise NotAllowed(
                f"{name} tells of a single firm; saying it also needs a key with the scope 'analyst'.",
                f"{name} 涉及单个企业，填报还需要具有 'analyst' 权限的密钥。",
                code="scope-missing",
                place=f"/{name}",
                action="Leave it out, or ask whoever keeps the keys for one with both scopes.",
            )
