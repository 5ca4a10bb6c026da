"""Serving: this service beside its peers, one after the other, on the same PostGIS with the same parcels."""

from collections.abc import Mapping
from pathlib import Path

from service.store.database import Database
from tests.benchmarks.park import parcel_code
from tests.benchmarks.serving import exports, mujun, table
from tests.benchmarks.serving.measuring import Measured, measure
from tests.benchmarks.serving.peers import PEERS
from tests.benchmarks.serving.report import report
from tests.benchmarks.serving.servers import Missing, Server
from tests.benchmarks.serving.works import Land, Work, all_works
from tests.benchmarks.timing import console, show

CLIENTS = 8
_HOW = """\
Every server is one process and runs alone; {clients} clients keep a connection each, {seconds:g} s per line
after a warm-up. They share these processors with PostgreSQL. "answer" is what the first answer held;
"reopened" counts connections that a server closed.
The peers serve a copy of the table, labelled EPSG:4326, so that they transform nothing, and indexed.
MapServer and QGIS server run by FastCGI behind lighttpd: no request starts a program.
Ours holds features in memory once they were asked for, and what was written of them. Lists of what a box or
a filter selects are kept too: hence 5,000 boxes and 2,000 filters, so that few come twice. A cold tile is one
that nobody asked for before. Tiles have five properties; pygeoapi gave none within minutes and is not asked.
Only ours checks rights, and has entity tags.
"""


def measure_serving(stores: Mapping[str, Database], parcels: int, seconds: float, folder: Path) -> None:
    """Show requests per second and what a full export takes; a peer that cannot be had is named."""
    postgis = stores.get("PostGIS")
    keys = table.make(postgis) if postgis else {parcel_code(number): 0 for number in range(parcels)}
    asked = all_works(Land(parcels, keys))
    measured: list[Measured] = []
    everything: list[exports.Line] = []
    memory: list[tuple[str, ...]] = []

    def through(server: Server) -> None:
        console.print(f"  serving, {server.name}")
        measured.extend(_told(server, asked, seconds))
        memory.append((server.name, f"{server.peak():,.0f}"))
        everything.append(exports.pages(server, parcels))

    for title, database in stores.items():
        name = "mujun" if database is postgis else f"mujun, {title}"
        with mujun.serve(database, folder, name=name) as server:
            through(server)
    missing = {}
    for name, peer in PEERS.items() if postgis else ():
        try:
            with peer.serve(postgis.url, folder) as server:
                through(server)
        except Missing as reason:
            missing[name] = str(reason)
            console.print(f"  {name} is missing: {reason}", markup=False)
    measured.sort(key=lambda one: [*("mujun", "mujun, GeoPackage"), *PEERS].index(one.server))

    console.print(_HOW.format(clients=CLIENTS, seconds=seconds), markup=False)
    report(f"Serving, {parcels:,} parcels, {CLIENTS} connections, one process each", measured)
    show("Largest resident memory after these works", ("server", "MiB"), memory)
    if postgis:
        files = exports.files(lambda: mujun.serve(postgis, folder), folder)
        least = [exports.copied(postgis.url), *exports.converted(postgis.url, folder)]
        show(f"All {parcels:,} parcels, PostGIS", exports.COLUMNS, [*files, *least, *everything])
    for name, reason in missing.items():
        console.print(f"Missing: {name}: {reason}", markup=False)


def _told(server: Server, asked: list[Work], seconds: float) -> list[Measured]:
    lines = []
    for one in measure(server, asked, seconds, CLIENTS):
        rate = f"{one.counted.per_second:,.1f} per s" if one.counted else one.shows
        console.print(f"    {one.work}: {rate}", markup=False)
        lines.append(one)
    return lines
