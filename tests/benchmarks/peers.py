"""Peers of the import: what an analyst would write with pandas, and what everybody loads parcels with."""

import subprocess
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from stdnum.cn import uscc


def pandas_import(file: Path, engine: sa.Engine) -> int:
    """Read a file of figures, check codes and numbers, melt, append to a table; returns rows read."""
    rows = pd.read_csv(file, dtype=str)
    valid = rows["uscc"].map(uscc.is_valid)
    metrics = [name for name in rows.columns if name not in ("uscc", "period")]
    numbers = rows[metrics].apply(pd.to_numeric, errors="coerce")
    valid &= numbers.notna().all(axis=1)
    kept = pd.concat([rows.loc[valid, ["uscc", "period"]], numbers[valid]], axis=1)
    kept["source_row"] = kept.index + 2
    figures = kept.melt(["uscc", "period", "source_row"], var_name="metric", value_name="amount")
    figures["value"] = (figures.pop("amount") * 1_000_000).round().astype("int64")
    with engine.begin() as connection:
        rows.assign(valid=valid).to_sql("peer_rows", connection, if_exists="replace", index=False)
        figures.to_sql("peer_figures", connection, if_exists="replace", index=False, chunksize=10_000)
    return len(rows)


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
