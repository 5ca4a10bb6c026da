"""What is done in the demo park: measures in every state, some of them late, some that worked (演示事项)."""

from dataclasses import dataclass, field
from datetime import date

from service.demo.figures import YEARS

_LAST = YEARS[-1]
_BEFORE = _LAST - 1
"""In the last year shows what was carried out before it."""


@dataclass(frozen=True, slots=True)
class DemoMeasure:
    """A measure about the next ``parcels`` of the list of low-efficiency land, and the way that it went.

    ``way`` are states with the day on which each was reached; what the day is of is up to the reader.
    """

    kind: str
    title: str
    office: str
    due_on: date
    proposed_on: date
    parcels: int = 1
    way: tuple[tuple[str, date], ...] = ()
    expected: dict[str, str] = field(default_factory=dict)
    achieved: dict[str, str] = field(default_factory=dict)
    note: str | None = None


def _way(year: int, *states: str) -> tuple[tuple[str, date], ...]:
    """Return states, one every second month of a year from March on."""
    return tuple((state, date(year, 3 + 2 * place, 10)) for place, state in enumerate(states))


_DONE = ("verified", "negotiated", "agreed", "carried_out")

MEASURES = (
    DemoMeasure(
        "consolidation",
        "连片低效用地整合",
        "自然资源和规划局",
        date(_BEFORE, 12, 31),
        date(_BEFORE, 2, 1),
        parcels=3,
        way=_way(_BEFORE, *_DONE),
        expected={"area_released_m2": "18000", "tax_gained_wan_yuan": "260.5"},
        achieved={"area_released_m2": "16500.5"},
    ),
    DemoMeasure(
        "leasing",
        "闲置厂房招租",
        "招商服务中心",
        date(_BEFORE, 9, 30),
        date(_BEFORE, 2, 15),
        way=(*_way(_BEFORE, *_DONE), ("closed", date(_BEFORE, 12, 1))),
        expected={"tax_gained_wan_yuan": "85", "output_gained_wan_yuan": "1200"},
        achieved={"tax_gained_wan_yuan": "91.25", "output_gained_wan_yuan": "1310"},
    ),
    DemoMeasure(
        "price",
        "执行差别化电价",
        "发展和改革局",
        date(_LAST, 6, 30),
        date(_LAST, 1, 20),
        way=_way(_LAST, "verified"),
        expected={"energy_saved_tce": "310"},
    ),
    DemoMeasure(
        "uplift",
        "厂房加层提升容积率",
        "自然资源和规划局",
        date(_LAST + 10, 12, 31),
        date(_LAST, 2, 20),
        way=_way(_LAST, "verified", "negotiated", "agreed"),
        expected={"floor_area_added_m2": "9600"},
    ),
    DemoMeasure(
        "contract",
        "督促按合同竣工",
        "自然资源和规划局",
        date(_LAST + 10, 6, 30),
        date(_LAST, 1, 8),
        way=_way(_LAST, "verified", "negotiated"),
        expected={"floor_area_added_m2": "4200"},
    ),
    DemoMeasure(
        "energy",
        "空压系统节能改造",
        "经济和信息化局",
        date(_LAST + 10, 3, 31),
        date(_LAST, 6, 3),
        expected={"energy_saved_tce": "120.5"},
    ),
    DemoMeasure(
        "leasing",
        "空置楼层引入租户",
        "招商服务中心",
        date(_LAST, 10, 31),
        date(_LAST, 3, 1),
        way=(("verified", date(_LAST, 4, 2)), ("dropped", date(_LAST, 7, 9))),
        note="企业已自行盘活",
    ),
)
