"""How long the checks take for many parcels."""

import time

import numpy as np
import polars as pl
import pytest
import shapely

from service.quality import Tables, run
from service.quality.measuring import areas_m2
from service.quality.tables import COLUMNS, frame
from tests.support.quality import RULES, SOUTH, WEST


@pytest.mark.nightly
def test_a_hundred_thousand_parcels_take_well_under_a_minute() -> None:
    """A tessellation, in which parcels have six neighbours, with a holding each: processor time."""
    count = 100_000
    points = np.random.default_rng(1).random((count, 2)) * [0.5, 0.4] + [WEST, SOUTH]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    shapes = shapely.set_coordinates(cells, np.round(shapely.get_coordinates(cells), 9))
    codes = [f"P{number:06}" for number in range(count)]
    areas = areas_m2(shapes)
    parcels = pl.DataFrame({"parcel_code": codes, "geodesic_area_m2": areas, "registered_area_m2": areas})
    firms = {"uscc": [f"E{number % 30_000}" for number in range(count)], "role": ["own"] * count}
    held = pl.DataFrame({"parcel_code": codes, **firms, "floor_area_m2": areas})
    filled = {"parcels": parcels, "places": parcels.select("parcel_code"), "occupancies": held}
    frames = {
        name: pl.concat([frame(name), filled[name]], how="diagonal") if name in filled else frame(name)
        for name in COLUMNS
    }
    began = time.process_time()
    found = run(Tables("2023", frames, dict(zip(codes, shapes, strict=True))), RULES)
    taken = time.process_time() - began
    assert {each.code for each in found} == {"enterprise_unknown"}
    assert taken < 30, f"{taken:.1f} s"
