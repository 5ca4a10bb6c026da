"""Electricity of months (月度用电) as it was reported, and the other surcharges on it."""

from collections.abc import Collection, Sequence

import polars as pl
from sqlalchemy import Connection, func, select

from service.store import metered
from service.store.frames import frame
from service.store.models import Batch, Enterprise, Figure, FirmSurcharge, Score

_KIND = "electricity"
_FIGURES = {"kind": "str", "subject": "str", "part_of": "str", "period": "str", "metric": "str", "wh": "int"}
_SURCHARGES = {
    "uscc": "str",
    "parcel_code": "str",
    "kind": "str",
    "yuan_per_kwh": "float",
    "valid_from": "date",
    "valid_to": "date",
}


def electricity(connection: Connection, periods: Sequence[str], metrics: Sequence[str]) -> pl.DataFrame:
    """Return the figures in effect of months or years, in Wh: ``kind subject part_of period metric wh``."""
    query = select(
        Figure.subject_kind, Figure.subject_code, Figure.part_of, Figure.period, Figure.metric, Figure.value
    ).where(
        Figure.period.in_(list(periods)), Figure.metric.in_(list(metrics)), Figure.superseded_by.is_(None)
    )
    return frame(connection, query, _FIGURES).with_columns(pl.col("part_of").fill_null(""))


def electricity_meters(connection: Connection) -> pl.DataFrame:
    """Return the meters of electricity, as `service.store.metered.meters` does."""
    found = metered.meters(connection)
    return found.filter(pl.col("meter").str.starts_with(f"{_KIND}:"))


def surcharges(connection: Connection) -> pl.DataFrame:
    """Return the other surcharges; ``parcel_code`` is null for all of a firm's, the amount where unknown."""
    query = select(
        FirmSurcharge.uscc,
        FirmSurcharge.parcel_code,
        FirmSurcharge.kind,
        FirmSurcharge.yuan_per_kwh,
        FirmSurcharge.valid_from,
        FirmSurcharge.valid_to,
    )
    return frame(connection, query, _SURCHARGES)


def grades(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return the grades of an evaluation: ``parcel_code status reason grade``."""
    query = select(Score.parcel_code, Score.status, Score.reason, Score.grade).where(
        Score.evaluation_id == evaluation_id
    )
    columns = dict.fromkeys(("parcel_code", "status", "reason", "grade"), "str")
    return frame(connection, query, columns)


def firm_names(connection: Connection, firms: Collection[str]) -> dict[str, str]:
    """Return the names of firms that the register has."""
    query = select(Enterprise.uscc, Enterprise.name).where(Enterprise.name.is_not(None))
    known = frame(connection, query, {"uscc": "str", "name": "str"})
    return dict(known.filter(pl.col("uscc").is_in(list(firms))).iter_rows())


def last_batch(connection: Connection) -> int:
    """Return the id of the last hand-over."""
    found: int = connection.execute(select(func.coalesce(func.max(Batch.id), 0))).scalar_one()
    return found
