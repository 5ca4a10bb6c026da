"""The industrial lots of New York: blocks against networkx and geopandas, with other trees and other code."""

import geopandas
import networkx
import numpy as np
import polars as pl
import pyogrio
import pytest
import shapely

from service.levers.consolidation import FIGURES, Barriers, Blocks, blocks, central_meridian, in_metres
from tests.shared_data import SHARED_DATA, needs_shared_data

pytestmark = needs_shared_data
SQUARE_FEET = 0.3048**2
MERIDIAN = -75


@pytest.fixture(scope="module")
def lots() -> geopandas.GeoDataFrame:
    """Lots that are built to less than half of what is allowed, or not at all."""
    found = pyogrio.read_dataframe(
        SHARED_DATA / "nyc_ibz_lots.gpkg",
        columns=["BBL", "ibz", "LotArea", "BldgArea", "BuiltFAR", "ResidFAR", "CommFAR", "FacilFAR"],
    ).to_crs(4490)
    allowed = found[["ResidFAR", "CommFAR", "FacilFAR"]].max(axis=1)
    low = (found["BldgArea"] == 0) | ((allowed > 0) & (found["BuiltFAR"] < 0.5 * allowed))
    return found[low].reset_index(drop=True)


def grouped(lots: geopandas.GeoDataFrame, distance_m: float, barriers: Barriers | None = None) -> Blocks:
    """Their blocks; codes are numbers of lots, which are twice in a few."""
    codes = [f"{number:05}" for number in range(len(lots))]
    columns: dict[str, list[object]] = {name: [None] * len(lots) for name in FIGURES}
    columns |= {"parcel_code": codes, "land_area_m2": (lots["LotArea"] * SQUARE_FEET).tolist()}
    shapes = np.asarray(lots.geometry, dtype=object)
    return blocks(pl.DataFrame(columns, schema=dict(FIGURES)), shapes, distance_m, MERIDIAN, barriers)


def by_graph(plane: geopandas.GeoSeries, distance_m: float) -> list[frozenset[str]]:
    """Pairs by geopandas' join of grown outlines, measured again, components by networkx."""
    frame = geopandas.GeoDataFrame(geometry=plane)
    # a buffer is inscribed in its circle: grown a little more, so that none is lost before it is measured
    grown = geopandas.GeoDataFrame(geometry=plane.buffer(distance_m * 1.05 + 0.1))
    pairs = geopandas.sjoin(grown, frame, predicate="intersects")
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(plane)))
    one, other = pairs.index.to_numpy(), pairs["index_right"].to_numpy()
    apart = plane.iloc[one].distance(plane.iloc[other], align=False).to_numpy()
    near = apart <= max(distance_m, 0.02)
    graph.add_edges_from(zip(one[near].tolist(), other[near].tolist(), strict=True))
    return [
        frozenset(f"{number:05}" for number in component)
        for component in networkx.connected_components(graph)
    ]


@pytest.mark.parametrize("distance", [0, 15, 30])
@pytest.mark.parametrize("zone", ["north-bk", "long-island-city", "maspeth", "port-morris", "west-shore"])
def test_blocks_of_a_zone_are_those_of_a_graph(
    lots: geopandas.GeoDataFrame, zone: str, distance: float
) -> None:
    """Count, members and land of every block, within lots that touch and across streets."""
    own = lots[lots["ibz"] == zone].reset_index(drop=True)
    assert len(own) > 50
    assert central_meridian(*own.total_bounds[[0, 2]]) == MERIDIAN
    plane = own.geometry.set_crs(4490, allow_override=True).to_crs(
        f"+proj=tmerc +lat_0=0 +lon_0={MERIDIAN} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
    )
    found, expected = grouped(own, distance).properties, by_graph(plane, distance)
    assert {frozenset(codes.split(",")) for codes in found["parcel_codes"]} == set(expected)
    assert len(found) == len(expected) < len(own)
    areas = own["LotArea"] * SQUARE_FEET
    for codes, area in zip(found["parcel_codes"], found["area_m2"], strict=True):
        assert area == pytest.approx(areas.iloc[[int(code) for code in codes.split(",")]].sum(), abs=0.01)
    assert found["area_m2"].sum() == pytest.approx(areas.sum(), abs=1)


def test_a_line_between_lots_parts_their_blocks(lots: geopandas.GeoDataFrame) -> None:
    """No block has lots on both sides of it, and every block is within one that there is without it."""
    own = lots[lots["ibz"] == "long-island-city"].reset_index(drop=True)
    plane = in_metres(np.asarray(own.geometry, dtype=object), MERIDIAN)
    west, south, east, north = shapely.total_bounds(plane)
    middle = (west + east) / 2
    line = shapely.LineString([(middle, south - 1), (middle, north + 1)])
    beside = ~shapely.dwithin(plane, line, 0.02)  # a lot on the line would hold both sides together
    own, plane = own[beside].reset_index(drop=True), plane[beside]
    parted = grouped(own, 30, Barriers(np.array([line], dtype=object), 2.0)).properties
    whole = [set(codes.split(",")) for codes in grouped(own, 30).properties["parcel_codes"]]
    side = shapely.get_x(shapely.centroid(plane)) > middle
    for codes in parted["parcel_codes"]:
        assert any(set(codes.split(",")) <= each for each in whole)
        assert len(set(side[[int(code) for code in codes.split(",")]])) == 1
    assert len(parted) > len(whole)
