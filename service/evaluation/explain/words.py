"""What the parts of an explanation are called in both languages: codes, properties, feeds, promises."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from service.domain.reasons import Text, reason_text
from service.domain.scheme import Rule, Title
from service.evaluation.explain.quantities import quantity_names

PROPERTIES: Mapping[str, Text] = MappingProxyType(
    {
        "town": ("town", "镇街"),
        "land_use": ("land use", "土地用途"),
        "industry": ("industry of the main occupant", "主要占用单位行业"),
        "division": ("its division of GB/T 4754", "行业大类"),
        "industry_group": ("its group in the scheme", "行业组"),
        "above_scale": ("an occupant is above scale", "有规上企业"),
        "occupants": ("occupants", "占用单位数"),
        "tenants": ("tenants", "承租企业数"),
        "tenants_below_scale": ("tenants below scale", "规下承租企业数"),
        "landlord_above_scale": ("the landlord is above scale", "业主为规上企业"),
        "partial_occupancy": ("holdings cover part of the period", "占用未覆盖整个期间"),
        "registered_years": ("years since registration", "注册年数"),
        "granted_years": ("years since the grant", "出让年数"),
        "under_construction": ("under construction", "在建"),
        "construction_overdue": ("completion overdue", "逾期未竣工"),
        "land_area": ("land area", "土地面积"),
        "floor_area": ("floor area", "建筑面积"),
        "footprint_area": ("footprint of buildings", "建筑占地面积"),
        "far": ("floor-area ratio", "容积率"),
        "far_limit": ("limit of the floor-area ratio", "容积率上限"),
        "building_coverage": ("building coverage", "建筑系数"),
    }
)
"""`service.domain.scheme.PARCEL_PROPERTIES`."""

FEEDS: Mapping[str, Text] = MappingProxyType(
    {
        "land_area": ("land area", "土地面积"),
        "occupancy": ("occupancy survey", "占用调查"),
        "enterprise": ("register of enterprises", "企业名录"),
    }
)

PROMISED: Mapping[str, Text] = MappingProxyType(
    {
        "tax_per_mu": ("tax per mu, at least", "亩均税收（下限）"),
        "output_per_mu": ("output per mu, at least", "亩均产值（下限）"),
        "investment_per_mu": ("investment per mu, at least", "亩均投资强度（下限）"),
        "energy_per_output": ("energy per output, at most", "单位产值能耗（上限）"),
        "far": ("floor-area ratio, at least", "容积率（下限）"),
        "coverage": ("building coverage, at least", "建筑系数（下限）"),
    }
)
"""`service.domain.tables.PROMISES`."""

BASES: Mapping[str, Text] = MappingProxyType(
    {
        "floor_area": ("floor area × days", "建筑面积×天数"),
        "land_area": ("land area × days", "土地面积×天数"),
        "electricity": ("metered electricity × days", "计量电量×天数"),
        "equal": ("equal parts × days", "均分×天数"),
        "manual": ("set by hand", "人工确定"),
        "direct": ("reported for the parcel", "分宗地填报"),
    }
)
"""By what an enterprise's figures are shared out."""

ROLES: Mapping[str, Text] = MappingProxyType(
    {"own": ("own", "自有"), "leased_in": ("leased in", "租入"), "leased_out": ("leased out", "租出")}
)

AREAS: Mapping[str, Text] = MappingProxyType(
    {
        "registered": ("registered", "登记面积"),
        "approved": ("approved", "批准面积"),
        "contract": ("contract", "合同面积"),
        "surveyed": ("surveyed", "实测面积"),
        "occupied": ("occupied", "占用面积"),
        "geodesic": ("of the outline", "图形面积"),
    }
)

ROUNDING = Title(
    zh="数额以最小单位整数计算，面积为0.01平方米，得分为百万分之一分。分摊比例与比值按双精度计算；"
    "分摊额向下取整，余数归权重最大者（相同时归宗地代码最小者）；指标值、标杆值与得分四舍五入到最小单位；"
    "总分为各项得分之和按规则修正、加分、扣分；排名比例以整数比较。",
    en="Amounts are whole minor units, areas 0.01 m², points millionths of a point. Shares and quotients are "
    "doubles; a share of an amount is floored and the remainder goes to the largest weight, of equals to the "
    "first parcel code; values, benchmarks and points are rounded half up to their minor unit; the total is "
    "the sum of the items, corrected and with bonuses and deductions; shares of a ranking are compared in "
    "whole numbers.",
)


def told(code: str, words: Mapping[str, Text]) -> dict[str, str]:
    """Return a code with its title; an unknown code is its own title."""
    english, chinese = words.get(code, (code, code))
    return {"code": code, "zh": chinese, "en": english}


def reason(code: str | None, rules: Iterable[Rule] = ()) -> dict[str, str] | None:
    """Return the code of a result with its title: of a rule of the scheme, or of our own."""
    if code is None:
        return None
    for rule in rules:
        if rule.code == code:
            return {"code": code, **rule.title.model_dump()}
    english, chinese = reason_text(code, quantity_names())
    return {"code": code, "zh": chinese, "en": english}


def reasons(joined: str | None, rules: Iterable[Rule] = ()) -> list[dict[str, str]]:
    """Return the codes of a result that are joined by ``,``, each with its title."""
    known = tuple(rules)
    return [each for code in split(joined) if (each := reason(code, known)) is not None]


def counted_as(name: str) -> dict[str, str]:
    """Return what a rule reads of a parcel, a property or a mark, with its title."""
    return told(name, {**quantity_names(), **PROPERTIES})


def split(joined: str | None) -> list[str]:
    """Return the codes in a text of a result."""
    return [code for code in (joined or "").split(",") if code]


def rule(known: Rule, **more: Any) -> dict[str, Any]:
    """Return a rule of the scheme with its title, its condition, and where it comes from."""
    return {
        "code": known.code,
        **known.title.model_dump(),
        "when": known.when,
        "verified": known.verified,
        "source": known.source,
        **more,
    }
