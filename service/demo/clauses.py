"""What contracts of the demo park say beside promises: dates, price, penalties, and what is allowed."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import numpy as np
from numpy.random import Generator

from service.demo.files import Sheet, write_workbook
from service.demo.firms import COUNTY
from service.demo.mistakes import Row
from service.demo.park import Parcel, Park
from service.demo.registers import FICTION

_MU = 10_000 / 15
_HEADER = (
    *("宗地代码", "合同编号", "约定开工日期", "实际开工日期", "延期竣工日期", "约定达产日期"),
    *("出让价款（万元）", "日违约金比例（‰）", "容积率上限", "建筑密度上限（%）", "绿地率下限（%）"),
    *("限高（米）", "配套用地比例（%）", "准入行业"),
    *("出租约定", "出租条件", "转让约定", "转让条件", "增容约定", "增容条件"),
)


def write_clauses(path: Path, park: Park, agreed: Mapping[str, tuple[date, date]], seed: int) -> None:
    """Write the clauses of the contracts found in the archive, three in four of them; many say nothing.

    :param agreed: the days of signing and of completion agreed upon, by parcel
    """
    rng = np.random.default_rng([seed, 6])  # of its own: no other file changes with it
    rows = [
        _clauses(parcel, *agreed[parcel.code], number, rng)
        for number, parcel in enumerate(park.parcels)
        if parcel.code in agreed and rng.random() < 0.75
    ]
    write_workbook(
        path,
        Sheet(
            "合同条款", [f"{COUNTY}工业用地出让合同条款摘录"], list(_HEADER), rows, [FICTION], {0: 24, 13: 24}
        ),
    )


def _clauses(parcel: Parcel, signed: date, complete_by: date, number: int, rng: Generator) -> Row:
    start_by = signed + timedelta(days=180)
    started = start_by + timedelta(days=int(rng.normal(-30, 90)))
    extended = complete_by + timedelta(days=int(rng.choice([90, 180, 365]))) if rng.random() < 0.15 else None
    mu = parcel.area_m2 / _MU
    far = parcel.floor_area_m2 / parcel.area_m2
    far_max = max(float(rng.choice([1.2, 1.5, 2.0, 2.5])), ceil(far * 10) / 10)
    division = parcel.owner.industry.division if parcel.owner else ""
    industries = division if rng.random() < 0.93 else ("13" if division != "13" else "17")
    clauses = (
        ("允许", "经同意", "禁止", ""),
        ("投资强度达到约定后方可出租", "须经园区管委会同意", "", ""),
        ("允许", "经同意", "禁止", ""),
        ("完成开发投资总额的25%以上", "须经出让人同意，出让人优先回购", "", ""),
        ("允许", "经同意", "", ""),
        ("不改变用途", "调整规划条件后签订补充协议", "", ""),
    )
    said: Row = []
    for words, conditions in zip(clauses[::2], clauses[1::2], strict=True):
        choice = int(rng.choice(4, p=[0.2, 0.35, 0.15, 0.3]))
        said += [words[min(choice, len(words) - 1)], conditions[choice]]
    return [
        parcel.code,
        f"3302{signed.year}A{21000 + number}",
        start_by.isoformat(),
        "" if parcel.floor_area_m2 == 0 else started.isoformat(),
        extended.isoformat() if extended else "",
        (complete_by + timedelta(days=365)).isoformat() if rng.random() < 0.85 else "",
        round(mu * float(rng.uniform(25, 45)), 2),
        "" if signed.year < 2008 else float(rng.choice([0.5, 1.0])),
        far_max,
        int(rng.choice([55, 60])) if rng.random() < 0.6 else "",
        10 if rng.random() < 0.5 else "",
        int(rng.choice([15, 24, 36])) if rng.random() < 0.7 else "",
        7,
        industries,
        *said,
    ]
