"""``mujun keys``, ``mujun serve`` and ``mujun openapi`` as an operator meets them."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from service.cli import main

pytestmark = pytest.mark.one_store


class Ended(NamedTuple):
    """How a command ended and what it said."""

    status: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def mujun(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line on a fresh store."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database_url)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mujun", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_a_key_is_made_listed_and_revoked(mujun: Run) -> None:
    """The key alone goes to standard output, once; the list shows it without its secret."""
    made = mujun("keys", "create", "GIS room", "--scope", "read", "--scope", "analyst")
    assert re.fullmatch(r"mj_[0-9a-f]{8}_[A-Za-z0-9_-]{43}\n", made.stdout), made.stderr
    prefix, secret = made.stdout.strip().split("_", 2)[1:]
    listed = mujun("keys", "list").stdout
    assert prefix in listed
    assert "analyst read" in listed
    assert secret not in listed
    assert mujun("keys", "revoke", prefix).status == 0
    again = mujun("keys", "revoke", prefix)
    assert again.status == 1
    assert "not-found" in again.stderr


def test_a_mistake_is_explained_in_a_block(mujun: Run) -> None:
    """No traceback: what is wrong in both languages, and what to do."""
    refused = mujun("keys", "create", "GIS room", "--scope", "reed")
    assert refused.status == 1
    assert refused.stdout == ""
    assert "unknown-scope" in refused.stderr
    assert "未知权限" in refused.stderr


def test_serving_without_keys_is_refused_with_both_ways_out(mujun: Run) -> None:
    """The operator learns how to make a key, and how to serve this machine alone."""
    refused = mujun("serve", "--port", "0")
    assert refused.status == 1
    assert "keys create" in refused.stderr
    assert "--open" in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "park.example"])
def test_open_mode_does_not_listen_to_the_world(mujun: Run, host: str) -> None:
    """Open mode and an address that others reach exclude each other."""
    refused = mujun("serve", "--open", "--host", host, "--port", "0")
    assert refused.status == 1
    assert "loopback-only" in refused.stderr


def test_open_mode_serves_this_machine_and_nobody_behind_a_proxy(geopackage_url: str, tmp_path: Path) -> None:
    """The real server answers a direct request, warns, and no forwarded header talks it into anything."""
    log = tmp_path / "log"
    with _serving(geopackage_url, log, "--open") as url:
        assert httpx.get(f"{url}/healthz").json()["status"] == "ok"
        assert "server" not in httpx.get(f"{url}/healthz").headers
        assert httpx.head(f"{url}/schemes").status_code == 200
        refused = httpx.get(f"{url}/healthz", headers={"X-Forwarded-For": "127.0.0.1"})
        assert (refused.status_code, refused.json()["code"]) == (403, "loopback-only")
    assert "Open mode" in log.read_text()


def test_the_openapi_documents_are_written_alike_every_time(mujun: Run, tmp_path: Path) -> None:
    """Two runs give the same bytes, whatever the installation's settings."""
    for folder in ("one", "two"):
        assert mujun("openapi", "--write", str(tmp_path / folder)).status == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert set(written) == {"openapi-3.0.json", "openapi-3.1.json"}
    assert written == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert mujun("openapi", "--check", str(tmp_path / "one")).status == 0
    (tmp_path / "one" / "openapi-3.0.json").write_text("{}")
    differing = mujun("openapi", "--check", str(tmp_path / "one"))
    assert (differing.status, "openapi-differs" in differing.stderr) == (1, True)


@contextmanager
def _serving(database_url: str, log: Path, *arguments: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("w") as output:
        server = subprocess.Popen(
            [str(Path(sys.executable).with_name("mujun")), "serve", "--port", str(port), *arguments],
            stderr=output,
            stdout=output,
            env=os.environ | {"MUJUN_DATABASE_URL": database_url},
        )
    try:
        _wait_for(port, server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not come up: {log.read_text()}")
