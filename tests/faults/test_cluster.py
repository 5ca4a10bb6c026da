"""The throw-away cluster does not outlive its tests, however they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import postgis

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(postgis.programs() is None, reason=postgis.HINT)
def test_killed_tests_leave_no_server() -> None:
    """After kill -9 the server ends by itself and its folder is gone."""
    program = (
        "import time\n"
        "from tests.support import postgis\n"
        "cluster = postgis.Cluster(postgis.programs())\n"
        "print(cluster.folder, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        folder = Path(tests.stdout.readline().strip())
        assert (folder / "data" / "postmaster.pid").exists()
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(tests.pid, signal.SIGKILL)

    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
