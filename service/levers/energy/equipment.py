"""Machines worth a retrofit (节能改造): compressors, motors, boilers …, and what that is expected to save."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from service.domain.units import UnitTable
from service.levers.energy.amounts import gce, half_up, whole
from service.reference.energy_diagnosis import DiagnosisRules, EquipmentRule

COLUMNS = {
    "uscc": pl.String,
    "parcel_code": pl.String,  # as the inspection states it
    "item": pl.String,
    "model": pl.String,
    "equipment_kind": pl.String,
    "kind_by_name": pl.Boolean,  # taken from the item's name, as no kind was stated
    "quantity": pl.Float64,
    "power_kw": pl.Float64,
    "capacity_kva": pl.Float64,
    "hours_per_year": pl.Float64,
    "load_share": pl.Float64,
    "efficiency_class": pl.String,
    "fuel": pl.String,
    "commissioned_on": pl.Date,
    "age_years": pl.Int64,
    "verdict": pl.String,  # retrofit | fine | to_be_measured | no_rule
    "why": pl.String,  # codes joined by ",": class, age
    "to_measure": pl.String,  # what is not known, joined by ","
    "use_wh": pl.Int64,
    "saved_wh": pl.Int64,
    "saved_gce_equal_supply": pl.Int64,
    "saved_gce_equal_energy": pl.Int64,
    "saved_fen": pl.Int64,  # null where no price is known
}
_HEATED_BY = ("gas", "coal", "diesel", "petrol", "firewood")
_YEAR_HOURS = 8760


def lines(
    equipment: pl.DataFrame,
    transformers: pl.DataFrame,
    electricity: dict[str, int | None],
    last_day: date,
    rules: DiagnosisRules,
    units: UnitTable,
) -> pl.DataFrame:
    """Return a line for every machine and transformer of the inventory, with `COLUMNS`.

    A machine is worth a retrofit when its efficiency class or its age says so (`EquipmentRule`); with neither
    known it is to be measured. The use of a year is power × number × hours × load, of a boiler the heat that
    it gives, of a transformer its loss without load; a share of it is saved. Where one of these is not known
    the machine is listed without a number. Machines that together would use more electricity than their firm
    has (``electricity``, W·h, null when not known) contradict it: none of them gets a number.
    """
    rows = [_line(row, last_day, rules) for row in equipment.iter_rows(named=True)]
    as_machines = transformers.with_columns(pl.lit("transformer").alias("equipment_kind"))
    rows += [_line(row, last_day, rules) for row in as_machines.iter_rows(named=True)]
    _contradicting(rows, electricity)
    for row in rows:
        if row["verdict"] == "retrofit" and row["use_wh"] is not None:
            row |= _saved(row, rules, units)
    return pl.DataFrame(rows, schema=COLUMNS).sort(
        "saved_gce_equal_supply",
        "uscc",
        "parcel_code",
        "item",
        descending=[True, False, False, False],
        nulls_last=True,
    )


def _line(row: dict[str, Any], last_day: date, rules: DiagnosisRules) -> dict[str, Any]:
    told: dict[str, Any] = {name: row.get(name) for name in COLUMNS}
    kind, by_name = _kind(row, rules)
    since: date | None = row["commissioned_on"]
    age = (
        None
        if since is None
        else last_day.year - since.year - ((last_day.month, last_day.day) < (since.month, since.day))
    )
    told |= {"equipment_kind": kind, "kind_by_name": by_name, "age_years": age}
    rule = rules.of_kind(kind)
    if rule is None:
        return told | {
            "verdict": "no_rule" if kind else "to_be_measured",
            "to_measure": "" if kind else "kind",
            "why": "",
        }
    grade = row["efficiency_class"]
    why = [
        word
        for word, holds in (
            ("class", grade in rule.below),
            ("age", age is not None and age > rule.older_than_years),
        )
        if holds
    ]
    # a class is what was measured; an age alone says nothing against a good one
    if grade is not None and "class" not in why:
        why = []
    told["why"] = ",".join(why)
    if grade is None and age is None:
        return told | {"verdict": "to_be_measured", "to_measure": "efficiency_class,commissioned_on"}
    if not why:
        return told | {"verdict": "fine", "to_measure": ""}
    use, missing = _use(row, rule)
    return told | {"verdict": "retrofit", "use_wh": use, "to_measure": ",".join(missing)}


def _kind(row: dict[str, Any], rules: DiagnosisRules) -> tuple[str | None, bool]:
    if row["equipment_kind"] is not None:
        return row["equipment_kind"], False
    for rule in rules.equipment:
        if any(word in row["item"] for word in rule.names):
            return rule.kind, True
    return None, False


def _use(row: dict[str, Any], rule: EquipmentRule) -> tuple[int | None, list[str]]:
    """Return the use of a year in W·h, or what is not known of it."""
    if rule.loss_w_per_kva is not None:
        if row["capacity_kva"] is None:
            return None, ["capacity_kva"]
        count = whole(1.0 if row["quantity"] is None else row["quantity"])
        lost = whole(row["capacity_kva"]) * count * Fraction(rule.loss_w_per_kva) * _YEAR_HOURS
        return half_up(lost), []
    needed = ["quantity", "power_kw", "hours_per_year", "load_share"]
    missing = [name for name in needed if row[name] is None]
    if rule.kind == "boiler" and (row["fuel"] is None or row["fuel"] not in (*_HEATED_BY, "electricity")):
        missing.append("fuel")
    if missing:
        return None, missing
    hours = min(whole(row["hours_per_year"]), Fraction(8784))
    use = whole(row["power_kw"]) * 1000 * whole(row["quantity"]) * hours * whole(row["load_share"])
    return half_up(use), []


def is_electric(row: dict[str, Any]) -> bool:
    """Whether a machine runs on electricity: all but boilers with a fire."""
    return bool(row["equipment_kind"] != "boiler" or row["fuel"] == "electricity")


def _contradicting(rows: list[dict[str, Any]], electricity: dict[str, int | None]) -> None:
    used: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["use_wh"] is not None and is_electric(row):
            used[row["uscc"]] += row["use_wh"]
    for row in rows:
        known = electricity.get(row["uscc"])
        if row["use_wh"] is not None and is_electric(row) and known is not None and used[row["uscc"]] > known:
            row |= {"use_wh": None, "to_measure": "use_exceeds_electricity"}


def _saved(row: dict[str, Any], rules: DiagnosisRules, units: UnitTable) -> dict[str, int | None]:
    rule = rules.of_kind(row["equipment_kind"])
    assert rule is not None  # noqa: S101 - only what has a rule has a verdict
    saved = half_up(row["use_wh"] * Fraction(rule.saving_share))
    factors = units.energy_factors
    if is_electric(row):
        carrier = "electricity"
        tce = {
            basis: gce(saved, factors[carrier, basis], units) for basis in ("equal_supply", "equal_energy")
        }
        fen = half_up(Fraction(saved, 1000) * Fraction(rules.prices.electricity) * 100)
    else:
        carrier = row["fuel"]
        heat = gce(saved, factors["heat", "equal_energy"], units)
        tce = {"equal_supply": heat, "equal_energy": heat}  # a fuel is worth the heat in it on both
        factor = factors[carrier, "equal_energy"]
        price = Fraction(getattr(rules.prices, carrier))
        fen = half_up(Fraction(heat, 1000) / Fraction(factor.kgce) * price * 100)
    return {
        "saved_wh": saved,
        "saved_fen": fen,
        **{f"saved_gce_{basis}": amount for basis, amount in tce.items()},
    }
