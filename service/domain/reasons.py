"""What the codes in results mean: why not scored, why not placed, why not covered, what became of an item."""

from collections.abc import Mapping
from types import MappingProxyType

Text = tuple[str, str]
"""English and Chinese."""

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # why a parcel is not scored
        "land_area_missing": ("no land area is recorded", "缺土地面积"),
        "land_area_zero": ("the land area is zero", "土地面积为零"),
        "no_occupant": ("nobody is known to hold the parcel, and it has no figures", "无占用单位且无数据"),
        "no_figures": ("no occupant reported any figure the scheme reads", "占用单位均无评价所需数据"),
        "no_track": ("no track of the scheme fits the parcel", "不属于评价办法的任何类别"),
        # why something of an enterprise's figure is not placed
        "no_occupancy": ("the enterprise holds nothing in the period", "企业当期无占用记录"),
        "manual_share_over_one": ("the shares set by hand exceed one", "人工分摊比例合计超过1"),
        "manual_share_under_one": ("the shares set by hand leave something over", "人工分摊比例合计不足1"),
        "zero_weight": ("all weights of its holdings are zero", "占用权重合计为零"),
        "direct_exceeds_reported": ("its parcels' figures exceed its total", "分宗地数据之和大于企业合计"),
        "other_district": ("it belongs to parcels of another district", "属于其他行政区的宗地"),
        "parcel_unknown": ("it belongs to parcels nobody handed over", "所属宗地未入库"),
        # why a feed is not complete
        "area_fallback": ("another kind of land area stands in", "以其他口径的土地面积代替"),
        "leased_out_exceeds": ("more is let than held", "出租面积大于占用面积"),
        "partial_occupancy": ("holdings cover only part of the period", "占用记录未覆盖整个期间"),
        "not_in_register": ("an occupant is not among the enterprises", "占用单位不在企业名录中"),
        "not_reported": ("an occupant reported nothing", "占用单位未报数据"),
        "not_placed": ("an occupant's figure could not be placed", "占用单位数据无法分摊"),
        "hand_over_old": (
            "the last hand-over is older than its bureau's freshness",
            "最近一次交付已超过时效",
        ),
        # what became of an item
        "scored": ("scored by the formula", "按公式计分"),
        "capped": ("held down to the cap", "按上限计分"),
        "floored": ("held up to the floor", "按下限计分"),
        "missing_zero": ("missing, counts zero", "缺数据，计零分"),
        "missing_group_mean": ("missing, takes the group's mean item", "缺数据，取组内平均分"),
        "missing_no_group": ("missing, and nobody in the group has it: zero", "缺数据且组内均缺，计零分"),
        "missing_renormalised": ("missing, its weight goes to the others", "缺数据，权重分配给其他指标"),
        "missing_not_scored": ("missing, hence the parcel is not scored", "缺数据，不予评价"),
        "missing_shown_only": ("missing; the indicator weighs nothing", "缺数据（仅展示）"),
        "shown_only": ("shown, weighs nothing", "仅展示，不计分"),
        "promise_missing": ("no contract promises it", "合同无约定"),
        "benchmark_missing": ("nobody set a benchmark: zero", "无标杆值，计零分"),
        "benchmark_not_positive": ("the benchmark is not above zero: zero", "标杆值不为正，计零分"),
        "not_scored": ("the parcel is not scored", "宗地未评价"),
        "all_equal": ("all values of the group are equal: full weight", "组内数值全部相同，计满分"),
        # findings
        "repeated_total": ("the same amount stands on several parcels", "多宗地重复填报同一数额"),
        "single_member_group": ("the group has a single member", "组内仅一个成员"),
        "all_values_equal": ("all values of the group are equal", "组内数值全部相同"),
        "negative_amount": ("the amount is negative", "数额为负"),
        # occupants whose figures are not the parcel's
        "follows_landlord": ("a tenant below scale, which follows its landlord", "规下承租企业，随业主评价"),
        # flags
        "undetermined": ("depends on something unknown", "资料不足，无法判断"),
    }
)
"""Codes of results; those of a scheme's rules have their titles in the scheme."""

_SIDES: Mapping[str, Text] = {
    "missing": ("{en} is missing", "缺{zh}"),
    "zero": ("{en} is not above zero", "{zh}不为正"),
    "partial": ("an occupant's {en} is missing", "部分占用单位缺{zh}"),
}


def reason_text(code: str, names: Mapping[str, Text]) -> Text:
    """Return what a code means; ``tax_missing`` and the like are made of the names of metrics and areas."""
    if code in REASONS:
        return REASONS[code]
    subject, _, side = code.rpartition("_")
    if side in _SIDES and subject in names:
        english, chinese = names[subject]
        return _SIDES[side][0].format(en=english), _SIDES[side][1].format(zh=chinese)
    return code, code
