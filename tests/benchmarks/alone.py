"""Heavy work in a process of its own, so that its peak memory is its own.

``python -m tests.benchmarks.alone MODULE:FUNCTION ARGUMENTS KEEP`` is what `alone` starts: it imports, works
against the clock, and answers in JSON. Nothing of the parent weighs in: `VmHWM` starts anew with a program,
while ``ru_maxrss`` begins at what the parent held.
"""

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from tests.benchmarks.timing import console

_GIB = 1024**2  # in KiB


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took: seconds by the clock and on the processors, and GiB at the most."""

    seconds: float
    processor: float
    peak: float


@dataclass(frozen=True, slots=True)
class Work:
    """A function by its full name, and its arguments; what it returns may be kept as Parquet."""

    function: str
    arguments: tuple[Any, ...]


def alone(work: Work, keep: Path | None = None) -> Taken:
    """Run a work in a process of its own; ``keep`` is where to write the frame that it returns."""
    asked = [work.function, json.dumps(work.arguments), str(keep or "")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.alone", *asked], check=True, stdout=subprocess.PIPE
    )
    return Taken(**json.loads(done.stdout.splitlines()[-1]))


def in_turn(works: Mapping[str, Work], runs: int, keep: Path) -> dict[str, list[Taken]]:
    """Run works A B C A B C …, each time in a new process; the first run keeps what it returns."""
    taken: dict[str, list[Taken]] = {name: [] for name in works}
    for run in range(runs):
        for name, work in works.items():
            one = alone(work, None if run else kept(keep, name))
            taken[name].append(one)
            console.print(f"  run {run + 1} of {runs}: {name}: {one.seconds:.2f} s, {one.peak:.2f} GiB")
    return taken


def kept(folder: Path, name: str) -> Path:
    """Return where the result of a work is kept."""
    return folder / f"{name}.parquet"


def best(taken: list[Taken]) -> float:
    """Return the least of the seconds."""
    return min(one.seconds for one in taken)


def figures(taken: list[Taken]) -> tuple[str, str, str, str]:
    """Return median and least seconds, least processor seconds and largest peak as text."""
    return (
        f"{median(one.seconds for one in taken):.2f}",
        f"{best(taken):.2f}",
        "" if isnan(taken[0].processor) else f"{min(one.processor for one in taken):.2f}",
        f"{max(one.peak for one in taken):.2f}",
    )


def available() -> float:
    """Return how much memory there is for a new process, in GiB."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) / _GIB


def peak_of(process: int | str = "self") -> float:
    """Return the largest resident size a process has had, in GiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / _GIB


def _main(function: str, arguments: str, keep: str) -> None:
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)
    start, processor = time.perf_counter(), time.process_time()
    result = work(*json.loads(arguments))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    peak = peak_of()
    if isinstance(result, float):  # a server did the work, and this is its peak
        peak, processor = result, float("nan")
    if keep:
        (result.write_parquet if isinstance(result, pl.DataFrame) else result.to_parquet)(keep)
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
