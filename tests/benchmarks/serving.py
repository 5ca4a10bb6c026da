"""Serving: requests per second over a real socket, from clients in processes of their own."""

import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

import numpy as np

from service.jobs.evaluating import publish
from service.store.database import Database
from tests.benchmarks.park import STEP, WEST_SOUTH, parcel_code, side
from tests.benchmarks.timing import show
from tests.support.live import live_server

CLIENT = """
import http.client, json, sys, time
asked = json.load(sys.stdin)
connection = http.client.HTTPConnection(asked["host"])
until, count, size = time.monotonic() + asked["seconds"], 0, 0
while time.monotonic() < until:
    connection.request("GET", asked["paths"][count % len(asked["paths"])])
    answer = connection.getresponse()
    size += len(answer.read())
    assert answer.status == 200, answer.status
    count += 1
print(json.dumps([count, size]))
"""


def measure(
    name: str, database: Database, evaluation: int, parcels: int, seconds: float = 5.0, clients: int = 4
) -> None:
    """Show requests per second for pages of 1,000 features, one feature and tiles."""
    publish(database, evaluation)
    random = np.random.default_rng(3)
    corners = WEST_SOUTH + random.uniform(0, side(parcels) * STEP * 0.8, (200, 2))
    boxes = [f"{x:.5f},{y:.5f},{x + 0.06:.5f},{y + 0.06:.5f}" for x, y in corners]
    codes = [parcel_code(number) for number in random.integers(0, parcels, 200)]
    lines = []
    with live_server(database) as address:
        works = {
            "items, 1,000 parcels in a bbox": [
                f"/collections/parcels/items?limit=1000&bbox={box}" for box in boxes
            ],
            "items, 1,000 scores in a bbox": [
                f"/collections/scores/items?limit=1000&bbox={box}" for box in boxes
            ],
            "one parcel": [f"/collections/parcels/items/{code}" for code in codes],
        }
        for work, paths in works.items():
            count, size, took = _load(address, paths, seconds, clients)
            lines.append((work, f"{count / took:,.0f}", f"{size / count / 1024:,.0f}"))
    show(f"Serving, {name}, {clients} clients, one process", ("request", "per s", "KiB each"), lines)


def _load(address: str, paths: list[str], seconds: float, clients: int) -> tuple[int, int, float]:
    start = time.perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(clients)
    ]
    for number, process in enumerate(running):
        assert process.stdin is not None
        asked = {
            "host": urlsplit(address).netloc,
            "seconds": seconds,
            "paths": paths[number:] + paths[:number],
        }
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
    counts = [json.loads(process.stdout.read()) for process in running if process.stdout is not None]
    took = time.perf_counter() - start
    assert all(process.wait() == 0 for process in running)
    return sum(count for count, _ in counts), sum(size for _, size in counts), took
