"""The peers: what an analyst would write with pandas, and what everybody loads parcels with."""

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from stdnum.cn import uscc

MU = 10_000 / 15


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
    subprocess.run(
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
        check=True,
        capture_output=True,
    )


def pandas_evaluation(folder: Path) -> pd.DataFrame:
    """Do the work of the scheme ``parcel``: shares by floor, values per mu, means, points, ranks, grades."""
    parcels = pd.read_parquet(folder / "parcels.parquet")
    held = pd.read_parquet(folder / "occupancies.parquet")
    figures = pd.read_parquet(folder / "enterprise_figures.parquet")
    metrics = ["tax", "output", "energy_equal_supply"]
    held = held[held["parcel_code"].isin(parcels["parcel_code"])].merge(figures, on="uscc")
    held["share"] = held["floor_area"] / held.groupby("uscc")["floor_area"].transform("sum")
    largest = held.sort_values(["uscc", "floor_area", "parcel_code"], ascending=[True, False, True])
    largest = largest.drop_duplicates("uscc").index
    for metric in metrics:
        part = np.floor(held[metric] * held["share"])
        rest = held[metric] - part.groupby(held["uscc"]).transform("sum")
        held[metric] = part + rest.where(held.index.isin(largest), 0)
    sums = held.groupby("parcel_code")[metrics].sum().reset_index()
    result = parcels.merge(sums, on="parcel_code", how="left")
    mu = result["registered_area"] / 100 / MU
    values = {
        "tax_per_mu": result["tax"] / mu,
        "output_per_mu": result["output"] / mu,
        "output_per_tce": result["output"] / result["energy_equal_supply"],
    }
    weights = {"tax_per_mu": 50, "output_per_mu": 30, "output_per_tce": 20}
    benchmarks = {name: value.mean() for name, value in values.items()}
    benchmarks["output_per_tce"] = result["output"].sum() / result["energy_equal_supply"].sum()
    points = sum(
        (values[name] / benchmarks[name] * weight).clip(0, 1.5 * weight) for name, weight in weights.items()
    )
    result["points"] = points
    result["rank"] = points.rank(ascending=False, method="min")
    share = result["rank"] / points.notna().sum()
    result["grade"] = np.select([share <= 0.2, share <= 0.6, share <= 0.95], ["A", "B", "C"], "D")
    result["far"] = result["floor_area"] / result["registered_area"]
    result["low_efficiency"] = result["grade"] == "D"
    result["far_uplift"] = result["grade"].isin(["A", "B"]) & (
        result["far"] * 1_000_000 < result["far_limit"]
    )
    return result
