import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.nightly
def test_the_installed_package_works_away_from_the_checkout(tmp_path: Path) -> None:
    """`docker/install.sh` gives a command that makes a demo park with nothing but what it installed."""
    prefix = tmp_path / "mujun"
    subprocess.run([ROOT / "docker/install.sh", prefix], check=True)
    environment = {
        "PATH": os.environ["PATH"],
        "MUJUN_DATABASE_URL": f"sqlite:///{tmp_path / 'park.gpkg'}",
        "MUJUN_DATA_DIR": str(tmp_path / "data"),
    }
    made = subprocess.run(
        [prefix / "bin/mujun", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "413" in made.stdout
    packages = subprocess.run([prefix / "bin/pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "pytest" not in packages
