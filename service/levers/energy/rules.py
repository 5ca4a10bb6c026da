"""The rules of the diagnosis as a report tells them, each with its source and whether it was verified."""

from service.domain.reasons import Text
from service.domain.units import UnitTable
from service.levers.report import Basis
from service.reference.energy_diagnosis import DiagnosisRules

_KINDS: dict[str, Text] = {
    "motor": ("Motors", "电动机"),
    "compressor": ("Compressors", "空压机"),
    "boiler": ("Boilers", "锅炉"),
    "pump": ("Pumps", "水泵"),
    "fan": ("Fans", "风机"),
    "transformer": ("Transformers", "变压器"),
    "other": ("Other machines", "其他设备"),
}


def bases(rules: DiagnosisRules, units: UnitTable) -> tuple[Basis, ...]:
    """Return every rule and factor that the diagnosis rests on."""
    found = []

    def add(code: str, title: Text, value: str, source: str, verified: bool) -> None:
        found.append(Basis(code, title, value, source, verified, rules.edition))

    each = rules.inspection
    add(
        "inspection", ("Cycle of inspection", "检查周期"), f"{each.cycle_years} a", each.source, each.verified
    )
    peers = rules.intensity
    value = f"median, {peers.metric}, n ≥ {peers.least}"
    add("intensity", ("Energy per output", "单位产值能耗"), value, peers.source, peers.verified)
    load = rules.transformers
    value = (
        f"light < {load.light_below}, heavy > {load.heavy_above}; {load.hours} h, "
        f"power factor {load.power_factor}, target load {load.target_load}, "
        f"{load.yuan_per_kva_month} yuan/(kVA·month)"
    )
    add("transformers", ("Load of transformers", "变压器负载率"), value, load.source, load.verified)
    for rule in rules.equipment:
        lost = f" of {rule.loss_w_per_kva} W/kVA" if rule.loss_w_per_kva else ""
        value = (
            f"class {'/'.join(rule.below)}, or older than {rule.older_than_years} a without a class: "
            f"saves {rule.saving_share}{lost}"
        )
        add(f"equipment_{rule.kind}", _KINDS[rule.kind], value, rule.source, rule.verified)
    sun = rules.solar
    hours = ", ".join(f"{code}: {amount}" for code, amount in sun.regions.items())
    value = (
        f"usable {sun.usable_share}, {sun.kwp_per_m2} kWp/m², {sun.hours} h ({hours}), "
        f"own use {sun.self_use_share}, fed in at {sun.feed_in_yuan_per_kwh} yuan/kWh"
    )
    add("solar", ("Rooftop solar", "屋顶光伏"), value, sun.source, sun.verified)
    price = rules.prices
    carriers = [name for name in type(price).model_fields if name not in ("source", "verified")]
    per = {name: units.energy_factors[name, "equal_energy"].per for name in carriers}
    value = ", ".join(f"{name} {getattr(price, name)} yuan/{per[name]}" for name in carriers)
    add("prices", ("Prices of energy", "能源价格"), value, price.source, price.verified)
    for (carrier, basis), factor in units.energy_factors.items():
        if carrier in ("electricity", "heat") and (carrier, basis) != ("heat", "equal_supply"):
            title = (f"Coal equivalent of {carrier}, {basis}", "折标准煤系数")
            value = f"{factor.kgce} kgce/{factor.per}"
            found.append(Basis(f"factor_{carrier}_{basis}", title, value, factor.source, factor.verified))
    return tuple(found)
