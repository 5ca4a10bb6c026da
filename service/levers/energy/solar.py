"""What the roofs of a parcel could still yield (屋顶光伏潜力), beside what is installed."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import polars as pl

from service.domain.units import UnitTable
from service.levers.energy.amounts import gce, half_up, whole
from service.levers.energy.inventory import Places, standing
from service.reference.energy_diagnosis import DiagnosisRules, SolarRule

COLUMNS = {
    "parcel_code": pl.String,
    "buildings": pl.Int64,
    "roof_m2": pl.Float64,
    "installed_kwp": pl.Float64,
    "installed_roof_m2": pl.Float64,
    "free_roof_m2": pl.Float64,
    "solar_w": pl.Int64,
    "solar_wh": pl.Int64,
    "solar_gce_equal_supply": pl.Int64,
    "solar_gce_equal_energy": pl.Int64,
    "solar_fen": pl.Int64,
    "solar_reason": pl.String,
}


def potentials(
    roofs: pl.DataFrame,
    arrays: pl.DataFrame,
    at: Places,
    parcels: frozenset[str],
    district: str,
    rules: DiagnosisRules,
    units: UnitTable,
) -> pl.DataFrame:
    """Return `COLUMNS` for every parcel of the evaluation, by code.

    :param roofs: as `service.levers.energy.roofs.roofs` returns them
    :param arrays: the latest inventory of rooftop solar

    Roof under an array is as stated, else its installed power over the power of a square metre; an array
    without either leaves the roof's rest unknown. Without a building there is a reason and no number: nobody
    says that there is no roof.
    """
    installed, unknown = _installed(arrays, at, parcels, rules.solar)
    measured = {
        code: (count, area)
        for code, count, area in roofs.group_by("parcel_code")
        .agg(pl.len(), pl.col("roof_m2").sum())
        .iter_rows()
    }
    rows = []
    for code in sorted(parcels):
        told: dict[str, Any] = dict.fromkeys(COLUMNS) | {"parcel_code": code}
        power, taken = installed.get(code, (0.0, 0.0))
        if code in installed:
            told |= {"installed_kwp": round(power, 3), "installed_roof_m2": round(taken, 2)}
        if code not in measured:
            rows.append(told | {"solar_reason": "no_building"})
            continue
        told["buildings"], told["roof_m2"] = measured[code][0], round(measured[code][1], 2)
        if code in unknown:
            told |= {"installed_kwp": None, "installed_roof_m2": None}
            rows.append(told | {"solar_reason": "array_size_missing"})
            continue
        told["free_roof_m2"] = round(max(measured[code][1] - taken, 0.0), 2)
        rows.append(told | yielded(told["free_roof_m2"], district, rules, units))
    return pl.DataFrame(rows, schema=COLUMNS)


def yielded(roof_m2: float, district: str, rules: DiagnosisRules, units: UnitTable) -> dict[str, int]:
    """Return what a free roof of a district would yield in a year: W, W·h, gce and fen."""
    rule, factors = rules.solar, units.energy_factors
    usable = whole(roof_m2) * Fraction(rule.usable_share)
    power = half_up(usable * Fraction(rule.kwp_per_m2) * 1000)
    generated = half_up(power * Fraction(rule.hours_in(district)))
    own = Fraction(rule.self_use_share)
    yuan = own * Fraction(rules.prices.electricity) + (1 - own) * Fraction(rule.feed_in_yuan_per_kwh)
    return {
        "solar_w": power,
        "solar_wh": generated,
        **{
            f"solar_gce_{basis}": gce(generated, factors["electricity", basis], units)
            for basis in ("equal_supply", "equal_energy")
        },
        "solar_fen": half_up(Fraction(generated, 1000) * yuan * 100),
    }


def _installed(
    arrays: pl.DataFrame, at: Places, parcels: frozenset[str], rule: SolarRule
) -> tuple[dict[str, tuple[float, float]], set[str]]:
    """Return kWp and m² of arrays by parcel, and the parcels with an array of which neither is known."""
    power: dict[str, float] = defaultdict(float)
    area: dict[str, float] = defaultdict(float)
    unknown: set[str] = set()
    for row in arrays.iter_rows(named=True):
        stated = row["installed_kwp"] if row["installed_kwp"] is not None else row["quantity"]
        roof = row["roof_area_m2"]
        if roof is None and stated is not None:
            roof = stated / float(rule.kwp_per_m2)
        for code, share in standing(row["uscc"], row["parcel_code"], at, parcels):
            if roof is None:
                unknown.add(code)
                continue
            power[code] += (stated or 0.0) * share
            area[code] += roof * share
    return {code: (power[code], area[code]) for code in area}, unknown
