"""Pull (汇聚): ask a source for its pages, import what it gave, and only then move its watermark.

Four steps after `begin`, each of which may be repeated after a crash and does nothing when it is done:
`fetch` spools pages and moves the cursor in the store page by page; `bring_in` imports the spool as a
hand-over, which received before changes nothing; `follow` does what follows an import; `conclude` moves the
watermark and takes the cursor away.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel

from service.domain.hand_overs import Feed, ImportReport
from service.errors import Conflict, MujunError, NotFound, UpstreamTrouble
from service.feeds.mappings.mapping import FeedMapping, read_mapping
from service.feeds.profiles.catalogue import find_profile
from service.feeds.reading import Progress as ImportProgress
from service.jobs.following import follow_up
from service.jobs.importing import Origin, as_it_was, import_file
from service.outbound.reach import Reach
from service.pulling.configuration import Source
from service.pulling.fetching import Cursor, asked_by, suffix_of
from service.pulling.fetching import fetch as fetch_pages
from service.pulling.loading import load_sources
from service.pulling.spool import Spool
from service.pulling.watermarks import later, less_overlap
from service.settings import Settings
from service.store import pulls
from service.store.database import Database

Progress = Callable[[int, int | None], None]
"""Is told the records fetched and, where the source tells it, of how many; what it raises ends the pull."""

_STALE = {"upstream-error", "upstream-envelope"}
"""Answers to a position of yesterday that say: begin anew."""


class PullReport(BaseModel):
    """What a pull did; ``report`` is of the import, None when the source had nothing new."""

    source: str
    feed: Feed
    pages: int
    records: int
    repeated: int
    batch_id: int | None
    report: ImportReport | None
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Order:
    """One source with all that a pull of it needs."""

    source: Source
    reach: Reach
    spool: Spool
    folder: Path
    """Where its mapping file is."""
    profiles: Path | None = None
    """The installation's own profiles."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of an installation, by name."""

    orders: dict[str, Order]

    @classmethod
    def of(cls, settings: Settings) -> "Sources":
        """Return the sources that the settings name; raises `InvalidSources` or `InvalidParameter`."""
        path = settings.sources
        reach = Reach.of(settings)
        folder = path.parent if path is not None else Path()
        spools = settings.data_dir / "pulls"
        orders = {
            source.name: Order(source, reach, Spool(spools, source.name), folder, settings.profiles_dir)
            for source in load_sources(path)
        }
        return cls(orders)

    def get(self, name: str) -> Order:
        """Return a source; raises `NotFound`."""
        if name not in self.orders:
            raise NotFound(
                f"There is no source {name}." if name.isprintable() else "There is no such source.",
                "没有该数据源。",
                place="name",
                action="mujun pull list names those in the sources file. 请用 mujun pull list 查看。",
            )
        return self.orders[name]


def pull(
    database: Database, order: Order, progress: Progress | None = None, *, afresh: bool = False
) -> PullReport:
    """Pull a source, or go on with a pull of it that was broken off; return what it did.

    :param afresh: forget how far an unfinished pull came
    :raises MujunError: the failure is noted with its code; pages that were good stay for the next attempt
    """
    with order.spool.locked(), noted(database, order):
        cursor = begin(database, order, afresh=afresh)
        cursor = fetch(database, order, cursor, progress)
        report = follow(database, bring_in(database, order, cursor))
        return conclude(database, order, cursor, report)


@contextmanager
def noted(database: Database, order: Order) -> Iterator[None]:
    """Note the code of an error with the source; somebody else's pull is no failure of it."""
    try:
        yield
    except Conflict:
        raise
    except MujunError as error:
        with database.writing() as connection:
            values = {"failed_at": datetime.now(UTC), "error": error.code}
            pulls.save(connection, order.source.name, values)
        raise


def begin(database: Database, order: Order, *, afresh: bool = False) -> Cursor:
    """Return the cursor of the unfinished pull of a source, if it can go on, or of a new one."""
    source = order.source
    with database.reading() as connection:
        state = pulls.state(connection, source.name)
    if state is not None and state["cursor"] is not None and not afresh:
        cursor = Cursor.model_validate_json(state["cursor"])
        if cursor.asked == asked_by(source) and order.spool.holds(cursor.size):
            return cursor
    mark = source.watermark
    known = state["watermark"] if state is not None else None
    moment = datetime.now(UTC)
    id_ = uuid4().hex
    cursor = Cursor(
        id=id_,
        asked=asked_by(source),
        file_name=f"{source.name}-{moment:%Y%m%dT%H%M%SZ}-{id_[:6]}{suffix_of(source)}",
        since=(less_overlap(known, mark) if known is not None else mark.initial) if mark else None,
    )
    order.spool.cut(0)
    with database.writing() as connection:
        pulls.save(connection, source.name, {"started_at": moment, "cursor": cursor.model_dump_json()})
    return cursor


def fetch(database: Database, order: Order, cursor: Cursor, progress: Progress | None = None) -> Cursor:
    """Fetch the pages that are missing; return the cursor behind the last one.

    :raises UpstreamTrouble: with the cursor behind the last good page in the store
    :raises Conflict: when another pull of this source has gone on meanwhile
    """
    resumed = cursor.pages > 0
    try:
        for after in fetch_pages(order.source, order.reach, order.spool, cursor):
            with database.writing() as connection:
                pulls.move(connection, order.source.name, cursor.model_dump_json(), after.model_dump_json())
            cursor, resumed = after, False
            if progress is not None:
                progress(cursor.records, cursor.total)
    except UpstreamTrouble as error:
        if resumed and error.code in _STALE:
            return fetch(database, order, begin(database, order, afresh=True), progress)
        raise
    return cursor


def bring_in(
    database: Database, order: Order, cursor: Cursor, progress: ImportProgress | None = None
) -> ImportReport | None:
    """Import what was fetched; None when that is nothing.

    An import of this very pull that was committed before a crash is told of as it was then.
    """
    if not cursor.records:
        return None
    source = order.source
    report = import_file(
        database,
        source.feed,
        order.spool.hand_over(cursor.crs, cursor.file_name.endswith(".geojson")),
        mapping=_mapping(order),
        district=source.district,
        crs=source.crs,
        file_name=cursor.file_name,
        origin=Origin(profile=source.profile, pulled_from=source.name),
        progress=progress,
    )
    if report.batch_id is not None:
        return report
    with database.reading() as connection:
        return as_it_was(connection, report, pulls.batch_of(connection, source.name, cursor.file_name))


def follow(database: Database, report: ImportReport | None) -> ImportReport | None:
    """Do what follows every import, before the pull is concluded: a crash between would leave it out."""
    return None if report is None else follow_up(database, report)


def conclude(database: Database, order: Order, cursor: Cursor, report: ImportReport | None) -> PullReport:
    """Move the watermark, take the cursor away and clear the spool; done before, only say so."""
    source, mark = order.source, order.source.watermark
    with database.writing() as connection:
        state = pulls.state(connection, source.name)
        if state is None or state["cursor"] is not None:  # else it was concluded before a crash
            known = state["watermark"] if state is not None else None
            watermark = later(known, cursor.highest, mark) if mark else known
            pulls.finish(
                connection,
                source.name,
                cursor.model_dump_json(),
                watermark,
                cursor.records,
                datetime.now(UTC),
            )
    order.spool.clear()
    notes = []
    if cursor.repeated:
        notes.append(f"{cursor.repeated} records came again on a later page; kept once. 重复记录只保留一次。")
    if cursor.going_through > 1:
        notes.append(
            f"Pages shifted; they were gone through {cursor.going_through} times. 分页变动，已多次遍历。"
        )
    return PullReport(
        source=source.name,
        feed=source.feed,
        pages=cursor.pages,
        records=cursor.records,
        repeated=cursor.repeated,
        batch_id=None if report is None else report.batch_id,
        report=report,
        notes=notes,
    )


def _mapping(order: Order) -> FeedMapping | None:
    """Return how the records are read: as their source says, and by our own names otherwise."""
    if order.source.profile is not None:
        return find_profile(order.source.profile, order.profiles).mapping
    if order.source.mapping is not None:
        return read_mapping(order.folder / order.source.mapping)
    return None
