"""Consolidation blocks: which parcels lie together, and what a block of them is."""

import itertools
import math

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from service.levers.consolidation import FIGURES, Blocks, blocks, central_meridian
from service.reference.blocks import block_rules
from service.store.database import Database
from tests.support.quality import box

GEOD = Geod(a=6378137.0, rf=298.257222101)
MERIDIAN = 120
METRES = Transformer.from_crs(4490, 4549, always_xy=True)


def group(
    shapes: dict[str, shapely.Geometry], distance_m: float = 30, meridian: int = MERIDIAN, **figures: list
) -> Blocks:
    """Group parcels by code; figures are lists in the order of the parcels."""
    columns = {"parcel_code": list(shapes), **figures}
    table = pl.DataFrame(
        {name: columns.get(name, [None] * len(shapes)) for name in FIGURES}, schema=dict(FIGURES)
    )
    return blocks(table, np.array(list(shapes.values()), dtype=object), distance_m, meridian)


def members(found: Blocks) -> list[set[str]]:
    """The codes of every block."""
    return [set(codes.split(",")) for codes in found.properties["parcel_codes"]]


def by_brute_force(shapes: dict[str, shapely.Geometry], distance_m: float) -> list[set[str]]:
    """Every pair measured in the plane, vertex by vertex put there, and groups grown until nothing joins."""
    plane = {
        code: shapely.transform(shape, lambda xy: np.column_stack(METRES.transform(*xy.T)))
        for code, shape in shapes.items()
    }
    groups = [{code} for code in shapes]
    for one, other in itertools.combinations(shapes, 2):
        if shapely.distance(plane[one], plane[other]) <= max(distance_m, 0.02):
            first = next(each for each in groups if one in each)
            second = next(each for each in groups if other in each)
            if first is not second:
                first |= second
                groups.remove(second)
    return sorted(groups, key=min)


edges = st.integers(0, 400)
parks = st.lists(
    st.tuples(edges, edges, st.integers(5, 80), st.integers(5, 80)), min_size=1, max_size=14
).map(
    lambda corners: {
        f"P{number:02}": box(x, y, x + width, y + height)
        for number, (x, y, width, height) in enumerate(corners)
    }
)
distances = st.sampled_from([0.0, 1.0, 10.0, 30.0, 75.5])


@settings(max_examples=60, deadline=None)
@given(parks, distances)
def test_blocks_are_those_of_all_pairs(park: dict[str, shapely.Geometry], distance: float) -> None:
    """Neither the boxes that are looked at first nor the way of joining lose a parcel or add one."""
    assert members(group(park, distance)) == by_brute_force(park, distance)


@settings(max_examples=30, deadline=None)
@given(parks, distances, st.randoms())
def test_the_order_of_parcels_is_nothing(park: dict[str, shapely.Geometry], distance: float, chance) -> None:
    """Blocks, their measures and their outlines are the same however parcels come."""
    shuffled = dict(sorted(park.items(), key=lambda _: chance.random()))
    one, other = group(park, distance), group(shuffled, distance)
    assert one.properties.equals(other.properties)
    assert [each.wkb for each in one.outlines] == [each.wkb for each in other.outlines]
    assert [list(park)[place] for place in one.first] == [list(shuffled)[place] for place in other.first]


@settings(max_examples=30, deadline=None)
@given(parks, st.floats(0, 100), st.floats(0, 100))
def test_a_larger_distance_splits_no_block(
    park: dict[str, shapely.Geometry], one: float, other: float
) -> None:
    """Every block of the smaller distance is within one of the larger."""
    small, large = (members(group(park, distance)) for distance in sorted((one, other)))
    assert all(any(block <= wider for wider in large) for block in small)


@pytest.mark.parametrize(
    ("gap", "together"), [(29.9, True), (30.1, False), (0.0, True), (-5.0, True)], ids=str
)
def test_the_distance_is_in_metres(gap: float, together: bool) -> None:
    """A street of just under thirty metres is crossed, one of just over is not, east and north alike."""
    for east, north in ((100 + gap, 0), (0, 100 + gap)):
        found = group({"A": box(0, 0, 100, 100), "B": box(east, north, east + 50, north + 50)})
        assert len(found.properties) == (1 if together else 2)


def test_parcels_are_together_by_others_between_them() -> None:
    """A chain is one block, whatever the distance of its ends."""
    chain = {f"P{number:03}": box(50 * number, 0, 50 * number + 25, 25) for number in range(150)}
    assert group(chain).properties["parcels"].to_list() == [150]
    assert group(chain, 24).properties["parcels"].to_list() == [1] * 150


def test_touching_is_enough_where_the_distance_is_none() -> None:
    """Also in the middle of an edge of a kilometre, which is no straight line in the plane."""
    park = {"A": box(0, 0, 1000, 100), "B": box(480, 100, 520, 150), "C": box(480, 151, 520, 200)}
    assert members(group(park, 0)) == [{"A", "B"}, {"C"}]


def test_a_block_is_its_parcels_and_nothing_between_them() -> None:
    """What touches is joined, what does not stays a part of its own, and the street belongs to nobody."""
    park = {"A": box(0, 0, 50, 50), "B": box(50, 0, 100, 50), "C": box(120, 0, 170, 50)}
    (outline,) = group(park).outlines
    assert outline.geom_type == "MultiPolygon"
    assert len(outline.geoms) == 2
    assert outline.equals(shapely.union_all(list(park.values())))
    (alone,) = group({"A": shapely.MultiPolygon([park["A"]])}).outlines
    assert alone.wkb == shapely.MultiPolygon([park["A"]]).wkb


def test_a_block_is_measured() -> None:
    """Land as it counts, the outline on the ellipsoid, and compactness: of a square π/4."""
    park = {"A": box(0, 0, 50, 100), "B": box(50, 0, 100, 100)}
    (block,) = group(park, land_area_m2=[5000.5, 4999.25]).properties.to_dicts()
    assert block["area_m2"] == 9999.75
    true = sum(abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in park.values())
    assert block["geodesic_area_m2"] == pytest.approx(true, abs=0.01)
    assert block["compactness"] == pytest.approx(math.pi / 4, abs=1e-3)
    (apart,) = group({**park, "C": box(0, 120, 100, 220)}).properties.to_dicts()
    assert apart["compactness"] == pytest.approx(math.pi / 8, abs=1e-3)


@pytest.mark.parametrize(("west", "zone"), [(116.4, 117), (118.49, 117), (118.51, 120), (-74.0, -75)])
def test_metres_are_those_of_the_zone_of_the_district(west: float, zone: int) -> None:
    """The 3° zone whose meridian is nearest; the same projection goes on outside of China."""
    assert central_meridian(west - 0.01, west + 0.01) == zone
    park = {"A": shapely.box(west, 30, west + 0.01, 30.01)}
    (block,) = group(park, meridian=zone).properties.to_dicts()
    true = abs(GEOD.geometry_area_perimeter(park["A"])[0])
    assert block["geodesic_area_m2"] == pytest.approx(true, rel=1e-7)


def test_what_is_told_of_a_block() -> None:
    """Codes and towns, grades counted, points weighed by land, every reason once, verified when all are."""
    park = {"B": box(60, 0, 100, 50), "A": box(0, 0, 50, 50), "Z": box(900, 0, 950, 50)}
    told = group(
        park,
        town=["西", "东", None],
        land_area_m2=[1000.0, 3000.0, None],
        grade=["D", "C", None],
        points=[20.0, 40.0, 50.0],
        low_efficiency_reasons=["vacant,grade_d", "grade_d", ""],
        verified=[True, False, None],
    ).properties.to_dicts()
    assert [{name: value for name, value in each.items() if name in _TOLD} for each in told] == [
        {
            "first_parcel": "A",
            "parcels": 2,
            "parcel_codes": "A,B",
            "towns": "东,西",
            "area_m2": 4000.0,
            "grades": "C:1,D:1",
            "points": 35.0,
            "low_efficiency_reasons": "grade_d,vacant",
            "verified": False,
        },
        {
            "first_parcel": "Z",
            "parcels": 1,
            "parcel_codes": "Z",
            "towns": None,
            "area_m2": None,
            "grades": None,
            "points": None,
            "low_efficiency_reasons": None,
            "verified": None,
        },
    ]


_TOLD = {
    *("first_parcel", "parcels", "parcel_codes", "towns", "area_m2", "grades", "points", "verified"),
    "low_efficiency_reasons",
}


def test_no_parcels_are_no_blocks() -> None:
    """With all columns, so that an empty layer has its fields."""
    empty, full = group({}), group({"A": box(0, 0, 1, 1)})
    assert len(empty.outlines) == len(empty.properties) == 0
    assert empty.properties.schema == full.properties.schema


def test_postgis_finds_the_same_blocks(postgis_url: str) -> None:
    """ST_ClusterDBSCAN with a least of one point, in the same zone, over a thousand parcels."""
    chance = np.random.default_rng(7)
    corners = chance.uniform(0, 3000, (1000, 2))
    sizes = chance.uniform(10, 60, (1000, 2))
    park = {
        f"P{number:04}": box(x, y, x + width, y + height)
        for number, ((x, y), (width, height)) in enumerate(zip(corners, sizes, strict=True))
    }
    database = Database(postgis_url)
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT code, ST_ClusterDBSCAN(ST_Transform(ST_GeomFromWKB(shape, 4490), 4549), 30, 1) OVER () "
            "FROM unnest(%s::text[], %s::bytea[]) AS parcel(code, shape)",
            (list(park), [shape.wkb for shape in park.values()]),
        ).all()
    database.dispose()
    clusters: dict[int, set[str]] = {}
    for code, cluster in rows:
        clusters.setdefault(cluster, set()).add(code)
    assert members(group(park)) == sorted(clusters.values(), key=min)
    assert 100 < len(clusters) < 900


def test_the_distance_is_dated_and_says_where_it_is_from() -> None:
    """A customary figure passes for nothing more."""
    rules = block_rules()
    assert (rules.distance_m, rules.verified) == (30, False)
    assert rules.source
