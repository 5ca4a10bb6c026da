"""Reasons for low efficiency: when each holds, when it cannot be told, how much land it leaves idle."""

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.lineage import Succession
from service.domain.tables import SNAPSHOT
from service.levers.consolidation.bases import bases
from service.levers.consolidation.facts import TERMS, Year
from service.levers.consolidation.lasting import Before, d_years_running, unbroken, years_running
from service.levers.consolidation.reasons import REASONS, evidence, graded_d
from service.levers.consolidation.summary import SUMMARY, summary
from service.levers.consolidation.yardsticks import idle_ha
from service.levers.contracts.attainment import YEAR, attainment
from service.levers.contracts.attainment import Year as StudyYear
from service.levers.contracts.terms import CONTRACTS
from service.levers.promises import with_due_days
from service.reference.blocks import block_rules
from service.reference.consolidation import consolidation_rules
from service.reference.contracts import contract_rules

RULES = consolidation_rules()
DUE = {"complete_by": date(2023, 1, 1)}
_TYPES = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date": pl.Date}
_PARCEL: dict[str, Any] = {
    "parcel_code": pl.String,
    "industry": pl.String,
    "grade": pl.String,
    "land_area_m2": pl.Float64,
    "floor_area_m2": pl.Float64,
    "footprint_area_m2": pl.Float64,
    "far": pl.Float64,
    "tax": pl.Float64,
    "output": pl.Float64,
    "energy_equal_supply": pl.Float64,
}


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a table of the snapshot; what is not named is null."""
    schema = {column: _TYPES[kind] for column, kind in SNAPSHOT[name].items()}
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def year(
    parcel: dict[str, Any],
    *,
    land: dict[str, Any] | None = None,
    contract: dict[str, Any] | None = None,
    occupied: list[dict[str, Any]] | None = None,
    terms: dict[str, Any] | None = None,
    period: str = "2023",
) -> Year:
    """The year of a parcel P of three hectares beside others, with a contract of its own and a survey."""
    told = {"parcel_code": "P", "land_area_m2": 30_000.0, **parcel}
    floor = told.get("floor_area_m2")
    told.setdefault("far", None if floor is None else floor / told["land_area_m2"])
    rows = [{**dict.fromkeys(_PARCEL), **told}]
    contracts = [{"parcel_code": "elsewhere"}]
    if contract is not None:
        contracts.append({"parcel_code": "P", **contract})
    surveyed = [{"parcel_code": "elsewhere", "uscc": "X", "role": "own"}]
    surveyed += [{"parcel_code": "P", "uscc": "E", "role": "own", **each} for each in occupied or []]
    return Year(
        period,
        pl.DataFrame(rows, schema=_PARCEL),
        table("parcels", {"parcel_code": "P", **(land or {"registered_area": 3_000_000})}),
        table("contracts", *contracts),
        table("occupancies", *surveyed),
        pl.DataFrame([{"parcel_code": "P", **(terms or {})}], schema=TERMS),
    )


def judged(of: Year, reason: str, basis: str | None = None) -> dict[str, Any] | None:
    """The line on a reason, or None where it does not hold."""
    found = evidence(of, RULES).filter(pl.col("reason") == reason)
    found = found if basis is None else found.filter(pl.col("basis") == basis)
    lines = found.to_dicts()
    assert len(lines) <= 1, lines
    return lines[0] if lines else None


def holds(of: Year, reason: str, basis: str | None = None) -> bool | None:
    """True, False, or None for unknown."""
    line = judged(of, reason, basis)
    return False if line is None else {"holds": True, "unknown": None}[line["state"]]


@pytest.mark.parametrize(
    ("norm", "actual", "idle"),
    [(1.2, 24_000 / 30_000, 1.0), (20, 450 / 45, 1.5), (1.2, 1.2, 0.0), (1.2, 3.0, 0.0), (0.8, 0.0, 3.0)],
)
def test_idle_hectares(norm: float, actual: float, idle: float) -> None:
    """Three hectares at 0.8 of a ratio of 1.2 leave one idle; 450 万元 where 20 a mu are due leave 1.5."""
    found = pl.select(idle_ha(pl.lit(norm), pl.lit(actual), pl.lit(30_000.0))).item()
    assert found == pytest.approx(idle, abs=1e-12)


@given(st.floats(0.01, 1e4), st.floats(0, 1e5), st.floats(1, 1e7))
def test_idle_land_is_between_none_and_all(norm: float, actual: float, area: float) -> None:
    """Whatever is measured against whatever norm."""
    found = pl.select(idle_ha(pl.lit(norm), pl.lit(actual), pl.lit(area))).item()
    assert 0 <= found <= area / 10_000 * (1 + 1e-12)


def test_below_the_ratio_of_the_contract() -> None:
    """The golden case, from the parcel to the hectare: not fully used, and below what was promised."""
    of = year({"floor_area_m2": 24_000.0, "industry": "C3411"}, contract={"far": 1_200_000, **DUE})
    for reason, basis in (("not_fully_used", "far_contract"), ("below_contract_promise", "far")):
        line = judged(of, reason, basis)
        assert line is not None
        assert (line["measured"], line["norm"], line["idle_ha"]) == (0.8, 1.2, 1.0)
    assert holds(of, "far_below_norm") is False  # 0.7 for general machinery


def test_below_the_tax_of_the_contract() -> None:
    """The golden case: 450 万元 on 45 mu where 20 a mu were promised."""
    of = year({"tax": 450.0, "floor_area_m2": 30_000.0}, contract={"tax_per_mu": 20_000_000, **DUE})
    line = judged(of, "invested_below_target", "tax_per_mu")
    assert line is not None
    assert (line["measured"], line["norm"], line["idle_ha"]) == (10.0, 20.0, 1.5)
    assert line["rests_on"] == "figures"
    later = year({"tax": 450.0}, contract={"tax_per_mu": 20_000_000, "complete_by": date(2024, 6, 1)})
    assert holds(later, "invested_below_target", "tax_per_mu") is False
    silent = year({}, contract={"tax_per_mu": 20_000_000, **DUE})
    line = judged(silent, "invested_below_target", "tax_per_mu")
    assert line is not None
    assert (line["state"], line["missing"], line["idle_ha"]) == ("unknown", "tax", None)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"complete_by": date(2023, 1, 1)}, True),
        ({"complete_by": date(2023, 1, 2)}, False),
        ({}, None),
        ({"completed_on": date(2023, 1, 1)}, True),
        ({"completed_on": date(2023, 1, 2)}, False),
        ({"completed_on": date(2024, 1, 1)}, None),
    ],
    ids=["due", "not a whole year", "no date", "completed", "completed within", "completed later"],
)
@pytest.mark.parametrize(
    ("promise", "reasons", "basis"),
    [
        ({"far": 1_200_000}, ("below_contract_promise",), "far"),
        ({"far": 1_200_000}, ("not_fully_used",), "far_contract"),
        ({"coverage": 500_000}, ("below_contract_promise",), "coverage"),
        ({"tax_per_mu": 20_000_000}, ("invested_below_target", "below_contract_promise"), "tax_per_mu"),
        ({"output_per_mu": 20_000_000}, ("invested_below_target", "below_contract_promise"), "output_per_mu"),
        ({"energy_per_output": 200_000_000}, ("below_contract_promise",), "energy_per_output"),
    ],
    ids=["far", "not fully used", "coverage", "tax", "output", "energy"],
)
def test_a_promise_binds_from_completion_on(promise, reasons, basis, dates, expected) -> None:
    """From the first whole year on; without a date that is known only of what is completed."""
    parcel = {"floor_area_m2": 24_000.0, "footprint_area_m2": 12_000.0, "industry": "C3411"}
    figures = {"tax": 450.0, "output": 450.0, "energy_equal_supply": 135.0}
    of = year({**parcel, **figures}, contract={**promise, **dates})
    for reason in reasons:
        assert holds(of, reason, basis) is expected
        if expected is None:
            assert judged(of, reason, basis)["missing"] == "complete_by"  # type: ignore[index]


@pytest.mark.parametrize(
    ("terms", "of_figures", "of_what_is_built"),
    [
        ({}, True, True),
        ({"extended_to": date(2023, 6, 1)}, False, False),
        ({"reach_by": date(2023, 6, 1)}, False, True),
        ({"reach_by": date(2022, 6, 1)}, True, True),
    ],
    ids=["as signed", "completion put off", "full production later", "full production before"],
)
def test_an_extension_and_full_production_put_promises_off(terms, of_figures, of_what_is_built) -> None:
    """As the contract study counts: what was agreed later, or of a later day, breaks nothing before."""
    of = year(
        {"floor_area_m2": 24_000.0, "tax": 450.0},
        contract={"tax_per_mu": 20_000_000, "far": 1_200_000, "complete_by": date(2022, 1, 1)},
        terms=terms,
    )
    assert holds(of, "below_contract_promise", "tax_per_mu") is of_figures
    assert holds(of, "below_contract_promise", "far") is of_what_is_built


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([None, *(date(2021 + n // 4, 1 + 3 * (n % 4), 1) for n in range(12))]),
    st.sampled_from([None, date(2022, 1, 1), date(2022, 7, 1), date(2023, 2, 1)]),
    st.sampled_from([None, date(2022, 1, 1), date(2022, 7, 1), date(2023, 2, 1)]),
    st.integers(0, 2000),
)
def test_the_contract_study_says_the_same(complete_by, extended_to, reach_by, tax) -> None:
    """Whatever the days and the tax: broken here is what is due and not kept there."""
    days = {"complete_by": complete_by, "extended_to": extended_to, "reach_by": reach_by}
    of = year(
        {"tax": float(tax)},
        contract={"tax_per_mu": 20_000_000, "complete_by": complete_by},
        terms={"extended_to": extended_to, "reach_by": reach_by},
    )
    contract = {**dict.fromkeys(CONTRACTS), "parcel_code": "P", "tax_wan_yuan_per_mu": 20.0, **days}
    rules, heights = contract_rules(), pl.DataFrame(schema={"parcel_code": pl.String, "height_m": pl.Float64})
    seen = of.parcels.select(pl.col(name) for name in YEAR).with_columns(of.parcels["tax"])
    (told,) = (
        attainment(
            with_due_days(pl.DataFrame([contract], schema=CONTRACTS), rules),
            [StudyYear(2023, seen)],
            heights,
            rules,
        )
        .filter(pl.col("clause") == "tax_per_mu")
        .iter_rows(named=True)
    )
    broken = None if told["due"] is None else bool(told["due"] and not told["kept"])
    expected = False if told["kept"] else broken
    assert holds(of, "below_contract_promise", "tax_per_mu") is expected


def test_investment_of_one_year_breaks_no_promise_of_all_years() -> None:
    """What was invested before counts, too: the contract study sums it up, and a single year says nothing."""
    of = year({"tax": 1.0}, contract={"investment_per_mu": 300_000_000, **DUE})
    of = replace(of, parcels=of.parcels.with_columns(fixed_investment=pl.lit(1.0)))
    assert evidence(of, RULES).filter(pl.col("basis") == "investment_per_mu").is_empty()


def test_a_promise_that_is_kept_is_not_broken_whenever_it_is_due() -> None:
    """No date is needed to see that nothing is below."""
    of = year({"floor_area_m2": 36_000.0}, contract={"far": 1_200_000})
    assert holds(of, "below_contract_promise", "far") is False


def test_approved_and_not_supplied() -> None:
    """Approved land without registration or contract; without any approval on record nobody knows."""
    assert holds(year({}, land={"approved_area": 3_000_000}), "granted_not_supplied") is True
    assert holds(year({}, land={"geodesic_area": 3_000_000}), "granted_not_supplied") is None
    assert holds(year({}), "granted_not_supplied") is False
    signed = year({}, land={"approved_area": 3_000_000}, contract={"signed_on": date(2022, 1, 1)})
    assert holds(signed, "granted_not_supplied") is False
    not_yet = year({}, land={"approved_area": 3_000_000}, contract={"signed_on": date(2024, 1, 1)})
    assert holds(not_yet, "granted_not_supplied") is True


@pytest.mark.parametrize(
    ("parcel", "contract", "expected"),
    [
        ({"floor_area_m2": 0.0}, {"complete_by": date(2022, 12, 31)}, True),
        ({"floor_area_m2": 0.0}, {"complete_by": date(2024, 1, 1)}, False),
        ({"floor_area_m2": 0.0}, {}, None),
        ({"floor_area_m2": 0.0}, None, None),
        ({}, {"complete_by": date(2022, 12, 31)}, None),
        ({"floor_area_m2": 500.0}, {"complete_by": date(2022, 12, 31)}, False),
        ({"footprint_area_m2": 500.0}, {"complete_by": date(2022, 12, 31)}, False),
        (
            {"floor_area_m2": 0.0},
            {"complete_by": date(2022, 12, 31), "completed_on": date(2023, 5, 1)},
            False,
        ),
        ({"floor_area_m2": 0.0}, {"complete_by": date(2022, 12, 31), "completed_on": date(2024, 5, 1)}, True),
    ],
    ids=[
        "bare and overdue",
        "bare, still time",
        "bare, no date",
        "bare, no contract",
        "floor unknown",
        "built",
        "ground covered",
        "completed",
        "completed later",
    ],
)
def test_supplied_and_not_used(parcel, contract, expected) -> None:
    """Nothing built though the contract's date has passed; all of the land is idle."""
    of = year(parcel, contract=contract)
    assert holds(of, "supplied_not_used") is expected
    if expected:
        line = judged(of, "supplied_not_used")
        assert line is not None
        assert (line["measured"], line["idle_ha"]) == (365, 3.0)


def test_below_the_floor_of_the_industry() -> None:
    """By division; bare land is not "not fully used"; what has no floor is not judged."""
    food = year({"floor_area_m2": 24_000.0, "industry": "1391"})
    assert holds(food, "far_below_norm") is True
    assert holds(food, "not_fully_used", "far_floor") is True
    assert judged(food, "far_below_norm")["idle_ha"] == pytest.approx(0.6)  # type: ignore[index]
    bare = year({"floor_area_m2": 0.0, "industry": "13"})
    assert (holds(bare, "far_below_norm"), holds(bare, "not_fully_used", "far_floor")) == (True, False)
    assert holds(year({"floor_area_m2": 100.0, "industry": "F51"}), "far_below_norm") is False
    assert judged(year({"floor_area_m2": 100.0}), "far_below_norm")["missing"] == "industry"  # type: ignore[index]
    assert judged(year({"industry": "13"}), "far_below_norm")["missing"] == "far"  # type: ignore[index]


def everything() -> Year:
    """A parcel of cars with reasons of many kinds at once, and a contract that is not kept."""
    promises = {"far": 1_200_000, "coverage": 900_000, "tax_per_mu": 20_000_000, "output_per_mu": 20_000_000}
    return year(
        {
            "floor_area_m2": 15_000.0,
            "footprint_area_m2": 9000.0,
            "industry": "C3610",
            "tax": 0.0,
            "output": 0.0,
        },
        contract={**promises, **DUE},
        occupied=[{"floor_area": 100_000}],
    )


def test_what_rests_on_rules_that_nobody_read_is_not_verified() -> None:
    """Reasons of the unverified edition are not; what alone the contract says is."""
    assert RULES.verified is False
    found = evidence(everything(), RULES).filter(pl.col("state") == "holds")
    assert dict(found.select("reason", "verified").unique().iter_rows()) == {
        "below_contract_promise": True,
        "built_not_invested": False,
        "far_below_norm": False,
        "invested_below_target": False,
        "not_fully_used": False,
        "vacancy": False,
    }
    bare = evidence(year({"floor_area_m2": 0.0}, contract={"complete_by": date(2020, 1, 1)}), RULES)
    assert bare.filter(pl.col("reason") == "supplied_not_used")["verified"].to_list() == [False]
    approved = judged(year({}, land={"approved_area": 3_000_000}), "granted_not_supplied")
    assert approved is not None
    assert approved["verified"] is False


def test_a_verified_edition_verifies_what_its_norms_allow() -> None:
    """A norm of a verified edition that was itself not read stays unverified."""
    read = RULES.model_copy(update={"verified": True})

    def marks(of: Year) -> dict[str, bool]:
        found = evidence(of, read).filter(pl.col("state") == "holds", pl.col("basis") == "far_floor")
        return dict(found.select("reason", "verified").iter_rows())

    food = year({"floor_area_m2": 24_000.0, "industry": "1391"})
    assert marks(food) == {"far_below_norm": True, "not_fully_used": True}
    assert marks(everything()) == {"far_below_norm": False, "not_fully_used": False}
    runs = pl.DataFrame({"parcel_code": ["P"], "d_years": [3]})
    assert graded_d(runs, read)["verified"].to_list() == [RULES.grade_d_years.verified]


def test_the_report_names_every_rule() -> None:
    """The kinds, the formula of idle land, how far it looks back and how closely past barriers among them."""
    near = block_rules()
    told = {each.code: each for each in bases(near.distance_m, RULES, near)}
    assert {*told} == {
        *("distance_m", "sight_step_m", "kinds", "idle_ha", "looks_back"),
        *("grade_d_years", "vacant_share", "far_floors", "potential"),
    }
    for kind in ("批而未供", "供而未用", "用而未尽", "建而未投", "投而未达标"):
        assert kind in told["kinds"].value
    assert told["looks_back"].value == f"≤ {RULES.looks_back}"
    assert (told["sight_step_m"].value, told["sight_step_m"].edition) == ("≤ 2 m", near.edition)
    assert not any(told[code].verified for code in ("sight_step_m", "kinds", "idle_ha", "looks_back"))
    assert all(each.source and each.edition for each in told.values())


def test_the_scheme_and_the_table_have_the_same_floors() -> None:
    """The default scheme flags by a rule of its own; as long as both are of one edition they agree."""
    text = files("service.reference").joinpath("schemes/parcel.yaml").read_text(encoding="utf-8")
    by_scheme = {
        division: float(floor)
        for divisions, floor in re.findall(r"division (?:IN|=) ([('\d, )]+) AND far < ([\d.]+)", text)
        for division in re.findall(r"\d\d", divisions)
    }
    by_table = {code: each.far for each in RULES.far_floors.by_division for code in each.divisions}
    assert by_scheme == by_table
    assert len(by_table) > 25


def test_built_and_nobody_there() -> None:
    """The survey knows the parcel and nobody on it at the year's end; where it never came nobody knows."""
    left = [{"floor_area": 100, "valid_to": date(2023, 6, 30)}]
    assert holds(year({"floor_area_m2": 5000.0}, occupied=left), "built_not_invested", "occupants") is True
    there = year({"floor_area_m2": 5000.0, "tax": 0.0, "output": 0.0}, occupied=[{"floor_area": 100}])
    assert holds(there, "built_not_invested", "occupants") is False
    assert holds(there, "built_not_invested", "figures") is True
    silent = year({"floor_area_m2": 5000.0}, occupied=[{"floor_area": 100}])
    assert holds(silent, "built_not_invested", "figures") is None


def test_what_the_survey_never_reached_is_not_empty() -> None:
    """No row of a parcel says nothing of it, whether or not the district has others."""
    elsewhere = year({"floor_area_m2": 5000.0, "tax": 0.0, "output": 0.0})
    nowhere = replace(elsewhere, occupancies=table("occupancies"))
    for of in (elsewhere, nowhere):
        for basis in ("occupants", "figures"):
            line = judged(of, "built_not_invested", basis)
            assert line is not None
            assert (line["state"], line["missing"]) == ("unknown", "occupancies")
        line = judged(of, "vacancy")
        assert line is not None
        assert (line["state"], line["missing"]) == ("unknown", "occupancies")
    left = year({"floor_area_m2": 5000.0}, occupied=[{"floor_area": 100, "valid_to": date(2023, 6, 30)}])
    line = judged(left, "vacancy")
    assert line is not None
    assert (line["measured"], line["idle_ha"]) == (1.0, 3.0)


def test_vacant_floor() -> None:
    """What an owner let to tenants is in use; a floor with more than the threshold empty is vacant."""
    let = [
        {"floor_area": 600_000},
        {"role": "leased_out", "floor_area": 200_000},
        {"uscc": "T", "role": "leased_in", "floor_area": 200_000},
    ]
    line = judged(year({"floor_area_m2": 10_000.0}, occupied=let), "vacancy")
    assert line is not None
    assert (line["measured"], line["idle_ha"]) == (pytest.approx(0.4), pytest.approx(1.2))
    full = [{"floor_area": 800_000}]
    assert holds(year({"floor_area_m2": 10_000.0}, occupied=full), "vacancy") is False
    lacking = [{"floor_area": 800_000}, {"uscc": "T", "role": "leased_in"}]
    line = judged(year({"floor_area_m2": 10_000.0}, occupied=lacking), "vacancy")
    assert line is not None
    assert (line["state"], line["missing"]) == ("unknown", "occupied_floor")


@pytest.mark.parametrize(
    ("rented", "expected"), [(0, None), (590_000, None), (599_899, None), (599_900, True), (600_000, True)]
)
def test_what_is_let_to_somebody_unknown_is_not_vacant(rented: int, expected: bool | None) -> None:
    """More let than rented, beyond a rounding to the m²: a tenant was not surveyed, and may use it."""
    let = [{"floor_area": 600_000}, {"role": "leased_out", "floor_area": 600_000}]
    let += [{"uscc": "T", "role": "leased_in", "floor_area": rented}] if rented else []
    line = judged(year({"floor_area_m2": 10_000.0}, occupied=let), "vacancy")
    assert line is not None
    assert line["state"] == ("holds" if expected else "unknown")
    assert line["missing"] == (None if expected else "occupied_floor")


def test_a_landlord_alone_does_not_make_a_parcel_empty() -> None:
    """Who lets has a tenant, though the survey has no row of it."""
    let: list[dict[str, Any]] = [{"role": "leased_out", "floor_area": 500_000}]
    line = judged(year({"floor_area_m2": 5000.0}, occupied=let), "built_not_invested", "occupants")
    assert line is not None
    assert (line["state"], line["missing"]) == ("unknown", "occupancies")


def test_energy_is_promised_from_above() -> None:
    """More energy per output than the contract allows is below its promise; hectares say nothing of it."""
    promised = {"energy_per_output": 200_000_000, **DUE}
    of = year({"output": 100.0, "energy_equal_supply": 30.0}, contract=promised)
    line = judged(of, "below_contract_promise", "energy_per_output")
    assert line is not None
    assert (line["measured"], line["norm"], line["idle_ha"]) == (0.3, 0.2, None)


def test_how_long_a_reason_has_lasted() -> None:
    """Years one after the other; a year without the reason, or without an evaluation, ends the run."""
    bare = evidence(year({"floor_area_m2": 0.0}, contract={"complete_by": date(2020, 1, 1)}), RULES)
    built = evidence(year({"floor_area_m2": 9.0}, contract={"complete_by": date(2020, 1, 1)}), RULES)
    none = pl.DataFrame(schema={"parcel_code": pl.String, "grade": pl.String})

    def lasted(*before: tuple[str, pl.DataFrame]) -> int:
        years = unbroken("2023", [Before(period, found, none) for period, found in before])
        runs = years_running(bare, years).filter(pl.col("reason") == "supplied_not_used")
        return int(runs["years"].item())

    assert lasted() == 1
    assert lasted(("2022", bare), ("2021", bare)) == 3
    assert lasted(("2021", bare), ("2022", bare)) == 3
    assert lasted(("2022", bare), ("2020", bare)) == 2
    assert lasted(("2021", bare)) == 1
    assert lasted(("2022", built), ("2021", bare)) == 1


def test_a_reason_goes_on_under_another_code_and_ends_with_a_split() -> None:
    """Land that was renumbered is the same land; what was made by a split or a merger begins anew."""
    contract = {"complete_by": date(2020, 1, 1)}
    bare = evidence(year({"floor_area_m2": 0.0}, contract=contract), RULES)
    grades = pl.DataFrame({"parcel_code": ["P"], "grade": ["D"]})
    before = Before(
        "2022", bare.with_columns(parcel_code=pl.lit("OLD")), grades.with_columns(parcel_code=pl.lit("OLD"))
    )

    def lasted(*codes: Succession) -> tuple[int, int]:
        years = [before.under(codes, date(2023, 12, 31))]
        runs = years_running(bare, years).filter(pl.col("reason") == "supplied_not_used")
        return int(runs["years"].item()), int(d_years_running(grades, years)["d_years"].item())

    assert lasted() == (1, 1)
    assert lasted(Succession("OLD", "P", "renumbered")) == (2, 2)
    day = date(2023, 3, 1)
    assert lasted(Succession("OLD", "P", "split", day), Succession("OLD", "Q", "split", day)) == (1, 1)
    assert lasted(Succession("OLD", "P", "merged", day), Succession("Q", "P", "merged", day)) == (1, 1)


def test_graded_d_for_years_running() -> None:
    """From the second year on it is a reason of its own, without hectares."""
    grades = pl.DataFrame({"parcel_code": ["P", "Q", "R"], "grade": ["D", "D", "C"]})
    before = pl.DataFrame({"parcel_code": ["P", "R"], "grade": ["D", "D"]})
    none = evidence(year({}), RULES).clear()
    runs = d_years_running(grades, [Before("2022", none, before)])
    assert runs.to_dicts() == [{"parcel_code": "P", "d_years": 2}, {"parcel_code": "Q", "d_years": 1}]
    (line,) = graded_d(runs, RULES).to_dicts()
    assert (line["parcel_code"], line["measured"], line["norm"], line["idle_ha"]) == ("P", 2, 2, None)


def test_a_parcel_has_the_largest_of_its_reasons_and_no_sum() -> None:
    """What firms hold and reported stands apart; what is unknown is listed with what is missing."""
    of = year(
        {"floor_area_m2": 24_000.0, "industry": "34", "tax": 450.0},
        contract={"far": 1_200_000, "tax_per_mu": 20_000_000, "output_per_mu": 9_000_000, **DUE},
        occupied=[{"floor_area": 2_400_000}],
    )
    found = evidence(of, RULES)
    (told,) = summary(found, years_running(found, [])).to_dicts()
    assert told["reasons"] == "not_fully_used,below_contract_promise"
    assert told["reason_years"] == "not_fully_used:1,below_contract_promise:1"
    assert told["figure_reasons"] == "invested_below_target,below_contract_promise"
    assert (told["idle_land_ha"], told["idle_ha"]) == (1.0, 1.5)
    assert told["idle_by"] == "invested_below_target:tax_per_mu"
    assert "invested_below_target:output" in told["unknown"].split(",")
    assert told["years"] == 1
    assert set(told) == {"parcel_code", *SUMMARY}
    assert set(found["reason"]) <= set(REASONS)


def test_nothing_is_called_idle_land() -> None:
    """闲置土地 is a category of the law; words of reasons keep away from it."""
    assert not any("闲置土地" in chinese for _, chinese in REASONS.values())
