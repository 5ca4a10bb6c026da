"""What the leasing match reads: projects, premises and clauses of contracts."""

from typing import Any

import polars as pl
from sqlalchemy import Connection, literal, or_, select

from service.store.frames import frame
from service.store.models import GrantContract, Premises, Project

_KINDS = {"FLOAT": "float", "DOUBLE": "float", "DATE": "date"}
_OVER = ("placed", "dropped")


def projects(connection: Connection) -> pl.DataFrame:
    """Return the projects that look for a place by code; one whose status is not told does."""
    query = or_(Project.status.is_(None), Project.status.not_in(_OVER))
    return _all(connection, Project, query).sort("code")


def premises(connection: Connection) -> pl.DataFrame:
    """Return the premises that were handed over by code."""
    return _all(connection, Premises, literal(value=True)).sort("code")


def clauses(connection: Connection) -> pl.DataFrame:
    """Return ``parcel_code``, ``leasing_clause`` and ``industries`` of contracts; null where none is kept."""
    columns = (GrantContract.parcel_code, GrantContract.leasing_clause, GrantContract.industries)
    return frame(connection, select(*columns), {column.key: "str" for column in columns})


def _all(connection: Connection, model: Any, condition: Any) -> pl.DataFrame:
    columns = [column for column in model.__table__.c if column.name not in ("id", "source_row_id")]
    kinds = {column.name: _KINDS.get(type(column.type).__name__.upper(), "str") for column in columns}
    return frame(connection, select(*columns).where(condition), kinds)
