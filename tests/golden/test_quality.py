"""Consistency checks on real registers: known numbers of New York's lots, real overlaps in Hangzhou."""

from pathlib import Path

import pytest
import shapely

from service.domain.hand_overs import Feed
from service.jobs.checking import quality
from service.quality.measuring import areas_m2
from service.store.database import Database
from tests.golden.test_real_imports import HANGZHOU, MAPPINGS, NYC, hand_over
from tests.shared_data import needs_shared_data

pytestmark = needs_shared_data


def test_the_lots_of_new_york_that_record_another_area(database: Database) -> None:
    """452 are off by more than a tenth, 4 of them with nothing; 111 are above their limit."""
    hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    report = quality(database, "NYC")
    counts = report.counts()
    assert report.rules.tolerance("registered_area_differs", "share") == 0.1
    assert counts["registered_area_differs"] == 452
    assert counts["far_above_limit"] == 111
    nothing = [
        each for each in report.chosen({"registered_area_differs"}) if each.measured["recorded_area_m2"] == 0
    ]
    assert len(nothing) == 4


def test_computed_areas_are_the_geodesic_ones_of_the_store(database: Database) -> None:
    """The plane in which shapes are measured agrees with the geodesic area of every lot to a millionth."""
    hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    findings = quality(database, "NYC").chosen({"parcel_without_occupant"})
    differing = quality(database, "NYC").chosen({"registered_area_differs"})
    assert len(findings) == 3772
    measured = areas_m2([each.geometry for each in differing])
    stored = [each.measured["computed_area_m2"] for each in differing]
    assert list(measured) == pytest.approx(stored, rel=1e-6, abs=0.006)


def test_real_overlaps_are_found_and_nothing_else(database: Database) -> None:
    """Six pairs of Hangzhou's industrial land in OpenStreetMap overlap, by every pair compared."""
    assert Path(MAPPINGS / "hangzhou-parcels.yaml").exists()
    hand_over(database, Feed.PARCELS, HANGZHOU, "hangzhou-parcels.yaml")
    report = quality(database)
    told = {
        (each.subject.code, each.other.code): each.measured["area_m2"]
        for each in report.chosen({"parcels_overlap", "parcels_overlap_thinly", "geometry_duplicate"})
        if each.other
    }
    shapes = {each.subject.code: each.geometry for each in report.chosen({"parcel_without_occupant"})}
    assert len(shapes) == 540
    expected = {}
    names = sorted(shapes)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if shapely.intersects(shapes[one], shapes[other]):
                area = areas_m2([shapely.intersection(shapes[one], shapes[other])])[0]
                if area > 1:
                    expected[one, other] = area
    assert told == pytest.approx(expected, rel=1e-6)
    assert len(told) == 6
    assert told["476954985", "476955065"] == pytest.approx(189_977.36, abs=0.01)
