"""Outlines against each other: overlaps, duplicates, slivers and gaps, in metres."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from service.quality.measuring import areas_m2, compactness, in_metres, widths_m
from tests.support.quality import District, amounts, box, metres

OUTLINE = ("parcels_", "parcel_sliver", "geometry_")
GEOD = pyproj.Geod(ellps="GRS80")


class TestOverlaps:
    """Land that two parcels claim."""

    def test_an_overlap_is_told_with_its_area_share_and_place(self) -> None:
        """Ten metres by a hundred of two hectares are a tenth of each."""
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(90, 0, 190, 100))
        (found,) = park.found("parcels_overlap")
        assert (found.subject.code, found.other and found.other.code) == ("P", "Q")
        assert found.measured["area_m2"] == pytest.approx(1000, rel=1e-5)
        assert found.measured["share"] == pytest.approx(0.1, rel=1e-5)
        assert areas_m2([found.geometry])[0] == pytest.approx(1000, rel=1e-5)

    def test_the_share_is_that_of_the_smaller(self) -> None:
        """A parcel within another is covered wholly."""
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(10, 10, 20, 20))
        (found,) = park.found("parcels_overlap")
        assert amounts(found)["share"] == 1

    def test_neighbours_do_not_overlap(self) -> None:
        """Along a whole side, along a part of one, at a corner, and apart."""
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(100, 0, 200, 100))
        park.parcel("R", box(0, 100, 33, 150)).parcel("S", box(-50, -50, 0, 0)).parcel(
            "T", box(900, 0, 950, 9)
        )
        assert park.codes(*OUTLINE) == {}

    def test_a_parcel_in_the_hole_of_another_does_not_overlap(self) -> None:
        """An island fits."""
        ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
        assert District().parcel("P", ring).parcel("Q", box(40, 40, 60, 60)).codes(*OUTLINE) == {}

    def test_a_strip_along_the_boundary_is_another_kind(self) -> None:
        """Five centimetres are a matter of digitising; below a square metre it is nothing."""
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(99.95, 0, 200, 100))
        assert park.codes(*OUTLINE) == {"parcels_overlap_thinly": ["P"]}
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(99.995, 0, 200, 100))
        assert park.codes(*OUTLINE) == {}

    def test_parcels_in_several_parts_and_results_of_lines_and_areas(self) -> None:
        """What two parcels share may be areas and lines together: the areas count."""
        two = shapely.MultiPolygon([box(0, 0, 10, 10), box(50, 0, 60, 10)])
        step = metres((10, 0), (50, 0), (50, -5), (55, -5), (55, 10), (10, 10))
        (found,) = District().parcel("P", two).parcel("Q", step).found("parcels_overlap")
        assert found.measured["area_m2"] == pytest.approx(50, rel=1e-4)
        assert found.geometry.geom_type == "Polygon"

    def test_a_neighbour_from_elsewhere_is_told_two_are_not(self) -> None:
        """Parcels of other districts matter where they meet one of this."""
        park = District().parcel("P", box(0, 0, 100, 100))
        park.neighbours = {"X": box(50, 0, 150, 100), "Y": box(120, 0, 170, 100)}
        assert [
            (each.subject.code, each.other and each.other.code) for each in park.found("parcels_overlap")
        ] == [("P", "X")]


class TestDuplicates:
    """One outline for two codes."""

    def test_equal_outlines_whatever_the_order_of_points(self) -> None:
        """The first code stands for all."""
        square, turned = box(0, 0, 100, 100), metres((100, 100), (0, 100), (0, 0), (100, 0))
        park = District().parcel("Q", turned).parcel("P", square).parcel("R", square)
        pairs = [
            (each.subject.code, each.other and each.other.code) for each in park.found("geometry_duplicate")
        ]
        assert pairs == [("P", "Q"), ("P", "R")]
        assert park.found("parcels_overlap") == []

    def test_nearly_equal_outlines_are_duplicates_too(self) -> None:
        """A corner half a decimetre off; five metres off are an overlap."""
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(0, 0, 100.05, 100))
        assert park.codes(*OUTLINE) == {"geometry_duplicate": ["P"]}
        park = District().parcel("P", box(0, 0, 100, 100)).parcel("Q", box(0, 0, 105, 100))
        assert park.codes(*OUTLINE) == {"parcels_overlap": ["P"]}


class TestSlivers:
    """Parts too thin to be land."""

    def test_a_thin_part_of_a_parcel(self) -> None:
        """A metre by sixty beside a square; the part itself is the place."""
        parts = shapely.MultiPolygon([box(0, 0, 100, 100), box(150, 0, 151, 60)])
        (found,) = District().parcel("P", parts).found("parcel_sliver")
        assert amounts(found)["width_m"] == pytest.approx(0.98, abs=0.01)
        assert areas_m2([found.geometry])[0] == pytest.approx(60, rel=1e-4)

    @pytest.mark.parametrize(
        "shape",
        [
            pytest.param(box(0, 0, 1, 1), id="small, not thin"),
            pytest.param(box(0, 0, 10, 600), id="long, not narrow"),
        ],
    )
    def test_small_or_long_alone_is_no_sliver(self, shape: shapely.Polygon) -> None:
        """It takes both."""
        assert District().parcel("P", shape).found("parcel_sliver") == []


class TestGaps:
    """Holes that neighbours leave between them."""

    @staticmethod
    def around(width: float) -> District:
        """Return four parcels around a hole as wide."""
        a, b = 100.0, 100.0 + width
        park = District().parcel("P", box(0, 0, b, a)).parcel("Q", box(b, 0, 300, b))
        return park.parcel("R", box(a, b, 300, 300)).parcel("S", box(0, a, a, 300))

    def test_a_small_hole_between_parcels(self) -> None:
        """Five metres by five, with all who are around it."""
        (found,) = self.around(5).found("parcels_gap")
        assert amounts(found) | {"area_m2": 25} == {"area_m2": 25, "width_m": 2.5, "parcels": "P、Q、R、S"}
        assert found.measured["area_m2"] == pytest.approx(25, rel=1e-4)

    def test_what_rounding_leaves_and_what_may_be_land_is_none(self) -> None:
        """Half a metre square is nothing; thirty metres square may be a green."""
        assert self.around(0.5).found("parcels_gap") == []
        assert self.around(30).found("parcels_gap") == []

    def test_the_hole_of_one_parcel_is_its_own(self) -> None:
        """A pond."""
        ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 50, 50))
        assert District().parcel("P", ring).parcel("Q", box(100, 0, 150, 100)).found("parcels_gap") == []

    def test_neighbours_alone_with_their_gap_are_none_of_ours(self) -> None:
        """At least one parcel must be of what is checked."""
        park = self.around(5)
        park.neighbours, park.outlines = dict(park.outlines), {}
        park.rows["parcels"] = []
        assert park.found("parcels_gap") == []
        park.parcel("T", box(900, 900, 990, 990))
        assert park.found("parcels_gap") == []


@given(
    latitude=st.floats(18, 53),
    longitude=st.floats(74, 134),
    size=st.floats(0.0002, 0.08),
    turn=st.floats(0, 360),
)
@settings(max_examples=60)
def test_areas_and_lengths_are_those_on_the_ellipsoid(
    latitude: float, longitude: float, size: float, turn: float
) -> None:
    """Anywhere in China, up to ten kilometres across: geodesic area and perimeter."""
    flat = shapely.affinity.rotate(shapely.box(-size / 2, -size / 2, size / 2, size), turn)
    shape = shapely.transform(flat, lambda xy: xy + np.array([longitude, latitude]))
    area, around = GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
    metric = in_metres([shape])
    assert shapely.area(metric)[0] == pytest.approx(area, rel=2e-6)
    assert shapely.length(metric)[0] == pytest.approx(around, rel=2e-6)


def test_width_and_compactness_of_known_shapes() -> None:
    """A strip is nearly as wide as it is; a square has π/4."""
    metric = in_metres([box(0, 0, 2, 2000), box(0, 0, 50, 50)])
    assert widths_m(metric) == pytest.approx([2, 25], rel=1e-2)
    assert compactness(metric)[1] == pytest.approx(np.pi / 4, rel=1e-4)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 12), st.integers(1, 12)),
        min_size=1,
        max_size=12,
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_pairs_overlap_exactly_where_rectangles_do(cells: list[tuple[int, ...]], order: object) -> None:
    """Against plain arithmetic, in any order of the parcels; disjoint ones never."""
    shapes = {f"P{i:02}": (x, y, x + w, y + h) for i, (x, y, w, h) in enumerate(cells)}
    expected = {}
    for one, (w1, s1, e1, n1) in shapes.items():
        for other, (w2, s2, e2, n2) in shapes.items():
            common = max(0, min(e1, e2) - max(w1, w2)) * max(0, min(n1, n2) - max(s1, s2)) * 100
            if one < other and common:
                expected[one, other] = common
    names = list(shapes)
    order.shuffle(names)  # type: ignore[attr-defined]
    park = District()
    for name in names:
        park.parcel(name, box(*(10 * edge for edge in shapes[name])))
    found = park.found("parcels_overlap", "geometry_duplicate", "parcels_overlap_thinly")
    told = {(each.subject.code, each.other.code): each.measured["area_m2"] for each in found if each.other}
    assert told == pytest.approx(expected, rel=1e-4)
