"""``make bench``: a synthetic park through import, evaluation and serving on both databases, beside peers.

``python -m tests.benchmarks [PARCELS]``, 100,000 unless told otherwise.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.jobs.evaluating import summaries
from service.store.database import Database
from tests.benchmarks import evaluating, importing, serving
from tests.benchmarks.park import make_park
from tests.benchmarks.timing import console
from tests.support.stores import GeoPackages, postgis_server


@contextmanager
def _stores(folder: Path) -> Iterator[dict[str, Database]]:
    """Give a fresh store on each database that there is."""
    stores = {"GeoPackage": Database(GeoPackages(folder).copy_to(folder / "bench.gpkg"))}
    with postgis_server() as server:
        if server is None:
            console.print("PostGIS is missing: it is not measured.")
            yield stores
            return
        with server.database() as url:
            yield {**stores, "PostGIS": Database(url)}


def main(parcels: int) -> None:
    """Measure a park of so many parcels."""
    with tempfile.TemporaryDirectory(prefix="mujun-bench-") as name:
        folder = Path(name)
        files = importing.write_files(make_park(parcels), folder)
        with _stores(folder) as stores:
            for title, database in stores.items():
                importing.measure(title, database, files, folder, parcels)
                if database.is_embedded:
                    evaluating.measure_core(database, folder, parcels)
                evaluating.measure_whole(title, database, parcels)
                with database.reading() as connection:
                    newest = summaries(connection, limit=1)[0]
                serving.measure(title, database, newest.id, parcels)
                database.dispose()


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
