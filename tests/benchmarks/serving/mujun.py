"""This service, as ``mujun serve`` runs it: one process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from service.store.database import Database
from tests.benchmarks.serving.servers import Box, Dialect, Parcel, Server, free_port, running

_PARCELS = "/collections/parcels/items"


class Mujun(Dialect):
    """OGC API as we serve it; listings are gone through by their links."""

    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page; offset is for clients that know nothing else."""
        inside = f"&bbox={','.join(map(str, box))}" if box else ""
        return f"{_PARCELS}?limit={limit}{inside}" + (f"&offset={offset}" if offset else "")

    def one(self, parcel: Parcel) -> str:
        """One parcel by its code."""
        return f"{_PARCELS}/{parcel.code}"

    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """CQL2."""
        condition = quote(f"far_limit > {far_limit} AND town = '{town}'")
        return f"{_PARCELS}?limit={limit}&filter={condition}"

    def tile(self, matrix: int, row: int, column: int) -> str:
        """A tile."""
        return f"/collections/parcels/tiles/WebMercatorQuad/{matrix}/{row}/{column}"

    def scores(self, box: Box, limit: int) -> str:
        """Scores."""
        return f"/collections/scores/items?limit={limit}&bbox={','.join(map(str, box))}"

    def listing(self, address: str, first: int, pages: int, limit: int) -> list[str]:
        """Follow the links ``next`` from the first page on."""
        path, found, at = self.page(limit=limit), [], 0
        with httpx.Client(base_url=address, timeout=60) as client:
            while len(found) < pages:
                if at >= first:
                    found.append(path)
                links = client.get(path).raise_for_status().json()["links"]
                following = next((link["href"] for link in links if link["rel"] == "next"), None)
                if following is None:
                    break
                parts = urlsplit(following)
                path, at = f"{parts.path}?{parts.query}", at + limit
        return found


@contextmanager
def serve(database: Database, folder: Path, *, name: str = "mujun") -> Iterator[Server]:
    """Serve a store in open mode."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from service.cli import main; main()",
        "serve",
        "--open",
        "--port",
        port,
    ]
    environment = {
        "MUJUN_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "MUJUN_DATA_DIR": str(folder / "data"),
        "MUJUN_JOBS": "elsewhere",
    }
    with running(
        name, list(map(str, command)), port, Mujun(), environment=environment, folder=folder
    ) as server:
        yield server
