"""What all tables share: ids, the geometry column, and how constraints are named."""

from datetime import datetime
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

from service.store.column_types import UtcDateTime

SRID = 4490


class Base(DeclarativeBase):
    """Root of the models; constraints get names so that both databases and every migration agree."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {str: Text(), datetime: UtcDateTime()}


# SQLite gives row ids only to INTEGER keys; PostgreSQL needs 64 bits for them.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Texts compared as Polars and SQLite do it, whatever the language of a PostgreSQL database.
ByBytes = Text().with_variant(Text(collation="C"), "postgresql")


def geometry(kind: str = "MULTIPOLYGON") -> Any:
    """Return the geometry column of a table; a GeoPackage allows one each.

    :param kind: ``GEOMETRY`` where a row is a MultiLineString or a MultiPolygon
    """
    return mapped_column(Geometry(kind, srid=SRID, spatial_index=True, nullable=False))
