"""Import: a park feed by feed, parcels beside ogr2ogr, each into the same kind of database."""

from pathlib import Path

import pyogrio
import shapely

from service.domain.hand_overs import Feed
from service.jobs.importing import import_file
from service.store.database import Database
from tests.benchmarks.park import METRICS, Park
from tests.benchmarks.peers import ogr2ogr
from tests.benchmarks.timing import seconds, show

DISTRICT = "330299"


def write_files(park: Park, folder: Path) -> dict[Feed, Path]:
    """Write the park as hand-overs that need no mapping."""
    files = {feed: folder / f"{feed}.csv" for feed in Feed}
    park.enterprises.write_csv(files[Feed.ENTERPRISES])
    park.occupancies.write_csv(files[Feed.OCCUPANCIES])
    park.figures.write_csv(files[Feed.FIGURES])
    files[Feed.PARCELS] = folder / "parcels.gpkg"
    pyogrio.raw.write(
        files[Feed.PARCELS],
        shapely.to_wkb(park.geometry),
        [park.parcels[name].to_numpy() for name in park.parcels.columns],
        park.parcels.columns,
        geometry_type="Polygon",
        crs="EPSG:4490",
        driver="GPKG",
    )
    return files


def load(database: Database, files: dict[Feed, Path]) -> list[tuple[str, ...]]:
    """Import every feed once; returns a line of rows per second for each."""
    lines = []
    for feed in (Feed.PARCELS, Feed.ENTERPRISES, Feed.OCCUPANCIES, Feed.FIGURES):
        reports = []
        district = DISTRICT if feed is Feed.PARCELS else None
        took = seconds(
            lambda f=feed, d=district, r=reports: r.append(import_file(database, f, files[f], district=d))
        )
        report = reports[0]
        assert report.accepted == report.read, report
        lines.append(_line(f"mujun import {feed}", report.read, took))
    return lines


def measure(name: str, database: Database, files: dict[Feed, Path], folder: Path, rows: int) -> None:
    """Import every feed once and show rows per second beside the peers."""
    lines = load(database, files)
    if database.is_embedded:
        target = str(folder / "peer.gpkg")
    else:
        where = database.url
        target = (
            f"PG:dbname={where.database} host={where.host or where.query['host']} port={where.port or 5432}"
        )
        target += f" user={where.username}"
    took = seconds(lambda: ogr2ogr(files[Feed.PARCELS], target, "peer_parcels"))
    lines.append(_line("peer: ogr2ogr, parcels", rows, took))
    show(
        f"Import, {name} ({len(METRICS)} metrics per row of figures)", ("work", "rows", "s", "rows/s"), lines
    )


def _line(work: str, rows: int, took: float) -> tuple[str, ...]:
    return work, f"{rows:,}", f"{took:.2f}", f"{rows / took:,.0f}"
