"""tipg: OGC API Features and Tiles of PostGIS by asyncpg; under uvicorn with uvloop, no access log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from tests.benchmarks.serving.peers.environments import environment
from tests.benchmarks.serving.servers import (
    Box,
    Dialect,
    Parcel,
    Server,
    connection_of,
    free_port,
    running,
)
from tests.benchmarks.serving.table import ON_TILES, SCHEMA, TABLE

_ITEMS = f"/collections/{SCHEMA}.{TABLE}/items"


class Tipg(Dialect):
    """Tiles with the properties that ours have."""

    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page."""
        inside = f"&bbox={','.join(map(str, box))}" if box else ""
        return f"{_ITEMS}?limit={limit}{inside}" + (f"&offset={offset}" if offset else "")

    def one(self, parcel: Parcel) -> str:
        """One parcel by the key of its row."""
        return f"{_ITEMS}/{parcel.key}"

    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """CQL2."""
        return f"{_ITEMS}?limit={limit}&filter=" + quote(f"far_limit > {far_limit} AND town = '{town}'")

    def tile(self, matrix: int, row: int, column: int) -> str:
        """Column before row."""
        tiles = f"/collections/{SCHEMA}.{TABLE}/tiles/WebMercatorQuad"
        return f"{tiles}/{matrix}/{column}/{row}?properties={','.join(ON_TILES)}"


@contextmanager
def serve(database: URL, folder: Path) -> Iterator[Server]:
    """Serve the peers' table."""
    programs = environment("tipg")
    where = {name: quote(value, safe="") for name, value in connection_of(database).items()}
    user = where["user"] + (f":{where['password']}" if where["password"] else "")
    port = free_port()
    with running(
        "tipg",
        [programs / "python", "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--no-access-log"],
        port,
        Tipg(),
        environment={
            "DATABASE_URL": f"postgresql://{user}@{where['host']}:{where['port']}/{where['dbname']}",
            "TIPG_DB_SCHEMAS": f'["{SCHEMA}"]',
        },
        folder=folder,
    ) as server:
        yield server
