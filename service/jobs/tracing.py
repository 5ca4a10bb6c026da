"""Trace (溯源): from a figure back to the file, sheet and row that stated it, and the file itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from service.domain.hand_overs import Feed
from service.domain.units import display
from service.errors import InvalidParameter, NotFound
from service.reference.tables import unit_table
from service.store import hand_overs, history, parcels, received
from service.store.database import Database


class TracedFigure(BaseModel):
    """A figure in its unit, whether it is in effect, and the row of the file that states it."""

    id: int
    subject_kind: str = Field(description="enterprise, parcel or meter")
    subject: str = Field(description="USCC, parcel code, or kind and number of a meter")
    part_of: str = Field(description="The firm in whose total the figure of a parcel is contained")
    period: str
    metric: str
    value: float
    unit: str
    minor: int = Field(description="The same in the minor unit in which it is kept, exactly")
    in_effect: bool = Field(description="Whether no later hand-over replaced it 是否有效")
    superseded_by: int | None = Field(description="The batch that replaced it")
    batch_id: int
    source_row_id: int
    file: str
    sha256: str
    received_at: datetime
    sheet: str
    row: int


class TracedRow(BaseModel):
    """A row that made a parcel what it was or is: the one in effect, and every edit by hand."""

    source_row_id: int
    batch_id: int
    file: str
    received_at: datetime
    sheet: str
    row: int
    in_effect: bool = Field(description="Whether the parcel is now as this row says 是否有效")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it was received; its bytes do not change, and are read in parts."""

    database: Database
    name: str
    sha256: str
    size: int

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes; each part is read for itself, so that a slow reader holds no transaction."""
        number = 0
        while True:
            with self.database.reading() as connection:
                part = received.part(connection, self.sha256, number)
            if part is None:
                return
            yield part
            number += 1


def trace(
    database: Database,
    subject: str,
    *,
    period: str | None = None,
    metric: str | None = None,
    superseded: bool = False,
    limit: int = 100,
    after: int = 0,
) -> list[TracedFigure]:
    """Return figures of a subject in the order in which they came, with the row that states each.

    :raises InvalidParameter: for a metric that does not exist
    """
    metrics = unit_table().metrics
    if metric is not None and metric not in metrics:
        raise InvalidParameter(
            f"There is no metric {metric!r}.",
            "没有该指标。",
            place="metric",
            action=f"One of {', '.join(metrics)}.",
        )
    with database.reading() as connection:
        found = history.figures(
            connection,
            subject,
            period=period,
            metric=metric,
            superseded=superseded,
            limit=limit,
            after=after,
        )
    return [_traced(row) for row in found]


def trace_parcel(database: Database, code: str) -> list[TracedRow]:
    """Return the rows behind a parcel itself, the oldest first; also of one that was removed by hand."""
    with database.reading() as connection:
        return [TracedRow(**row) for row in parcels.history(connection, code)]


def kept_file(database: Database, batch_id: int, feed: Feed | None = None) -> KeptFile:
    """Return the file of a batch as it was received.

    :raises NotFound: when there is no such batch, or its file came before files were kept
    """
    with database.reading() as connection:
        batch: RowMapping | None = hand_overs.batch(connection, batch_id, feed)
        if batch is None:
            raise NotFound(
                f"There is no batch {batch_id}.", f"没有编号为 {batch_id} 的交付批次。", place="batch_id"
            )
        if not received.is_kept(connection, batch["sha256"]):
            raise NotFound(
                f"The file of batch {batch_id} was not kept.",
                "该批次的原始文件未保存。",
                place="batch_id",
                action="It came before files were kept; ask whoever handed it over. 请向交付方索取。",
            )
        size = received.size(connection, batch["sha256"])
    return KeptFile(database, batch["file_name"], batch["sha256"], size)


def _traced(row: dict[str, Any]) -> TracedFigure:
    minor = row.pop("value")
    known = unit_table().metrics.get(row["metric"])
    amount = Decimal(minor) if known is None else display(minor, known)
    unit = "" if known is None else known.unit
    return TracedFigure(
        **row, value=float(amount), unit=unit, minor=minor, in_effect=row["superseded_by"] is None
    )
