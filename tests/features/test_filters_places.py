"""Where features lie, in filters: relations, boxes, coordinate systems, gaps, invalid geometries."""

from pathlib import Path

import numpy as np
import polars as pl
import pyogrio
import pytest
import shapely

from service.errors import InvalidFilter
from service.features.crs import CRS84, SUPPORTED, find_crs, given_in
from service.features.filters import parse_filter
from service.features.filters.spatial import PREDICATES
from service.features.table import FeatureTable, Property
from tests.features.places import ROWS, keys, table_of

GK = find_crs("http://www.opengis.net/def/crs/EPSG/0/4549", "test")
LATITUDE_FIRST = find_crs("http://www.opengis.net/def/crs/EPSG/0/4490", "test")


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("S_INTERSECTS(geometry, POINT(0.3 0.3))", "ag"),
        ("S_INTERSECTS(POINT(0.3 0.3), geometry)", "ag"),
        ("S_INTERSECTS(geometry, POINT Z (0.3 0.3 8))", "ag"),
        ("S_INTERSECTS(geometry, BBOX(0.1, 0.1, 0.3, 0.3))", "ag"),
        ("S_INTERSECTS(geometry, BBOX(0.1, 0.1, -5, 0.3, 0.3, 5))", "ag"),
        ("S_INTERSECTS(geometry, BBOX(-180, -90, 180, 90))", "abcefg"),
        ("S_INTERSECTS(geometry, BBOX(2.5, 0, -170, 1))", "b"),
        ("S_INTERSECTS(geometry, BBOX(1, 1, 1, 1))", "ac"),
        ("S_INTERSECTS(geometry, BBOX(0, 1.5, 9, 1.5))", ""),
        ("S_DISJOINT(geometry, BBOX(0, 0, 3, 1))", "fh"),
        ("NOT S_INTERSECTS(geometry, BBOX(0, 0, 3, 1))", "fh"),
        ("S_EQUALS(geometry, POLYGON((1 0, 1 1, 0 1, 0 0, 1 0)))", "a"),
        ("S_TOUCHES(geometry, BBOX(1, 0, 2, 1))", "ab"),
        ("S_WITHIN(geometry, BBOX(0, 0, 1, 1))", "aeg"),
        ("S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1, 0 0.9, 0 0)))", "eg"),
        ("S_CONTAINS(geometry, POINT(0.3 0.3))", "ag"),
        ("S_CONTAINS(BBOX(0, 0, 1, 1), geometry)", "aeg"),
        ("S_CROSSES(geometry, LINESTRING(1 1.5, 1 3))", "f"),
        ("S_CROSSES(geometry, LINESTRING(-1 0.5, 0.5 0.7))", "a"),
        ("S_OVERLAPS(geometry, BBOX(0.5, 0.5, 1.5, 1.5))", "ac"),
        ("S_INTERSECTS(geometry, MULTIPOINT((0.3 0.3), (2.5 0.5)))", "abg"),
        ("S_INTERSECTS(geometry, MULTIPOINT(0.3 0.3, 2.5 0.5))", "abg"),
        ("S_INTERSECTS(geometry, MULTILINESTRING((0 2, 1 2), (2.5 0, 2.5 1)))", "bf"),
        ("S_INTERSECTS(geometry, MULTIPOLYGON(((2.4 0, 2.6 0, 2.5 1, 2.4 0))))", "b"),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(0.3 0.3), LINESTRING(0 2, 1 2)))", "afg"),
        ("S_EQUALS(geometry, geometry)", "abcefgh"),
        ("S_CROSSES(LINESTRING(0 0, 2 2), LINESTRING(0 2, 2 0)) AND rank = 1", "a"),
    ],
)
def test_relations(text: str, selected: str) -> None:
    """Every relation with every kind of literal on either side; without geometry nothing is known."""
    assert keys(text) == selected


@pytest.mark.parametrize("relation", PREDICATES)
def test_envelopes_change_no_answer(relation: str) -> None:
    """On 400 triangles, a relation with a literal is what Shapely finds, whichever comes first."""
    random = np.random.default_rng(5)
    triangles = shapely.polygons(random.random((400, 1, 2)) + random.random((400, 3, 2)) * 0.2)
    none = pl.DataFrame({"rank": range(400)})
    wkb = pl.Series(shapely.to_wkb(triangles).tolist(), dtype=pl.Binary)
    table = FeatureTable.of(np.arange(400), [str(n) for n in range(400)], np.arange(400), wkb, none)
    for literal in (shapely.box(0.3, 0.2, 0.8, 0.9), shapely.Point(0.5, 0.6).buffer(0.3, 8), triangles[7]):
        for first, second, text in (
            (triangles, literal, f"{relation}(geometry, {literal.wkt})"),
            (literal, triangles, f"{relation}({literal.wkt}, geometry)"),
        ):
            rows = parse_filter(text, "cql2-text", {}, CRS84).rows(table)
            assert rows.tolist() == np.flatnonzero(PREDICATES[relation](first, second)).tolist()


@pytest.mark.parametrize("crs", [each for each in SUPPORTED if each.epsg in (4326, 4490, 3857, 4549, 4528)])
def test_literals_are_in_the_system_named(crs: object) -> None:
    """A point within a parcel is within it in every system, axes in the order of its authority."""
    parcel = shapely.box(120.0, 30.0, 120.01, 30.01)
    table = table_of([("p", ROWS[0][1], parcel), ("q", ROWS[1][1], shapely.box(30.0, 30.0, 30.01, 30.01))])
    inside = given_in(np.array([shapely.Point(120.005, 30.005)]), crs)[0]  # type: ignore[arg-type]
    around = given_in(np.array([parcel]), crs)[0]  # type: ignore[arg-type]
    edges = ",".join(map(repr, map(float, around.bounds)))
    assert keys(f"S_INTERSECTS(geometry, {inside.wkt})", crs=crs, table=table) == "p"  # type: ignore[arg-type]
    assert keys(f"S_INTERSECTS(geometry, BBOX({edges}))", crs=crs, table=table) == "p"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        ("S_INTERSECTS(geometry, POINT(90 180))", CRS84),
        ("S_INTERSECTS(geometry, POINT(1000000 30))", CRS84),
        ("S_INTERSECTS(geometry, BBOX(1000000, 1000000, 2000000, 2000000))", CRS84),
        ("S_INTERSECTS(geometry, POINT(120 30))", LATITUDE_FIRST),
        ("S_INTERSECTS(geometry, POINT(3319000 4e10))", GK),
        ("S_INTERSECTS(geometry, POINT(1e300 1e300))", GK),
        ("S_INTERSECTS(geometry, POINT(1e999 30))", CRS84),
        ("S_INTERSECTS(geometry, BBOX(0, 1, 1, 0))", CRS84),
        ("S_INTERSECTS(geometry, BBOX(0, 0, 9, 1, 1, 8))", CRS84),
        ("S_INTERSECTS(geometry, BBOX(3319000, 500001, 3319001, 500000))", GK),
        ("S_INTERSECTS(geometry, BBOX(0, 1, 2))", CRS84),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1)))", CRS84),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", CRS84),
        ("S_INTERSECTS(geometry, LINESTRING(0 0))", CRS84),
        ("S_INTERSECTS(geometry, POINT(0))", CRS84),
        ("S_INTERSECTS(geometry, POINT(0 0 0 0 0))", CRS84),
        ("S_INTERSECTS(geometry, POINT(NaN 1))", CRS84),
        ("S_INTERSECTS(geometry, POINT EMPTY)", CRS84),
    ],
)
def test_what_has_no_place_is_refused(text: str, crs: object) -> None:
    """Coordinates outside their system, numbers that are none, shapes that are none."""
    with pytest.raises(InvalidFilter):
        keys(text, crs=crs)  # type: ignore[arg-type]


def test_geometries_that_are_not_valid_are_compared_all_the_same() -> None:
    """A bow tie in the store breaks no filter, in no relation."""
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    table = table_of([("t", ROWS[0][1], bow_tie), ("s", ROWS[1][1], shapely.box(5, 5, 6, 6))])
    for relation in PREDICATES:
        for literal in ("POLYGON((0 0, 2 0.1, 1.9 2, 0 0))", "LINESTRING(0 0, 2 2)", "BBOX(0, 0, 2, 2)"):
            assert keys(f"{relation}(geometry, {literal})", table=table) in ("", "t", "s")
    assert keys("S_INTERSECTS(geometry, BBOX(1.7, 0.9, 1.9, 1.1))", table=table) == "t"
    assert keys("S_INTERSECTS(geometry, BBOX(0.9, 0.1, 1.1, 0.2))", table=table) == ""


BORDER = (
    "6.043073357781111 50.128051662794235,6.242751092156993 49.90222565367873,6.186320428094177 "
    "49.463802802114515,5.897759230176348 49.44266714130711,5.674051954784829 49.529483547557504,"
    "5.782417433300907 50.09032786722122,6.043073357781111 50.128051662794235"
)


@pytest.fixture(scope="module")
def countries() -> FeatureTable:
    """The 177 countries of Natural Earth at 1:110 million, as pyogrio carries them for its tests."""
    path = Path(pyogrio.__file__).parent / "tests/fixtures/naturalearth_lowres/naturalearth_lowres.shp"
    meta, _, wkb, fields = pyogrio.raw.read(path)
    names = dict(zip(meta["fields"], fields, strict=True))["name"].tolist()
    ids = np.arange(len(names))
    return FeatureTable.of(
        ids, names, ids, pl.Series(wkb.tolist(), dtype=pl.Binary), pl.DataFrame({"name": names})
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("name='Luxembourg'", 1),
        ("name>='Luxembourg'", 84),
        ("name>'Luxembourg'", 83),
        ("name<='Luxembourg'", 94),
        ("name<'Luxembourg'", 93),
        ("name<>'Luxembourg'", 176),
        ("S_INTERSECTS(geometry,BBOX(0,40,10,50))", 8),
        ("S_INTERSECTS(geometry,BBOX(150,-90,-150,90))", 10),
        ("S_INTERSECTS(geometry,POINT(7.02 49.92))", 1),
        ("S_INTERSECTS(geometry,BBOX(0,40,10,50)) and S_INTERSECTS(geometry,BBOX(5,50,10,60))", 3),
        ("S_INTERSECTS(geometry,BBOX(0,40,10,50)) and not S_INTERSECTS(geometry,BBOX(5,50,10,60))", 5),
        ("S_INTERSECTS(geometry,POLYGON((0 40,10 40,10 50,0 50,0 40)))", 8),
        ("S_INTERSECTS(LINESTRING(0 40,10 50),geometry)", 4),
        ("S_DISJOINT(geometry,BBOX(0,40,10,50))", 169),
        ("S_DISJOINT(LINESTRING(0 40,10 50),geometry)", 173),
        ("S_DISJOINT(geometry,POINT(7.02 49.92))", 176),
        (f"S_TOUCHES(geometry,POLYGON(({BORDER})))", 3),
        ("S_TOUCHES(geometry,POINT(6.043073357781111 50.128051662794235))", 3),
        ("S_TOUCHES(POINT(6.242751092156993 49.90222565367873),geometry)", 2),
        (
            "S_TOUCHES(geometry,LINESTRING(6.043073357781111 50.128051662794235,"
            "6.242751092156993 49.90222565367873))",
            3,
        ),
        ("S_WITHIN(geometry,BBOX(-180,-90,0,90))", 44),
        ("S_CONTAINS(BBOX(-180,-90,0,90),geometry)", 44),
        ("S_CONTAINS(geometry,BBOX(7,50,8,51))", 1),
        ("S_CONTAINS(geometry,LINESTRING(7 50,8 51))", 1),
        ("S_WITHIN(POINT(7.02 49.92),geometry)", 1),
        ("S_OVERLAPS(geometry,BBOX(-180,-90,0,90))", 11),
    ],
)
def test_counts_of_the_standards_own_test_suite(countries: FeatureTable, text: str, count: int) -> None:
    """Predicates on countries and their expected numbers, from annex A of OGC 21-065."""
    queryables = {"name": Property("name", "string", "Name")}
    assert len(parse_filter(text, "cql2-text", queryables, CRS84).rows(countries)) == count
