"""What a question about coverage is about: districts, periods, the scheme whose metrics count, the day."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import Connection

from service.domain.coverage import REGISTERS
from service.domain.scheme import Scheme
from service.jobs.districts import resolve_district
from service.jobs.periods import today
from service.reference.bureaus import Bureau, bureau_of
from service.reference.schemes import shipped_scheme
from service.reference.tables import unit_table
from service.store import coverage, sources

DEFAULT_SCHEME = "parcel"
GroupBy = Literal["town", "industry", "district"]


class Named(BaseModel):
    """A code with its names."""

    code: str
    en: str
    zh: str


class Covered(BaseModel):
    """Parcels and their land, m²: the area that counts, or the geometry's where none is recorded."""

    parcels: int
    area_m2: float


def named_feed(feed: str) -> Named:
    """Return a feed of coverage with its names."""
    if feed in REGISTERS:
        english, chinese = REGISTERS[feed][1]
    else:
        metric = unit_table().metrics[feed]
        english, chinese = metric.en, metric.zh
    return Named(code=feed, en=english, zh=chinese)


def named_bureau(feed: str) -> Named:
    """Return who is responsible for a feed of coverage (责任部门)."""
    bureau: Bureau = bureau_of(feed)
    return Named(code=bureau.code, en=bureau.en, zh=bureau.zh)


def districts(connection: Connection, district: str | None) -> list[str]:
    """Return the one district, or all of the store; raises `NotFound` for one without parcels."""
    if district is None:
        return sources.districts(connection)
    return [resolve_district(connection, district)]


def usual_period(connection: Connection) -> str:
    """Return the period that is meant when none is named.

    The newest that any published evaluation is of; without one, the newest year with figures; else last year.
    """
    return coverage.evaluated_period(connection) or str(today().year - 1)


def scheme_or_default(scheme: Scheme | None) -> Scheme:
    """Return the scheme, or the one that coverage is usually counted by."""
    return scheme or shipped_scheme(DEFAULT_SCHEME)


def day(as_of: date | None) -> date:
    """Return the day on which freshness is judged: today, unless one is named."""
    return as_of or today()
