"""Two thousand damaged and distorted files: each is read with every row accounted for, or refused clearly."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from service.domain.hand_overs import Feed, HandedRow, Verdict
from service.errors import InputError, MujunError
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.profiles.choosing import mapping_for
from service.feeds.reading import read_hand_over
from service.jobs.importing import import_file
from service.store import hand_overs
from service.store.database import Database
from tests.feeds import bureaus
from tests.feeds.fuzzing import mutated_csv, mutated_workbook
from tests.feeds.handing import write_csv

WORKBOOKS: tuple[tuple[Feed, Callable[[Path], Path]], ...] = (
    (Feed.FIGURES, bureaus.tax),
    (Feed.FIGURES, bureaus.electricity),
    (Feed.ENTERPRISES, bureaus.register),
    (Feed.OCCUPANCIES, bureaus.survey),
    (Feed.CONTRACTS, bureaus.contracts),
    (Feed.RATINGS, bureaus.ratings),
)
LOTS = 20
OF_A_LOT = {"workbooks": 20, "csv": 80}
EVERY_RUN = 8
"""Lots of every run; the others are of the night."""
each_lot = pytest.mark.parametrize(
    "lot", [pytest.param(lot, marks=[pytest.mark.nightly] * (lot >= EVERY_RUN)) for lot in range(LOTS)]
)
"""In all 400 workbooks, each read in a process of its own, and 1,600 CSVs."""


class Layout(NamedTuple):
    """A good file of a bureau, and the mapping that fits it."""

    feed: Feed
    file: Path
    mapping: FeedMapping


def layout(feed: Feed, file: Path) -> Layout:
    """Return a good file with the profile that fits it."""
    mapping = mapping_for(file, feed).mapping
    assert mapping is not None
    return Layout(feed, file, mapping)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Layout]:
    """Good workbooks of several bureaus."""
    folder = tmp_path_factory.mktemp("good")
    return [layout(feed, make(folder)) for feed, make in WORKBOOKS]


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A good CSV with title, subtotal and footnote."""
    firms = [bureaus.A, bureaus.B, bureaus.C, bureaus.D]
    lines = [[firm, f"{number * 7.5}", f"{number}00"] for number, firm in enumerate(firms * 3, start=1)]
    head = ["纳税人识别号", "实缴税收（万元）", "营业收入（元）"]
    file = tmp_path_factory.mktemp("good") / "2023年税收.csv"
    write_csv(file, [["2023年度税收"], head, *lines, ["合计", "1", "2"], ["注：无。"]], encoding="gb18030")
    return layout(Feed.FIGURES, file)


def check(path: Path, good: Layout) -> list[HandedRow] | None:
    """Read a file as the one it was made from; None where it is refused."""
    try:
        rows = read_hand_over(path, good.feed, good.mapping).rows
    except MujunError as refusal:
        _is_clear(refusal)
        return None
    numbers = [row.row for row in rows]
    assert len(set(numbers)) == len(numbers)
    for row in rows:
        stated = row.verdict is Verdict.ACCEPTED
        assert stated == bool(row.facts)
        assert stated or row.reason
    return rows


def _is_clear(refusal: MujunError) -> None:
    """A refusal is about the input, says so in both languages, and tells nothing of this machine."""
    assert isinstance(refusal, InputError)
    assert refusal.detail
    assert refusal.detail_zh
    assert "/tmp" not in refusal.detail
    assert "Traceback" not in refusal.detail


@each_lot
def test_distorted_workbooks(lot: int, workbooks: list[Layout], tmp_path: Path) -> None:
    """No unhandled error, and no row lost or doubled."""
    read = 0
    for number in range(OF_A_LOT["workbooks"]):
        seed = lot * 10_000 + number
        good, bad = workbooks[seed % len(workbooks)], tmp_path / f"{seed}.xlsx"
        mutated_workbook(good.file, bad, seed)
        read += check(bad, good) is not None
        bad.unlink()
    assert read > 0


@each_lot
def test_distorted_csv(lot: int, returns: Layout, tmp_path: Path) -> None:
    """Every record of the file is a row or part of the header, counted by another reader."""
    read = 0
    for number in range(OF_A_LOT["csv"]):
        bad = tmp_path / f"2023年{lot * 10_000 + number}.csv"
        mutated_csv(returns.file, bad, lot * 10_000 + number)
        rows = check(bad, returns)
        if rows is not None:
            read += 1
            assert [row.row for row in rows] == sorted(row.row for row in rows)
            # the header has one row to three
            assert any(_records(bad, delimiter) - len(rows) in range(1, 4) for delimiter in ",;\t")
    assert read > OF_A_LOT["csv"] / 4


def _records(path: Path, delimiter: str) -> int:
    """Count the records of a CSV; 0 where it does not decode."""
    raw = path.read_bytes()
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return 0


def test_what_was_read_is_what_is_stored(database: Database, tmp_path: Path) -> None:
    """Each row has its verdict in the store, as many of each as the report and the batch count."""
    good = bureaus.gas(tmp_path)
    mapping = mapping_for(good, Feed.FIGURES).mapping
    stored = 0
    for seed in range(40):
        bad = tmp_path / f"2023年{seed}.csv"
        mutated_csv(good, bad, seed)
        try:
            report = import_file(database, Feed.FIGURES, bad, mapping=mapping)
        except MujunError as refusal:
            _is_clear(refusal)
            continue
        if report.batch_id is None:
            continue
        stored += 1
        with database.reading() as connection:
            batch = hand_overs.batch(connection, report.batch_id)
            rows = hand_overs.rows_of(connection, report.batch_id, limit=100_000)
        assert batch is not None
        counted = Counter(row["verdict"] for row in rows)
        assert len(rows) == report.read == batch["read"]
        assert all(counted[each] == getattr(report, each) == batch[each] for each in Verdict)
    assert stored > 5
