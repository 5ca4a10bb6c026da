"""``make bench``: synthetic parks through import, serving and evaluation on both databases, beside peers.

``python -m tests.benchmarks [PART ...] [--parcels N] [--figures N] [--evaluation N] [--runs N]
[--seconds S]``; all parts without a name.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.jobs.evaluating import evaluate, publish
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.benchmarks import blocks, evaluating, figures, importing
from tests.benchmarks.park import make_park
from tests.benchmarks.serving import measure_serving
from tests.benchmarks.snapshot import PERIOD
from tests.benchmarks.timing import console
from tests.support.stores import GeoPackages, postgis_server

_PARTS = {
    "import": "a park of --parcels, beside ogr2ogr; figures of as many firms, beside pandas; --figures alone",
    "serving": "requests per second for such a park, beside other servers; a full export",
    "core": "the evaluation core at --evaluation, beside pandas and the bare skeleton",
    "stores": "evaluations from each store to itself at --evaluation, beside SQL inside PostgreSQL",
    "blocks": "blocks of --parcels flagged parcels, with barriers, beside PostGIS",
    "growth": "the core at a tenth, once and five times --evaluation",
    "evaluation": "core, stores and growth",
}
_EVALUATION = {"core", "stores", "growth"}


def main(parts: set[str], parcels: int, evaluation: int, runs: int, large: int, lasting: float) -> None:
    """Measure the parts that were asked for."""
    with tempfile.TemporaryDirectory(prefix="mujun-bench-") as name:
        folder = Path(name)
        if parts & {"import", "serving"}:
            _park(parts, folder, parcels, lasting)
        if "import" in parts:
            figures.measure(folder, parcels, large)
        core = evaluating.measure_core(folder, evaluation, runs) if "core" in parts else None
        if "stores" in parts:
            with _stores(folder) as stores:
                evaluating.measure_stores(stores, folder, evaluation, runs, core)
        if "blocks" in parts:
            blocks.measure(parcels)
        if "growth" in parts:
            evaluating.measure_growth(folder, (evaluation // 10, evaluation, evaluation * 5))


def _park(parts: set[str], folder: Path, parcels: int, lasting: float) -> None:
    """Import a park and serve it."""
    console.print(f"A park of {parcels:,} parcels, with geometry")
    files = importing.write_files(make_park(parcels), folder)
    with _stores(folder) as stores:
        for title, database in stores.items():
            console.print(f"  import, {title}")
            if "import" in parts:
                importing.measure(title, database, files, folder, parcels)
            else:
                importing.load(database, files)
            if "serving" in parts:
                publish(database, evaluate(database, shipped_scheme("parcel"), PERIOD).id)
        if "serving" in parts:
            measure_serving(stores, parcels, lasting, folder)


@contextmanager
def _stores(folder: Path) -> Iterator[dict[str, Database]]:
    """Give a fresh store on each database that there is."""
    with tempfile.TemporaryDirectory(dir=folder) as name, postgis_server() as server:
        file = Path(name)
        stores = {"GeoPackage": Database(GeoPackages(file).copy_to(file / "bench.gpkg"))}
        try:
            if server is None:
                console.print("PostGIS is missing: it is not measured.")
                yield stores
                return
            with server.database() as url:
                stores["PostGIS"] = Database(url)
                yield stores
        finally:
            for store in stores.values():
                store.dispose()


def _asked() -> argparse.Namespace:
    parts = "\n".join(f"  {name:<11}{what}" for name, what in _PARTS.items())
    parser = argparse.ArgumentParser(
        "python -m tests.benchmarks",
        description=f"parts:\n{parts}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", choices=[[], *_PARTS], help="all when none is named"
    )
    parser.add_argument("--parcels", type=int, default=100_000, help="of the imported park (%(default)s)")
    parser.add_argument("--evaluation", type=int, default=1_000_000, help="parcels to evaluate (%(default)s)")
    parser.add_argument(
        "--figures", type=int, default=1_000_000, help="rows of the largest file (%(default)s)"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each evaluation (%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each line of serving (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    chosen = set(asked.parts or _PARTS)
    if "evaluation" in chosen:
        chosen |= _EVALUATION
    began = time.perf_counter()
    main(chosen, asked.parcels, asked.evaluation, asked.runs, asked.figures, asked.seconds)
    console.print(f"Measured in {(time.perf_counter() - began) / 60:.0f} minutes.")
