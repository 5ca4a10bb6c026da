"""Blocks of flagged parcels: alone, with barriers, and what PostGIS says of those without."""

import time

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import text

from service.levers.consolidation.barriers import Barriers
from service.levers.consolidation.components import components
from service.levers.consolidation.neighbours import neighbours
from service.store.database import Database
from tests.benchmarks.timing import console, seconds, show
from tests.support.stores import postgis_server

DISTANCE_M, STEP_M = 30.0, 2.0
_PITCH = 130.0
_LINES, _RIVERS = 240, 60

Geometries = npt.NDArray[np.object_]


def park(count: int) -> tuple[Geometries, Geometries]:
    """Return flagged parcels in metres, streets of 15 to 70 m between them, and winding lines and rivers."""
    chance = np.random.default_rng(1)
    side = int(np.ceil(np.sqrt(count)))
    x, y = (each.ravel()[:count] * _PITCH for each in np.meshgrid(np.arange(side), np.arange(side)))
    parcels = shapely.box(x, y, x + chance.uniform(60, 115, count), y + chance.uniform(60, 115, count))
    lines = []
    for _ in range(_LINES + _RIVERS):
        heading = chance.uniform(0, 2 * np.pi) + np.cumsum(chance.normal(0, 0.15, 60))
        steps = 200 * np.column_stack((np.cos(heading), np.sin(heading)))
        lines.append(shapely.LineString(chance.uniform(0, side * _PITCH, 2) + np.cumsum(steps, axis=0)))
    rivers = [line.buffer(15, quad_segs=4) for line in lines[_LINES:]]
    return parcels, np.array([*lines[:_LINES], *rivers], dtype=object)


def measure(count: int) -> None:
    """Print how long it takes to group so many flagged parcels."""
    parcels, walls = park(count)
    found: dict[str, int] = {}

    def grouped(name: str, barriers: Barriers | None) -> None:
        roots = components(count, *neighbours(parcels, DISTANCE_M, barriers))
        found[name] = len(np.unique(roots))

    rows = []
    for name, barriers in (("no barriers", False), (f"{len(walls)} barriers", True)):
        busy = time.process_time()
        took = seconds(lambda n=name, b=barriers: grouped(n, Barriers(walls, STEP_M) if b else None))
        busy = time.process_time() - busy
        rows.append((name, f"{took:.2f}", f"{busy:.2f}", f"{found[name]:,}"))
    with postgis_server() as server:
        if server is None:
            console.print("PostGIS is missing: it is not measured.")
        else:
            with server.database() as url:
                rows.append(_by_postgis(url, parcels))
    show(f"Blocks of {count:,} flagged parcels, 30 m", ("", "seconds", "of them computing", "blocks"), rows)


def _by_postgis(url: str, parcels: Geometries) -> tuple[str, str, str, str]:
    database = Database(url)
    clusters = 0

    def count() -> None:
        nonlocal clusters
        query = (
            "SELECT count(DISTINCT c) FROM (SELECT ST_ClusterDBSCAN(geom, 30, 1) OVER () AS c FROM flagged) t"
        )
        clusters = connection.execute(text(query)).scalar_one()

    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE flagged (geom geometry)")
        shapes = shapely.to_wkb(parcels).tolist()
        connection.exec_driver_sql(
            "INSERT INTO flagged SELECT ST_GeomFromWKB(shape) FROM unnest(%s::bytea[]) AS t(shape)", (shapes,)
        )
        took = seconds(count)
    database.dispose()
    return "PostGIS ST_ClusterDBSCAN, no barriers", f"{took:.2f}", "–", f"{clusters:,}"
