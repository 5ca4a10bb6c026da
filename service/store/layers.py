"""The tables of the store whose rows are features on a map, and the evaluations that scores belong to."""

from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlalchemy import FromClause, Table

from service.store.models import Barrier, Building, Parcel, Score


@dataclass(frozen=True)
class Layer:
    """A table whose rows are features: the columns of a feature's id, and the one that tells its version.

    The version grows with every change of a row; a row that never changes has its own id for one.
    """

    source: FromClause
    key: tuple[str, ...]
    version: str

    @property
    def table(self) -> Table:
        """The table itself."""
        return cast(Table, self.source)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that may be properties."""
        return tuple(c.name for c in self.table.c if c.name not in ("id", "geom", "source_row_id"))


PARCELS = Layer(Parcel.__table__, ("code",), "source_row_id")
BUILDINGS = Layer(Building.__table__, ("code",), "source_row_id")
BARRIERS = Layer(Barrier.__table__, ("code",), "source_row_id")
SCORES = Layer(Score.__table__, ("evaluation_id", "parcel_code"), "id")


class Run(NamedTuple):
    """An evaluation as far as its features need it."""

    id: int
    district: str
    period: str
    status: str
