import numpy as np
import pytest

from service.errors import InvalidParameter, UnusableCrs
from service.feeds.formats.crs import GEOD, NotTransformable, to_cgcs2000, understand

SHIFT = "+towgs84=15.8,-154.4,-82.3"


def convert(crs: str, *pairs: tuple[float, float], transformation: str | None = None) -> np.ndarray:
    """Take coordinates of a CRS to CGCS2000."""
    xy = np.array(pairs, dtype=float)
    source, _ = understand(crs, None, "file")
    return to_cgcs2000(source, transformation, xy).apply(xy)


@pytest.mark.parametrize(
    "crs", ["EPSG:4326", "EPSG:4490", "EPSG:4269", "EPSG:4979", "EPSG:9057", "EPSG:9000", "OGC:CRS84"]
)
def test_datums_equal_at_the_metre_level_keep_their_degrees(crs: str) -> None:
    """WGS 84, ITRF and NAD 83 are taken as CGCS2000, longitude first whatever the authority's axis order."""
    assert convert(crs, (120.5, 30.25)).tolist() == [[120.5, 30.25]]


@pytest.mark.parametrize(
    ("crs", "easting"),
    [("EPSG:4549", 500_000.0), ("EPSG:4528", 40_500_000.0), ("EPSG:4509", 500_000.0)],
)
def test_gauss_kruger_is_exact_with_and_without_zone_number(crs: str, easting: float) -> None:
    """On the central meridian, the northing is the meridian's arc: 3,320,113.398 m is 30° N."""
    longitude, latitude = convert(crs, (easting, 3_320_113.398))[0]
    assert longitude == pytest.approx(120.0 if crs != "EPSG:4509" else 117.0, abs=1e-9)
    assert latitude == pytest.approx(30.0, abs=1e-8)


def test_a_known_point_of_new_york_in_survey_feet() -> None:
    """EPSG:2263: the zone's origin, 300,000 m east in US survey feet, is 74° W, 40°10' N."""
    longitude, latitude = convert("EPSG:2263", (300_000 * 3937 / 1200, 0.0))[0]
    assert longitude == pytest.approx(-74.0, abs=1e-9)
    assert latitude == pytest.approx(40 + 10 / 60, abs=1e-9)


@pytest.mark.parametrize(
    ("crs", "pair"),
    [
        ("EPSG:4549", (40_500_000.0, 3_320_113.0)),  # zone number where none belongs
        ("EPSG:4528", (500_000.0, 3_320_113.0)),  # none where one belongs
        ("EPSG:4326", (500_000.0, 3_320_113.0)),
        ("EPSG:4326", (30.0, 120.0)),
        ("EPSG:4326", (float("nan"), 30.0)),
        ("EPSG:4549", (float("inf"), 30.0)),
        ("EPSG:2263", (0.0, 50_000_000.0)),
    ],
)
def test_coordinates_outside_their_crs_come_back_as_nan(crs: str, pair: tuple[float, float]) -> None:
    """Metres read as degrees, a wrong zone, axes swapped: nothing plausible is made of them."""
    assert np.isnan(convert(crs, pair)).all()


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2335", "EPSG:4214", "EPSG:2401", "EPSG:4555"])
def test_old_chinese_datums_are_refused(crs: str) -> None:
    """Xi'an 80, Beijing 54 and New Beijing, in degrees and in zones: PROJ would silently shift by nothing."""
    source, _ = understand(crs, None, "file")
    with pytest.raises(NotTransformable, match="--transformation"):
        to_cgcs2000(source, None, np.array([[120.0, 30.0]]))


@pytest.mark.parametrize("transformation", [SHIFT, SHIFT + ",0,0,0,0"])
def test_the_operator_may_give_three_or_seven_parameters(transformation: str) -> None:
    """The shift is done in space on the datum's own ellipsoid: the expected offset is computed by hand."""
    moved = convert("EPSG:4610", (120.0, 30.0), transformation=transformation)[0]
    # geocentric coordinates of 120 E, 30 N on the IAG 75 ellipsoid of Xi'an 80, shifted, back on GRS 80
    a, e2 = 6378140.0, (2 - 1 / 298.257) / 298.257
    lon, lat = np.radians((120.0, 30.0))
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    x, y, z = n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)
    x, y, z = x + 15.8, y - 154.4, z - 82.3
    expected_lon = np.degrees(np.arctan2(y, x))
    f = 1 / 298.257222101
    e2, p, expected_lat = f * (2 - f), np.hypot(x, y), lat
    for _ in range(10):
        n = 6378137.0 / np.sqrt(1 - e2 * np.sin(expected_lat) ** 2)
        expected_lat = np.arctan2(z + e2 * n * np.sin(expected_lat), p)
    assert moved == pytest.approx((expected_lon, np.degrees(expected_lat)), abs=1e-9)


def test_the_operator_may_give_a_pipeline() -> None:
    """A PROJ pipeline takes the file's coordinates to longitude and latitude in degrees."""
    pipeline = "+proj=pipeline +step +proj=affine +xoff=0.0005 +yoff=-0.0003"
    assert convert("EPSG:4214", (120.0, 30.0), transformation=pipeline)[0] == pytest.approx(
        (120.0005, 29.9997)
    )


def test_parameters_within_the_crs_are_not_lost() -> None:
    """The operator's PROJ string with +towgs84 shifts; PROJ alone would drop it on the way to CGCS2000."""
    text = f"+proj=longlat +ellps=krass {SHIFT} +type=crs"
    source, _ = understand(None, text, "file")
    moved = to_cgcs2000(source, None, np.array([[120.0, 30.0]])).apply(np.array([[120.0, 30.0]]))[0]
    *_, distance = GEOD.inv(120.0, 30.0, *moved)
    assert 50 < distance < 80


@pytest.mark.parametrize(
    ("transformation", "told"),
    [
        ("+towgs84=1,2", "3 or 7"),
        ("+towgs84=1,2,x", "neither"),
        ("+towgs84=1,,2", "numbers"),
        ("+towgs84=90000,0,0", "no change of datum"),
        ("+proj=pipeline +step +proj=nonsense", "cannot read"),
        ("+proj=pipeline +step +proj=affine +xoff=500", "degrees"),
        ("seven parameters", "neither"),
    ],
)
def test_a_transformation_that_cannot_be_right_is_refused(transformation: str, told: str) -> None:
    """Unreadable parameters, and such as move parcels into the next county."""
    source, _ = understand("EPSG:4610", None, "file")
    with pytest.raises(InvalidParameter, match=told):
        to_cgcs2000(source, transformation, np.array([[120.0, 30.0]]))


def test_other_datums_go_by_way_of_wgs_84() -> None:
    """Hong Kong 1980 has a published operation good to 1 m; the note says so."""
    source, _ = understand("EPSG:2326", None, "file")
    xy = np.array([[836_694.05, 819_069.80]])
    conversion = to_cgcs2000(source, None, xy)
    assert "good to 1 m" in conversion.notes[0]
    # the grid's origin is 22°18'43.68" N, 114°10'42.80" E; the Lands Department gives -5.5" and +8.8"
    *_, distance = GEOD.inv(
        114 + (10 * 60 + 42.80 + 8.8) / 3600, 22 + (18 * 60 + 43.68 - 5.5) / 3600, *conversion.apply(xy)[0]
    )
    assert distance < 10


@pytest.mark.parametrize("crs", ["EPSG:4267", "+proj=longlat +ellps=GRS80 +type=crs"])
def test_a_ballpark_is_no_transformation(crs: str) -> None:
    """NAD 27 without its grids, and an unknown datum on the right ellipsoid, are refused."""
    source, _ = understand(crs, None, "file")
    with pytest.raises(NotTransformable):
        to_cgcs2000(source, None, np.array([[-74.0, 40.7]]))


@pytest.mark.parametrize(
    "text",
    [None, "", "EPSG:999999", "somewhere", "EPSG:4978", "EPSG:5773", 'LOCAL_CS["site",UNIT["metre",1]]'],
)
def test_what_says_no_place_on_earth_is_refused(text: str | None) -> None:
    """No CRS, an unknown one, a height, a geocentric one, a building site's own."""
    with pytest.raises(UnusableCrs):
        understand(text, None, "file")


def test_the_operators_word_goes_before_the_files() -> None:
    """A GeoJSON with Gauss-Krüger eastings says WGS 84 by default; the difference is noted."""
    source, notes = understand("EPSG:4326", "EPSG:4549", "file")
    assert source.to_epsg() == 4549
    assert "WGS 84" in notes[0]
