"""The peer with pandas: the scheme ``parcel`` as an analyst would write it, well vectorised, in doubles.

It gives the same results: holdings with shares and amounts, reconciliation, coverage, values, points, ranks,
grades and flags. It divides weights by days held and knows nothing of what this park has not: manual shares,
meters, figures of parcels.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

METRICS = ["tax", "output", "energy_equal_supply"]
MU = 10_000 / 15
LEAST_FAR = {
    **dict.fromkeys(("13", "14", "15", "16", "18", "19", "24", "39", "40", "41"), 1.0),
    **dict.fromkeys(("17", "20", "21", "22", "23", "28", "29"), 0.8),
    **dict.fromkeys(("27", "30", "33", "34", "35", "36", "37", "38", "42"), 0.7),
    **dict.fromkeys(("26", "31", "32"), 0.6),
    "25": 0.5,
}
INDUSTRY_GROUPS = {
    **{str(division): "consumer_goods" for division in range(13, 25)},
    **{str(division): "materials" for division in range(25, 33)},
    **{str(division): "machinery" for division in range(33, 38)},
    **{str(division): "electronics" for division in range(38, 41)},
    **{str(division): "others" for division in range(41, 44)},
}
WEIGHTS = {
    "tax_per_mu": 30,
    "output_per_mu": 20,
    "output_per_tce": 20,
    "tax_promised": 12,
    "output_promised": 8,
    "floor_area_ratio": 6,
    "building_coverage_ratio": 4,
    "energy_per_mu": 0,
}
CAPS = {
    **dict.fromkeys(WEIGHTS, 1.5),
    "tax_promised": 1.2,
    "output_promised": 1.2,
    "floor_area_ratio": 1,
    "building_coverage_ratio": 1,
    "energy_per_mu": np.inf,
}
NEEDED = ("tax_per_mu", "output_per_mu")
SMALLEST = 5


def pandas_script(folder: str) -> pd.DataFrame:
    """Evaluate and return codes and grades."""
    held, reconciled = apportioned(Path(folder))
    result = graded(described(Path(folder), held))
    assert len(reconciled)
    return result[["parcel_code", "grade", "points"]]


def apportioned(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the holdings with shares and amounts, and per enterprise what it reported and was allocated."""
    held, figures = _read(folder, "occupancies"), _read(folder, "enterprise_figures")
    first, last = pd.Timestamp("2023-01-01"), pd.Timestamp("2023-12-31")
    since = held["valid_from"].fillna(first).clip(lower=first)
    until = held["valid_to"].fillna(last).clip(upper=last)
    held["days"] = (until - since).dt.days + 1
    held = held[held["days"] > 0].drop(columns=["uscc", "parcel_code"])
    held["weight"] = held["floor_area"] * held["days"]
    held["share"] = held["weight"] / held.groupby("enterprise")["weight"].transform("sum")
    held = held.merge(figures[["enterprise", *METRICS]], on="enterprise", how="left")
    order = held.sort_values(["enterprise", "weight", "parcel"], ascending=[True, False, True])
    takes_rest = held.index.isin(order.drop_duplicates("enterprise").index)
    for metric in METRICS:
        part = np.floor(held[metric] * held["share"])
        rest = held[metric] - part.groupby(held["enterprise"]).transform("sum")
        held[f"{metric}__amount"] = part + rest.where(takes_rest, 0)
    allocated = held.groupby("enterprise")[[f"{metric}__amount" for metric in METRICS]].sum()
    reconciled = figures.set_index("enterprise").join(allocated)
    for metric in METRICS:
        reconciled[f"{metric}__unallocated"] = reconciled[metric] - reconciled[f"{metric}__amount"].fillna(0)
    return held, reconciled


def described(folder: Path, held: pd.DataFrame) -> pd.DataFrame:
    """Return the parcels with amounts, occupants, industry, coverage."""
    parcels, enterprises = _read(folder, "parcels"), _read(folder, "enterprises")
    known = enterprises[["enterprise", "industry", "above_scale"]].assign(registered=1)
    held = held.merge(known, on="enterprise", how="left")
    held["unpaired"] = held["output"].isna() != held["energy_equal_supply"].isna()
    held["partial"] = held["days"] < 365
    for metric in METRICS:
        held[f"{metric}__have"] = held[metric].notna()
    counts = ["registered", "above_scale", "partial", "unpaired", *(f"{metric}__have" for metric in METRICS)]
    groups = held.groupby("parcel")
    sums = groups[[f"{metric}__amount" for metric in METRICS]].sum(min_count=1)
    sums = sums.join(groups[counts].sum()).join(groups.size().rename("occupants"))
    order = held.sort_values(["parcel", "weight", "enterprise"], ascending=[True, False, True])
    main = order.drop_duplicates("parcel").set_index("parcel")["industry"]
    result = (
        parcels.join(sums, on="parcel")
        .join(main, on="parcel")
        .merge(_contracts(folder), on="parcel", how="left")
    )
    result["division"] = result["industry"].str.slice(0, 2)
    result["industry_group"] = result["division"].map(INDUSTRY_GROUPS)
    needed = result["occupants"].fillna(0).clip(lower=1)
    feeds = {
        "occupancy": (result["occupants"].fillna(0) < needed) | (result["partial"] > 0),
        "enterprise": result["registered"].fillna(0) < needed,
        **{metric: result[f"{metric}__have"].fillna(0) < needed for metric in METRICS},
    }
    texts = [np.where(missing, f",{feed}", "") for feed, missing in feeds.items()]
    missing = texts[0].astype(object)
    for text in texts[1:]:
        missing = missing + text
    result["missing_feeds"] = pd.Series(missing).str.slice(1)
    result["partial_occupancy"] = result["partial"] > 0
    return result


def graded(result: pd.DataFrame) -> pd.DataFrame:
    """Add values, benchmarks, points, ranks, grades and flags."""
    mu = result["registered_area"] / 100 / MU
    ranked = ~result["outside"].fillna(False).astype(bool)
    tax, output = result["tax__amount"].where(ranked) / 1e6, result["output__amount"].where(ranked) / 1e6
    energy = result["energy_equal_supply__amount"].where(ranked) / 1e3
    energy = energy.where(energy > 0)
    thrift = (result["unpaired"].fillna(0) == 0) & output.notna() & energy.notna()
    values = {
        "tax_per_mu": tax / mu,
        "output_per_mu": output / mu,
        "output_per_tce": (output / energy).where(thrift),
        "tax_promised": (tax / mu).where(result["promised_tax"].notna()),
        "output_promised": (output / mu).where(result["promised_output"].notna()),
        "floor_area_ratio": (result["floor_area"] / result["registered_area"]).where(tax.notna()),
        "building_coverage_ratio": (result["footprint_area"] / result["registered_area"]).where(tax.notna()),
        "energy_per_mu": energy / mu,
    }
    used = pd.DataFrame({"output": output.where(thrift), "energy": energy.where(thrift)})
    benchmarks = {
        "tax_per_mu": values["tax_per_mu"].mean(),
        "output_per_mu": values["output_per_mu"].mean(),
        "output_per_tce": _by_group(
            result, used, lambda rows: (sums := rows.sum())["output"] / sums["energy"]
        ),
        "tax_promised": result["promised_tax"],
        "output_promised": result["promised_output"],
        "floor_area_ratio": _by_group(
            result, values["floor_area_ratio"].to_frame("far"), lambda rows: rows["far"].median()
        ),
        "building_coverage_ratio": 0.3,
        "energy_per_mu": energy.sum() / mu[energy.notna()].sum(),
    }
    scored = pd.Series(np.logical_and.reduce([values[code].notna() for code in NEEDED]), result.index)
    given = sum(weight * values[code].notna() for code, weight in WEIGHTS.items())
    total = pd.Series(0.0, result.index)
    for code, weight in WEIGHTS.items():
        raised = weight * 100 / given
        ratio = (
            values[code] / benchmarks[code] if code != "energy_per_mu" else benchmarks[code] / values[code]
        )
        points = (ratio * raised).clip(lower=0, upper=CAPS[code] * raised)
        result[f"{code}__value"], result[f"{code}__benchmark"] = values[code], benchmarks[code]
        result[f"{code}__points"] = points.where(scored)
        result[f"{code}__outcome"] = np.select(
            [~scored, values[code].isna(), ratio > CAPS[code]], ["not_scored", "missing", "capped"], "scored"
        )
        total += points.fillna(0)
    result["points"] = total.where(scored)
    result["rank"] = result["points"].rank(ascending=False, method="min")
    share = result["rank"] / scored.sum()
    grade = pd.Series(np.select([share <= 0.2, share <= 0.6, share <= 0.95], ["A", "B", "C"], "D"))
    result["grade"] = grade.where(scored)
    result["far"] = result["far"].fillna(result["floor_area"] / result["registered_area"] * 1e6)
    thin = result["far"] / 1e6 < result["division"].map(LEAST_FAR)
    worst = result["grade"] == "D"
    result["low_efficiency"] = worst | thin
    result["low_efficiency_reasons"] = np.select(
        [worst & thin, worst, thin], ["grade_d,far_below_norm", "grade_d", "far_below_norm"], ""
    )
    result["far_uplift"] = result["grade"].isin(["A", "B"]) & (result["far"] < result["far_limit"])
    room = (result["far_limit"] - result["far"]) / 1e6 * result["registered_area"]
    result["additional_floor_area"] = room.where(result["far_uplift"])
    return result


def _contracts(folder: Path) -> pd.DataFrame:
    """What grant contracts promise, and whether their parcels are not ranked yet at the end of the period."""
    contracts = _read(folder, "contracts")
    signed, due, done = (contracts[name].dt.year for name in ("signed_on", "complete_by", "completed_on"))
    building = (signed <= 2023) & (done.isna() | (done > 2023)) & (done.notna() | due.notna())
    overdue = building & (due <= 2023)
    return pd.DataFrame(
        {
            "parcel": contracts["parcel"],
            "outside": (building | (2023 - signed < 3)) & ~overdue,
            "promised_tax": contracts["tax_per_mu"] / 1e6,
            "promised_output": contracts["output_per_mu"] / 1e6,
        }
    )


def _by_group(
    parcels: pd.DataFrame, values: pd.DataFrame, measure: Callable[[Any], pd.Series | float]
) -> pd.Series:
    """A measure of each parcel's division; where that is small, of its industry group, else of all."""
    known = values.dropna()
    chosen = pd.Series(measure(known), parcels.index)
    for level in ("industry_group", "division"):
        groups = known.groupby(parcels.loc[known.index, level])
        measured, sizes = measure(groups), groups.size()
        large = measured[sizes >= SMALLEST]
        chosen = parcels[level].map(large).fillna(chosen)
    return chosen


def _read(folder: Path, name: str) -> pd.DataFrame:
    """Dates as pandas keeps them, not as one Python object each."""
    return pq.read_table(folder / f"{name}.parquet").to_pandas(date_as_object=False)
