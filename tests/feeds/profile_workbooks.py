"""A small workbook for a profile, made of the profile's own first synonyms: what it must be able to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.domain.units import Metric
from service.feeds.mappings.fields import FIELDS, Field
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.mappings.rules import Rule
from service.feeds.values.unit_words import units_in_header
from service.reference.tables import unit_table
from tests.feeds.handing import uscc

YEAR = "2023"

UNITS = {
    "money": "元",
    "area": "平方米",
    "electricity": "万千瓦时",
    "gas": "万立方米",
    "water": "吨",
    "steam": "吨",
    "heat": "吉焦",
    "coal": "吨",
    "firewood": "千克",
    "diesel": "吨",
    "petrol": "吨",
    "mass": "吨",
    "energy": "吨标准煤",
    "money_per_area": "万元/公顷",
    "energy_per_money": "吨标煤/万元",
    "daily_share": "‰",
    "money_per_electricity": "元/千瓦时",
    "power": "千伏安",
    "length": "米",
    "rent": "元/平方米·月",
}
"""The unit that the header of such a workbook names, as bureaus write it."""

_IN_CELL = {"area": "68507.52平方米(折102.76亩)", "money_per_area": "≥216万元/亩", "money": "100万美元"}
_WORDS = {
    "role": "自有",
    "meter_kind": "电",
    "item_kind": "产品",
    "equipment_kind": "空压机",
    "efficiency_class": "二级",
    "fuel": "天然气",
    "succession_kind": "分割",
    "clause": "经同意",
    "surcharge_kind": "惩罚性电价",
    "barrier_kind": "铁路",
    "lease_or_land": "租赁",
    "project_status": "在谈",
    "date": "2020年3月1日",
    "period": YEAR,
    "count": "3",
    "currency": "100万美元",
}


@dataclass(slots=True)
class Sheet:
    """The columns of a workbook: its names of one or two levels, and for each what its cells are."""

    names: list[str] = field(default_factory=list)
    cells: list[tuple[str, str]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def add(self, name: str, first: str, second: str) -> None:
        """Add a column, or leave it where another field reads it already."""
        if name not in self.names:
            self.names.append(name)
            self.cells.append((first, second))

    @property
    def levels(self) -> list[list[str]]:
        """The header: one row, or two where a name has two levels, the upper one merged over its columns."""
        parts = [name.split("/", 1) if "/" in name.split("（")[0] else [name] for name in self.names]
        if all(len(part) == 1 for part in parts):
            return [self.names]
        upper: list[str] = []
        for position, part in enumerate(parts):
            same = position > 0 and len(part) == 2 and parts[position - 1][0] == part[0]
            upper.append("" if same else part[0])
        return [upper, [part[1] if len(part) == 2 else "" for part in parts]]


def sheet_for(mapping: FeedMapping) -> Sheet:
    """Return a column for every field and metric of a profile, with two rows of cells that it must accept."""
    sheet = Sheet()
    for name, rule in mapping.columns.items():
        _add(sheet, name, rule, FIELDS[mapping.feed][name])
    for code, rule in mapping.metrics.items():
        _add(sheet, code, rule, unit_table().metrics[code])
    return sheet


def rows_for(mapping: FeedMapping) -> list[list[str]]:
    """Return the workbook: title, header, two rows of data, a subtotal and a footnote."""
    sheet = sheet_for(mapping)
    title = [f"{mapping.title.zh if mapping.title else ''}（{YEAR}年度）"]
    if any(leaf.unit == "title" for leaf in _leaves(mapping)):
        title.append("单位：元")
    summed = [first if re.fullmatch(r"[0-9,]*\.[0-9]+", first) else "" for first, _ in sheet.cells]
    total = ["合计", *summed[1:]]
    return [
        title,
        *sheet.levels,
        [first for first, _ in sheet.cells],
        [second for _, second in sheet.cells],
        total,
        ["注：本表由主管部门提供，数据未经审计。"],
    ]


def _leaves(mapping: FeedMapping) -> Iterator[Rule]:
    for rule in (*mapping.columns.values(), *mapping.metrics.values()):
        for leaf in rule.leaves():
            yield leaf.model_copy(update={"unit": leaf.unit or rule.unit})


def _add(sheet: Sheet, name: str, rule: Rule, target: Field | Metric) -> None:
    leaves = [leaf for leaf in rule.leaves() if leaf.column is not None]
    if not leaves:
        return
    sheet.fields.add(name)
    for leaf in leaves if rule.combine == "sum" else leaves[:1]:
        unit = leaf.unit or rule.unit
        column = (leaf.column or [])[0]
        quantity = target.quantity if isinstance(target, Metric) else target.kind
        if unit == "header" and not units_in_header(column, target):
            column = f"{column}（{UNITS[quantity]}）"
        sheet.add(
            column,
            _cell(leaf, target, quantity, unit == "text", 1),
            _cell(leaf, target, quantity, unit == "text", 2),
        )


def _cell(leaf: Rule, target: Field | Metric, quantity: str, in_cell: bool, number: int) -> str:
    if quantity == "uscc":
        return uscc(number if getattr(target, "name", "") == "uscc" else 90 + number)
    if quantity == "parcel_code":
        offset = {"code": 0, "parcel_code": 0, "building_code": 30, "old_code": 50, "new_code": 70}[
            getattr(target, "name", "code")
        ]
        return f"330203001002GB{offset + number:05d}"
    if in_cell:
        return _IN_CELL.get(quantity, "100万美元")
    if leaf.bound is not None:
        return (
            "30%-55%"
            if leaf.unit == "%"
            else "2.0<r≤2.8"
            if getattr(target, "name", "").startswith("far")
            else "≥1.5且≤24"
        )
    if quantity == "mark":
        return "是"
    if quantity in _WORDS:
        return _WORDS[quantity]
    if quantity == "code":
        return f"{3310 + number}"
    if quantity in ("text",):
        return f"甲{number}"
    if quantity == "share":
        return "40"
    return f"1,2{number}0.5" if isinstance(target, Metric) else f"1{number}.5"
