"""Who is due for inspection, and energy per output against the industry."""

from datetime import date
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.levers.energy import report
from tests.levers.energy.cases import COMPRESSOR, FIRMS, RULES, SHARES, UNITS, diagnosed, table

WAN = 1_000_000  # fen


@pytest.mark.parametrize(
    ("above", "years", "state", "due_by"),
    [
        (True, ["2023"], "inspected", None),
        (True, ["2022"], "due", date(2023, 12, 31)),
        (True, ["2020", "2021"], "due", date(2022, 12, 31)),
        (True, [], "never", date(2023, 12, 31)),
        (True, ["2024"], "never", date(2023, 12, 31)),
        (None, [], "unknown", None),
        (None, ["2022"], "unknown", None),
        (None, ["2023"], "inspected", None),
        (False, [], None, None),
        (False, ["2023"], None, None),
    ],
)
def test_a_firm_is_inspected_every_year(
    above: bool | None, years: list[str], state: str | None, due_by: date | None
) -> None:
    """Above-scale firms, once a year; whoever may be one is listed as unknown, not as not due."""
    firms = table(FIRMS, {"uscc": "A", "above_scale": above})
    told = diagnosed(*({"period": year, "kind": "product"} for year in years), firms=firms)
    (firm,), (parcel,) = told.firms.to_dicts(), told.parcels.to_dicts()
    assert (firm["inspection"], firm["due_by"]) == (state, due_by)
    assert parcel["inspection"] == state
    assert parcel["firms_due"] == (None if state is None else int(state in ("due", "never")))


def test_a_parcel_shows_its_most_pressing_firm() -> None:
    """One inspected, one due, one unknown: due, and one firm is."""
    firms = table(
        FIRMS,
        {"uscc": "A", "above_scale": True},
        {"uscc": "B", "above_scale": True},
        {"uscc": "C", "above_scale": None},
    )
    shares = table(SHARES, *({"parcel_code": "P1", "uscc": each, "share": 0.5} for each in "ABC"))
    told = diagnosed({"uscc": "A"}, {"uscc": "B", "period": "2021"}, firms=firms, shares=shares)
    (parcel,) = told.parcels.to_dicts()
    assert (parcel["inspection"], parcel["firms_due"]) == ("due", 1)
    totals = {each.code: each.value for each in report(told, {}, RULES, UNITS).sections[0].totals}
    assert {code: totals[f"firms_{code}"] for code in ("inspected", "due", "never", "unknown")} == {
        "inspected": 1,
        "due": 1,
        "never": 0,
        "unknown": 1,
    }


def of_firms(*rows: tuple[str | None, str | None, int | None, int | None]) -> list[dict[str, Any]]:
    """What is said of firms with division, group, tce and 万元."""
    firms = table(
        FIRMS,
        *(
            {
                "uscc": f"{place:03}",
                "division": division,
                "industry_group": group,
                "energy": None if tce is None else tce * 1000,
                "output": None if wan is None else wan * WAN,
            }
            for place, (division, group, tce, wan) in enumerate(rows)
        ),
    )
    return diagnosed(firms=firms).firms.to_dicts()


def test_intensity_by_hand() -> None:
    """Five of a division at 0.1 to 0.5 tce/万元: the median is 0.3, and the last is 200 tce above it."""
    told = of_firms(*(("34", "g", tce, 1000) for tce in (100, 200, 300, 400, 500)))
    last = told[-1]
    assert last["tce_per_wan"] == pytest.approx(0.5)
    assert (last["benchmark_level"], last["benchmark_group"], last["benchmark_size"]) == ("division", "34", 5)
    assert last["benchmark_median"] == last["benchmark_pooled"] == pytest.approx(0.3)
    assert last["factor"] == pytest.approx(5 / 3)
    assert last["excess_kgce"] == 200_000
    assert [each["excess_kgce"] for each in told[:3]] == [0, 0, 0]


def test_a_small_division_is_compared_with_its_group_and_then_with_all() -> None:
    """Four of a division with one of another in their group; a sixth firm with no industry has the park."""
    told = of_firms(
        *(("34", "g", tce, 100) for tce in (1, 2, 3, 4)), ("35", "g", 9, 100), (None, None, 7, 100)
    )
    assert [each["benchmark_level"] for each in told] == ["industry_group"] * 5 + ["park"]
    assert told[0]["benchmark_median"] == pytest.approx(0.03)
    assert told[5]["benchmark_median"] == pytest.approx(0.035)
    alone = of_firms(("34", "g", 5, 100))[0]
    assert (alone["tce_per_wan"], alone["intensity_reason"]) == (pytest.approx(0.05), "no_group")
    assert alone["excess_kgce"] is None


figures = st.one_of(st.none(), st.integers(0, 5000))
rows = st.lists(st.tuples(st.sampled_from([None, "13", "34"]), st.just("g"), figures, figures), max_size=25)


@settings(max_examples=80, deadline=None)
@given(rows)
def test_intensity_against_an_independent_calculation(rows: list[Any]) -> None:
    """Medians of lists; missing is never a number, excess never below zero nor above the energy."""
    told = of_firms(*rows)
    known = [row for row in rows if row[2] is not None and row[3]]
    for row, each in zip(rows, told, strict=True):
        if row not in known or row[2] is None or not row[3]:
            assert each["tce_per_wan"] is each["factor"] is each["excess_kgce"] is None
            assert each["intensity_reason"]
            continue
        peers = [other for other in known if other[0] == row[0] and row[0]]
        peers = peers if len(peers) >= 5 else known
        if len(peers) < 5:
            assert each["benchmark_median"] is None
            continue
        benchmark = median(other[2] / other[3] for other in peers)
        assert each["benchmark_median"] == pytest.approx(benchmark)
        assert each["excess_kgce"] == pytest.approx(max(0, row[2] - row[3] * benchmark) * 1000, abs=1)
        assert 0 <= each["excess_kgce"] <= row[2] * 1000


def test_a_report_of_one_parcel_has_its_lines_and_its_sums_alone() -> None:
    """Two parcels with a machine each: of one, half of the total, and nothing of the other firm."""
    firms = table(FIRMS, *({"uscc": each, "above_scale": True} for each in "AB"))
    shares = table(
        SHARES,
        {"parcel_code": "P1", "uscc": "A", "share": 1.0},
        {"parcel_code": "P2", "uscc": "B", "share": 1.0},
    )
    parcels = diagnosed().parcels.select("parcel_code", "town", "industry", "division", "industry_group")
    both = parcels.vstack(parcels.with_columns(parcel_code=parcels["parcel_code"].replace("P1", "P2")))
    empty = {"energy": None, "output": None}
    told = diagnosed(
        COMPRESSOR,
        COMPRESSOR | {"uscc": "B"},
        firms=firms,
        shares=shares,
        parcels=table({**both.schema, **dict.fromkeys(empty, int)}, *both.to_dicts()),
    )
    whole, one = (
        {each.name: each for each in report(told, {"evaluation": 1}, RULES, UNITS, code).sections}
        for code in (None, "P1")
    )
    saved = {each.code: each.value for each in whole["equipment"].totals}
    assert saved["saved_kwh"] == 216_000
    assert saved["unplaced_tce"] == 0
    assert {each.code: each.value for each in one["equipment"].totals}["saved_kwh"] == 108_000
    assert one["firms"].rows["uscc"].to_list() == ["A"]
    assert one["parcels"].rows["saved_tce"].to_list() == [32.4]
