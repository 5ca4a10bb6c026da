"""Hand-overs (交付): the feeds, the verdict on every row, the reason codes, and the report of an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from pydantic import BaseModel, model_validator

Key = tuple[Any, ...]
Fact = tuple[Key, tuple[Any, ...]]
"""What a row states: the key it speaks of and the content it gives to it."""

AT, ROW = "@at", "@row"
"""Columns of facts as a table: the position of the fact's row in its file from 0, and its number there."""

FIGURE_KEY = ("subject_kind", "subject_code", "part_of", "period")
"""The key of a figure but for its metric: in tables of facts each metric is a column."""


class Feed(StrEnum):
    """What a file hands over."""

    PARCELS = "parcels"  # 宗地
    ENTERPRISES = "enterprises"  # 企业
    OCCUPANCIES = "occupancies"  # 占用
    FIGURES = "figures"  # 数据
    CONTRACTS = "contracts"  # 出让合同
    BRANCHES = "branches"  # 分支机构
    RATINGS = "ratings"  # 企业综合评价结果
    METERS = "meters"  # 计量表
    INSPECTIONS = "inspections"  # 能源检查
    BUILDINGS = "buildings"  # 建筑物
    SUCCESSIONS = "successions"  # 宗地沿革
    SURCHARGES = "surcharges"  # 其他电价加价
    BARRIERS = "barriers"  # 阻隔（河流、铁路等）
    PROJECTS = "projects"  # 招商项目
    PREMISES = "premises"  # 可租厂房


class Verdict(StrEnum):
    """What became of a row; the four together are all rows read."""

    ACCEPTED = "accepted"  # 入库
    HELD = "held"  # 待核
    DUPLICATE = "duplicate"  # 重复
    SKIPPED = "skipped"  # 略过


@dataclass(slots=True)
class HandedRow:
    """A row as received (``content``: JSON object, source column → text), its verdict, and what it states."""

    sheet: str
    row: int
    content: str
    verdict: Verdict = Verdict.ACCEPTED
    reason: str | None = None
    column: str | None = None
    detail: str | None = None
    facts: tuple[Fact, ...] = ()
    subject: str | None = None
    """The parcel code or USCC that a row speaks of, where it is readable though the row is held."""
    corrects: int | None = None
    """The source row that this one corrects."""
    match_id: int | None = None
    """The open question of whom the row means."""

    def hold(self, reason: str, column: str | None, detail: str | None) -> None:
        """Keep the row out of the tables and say why."""
        self.verdict, self.reason, self.column, self.detail = Verdict.HELD, reason, column, detail
        self.facts = ()


class ImportReport(BaseModel):
    """What an import did: ``read = accepted + held + duplicate + skipped``, always.

    ``batch_id`` is None when the same hand-over had been received before and nothing changed; ``reasons``
    counts the rows that were not accepted by their reason code (`REASONS`); ``repaired`` are accepted rows
    whose geometry was mended on request.
    """

    batch_id: int | None
    feed: Feed
    district: str | None
    file_name: str
    sha256: str
    read: int
    accepted: int
    held: int
    duplicate: int
    skipped: int
    reasons: dict[str, int] = {}
    repaired: int = 0
    notes: list[str] = []

    @model_validator(mode="after")
    def _accounted_for(self) -> Self:
        if self.read != self.accepted + self.held + self.duplicate + self.skipped:
            raise ValueError("read is not accepted + held + duplicate + skipped")
        return self


REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # held: keys
        "uscc_missing": ("no USCC", "缺统一社会信用代码"),
        "uscc_malformed": ("not an 18-character USCC", "统一社会信用代码格式不符"),
        "uscc_check_digit": ("the USCC's check digit is wrong", "统一社会信用代码校验位错误"),
        "enterprise_unmatched": ("no enterprise of this name or number is known", "未匹配到企业"),
        "enterprise_ambiguous": ("several enterprises bear this name", "同名企业不止一家"),
        "parcel_code_missing": ("no parcel code", "缺宗地代码"),
        "code_missing": ("no code", "缺编号"),
        "parcel_code_malformed": ("not a parcel code", "宗地代码格式不符"),
        "parcel_split": (
            "the parcel was split: nobody can tell which part is meant",
            "宗地已分割，无法判断所指",
        ),
        "parcel_lineage_circular": ("the parcel's codes succeed each other in a circle", "宗地沿革循环"),
        "code_precision_lost": ("a long code stored as a rounded number", "长编码按数值存储已失真"),
        "period_missing": ("no period", "缺所属期"),
        "period_unreadable": ("neither a year, a quarter nor a month", "所属期无法识别"),
        "role_missing": ("no role", "缺占用方式"),
        "role_unknown": ("not a role", "占用方式无法识别"),
        "word_unknown": ("none of the words that may stand here", "取值不在可选范围内"),
        "parcel_unknown": ("no parcel of this code is known yet", "尚无此宗地"),
        "meter_missing": ("no meter number", "缺计量表号"),
        "kind_missing": ("no kind", "缺类别"),
        "item_missing": ("no name or number", "缺名称或编号"),
        "old_code_missing": ("no old parcel code", "缺原宗地代码"),
        "new_code_missing": ("no new parcel code", "缺新宗地代码"),
        "valid_from_missing": ("no first day", "缺起始日期"),
        "district_missing": ("no district", "缺行政区"),
        "district_differs": ("the parcel is recorded in another district", "该宗地已登记在其他行政区"),
        "conflicting_rows": ("rows of one key contradict each other", "同一主键的多行互相矛盾"),
        # held: values
        "cell_error": ("the cell holds a spreadsheet error", "单元格为公式错误"),
        "formula_without_value": ("a formula whose value was not saved", "公式未保存计算结果"),
        "number_unreadable": ("not a number", "无法识别为数值"),
        "number_not_whole": ("not a whole number", "应为整数"),
        "number_not_finite": ("NaN or infinite", "数值非有限"),
        "number_negative": ("negative where it cannot be", "数值不应为负"),
        "number_out_of_range": ("larger than can be kept exactly", "数值超出范围"),
        "date_unreadable": ("not a date that reads only one way", "日期无法唯一识别"),
        "dates_reversed": ("ends before it begins", "起止日期颠倒"),
        "boolean_unreadable": ("neither yes nor no", "无法识别为是否"),
        "value_unmapped": ("a value the mapping does not list", "取值不在映射表中"),
        "text_unusable": ("control characters or far too long", "文本含控制字符或过长"),
        "unit_missing": ("an amount without its unit", "数值未注明单位"),
        "unit_unknown": ("a unit that is not known for this", "计量单位无法识别"),
        "metric_unmapped": ("a metric the mapping does not list", "指标不在映射表中"),
        "interval_unreadable": ("not a limit that reads only one way", "限值无法唯一识别"),
        "share_ambiguous": ("per cent or a share of one", "无法判断是百分数还是小数"),
        "area_contradicts": ("two areas in one cell that differ", "同一单元格的两个面积不一致"),
        "cells_missing": ("the row is shorter than its header", "行的列数少于表头"),
        "cells_in_excess": ("the row is longer than its header", "行的列数多于表头"),
        # held: geometry
        "crs_not_transformable": ("no trustworthy way to CGCS2000", "坐标系无可靠转换到CGCS2000"),
        "coordinates_out_of_range": ("coordinates outside their system", "坐标超出坐标系范围"),
        "geometry_missing": ("no geometry", "缺图形"),
        "geometry_empty": ("empty geometry", "空图形"),
        "geometry_unreadable": ("a geometry that cannot be decoded", "图形无法解析"),
        "geometry_invalid": ("invalid geometry", "图形无效"),
        "not_a_polygon": ("neither Polygon nor MultiPolygon", "不是面图形"),
        "not_a_line_or_polygon": ("neither a line nor a polygon", "不是线或面图形"),
        "too_many_vertices": ("more vertices than the service takes", "顶点数过多"),
        "crosses_antimeridian": ("wraps around the 180° meridian", "跨越180度经线"),
        # accepted
        "matched_by_name": ("the enterprise was found by its name", "按企业名称匹配"),
        "matched_by_registration_number": (
            "the enterprise was found by its old registration number",
            "按原注册号匹配",
        ),
        "matched_by_decision": ("the enterprise is the one that a person decided on", "按人工认定匹配"),
        "name_differs": (
            "the name is another enterprise's than the USCC",
            "企业名称与统一社会信用代码不一致",
        ),
        "parcel_renumbered": ("the parcel has another code now", "宗地代码已变更"),
        "geometry_repaired": ("geometry repaired as asked", "图形已按要求修复"),
        # duplicate
        "repeated_row": ("the file says the same twice", "文件内重复"),
        "already_stored": ("the store says the same already", "库中已有相同内容"),
        "same_hand_over": ("the file was received before", "同一文件已交付"),
        # skipped
        "blank": ("blank row", "空行"),
        "title": ("title above the header", "标题行"),
        "code_row": ("codes of the columns", "列代码行"),
        "repeated_header": ("header repeated", "重复表头"),
        "subtotal": ("subtotal or total", "小计或合计"),
        "footnote": ("footnote or signature", "备注或落款"),
        "dismissed": ("held, and then dismissed by a person", "经人工核定不予采用"),
        "skipped_by_mapping": ("no data by the mapping's word", "映射指明略过的行"),
        "no_values": ("a subject without any value", "无数据"),
    }
)
"""Every reason code with its sentence in English and Chinese."""
