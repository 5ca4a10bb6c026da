"""Who looks for a place in the demo park, and what the committee has to let: projects and premises."""

from pathlib import Path

import numpy as np
from numpy.random import Generator

from service.demo.files import Sheet, write_workbook
from service.demo.firms import COUNTY
from service.demo.industries import INDUSTRIES
from service.demo.mistakes import Row, blot
from service.demo.park import Park
from service.demo.registers import FICTION

_PROJECTS = 14
_PLANTS = 12
_DIVISIONS = ("39", "38", "35", "34", "36", "40", "27", "29", "33", "18", "26", "30")
_KINDS = ("智能制造", "产业化", "扩产", "总部基地")
_WAYS = ("租赁", "租赁", "租赁", "供地", "均可")
_M2_PER_MU = 10_000 / 15


def write_projects(path: Path, rng: Generator) -> None:
    """Write the projects under negotiation; some say little yet, one has come and one was given up."""
    rows: list[Row] = []
    for number in range(_PROJECTS):
        trade = INDUSTRIES[_DIVISIONS[number % len(_DIVISIONS)]]
        way = str(rng.choice(_WAYS))
        floor = round(float(np.exp(rng.normal(8.2, 0.6))), -1)
        land = round(floor / float(rng.uniform(0.9, 1.6)), -1)
        output = round(land / _M2_PER_MU * trade.output_per_mu * float(np.exp(rng.normal(0.4, 0.4))))
        rows.append(
            [
                f"ZS2024-{number + 1:03d}",
                f"{trade.trade}{_KINDS[number % len(_KINDS)]}项目",
                trade.division,
                "" if way == "供地" else floor,
                "" if way == "租赁" else land,
                float(rng.choice([5, 6, 8, 10])) if rng.random() < 0.5 else "",
                round(output * float(rng.uniform(0.4, 0.9)), -1),
                output,
                round(output * trade.tax * 1.2, 1),
                round(output * trade.kwh * 0.3 / 1000, 1),
                int(rng.choice([315, 500, 800, 1250])),
                f"2024-{int(rng.integers(3, 13)):02d}-01",
                way,
                {3: "已落地", 9: "终止"}.get(number, "洽谈中"),
            ]
        )
    blot(rows, 9, ("待定",), 0.1, rng)
    header = [
        *(
            "项目编号",
            "项目名称",
            "行业代码",
            "需求厂房面积（平方米）",
            "需求用地面积（平方米）",
            "层高要求（米）",
        ),
        *(
            "总投资（万元）",
            "达产产值（万元）",
            "达产税收（万元）",
            "预计年能耗（吨标煤）",
            "用电容量（kVA）",
        ),
        *("需求日期", "需求方式", "项目状态"),
    ]
    titles = [f"{COUNTY}在谈招商项目清单"]
    write_workbook(path, Sheet("招商项目", titles, header, rows, [FICTION], {1: 30}))


def write_premises(path: Path, park: Park, rng: Generator) -> None:
    """Write the plants to let, on parcels that are let already or that nobody holds, and two plots."""
    let = {id(each.parcel) for each in park.holdings if each.role == "leased_out"}
    built = [
        each for each in park.parcels if each.floor_area_m2 > 0 and (each.owner is None or id(each) in let)
    ]
    rows: list[Row] = []
    for number in range(_PLANTS):
        parcel = built[int(rng.integers(len(built)))]
        plot = number >= _PLANTS - 2
        floor = round(min(parcel.floor_area_m2, float(np.exp(rng.normal(8.6, 0.5)))), -1)
        rows.append(
            [
                f"CF2024-{number + 1:03d}",
                parcel.code,
                "" if plot else floor,
                round(parcel.area_m2 * 0.6, -1) if plot else "",
                "" if plot else float(rng.choice([5, 6, 8, 12])),
                int(rng.choice([800, 1250, 2000])),
                f"2024-{int(rng.integers(1, 9)):02d}-01",
                "" if plot else round(float(rng.uniform(12, 28)), 1),
                str(rng.choice(["不限", "34-40", "33、34、35、36、38", "27、39、40"])),
            ]
        )
    blot(rows, 8, ("待定",), 0.15, rng)
    header = [
        *(
            "厂房编号",
            "宗地代码",
            "可租面积（平方米）",
            "可供用地面积（平方米）",
            "层高（米）",
            "配电容量（kVA）",
        ),
        *("可入驻日期", "租金（元/平方米·月）", "准入行业"),
    ]
    titles = [f"{COUNTY}可租厂房与存量空间清单"]
    write_workbook(path, Sheet("可租厂房", titles, header, rows, [FICTION], {1: 24}))
