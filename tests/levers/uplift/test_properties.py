"""What holds of every uplift, whatever the figures; and the same worked out a second time in pandas."""

import math
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.levers.uplift.making import added, parcel, worked

TERMS = (
    "plan_coverage_max",
    "plan_height_max_m",
    "contract_far_max",
    "contract_coverage_max",
    "contract_height_max_m",
)

shares = st.one_of(st.none(), st.floats(0.05, 1))
heights = st.one_of(st.none(), st.floats(3, 100))
ratios = st.one_of(st.none(), st.floats(0, 5))
limits = st.fixed_dictionaries(
    {name: shares if "coverage" in name else heights if "height" in name else ratios for name in TERMS}
)
parcels = st.fixed_dictionaries(
    {
        "far": st.floats(0, 4),
        "far_limit": ratios,
        "land_area_m2": st.floats(1, 1e6),
        "town": st.sampled_from("ab"),
    }
)
examples = settings(max_examples=40, deadline=None)


def room(row: dict[str, Any], terms: dict[str, Any], scenario: str = "limit") -> float | None:
    """The floor area that is added."""
    return added(worked([parcel(**row)], [{"parcel_code": "P1", **terms}]), scenario)


@examples
@given(parcels, limits, st.sampled_from(["far_limit", *TERMS]), st.floats(1, 2))
def test_raising_a_limit_never_lowers_what_may_be_added(
    row: dict[str, Any], terms: dict[str, Any], name: str, times: float
) -> None:
    """Each of them, by itself."""
    whole = {**row, **terms}
    if not whole[name]:
        return
    raised = min(1.0, whole[name] * times) if "coverage" in name else whole[name] * times
    after = room({**row, name: raised}, terms) if name == "far_limit" else room(row, {**terms, name: raised})
    before = room(row, terms)
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@examples
@given(parcels, limits, st.sampled_from(TERMS))
def test_knowing_one_more_limit_never_raises_it(
    row: dict[str, Any], terms: dict[str, Any], name: str
) -> None:
    """What a limit leaves is no more than without it."""
    known, without = room(row, terms), room(row, {**terms, name: None})
    assert known is None or without is None or known <= without


@examples
@given(parcels, limits)
def test_the_limit_lets_add_at_least_what_any_target_does(row: dict[str, Any], terms: dict[str, Any]) -> None:
    """And nothing is ever less than zero."""
    most = room(row, terms)
    for scenario in ("far_1_5", "far_2_0"):
        some = room(row, terms, scenario)
        assert (some is None) == (most is None)
        assert some is None or most is None or 0 <= some <= most


@examples
@given(st.lists(st.tuples(parcels, limits), max_size=12))
def test_a_second_calculation_agrees(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Row by row in plain pandas, and so do the totals of park and towns."""
    codes = [f"P{number:02}" for number in range(len(rows))]
    found = worked(
        [parcel(code, **row) for code, (row, _) in zip(codes, rows, strict=True)],
        [{"parcel_code": code, **terms} for code, (_, terms) in zip(codes, rows, strict=True)],
    )
    table = pd.DataFrame(
        [{"parcel_code": code, **row, **terms} for code, (row, terms) in zip(codes, rows, strict=True)],
        columns=["parcel_code", "far", "far_limit", "land_area_m2", "town", *TERMS],
    )
    table["expected"] = [_by_hand(row) for row in table.to_dict("records")]
    told = (
        found.rows.filter(pl.col("scenario") == "limit")
        .to_pandas()
        .set_index("parcel_code")["floor_added_m2"]
    )
    for code, value in zip(table["parcel_code"], table["expected"], strict=True):
        assert told[code] == pytest.approx(value, abs=0.011, nan_ok=True)
    towns = found.report.sections[1].rows.filter(pl.col("scenario") == "limit").to_dicts()
    sums = {row["town"]: row["floor_added_m2"] for row in towns}
    for town, group in [(None, table), *table.groupby("town")]:
        if group["expected"].notna().any():
            assert sums[town] == pytest.approx(group["expected"].sum(), abs=0.02 * len(group))
        else:
            assert sums.get(town) is None


def _by_hand(row: dict[str, Any]) -> float:
    def least(*names: str) -> float:
        known = [row[name] for name in names if row[name] and not math.isnan(row[name])]
        return min(known, default=math.inf)

    ratio = least("far_limit", "contract_far_max")
    if ratio == math.inf:
        return math.nan
    storeys = math.inf
    if (height := least("plan_height_max_m", "contract_height_max_m")) < math.inf:
        storeys = math.floor(height / 4.5 + 1e-9)
    coverage = least("plan_coverage_max", "contract_coverage_max")
    by_storeys = storeys * min(coverage, 1) if storeys < math.inf else math.inf
    return max(0.0, (min(ratio, by_storeys) - row["far"]) * row["land_area_m2"])
