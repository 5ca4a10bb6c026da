"""Servers under measurement: how one is asked, started as a process of its own, and ended."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import URL

_MIB = 1024  # in KiB
Box = tuple[float, float, float, float]


class Missing(Exception):
    """A peer that cannot be had on this machine; says why."""


@dataclass(frozen=True)
class Parcel:
    """One parcel: its code, which is its id for us, and the key of its row, which is its id for the peers."""

    code: str
    key: int


class Dialect(ABC):
    """What is asked, as paths of one server; none where it has no such thing."""

    @abstractmethod
    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page of parcels as GeoJSON."""

    @abstractmethod
    def one(self, parcel: Parcel) -> str:
        """One parcel."""

    @abstractmethod
    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """Parcels of a town with a higher limit of the floor-area ratio."""

    def tile(self, matrix: int, row: int, column: int) -> str | None:
        """A vector tile of WebMercatorQuad."""
        return None

    def scores(self, box: Box, limit: int) -> str | None:
        """A page of parcels with their evaluation, which is ours alone."""
        return None

    def listing(self, address: str, first: int, pages: int, limit: int) -> list[str]:
        """Pages of the whole listing from a depth on, as a client comes to them."""
        return [self.page(limit=limit, offset=first + number * limit) for number in range(pages)]


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    address: str
    process: int
    dialect: Dialect

    def peak(self) -> float:
        """The largest resident sizes that its process and their children have had, together, in MiB."""
        return sum(_peak(process) for process in _family(self.process))


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    port: int,
    dialect: Dialect,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path,
    patience: float = 90.0,
) -> Iterator[Server]:
    """Start a program that listens on a port of this machine; end it, and it alone, when it is done with.

    :raises Missing: it does not start, or does not answer a page of one parcel
    """
    log = folder / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(name, f"http://127.0.0.1:{port}", process.pid, dialect)
        end = time.monotonic() + patience
        while not _answers(server):
            if process.poll() is not None or time.monotonic() > end:
                raise Missing(f"it does not start: {log.read_text(errors='replace')[-500:].strip()}")
            time.sleep(0.1)
        yield server
    finally:
        family = _family(process.pid)[1:]
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for child in family:  # who is still busy with a request outlives the one that started it
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def connection_of(url: URL) -> dict[str, str]:
    """Return host (or folder of the socket), port, name, user and password of a database."""
    host = url.host or url.query.get("host") or "localhost"
    return {
        "host": host if isinstance(host, str) else host[0],
        "port": str(url.port or 5432),
        "dbname": url.database or "",
        "user": url.username or "",
        "password": url.password or "",
    }


def _answers(server: Server) -> bool:
    try:
        path = server.dialect.page(limit=1)
        return httpx.get(f"{server.address}{path}", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [process, *(each for child in children for each in _family(int(child)))]


def _peak(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / _MIB for line in lines if line.startswith("VmHWM")), 0.0)
