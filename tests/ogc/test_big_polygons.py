"""An outline of very many vertices: drawn, read, simplified, tiled and written to every file."""

import numpy as np
import orjson
import pytest
from fastapi.testclient import TestClient

from service.features.formats.formats import FORMATS
from service.store.database import Database
from tests.ogc.test_garden import ring
from tests.serving import open_client

ITEMS = "/collections/parcels/items"
GEOJSON = {"Content-Type": "application/geo+json"}


@pytest.mark.parametrize("vertices", [100_000, pytest.param(1_000_000, marks=pytest.mark.nightly)])
def test_a_very_large_outline_is_taken_or_too_large(park: Database, vertices: int) -> None:
    """Up to MUJUN_MAX_FEATURE_BYTES it is taken, and every way of reading it answers."""
    positions = np.asarray(ring(vertices).exterior.coords).tolist()
    body = orjson.dumps(
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [positions]},
            "properties": {"code": "BIG", "district": "园区"},
        }
    )
    with open_client(park) as client:
        created = client.post(ITEMS, content=body, headers=GEOJSON)
        assert created.status_code == 201, created.text[:300]
        shown = client.get(f"{ITEMS}/BIG").json()
        assert len(shown["geometry"]["coordinates"][0][0]) == vertices + 1
        _read_everywhere(client, vertices)
    with open_client(park, max_feature_bytes=len(body) - 1) as client:
        refused = client.post(ITEMS, content=body, headers=GEOJSON)
        assert (refused.status_code, refused.json()["code"]) == (413, "too-large")


def _read_everywhere(client: TestClient, vertices: int) -> None:
    simple = client.get(f"{ITEMS}/BIG", params={"maxAllowableOffset": "0.0001"}).json()
    assert len(simple["geometry"]["coordinates"][0][0]) < vertices / 10
    for f in ("json", "html", *(each.f for each in FORMATS)):
        answered = client.get(ITEMS, params={"f": f, "bbox": "121.6,29.8,121.8,30"})
        assert answered.status_code in (200, 204), (f, answered.text[:300])
    for z in (0, 6, 10, 13, 16):
        column = int((121.71 + 180) / 360 * 2**z)
        row = int((1 - np.arcsinh(np.tan(np.radians(29.9))) / np.pi) / 2 * 2**z)
        answered = client.get(f"/collections/parcels/tiles/WebMercatorQuad/{z}/{row}/{column}")
        assert answered.status_code in (200, 204), (z, answered.text[:300])
