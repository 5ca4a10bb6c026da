"""Reasons for low efficiency: when each holds, when it cannot be told, how much land it leaves idle."""

import re
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.tables import SNAPSHOT
from service.levers.consolidation.bases import bases
from service.levers.consolidation.facts import Year
from service.levers.consolidation.lasting import Past, years_running
from service.levers.consolidation.reasons import REASONS, evidence, graded_d, idle_ha
from service.levers.consolidation.summary import SUMMARY, summary
from service.levers.promises import with_due_days
from service.reference.blocks import block_rules
from service.reference.consolidation import consolidation_rules
from service.reference.contracts import contract_rules
from service.reference.schemes import shipped_scheme

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
    "fixed_investment": pl.Float64,
}


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a table of the snapshot; what is not named is null."""
    schema = {column: _TYPES[kind] for column, kind in SNAPSHOT[name].items()}
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def dated(contracts: pl.DataFrame, of_parcel: dict[str, Any]) -> pl.DataFrame:
    """The contracts with the days on which they are due, of the parcel P also by what the store adds."""
    later = {"parcel_code": "P", "extended_to": None, "reach_by": None}
    later |= {name: day for name, day in of_parcel.items() if name in later}
    schema = {"parcel_code": pl.String, "extended_to": pl.Date, "reach_by": pl.Date}
    told = contracts.join(pl.DataFrame([later], schema=schema), on="parcel_code", how="left")
    return with_due_days(told, contract_rules())


def year(
    parcel: dict[str, Any],
    *,
    land: dict[str, Any] | None = None,
    contract: dict[str, Any] | None = None,
    occupied: list[dict[str, Any]] | None = None,
    period: str = "2023",
) -> Year:
    """The year of a parcel P of three hectares beside others, with a contract of its own and a survey."""
    told = {"parcel_code": "P", "land_area_m2": 30_000.0, **parcel}
    floor = told.get("floor_area_m2")
    told.setdefault("far", None if floor is None else floor / told["land_area_m2"])
    rows = [{**dict.fromkeys(_PARCEL), **told}]
    contracts = [{"parcel_code": "elsewhere"}]
    if contract is not None:
        frozen = {name: told for name, told in contract.items() if name in SNAPSHOT["contracts"]}
        contracts.append({"parcel_code": "P", **frozen})
    surveyed = [{"parcel_code": "elsewhere", "uscc": "X", "role": "own"}]
    surveyed += [{"parcel_code": "P", "uscc": "E", "role": "own", **each} for each in occupied or []]
    return Year(
        period,
        pl.DataFrame(rows, schema=_PARCEL),
        table("parcels", {"parcel_code": "P", **(land or {"registered_area": 3_000_000})}),
        dated(table("contracts", *contracts), contract or {}),
        table("occupancies", *surveyed),
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


def test_one_year_short_of_the_investment_is_no_reason() -> None:
    """It is promised as a total over years: 1 of 300 万元/亩 this year says nothing of the others."""
    promised = {"investment_per_mu": 300_000_000, **DUE}
    for invested in (45.0, None):
        of = year({"floor_area_m2": 30_000.0, "fixed_investment": invested}, contract=promised)
        assert judged(of, "invested_below_target") is None
        assert judged(of, "below_contract_promise") is None


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"complete_by": date(2023, 1, 1)}, True),
        ({"complete_by": date(2023, 1, 2)}, False),  # the first whole year is 2024
        ({"complete_by": date(2020, 1, 1), "extended_to": date(2023, 1, 2)}, False),
        ({}, None),
        ({"completed_on": date(2020, 1, 1)}, None),
    ],
    ids=["due", "not yet due", "put off", "no date", "completed without a date"],
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
def test_a_promise_binds_from_the_first_whole_year_on(promise, reasons, basis, dates, expected) -> None:
    """Before its date, put off as it may be, nothing is broken; without a date nobody knows."""
    parcel = {"floor_area_m2": 24_000.0, "footprint_area_m2": 12_000.0, "industry": "C3411"}
    figures = {"tax": 450.0, "output": 450.0, "energy_equal_supply": 135.0}
    of = year({**parcel, **figures}, contract={**promise, **dates})
    for reason in reasons:
        assert holds(of, reason, basis) is expected
        if expected is None:
            assert judged(of, reason, basis)["missing"] == "complete_by"  # type: ignore[index]


@pytest.mark.parametrize(
    ("days", "of_figures", "of_what_is_built"),
    [
        ({}, True, True),
        ({"extended_to": date(2023, 6, 1)}, False, False),
        ({"reach_by": date(2023, 6, 1)}, False, True),
        ({"reach_by": date(2022, 6, 1)}, True, True),
    ],
    ids=["as signed", "completion put off", "full production later", "full production before"],
)
def test_an_extension_and_full_production_put_promises_off(days, of_figures, of_what_is_built) -> None:
    """As the contract study counts: what was agreed later, or of a later day, breaks nothing before."""
    promised = {"tax_per_mu": 20_000_000, "far": 1_200_000, "complete_by": date(2022, 1, 1)}
    of = year({"floor_area_m2": 24_000.0, "tax": 450.0}, contract={**promised, **days})
    assert holds(of, "below_contract_promise", "tax_per_mu") is of_figures
    assert holds(of, "below_contract_promise", "far") is of_what_is_built


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
        ({"floor_area_m2": 0.0}, {"complete_by": date(2023, 12, 31)}, False),
        (
            {"floor_area_m2": 0.0},
            {"complete_by": date(2021, 12, 31), "extended_to": date(2022, 12, 31)},
            True,
        ),
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
        "bare and overdue, though put off",
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
    told = {each.code: each for each in bases(near.distance_m, RULES, near, contract_rules())}
    assert {*told} == {
        *("distance_m", "sight_step_m", "kinds", "idle_ha", "looks_back"),
        *("grade_d_years", "vacant_share", "far_floors", "potential", "extension", "due"),
    }
    for kind in ("批而未供", "供而未用", "用而未尽", "建而未投", "投而未达标"):
        assert kind in told["kinds"].value
    assert told["looks_back"].value == f"≤ {RULES.looks_back}"
    assert (told["sight_step_m"].value, told["sight_step_m"].edition) == ("≤ 2 m", near.edition)
    assert not any(told[code].verified for code in ("sight_step_m", "kinds", "idle_ha", "looks_back"))
    assert all(each.source and each.edition for each in told.values())


def test_the_scheme_and_the_table_have_the_same_floors() -> None:
    """The default scheme flags by a rule of its own; as long as both are of one edition they agree."""
    (rule,) = (
        each for each in shipped_scheme("parcel").low_efficiency.rules if each.code == "far_below_norm"
    )
    by_scheme = {
        division: float(floor)
        for divisions, floor in re.findall(r"division (?:IN|=) ([('\d, )]+) AND far < ([\d.]+)", rule.when)
        for division in re.findall(r"\d\d", divisions)
    }
    by_table = {code: each.far for each in RULES.far_floors.by_division for code in each.divisions}
    assert by_scheme == by_table
    assert len(by_table) > 25
    assert re.sub(r"[\d.]+|division|far|IN|AND|OR|[\s'(),<=]", "", rule.when) == ""  # nothing else decides
    document = f"{RULES.far_floors.edition} national control indices"
    assert rule.source is not None
    assert rule.source.startswith(document)
    assert RULES.far_floors.source.startswith(document)


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
    nowhere = Year("2023", elsewhere.parcels, elsewhere.land, elsewhere.contracts, table("occupancies"))
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


def test_a_parcel_has_the_largest_of_its_reasons_and_no_sum() -> None:
    """What firms hold and reported stands apart; what is unknown is listed with what is missing."""
    of = year(
        {"floor_area_m2": 24_000.0, "industry": "34", "tax": 450.0},
        contract={"far": 1_200_000, "tax_per_mu": 20_000_000, "output_per_mu": 9_000_000, **DUE},
        occupied=[{"floor_area": 2_400_000}],
    )
    found = evidence(of, RULES)
    (told,) = summary(found, years_running(found, Past("2023", (), 5))).to_dicts()
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
