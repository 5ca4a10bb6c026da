"""A hot standby of PostgreSQL: the service starts on it, reads work, writes are 503 with a clear type."""

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.serving import open_client
from tests.support import postgis

PATH = "/collections/parcels/items"
READS = [
    PATH,
    f"{PATH}?limit=7&filter=town = '东城'",
    f"{PATH}?f=html",
    f"{PATH}?f=csv",
    f"{PATH}/P00001",
    "/collections/scores/items",
    "/collections/coverage/items",
    "/collections/parcels/tiles/WebMercatorQuad/6/26/53",
    "/collections/parcels",
]


def _as_postgres() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def standby(primary: postgis.Cluster, binaries: Path) -> Iterator[Path]:
    """Give the socket folder of a hot standby that streams from a cluster."""
    with tempfile.TemporaryDirectory(prefix="mujun-sb-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder, identity = Path(name), _as_postgres()
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        subprocess.run(
            [
                *(binaries / "pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", folder / "data"),
                *("-R", "-X", "stream", "-c", "fast", "-N"),
            ],
            check=True,
            cwd=folder,
            **identity,
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", folder / "data", "-k", folder),
                    *("-c", "listen_addresses=", "-c", "hot_standby=on", "-c", "max_connections=100"),
                ],
                cwd="/",
                stdout=log,
                stderr=log,
                **identity,
            )
        try:
            for _ in range(200):
                try:
                    psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()
                    break
                except psycopg.OperationalError:
                    assert process.poll() is None, (folder / "log").read_text()
                    time.sleep(0.05)
            yield folder
        finally:
            process.send_signal(signal.SIGINT)  # ends although somebody is connected
            process.wait(30)


@pytest.mark.nightly
def test_a_standby_serves_what_is_read_and_refuses_what_is_written() -> None:
    """With jobs here: the worker finds nothing it may write, and the web service lives on."""
    binaries = postgis.programs()
    if binaries is None:
        pytest.skip(postgis.HINT)
    primary = postgis.Cluster(binaries)
    try:
        store = Database(primary.url("postgres"))
        store.initialise()
        lay_out(store)
        store.dispose()
        with standby(primary, binaries) as folder:
            copy = Database(f"postgresql+psycopg://postgres@/postgres?host={folder}")
            with open_client(copy, jobs="here") as client:
                for address in READS:
                    assert client.get(address).status_code in (200, 204), address
                patch = {"Content-Type": "application/merge-patch+json"}
                for answered in (
                    client.patch(f"{PATH}/P00001", json={"properties": {"holder": "One"}}, headers=patch),
                    client.delete(f"{PATH}/P00001"),
                ):
                    assert (answered.status_code, answered.json()["code"]) == (503, "read-only")
                assert client.get(PATH).status_code == 200
            copy.dispose()
    finally:
        primary.stop()
