"""The service as a process of its own behind a real socket, for clients that are programs too."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import httpx

from service.store.database import Database

_ROOT = Path(__file__).parents[2]


def requests_in(log: Path) -> list[str]:
    """Return what a server was asked, from the log that `live_server` wrote: method and address."""
    return re.findall(r'"((?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE) \S+) HTTP/', log.read_text())


class Live(NamedTuple):
    """A server that answers: its address, and the number of its process."""

    address: str
    pid: int

    @property
    def peak_memory(self) -> int:
        """Bytes that the process held at most so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(kilobytes) * 1024


@contextmanager
def live_server(database: Database, *, log: Path | None = None, **settings: object) -> Iterator[str]:
    """Serve the store on a free port of this machine and give the address; see `live_process`."""
    with live_process(database, log=log, **settings) as server:
        yield server.address


@contextmanager
def live_process(database: Database, *, log: Path | None = None, **settings: object) -> Iterator[Live]:
    """Serve the store on a free port of this machine and give the server; in open mode unless told not.

    What it is asked is written to ``log``, if one is named.

    A process and not a thread: GDAL waits for its answers without letting other threads run. It is stopped at
    the end, and killed should it not stop by itself.
    """
    chosen = {
        "open": True,
        "jobs": "elsewhere",
        "database_url": database.url.render_as_string(hide_password=False),
        **settings,
    }
    environment = os.environ | {f"MUJUN_{name.upper()}": str(value) for name, value in chosen.items()}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # asyncio sets it only on sockets that name their protocol, which this one does not: 40 ms per answer
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        handle = str(listening.fileno())
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "service.main:app",
            "--fd",
            handle,
            "--log-level",
            "info" if log else "warning",
        ]
        with log.open("wb") if log else nullcontext() as output:
            server = subprocess.Popen(
                command, cwd=_ROOT, env=environment, pass_fds=[listening.fileno()], stdout=output
            )
    try:
        _wait_for(server, address)
        yield Live(address, server.pid)
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, "the server did not start; see its messages above"
        try:
            httpx.get(f"{address}/healthz", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")
