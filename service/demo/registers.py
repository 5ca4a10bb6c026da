"""The three registers of the demo park: cadastral parcels, enterprises, and who occupies what."""

from pathlib import Path

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Polygon

from service.demo.figures import Accounts, above_scale
from service.demo.files import Sheet, write_workbook, write_zipped_shapefile
from service.demo.firms import COUNTY
from service.demo.land import EPSG
from service.demo.mistakes import (
    Row,
    blot,
    full_width,
    old_registration,
    paste_again,
    slip,
    with_subtotals,
    wrong_check_digit,
)
from service.demo.park import Parcel, Park

FICTION = f"注：{COUNTY}及表中地名、企业、代码和数据均为演示用虚构内容。"


def write_parcels(path: Path, park: Park, rng: Generator) -> None:
    """Write the land-resource department's parcels: zipped GBK Shapefile, pinyin field names, EPSG:4549.

    One outline crosses itself, two parcels lack their area, two are recorded twice, one has no code.
    """
    parcels = list(park.parcels)
    outlines = [parcel.plot.outline for parcel in parcels]
    records = [_cadastral_record(parcel, rng) for parcel in parcels]
    picked = rng.choice(len(parcels), 8, replace=False)
    plain = next(i for i in range(40, len(parcels)) if len(shapely.get_coordinates(outlines[i])) == 5)
    corners = shapely.get_coordinates(outlines[plain])
    outlines[plain] = Polygon(corners[[0, 2, 1, 3]])
    for index in picked[:2]:
        records[index]["ZDMJ"] = np.nan
    records[picked[2]]["ZDDM"] = ""
    for index in picked[3:5]:
        records[index]["ZDDM"] = full_width(str(records[index]["ZDDM"]))
    for index in picked[5:7]:
        records.append(dict(records[index]))
        outlines.append(outlines[index])
    fields = {name: _column([record[name] for record in records]) for name in records[0]}
    write_zipped_shapefile(path, "GYZD", EPSG, outlines, fields)


def _column(values: list[str | float]) -> np.ndarray:
    return np.array(values, dtype=object if isinstance(values[0], str) else float)


def _cadastral_record(parcel: Parcel, rng: Generator) -> dict[str, str | float]:
    registered = parcel.area_m2 * (1 + rng.normal(0, 0.002))
    if rng.random() < 0.05:  # old titles, measured before roads were widened
        registered *= rng.uniform(0.93, 1.09)
    contract = round(registered) if rng.random() < 0.7 else round(registered * rng.uniform(0.97, 1.03))
    old = rng.random() < 0.1
    coverage = min(0.72, 0.3 + 0.18 * parcel.floor_area_m2 / parcel.area_m2 + rng.normal(0, 0.04))
    coverage = min(coverage, parcel.floor_area_m2 / parcel.area_m2)  # a single floor covers what it has
    return {
        "ZDDM": parcel.code,
        "BDCDYH": f"{parcel.code}F{1:08d}",
        "XZMC": parcel.plot.zone.name,
        "QLR": parcel.owner.name if parcel.owner else f"{COUNTY}工业园区管理委员会",
        "TDYT": parcel.land_use,
        "ZDMJ": round(registered, 2),
        "PZMJ": np.nan if old else round(contract * (1 if rng.random() < 0.9 else 1.02), 0),
        "HTMJ": np.nan if old else float(contract),
        "SCMJ": np.nan if rng.random() < 0.18 else round(parcel.area_m2 * (1 + rng.normal(0, 0.0008)), 2),
        "JZMJ": np.nan if rng.random() < 0.03 else round(parcel.floor_area_m2, 2),
        "RJL": round(parcel.floor_area_m2 / parcel.area_m2, 2),
        "RJLSX": np.nan if parcel.far_limit is None else parcel.far_limit,
        "JZMD": round(coverage * 100, 1),
        "JZZDMJ": np.nan if old else round(coverage * parcel.area_m2, 2),
    }


def write_enterprises(path: Path, park: Park, accounts: Accounts, rng: Generator) -> None:
    """Write the market regulation's list: title, footnotes, lower-case x, old numbers, contradictory rows."""
    rows: list[Row] = []
    for firm in park.firms:
        if not firm.local:
            continue
        capital = int(np.clip(firm.mu * 18, 50, 90_000) // 10 * 10)
        foreign = rng.random() < 0.05
        rows.append(
            [
                firm.uscc.lower() if firm.uscc.endswith("X") and rng.random() < 0.4 else firm.uscc,
                firm.name,
                "外商投资企业" if foreign else "内资企业",
                f"{COUNTY}{firm.town}",
                firm.industry.division,
                firm.industry.name,
                "是" if above_scale(firm, accounts) else "否",
                f"{capital // 7}万美元" if foreign else f"{capital}万元人民币",
                firm.since.isoformat() if rng.random() > 0.02 else "/",
                "存续" if rng.random() > 0.02 else "注销",
            ]
        )
    slip(rows, 0, full_width, 4, rng)
    slip(rows, 0, wrong_check_digit, 4, rng)
    slip(rows, 0, old_registration, 3, rng)
    paste_again(rows, 5, rng)
    paste_again(rows, 2, rng, lambda row: row.__setitem__(6, "否" if row[6] == "是" else "是"))
    sheet = Sheet(
        "企业名录",
        [f"{COUNTY}工业企业名录（截至2024年2月底）", "填报单位：县市场监督管理局"],
        [
            *("序号", "统一社会信用代码", "企业名称", "登记类型", "住所", "行业代码", "行业名称"),
            *("是否规上", "注册资本", "成立日期", "登记状态"),
        ],
        [[number, *row] for number, row in enumerate(rows, start=1)],
        [FICTION, "规上：年主营业务收入2000万元及以上。"],
        {0: 6, 1: 24, 2: 38, 6: 34},
    )
    write_workbook(path, sheet)


def write_occupancies(path: Path, park: Park, rng: Generator) -> None:
    """Write the land-enterprise survey: one sheet, a subtotal per town, unknown floors, wrong codes."""
    words = {"own": "自有", "leased_in": "承租", "leased_out": "出租"}
    rows: list[Row] = [
        [
            holding.parcel.plot.zone.name,
            holding.parcel.code,
            holding.firm.name,
            holding.firm.uscc,
            words[holding.role],
            "" if holding.land_area_m2 is None else round(holding.land_area_m2, 2),
            round(holding.floor_area_m2, 2),
            holding.valid_from.isoformat() if holding.valid_from else "",
            holding.valid_to.isoformat() if holding.valid_to else "",
        ]
        for holding in park.holdings
    ]
    rows.sort(key=lambda row: str(row[0]))
    slip(rows, 3, wrong_check_digit, 3, rng)
    slip(rows, 3, str.lower, 20, rng)
    slip(rows, 1, lambda code: code[:-2] + "XX", 2, rng)
    blot(rows, 6, ("-", "/", ""), 0.02, rng)
    towns = [str(row[0]) for row in rows]
    sheet = Sheet(
        "地企调查",
        [f"{COUNTY}工业用地地企调查汇总表", "面积单位：平方米"],
        [
            *("镇街", "宗地代码", "企业名称", "统一社会信用代码", "使用方式"),
            *("用地面积", "建筑面积", "起始日期", "终止日期"),
        ],
        with_subtotals(rows, towns, (5, 6)),
        [FICTION],
        {1: 24, 2: 38, 3: 24},
    )
    write_workbook(path, sheet)
