"""The diagnosis of one evaluation: every finding, put together by firm, by machine and by parcel."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import polars as pl

from service.domain.units import UnitTable
from service.levers.energy import equipment, inspection, intensity, solar, transformers
from service.levers.energy.amounts import apportioned
from service.levers.energy.inventory import Places, dated, latest, places, standing
from service.reference.energy_diagnosis import DiagnosisRules

SHARED_OUT = ("saved_wh", "saved_gce_equal_supply", "saved_gce_equal_energy", "saved_fen")


@dataclass(frozen=True, eq=False)
class Found:
    """What was found of an evaluation.

    ``parcels``: ``parcel_code town industry division industry_group``, ``energy`` kgce, ``output`` fen.
    ``firms``: ``uscc name industry division industry_group above_scale``, ``energy``, ``output`` and
    ``electricity`` (W·h). ``shares``: ``parcel_code uscc share``, the
    share null where it is not known. ``items``: see
    `service.levers.energy.inventory.ITEMS`. ``roofs``: see `service.levers.energy.roofs`.
    """

    district: str
    year: int
    parcels: pl.DataFrame
    firms: pl.DataFrame
    shares: pl.DataFrame
    items: pl.DataFrame
    roofs: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Tables in minor units; ``unplaced`` is what machines would save that stand on no parcel known here.

    ``parcels`` and ``firms`` by code, ``equipment`` the most saving first, ``roofs`` by parcel and building.
    """

    parcels: pl.DataFrame
    firms: pl.DataFrame
    equipment: pl.DataFrame
    roofs: pl.DataFrame
    held: pl.DataFrame
    """Which firms and lines belong to a parcel: ``parcel_code``, ``uscc``."""
    unplaced: dict[str, int]


def diagnose(found: Found, rules: DiagnosisRules, units: UnitTable) -> Diagnosis:
    """Return the diagnosis; every table has each of its subjects once."""
    items = dated(found.items, found.year).filter(pl.col("uscc").is_in(found.firms["uscc"].implode()))
    known = frozenset(found.parcels["parcel_code"])
    shares = found.shares.filter(pl.col("parcel_code").is_in(found.parcels["parcel_code"].implode()))
    at = places(shares)
    last_day = date(found.year, 12, 31)
    stated = latest(items, "transformer")
    states = inspection.inspections(found.firms, items, found.year, rules.inspection)
    loads = transformers.loads(found.firms, stated, rules.transformers)
    electricity = dict(found.firms.select("uscc", "electricity").iter_rows())
    lines = equipment.lines(latest(items, "equipment"), stated, electricity, last_day, rules, units)
    sums, placed, unplaced = _by_parcel(lines, at, known)
    lines = lines.with_columns(pl.Series("parcels", placed, dtype=pl.String))
    firms = intensity.intensities(found.firms, rules.intensity)
    for table in (states, loads, _by_firm(lines), _parcels_of_firms(at)):
        firms = firms.join(table, on="uscc", how="left")
    parcels = intensity.intensities(found.parcels, rules.intensity)
    arrays = latest(items, "rooftop_solar")
    for table in (
        inspection.of_parcels(states, shares),
        _electricity(shares, electricity),
        transformers.of_parcels(loads, at, electricity, rules.transformers),
        sums,
        solar.potentials(found.roofs, arrays, at, known, found.district, rules, units),
    ):
        parcels = parcels.join(table, on="parcel_code", how="left")
    of_own = pl.col("solar_wh") / pl.col("electricity")
    parcels = parcels.with_columns(
        solar_share_of_electricity=pl.when(pl.col("electricity") > 0).then(of_own.round(4))
    )
    held = shares.select("parcel_code", "uscc").unique()
    return Diagnosis(parcels.sort("parcel_code"), firms.sort("uscc"), lines, found.roofs, held, unplaced)


def _by_parcel(
    lines: pl.DataFrame, at: Places, known: frozenset[str]
) -> tuple[pl.DataFrame, list[str | None], dict[str, int]]:
    """Return what machines would save by parcel, where each line stands, and what stands nowhere here."""
    saved: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    unplaced: dict[str, int] = defaultdict(int)
    placed: list[str | None] = []
    for row in lines.iter_rows(named=True):
        where = standing(row["uscc"], row["parcel_code"], at, known)
        placed.append(",".join(code for code, _ in where) or None)
        count = {"retrofit": "retrofits", "to_be_measured": "to_measure"}.get(row["verdict"])
        for code, _ in where:
            saved[code]["machines"] += 1
            for word, holds in ((count, True), ("without_number", row["use_wh"] is None)):
                if word and holds and (word == count or row["verdict"] == "retrofit"):
                    saved[code][word] += 1
        for name in SHARED_OUT:
            amount = row[name]
            if amount is None:
                continue
            given = apportioned(amount, where)
            for code, part in given.items():
                saved[code][name] += part
                saved[code][f"{name}__known"] = 1
            unplaced[name] += amount - sum(given.values())
    counts = ("machines", "retrofits", "to_measure", "without_number")
    rows = [
        {
            "parcel_code": code,
            **{name: told.get(name, 0) for name in counts},
            **{name: told[name] if told.get(f"{name}__known") else None for name in SHARED_OUT},
        }
        for code, told in sorted(saved.items())
    ]
    schema = {"parcel_code": pl.String, **dict.fromkeys((*counts, *SHARED_OUT), pl.Int64)}
    return pl.DataFrame(rows, schema=schema), placed, {name: unplaced[name] for name in SHARED_OUT}


def _by_firm(lines: pl.DataFrame) -> pl.DataFrame:
    is_retrofit = pl.col("verdict") == "retrofit"
    return lines.group_by("uscc").agg(
        pl.len().cast(pl.Int64).alias("machines"),
        is_retrofit.sum().cast(pl.Int64).alias("retrofits"),
        (pl.col("verdict") == "to_be_measured").sum().cast(pl.Int64).alias("to_measure"),
        (is_retrofit & pl.col("use_wh").is_null()).sum().cast(pl.Int64).alias("without_number"),
        *(
            pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
            for name in SHARED_OUT
        ),
    )


def _parcels_of_firms(at: Places) -> pl.DataFrame:
    rows = [(uscc, ",".join(code for code, _ in where)) for uscc, where in at.items()]
    return pl.DataFrame(rows, schema={"uscc": pl.String, "parcels": pl.String}, orient="row")


def _electricity(shares: pl.DataFrame, electricity: dict[str, int | None]) -> pl.DataFrame:
    """Return the electricity of parcels, W·h, from the shares of their firms; null when one is not known."""
    known = pl.DataFrame(
        {"uscc": list(electricity), "used": list(electricity.values())},
        schema={"uscc": pl.String, "used": pl.Int64},
    )
    held = shares.join(known, on="uscc", how="left")
    part = (pl.col("used") * pl.col("share")).round(0).cast(pl.Int64)
    return held.group_by("parcel_code").agg(
        pl.when(part.is_not_null().all()).then(part.sum()).alias("electricity")
    )
