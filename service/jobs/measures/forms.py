"""What is said of a measure: when it is proposed, and when it is changed."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.domain import days
from service.domain.measures import STATED, MeasureKind

LARGEST_ID = 2**63 - 1
MOST_PARCELS = 1000

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Note = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _no_longer_ago(day: date) -> date:
    if not 1900 <= day.year <= 2999:
        raise ValueError("a day of the years 1900 to 2999")
    return day


Day = Annotated[days.Day, AfterValidator(_no_longer_ago)]

_Area = Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=2)]
_Money = Annotated[Decimal, Field(gt=-(10**9), lt=10**9, decimal_places=6)]
_Energy = Annotated[Decimal, Field(gt=-(10**9), lt=10**9, decimal_places=3)]


class Expected(BaseModel):
    """What a measure is expected to bring."""

    model_config = ConfigDict(extra="forbid")

    expected_area_released_m2: _Area | None = Field(None, description="Land released, m² 预计释放用地")
    expected_floor_area_added_m2: _Area | None = Field(None, description="Floor area, m² 预计新增建筑面积")
    expected_tax_gained_wan_yuan: _Money | None = Field(None, description="Tax a year 预计年新增税收, 万元")
    expected_output_gained_wan_yuan: _Money | None = Field(None, description="Output 预计年新增产值, 万元")
    expected_energy_saved_tce: _Energy | None = Field(None, description="Energy a year 预计年节能量, tce")


class NewMeasure(Expected):
    """A measure to be proposed."""

    kind: MeasureKind = Field(
        description="consolidation 资源整合, leasing 招租, price 差别化电价, uplift 容积率提升, "
        "contract 合同履约, energy 节能改造"
    )
    parcels: list[Code] = Field(
        min_length=1, max_length=MOST_PARCELS, description="Parcel codes; several are a block 宗地代码"
    )
    title: Line = Field(description="Public: nothing of a single firm's figures 标题")
    office: Line | None = Field(None, description="Responsible office 责任部门")
    due_on: Day | None = Field(None, description="To be carried out by 完成期限")
    evaluation_id: int | None = Field(
        None, ge=1, le=LARGEST_ID, description="The published evaluation that it comes from 依据的评价"
    )
    proposed_on: Day | None = Field(None, description="Today, unless said 提出日期")
    note: Note | None = Field(None, description="For those who follow up 备注")


class Changed(Expected):
    """A merge patch (RFC 7396) of a measure: what is not named stays, null unsets."""

    title: Line | None = Field(None, description="Cannot be unset 标题")
    office: Line | None = Field(None, description="Responsible office 责任部门")
    due_on: Day | None = Field(None, description="To be carried out by 完成期限")
    achieved_area_released_m2: _Area | None = Field(None, description="Land released, m² 实际释放用地")
    achieved_floor_area_added_m2: _Area | None = Field(None, description="Floor area, m² 实际新增建筑面积")
    achieved_tax_gained_wan_yuan: _Money | None = Field(None, description="Tax a year 实际年新增税收, 万元")
    achieved_output_gained_wan_yuan: _Money | None = Field(None, description="Output 实际年新增产值, 万元")
    achieved_energy_saved_tce: _Energy | None = Field(None, description="Energy a year 实际年节能量, tce")
    note: Note | None = Field(None, description="For those who follow up; a step of the history 备注")


COLUMNS = {name: each.column for name, each in STATED.items()}
"""Property of an effect → the column that keeps it."""


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as the columns of the store keep it: money in fen, energy in kgce."""
    return {COLUMNS.get(name, name): _minor(name, value) for name, value in values.items()}


def shown(row: Any) -> dict[str, Any]:
    """Return the effects of a stored measure in the units that people read."""
    return {name: display(name, row[column]) for name, column in COLUMNS.items()}


def display(name: str, value: Any) -> Any:
    """Return a stored value of a property as it is shown."""
    per = STATED[name].effect.per if name in STATED else 0
    return value / per if per and value is not None else value


def _minor(name: str, value: Any) -> Any:
    if name not in STATED or value is None:
        return value
    per = STATED[name].effect.per
    return int(value * per) if per else float(value)
