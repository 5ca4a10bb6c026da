"""The columns of the report's tables, in display units: m², m, kVA, 万元, 万元/亩."""

from collections.abc import Collection, Iterator

import polars as pl

from service.features.table import Property
from service.levers.leasing.words import BASES, KINDS, QUESTIONS, REASONS

_PLACE = (
    Property("premises", "string", "Premises 空间编号"),
    Property("kind", "string", "listed, vacant, low_efficiency or block 类别"),
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("way", "string", "lease or land 租赁或供地"),
)
_FIT = (
    Property("verdict", "string", "possible, open or impossible 可行性"),
    Property("questions", "string", "What is to be asked first 待核事项"),
    Property("questions_zh", "string", "待核事项（中文）"),
    Property("floor_used_m2", "number", "Floor that is leased, m² 租赁建筑面积"),
    Property("land_used_m2", "number", "Land that is used, m² 所用土地"),
    Property("waste", "number", "Share of the premises that stays unused, 0…1 空余比例"),
    Property("tax_wan_yuan_per_mu", "number", "Expected tax per mu used, 万元/亩 预计亩均税收"),
    Property("output_wan_yuan_per_mu", "number", "Expected output per mu used, 万元/亩 预计亩均产值"),
)
_PROJECT = (
    Property("project", "string", "Project 项目编号"),
    Property("name", "string", "Name 项目名称"),
)

ASSIGNMENT = (
    *_PROJECT,
    Property("division", "string", "Division, GB/T 4754 行业大类"),
    Property("status", "string", "placed or unplaced 安排情况"),
    *_PLACE,
    *_FIT[1:],
    Property("tax_wan_yuan", "number", "Expected tax a year, 万元 预计年税收"),
    Property("output_wan_yuan", "number", "Expected output a year, 万元 预计年产值"),
    Property("reason", "string", "Why it has no place 未安排原因代码"),
    Property("reason_zh", "string", "未安排原因"),
    Property("displaced_by", "string", "Who has what it could have had 被何项目占用"),
)
CANDIDATES = (
    *_PROJECT,
    Property("rank", "integer", "Rank among the project's candidates 名次"),
    *_PLACE,
    *_FIT,
    Property("rent_yuan_per_m2_month", "number", "Rent, yuan per m² a month 租金"),
)
PAIRS = (
    *_PROJECT,
    *_PLACE,
    *_FIT,
    Property("reasons", "string", "Why it is impossible 不可行原因代码"),
    Property("reasons_zh", "string", "不可行原因"),
)
IMPOSSIBLE = (
    Property("project", "string", "Project 项目编号"),
    Property("reason", "string", "Reason 原因代码"),
    Property("reason_zh", "string", "原因"),
    Property("reason_en", "string", "Reason in words 英文"),
    Property("premises", "integer", "Premises that it rules out 涉及空间数"),
)
PREMISES = (
    Property("premises", "string", "Premises 空间编号"),
    Property("kind", "string", "listed, vacant, low_efficiency or block 类别"),
    Property("kind_zh", "string", "类别（中文）"),
    Property("basis", "string", "Where the figures come from 数据来源"),
    Property("basis_zh", "string", "数据来源（中文）"),
    Property("parcel_codes", "string", "Parcels 宗地"),
    Property("building_code", "string", "Building 建筑物"),
    Property("floor_m2", "number", "Floor, m² 可用建筑面积"),
    Property("listed_floor_m2", "number", "Floor that the committee lists, m² 清单建筑面积"),
    Property("land_m2", "number", "Land to be given, m² 可供用地面积"),
    Property("clear_height_m", "number", "Clear height, m 层高"),
    Property("power_kva", "number", "Power, kVA 供电容量"),
    Property("available_from", "date", "Free from 可用起始"),
    Property("available_to", "date", "Free to 可用截止"),
    Property("rent_yuan_per_m2_month", "number", "Rent, yuan per m² a month 租金"),
    Property("industries", "string", "Divisions that may come; empty: any 准入行业大类"),
    Property("land_use", "string", "Land use 土地用途"),
    Property(
        "leasing_clause", "string", "allowed, with_consent or forbidden by the grant contract 合同出租条款"
    ),
    Property("candidates", "integer", "Projects that may come 候选项目数"),
    Property("candidates_certain", "integer", "Of these without open questions 其中无待核事项"),
)

_AREAS = {"floor": "floor_m2", "land": "land_m2", "land_used": "land_used_m2"}
_OTHERS = {
    "height": ("clear_height_m", 1000),
    "power": ("power_kva", 1000),
    "rent": ("rent_yuan_per_m2_month", 1),
    "tax": ("tax_wan_yuan", 10**6),
    "output": ("output_wan_yuan", 10**6),
    "tax_per_mu": ("tax_wan_yuan_per_mu", 10**6),
    "output_per_mu": ("output_wan_yuan_per_mu", 10**6),
}
_WORDS = {"questions": QUESTIONS, "reasons": REASONS, "kind": KINDS, "basis": BASES}


def shown(rows: pl.DataFrame, properties: tuple[Property, ...]) -> pl.DataFrame:
    """Return the columns of a table, in display units and in words."""
    return rows.with_columns(*displayed(rows.columns)).select(each.name for each in properties)


def displayed(columns: Collection[str]) -> Iterator[pl.Expr]:
    """Yield the columns in display units and in words, of those in minor units and codes."""
    for name, shown in _AREAS.items():
        if name in columns:
            yield (pl.col(name) / 100).alias(shown)
    for name, (shown, per) in _OTHERS.items():
        if name in columns:
            yield (pl.col(name) / per).alias(shown)
    for name, words in _WORDS.items():
        if name in columns:
            pairs = {code: text[1] for code, text in words.items()}
            yield (
                pl.col(name)
                .str.split(",")
                .list.eval(pl.element().replace(pairs))
                .list.join("、")
                .alias(f"{name}_zh")
            )
    if "floor" in columns and "kind" in columns:
        yield pl.when(pl.col("kind") == "listed").then(pl.col("floor") / 100).alias("listed_floor_m2")
    if "floor_need" in columns and "way" in columns:
        yield pl.when(pl.col("way") == "lease").then(pl.col("floor_need") / 100).alias("floor_used_m2")
