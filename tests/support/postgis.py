"""A throw-away PostgreSQL cluster with PostGIS that does not outlive the tests, however they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

HINT = "PostGIS is missing: apt-get install postgresql-15-postgis-3, or set MUJUN_TEST_DATABASE_URL"

_SPEED = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # its workers would sit in the template while it is cloned
    "max_connections": "100",
    "shared_buffers": "128MB",
}

# The shell ends the server as soon as its input closes, which the kernel does even when the tests are killed.
_GUARD = (
    'folder=$1; shift; "$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$folder"'
)


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that has PostGIS, as Debian lays them out, or nothing."""
    found = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists()
    ]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


class Cluster:
    """A running server on a Unix socket in a folder of its own; `stop` removes both."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mujun-pg-", dir="/tmp"))  # a socket's path must be short
        identity: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            shutil.chown(self.folder, user.pw_uid, user.pw_gid)
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        subprocess.run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
            ],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **identity,  # type: ignore[call-overload]
        )
        options = [part for name, value in _SPEED.items() for part in ("-c", f"{name}={value}")]
        command = [
            "sh",
            "-c",
            _GUARD,
            "guard",
            self.folder,
            binaries / "postgres",
            "-D",
            data,
            "-k",
            self.folder,
        ]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests
                **identity,  # type: ignore[call-overload]
            )
        self._wait()

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def stop(self) -> None:
        """End the server and remove its folder."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def _wait(self) -> None:
        for _ in range(300):
            try:
                psycopg.connect(f"host={self.folder} user=postgres dbname=postgres").close()
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text())
