"""The diagnosis as a report: parcels, firms, machines and roofs in display units, with totals and rules."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.domain.reasons import Text
from service.domain.units import UnitTable
from service.features.table import Property
from service.levers.energy.columns import EQUIPMENT, FIRMS, PARCELS, ROOFS, Shown, shown
from service.levers.energy.diagnosis import Diagnosis
from service.levers.energy.rules import bases
from service.levers.report import Report, Section, Total
from service.reference.energy_diagnosis import DiagnosisRules

__all__ = ["PARCELS", "parcels_shown", "report"]

_TITLE = ("Energy diagnosis", "能源检查诊断")


def parcels_shown(diagnosis: Diagnosis, rules: DiagnosisRules, units: UnitTable) -> pl.DataFrame:
    """Return a row for every parcel in display units, the columns of `PARCELS`, by code."""
    verified = pl.lit(all(each.verified for each in bases(rules, units)))
    return shown(diagnosis.parcels.with_columns(verified=verified), PARCELS)


def report(
    diagnosis: Diagnosis,
    head: Mapping[str, Any],
    rules: DiagnosisRules,
    units: UnitTable,
    parcel: str | None = None,
) -> Report:
    """Return the report of a diagnosis; with ``parcel``, of that parcel, its firms and its machines alone.

    Totals are the sums of the lines that are shown, in whole minor units before they are displayed.
    """
    tables = {
        "parcels": diagnosis.parcels,
        "firms": diagnosis.firms.filter(
            pl.col("inspection").is_not_null()
            | pl.col("capacity_va").is_not_null()
            | pl.col("machines").is_not_null()
            | pl.col("tce_per_wan").is_not_null()
        ),
        "equipment": diagnosis.equipment,
        "roofs": diagnosis.roofs,
    }
    unplaced: Mapping[str, int] = diagnosis.unplaced
    if parcel is not None:
        tables = _of_parcel(tables, diagnosis.held, parcel)
        head, unplaced = {**head, "parcel": parcel}, {}
    verified = pl.lit(all(each.verified for each in bases(rules, units)))
    tables["parcels"] = tables["parcels"].with_columns(verified=verified)
    ranked = {
        "parcels": tables["parcels"].sort(
            "saved_gce_equal_supply",
            "solar_gce_equal_supply",
            "parcel_code",
            descending=[True, True, False],
            nulls_last=True,
        ),
        "firms": tables["firms"].sort("excess_kgce", "uscc", descending=[True, False], nulls_last=True),
        "equipment": tables["equipment"],
        "roofs": tables["roofs"].sort(
            "roof_m2", "building_code", "parcel_code", descending=[True, False, False]
        ),
    }
    return Report(
        "energy",
        _TITLE,
        head,
        (
            _section("parcels", ("Parcels", "宗地"), ranked["parcels"], PARCELS, _of_parcels(tables)),
            _section("firms", ("Firms", "企业"), ranked["firms"], FIRMS, ()),
            _section(
                "equipment",
                ("Machines", "用能设备"),
                ranked["equipment"],
                EQUIPMENT,
                _of_machines(tables, unplaced),
            ),
            _section("roofs", ("Roofs", "屋顶"), ranked["roofs"], ROOFS, ()),
        ),
        bases(rules, units),
    )


def _of_parcel(tables: dict[str, pl.DataFrame], held: pl.DataFrame, parcel: str) -> dict[str, pl.DataFrame]:
    firms = held.filter(pl.col("parcel_code") == parcel)["uscc"]
    there = pl.col("parcels").str.split(",").list.contains(parcel)
    return {
        "parcels": tables["parcels"].filter(pl.col("parcel_code") == parcel),
        "firms": tables["firms"].filter(pl.col("uscc").is_in(firms.implode())),
        "equipment": tables["equipment"].filter(there.fill_null(False)),
        "roofs": tables["roofs"].filter(pl.col("parcel_code") == parcel),
    }


def _section(
    name: str, title: Text, table: pl.DataFrame, columns: Mapping[str, Shown], totals: tuple[Total, ...]
) -> Section:
    properties = tuple(Property(key, each.type, each.title) for key, each in columns.items())
    return Section(name, title, f"energy_{name}", properties, shown(table, columns), totals)


def _sum(table: pl.DataFrame, name: str, minor: int) -> float | None:
    """Return the sum of what is known, in the unit of display; null where nothing is."""
    known = table[name].drop_nulls()
    return sum(known.to_list()) / minor if len(known) else None


def _of_parcels(tables: Mapping[str, pl.DataFrame]) -> tuple[Total, ...]:
    parcels, firms = tables["parcels"], tables["firms"]
    counted = dict(firms["inspection"].value_counts().iter_rows())
    inspected = [
        Total(f"firms_{state}", title, counted.get(state, 0))
        for state, title in {
            "inspected": ("Above-scale firms inspected in the year", "当年已检查规上企业"),
            "due": ("Above-scale firms due", "应检查而未检查的规上企业"),
            "never": ("Above-scale firms never inspected", "从未检查的规上企业"),
            "not_due": ("Above-scale firms not yet due", "未到检查期的规上企业"),
            "unknown": ("Firms not known to be above scale or not", "是否规上不明的企业"),
        }.items()
    ]
    classes = dict(firms["load_class"].value_counts().iter_rows())
    return (
        *inspected,
        Total(
            "firms_light_load", ("Firms with light transformers", "变压器轻载企业"), classes.get("light", 0)
        ),
        Total(
            "firms_heavy_load",
            ("Firms with heavily loaded transformers", "变压器重载企业"),
            classes.get("heavy", 0),
        ),
        Total(
            "excess_tce",
            ("Energy above the industry's median", "高于行业中位值的能耗"),
            _sum(parcels, "excess_kgce", 1000),
            "tce",
        ),
        Total(
            "spare_kva",
            ("Transformer capacity to give up", "可减容变压器容量"),
            _sum(firms, "spare_va", 1000),
            "kVA",
        ),
        Total(
            "charge_yuan",
            ("Capacity charge that saves, if paid by capacity", "减容可省基本电费（按容量计费者）"),
            _sum(firms, "charge_fen", 100),
            "元/年",
        ),
        Total("roof_m2", ("Roof", "屋顶面积"), _rounded(_sum(parcels, "roof_m2", 1)), "m²"),
        Total(
            "free_roof_m2",
            ("Roof without solar", "未装光伏屋顶面积"),
            _rounded(_sum(parcels, "free_roof_m2", 1)),
            "m²",
        ),
        Total("solar_kwp", ("Solar potential", "光伏潜力"), _sum(parcels, "solar_w", 1000), "kWp"),
        Total(
            "solar_kwh",
            ("Solar potential of a year", "光伏年发电潜力"),
            _sum(parcels, "solar_wh", 1000),
            "kWh",
        ),
        Total(
            "solar_tce",
            ("Solar potential, equal-supply", "光伏潜力折标煤（等价值）"),
            _sum(parcels, "solar_gce_equal_supply", 10**6),
            "tce",
        ),
        Total(
            "solar_tce_equal_energy",
            ("Solar potential, equal-energy", "光伏潜力折标煤（当量值）"),
            _sum(parcels, "solar_gce_equal_energy", 10**6),
            "tce",
        ),
        Total(
            "solar_yuan",
            ("Worth of the solar potential", "光伏潜力收益"),
            _sum(parcels, "solar_fen", 100),
            "元/年",
        ),
    )


def _of_machines(tables: Mapping[str, pl.DataFrame], unplaced: Mapping[str, int]) -> tuple[Total, ...]:
    lines = tables["equipment"]
    verdicts = dict(lines["verdict"].value_counts().iter_rows())
    totals = [
        Total("machines", ("Machines listed", "列入设备"), lines.height),
        Total("retrofits", ("Worth a retrofit", "建议改造"), verdicts.get("retrofit", 0)),
        Total("to_measure", ("To be measured first", "待测定"), verdicts.get("to_be_measured", 0)),
        Total(
            "saved_kwh",
            ("Expected saving, electricity and heat", "预期节能量"),
            _sum(lines, "saved_wh", 1000),
            "kWh",
        ),
        Total(
            "saved_tce",
            ("Expected saving, equal-supply", "预期节能量（等价值）"),
            _sum(lines, "saved_gce_equal_supply", 10**6),
            "tce",
        ),
        Total(
            "saved_tce_equal_energy",
            ("Expected saving, equal-energy", "预期节能量（当量值）"),
            _sum(lines, "saved_gce_equal_energy", 10**6),
            "tce",
        ),
        Total("saved_yuan", ("Expected saving", "预期节约"), _sum(lines, "saved_fen", 100), "元/年"),
    ]
    if unplaced:
        totals.append(
            Total(
                "unplaced_tce",
                ("Of that on no parcel known here", "其中未落宗地"),
                unplaced["saved_gce_equal_supply"] / 10**6,
                "tce",
            )
        )
    return tuple(totals)


def _rounded(area: float | None) -> float | None:
    return None if area is None else round(area, 2)
