"""Findings as features: ids that stay, the gravest first, places where there are any."""

import re

import numpy as np
import pytest
import shapely

from service.quality.features import PROPERTIES, feature_table
from tests.support.quality import RULES, District, box


@pytest.fixture
def park() -> District:
    """Two parcels that overlap, one with a wrong area, and a firm without a parcel."""
    found = District().parcel("A", box(0, 0, 100, 100)).parcel("B", box(90, 0, 190, 100))
    found.parcel("C", box(0, 200, 100, 300), registered_area_m2=5_000.0)
    return found.firm("F").reports("enterprise", "F", 7)


def test_every_finding_is_a_feature(park: District) -> None:
    """With the columns of the layer, the gravest first, in ids that a program without 64 bits can hold."""
    found = park.found()
    table = feature_table(found, RULES)
    assert sorted(table.properties["code"]) == sorted(each.code for each in found)
    assert table.properties.columns == [item.name for item in PROPERTIES]
    severities = ["error", "warning", "note"]
    ranks = [severities.index(name) for name in table.properties["severity"]]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 1
    assert (np.diff(table.ids) > 0).all()
    assert 0 <= table.ids[0] <= table.ids[-1] < 2**53


def test_a_finding_tells_what_was_measured(park: District) -> None:
    """In words with units, and as numbers where a layer is drawn or filtered by them."""
    table = feature_table(park.found("parcels_overlap"), RULES)
    (told,) = table.properties.to_dicts()
    assert (told["subject_code"], told["other_code"]) == ("A", "B")
    assert told["measured_area_m2"] == pytest.approx(1000, abs=1)
    assert told["measured"].startswith("area_m2 = ")
    assert told["tolerance"] == "area_m2 = 1.0 m²; width_m = 0.2 m"
    (place,) = table.geometries(table.everything)
    assert place.geom_type == "MultiPolygon"
    assert place.equals(shapely.intersection(park.outlines["A"], park.outlines["B"]))


def test_what_is_nowhere_has_no_geometry(park: District) -> None:
    """And is in no box, but in the table."""
    table = feature_table(park.found("enterprise_without_parcel"), RULES)
    assert len(table) == 1
    assert table.geometries(table.everything).tolist() == [None]
    assert table.extent() is None
    assert table.meeting((-180.0, -90.0, 180.0, 90.0)).size == 0


def test_a_finding_keeps_its_id_and_its_version(park: District) -> None:
    """While others come and go; with other amounts it keeps its id, and the version is another."""
    before = feature_table(park.found(), RULES)
    park.parcel("D", box(180, 0, 280, 100))
    after = feature_table(park.found(), RULES)
    assert set(before.keys) < set(after.keys)
    for key, row in before.row_of.items():
        assert before.versions[row] == after.versions[after.row_of[key]]
    park.outlines["B"] = box(95, 0, 195, 100)
    moved = feature_table(park.found(), RULES)
    overlap = next(key for key in before.keys if key.startswith("parcels_overlap"))
    assert moved.versions[moved.row_of[overlap]] != before.versions[before.row_of[overlap]]


def test_findings_that_speak_of_the_same_are_told_apart() -> None:
    """Two thin parts of one parcel are two features."""
    parts = [box(0, 0, 100, 100), box(200, 0, 300, 0.5), box(400, 0, 500, 0.7)]
    park = District().parcel("A", shapely.MultiPolygon(parts))
    found = park.found("parcel_sliver")
    assert len(found) == 2
    table = feature_table(found, RULES)
    assert len(set(table.keys)) == 2
    assert set(table.keys) <= set(feature_table(park.found(), RULES).keys)


def test_an_id_tells_no_code_and_needs_no_escaping(park: District) -> None:
    """Addresses are logged: the kind of finding may stand there, a firm may not."""
    park.firm("91330200MA2GT0KX6A").reports("enterprise", "91330200MA2GT0KX6A", 8)
    for key in feature_table(park.found(), RULES).keys:
        assert re.fullmatch(r"[a-z_]+-[0-9a-f]{13}", key)


def test_without_findings_there_are_still_the_columns() -> None:
    """An empty layer has its fields."""
    table = feature_table([], RULES)
    assert len(table) == 0
    assert table.properties.columns == [item.name for item in PROPERTIES]
