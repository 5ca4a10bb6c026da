"""Environments of the peers, apart from the project's own: made when wanted, kept under ``.local``."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.serving.servers import Missing

_KEPT = Path(__file__).parents[4] / ".local" / "peers"


def environment(name: str) -> Path:
    """Return the folder of programs of a peer's environment, with what ``<name>.txt`` pins.

    :raises Missing: it cannot be installed
    """
    wanted = Path(__file__).with_name(f"{name}.txt")
    folder = _KEPT / name
    installed = folder / "installed.txt"
    if not installed.is_file() or installed.read_bytes() != wanted.read_bytes():
        beside = Path(sys.executable).with_name("uv")
        uv = str(beside) if beside.exists() else shutil.which("uv")
        if uv is None:
            raise Missing("there is no uv to install it with")
        shutil.rmtree(folder, ignore_errors=True)
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        _run(uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python"), "-r", str(wanted))
        shutil.copyfile(wanted, installed)
    return folder / "bin"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"it cannot be installed: {done.stderr.strip()[-500:]}")
