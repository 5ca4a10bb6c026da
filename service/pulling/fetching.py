"""Fetches what a source has, page by page into the spool; every page good moves a cursor that can be kept."""

import hashlib
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from service.outbound.reach import Reach
from service.outbound.secrets import Secrets
from service.pulling.client import Client
from service.pulling.configuration import GatewaySource, Source
from service.pulling.connector import Connector, Page
from service.pulling.dialects import dialect_of
from service.pulling.gateway import GatewayConnector
from service.pulling.paging import Position
from service.pulling.spool import Spool, digest
from service.pulling.troubles import Passing, trouble
from service.pulling.watermarks import later

_READING = ("name", "title", "feed", "mapping", "profile", "district", "schedule", "timeouts", "retries")
"""What may change in the configuration without an unfinished pull having to begin anew."""


class Cursor(BaseModel):
    """How far a pull came: plain values without secrets, to be stored as JSON."""

    id: str
    """Of this pull; whoever finds another one in the store has been overtaken."""
    asked: str
    """Digest of the configuration by which it asks."""
    file_name: str
    since: str | None
    """The watermark that is sent."""
    stage: Literal["fetching", "fetched"] = "fetching"
    position: Position | None = None
    going_through: int = 1
    pages: int = 0
    records: int = 0
    repeated: int = 0
    """Records that came again on a later page, and are kept once."""
    size: int = 0
    """Bytes in the spool."""
    highest: str | None = None
    total: int | None = None
    crs: str | None = None


def asked_by(source: Source) -> str:
    """Return the digest of what decides which pages a source gives."""
    text = source.model_dump_json(exclude=set(_READING))
    return hashlib.sha256(text.encode()).hexdigest()


def suffix_of(source: Source) -> str:
    """Return the ending of the file that a pull hands over."""
    return ".geojson" if dialect_of(source).features else ".ndjson"


def fetch(source: Source, reach: Reach, spool: Spool, cursor: Cursor) -> Iterator[Cursor]:
    """Yield the cursor after every page, which is in the spool by then; the last one says ``fetched``.

    :param cursor: of a pull that begins, or that was broken off; the spool is cut back to it
    :raises UpstreamTrouble: what was fetched stays, and the same cursor goes on from there
    """
    if cursor.stage == "fetched":
        return
    secrets = Secrets(source.name)
    spool.cut(cursor.size)
    with Client(source, reach, secrets) as client:
        connector: Connector = (
            GatewayConnector(source, client, secrets)
            if isinstance(source, GatewaySource)
            else Connector(source, client, secrets)
        )
        seen = _Seen(source, spool.digests())
        while cursor.stage == "fetching":
            position = cursor.position or connector.first()
            page = connector.page(position, cursor.since, seen.refuse_repeated)
            cursor = _after(source, spool, cursor, page, seen.fresh(page))
            if page.next is None:
                cursor = _behind_the_last(source, cursor, seen)
            yield cursor


class _Seen:
    """The records that came, and the pages of this going through."""

    def __init__(self, source: Source, records: set[bytes]) -> None:
        self.source, self.records = source, records
        self.pages: set[bytes] = set()

    def refuse_repeated(self, page: Page) -> None:
        """Raise `Passing` for a page that came before: to be asked for again, some times."""
        if page.records and _content(page) in self.pages:
            raise Passing(trouble("repeated-page", "The same page comes again and again.", self.source.name))

    def fresh(self, page: Page) -> list[str]:
        """Return the records that were on no page before; two alike on one page are both kept."""
        digests = [digest(record.encode()) for record in page.records]
        found = [
            record for record, each in zip(page.records, digests, strict=True) if each not in self.records
        ]
        self.records.update(digests)
        self.pages.add(_content(page))
        return found


def _content(page: Page) -> bytes:
    """Return what stands for a page; the order of its records does not matter."""
    return digest(b"".join(sorted(digest(record.encode()) for record in page.records)))


def _after(source: Source, spool: Spool, cursor: Cursor, page: Page, fresh: list[str]) -> Cursor:
    if cursor.pages >= source.max_pages:
        raise trouble("upstream-too-large", f"There are more than {source.max_pages} pages.", source.name)
    if fresh and cursor.records and page.crs != cursor.crs:
        raise trouble("upstream-unreadable", "The pages are in different coordinate systems.", source.name)
    if cursor.size + sum(len(record) for record in fresh) > source.max_bytes:
        raise trouble(
            "upstream-too-large", f"All pages are longer than {source.max_bytes} bytes.", source.name
        )
    mark = source.watermark
    return cursor.model_copy(
        update={
            "position": page.next,
            "pages": cursor.pages + 1,
            "records": cursor.records + len(fresh),
            "repeated": cursor.repeated + len(page.records) - len(fresh),
            "size": spool.append(fresh),
            "highest": later(cursor.highest, page.highest, mark) if mark else None,
            "total": cursor.total if page.total is None else page.total,
            "crs": page.crs if fresh else cursor.crs,
        }
    )


def _behind_the_last(source: Source, cursor: Cursor, seen: _Seen) -> Cursor:
    """Return the cursor of a whole pull, or of one that goes through again, since records are missing."""
    if cursor.total is None or cursor.records >= cursor.total:
        return cursor.model_copy(update={"stage": "fetched"})
    if cursor.going_through >= source.passes:
        raise trouble(
            "incomplete-pull",
            f"The source tells of {cursor.total} records; {cursor.records} different ones came "
            f"in {cursor.going_through} times of going through its pages.",
            source.name,
        )
    seen.pages.clear()
    return cursor.model_copy(update={"position": None, "going_through": cursor.going_through + 1})
