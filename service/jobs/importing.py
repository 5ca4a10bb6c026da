"""Import (导入): a file becomes a batch in one transaction, or, received before, changes nothing."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import orjson

from service.domain.hand_overs import Feed, ImportReport, Verdict
from service.errors import InvalidParameter, NotFound
from service.feeds.cells import Held, code
from service.feeds.files import digest
from service.feeds.mapping import FeedMapping
from service.feeds.reading import Reading, read_hand_over
from service.store import hand_overs
from service.store.database import Database
from service.store.hand_overs import HandOver

READER = 1
"""Counted up when the same file would be read differently, so that it may be handed over again."""


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
) -> ImportReport:
    """Read a file and store every row of it with its verdict; return what became of them.

    :param mapping: which column fills which field; None when the file uses our own names
    :param district: of the parcels of the file; of other feeds it is only noted with the batch
    :param crs: the operator's word on the coordinate system, before the file's own
    :param transformation: the operator's way to CGCS2000; see `service.feeds.crs`
    :param repair: mend invalid geometries instead of holding them
    :param file_name: the name under which the file was handed over, when ``path`` is another
    :raises InputError: when the file, the mapping or a parameter cannot be used at all; nothing is stored
    """
    feed = Feed(feed)
    district = _district(district)
    name = _printable(file_name or path.name)
    if not path.is_file():
        raise NotFound(f"There is no file {name}.", "找不到文件。", place=name)
    sha256 = digest(path)
    reading = read_hand_over(
        path,
        feed,
        mapping,
        file_name=name,
        district=district,
        crs=crs,
        transformation=transformation,
        repair=repair,
    )
    if feed is Feed.PARCELS:
        district = district or _district(reading.mapping.columns["district"].constant)
    options = {"crs": crs, "transformation": transformation, "repair": repair, "reader": READER}
    hand_over = HandOver(feed, district, sha256, _canonical(reading.mapping, options), name)
    if (report := _received_before(database, hand_over)) is not None:
        return report
    try:
        with database.writing() as connection:
            if hand_overs.find(connection, hand_over) is not None:
                raise _Received
            batch_id = hand_overs.write(connection, hand_over, reading.rows, reading.fields)
    except _Received:
        if (report := _received_before(database, hand_over)) is not None:
            return report
        raise
    return _report(batch_id, hand_over, reading)


def _report(batch_id: int, hand_over: HandOver, reading: Reading) -> ImportReport:
    verdicts = Counter(row.verdict for row in reading.rows)
    reasons = Counter(row.reason for row in reading.rows if row.verdict is not Verdict.ACCEPTED)
    return ImportReport(
        batch_id=batch_id,
        feed=hand_over.feed,
        district=hand_over.district,
        file_name=hand_over.file_name,
        sha256=hand_over.sha256,
        read=len(reading.rows),
        accepted=verdicts[Verdict.ACCEPTED],
        held=verdicts[Verdict.HELD],
        duplicate=verdicts[Verdict.DUPLICATE],
        skipped=verdicts[Verdict.SKIPPED],
        reasons={reason: count for reason, count in sorted(reasons.items()) if reason},
        repaired=reading.repaired,
        notes=reading.notes,
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
