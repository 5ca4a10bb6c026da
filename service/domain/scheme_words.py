"""What the fields of a scheme and their values are called, in English and Chinese."""

from collections.abc import Mapping
from types import MappingProxyType

Text = tuple[str, str]
"""English and Chinese."""

FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        # the whole scheme
        "name": ("name", "名称"),
        "title": ("title", "标题"),
        "zh": ("Chinese", "中文"),
        "en": ("English", "英文"),
        "jurisdiction": ("jurisdiction", "适用地区"),
        "document": ("document", "依据文件"),
        "citation": ("citation", "出处"),
        "issued_on": ("issued on", "发布日期"),
        "valid_from": ("valid from", "施行日期"),
        "valid_to": ("valid to", "失效日期"),
        "periods": ("periods", "适用年度"),
        "land_area": ("land area that counts", "土地面积口径"),
        "industry_groups": ("industry group", "行业组"),
        "divisions": ("divisions", "行业大类"),
        "tenants": ("tenants", "承租企业"),
        "treatment": ("treatment", "处理方式"),
        "outside": ("outside the ranking", "不参加排名"),
        "treated_as": ("treated as", "视同"),
        "tracks": ("track", "类别"),
        "low_efficiency": ("low efficiency", "低效用地"),
        "far_uplift": ("FAR uplift", "容积率提升"),
        "rules": ("rule", "规则"),
        "unless": ("unless", "除外情形"),
        "target": ("target floor-area ratio", "目标容积率"),
        "order": ("order", "顺序"),
        # a track
        "indicators": ("indicator", "指标"),
        "corrections": ("correction", "修正系数"),
        "bonuses": ("bonus", "加分"),
        "deductions": ("deduction", "扣分"),
        "adjustments": ("adjustment of the grade", "档次调整"),
        "total": ("total", "总分"),
        "bonus_at_most": ("all bonuses at most", "加分上限"),
        "ranking": ("ranking", "排名"),
        "within": ("within", "分组"),
        "grades": ("grades", "分档"),
        "by": ("by", "方式"),
        "cuts": ("cut-offs", "分档线"),
        "up_to": ("up to", "至"),
        "at_least": ("at least", "不低于"),
        # an indicator
        "code": ("code", "代码"),
        "numerator": ("numerator", "分子"),
        "denominator": ("denominator", "分母"),
        "unit": ("unit", "单位"),
        "scale": ("scale", "精度"),
        "method": ("method", "计分方法"),
        "direction": ("direction", "方向"),
        "weight": ("weight", "权重"),
        "benchmark": ("benchmark", "标杆值"),
        "base": ("base", "基数"),
        "cap": ("cap", "上限"),
        "floor": ("floor", "下限"),
        "missing": ("missing data", "缺数据处理"),
        "partial": ("partly missing data", "部分缺数据处理"),
        # a benchmark
        "value": ("value", "值"),
        "quantile": ("quantile", "分位"),
        "of": ("of", "取自"),
        "times": ("times", "倍数"),
        "over": ("over groups", "分组"),
        "smallest": ("smallest group", "最小组"),
        "promise": ("promise", "约定事项"),
        # a rule
        "when": ("when", "条件"),
        "factor": ("factor", "系数"),
        "points": ("points", "分值"),
        "per": ("for every", "按每"),
        "at_most": ("at most", "至多"),
        "free": ("free of charge", "免扣数"),
        "first": ("first step", "首个分值"),
        "effect": ("effect", "效果"),
        "steps": ("steps", "档数"),
        "grade": ("grade", "档次"),
        # any part
        "verified": ("verified", "已核实"),
        "source": ("source", "来源"),
        "unverified": ("not verified", "未核实"),
    }
)
"""Every field of the models in `service.domain.scheme`."""

VALUES: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "method": {
            "ratio": ("ratio to the benchmark", "与标杆值之比"),
            "attainment": ("attainment of the contract", "合同履约率"),
            "min_max": ("min-max", "极差法"),
            "rank": ("by rank", "按名次"),
            "fixed": ("fixed", "固定值"),
            "mean": ("mean", "平均值"),
            "median": ("median", "中位数"),
            "quantile": ("quantile", "分位数"),
            "pooled": ("pooled", "总量之比"),
            "range": ("least and largest", "最小值与最大值"),
            "peers": ("peers", "同组宗地"),
            "contract": ("the contract's promise", "合同约定"),
        },
        "direction": {"higher": ("more is better", "越大越好"), "lower": ("less is better", "越小越好")},
        "missing": {
            "zero": ("counts zero", "计零分"),
            "group_mean": ("takes the group's mean item", "取组内平均分"),
            "renormalise": ("its weight goes to the others", "权重分配给其他指标"),
            "not_scored": ("the parcel is not scored", "不予评价"),
        },
        "partial": {
            "use": ("what is known counts", "按已知计算"),
            "missing": ("counts as missing", "视为缺数据"),
        },
        "of": {"this_year": ("this year", "本年"), "last_year": ("last year", "上年")},
        "treatment": {
            "merged": ("merged into the parcel", "并入宗地"),
            "follow_landlord": ("below scale they follow the landlord", "规下随出租方"),
        },
        "base": {
            "scored": ("parcels scored", "已评价宗地"),
            "scored_and_outside": ("parcels scored and classes outside", "已评价宗地及不参加排名者"),
            "all": ("all parcels", "全部宗地"),
        },
        "by": {"share": ("share of the ranking", "名次比例"), "points": ("points", "分数")},
        "effect": {
            "raise": ("raises the grade", "提档"),
            "lower": ("lowers the grade", "降档"),
            "fix": ("fixes the grade", "定档"),
            "veto": ("veto", "一票否决"),
        },
        "group": {
            "town": ("town", "镇街"),
            "industry": ("industry", "行业"),
            "division": ("division of industry", "行业大类"),
            "industry_group": ("industry group", "行业组"),
            "land_use": ("land use", "土地用途"),
        },
        "land_area": {
            "registered": ("registered", "登记面积"),
            "approved": ("approved", "批准面积"),
            "contract": ("contract", "合同面积"),
            "surveyed": ("surveyed", "实测面积"),
            "occupied": ("occupied", "占用面积"),
            "geodesic": ("measured from the polygon", "图上面积"),
        },
    }
)
"""The words that a field chooses from; ``group`` are those of ``over`` and ``within``."""


def field_text(path: str) -> Text:
    """Return what a field is called: ``benchmark.value`` is *benchmark: value*."""
    parts = [FIELDS.get(name, (name, name)) for name in path.split(".")]
    return ": ".join(english for english, _ in parts), "：".join(chinese for _, chinese in parts)


def value_text(field: str, value: str) -> Text:
    """Return what a value of a field is called; itself where it has no words."""
    return VALUES.get(field, {}).get(value, (value, value))
