"""Figures: the import beside pandas, each in a process of its own, and a million rows within a gibibyte.

Both import the same file with slips in it into an empty store, then one in which a tenth is different; their
outcomes are compared: the verdicts, and every figure in effect.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import xlsxwriter

from service.jobs.importing import import_file
from service.store.database import Database
from tests.benchmarks.alone import Taken, Work, alone
from tests.benchmarks.pandas_import import METRICS
from tests.benchmarks.park import firm
from tests.benchmarks.timing import console, show
from tests.support.stores import GeoPackages, PostgisServer, postgis_server

HEADER = ["uscc", "period", *METRICS]


def write_rows(rows: int, changed: float = 0, seed: int = 1) -> Iterator[list[str]]:
    """Yield a header and rows of figures, two in a hundred written oddly or wrongly.

    :param changed: the part of the firms whose figures are others than those of 0
    """
    random = np.random.default_rng(seed)
    order = random.permutation(rows).tolist()
    amounts = random.lognormal(8, 1, (rows, 3)).round(2)
    kinds = random.random(rows).tolist()
    others = (random.random(rows) < changed).tolist()
    yield HEADER
    for number, values, kind, other in zip(order, amounts.tolist(), kinds, others, strict=True):
        row = [firm(number), "2023", *(f"{value + other:.2f}" for value in values)]
        yield _slip(row, kind)
        if kind < 0.002:
            yield row  # once more
        elif kind < 0.003:
            yield [*row[:2], "1", *row[3:]]  # and says something else


def _slip(row: list[str], kind: float) -> list[str]:
    if kind < 0.003:
        return row
    if kind < 0.008:
        return [row[0].lower(), "2023年", f"{float(row[2]):,.2f}", *row[3:]]
    if kind < 0.013:
        return [
            row[0],
            row[1],
            "/",
            "—",
            row[4].translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        ]
    if kind < 0.016:
        return [row[0][:-1] + ("0" if row[0][-1] != "0" else "1"), *row[1:]]
    if kind < 0.018:
        return [*row[:3], "约" + row[3], row[4]]
    return [*row[:2], "", "", ""] if kind < 0.02 else row


def write_csv(path: Path, rows: int, changed: float = 0) -> Path:
    """Write such a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(write_rows(rows, changed))
    return path


def write_xlsx(path: Path, rows: int, changed: float = 0) -> Path:
    """Write such a table as a workbook with numbers in its cells."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": True}) as book:
        sheet = book.add_worksheet("2023")
        for number, row in enumerate(write_rows(rows, changed)):
            sheet.write_row(number, 0, row)
    return path


def ours(url: str, file: str) -> None:
    """Import with the service."""
    database = Database(url)
    import_file(database, "figures", Path(file))
    database.dispose()


def outcome(url: str) -> dict[str, object]:
    """Return what a store holds of figures, to compare."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        verdicts = "SELECT batch_id, verdict, count(*) FROM source_row GROUP BY 1, 2 ORDER BY 1, 2"
        figures = (
            "SELECT count(*), count(DISTINCT subject_code), sum(value), sum(value * length(metric) % 9973), "
            "count(superseded_by) FROM figure"
        )
        found = {
            "verdicts": [tuple(row) for row in connection.execute(sa.text(verdicts))],
            "figures": tuple(int(value) for value in connection.execute(sa.text(figures)).one()),
        }
    engine.dispose()
    return found


def measure(folder: Path, rows: int, large: int) -> None:
    """Show the service beside pandas on both databases, then the large files."""
    console.print(f"Figures, {len(METRICS)} metrics a row")
    first, second = write_csv(folder / "first.csv", rows), write_csv(folder / "second.csv", rows, 0.1)
    lines: list[tuple[str, ...]] = []
    with postgis_server() as server:
        for kind in ("GeoPackage", "PostGIS") if server else ("GeoPackage",):
            taken: dict[str, list[Taken]] = {}
            found = []
            for name, work in (
                ("pandas", "tests.benchmarks.pandas_import:import_figures"),
                ("mujun", "tests.benchmarks.figures:ours"),
            ):
                with _store(kind, folder, server) as url:
                    taken[name] = [alone(Work(work, (url, str(file)))) for file in (first, second)]
                    found.append(outcome(url))
            assert found[0] == found[1], found
            for place, what in enumerate(("first", "again, a tenth changed")):
                peer = taken["pandas"][place]
                lines += [
                    (kind, what, name, *_figures(one, rows), f"{peer.seconds / one.seconds:.1f}")
                    for name, one in ((name, taken[name][place]) for name in taken)
                ]
        titles = ("store", "hand-over", "by", "rows", "s", "rows/s", "processor s", "peak GiB", "× pandas")
        show("Import of figures, each in a process of its own", titles, lines)
        _large(folder, large, server)


def _large(folder: Path, rows: int, server: PostgisServer | None) -> None:
    lines = []
    for file in (write_csv(folder / "large.csv", rows), write_xlsx(folder / "large.xlsx", rows)):
        for kind in ("GeoPackage", "PostGIS") if server else ("GeoPackage",):
            with _store(kind, folder, server) as url:
                one = alone(Work("tests.benchmarks.figures:ours", (url, str(file))))
            lines.append((kind, file.suffix[1:].upper(), *_figures(one, rows)))
        file.unlink()
    show("Large files", ("store", "file", "rows", "s", "rows/s", "processor s", "peak GiB"), lines)


def _figures(one: Taken, rows: int) -> tuple[str, ...]:
    return (
        f"{rows:,}",
        f"{one.seconds:.1f}",
        f"{rows / one.seconds:,.0f}",
        f"{one.processor:.1f}",
        f"{one.peak:.2f}",
    )


@contextmanager
def _store(kind: str, folder: Path, server: PostgisServer | None) -> Iterator[str]:
    """Give the address of a fresh store."""
    if kind == "PostGIS":
        assert server is not None
        with server.database() as url:
            yield url
        return
    file = folder / "figures.gpkg"
    yield GeoPackages(folder).copy_to(file)
    for part in folder.glob("figures.gpkg*"):
        part.unlink()
