"""Machines worth a retrofit, and the load of transformers: by hand, and whatever the inventory says."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.levers.energy.amounts import apportioned
from tests.levers.energy.cases import COMPRESSOR, FIRMS, KWH, PARCELS, SHARES, diagnosed, table


def line(row: dict[str, Any], **firm: Any) -> dict[str, Any]:
    """The line of a single machine."""
    firms = table(FIRMS, {"uscc": "A", "above_scale": True} | firm)
    (told,) = diagnosed(row, firms=firms).equipment.to_dicts()
    return told


def test_a_compressor_by_hand() -> None:
    """720,000 kWh × 15 % = 108,000 kWh = 32.4 tce at 0.30 and 13.2732 tce at 0.1229 kgce, 81,000 yuan."""
    told = line(COMPRESSOR)
    assert (told["verdict"], told["why"]) == ("retrofit", "class")
    assert told["use_wh"] == 720_000 * KWH
    assert told["saved_wh"] == 108_000 * KWH
    assert told["saved_gce_equal_supply"] == 32_400_000
    assert told["saved_gce_equal_energy"] == 13_273_200
    assert told["saved_fen"] == 8_100_000


def test_a_gas_boiler_saves_heat_and_gas() -> None:
    """700 kW × 4000 h × 50 % = 1,400 MWh of heat; 8 % are 403,200 MJ = 13.757184 tce on both bases.

    As gas of 1.2143 kgce that is 11,329.31 m³ at 3.5 yuan.
    """
    boiler = {"item": "锅炉", "equipment_kind": "boiler", "fuel": "gas", "commissioned_on": date(2005, 3, 1)}
    boiler |= {"quantity": 1.0, "power_kw": 700.0, "hours_per_year": 4000.0, "load_share": 0.5}
    told = line(boiler)
    assert (told["verdict"], told["why"], told["age_years"]) == ("retrofit", "age", 18)
    assert told["saved_wh"] == 112_000 * KWH
    assert told["saved_gce_equal_supply"] == told["saved_gce_equal_energy"] == 13_757_184
    assert told["saved_fen"] == round(13_757.184 / 1.2143 * 350)
    assert line(boiler | {"fuel": None})["to_measure"] == "fuel"
    assert line(boiler | {"fuel": "heat"})["saved_wh"] is None


def test_an_old_transformer_saves_half_of_what_it_loses_without_load() -> None:
    """630 kVA × 2.2 W × 8760 h = 12,141.36 kWh lost, half of which a new one saves."""
    told = line({"kind": "transformer", "item": "S9-630", "capacity_kva": 630.0, "efficiency_class": "below"})
    assert told["use_wh"] == 12_141_360
    assert told["saved_wh"] == 6_070_680


@pytest.mark.parametrize(
    ("changed", "verdict", "why"),
    [
        ({"efficiency_class": "2"}, "fine", ""),
        ({"efficiency_class": "1", "commissioned_on": date(1990, 1, 1)}, "fine", ""),
        ({"efficiency_class": None, "commissioned_on": date(2013, 12, 31)}, "fine", ""),
        ({"efficiency_class": None, "commissioned_on": date(2012, 12, 31)}, "retrofit", "age"),
        ({"commissioned_on": date(2000, 1, 1)}, "retrofit", "class,age"),
        ({"efficiency_class": None}, "to_be_measured", ""),
        ({"equipment_kind": "other"}, "no_rule", ""),
        ({"equipment_kind": None, "item": "注塑机"}, "to_be_measured", ""),
    ],
)
def test_class_goes_before_age(changed: dict[str, Any], verdict: str, why: str) -> None:
    """A class that was measured decides, else the age; with neither the machine is to be measured."""
    told = line(COMPRESSOR | changed)
    assert (told["verdict"], told["why"]) == (verdict, why)
    assert (told["saved_wh"] is None) == (verdict != "retrofit")


def test_a_kind_that_is_not_stated_is_taken_from_the_name() -> None:
    """And it is said so."""
    told = line(COMPRESSOR | {"equipment_kind": None})
    assert (told["equipment_kind"], told["kind_by_name"]) == ("compressor", True)
    assert line(COMPRESSOR)["kind_by_name"] is False


def test_machines_that_use_more_than_their_firm_have_no_number() -> None:
    """719,999 kWh of electricity cannot drive machines that take 720,000; what is enough does."""
    told = line(COMPRESSOR, electricity=719_999 * KWH)
    assert (told["verdict"], told["to_measure"]) == ("retrofit", "use_exceeds_electricity")
    assert told["saved_wh"] is None
    assert line(COMPRESSOR, electricity=720_000 * KWH)["saved_wh"] == 108_000 * KWH


def test_the_latest_inventory_counts() -> None:
    """What was listed in a year before is replaced, what comes later is not known yet."""
    told = diagnosed(
        COMPRESSOR | {"period": "2022", "item": "旧"},
        COMPRESSOR,
        COMPRESSOR | {"period": "2024", "item": "新"},
    ).equipment
    assert told["item"].to_list() == ["螺杆空压机"]


amounts = st.one_of(st.none(), st.floats(0, 5000).map(lambda each: round(each, 3)))
machines = st.fixed_dictionaries(
    {
        "item": st.sampled_from(["空压机", "电机", "锅炉", "注塑机", "水泵"]),
        "equipment_kind": st.sampled_from([None, "motor", "compressor", "boiler", "pump", "fan", "other"]),
        "quantity": amounts,
        "power_kw": amounts,
        "hours_per_year": amounts,
        "load_share": st.one_of(st.none(), st.floats(0, 1).map(lambda each: round(each, 3))),
        "efficiency_class": st.sampled_from([None, "1", "2", "3", "below"]),
        "fuel": st.sampled_from([None, "gas", "coal", "electricity", "heat", "other"]),
        "commissioned_on": st.one_of(st.none(), st.dates(date(1980, 1, 1), date(2023, 12, 31))),
        "parcel_code": st.sampled_from([None, "P1", "P2", "P9"]),
    }
)
NEEDED = ("quantity", "power_kw", "hours_per_year", "load_share")


@settings(max_examples=60, deadline=None)
@given(st.lists(machines, max_size=6), st.one_of(st.none(), st.integers(0, 10**13)), st.floats(0, 1))
def test_savings_are_sane_whatever_is_listed(
    rows: list[dict[str, Any]], used: int | None, share: float
) -> None:
    """No less than nothing, no more than the use, none where an input is missing; parcels add up to lines."""
    told = diagnosed(
        *({**row, "item": f"{row['item']}{place}"} for place, row in enumerate(rows)),
        firms=table(FIRMS, {"uscc": "A", "above_scale": True, "electricity": used}),
        parcels=table(PARCELS, {"parcel_code": "P1"}, {"parcel_code": "P2"}),
        shares=table(
            SHARES,
            {"parcel_code": "P1", "uscc": "A", "share": share},
            {"parcel_code": "P2", "uscc": "A", "share": 1 - share},
        ),
    )
    assert told.equipment.height == len(rows)
    electric = 0
    for row in told.equipment.iter_rows(named=True):
        missing = any(row[name] is None for name in NEEDED)
        assert row["saved_wh"] is None or (not missing and 0 <= row["saved_wh"] <= row["use_wh"])
        if row["saved_wh"] is not None and (row["equipment_kind"], row["fuel"]) != ("boiler", "gas"):
            electric += row["saved_wh"] if row["equipment_kind"] != "boiler" else 0
        assert (row["verdict"] == "retrofit") or row["saved_wh"] is None
    assert used is None or electric <= used
    for name in ("saved_wh", "saved_gce_equal_supply", "saved_gce_equal_energy", "saved_fen"):
        lines = sum(told.equipment[name].drop_nulls().to_list())
        placed = sum(told.parcels[name].drop_nulls().to_list())
        assert placed + told.unplaced[name] == lines


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**14), st.lists(st.integers(1, 1000), min_size=1, max_size=7))
def test_an_amount_is_shared_out_to_the_last_unit(amount: int, weights: list[int]) -> None:
    """Shares of a whole give the whole; none is off by more than one."""
    shares = [(f"P{place}", weight / sum(weights)) for place, weight in enumerate(weights)]
    given_out = apportioned(amount, shares)
    assert sum(given_out.values()) == amount
    for code, share in shares:
        assert abs(given_out[code] - amount * share) <= 1 + amount * 1e-12


class TestTransformers:
    """Mean load of the year."""

    @staticmethod
    def firm(electricity: int | None, *rows: dict[str, Any]) -> dict[str, Any]:
        """What is said of a firm with these transformers."""
        listed = ({"kind": "transformer", "item": f"T{n}"} | row for n, row in enumerate(rows))
        firms = table(FIRMS, {"uscc": "A", "above_scale": True, "electricity": electricity})
        told = diagnosed(*listed, firms=firms)
        parcel, firm = told.parcels.to_dicts()[0], told.firms.to_dicts()[0]
        for name in ("capacity_va", "load", "load_class", "spare_va", "charge_fen", "load_reason"):
            assert parcel[name] == firm[name], name  # its only firm
        return firm

    def test_a_light_load_by_hand(self) -> None:
        """1,576,800 kWh / 8760 h / 0.9 = 200 kVA on 1000: a fifth; 400 kVA would do, 600 × 30 × 12 yuan."""
        told = self.firm(1_576_800 * KWH, {"capacity_kva": 500.0, "quantity": 2.0})
        assert told["capacity_va"] == 1_000_000
        assert told["load"] == pytest.approx(0.2)
        assert (told["load_class"], told["spare_va"], told["charge_fen"]) == ("light", 600_000, 21_600_000)

    @pytest.mark.parametrize(
        ("kva", "load_class"), [(700.0, "light"), (660.0, "normal"), (250.0, "normal"), (240.0, "heavy")]
    )
    def test_the_classes(self, kva: float, load_class: str) -> None:
        """200 kVA on so many: below 30 % light, from there to 80 % normal, above heavy."""
        told = self.firm(1_576_800 * KWH, {"capacity_kva": kva})
        assert told["load_class"] == load_class
        assert (told["spare_va"] > 0) == (load_class == "light")

    def test_what_is_not_known_has_no_load(self) -> None:
        """Neither without the electricity, nor where a part of the capacity would pass for all."""
        assert self.firm(None, {"capacity_kva": 500.0})["load_reason"] == "electricity_missing"
        told = self.firm(10**9, {"capacity_kva": 500.0}, {"capacity_kva": None})
        assert (told["load"], told["load_reason"]) == (None, "capacity_missing")
        assert diagnosed(COMPRESSOR).firms["load"].to_list() == [None]

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 10**12), st.lists(st.integers(1, 5000), min_size=1, max_size=4))
    def test_an_independent_load(self, used: int, capacities: list[int]) -> None:
        """Energy over time and power, worked out once more in floating point; spare is never all."""
        told = self.firm(used, *({"capacity_kva": float(each)} for each in capacities))
        expected = used / 1000 / 8760 / 0.9 / sum(capacities)
        assert told["load"] == pytest.approx(expected)
        assert 0 <= told["spare_va"] <= told["capacity_va"]


def test_nothing_listed_is_nothing_said() -> None:
    """A parcel without an inventory has no count and no saving, not zero."""
    (told,) = diagnosed().parcels.to_dicts()
    assert told["machines"] is told["saved_wh"] is told["load"] is None
    assert diagnosed().equipment.height == 0
