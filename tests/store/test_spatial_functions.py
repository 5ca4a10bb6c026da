"""The spatial SQL functions of the embedded store answer as PostGIS does."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from service.store.database import Database

A = "ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 4,0 0))', 4490)"
B = "ST_GeomFromText('POLYGON((2 2,6 2,6 6,2 6,2 2))', 4490)"
INSIDE = "ST_GeomFromText('POLYGON((1 1,2 1,2 2,1 2,1 1))', 4490)"
BESIDE = "ST_GeomFromText('POLYGON((4 0,5 0,5 4,4 4,4 0))', 4490)"
LINE = "ST_GeomFromText('LINESTRING(-1 1,5 1)', 4490)"
BOWTIE = "ST_GeomFromText('POLYGON((0 0,2 2,2 0,0 2,0 0))', 4490)"
EMPTY = "ST_GeomFromText('POLYGON EMPTY', 4490)"

VALUES: list[tuple[str, Any]] = [
    (f"ST_Intersects({A}, {B})", True),
    (f"ST_Intersects({A}, ST_GeomFromText('POINT(9 9)', 4490))", False),
    (f"ST_Disjoint({A}, {B})", False),
    (f"ST_Contains({A}, {INSIDE})", True),
    (f"ST_Within({INSIDE}, {A})", True),
    (f"ST_Covers({A}, {A})", True),
    (f"ST_CoveredBy({INSIDE}, {A})", True),
    (f"ST_Touches({A}, {BESIDE})", True),
    (f"ST_Overlaps({A}, {B})", True),
    (f"ST_Crosses({LINE}, {A})", True),
    (f"ST_Equals({A}, {A})", True),
    (f"ST_IsValid({BOWTIE})", False),
    (f"ST_IsEmpty({EMPTY})", True),
    (f"ST_IsEmpty({A})", False),
    (f"ST_Area({A})", 16.0),
    (f"ST_Length({LINE})", 6.0),
    (f"ST_Distance({INSIDE}, {BESIDE})", 2.0),
    (f"ST_SRID({A})", 4490),
    (f"ST_NPoints({A})", 5),
    (f"ST_NumGeometries(ST_Multi({A}))", 1),
    (f"ST_GeometryType(ST_Multi({A}))", "ST_MultiPolygon"),
    (f"ST_GeometryType({LINE})", "ST_LineString"),
    (f"ST_X(ST_Centroid({A}))", 2.0),
    ("ST_Y(ST_Point(1, 2, 4490))", 2.0),
    (f"ST_Area(ST_Intersection({A}, {B}))", 4.0),
    (f"ST_Area(ST_Union({A}, {B}))", 28.0),
    (f"ST_Area(ST_Difference({A}, {B}))", 12.0),
    (f"ST_Area(ST_SymDifference({A}, {B}))", 24.0),
    (f"ST_Area(ST_Envelope({LINE}))", 0.0),
    (f"ST_Area(ST_ConvexHull(ST_Union({A}, {B})))", 32.0),
    ("ST_Area(ST_MakeEnvelope(1, 2, 3, 5, 4490))", 6.0),
    (f"ST_IsValid(ST_MakeValid({BOWTIE}))", True),
    ("ST_NPoints(ST_Simplify(ST_GeomFromText('LINESTRING(0 0,1 0.001,2 0)'), 0.1))", 2),
    (f"ST_Intersects(ST_PointOnSurface({A}), {A})", True),
    (f"ST_Area(ST_Buffer({A}, 0))", 16.0),
    ("ST_Area(ST_GeomFromEWKT('SRID=4490;POLYGON((0 0,1 0,1 1,0 0))'))", 0.5),
    ("ST_SRID(ST_GeomFromEWKT('SRID=4490;POINT(1 2)'))", 4490),
    ("ST_SRID(ST_GeomFromText('POINT(1 2)'))", 0),
    (f"ST_SRID(ST_GeomFromWKB(ST_AsBinary({A}), 4490))", 4490),
    (f"ST_SRID(ST_GeomFromEWKB(ST_AsEWKB({A})))", 4490),
    ("ST_Area(NULL)", None),
    (f"ST_Intersects({A}, NULL)", None),
]


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One store for all the tests here, which only read."""
    with ExitStack() as cleanup:
        if request.param == "geopackage":
            path = tmp_path_factory.mktemp("functions") / "park.gpkg"
            url = request.getfixturevalue("geopackages").copy_to(path)
        else:
            url = cleanup.enter_context(request.getfixturevalue("server").database())
        database = Database(url)
        cleanup.callback(database.dispose)
        yield database


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=[expression for expression, _ in VALUES])
def test_a_function_gives_the_same_on_both(store: Database, expression: str, expected: Any) -> None:
    """Each function once, with a value worked out by hand."""
    with store.reading() as connection:
        assert connection.execute(text(f"SELECT {expression}")).scalar_one() == expected


def test_forms_of_a_geometry_are_the_same_on_both(store: Database) -> None:
    """WKB, EWKB, WKT and GeoJSON hold the same geometry; SQLite's own length() still counts."""
    shape = shapely.box(0, 0, 4, 4)
    with store.reading() as connection:
        wkb, ewkb, wkt, ewkt, geojson, short, length = connection.execute(
            text(
                f"SELECT ST_AsBinary({A}), ST_AsEWKB({A}), ST_AsText({A}), ST_AsEWKT({A}), ST_AsGeoJSON({A}),"
                " ST_AsGeoJSON(ST_Point(1.23456, 2, 4490), 2), length('亩均')"
            )
        ).one()

    assert shapely.equals(shapely.from_wkb(bytes(wkb)), shape)
    assert shapely.get_srid(shapely.from_wkb(bytes(ewkb))) == 4490
    assert shapely.equals(shapely.from_wkt(wkt), shape)
    assert ewkt.startswith("SRID=4490;POLYGON")
    assert shapely.equals(shapely.from_geojson(geojson), shape)
    assert shapely.from_geojson(short) == shapely.Point(1.23, 2)
    assert length == 2


def test_edges_of_a_geometry(geopackage_url: str) -> None:
    """What the R*Tree's triggers call."""
    database = Database(geopackage_url)
    with database.reading() as connection:
        edges = ", ".join(f"ST_{edge}({LINE})" for edge in ("MinX", "MinY", "MaxX", "MaxY"))
        assert connection.execute(text(f"SELECT {edges}")).one() == (-1, 1, 5, 1)
        reason = connection.execute(text(f"SELECT ST_IsValidReason({BOWTIE})")).scalar_one()
    database.dispose()

    assert reason.startswith("Self-intersection")
