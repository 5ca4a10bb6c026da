"""The peer of the import of parcels: what everybody loads them with."""

import subprocess
from pathlib import Path


def ogr2ogr(source: Path, target: str, layer: str) -> None:
    """Load parcels with GDAL's own program."""
    done = subprocess.run(
        [
            "ogr2ogr",
            "-overwrite",
            "-t_srs",
            "EPSG:4490",
            "-nlt",
            "MULTIPOLYGON",
            "-nln",
            layer,
            target,
            str(source),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
