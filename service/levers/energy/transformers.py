"""The mean load of a firm's transformers (变压器负载率), and the capacity that it could give up."""

from fractions import Fraction
from typing import Any

import polars as pl

from service.levers.energy.amounts import apportioned, half_up, whole
from service.levers.energy.inventory import Places
from service.reference.energy_diagnosis import TransformerRule

COLUMNS = {
    "capacity_va": pl.Int64,
    "load": pl.Float64,
    "load_class": pl.String,  # light | normal | heavy
    "spare_va": pl.Int64,  # of a light one, what the target load does not need
    "charge_fen": pl.Int64,  # capacity charge of a year that this saves, if one pays by capacity
    "load_reason": pl.String,
}
_MONTHS = 12


def loads(firms: pl.DataFrame, transformers: pl.DataFrame, rule: TransformerRule) -> pl.DataFrame:
    """Return ``uscc`` and `COLUMNS` of the firms that listed transformers.

    :param firms: ``uscc``, ``electricity`` of the year in W·h
    :param transformers: the latest inventory; a transformer without a number of them is one

    Where a capacity is not known there is no load: a part of the capacity would pass for all. A load of more
    than one is heavy, and a sign that the inventory or the electricity is not the firm's whole.
    """
    used = dict(firms.select("uscc", "electricity").iter_rows())
    capacities: dict[str, Fraction | None] = {}
    for row in transformers.filter(pl.col("uscc").is_in(list(used))).iter_rows(named=True):
        before, capacity = capacities.get(row["uscc"], Fraction(0)), row["capacity_kva"]
        count = whole(1.0 if row["quantity"] is None else row["quantity"])
        known = before is not None and capacity is not None
        capacities[row["uscc"]] = (
            before + whole(capacity) * count * 1000 if known and before is not None else None
        )
    rows = [{"uscc": uscc, **_load(va, used[uscc], rule)} for uscc, va in sorted(capacities.items())]
    return pl.DataFrame(rows, schema={"uscc": pl.String, **COLUMNS})


def of_parcels(
    firms: pl.DataFrame, at: Places, electricity: dict[str, int | None], rule: TransformerRule
) -> pl.DataFrame:
    """Return ``parcel_code`` and `COLUMNS`: capacity, electricity and what can be given up by firms' shares.

    The load is that of the firms here which listed transformers, together; if one of theirs is not known, it
    is not known, with the reason.
    """
    sums: dict[str, dict[str, Any]] = {}
    for row in firms.iter_rows(named=True):
        where = at.get(row["uscc"], [])
        parts = {
            name: apportioned(row[name] or 0, where) for name in ("capacity_va", "spare_va", "charge_fen")
        }
        used = apportioned(electricity[row["uscc"]] or 0, where)
        for code, _ in where:
            told = sums.setdefault(
                code, {"used": 0, "load_reason": None, "capacity_va": 0, "spare_va": 0, "charge_fen": 0}
            )
            told["used"] += used[code]
            told["load_reason"] = told["load_reason"] or row["load_reason"]
            for name, given in parts.items():
                told[name] += given[code]
    rows = []
    for code, told in sorted(sums.items()):
        if told["load_reason"] == "capacity_missing":
            rows.append({"parcel_code": code, **dict.fromkeys(COLUMNS), "load_reason": "capacity_missing"})
            continue
        known = told["load_reason"] is None
        whole_load = _load(Fraction(told["capacity_va"]), told["used"] if known else None, rule)
        shared = {name: told[name] if known else None for name in ("spare_va", "charge_fen")}
        rows.append({"parcel_code": code, **whole_load, **shared})
    return pl.DataFrame(rows, schema={"parcel_code": pl.String, **COLUMNS})


def _load(volt_amperes: Fraction | None, used: int | None, rule: TransformerRule) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(COLUMNS)
    if volt_amperes is None or volt_amperes <= 0:
        return told | {"load_reason": "capacity_missing"}
    told["capacity_va"] = half_up(volt_amperes)
    if used is None or used < 0:
        return told | {"load_reason": "electricity_missing"}
    mean = Fraction(used) / rule.hours / Fraction(rule.power_factor)
    load = mean / volt_amperes
    told["load"] = float(load)
    told["spare_va"] = told["charge_fen"] = 0
    if load < Fraction(rule.light_below):
        spare = half_up(max(volt_amperes - mean / Fraction(rule.target_load), Fraction(0)))
        yearly = Fraction(rule.yuan_per_kva_month) * 100 * _MONTHS
        told |= {
            "load_class": "light",
            "spare_va": spare,
            "charge_fen": half_up(Fraction(spare, 1000) * yearly),
        }
    else:
        told["load_class"] = "heavy" if load > Fraction(rule.heavy_above) else "normal"
    return told
