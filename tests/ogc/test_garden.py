"""Geometries made to hurt, in every representation: each answers, or refuses with a problem document."""

import itertools
from collections.abc import Iterator

import numpy as np
import orjson
import pytest
import shapely
from fastapi.testclient import TestClient
from httpx2 import Response

from service.features.formats.formats import FORMATS
from service.store.database import Database
from tests.serving import open_client
from tests.support.features import add_barriers, add_buildings, add_parcels
from tests.support.stores import GeoPackages

ITEMS = "/collections/parcels/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SYSTEMS = ["", *(f"{EPSG}{code}" for code in (3857, 4549, 4528))]


def ring(vertices: int, radius: float = 0.01) -> shapely.Polygon:
    """A ragged circle of so many vertices."""
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radii = radius * (1 + 0.001 * np.sin(angles * 500))
    return shapely.Polygon(np.column_stack((121.7 + radii * np.cos(angles), 29.9 + radii * np.sin(angles))))


def box(*edges: float) -> shapely.Polygon:
    """A box."""
    return shapely.box(*edges)


GARDEN: dict[str, shapely.Geometry] = {
    "sliver": shapely.Polygon([(121, 30), (121.1, 30), (121, 30.0000001)]),
    "duplicate points": shapely.Polygon([(121, 30), (121, 30), (121.01, 30), (121.01, 30), (121, 30.01)]),
    "a hole that touches its shell": shapely.Polygon(
        [(121, 30), (121.01, 30), (121.01, 30.01), (121, 30.01)],
        [[(121, 30.005), (121.005, 30.002), (121.005, 30.008)]],
    ),
    "many holes": box(121, 30, 121.1, 30.1).difference(
        shapely.union_all([box(121 + x, 30.01, 121.001 + x, 30.09) for x in np.arange(0.01, 0.09, 0.003)])
    ),
    "many parts": shapely.MultiPolygon(
        [box(121 + n / 500, 30, 121.001 + n / 500, 30.001) for n in range(500)]
    ),
    "tiny": box(121, 30, 121 + 1e-9, 30 + 1e-9),
    "a hemisphere": box(0, -89, 179, 89),
    "the globe": box(-180, -90, 180, 90),
    "across the antimeridian": shapely.MultiPolygon([box(179.9, -1, 180, 1), box(-180, -1, -179.9, 1)]),
    "beyond the antimeridian": box(179.9, 10, 180.1, 11),
    "the north pole": box(-180, 89, 180, 90),
    "a point of the south pole": shapely.Polygon([(100, -90), (110, -90), (105, -89.9)]),
    "a bow tie": shapely.Polygon([(121, 30), (121.01, 30.01), (121.01, 30), (121, 30.01)]),
    "a spike": shapely.Polygon([(121, 30), (121.01, 30), (121.05, 30), (121.01, 30), (121.01, 30.01)]),
    "on a line": shapely.Polygon([(121, 30), (121.01, 30), (121.02, 30)]),
    "overlapping parts": shapely.MultiPolygon([box(121, 30, 121.01, 30.01), box(121.005, 30, 121.02, 30.01)]),
    "100,000 vertices": ring(100_000),
    "a quarter round the earth": box(29.5, 0, 30, 0.5),
    "empty": shapely.MultiPolygon(),
}


@pytest.fixture(scope="module")
def codes() -> list[str]:
    """The codes of the garden, in its order."""
    return [f"G{number:05}" for number in range(len(GARDEN))]


@pytest.fixture(scope="module")
def garden(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over a park that is the garden, written past every check."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("garden") / "garden.gpkg"))
    with database.writing() as connection:
        add_parcels(connection, GARDEN.values(), prefix="G")
        shapes = [
            shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
            for shape in GARDEN.values()
        ]
        add_buildings(connection, len(shapes), shapes)
        add_barriers(connection, len(shapes), shapes)
    with open_client(database) as client:
        yield client
    database.dispose()


def defined(answered: Response, where: str) -> None:
    """Assert that an answer is a success, or a refusal that says what is wrong."""
    assert answered.status_code < 500, (where, answered.text[:300])
    if answered.status_code >= 400:
        assert answered.headers["content-type"] == "application/problem+json", where
        assert answered.json()["code"], where
    elif "json" in answered.headers.get("content-type", ""):
        whole = answered.headers["content-type"].endswith(("/json", "geo+json"))
        for text in [answered.content] if whole else answered.content.splitlines():
            orjson.loads(text.removeprefix(b"\x1e"))  # no NaN, no Infinity


@pytest.mark.parametrize(("crs", "offset"), [*((crs, "") for crs in SYSTEMS), ("", "0.01")])
def test_every_representation_of_everything_is_defined(garden: TestClient, crs: str, offset: str) -> None:
    """Whole listings and the vertex-rich feature, in every format and system."""
    asked = {name: value for name, value in (("crs", crs), ("maxAllowableOffset", offset)) if value}
    for f in ["json", "html", *(each.f for each in FORMATS)]:
        defined(garden.get(ITEMS, params={"f": f, **asked}), f"{f} {asked}")
    defined(garden.get(ITEMS, params={"f": "csv", "geometry": "wkt", **asked}), f"wkt {asked}")


def test_every_feature_is_defined_by_itself(garden: TestClient, codes: list[str]) -> None:
    """As GeoJSON in every system, and as a page."""
    light = [code for code, shape in zip(codes, GARDEN.values(), strict=True) if len(shape.wkb) < 1e5]
    for code, crs in itertools.product(light, ("", SYSTEMS[2])):
        for f in ("json", "flatgeobuf") if crs else ("json", "html", *(each.f for each in FORMATS)):
            asked = {"f": f, **({"crs": crs} if crs else {})}
            defined(garden.get(f"{ITEMS}/{code}", params=asked), f"{code} {asked}")


def test_tiles_of_everything_are_defined(garden: TestClient) -> None:
    """From the globe to a few metres, where features are and at the edges of the world."""
    sets = garden.get("/collections/parcels/tiles").json()["tilesets"]
    schemes = [link["href"] for each in sets for link in each["links"] if "tiling-scheme" in link["rel"]]
    names = {scheme.rpartition("/")[2] for scheme in schemes}
    assert names == {"WebMercatorQuad", "CGCS2000Quad"}
    for name, z in itertools.product(sorted(names), range(17)):
        side = 1 << z
        rows = {0, side - 1, side // 2, int(side * 0.4131)}
        columns = {0, side - 1, int(side * (121 + 180) / 360)}
        for row, column in itertools.product(rows, columns):
            path = f"/collections/parcels/tiles/{name}/{z}/{row}/{column}"
            defined(garden.get(path), path)


@pytest.mark.parametrize("name", ["buildings", "barriers"])
def test_other_collections_are_defined_too(garden: TestClient, name: str) -> None:
    """The same shapes in every format, on a few tiles, and by place."""
    items = f"/collections/{name}/items"
    for f in ["json", "html", *(each.f for each in FORMATS)]:
        defined(garden.get(items, params={"f": f}), f"{name} {f}")
    assert garden.get(items).json()["numberMatched"] == len(GARDEN)
    for z in (0, 5, 12, 16):
        row, column = int((1 << z) * 0.4131), int((1 << z) * (121 + 180) / 360)
        for matrix_set in ("WebMercatorQuad", "CGCS2000Quad"):
            path = f"/collections/{name}/tiles/{matrix_set}/{z}/{row}/{column}"
            defined(garden.get(path), path)
    for text in FILTERS:
        defined(garden.get(items, params={"filter": text, "limit": 5}), text)


FILTERS = [
    "S_INTERSECTS(geometry, BBOX(121, 30, 121.01, 30.01))",
    "S_WITHIN(geometry, POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90)))",
    "S_CROSSES(geometry, LINESTRING(-180 0, 180 0))",
    "S_TOUCHES(geometry, POINT(121 30))",
    "S_OVERLAPS(geometry, POLYGON((121 30, 121.01 30, 121.01 30.01, 121 30)))",
    "S_EQUALS(geometry, geometry)",
    "S_DISJOINT(geometry, BBOX(179, -90, 180, 90))",
    "geometry IS NULL",
]


def test_every_selection_by_place_is_defined(garden: TestClient) -> None:
    """Boxes and spatial filters over invalid shapes, empty ones and the ends of the earth."""
    boxes = [
        "-180,-90,180,90",
        "179,-90,-179,90",
        "-180,89,180,90",
        "0,0,0,0",
        "180,0,180,0",
        "121,30,121,30",
    ]
    for edges in boxes:
        defined(garden.get(ITEMS, params={"bbox": edges, "limit": 5}), edges)
    for text in FILTERS:
        defined(garden.get(ITEMS, params={"filter": text, "limit": 5}), text)


@pytest.mark.parametrize("crs", SYSTEMS[1:])
def test_what_has_no_place_in_a_system_has_no_geometry_there(garden: TestClient, crs: str) -> None:
    """A quarter round the earth is nowhere in a Gauss-Krüger zone: null, never a position of nulls."""
    listed = garden.get(ITEMS, params={"crs": crs})
    assert b"[null" not in listed.content
    assert len(listed.json()["features"]) == len(GARDEN)
    named = dict(zip(GARDEN, listed.json()["features"], strict=True))
    for name, feature in named.items():
        alone = garden.get(f"{ITEMS}/{feature['id']}", params={"crs": crs}).json()
        assert alone["geometry"] == feature["geometry"], name
    assert named["sliver"]["geometry"] is not None
    far = named["a quarter round the earth"]["geometry"]
    assert (far is None) == (not crs.endswith("3857"))
    lines = garden.get(ITEMS, params={"crs": crs, "f": "ndjson"}).text.splitlines()
    assert [orjson.loads(line)["geometry"] is None for line in lines] == [
        feature["geometry"] is None for feature in named.values()
    ]
    assert "inf" not in garden.get(ITEMS, params={"crs": crs, "f": "csv", "geometry": "wkt"}).text.lower()


def test_features_at_the_ends_of_the_earth_are_found(garden: TestClient) -> None:
    """Boxes over the antimeridian, at it, and at the poles select what lies there, in degrees and metres."""

    def found(**asked: str) -> set[str]:
        answered = garden.get(ITEMS, params={"limit": 100, **asked})
        assert answered.status_code == 200, answered.text
        names = list(GARDEN)
        return {names[int(each["id"][1:])] for each in answered.json()["features"]} - {"the globe"}

    here = "across the antimeridian"
    assert found(bbox="179.95,-1,-179.95,1") == {here}
    assert found(bbox="179.95,-1,180,1") == found(bbox="-180,-1,-179.95,1") == {here}
    assert found(bbox="180,0,-180,0") == {here}
    assert found(bbox="179.95,-1,-5,-179.95,1,5") == {here}
    assert "the north pole" in found(bbox="-10,89.5,10,90")
    assert found(bbox="104,-90,106,-89.95") == {"a point of the south pole"} | found(bbox="104,-90,104,-90")
    latitude_first = {"bbox-crs": f"{EPSG}4490"}
    assert found(bbox="-1,179.95,1,-179.95", **latitude_first) == {here}
    assert found(bbox="20032000,-100000,20037508,100000", **{"bbox-crs": f"{EPSG}3857"}) >= {here}
