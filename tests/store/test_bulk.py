"""Appending many rows: what goes in comes out, in any number, whole or not at all, with the index in step."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from service.store import bulk, spatial
from service.store.database import Database
from service.store.models import Batch, Enterprise, Figure, Occupancy, Parcel, Score, SourceRow
from tests.support.records import (
    PARCEL_COLUMNS,
    add_batch,
    add_evaluation,
    add_grid,
    grid_rows,
    square,
)
from tests.support.rtree import assert_in_step

SIZES = [0, 1, 199, 200, 5000, 5001]
"""Around the number from which the R*Tree is filled beside the table, and around one chunk."""


def parcels(connection: Connection) -> Sequence[Any]:
    """Id, code, area and WKB of all parcels, by id."""
    columns = (Parcel.id, Parcel.code, Parcel.geodesic_area_m2, spatial.wkb(Parcel.geom))
    return connection.execute(select(*columns).order_by(Parcel.id)).all()


@pytest.mark.parametrize("count", SIZES)
def test_parcels_come_out_as_they_went_in(database: Database, count: int) -> None:
    """The geometry keeps every bit, ids follow one another, and the R*Tree knows every parcel."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        rows = list(grid_rows(count, source_row))
        assert bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, iter(rows)) == count
        kept = parcels(connection)

    assert [(code, area, wkb) for _, code, area, wkb in kept] == [(row[0], row[2], row[4]) for row in rows]
    assert [id_ for id_, *_ in kept] == list(range(1, count + 1))
    if database.is_embedded:
        assert_in_step(database, "parcel")


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
BIGINTS = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, st.none() | TEXTS, BIGINTS), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_any_text_and_number_comes_out_as_it_went_in(
    database: Database, rows: list[tuple[str, str, str | None, int]]
) -> None:
    """Tabs, quotes, line ends, backslashes, Chinese and the ends of 64 bits survive."""
    with database.writing() as connection:
        add_batch(connection)
        connection.execute(delete(SourceRow))
        batch = connection.execute(select(func.max(Batch.id))).scalar_one()
        given_rows = [(batch, "verdict", content, sheet, reason, row) for content, sheet, reason, row in rows]
        columns = ("batch_id", "verdict", "content", "sheet", "reason", "row")
        bulk.insert(connection, SourceRow.__table__, columns, given_rows)
        kept = connection.execute(
            select(SourceRow.content, SourceRow.sheet, SourceRow.reason, SourceRow.row).order_by(SourceRow.id)
        ).all()

    assert kept == rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_a_number_keeps_every_bit(database: Database, shares: list[float]) -> None:
    """Shares and areas are 64-bit floats, and come out exactly."""
    with database.writing() as connection:
        connection.execute(delete(Occupancy))
        source_row = add_batch(connection)
        columns = ("parcel_code", "uscc", "role", "manual_share", "source_row_id")
        rows = [(f"P{n}", "U", "own", share, source_row) for n, share in enumerate(shares)]
        bulk.insert(connection, Occupancy.__table__, columns, rows)
        kept = connection.execute(select(Occupancy.manual_share).order_by(Occupancy.id)).scalars().all()

    assert kept == shares


def test_every_column_type_goes_in(database: Database) -> None:
    """Times with a zone, dates, truth values, floats and missing values."""
    moment = datetime(2024, 1, 31, 8, 0, 0, 5000, tzinfo=UTC)
    with database.writing() as connection:
        source_row = add_batch(connection)
        bulk.insert(
            connection,
            Batch.__table__,
            (
                "feed",
                "file_name",
                "sha256",
                "mapping",
                "received_at",
                *["read", "accepted", "held", "duplicate", "skipped"],
            ),
            [("figures", "a.csv", "f", "{}", moment, 1, 1, 0, 0, 0)],
        )
        columns = ("uscc", "above_scale", "registered_on", "name", "source_row_id")
        rows = [("A", True, moment.date(), "甲", source_row), ("B", False, None, None, source_row)]
        bulk.insert(connection, Enterprise.__table__, columns, rows)
        received = connection.execute(select(Batch.received_at).where(Batch.sha256 == "f")).scalar_one()
        firms = connection.execute(
            select(Enterprise.uscc, Enterprise.above_scale, Enterprise.registered_on, Enterprise.name)
        ).all()

    assert received == moment
    assert firms == [("A", True, moment.date(), "甲"), ("B", False, None, None)]


def test_what_is_not_given_gets_its_default(database: Database) -> None:
    """A column with a default may be left out."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        columns = ("subject_kind", "subject_code", "period", "metric", "value", "batch_id", "source_row_id")
        bulk.insert(
            connection, Figure.__table__, columns, [("enterprise", "U", "2023", "tax", 1, 1, source_row)]
        )
        assert connection.execute(select(Figure.part_of, Figure.superseded_by)).one() == ("", None)


def test_reserved_ids_are_nobody_elses(database: Database) -> None:
    """Reserving twice gives two ranges, and rows added later get ids behind both."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        first = bulk.reserve_ids(connection, Parcel.__table__, 300)
        second = bulk.reserve_ids(connection, Parcel.__table__, 20)
        rows = [(second + i, *row) for i, row in enumerate(grid_rows(20, source_row))]
        bulk.insert(connection, Parcel.__table__, ("id", *PARCEL_COLUMNS), rows)
        bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, grid_rows(1, source_row, start=20))
        ids = connection.execute(select(Parcel.id).order_by(Parcel.id)).scalars().all()

    assert second == first + 300
    assert ids == [*range(second, second + 20), second + 20]


def test_an_id_is_never_given_twice(database: Database) -> None:
    """Also after its row is deleted: what referred to it would refer to another."""
    with database.writing() as connection:
        add_batch(connection)
        add_batch(connection)
        connection.execute(delete(SourceRow).where(SourceRow.id == 2))
        assert add_batch(connection) == 3


@pytest.mark.parametrize("count", [10, 6000])
def test_a_failing_load_leaves_nothing(database: Database, count: int) -> None:
    """A violated constraint in the last row takes the whole call back; the transaction can go on."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        rows = [*grid_rows(count, source_row), *grid_rows(1, source_row)]
        with pytest.raises(IntegrityError):
            bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, rows)
        assert parcels(connection) == []
        bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, grid_rows(3, source_row))
        connection.execute(insert(Parcel), one_parcel(source_row))

    if database.is_embedded:
        assert_in_step(database, "parcel")
    with database.reading() as connection:
        assert len(parcels(connection)) == 4


def one_parcel(source_row: int) -> dict[str, Any]:
    """Values of a parcel as GeoAlchemy2 takes them."""
    return {
        "code": "ONE",
        "district": "园区",
        "geodesic_area_m2": 1.0,
        "source_row_id": source_row,
        "geom": f"SRID=4490;{square(500, 500).wkt}",
    }


BOX = shapely.box(120, 30, 120.001, 30.001)


@pytest.mark.parametrize(
    "wkb",
    [
        shapely.to_wkb(BOX),
        shapely.to_wkb(shapely.force_3d(shapely.MultiPolygon([BOX]))),
        shapely.to_wkb(shapely.MultiPolygon([BOX]), byte_order=0),
        shapely.to_wkb(shapely.set_srid(shapely.MultiPolygon([BOX]), 4490), include_srid=True),
        b"",
    ],
    ids=["polygon", "3D", "big-endian", "with SRID", "empty bytes"],
)
def test_a_geometry_that_is_no_multipolygon_is_refused(database: Database, wkb: bytes) -> None:
    """Both databases take the same geometries and no others."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        with pytest.raises(ValueError, match="2D MultiPolygon"):
            bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, [("P", "园区", 1.0, source_row, wkb)])


def test_rows_may_come_from_a_query_on_the_same_connection(database: Database) -> None:
    """The source may still be read while the target is written."""
    with database.writing() as connection:
        add_grid(connection, 6000)
        evaluation = add_evaluation(connection)
        source = connection.execute(select(Parcel.code, spatial.wkb(Parcel.geom)).order_by(Parcel.id))
        if not database.is_embedded:
            source = source.all()  # type: ignore[assignment]  # COPY has the connection for itself
        rows = ((evaluation, code, "园区", "2023", "scored", wkb) for code, wkb in source)
        columns = ("evaluation_id", "parcel_code", "district", "period", "status", "geom")
        assert bulk.insert(connection, Score.__table__, columns, rows) == 6000
        assert connection.execute(select(func.count()).select_from(Score)).scalar_one() == 6000

    if database.is_embedded:
        assert_in_step(database, "score")


def test_the_geopackage_says_where_its_features_are(geopackage_url: str) -> None:
    """Extent and time of change of a layer follow every write; a GIS zooms without reading all rows."""
    database = Database(geopackage_url)

    def layer() -> Any:
        with database.reading() as connection:
            query = "SELECT min_x, min_y, max_x, max_y, last_change FROM gpkg_contents"
            return connection.execute(text(f"{query} WHERE table_name = 'parcel'")).one()

    before = layer()
    with database.writing() as connection:
        add_grid(connection, 300)
    loaded = layer()
    with database.writing() as connection:
        connection.execute(delete(Parcel).where(Parcel.code != "P000000"))
    reduced = layer()
    with database.writing() as connection:
        connection.execute(delete(Parcel))
    database.dispose()

    assert before[:4] == (None,) * 4
    assert all(
        math.isclose(a, b, abs_tol=1e-5)
        for a, b in zip(loaded[:4], (120, 30, 120.0998, 30.0028), strict=True)
    )
    assert all(
        math.isclose(a, b, abs_tol=1e-5) for a, b in zip(reduced[:4], square(0, 0).bounds, strict=True)
    )
    assert layer()[:4] == (None,) * 4
    assert before.last_change < loaded.last_change < reduced.last_change
