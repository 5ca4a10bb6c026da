"""Edits of single parcels: a hand-over of one row each, traced, checked and decided as any other."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from service.cli.common import out
from service.cli.feeds_trace import trace_
from service.domain.coverage import State
from service.domain.hand_overs import REASONS
from service.errors import Conflict, NotFound, PreconditionFailed, Unprocessable
from service.features.crs import CRS84, find_crs
from service.features.outlines import Outline
from service.jobs import editing
from service.jobs.covering import trend
from service.jobs.editing import AfterEdits, Expected, Said
from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.jobs.importing import import_file
from service.jobs.tracing import kept_file, trace_parcel
from service.reference.schemes import shipped_scheme
from service.store import hand_overs, parcels
from service.store.database import Database
from service.store.models import Batch, Occupancy, Parcel, SourceRow
from tests.support.parks import E1, HandOvers, hand_over_small_park

WHO = "cadastre desk"
SHAPE = shapely.box(120.2, 30.2, 120.201, 30.201)


def said(shape: shapely.Geometry | None = SHAPE, document: bytes = b"{}", /, **cells: str) -> Said:
    """What is said of a parcel, in longitude and latitude."""
    return Said(cells, None if shape is None else Outline(shape, CRS84), document)


def stored(database: Database, code: str) -> dict[str, Any] | None:
    """What the store has of a parcel."""
    columns = [c for c in Parcel.__table__.c if c.name not in ("id", "geom")]
    with database.reading() as connection:
        row = connection.execute(select(*columns).where(Parcel.code == code)).mappings().one_or_none()
        return None if row is None else dict(row)


def outline(database: Database, code: str) -> shapely.Geometry:
    """The outline that the store has of a parcel."""
    with database.reading() as connection:
        now = parcels.current(connection, code)
        assert now is not None
        return shapely.from_wkb(parcels.outline(connection, now.id)[0])


def batches(database: Database) -> int:
    """How many hand-overs the store has."""
    with database.reading() as connection:
        return hand_overs.last_batch(connection)


@pytest.fixture
def park(database: Database, tmp_path: Path) -> HandOvers:
    """A store with the parcels P1 and P2 of one hand-over."""
    files = HandOvers(database, tmp_path)
    files.parcels(*({"code": f"P{n}", "town": "east", "far_limit": 2, "holder": "One"} for n in (1, 2)))
    return files


def test_an_edit_is_a_hand_over_of_one_row(park: HandOvers) -> None:
    """Its batch names who did what, its row what was said, and its file is the document as it was sent."""
    document = b'{"type": "Feature"}'
    edited = editing.create(park.database, said(SHAPE, document, code=" n-1", district="330299"), WHO)
    assert edited.code == "N-1"
    with park.database.reading() as connection:
        row = connection.execute(select(SourceRow).where(SourceRow.id == edited.version)).mappings().one()
        batch = hand_overs.batch(connection, row["batch_id"])
    assert batch is not None
    assert (batch["feed"], batch["district"], batch["file_name"]) == ("parcels", "330299", "new N-1.geojson")
    assert [batch[name] for name in ("read", "accepted", "held", "duplicate", "skipped")] == [1, 1, 0, 0, 0]
    assert json.loads(batch["mapping"])["edit"] == {
        "action": "create",
        "by": WHO,
        "replaces": None,
        "ignored": [],
    }
    content = json.loads(row["content"])
    assert (row["verdict"], content["code"], content["district"]) == ("accepted", " n-1", "330299")
    assert shapely.from_wkb(content["@geometry"]).equals(SHAPE)
    assert b"".join(kept_file(park.database, batch["id"]).parts()) == document
    found = stored(park.database, "N-1")
    assert found is not None
    assert found["source_row_id"] == edited.version
    assert outline(park.database, "N-1").equals(SHAPE)
    assert edited.modified == batch["received_at"]


def test_an_area_is_worked_out_and_a_ring_turned_as_of_any_hand_over(park: HandOvers) -> None:
    """A clockwise polygon becomes a counterclockwise MultiPolygon with its geodesic area, from any system."""
    gauss = find_crs("http://www.opengis.net/def/crs/EPSG/0/4549", "here")
    shape = shapely.Polygon([(3320000, 500000), (3320000, 500100), (3320100, 500100), (3320100, 500000)])
    editing.create(
        park.database, Said({"code": "N1", "district": "330299"}, Outline(shape, gauss), b"{}"), WHO
    )
    found, drawn = stored(park.database, "N1"), outline(park.database, "N1")
    assert found is not None
    assert found["geodesic_area_m2"] == pytest.approx(10_000, abs=2)
    assert drawn.geom_type == "MultiPolygon"
    assert drawn.geoms[0].exterior.is_ccw
    assert drawn.centroid.x == pytest.approx(120.0, abs=0.01)


def test_a_replacement_unsets_what_it_leaves_empty_and_a_change_only_what_it_names(park: HandOvers) -> None:
    """Every change has a version of its own; what it does not name stays as it was."""
    before = stored(park.database, "P1")
    assert before is not None
    changed = editing.update(park.database, "P1", said(None, far_limit="2.5", holder=""), WHO)
    after = stored(park.database, "P1")
    assert after == before | {"far_limit": 2.5, "holder": None, "source_row_id": changed.version}
    replaced = editing.replace(
        park.database, "P1", said(district="330299", town="", far_limit="", holder="Two"), WHO
    )
    found = stored(park.database, "P1")
    assert found is not None
    assert (found["town"], found["far_limit"], found["holder"]) == (None, None, "Two")
    assert found["geodesic_area_m2"] != before["geodesic_area_m2"]
    assert before["source_row_id"] < changed.version < replaced.version
    assert stored(park.database, "P2") is not None


def test_what_is_so_already_changes_nothing(park: HandOvers) -> None:
    """No batch and no new version: also for an outline as the service gave it, rounded to a centimetre."""
    exact = shapely.transform(SHAPE, lambda points: points + 1.23e-9)
    first = editing.create(park.database, said(exact, code="N1", district="330299"), WHO)
    given = shapely.transform(outline(park.database, "N1"), lambda points: points.round(7))
    assert not given.equals_exact(outline(park.database, "N1"), 0)
    count = batches(park.database)
    for again in (said(given, district="330299"), said(None), said(None, district="330299")):
        edited = editing.update(park.database, "N1", again, WHO)
        assert (edited.version, edited.modified, edited.report) == (first.version, first.modified, None)
    assert batches(park.database) == count
    moved = editing.update(park.database, "N1", said(shapely.box(120.2, 30.2, 120.201, 30.2011)), WHO)
    assert moved.version > first.version


def test_a_removed_parcel_is_kept_by_its_batch(park: HandOvers) -> None:
    """What it was stands in the batch; what is known under its code stays, and it can be made again."""
    park.enterprises({"uscc": E1, "name": "One"})
    park.occupancies({"parcel_code": "P1", "uscc": E1, "role": "own", "floor_area_m2": 5})
    shape = outline(park.database, "P1")
    removed = editing.remove(park.database, "P1", WHO)
    assert stored(park.database, "P1") is None
    assert removed.report is not None
    assert removed.report.batch_id is not None
    kept = json.loads(b"".join(kept_file(park.database, removed.report.batch_id).parts()))
    assert (kept["properties"]["town"], kept["properties"]["far_limit"]) == ("east", 2)
    assert shapely.geometry.shape(kept["geometry"]).equals(shape)
    with park.database.reading() as connection:
        assert connection.execute(select(Occupancy.parcel_code)).scalars().all() == ["P1"]
    again = editing.create(park.database, said(code="P1", district="330299"), WHO)
    assert again.version > removed.version
    told = [(row.file, row.in_effect) for row in trace_parcel(park.database, "P1")]
    assert told == [("removed P1.geojson", False), ("new P1.geojson", True)]


def test_a_later_hand_over_supersedes_an_edit_and_an_edit_a_hand_over(park: HandOvers) -> None:
    """The last one to speak is right, in the fields that it names."""
    edited = editing.update(park.database, "P1", said(None, town="west", holder="Two"), WHO)
    park.parcels({"code": "P1", "town": "north"})
    found = stored(park.database, "P1")
    assert found is not None
    assert (found["town"], found["holder"]) == ("north", "Two")
    assert found["source_row_id"] > edited.version
    last = editing.update(park.database, "P1", said(None, town="west"), WHO)
    found = stored(park.database, "P1")
    assert found is not None
    assert (found["town"], found["source_row_id"]) == ("west", last.version)
    assert [row.in_effect for row in trace_parcel(park.database, "P1")] == [False, True]


BOW = shapely.Polygon([(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001)])


@pytest.mark.parametrize(
    ("shape", "cells", "reason", "place"),
    [
        (BOW, {}, "geometry_invalid", "/geometry"),
        (shapely.Polygon(), {}, "geometry_empty", "/geometry"),
        (shapely.box(200, 30, 201, 31), {}, "coordinates_out_of_range", "/geometry"),
        (shapely.box(-100, 30, 100, 31), {}, "crosses_antimeridian", "/geometry"),
        (SHAPE, {"district": ""}, "district_missing", "/properties/district"),
        (SHAPE, {"far": "many"}, "number_unreadable", "/properties/far"),
        (SHAPE, {"green_min": "7"}, None, "/properties/green_min"),
        (SHAPE, {"name": "a\x00b"}, "text_unusable", "/properties/name"),
        (SHAPE, {"code": "宗地"}, "parcel_code_malformed", "/properties/code"),
    ],
)
def test_what_a_hand_over_would_hold_is_refused(
    park: HandOvers, shape: shapely.Geometry, cells: dict[str, str], reason: str | None, place: str
) -> None:
    """With the reason that a held row would have and its place; and nothing at all is stored."""
    count = batches(park.database)
    with pytest.raises(Unprocessable) as caught:
        editing.create(park.database, said(shape, **({"code": "N1", "district": "330299"} | cells)), WHO)
    assert caught.value.code in REASONS
    assert caught.value.code == (reason or caught.value.code)
    assert caught.value.place == place
    assert batches(park.database) == count
    assert stored(park.database, "N1") is None


def test_a_parcel_is_not_moved_to_another_district(park: HandOvers) -> None:
    """As of hand-overs: it is removed here and created there, so that both districts have a trace of it."""
    with pytest.raises(Unprocessable) as caught:
        editing.update(park.database, "P1", said(None, district="330211"), WHO)
    assert (caught.value.code, caught.value.place) == ("district_differs", "/properties/district")
    editing.remove(park.database, "P1", WHO)
    editing.create(park.database, said(code="P1", district="330211"), WHO)
    found = stored(park.database, "P1")
    assert found is not None
    assert found["district"] == "330211"


def test_a_code_is_given_once_and_only_what_is_there_is_changed(park: HandOvers) -> None:
    """However it is written."""
    with pytest.raises(Conflict) as caught:
        editing.create(park.database, said(code="ｐ1", district="330299"), WHO)
    assert caught.value.code == "already-there"
    count = batches(park.database)
    some = Expected(frozenset({1}))
    attempts: list[Callable[[], object]] = [
        lambda: editing.replace(park.database, "P9", said(district="330299"), WHO),
        lambda: editing.update(park.database, "P9", said(None, town="x"), WHO, some),
        lambda: editing.remove(park.database, "P9", WHO, some),
        lambda: editing.remove(park.database, "p1", WHO),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert batches(park.database) == count


def test_whoever_has_read_an_old_version_changes_nothing(park: HandOvers) -> None:
    """Neither by its version nor by its second; and that is told before faults of the content."""
    first = stored(park.database, "P1")
    assert first is not None
    old = Expected(frozenset({first["source_row_id"]}))
    edited = editing.update(park.database, "P1", said(None, town="west"), WHO, old)
    earlier = Expected(unmodified_since=edited.modified.replace(microsecond=0) - timedelta(seconds=1))
    count, was = batches(park.database), stored(park.database, "P1")
    for expected in (old, Expected(frozenset()), earlier):
        with pytest.raises(PreconditionFailed):
            editing.update(park.database, "P1", said(None, town="", far="x"), WHO, expected)
        with pytest.raises(PreconditionFailed):
            editing.replace(park.database, "P1", said(BOW, district="330299"), WHO, expected)
        with pytest.raises(PreconditionFailed):
            editing.remove(park.database, "P1", WHO, expected)
    assert (batches(park.database), stored(park.database, "P1")) == (count, was)
    same_second = Expected(unmodified_since=edited.modified.replace(microsecond=0))
    editing.update(park.database, "P1", said(None, town="south"), WHO, same_second)


def test_of_two_writers_who_read_the_same_version_one_wins(park: HandOvers) -> None:
    """A hundred times: exactly one changes the parcel, the other is told, and nothing is mixed."""
    database, together = park.database, threading.Barrier(2)
    start = stored(database, "P1")
    assert start is not None
    versions, outcomes = [start["source_row_id"]], []

    def write(name: str) -> None:
        for turn in range(100):
            together.wait(30)
            read = Expected(frozenset({versions[turn]}))
            change = said(None, town=f"{name} {turn}", holder=f"{name} {turn}")
            try:
                edited = editing.update(database, "P1", change, name, read)
            except PreconditionFailed:
                outcomes.append((turn, "lost", name))
            else:
                outcomes.append((turn, "won", name))
                versions.append(edited.version)
            together.wait(30)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("A", "B")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert sorted((turn, how) for turn, how, _ in outcomes) == [
        (turn, how) for turn in range(100) for how in ("lost", "won")
    ]
    found = stored(database, "P1")
    (winner,) = [name for turn, how, name in outcomes if (turn, how) == (99, "won")]
    assert found is not None
    assert (found["town"], found["holder"]) == (f"{winner} 99", f"{winner} 99")
    assert (found["source_row_id"], len(set(versions))) == (versions[-1], 101)


def test_an_evaluation_keeps_the_parcel_that_was_removed(database: Database, tmp_path: Path) -> None:
    """Its results are as they were, and are still explained by the figures; the next one is without it."""
    hand_over_small_park(database, tmp_path)
    run = evaluate(database, shipped_scheme("parcel"), "2023")
    before = explanation(database, run.id, "P1")
    editing.remove(database, "P1", WHO)
    after = explanation(database, run.id, "P1")
    assert after["result"] == before["result"]
    assert after["calculation"]["figures"] == before["calculation"]["figures"]
    assert evaluate(database, shipped_scheme("parcel"), "2023").parcels == run.parcels - 1


def test_the_trace_of_a_parcel_tells_its_edits(
    park: HandOvers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the command line: batch and file of every edit, and which row is in effect."""
    editing.update(park.database, "P1", said(None, town="west"), WHO)
    editing.remove(park.database, "P1", WHO)
    monkeypatch.setenv("MUJUN_DATABASE_URL", park.database.url.render_as_string(hide_password=False))
    monkeypatch.setattr(out, "width", 160)
    trace_("P1")
    told = capsys.readouterr().out
    assert "edit P1.geojson" in told
    assert "removed P1.geojson" in told
    assert told.count("before 此前") == 2


def test_rows_that_waited_for_a_parcel_are_read_once_it_is_drawn(park: HandOvers, tmp_path: Path) -> None:
    """And coverage counts it: what follows any hand-over of parcels follows an edit, too."""
    park.enterprises({"uscc": E1, "name": "One"})
    park.figures({"uscc": E1, "period": 2023, "tax": 4})
    register = tmp_path / "register.csv"
    register.write_text("code,holder\nN1,Three\n", encoding="utf-8")
    waiting = import_file(park.database, "parcels", register)
    assert waiting.reasons == {"parcel_unknown": 1}
    edited = editing.create(park.database, said(code="N1", district="330299"), WHO)
    assert edited.report is not None
    AfterEdits(park.database).follow(edited.report)
    found = stored(park.database, "N1")
    assert found is not None
    assert found["holder"] == "Three"
    points = [point for point in trend(park.database).points if point.batch_id == edited.report.batch_id]
    assert {sum(getattr(point, state.value).parcels for state in State) for point in points} == {3}


def test_a_burst_of_edits_is_followed_by_the_last_of_them(
    park: HandOvers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come while the first is followed up wait for one turn, not for one each."""
    reports = []
    for number in range(4):
        report = editing.create(park.database, said(code=f"N{number}", district="330299"), WHO).report
        assert report is not None
        reports.append(report)
    after, seen = AfterEdits(park.database), []

    def slowly(_: Database, report: Any) -> None:
        seen.append(report.batch_id)
        if len(seen) == 1:
            for later in reports[1:]:
                after.follow(later)

    monkeypatch.setattr("service.jobs.editing.after.follow_up", slowly)
    after.follow(reports[0])
    assert seen == [reports[0].batch_id, reports[3].batch_id]
    after.follow(reports[1])
    assert len(seen) == 3


def test_the_store_counts_an_edit_as_one_change(park: HandOvers) -> None:
    """So that whatever is kept of the state of the data is renewed by the very next reading."""
    with park.database.reading() as connection:
        before = park.database.data_version(connection)
    editing.update(park.database, "P1", said(None, town="west"), WHO)
    editing.update(park.database, "P1", said(None, town="west"), WHO)
    with park.database.reading() as connection:
        assert park.database.data_version(connection) == before + 1
        latest = connection.execute(select(Batch.received_at).order_by(Batch.id.desc()).limit(1)).scalar_one()
    assert datetime.now(UTC) - latest < timedelta(minutes=5)


def test_an_outline_of_a_million_points_is_taken(park: HandOvers) -> None:
    """What it measures is that of the circle that it draws."""
    turn = np.linspace(0, 2 * np.pi, 1_000_001)
    circle = shapely.Polygon(np.column_stack((120.5 + 0.01 * np.cos(turn), 30.5 + 0.01 * np.sin(turn))))
    editing.create(park.database, said(circle, code="N1", district="330299"), WHO)
    found = stored(park.database, "N1")
    assert found is not None
    assert found["geodesic_area_m2"] == pytest.approx(np.pi * 1108.5 * 959.8, rel=0.01)


def test_a_change_of_texts_moves_no_boundary(park: HandOvers) -> None:
    """Not a coordinate of it."""
    before = outline(park.database, "P2")
    editing.update(park.database, "P2", said(None, town="west"), WHO)
    assert outline(park.database, "P2").equals_exact(before, 0)
