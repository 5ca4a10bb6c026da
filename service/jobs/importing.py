"""Import (导入): a file becomes a batch in one transaction, or, received before, changes nothing.

The file is read first, its rows wait on disk with what they state in memory; then one transaction keeps the
file, compares with the store and writes. Killed at any point, the store is as it was, and the same call again
finishes the work: `keep_file` and `kept_on_disk` for those who want to keep the file before reading it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy import Connection

from service.domain.hand_overs import Feed, HandedRow, ImportReport, Verdict
from service.errors import InvalidParameter, NotFound
from service.feeds import facts
from service.feeds.corrections import Corrections
from service.feeds.features import REPAIRED
from service.feeds.formats.files import digest
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.reading import Progress, Reading, read_hand_over
from service.feeds.values.cells import Held, code
from service.jobs.identifying import Identifying, asked_as
from service.store import hand_overs, matches, received
from service.store.database import Database
from service.store.hand_overs import HandOver, Rows, Written
from service.store.matches import Question

READER = 2
"""Counted up when the same file would be read differently, so that it may be handed over again."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a hand-over comes from, as its batch says it."""

    profile: str | None = None
    """The profile by which it is read."""
    corrects: int | None = None
    """The batch whose held rows it settles."""
    pulled_from: str | None = None
    """The source that a pull asked."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a batch does with held rows of an earlier one, instead of handing over a file."""

    corrections: Corrections
    dismissed: tuple[HandedRow, ...]
    """Rows that a person decided not to use."""
    identity: Mapping[str, object]
    """What makes this amendment another one than the next."""


class _Received(Exception):
    """Another import of the same hand-over came first."""


def import_file(
    database: Database,
    feed: Feed | str,
    path: Path,
    *,
    mapping: FeedMapping | None = None,
    district: str | None = None,
    crs: str | None = None,
    transformation: str | None = None,
    repair: bool = False,
    file_name: str | None = None,
    origin: Origin | None = None,
    amendment: Amendment | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a file and store every row of it with its verdict; return what became of them.

    :param mapping: which column fills which field; None when the file uses our own names
    :param district: of the parcels of the file; of other feeds it is only noted with the batch
    :param crs: the operator's word on the coordinate system, before the file's own
    :param transformation: the operator's way to CGCS2000; see `service.feeds.formats.crs`
    :param repair: mend invalid geometries instead of holding them
    :param file_name: the name under which the file was handed over, when ``path`` is another
    :param origin: what else its batch says
    :param amendment: read only held rows of an earlier batch, corrected
    :param progress: is called for every 10,000 rows; what it raises ends the import, and nothing is stored
    :raises InputError: when the file, the mapping or a parameter cannot be used at all; nothing is stored
    """
    feed = Feed(feed)
    district = _district(district)
    name = _printable(file_name or path.name)
    if not path.is_file():
        raise NotFound(f"There is no file {name}.", "找不到文件。", place=name)
    sha256 = digest(path)
    identify = Identifying(database)
    reading = read_hand_over(
        path,
        feed,
        mapping,
        file_name=name,
        district=district,
        crs=crs,
        transformation=transformation,
        repair=repair,
        identify=identify,
        progress=progress,
        corrections=None if amendment is None else amendment.corrections,
    )
    if amendment is not None and amendment.dismissed:
        reading.spool.append(facts.kept(amendment.dismissed))
    if feed is Feed.PARCELS and (rule := reading.mapping.columns.get("district")) is not None:
        district = district or _district(rule.constant)
    options: dict[str, object] = {
        "crs": crs,
        "transformation": transformation,
        "repair": repair,
        "reader": READER,
    }
    if amendment is not None:
        options["amends"] = dict(amendment.identity)
    given = origin or Origin()
    hand_over = HandOver(
        feed,
        district,
        sha256,
        _canonical(reading.mapping, options),
        name,
        given.profile or reading.mapping.profile,
        given.corrects,
        given.pulled_from,
    )
    if (report := _received_before(database, hand_over)) is not None:
        return report
    try:
        written = _store(database, hand_over, reading, path, identify.questions(), progress)
    except _Received:
        if (report := _received_before(database, hand_over)) is not None:
            return report
        raise
    return _report(hand_over, reading, written)


def keep_file(database: Database, path: Path) -> str:
    """Keep a file as received, in a transaction of its own; return its SHA-256, which finds it again."""
    if not path.is_file():
        raise NotFound(f"There is no file {path.name}.", "找不到文件。", place=path.name)
    sha256 = digest(path)
    with database.reading() as connection:
        if received.is_kept(connection, sha256):
            return sha256
    with database.writing() as connection:
        received.keep(connection, sha256, path)
    return sha256


@contextmanager
def kept_on_disk(database: Database, sha256: str) -> Iterator[Path]:
    """Give a file that the store keeps, to be imported under its own name; raises `NotFound`."""
    with TemporaryDirectory(prefix="mujun-") as folder:
        path = Path(folder, "kept")
        with database.reading() as connection, path.open("wb") as file:
            if not received.is_kept(connection, sha256):
                raise NotFound("The store keeps no such file.", "库中没有此文件。", place="sha256")
            for part in received.parts(connection, sha256):
                file.write(part)
        yield path


def as_it_was(connection: Connection, report: ImportReport, batch_id: int | None) -> ImportReport:
    """Return what the batch first came to, in place of the word that it was received before.

    For whoever repeats an import of their own after a crash; None leaves the report as it is.
    """
    batch = None if batch_id is None else hand_overs.batch(connection, batch_id)
    if batch is None:
        return report
    counts = {name: batch[name] for name in ("read", *(verdict.value for verdict in Verdict))}
    reasons = hand_overs.reasons_of(connection, batch["id"])
    return report.model_copy(update={**counts, "batch_id": batch["id"], "reasons": reasons, "notes": []})


def _store(
    database: Database,
    hand_over: HandOver,
    reading: Reading,
    path: Path,
    questions: list[Question],
    progress: Progress | None,
) -> Written:
    """Keep the file and write the hand-over in one transaction; raises `_Received`."""
    with database.writing(complete=True) as connection:
        if hand_overs.find(connection, hand_over) is not None:
            raise _Received
        received.keep(connection, hand_over.sha256, path)
        ids = matches.ask(connection, questions)
        kept = asked_as(reading.spool, ids) if ids else reading.spool
        rows = Rows(reading.spool.rows, kept, reading.facts, reading.later, reading.fields)
        told = None if progress is None else (lambda done, total: progress(done, total, "writing"))
        return hand_overs.write(connection, hand_over, rows, told)


def _report(hand_over: HandOver, reading: Reading, written: Written) -> ImportReport:
    return ImportReport(
        batch_id=written.batch_id,
        feed=hand_over.feed,
        district=hand_over.district,
        file_name=hand_over.file_name,
        sha256=hand_over.sha256,
        read=reading.spool.rows,
        reasons=dict(sorted(written.reasons.items())),
        repaired=written.noted[REPAIRED],
        notes=reading.notes,
        **{verdict.value: written.verdicts[verdict.value] for verdict in Verdict},
    )


def _received_before(database: Database, hand_over: HandOver) -> ImportReport | None:
    """Return what the same hand-over came to when it was received before, with its rows as duplicates now."""
    with database.reading() as connection:
        earlier = hand_overs.find(connection, hand_over)
        if earlier is None:
            return None
        reasons = hand_overs.reasons_of(connection, earlier["id"])
        superseded = hand_overs.superseded_since(connection, earlier["id"])
    notes = [f"The same file was received before as batch {earlier['id']}; nothing changed. 此前已接收。"]
    if superseded:
        notes.append(
            f"{superseded} of its figures have been superseded since and stay so. 部分数据已被后续交付取代。"
        )
    if earlier["accepted"]:
        reasons["same_hand_over"] = earlier["accepted"]
    return ImportReport(
        batch_id=None,
        feed=hand_over.feed,
        district=hand_over.district,
        file_name=hand_over.file_name,
        sha256=hand_over.sha256,
        read=earlier["read"],
        accepted=0,
        held=earlier["held"],
        duplicate=earlier["accepted"] + earlier["duplicate"],
        skipped=earlier["skipped"],
        reasons=reasons,
        notes=notes,
    )


def _district(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return code(given) or None
    except Held as held:
        raise InvalidParameter(held.detail, "行政区取值无效。", place="district") from None


def _canonical(mapping: FeedMapping, options: Mapping[str, object]) -> str:
    applied = {"mapping": mapping.model_dump(mode="json", exclude_defaults=True), **options}
    return orjson.dumps(applied, option=orjson.OPT_SORT_KEYS).decode()


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
