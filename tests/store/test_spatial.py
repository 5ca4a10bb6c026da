"""Conditions on a box: the same features on both databases, found by the spatial index."""

from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Select, and_, delete, func, insert, not_, select, text, update
from sqlalchemy.orm import aliased

from service.store import bulk, spatial
from service.store.database import Database
from service.store.models import Parcel
from tests.support.records import PARCEL_COLUMNS, SOUTH, STEP, WEST, add_batch, add_grid, square
from tests.support.rtree import assert_in_step

BOX = (WEST + 9.9 * STEP, SOUTH + 4.9 * STEP, WEST + 11.9 * STEP, SOUTH + 5.9 * STEP)
"""Meets the parcels in columns 10 and 11 of row 5, and none other."""

MEETING = ["P000510", "P000511"]


def codes(connection: Connection, *conditions: Any) -> list[str]:
    """Return the codes of the parcels that meet the conditions."""
    return list(connection.execute(select(Parcel.code).where(*conditions).order_by(Parcel.code)).scalars())


def plan(connection: Connection, query: Select[Any]) -> str:
    """Return what the database means to do for a query."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    literal = query.compile(connection, compile_kwargs={"literal_binds": True})
    return "\n".join(row[-1] for row in connection.execute(text(f"{explain} {literal}")))


@pytest.mark.parametrize("condition", [spatial.intersects_bbox, spatial.intersects_box])
def test_a_box_finds_what_meets_it(database: Database, condition: Any) -> None:
    """And nothing else, alone and together with other conditions."""
    with database.writing() as connection:
        add_grid(connection, 1000)
    with database.reading() as connection:
        assert codes(connection, condition(Parcel.geom, *BOX)) == MEETING
        assert codes(connection, condition(Parcel.geom, *BOX), Parcel.code > "P000510") == MEETING[1:]
        assert len(codes(connection, not_(condition(Parcel.geom, *BOX)))) == 998


def test_the_exact_condition_leaves_out_neighbours(database: Database) -> None:
    """A triangle's envelope meets a box that the triangle does not; an edge in common is a meeting."""
    corner = shapely.MultiPolygon([shapely.Polygon([(120, 30), (120.01, 30), (120, 30.01)])])
    with database.writing() as connection:
        rows = [("TRIANGLE", "园区", 1.0, add_batch(connection), shapely.to_wkb(corner))]
        bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, rows)
    far_corner = (120.009, 30.009, 120.02, 30.02)
    beside = (120 - STEP, 30, 120, 30.01)
    with database.reading() as connection:
        assert codes(connection, spatial.intersects_bbox(Parcel.geom, *far_corner)) == ["TRIANGLE"]
        assert codes(connection, spatial.intersects_box(Parcel.geom, *far_corner)) == []
        assert codes(connection, spatial.intersects_box(Parcel.geom, *beside)) == ["TRIANGLE"]


def test_a_box_may_lie_across_the_antimeridian(database: Database) -> None:
    """The western edge is then the greater number."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        for code, west in (("EAST", 179.5), ("WEST", -179.9), ("HERE", 120.0)):
            shape = shapely.MultiPolygon([shapely.box(west, 10, west + 0.1, 10.1)])
            row = (code, "园区", 1.0, source_row, shapely.to_wkb(shape))
            bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, [row])
    with database.reading() as connection:
        for condition in (spatial.intersects_bbox, spatial.intersects_box):
            assert codes(connection, condition(Parcel.geom, 179.0, 0.0, -179.0, 20.0)) == ["EAST", "WEST"]


def test_a_box_works_on_an_alias(database: Database) -> None:
    """Each alias of a table is restricted on its own."""
    with database.writing() as connection:
        add_grid(connection, 1000)
    one, other = aliased(Parcel), Parcel.__table__.alias()
    touching = and_(spatial.intersects_bbox(one.geom, *BOX), spatial.intersects_bbox(other.c.geom, *BOX))
    with database.reading() as connection:
        pairs = select(func.count()).select_from(one).join(other, touching)
        assert connection.execute(pairs).scalar_one() == 4


def test_a_box_reaches_the_spatial_index(database: Database) -> None:
    """Neither database reads the whole table, also across the antimeridian."""
    with database.writing() as connection:
        add_grid(connection, 10_000)
        if not database.is_embedded:
            connection.execute(text("ANALYZE parcel"))
    across = (179.0, 30.0, WEST + STEP, 30.001)
    with database.reading() as connection:
        for condition in (spatial.intersects_bbox, spatial.intersects_box):
            for box in (BOX, across):
                steps = plan(connection, select(Parcel.code).where(condition(Parcel.geom, *box)))
                if database.is_embedded:
                    assert "SCAN rtree_parcel_geom VIRTUAL TABLE INDEX 2:" in steps
                    assert "SCAN parcel" not in steps
                else:
                    assert "idx_parcel_geom" in steps
                    assert "Seq Scan" not in steps


def test_what_another_program_wrote_is_read(geopackage_url: str) -> None:
    """A blob may have no envelope, one with Z, or big-endian numbers; its WKB comes out all the same."""
    shape = square(1, 1)
    wkb = shapely.to_wkb(shape)
    without_envelope = b"GP\x00\x01" + (4490).to_bytes(4, "little") + wkb
    with_z = b"GP\x00\x05" + (4490).to_bytes(4, "little") + bytes(48) + wkb
    big_endian = b"GP\x00\x02" + (4490).to_bytes(4, "big") + bytes(32) + wkb
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 1)
        for blob in (without_envelope, with_z, big_endian):
            connection.exec_driver_sql("UPDATE parcel SET geom = ?", (blob,))
            assert connection.execute(select(spatial.wkb(Parcel.geom))).scalar_one() == wkb
    database.dispose()


def insert_some(connection: Connection, source_row: int, places: list[tuple[int, int]]) -> None:
    """Add parcels one by one, past the bulk load."""
    rows = [
        {
            "code": f"Q{i}",
            "district": "园区",
            "geodesic_area_m2": 1.0,
            "source_row_id": source_row,
            "geom": f"SRID=4490;{square(*place).wkt}",
        }
        for i, place in enumerate(places)
    ]
    if rows:
        connection.execute(insert(Parcel), rows)


PLACES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    loaded=st.integers(0, 250),
    added=PLACES,
    moved=st.sets(st.integers(1, 260)),
    renumbered=st.sets(st.integers(1, 260), max_size=3),
    removed=st.sets(st.integers(1, 260)),
)
def test_the_rtree_follows_every_change(
    geopackage_url: str,
    loaded: int,
    added: list[tuple[int, int]],
    moved: set[int],
    renumbered: set[int],
    removed: set[int],
) -> None:
    """After loads, inserts, moves, new ids, replacements and removals it is as if filled anew."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        connection.execute(delete(Parcel))
        source_row = add_grid(connection, loaded)
        insert_some(connection, source_row, added)
        first = connection.execute(select(func.min(Parcel.id))).scalar_one() or 0
        for offset in moved:
            there = update(Parcel).where(Parcel.id == first + offset)
            connection.execute(there.values(geom=f"SRID=4490;{square(offset, -5).wkt}"))
        for offset in renumbered:
            connection.execute(
                update(Parcel).where(Parcel.id == first + offset).values(id=first + 1000 + offset)
            )
        connection.execute(delete(Parcel).where(Parcel.id.in_(first + offset for offset in removed)))
        connection.exec_driver_sql("REPLACE INTO parcel SELECT * FROM parcel WHERE id % 7 = 0")
    assert_in_step(database, "parcel")
    database.dispose()


def test_an_upsert_keeps_the_rtree_in_step(geopackage_url: str) -> None:
    """Writing over a row that is there moves its entry instead of failing."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 10)
        connection.exec_driver_sql(
            "INSERT INTO parcel (code, district, geodesic_area_m2, source_row_id, geom)"
            " SELECT code, district, 2, 1, (SELECT geom FROM parcel WHERE code = 'P000009') FROM parcel"
            " WHERE true ON CONFLICT (code) DO UPDATE SET geom = excluded.geom"
        )
    assert_in_step(database, "parcel")
    database.dispose()


def test_replacing_a_row_by_its_code_keeps_the_rtree_in_step(geopackage_url: str) -> None:
    """The row that gives way leaves the index too, although nobody deleted it by name."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 10)
        columns = ", ".join(column.name for column in Parcel.__table__.columns if column.name != "id")
        connection.exec_driver_sql(
            f"REPLACE INTO parcel (id, {columns}) SELECT id + 1000, {columns} FROM parcel"
        )
    assert_in_step(database, "parcel")
    database.dispose()
