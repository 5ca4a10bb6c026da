"""The fixed words of the sheet, Chinese and English; what schemes and results are called comes with them."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "status": {
            "scored": ("已评价", "scored"),
            "not_scored": ("未评价", "not scored"),
            "outside": ("不参与排名", "outside the ranking"),
            "complete": ("完整", "complete"),
            "partial": ("部分", "partial"),
            "missing": ("缺失", "missing"),
            "draft": ("草案", "draft"),
            "published": ("已发布", "published"),
        },
        "method": {
            "fixed": ("文件规定值", "fixed by the document"),
            "mean": ("组内平均值", "mean of the group"),
            "median": ("组内中位数", "median of the group"),
            "quantile": ("组内分位数", "quantile of the group"),
            "pooled": ("组内合计比值", "sum ÷ sum of the group"),
            "range": ("组内最小至最大", "least to largest of the group"),
            "peers": ("组内名次", "rank in the group"),
            "contract": ("出让合同约定", "promised in the contract"),
        },
        "level": {
            "": ("全部", "whole track"),
            "town": ("镇街", "town"),
            "industry": ("行业", "industry"),
            "division": ("行业大类", "division"),
            "industry_group": ("行业组", "industry group"),
            "land_use": ("土地用途", "land use"),
        },
        "missing": {
            "zero": ("缺数据计零分", "missing counts zero"),
            "group_mean": ("缺数据取组内平均分", "missing takes the group's mean item"),
            "renormalise": ("缺数据时权重分配给其他指标", "if missing, its weight goes to the others"),
            "not_scored": ("缺数据不予评价", "if missing, the parcel is not scored"),
        },
        "step": {
            "value": ("数值", "value"),
            "benchmark": ("标杆", "benchmark"),
            "weight": ("权重", "weight"),
            "points": ("得分", "points"),
            "cap": ("上限", "cap"),
            "floor": ("下限", "floor"),
            "filled": ("缺失计分", "for what is missing"),
        },
        "base": {
            "scored": ("以已评价宗地计", "counted on the scored parcels"),
            "scored_and_outside": (
                "以已评价及不参与排名宗地计",
                "counted on the scored and those outside",
            ),
            "all": ("以全部宗地计", "counted on all parcels"),
        },
        "kind": {
            "correction": ("修正系数", "correction"),
            "bonus": ("加分", "bonus"),
            "deduction": ("扣分", "deduction"),
        },
        "effect": {
            "raise": ("提档", "raised"),
            "lower": ("降档", "lowered"),
            "fix": ("定档", "fixed at"),
            "veto": ("一票否决", "vetoed to"),
        },
        "place": {
            "this_parcel": ("本宗地", "this parcel"),
            "this_district": ("本行政区", "this district"),
            "other_district": ("其他行政区", "another district"),
            "unknown": ("未入库", "unknown parcel"),
        },
    }
)
