"""Events (事件): what other systems are told of, and what there is to tell about it.

Receivers have no key, so that an event holds nothing confidential: codes, grades, reasons and states.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVALUATION_PUBLISHED = "mujun.evaluation.published.v1"
PARCEL_FLAGGED = "mujun.parcel.flagged.v1"
PARCEL_UNFLAGGED = "mujun.parcel.unflagged.v1"
MEASURE_PROPOSED = "mujun.measure.proposed.v1"
MEASURE_MOVED = "mujun.measure.moved.v1"

TYPES: Mapping[str, tuple[str, str]] = {
    EVALUATION_PUBLISHED: ("an evaluation was published", "评价已发布"),
    PARCEL_FLAGGED: ("a parcel came onto the list of low-efficiency land", "宗地列入低效用地"),
    PARCEL_UNFLAGGED: ("a parcel left the list of low-efficiency land", "宗地移出低效用地"),
    MEASURE_PROPOSED: ("a measure was proposed", "跟踪事项已提出"),
    MEASURE_MOVED: ("a measure moved to another state", "跟踪事项状态变更"),
}
"""Type → what it means, in English and Chinese."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: its type, what it is about, in which district, and what there is to tell."""

    type: str
    subject: str
    district: str
    data: Mapping[str, Any] = field(default_factory=dict)
