"""pygeoapi: OGC API of many sources, Flask; under gunicorn, one process of eight threads."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from sqlalchemy import URL

from tests.benchmarks.serving.peers.environments import environment
from tests.benchmarks.serving.servers import (
    Box,
    Dialect,
    Missing,
    Parcel,
    Server,
    connection_of,
    free_port,
    running,
)
from tests.benchmarks.serving.table import SCHEMA, TABLE

_ITEMS = f"/collections/{TABLE}/items?f=json"


class Pygeoapi(Dialect):
    """Its tiles are not asked for: of this table none came within minutes."""

    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page."""
        inside = f"&bbox={','.join(map(str, box))}" if box else ""
        return f"{_ITEMS}&limit={limit}{inside}" + (f"&offset={offset}" if offset else "")

    def one(self, parcel: Parcel) -> str:
        """One parcel by the key of its row."""
        return f"/collections/{TABLE}/items/{parcel.key}?f=json"

    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """CQL."""
        return f"{_ITEMS}&limit={limit}&filter=" + quote(f"far_limit > {far_limit} AND town = '{town}'")


@contextmanager
def serve(database: URL, folder: Path) -> Iterator[Server]:
    """Serve the peers' table."""
    programs = environment("pygeoapi")
    port = free_port()
    chosen, described = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    chosen.write_text(yaml.safe_dump(_configuration(database, port)))
    places = {"PYGEOAPI_CONFIG": str(chosen), "PYGEOAPI_OPENAPI": str(described), "HOME": str(folder)}
    done = subprocess.run(
        [programs / "pygeoapi", "openapi", "generate", chosen, "--output-file", described],
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(f"it does not take its configuration: {done.stderr.strip()[-500:]}")
    command = [programs / "gunicorn", "--workers", "1", "--threads", "8", "--keep-alive", "60"]
    with running(
        "pygeoapi",
        [*command, "--bind", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"],
        port,
        Pygeoapi(),
        environment=places,
        folder=folder,
    ) as server:
        yield server


def _configuration(database: URL, port: int) -> dict[str, Any]:
    about = {"title": "Land", "description": "Parcels", "keywords": ["land"]}
    anywhere = {"name": "nobody", "url": "http://127.0.0.1/"}
    source = {
        "data": {**connection_of(database), "search_path": [SCHEMA]},
        "table": TABLE,
        "id_field": "id",
        "geom_field": "geom",
    }
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**about, "keywords_type": "theme", "terms_of_service": "-", "url": "-"},
            "license": anywhere,
            "provider": anywhere,
            "contact": {"name": "nobody"},
        },
        "resources": {
            TABLE: {
                "type": "collection",
                **about,
                "links": [],
                "extents": {"spatial": {"bbox": [120, 29, 122, 31]}},
                "providers": [
                    {"type": "feature", "name": "PostgreSQL", **source},
                    {
                        "type": "tile",
                        "name": "MVT-postgresql",
                        **source,
                        "storage_crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
                        "options": {"zoom": {"min": 0, "max": 20}},
                        "format": {"name": "pbf", "mimetype": "application/vnd.mapbox-vector-tile"},
                    },
                ],
            }
        },
    }
