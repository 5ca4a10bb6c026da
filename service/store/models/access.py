"""Keys, and the version of the data."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id


class ApiKey(Base):
    """A key's digest and scopes; the key itself is shown once and kept nowhere."""

    __tablename__ = "api_key"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)  # public part, to find and to revoke by
    digest: Mapped[str]
    scopes: Mapped[str]  # space-separated
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DataVersion(Base):
    """One row, counted up by every writing transaction: what caches and ETags hang on."""

    __tablename__ = "data_version"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
