"""Everything at once: our files beside COPY and ogr2ogr, and everybody's pages from the first to the last."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import psycopg
import pyogrio
from sqlalchemy import URL

from tests.benchmarks.alone import peak_of
from tests.benchmarks.serving.load import load
from tests.benchmarks.serving.report import errors_of
from tests.benchmarks.serving.servers import Server, connection_of
from tests.benchmarks.serving.table import SCHEMA, TABLE

Line = tuple[str, ...]
COLUMNS = ("work", "features", "MiB", "s, first", "s, again", "peak MiB before → after", "errors")
_FORMATS = {"ndjson": "geojsonl", "geojsonseq": "geojsons", "fgb": "fgb", "gpkg": "gpkg"}
_DRIVERS = {"FlatGeobuf": "fgb", "GPKG": "gpkg"}
_LARGEST = 10_000  # features on a page, which all of them allow
_LONG = 10.0  # seconds: who takes as long is not asked again
_MIB = 1 << 20


def files(start: Callable[[], AbstractContextManager[Server]], folder: Path) -> Iterator[Line]:
    """Download every format from a server started for it, twice; the table of features is read before."""
    for format, ending in _FORMATS.items():
        with start() as server:
            path = f"/collections/parcels/items?f={format}"
            before = peak_of(server.process) * 1024
            first, again = (load(server.address, [path], clients=1, once=True) for _ in range(2))
            after = peak_of(server.process) * 1024
            yield (
                f"mujun: {format}",
                f"{_features(server, path, folder / f'all.{ending}'):,}",
                f"{first.bytes / _MIB:.1f}",
                f"{first.seconds:.2f}",
                f"{again.seconds:.2f}",
                f"{before:,.0f} → {after:,.0f}",
                errors_of(first + again),
            )


def pages(server: Server, parcels: int) -> Line:
    """Ask for all parcels, page after page over one connection."""
    count = -(-parcels // _LARGEST)
    before = server.peak()
    paths = server.dialect.listing(server.address, 0, count, _LARGEST)
    first = load(server.address, paths, clients=1, once=True)
    again = load(server.address, paths, clients=1, once=True) if first.seconds < _LONG else None
    return (
        f"{server.name}: {count} pages of {_LARGEST:,}",
        f"{parcels:,}",
        f"{first.bytes / _MIB:.1f}",
        f"{first.seconds:.2f}",
        f"{again.seconds:.2f}" if again else "",
        f"{before:,.0f} → {server.peak():,.0f}",
        errors_of(first + again if again else first),
    )


def copied(database: URL) -> Line:
    """Let PostgreSQL write every feature as GeoJSON and send it, which is the least that it can take."""
    query = f"COPY (SELECT ST_AsGeoJSON(one, 'geom', 9) FROM {SCHEMA}.{TABLE} AS one) TO STDOUT"
    took: list[float] = []
    rows = size = 0
    with psycopg.connect(**connection_of(database)) as connection:  # type: ignore[arg-type]
        for _ in range(2):
            start, rows, size = time.perf_counter(), 0, 0
            with connection.cursor().copy(query) as copy:
                for block in copy:
                    rows += bytes(block).count(b"\n")
                    size += len(block)
            took.append(time.perf_counter() - start)
    first, again = (f"{each:.2f}" for each in took)
    return "COPY (SELECT ST_AsGeoJSON …) TO STDOUT", f"{rows:,}", f"{size / _MIB:.1f}", first, again, "", ""


def converted(database: URL, folder: Path) -> Iterator[Line]:
    """Let GDAL's own program write the files."""
    where = " ".join(f"{key}='{value}'" for key, value in connection_of(database).items() if value)
    for driver, ending in _DRIVERS.items():
        took: list[float] = []
        target = folder / f"ogr2ogr.{ending}"
        for _ in range(2):
            target.unlink(missing_ok=True)
            start = time.perf_counter()
            done = subprocess.run(
                ["ogr2ogr", "-f", driver, target, f"PG:{where}", f"{SCHEMA}.{TABLE}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                yield f"ogr2ogr: {ending}", "", "", "", "", "", done.stderr.strip()[-200:]
                return
            took.append(time.perf_counter() - start)
        first, again = (f"{each:.2f}" for each in took)
        size = f"{target.stat().st_size / _MIB:.1f}"
        count = f"{pyogrio.read_info(target, force_feature_count=True)['features']:,}"
        yield f"ogr2ogr: {ending}", count, size, first, again, "", ""


def _features(server: Server, path: str, target: Path) -> int:
    """Count what a file holds; the text sequence begins every record with a control character."""
    with target.open("wb") as file, httpx.stream("GET", f"{server.address}{path}", timeout=600) as answer:
        for block in answer.iter_bytes():
            file.write(block)
    if target.suffix in (".geojsonl", ".geojsons"):
        with target.open("rb") as lines:
            return sum(1 for _ in lines)
    return int(pyogrio.read_info(target, force_feature_count=True)["features"])
