"""A filter that makes sense: properties, constants and operations, each of a kind."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an expression yields."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    GEOMETRY = "geometry"

    @property
    def zh(self) -> str:
        """Its name in Chinese."""
        return _CHINESE[self]


_CHINESE = {
    Kind.TEXT: "文本",
    Kind.NUMBER: "数值",
    Kind.TRUTH: "逻辑值",
    Kind.DATE: "日期",
    Kind.TIMESTAMP: "时刻",
    Kind.INTERVAL: "时间段",
    Kind.GEOMETRY: "图形",
}

SCALARS = {Kind.TEXT, Kind.NUMBER, Kind.TRUTH, Kind.DATE, Kind.TIMESTAMP}
INSTANTS = {Kind.DATE, Kind.TIMESTAMP}


@dataclass(frozen=True, slots=True)
class Column:
    """A property of the features, or their geometry."""

    name: str
    kind: Kind
    whole: bool = False
    """Whether it is a number without fractions."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value; a number without fraction is an int; None is an open end of an interval.

    Timestamps are without zone, in UTC; geometries (shapely) lie as features are stored.
    """

    value: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator by its name in cql2-json, in lower case; ``in`` has its subject first, then the choices."""

    op: str
    args: tuple["Node", ...]
    kind: Kind


Node = Column | Constant | Operation
