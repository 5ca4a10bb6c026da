"""What the tables of the diagnosis show: name, kind, title, and the minor units in the unit of display."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from service.features.table import TYPES, Kind


class Shown(NamedTuple):
    """A column: its kind, its title, and where it comes from; ``minor`` divides it."""

    type: Kind
    title: str
    source: str
    minor: int = 1


_KWH, _TCE, _YUAN, _KVA, _WAN = 1000, 10**6, 100, 1000, 10**6

_INTENSITY = {
    "energy_tce": Shown("number", "Energy, tce 综合能耗", "energy", 1000),
    "output_wan": Shown("number", "Output, 万元 工业总产值", "output", _WAN),
    "tce_per_wan": Shown("number", "Energy per output, tce/万元 单位产值能耗", "tce_per_wan"),
    "benchmark_level": Shown(
        "string", "Compared with: division, industry_group or park 对标范围", "benchmark_level"
    ),
    "benchmark_group": Shown("string", "Which one 对标组", "benchmark_group"),
    "benchmark_size": Shown("integer", "Size of the group 对标组数量", "benchmark_size"),
    "benchmark_median": Shown("number", "Median of the group, tce/万元 对标组中位值", "benchmark_median"),
    "benchmark_pooled": Shown(
        "number", "All of the group together, tce/万元 对标组合计值", "benchmark_pooled"
    ),
    "factor": Shown("number", "Times the median 为中位值的倍数", "factor"),
    "excess_tce": Shown("number", "Energy above the median, tce 高于中位值的能耗", "excess_kgce", 1000),
    "intensity_reason": Shown("string", "Why not compared 未对标原因", "intensity_reason"),
}
_LOAD = {
    "electricity_kwh": Shown("number", "Electricity, kWh 用电量", "electricity", _KWH),
    "transformer_kva": Shown("number", "Transformer capacity, kVA 变压器容量", "capacity_va", _KVA),
    "transformer_load": Shown("number", "Mean load of the year, 1 平均负载率", "load"),
    "transformer_class": Shown("string", "light, normal or heavy 负载分类", "load_class"),
    "spare_kva": Shown("number", "Capacity that could be given up, kVA 可减容量", "spare_va", _KVA),
    "charge_yuan": Shown(
        "number", "Capacity charge that saves, yuan a year 可省基本电费", "charge_fen", _YUAN
    ),
    "load_reason": Shown("string", "Why no load 无负载率原因", "load_reason"),
}
_SAVED = {
    "saved_kwh": Shown("number", "Expected saving, kWh 预期节能量", "saved_wh", _KWH),
    "saved_tce": Shown(
        "number", "Expected saving, tce, equal-supply 预期节能量（等价值）", "saved_gce_equal_supply", _TCE
    ),
    "saved_tce_equal_energy": Shown(
        "number", "Expected saving, tce, equal-energy 预期节能量（当量值）", "saved_gce_equal_energy", _TCE
    ),
    "saved_yuan": Shown("number", "Expected saving, yuan a year 预期节约", "saved_fen", _YUAN),
}
_MACHINES = {
    "machines": Shown("integer", "Machines listed 列入设备数", "machines"),
    "retrofits": Shown("integer", "Machines worth a retrofit 建议改造设备数", "retrofits"),
    "to_measure": Shown("integer", "Machines to be measured first 待测定设备数", "to_measure"),
    "without_number": Shown("integer", "Retrofits without a number 无法计算节能量的改造数", "without_number"),
    **_SAVED,
}

PARCELS: Mapping[str, Shown] = {
    "parcel_code": Shown("string", "Parcel code 宗地代码", "parcel_code"),
    "town": Shown("string", "Town or subdistrict 镇街", "town"),
    "industry": Shown("string", "Industry, GB/T 4754 行业", "industry"),
    "inspection": Shown(
        "string", "Most pressing state of inspection of its firms 能源检查状态", "inspection"
    ),
    "firms_due": Shown("integer", "Above-scale firms due or never inspected 应检查企业数", "firms_due"),
    "buildings": Shown("integer", "Buildings 建筑物数", "buildings"),
    "roof_m2": Shown("number", "Roof, m² 屋顶面积", "roof_m2"),
    "free_roof_m2": Shown("number", "Roof without solar, m² 未装光伏屋顶面积", "free_roof_m2"),
    "solar_kwp": Shown("number", "Solar potential, kWp 光伏潜力", "solar_w", 1000),
    "solar_kwh": Shown("number", "Solar potential, kWh a year 光伏年发电潜力", "solar_wh", _KWH),
    "solar_tce": Shown(
        "number", "Solar potential, tce, equal-supply 光伏潜力（等价值）", "solar_gce_equal_supply", _TCE
    ),
    "solar_tce_equal_energy": Shown(
        "number", "Solar potential, tce, equal-energy 光伏潜力（当量值）", "solar_gce_equal_energy", _TCE
    ),
    "solar_yuan": Shown("number", "Worth of it, yuan a year 光伏潜力收益", "solar_fen", _YUAN),
    "solar_reason": Shown("string", "Why no solar potential 无光伏潜力原因", "solar_reason"),
    "installed_kwp": Shown("number", "Solar installed, kWp 已装光伏容量", "installed_kwp"),
    "installed_roof_m2": Shown("number", "Roof under solar, m² 已装光伏屋顶面积", "installed_roof_m2"),
    "solar_share_of_electricity": Shown(
        "number", "Solar potential in own electricity, 1 光伏潜力占用电量比", "solar_share_of_electricity"
    ),
    **_INTENSITY,
    **_LOAD,
    **_MACHINES,
    "verified": Shown("boolean", "All rules read in the document itself 规则均经原文核实", "verified"),
}
FIRMS: Mapping[str, Shown] = {
    "uscc": Shown("string", "Unified social credit code 统一社会信用代码", "uscc"),
    "name": Shown("string", "Name 企业名称", "name"),
    "parcels": Shown("string", "Parcels 宗地", "parcels"),
    "industry": Shown("string", "Industry, GB/T 4754 行业", "industry"),
    "above_scale": Shown("boolean", "Above scale 规上", "above_scale"),
    "inspection": Shown("string", "inspected, due, never, not_due or unknown 能源检查状态", "inspection"),
    "last_year": Shown("integer", "Year last inspected 最近检查年度", "last_year"),
    "last_on": Shown("date", "Day last inspected 最近检查日期", "last_on"),
    "due_by": Shown("date", "Due by 应检查期限", "due_by"),
    **_INTENSITY,
    **_LOAD,
    **_MACHINES,
}
EQUIPMENT: Mapping[str, Shown] = {
    "uscc": Shown("string", "Unified social credit code 统一社会信用代码", "uscc"),
    "parcels": Shown("string", "Parcels 宗地", "parcels"),
    "item": Shown("string", "Machine 设备", "item"),
    "model": Shown("string", "Model 型号", "model"),
    "equipment_kind": Shown("string", "Kind 设备类型", "equipment_kind"),
    "kind_by_name": Shown("boolean", "Kind taken from the name 按名称判定类型", "kind_by_name"),
    "quantity": Shown("number", "How many 数量", "quantity"),
    "power_kw": Shown("number", "Rated power, kW 额定功率", "power_kw"),
    "capacity_kva": Shown("number", "Capacity, kVA 容量", "capacity_kva"),
    "hours_per_year": Shown("number", "Hours a year 年运行小时", "hours_per_year"),
    "load_share": Shown("number", "Mean load, 1 负载率", "load_share"),
    "efficiency_class": Shown("string", "Efficiency class 能效等级", "efficiency_class"),
    "fuel": Shown("string", "Fuel 燃料", "fuel"),
    "commissioned_on": Shown("date", "Commissioned on 投用日期", "commissioned_on"),
    "age_years": Shown("integer", "Age, years 使用年限", "age_years"),
    "verdict": Shown("string", "retrofit, fine, to_be_measured or no_rule 结论", "verdict"),
    "why": Shown("string", "Why: class, age 依据", "why"),
    "to_measure": Shown("string", "Not known 待测定项", "to_measure"),
    "use_kwh": Shown("number", "Use of a year, kWh 年用能", "use_wh", _KWH),
    **_SAVED,
}
ROOFS: Mapping[str, Shown] = {
    "parcel_code": Shown("string", "Parcel code 宗地代码", "parcel_code"),
    "building_code": Shown("string", "Building code 建筑物代码", "building_code"),
    "roof_m2": Shown("number", "Roof on this parcel, m² 本宗地屋顶面积", "roof_m2"),
}


def shown(table: pl.DataFrame, columns: Mapping[str, Shown]) -> pl.DataFrame:
    """Return a table of minor units as it is displayed."""
    return table.select(
        (pl.col(each.source) / each.minor if each.minor != 1 else pl.col(each.source))
        .cast(TYPES[each.type])
        .alias(name)
        for name, each in columns.items()
    )
