import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import box
from sqlalchemy import func, select

from service.domain.hand_overs import Feed, ImportReport, Verdict
from service.errors import InvalidMapping, NotFound
from service.feeds.mappings.mapping import parse_mapping
from service.jobs import importing
from service.jobs.importing import import_file
from service.store import hand_overs, recording, sources
from service.store.database import Database
from service.store.models import Enterprise, Figure, Occupancy, Parcel, SourceRow
from service.store.spatial import wkb
from tests.feeds.handing import HEADER, TAX, current_figures, everything, uscc, write_csv, write_layer

MAPPING = parse_mapping(TAX)
ENTERPRISES = parse_mapping(
    "feed: enterprises\ncolumns: {uscc: uscc, name: name, above_scale: {column: scale, optional: true}}"
)


def tax(path: Path, *rows: tuple[int, object]) -> Path:
    """Write a tax table: firm and yuan of 2023."""
    return write_csv(path, [HEADER, *([uscc(firm), "", "2023", amount] for firm, amount in rows)])


def hand_over(database: Database, path: Path, **options: Any) -> ImportReport:
    """Import a tax table."""
    return import_file(database, "figures", path, mapping=MAPPING, **options)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Return accepted, held, duplicate and skipped."""
    return report.accepted, report.held, report.duplicate, report.skipped


def figure(firm: int, fen: int) -> tuple[Any, ...]:
    """Return the tax of a firm as the store has it."""
    return ("enterprise", uscc(firm), "", "2023", "tax", fen)


def test_a_figure_leads_back_to_file_and_row(database: Database, tmp_path: Path) -> None:
    """A stored figure names its source row, which names sheet, row, content and batch."""
    report = hand_over(database, tax(tmp_path / "t.csv", (1, 5), (2, "7.5")), district="330299")
    with database.reading() as connection:
        query = select(Figure.value, SourceRow.row, SourceRow.content, SourceRow.batch_id)
        query = query.join(SourceRow, SourceRow.id == Figure.source_row_id).order_by(Figure.id)
        found = connection.execute(query).all()
        batch = hand_overs.batch(connection, report.batch_id or 0, Feed.FIGURES)
        origin = sources.rows(connection, [1, 2, 3])
    assert [(value, row, batch_id) for value, row, _, batch_id in found] == [(500, 2, 1), (750, 3, 1)]
    assert uscc(2) in found[1][2]
    assert batch is not None
    assert (batch["district"], batch["file_name"], batch["sha256"]) == ("330299", "t.csv", report.sha256)
    assert origin[2]["file"] == "t.csv"
    assert 3 not in origin


def test_every_row_is_kept_with_its_verdict(database: Database, tmp_path: Path) -> None:
    """Held and skipped rows are in the store as received, with reason, column and sentence."""
    path = tax(tmp_path / "t.csv", (1, 5), (2, "五"), (3, "/"), (1, 5))
    report = hand_over(database, path)
    assert (report.read, *counts(report)) == (4, 1, 1, 1, 1)
    assert report.reasons == {"no_values": 1, "number_unreadable": 1, "repeated_row": 1}
    with database.reading() as connection:
        held = hand_overs.rows_of(connection, report.batch_id or 0, verdict=Verdict.HELD)
        all_rows = hand_overs.rows_of(connection, report.batch_id or 0)
        assert hand_overs.reasons_of(connection, report.batch_id or 0) == report.reasons
    assert [(row["row"], row["reason"], row["column"]) for row in held] == [(3, "number_unreadable", "税收")]
    assert "五" in held[0]["detail"]
    assert [row["verdict"] for row in all_rows] == ["accepted", "held", "skipped", "duplicate"]


def test_the_same_file_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    """No batch, no row and no data version more; the report names the batch that had it."""
    path = tax(tmp_path / "t.csv", (1, 5), (2, "五"))
    first = hand_over(database, path)
    before = everything(database)
    again = hand_over(database, path, file_name="renamed.csv")
    assert everything(database) == before
    assert (again.batch_id, *counts(again)) == (None, 0, 1, 1, 0)
    assert again.reasons == {"number_unreadable": 1, "same_hand_over": 1}
    assert f"batch {first.batch_id}" in again.notes[0]


def test_the_same_file_read_by_another_mapping_is_another_hand_over(
    database: Database, tmp_path: Path
) -> None:
    """A corrected mapping may be applied to a file received before; the older values are superseded."""
    path = tax(tmp_path / "t.csv", (1, 5))
    hand_over(database, path)
    report = import_file(database, "figures", path, mapping=parse_mapping(TAX.replace("yuan", "万元")))
    assert counts(report) == (1, 0, 0, 0)
    assert current_figures(database) == {figure(1, 5_000_000)}


def test_a_later_hand_over_supersedes_with_history(database: Database, tmp_path: Path) -> None:
    """Equal figures are duplicates, others take effect, and the state after each batch can be told."""
    first = hand_over(database, tax(tmp_path / "a.csv", (1, 5), (2, 6)))
    second = hand_over(database, tax(tmp_path / "b.csv", (1, 5), (2, 66), (3, 7)))
    assert counts(second) == (2, 0, 1, 0)
    assert second.reasons == {"already_stored": 1}
    assert current_figures(database) == {figure(1, 500), figure(2, 6_600), figure(3, 700)}
    with database.reading() as connection:
        query = select(Figure.value).where(
            Figure.batch_id <= first.batch_id,
            Figure.superseded_by.is_(None) | (Figure.superseded_by > first.batch_id),
        )
        assert set(connection.execute(query).scalars()) == {500, 600}
    hand_over(database, tax(tmp_path / "c.csv", (2, 6)))
    assert figure(2, 600) in current_figures(database)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Figure)).scalar_one() == 5


def test_contradicting_rows_are_all_held(database: Database, tmp_path: Path) -> None:
    """Two answers for one firm leave none, whichever comes first; rows on other firms are not concerned."""
    for name, rows in {"a": [(1, 5), (2, 6), (1, 7), (1, 5)], "b": [(1, 7), (1, 5), (1, 5), (2, 6)]}.items():
        report = hand_over(database, tax(tmp_path / f"{name}.csv", *rows))
        assert report.reasons["conflicting_rows"] == 3
    assert current_figures(database) == {figure(2, 600)}


def test_a_row_with_one_new_figure_is_accepted_for_it(database: Database, tmp_path: Path) -> None:
    """Of a row with several metrics only what is not known yet is written."""
    both = parse_mapping(TAX.replace("metrics: {", "metrics: {rd: {column: 研发, unit: 万元}, "))
    header = [*HEADER, "研发"]
    import_file(
        database, "figures", write_csv(tmp_path / "a.csv", [header, [uscc(1), "", 2023, 5, ""]]), mapping=both
    )
    rows = [header, [uscc(1), "", 2023, 5, 1], [uscc(1), "", 2023, 5, ""]]
    report = import_file(database, "figures", write_csv(tmp_path / "b.csv", rows), mapping=both)
    assert counts(report) == (1, 0, 1, 0)
    with database.reading() as connection:
        written = connection.execute(select(Figure.metric, Figure.batch_id).order_by(Figure.id)).all()
    assert [tuple(row) for row in written] == [("tax", 1), ("rd", 2)]


def test_an_enterprise_is_updated_in_place_by_what_is_stated(database: Database, tmp_path: Path) -> None:
    """A hand-over without a column leaves that column alone; the earlier content stays in its source row."""
    rows = [["uscc", "name", "scale"], [uscc(1), "甲", "规上"], [uscc(2), "乙", "否"]]
    import_file(database, "enterprises", write_csv(tmp_path / "a.csv", rows), mapping=ENTERPRISES)
    rows = [["uscc", "name"], [uscc(1), "甲新名"], [uscc(2), "乙"], [uscc(3), "丙"]]
    report = import_file(database, "enterprises", write_csv(tmp_path / "b.csv", rows), mapping=ENTERPRISES)
    assert counts(report) == (2, 0, 1, 0)
    with database.reading() as connection:
        query = select(Enterprise.name, Enterprise.above_scale, SourceRow.batch_id).order_by(Enterprise.uscc)
        found = connection.execute(query.join(SourceRow, SourceRow.id == Enterprise.source_row_id)).all()
        first = hand_overs.rows_of(connection, 1)
    assert [tuple(row) for row in found] == [("甲新名", True, 2), ("乙", False, 1), ("丙", None, 2)]
    assert '"甲"' in first[0]["content"]


def test_holdings_are_told_apart_by_their_first_day(database: Database, tmp_path: Path) -> None:
    """Two periods of one holding are two holdings; an unknown first day is one of its own."""
    header = ["parcel_code", "uscc", "role", "floor_area_m2", "valid_from", "valid_to"]
    rows = [
        ["P1", uscc(1), "own", 100, "2022-01-01", "2022-12-31"],
        ["P1", uscc(1), "own", 200, "2023-01-01", ""],
        ["P1", uscc(1), "own", 300, "", ""],
    ]
    first = import_file(database, "occupancies", write_csv(tmp_path / "a.csv", [header, *rows]))
    changed = [rows[0], ["P1", uscc(1), "own", 201, "2023-01-01", ""], ["P1", uscc(1), "own", 301, "", ""]]
    second = import_file(database, "occupancies", write_csv(tmp_path / "b.csv", [header, *changed]))
    assert (counts(first), counts(second)) == ((3, 0, 0, 0), (2, 0, 1, 0))
    with database.reading() as connection:
        areas = connection.execute(select(Occupancy.floor_area_m2)).scalars()
        assert sorted(areas) == [100, 201, 301]


def parcels(path: Path, **stated: tuple[object, Any]) -> Path:
    """Write parcels: code → name and shape."""
    return write_layer(
        path,
        [shape for _, shape in stated.values()],
        {"code": [*stated], "name": [n for n, _ in stated.values()]},
    )


def test_a_parcel_is_updated_in_place(database: Database, tmp_path: Path) -> None:
    """A new outline replaces the old one, in the spatial index too; the old stays in its source row."""
    here, there = box(120, 30, 120.001, 30.001), box(121, 31, 121.001, 31.001)
    import_file(
        database, "parcels", parcels(tmp_path / "a.gpkg", P1=("甲", here), P2=("乙", here)), district="X"
    )
    again = import_file(
        database, "parcels", parcels(tmp_path / "b.gpkg", P1=("甲", there), P2=("乙", here)), district="X"
    )
    assert counts(again) == (1, 0, 1, 0)
    with database.reading() as connection:
        found = {
            row.code: row
            for row in connection.execute(select(*Parcel.__table__.c, wkb(Parcel.geom).label("wkb")))
        }
        from service.store.spatial import intersects_bbox

        near = select(Parcel.code).where(intersects_bbox(Parcel.geom, 120.9, 30.9, 121.1, 31.1))
        assert connection.execute(near).scalars().all() == ["P1"]
        old = hand_overs.rows_of(connection, 1)[0]
    assert shapely.from_wkb(bytes(found["P1"].wkb)).equals(there)
    assert shapely.from_wkb(bytes(found["P2"].wkb)).equals(here)
    assert shapely.to_wkb(here, hex=True)[10:].lower() in old["content"]


def test_a_parcel_does_not_move_to_another_district_unnoticed(database: Database, tmp_path: Path) -> None:
    """The same code in another district is held: it may be another parcel."""
    here = box(120, 30, 120.001, 30.001)
    import_file(database, "parcels", parcels(tmp_path / "a.gpkg", P1=("甲", here)), district="X")
    report = import_file(
        database, "parcels", parcels(tmp_path / "b.gpkg", P1=("乙", here), P2=("丙", here)), district="Y"
    )
    assert report.reasons == {"district_differs": 1}
    with database.reading() as connection:
        rows = connection.execute(
            select(Parcel.code, Parcel.district, Parcel.name).order_by(Parcel.code)
        ).all()
    assert [tuple(row) for row in rows] == [("P1", "X", "甲"), ("P2", "Y", "丙")]


@pytest.mark.parametrize("point", ["record", "apply"])
def test_an_import_that_fails_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Wherever it ends, the store is as it was, and the file can come again."""
    hand_over(database, tax(tmp_path / "a.csv", (1, 5)))
    before = everything(database)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        target: Any = hand_overs if point == "record" else recording.Changes
        patch.setattr(target, point, fail)
        with pytest.raises(KeyboardInterrupt):
            hand_over(database, tax(tmp_path / "b.csv", (1, 6), (2, 7)))
    assert everything(database) == before
    assert counts(hand_over(database, tmp_path / "b.csv")) == (2, 0, 0, 0)


@pytest.mark.parametrize("point", ["before", "after"])
def test_an_import_that_is_killed_leaves_nothing(database: Database, tmp_path: Path, point: str) -> None:
    """SIGKILL before the figures are written, or after them and before the commit: the store is as it was."""
    hand_over(database, tax(tmp_path / "a.csv", (1, 5)))
    before = everything(database)
    path = tax(tmp_path / "b.csv", (1, 6), (2, 7))
    program = f"""
import os, signal, sys
from pathlib import Path
from service.feeds.mappings.mapping import parse_mapping
from service.jobs.importing import import_file
from service.store import recording
from service.store.database import Database
original = recording.Changes.apply
def apply(self, connection):
    if {point == "after"}:
        original(self, connection)
    os.kill(os.getpid(), signal.SIGKILL)
recording.Changes.apply = apply
url, path, mapping = sys.argv[1:]
import_file(Database(url), "figures", Path(path), mapping=parse_mapping(mapping))
"""
    url = database.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", program, url, str(path), TAX], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert everything(database) == before
    assert counts(hand_over(database, path)) == (2, 0, 0, 0)


def test_two_imports_of_one_file_at_once_make_one_batch(database: Database, tmp_path: Path) -> None:
    """Both have read the file before either writes; the second finds it there and changes nothing."""
    path = tax(tmp_path / "t.csv", (1, 5), (2, 6))
    both_have_read = threading.Barrier(2, timeout=30)
    original = importing.hand_overs.find
    reports: list[ImportReport] = []
    asked = threading.local()

    def find(*arguments: Any) -> Any:
        found = original(*arguments)
        if not getattr(asked, "once", False):
            asked.once = True
            both_have_read.wait()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing.hand_overs, "find", find)
        threads = [
            threading.Thread(target=lambda: reports.append(hand_over(database, path))) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(str(report.batch_id) for report in reports) == ["1", "None"]
    with database.reading() as connection:
        assert len(hand_overs.batches(connection)) == 1
        assert database.data_version(connection) == 1


def test_batches_are_listed_latest_first_by_feed(database: Database, tmp_path: Path) -> None:
    """Pages follow the id of the last batch seen; rows follow the id of the last row seen."""
    for number in range(1, 4):
        hand_over(database, tax(tmp_path / f"{number}.csv", (number, 1), (number + 10, 1)))
    with database.reading() as connection:
        page = hand_overs.batches(connection, Feed.FIGURES, limit=2)
        rest = hand_overs.batches(connection, Feed.FIGURES, limit=2, before=page[-1]["id"])
        assert [batch["file_name"] for batch in [*page, *rest]] == ["3.csv", "2.csv", "1.csv"]
        assert hand_overs.batches(connection, Feed.PARCELS) == []
        assert hand_overs.batch(connection, page[0]["id"], Feed.PARCELS) is None
        rows = hand_overs.rows_of(connection, page[0]["id"], limit=1)
        more = hand_overs.rows_of(connection, page[0]["id"], after=rows[0]["id"])
        assert [row["row"] for row in [*rows, *more]] == [2, 3]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda path: {"path": path.parent / "absent.csv"}, NotFound),
        (lambda path: {"feed": "enterprises"}, InvalidMapping),
        (lambda path: {"mapping": None}, InvalidMapping),
    ],
)
def test_what_cannot_be_read_at_all_leaves_no_batch(
    database: Database, tmp_path: Path, change: Callable[[Path], dict[str, Any]], error: type[Exception]
) -> None:
    """An absent file, a mapping for another feed, foreign columns: an error, and nothing stored."""
    path = tax(tmp_path / "t.csv", (1, 5))
    given: dict[str, Any] = {"feed": "figures", "path": path, "mapping": MAPPING, **change(path)}
    with pytest.raises(error):
        import_file(database, given.pop("feed"), given.pop("path"), **given)
    with database.reading() as connection:
        assert hand_overs.batches(connection) == []
        assert database.data_version(connection) == 0


def test_a_report_that_does_not_add_up_cannot_be_made() -> None:
    """read = accepted + held + duplicate + skipped is checked by the report itself."""
    given: dict[str, Any] = {
        "batch_id": 1,
        "feed": "figures",
        "district": None,
        "file_name": "t.csv",
        "sha256": "0" * 64,
        "accepted": 1,
        "held": 1,
        "duplicate": 1,
        "skipped": 1,
    }
    assert ImportReport(read=4, **given).read == 4
    with pytest.raises(ValueError, match="read is not"):
        ImportReport(read=5, **given)
