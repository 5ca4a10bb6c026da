"""What holds for any hand-over, however it was typed or damaged."""

import csv
import io
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from service.domain.hand_overs import REASONS, Feed, HandedRow, Verdict
from service.errors import InputError
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.reading import read_hand_over
from service.jobs.importing import import_file
from service.store.database import Database
from service.store.models import SourceRow
from tests.feeds.handing import HEADER, TAX, current_figures, everything, uscc, write_xlsx

MAPPING = parse_mapping(TAX)
CELLS = st.one_of(
    st.integers(1, 6).map(uscc),
    st.integers(0, 20).map(str),
    st.sampled_from(
        [
            "2023",
            "2022年",
            "小计",
            "合计",
            "注：无",
            "/",
            "，",
            "****",
            "1,234",
            "１２",
            "#REF!",
            "",
            "甲公司",
        ]
    ),
    st.text(max_size=6),
)
ROWS = st.lists(
    st.one_of(
        st.lists(CELLS, min_size=3, max_size=5),
        st.just([""] * 4),
        st.just(HEADER),
        st.tuples(
            st.integers(1, 6).map(uscc), st.just("甲"), st.just("2023"), st.integers(0, 3).map(str)
        ).map(list),
    ),
    max_size=12,
)
BOTH = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_csv(rows: list[list[str]]) -> bytes:
    """Return a tax table as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode("utf-8", "surrogatepass")


def read(payload: bytes, suffix: str = ".csv") -> list[HandedRow] | None:
    """Read a table; None when it is refused as a whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "t" + suffix)
        path.write_bytes(payload)
        try:
            return read_hand_over(path, Feed.FIGURES, MAPPING).rows
        except InputError:  # anything else is a fault of ours
            return None


def check(rows: list[HandedRow]) -> None:
    """Every row has one verdict, and a reason where it was not accepted; only accepted rows state facts."""
    for row in rows:
        assert bool(row.facts) == (row.verdict is Verdict.ACCEPTED) or row.verdict is Verdict.DUPLICATE
        assert row.verdict is Verdict.ACCEPTED or row.reason in REASONS
    assert len({(row.sheet, row.row) for row in rows}) == len(rows)


@given(ROWS)
@settings(deadline=None)
def test_every_record_of_any_table_is_accounted_for(rows: list[list[str]]) -> None:
    """As many rows come out as a CSV reader finds below the header, each with a verdict."""
    payload = as_csv(rows)
    found = read(payload)
    if found is not None:
        check(found)
        records = csv.reader(io.StringIO(payload.decode("utf-8", "surrogatepass"), newline=""))
        assert len(found) == len(list(records)) - 1


@given(ROWS, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=3)), max_size=6))
@settings(deadline=None, max_examples=300)
def test_a_damaged_table_is_refused_or_accounted_for(
    rows: list[list[str]], blows: list[tuple[float, int, bytes]]
) -> None:
    """Bytes lost, changed or added anywhere: a clear refusal, or a verdict on each row, and never a crash."""
    payload = as_csv(rows)
    for where, lost, added in blows:
        at = int(where * len(payload))
        payload = payload[:at] + added + payload[at + lost :]
    found = read(payload)
    if found is not None:
        check(found)


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
@settings(deadline=None, max_examples=25)
def test_a_damaged_workbook_is_refused_or_accounted_for(blows: list[tuple[float, bytes]]) -> None:
    """The process that parses may fail in any way; the service answers."""
    with TemporaryDirectory() as folder:
        rows = [HEADER, [uscc(1), "甲", 2023, 5], [uscc(2), "乙", 2023, 6.5]]
        payload = write_xlsx(Path(folder, "t.xlsx"), {"S": rows}).read_bytes()
    for where, bytes_ in blows:
        at = int(where * len(payload))
        payload = payload[:at] + bytes_ + payload[at + len(bytes_) :]
    found = read(payload, ".xlsx")
    if found is not None:
        check(found)


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_does_not_matter(rows: list[list[str]], chance: random.Random) -> None:
    """A shuffled table states the same facts and holds the same rows."""
    shuffled = chance.sample(rows, len(rows))
    one, other = read(as_csv(rows)), read(as_csv(shuffled))
    if one is None or other is None:
        assert one is other
        return

    def stated(found: list[HandedRow]) -> set[object]:
        return {fact for row in found if row.verdict is Verdict.ACCEPTED for fact in row.facts}

    def held(found: list[HandedRow]) -> Counter[tuple[str, str | None]]:
        return Counter((row.content, row.reason) for row in found if row.verdict is Verdict.HELD)

    assert stated(one) == stated(other)
    assert held(one) == held(other)


@given(rows=ROWS)
@BOTH
def test_what_is_stored_is_what_was_read(database: Database, tmp_path: Path, rows: list[list[str]]) -> None:
    """Each report is the count of the rows kept, and the same file again changes nothing at all."""
    path = tmp_path / "t.csv"
    path.write_bytes(as_csv(rows))
    try:
        report = import_file(database, "figures", path, mapping=MAPPING)
    except InputError:
        return
    if report.batch_id is not None:
        with database.reading() as connection:
            query = select(SourceRow.verdict, func.count()).where(SourceRow.batch_id == report.batch_id)
            kept = dict(connection.execute(query.group_by(SourceRow.verdict)).all())
        assert kept == {verdict.value: n for verdict in Verdict if (n := getattr(report, verdict.value))}
    before = everything(database)
    again = import_file(database, "figures", path, mapping=MAPPING)
    assert again.batch_id is None
    assert again.read == report.read
    assert everything(database) == before


@given(rows=ROWS, chance=st.randoms(use_true_random=False))
@BOTH
def test_a_shuffled_hand_over_brings_nothing_new(
    database: Database, tmp_path: Path, rows: list[list[str]], chance: random.Random
) -> None:
    """After a file its rows in another order are duplicates: the figures in effect stay as they are."""
    path, other = tmp_path / "t.csv", tmp_path / "u.csv"
    path.write_bytes(as_csv(rows))
    other.write_bytes(as_csv(chance.sample(rows, len(rows))))
    try:
        first = import_file(database, "figures", path, mapping=MAPPING)
    except InputError:
        return
    if first.batch_id is None:  # seen in an earlier example, and perhaps superseded since
        return
    figures = current_figures(database)
    report = import_file(database, "figures", other, mapping=MAPPING)
    assert report.accepted == 0
    assert current_figures(database) == figures
