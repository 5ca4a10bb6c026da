"""Files as the bureaus of one small county hand them over, each with a layout of its own.

Four firms on three parcels in 2023; A lets a hall to C, and D is nowhere in the survey.
"""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import shapely
import xlwt
from openpyxl.worksheet.worksheet import Worksheet

from tests.feeds.handing import uscc, write_csv, write_layer, zipped

A, B, C, D = (uscc(number) for number in range(101, 105))
P1, P2, P3 = (f"330299001001GB{number:05d}" for number in (1, 2, 3))
EAST, NORTH, SIDE = 40_500_000.0, 3_300_000.0, 200.0
"""South-west corner in zone 40 (CGCS2000, three degrees), eastings with the zone's number; metres."""


def _sheet(lines: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Worksheet:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([None if cell == "" else cell for cell in line])
    for cells in merged:
        book.active.merge_cells(cells)
    return book.active


def parcels(folder: Path) -> Path:
    """Land-resource: a zipped Shapefile in GBK, pinyin names, eastings with the zone number, no .cpg."""
    shapes = [shapely.box(EAST + at * 210, NORTH, EAST + at * 210 + SIDE, NORTH + SIDE) for at in range(3)]
    columns = {
        "ZDDM": [P1, P2, P3],
        "QLR": ["甲机械有限公司", "乙电子有限公司", "丙投资有限公司"],
        "ZDMJ": [40000.0, 40000.0, 39990.0],
        "RJL": [1.5, 0.8, 0.5],
    }
    layers = folder / "宗地"
    layers.mkdir()
    write_layer(layers / "宗地.shp", shapes, columns, crs="EPSG:4528", encoding="GBK")
    return zipped(layers, folder / "宗地.zip", without=[".cpg"])


def register(folder: Path) -> Path:
    """Market regulation: title, header in row 3, a row of codes, capital as text, signature."""
    sheet = _sheet(
        [
            ["某区市场监督管理局企业名录", "", "", "", ""],
            ["制表日期：2024年1月5日"],
            ["统一社会信用代码", "企业名称", "成立日期", "注册资本", "登记状态"],
            ["G1", "G2", "G3", "G4", "G5"],
            [A, "甲机械有限公司", "2010-05-01", "5000万人民币", "存续"],
            [B.lower(), "乙电子有限公司", "2012年3月8日", "100万美元", "存续"],
            [C, "丙塑料有限公司", "2018/1/1", "500万元", "存续"],
            [D, "丁五金有限公司", "20190601", "****", "注销"],
            ["合计", "4家", "", "", ""],
            ["审核：张　　　制表：李", "", "", "", ""],
        ],
        ["A1:E1"],
    )
    path = folder / "企业名录.xlsx"
    sheet.parent.save(path)
    return path


def tax(folder: Path) -> Path:
    """Tax: year and unit in the title rows, thousands separators, full-width digits, subtotals per town."""
    sheet = _sheet(
        [
            ["2023年度企业税收情况表"],
            ["单位：万元"],
            ["序号", "纳税人识别号", "纳税人名称", "实缴税收", "营业收入"],
            [1, A, "甲机械有限公司", "1,234.56", "２３４５６"],
            [2, C, "丙塑料有限公司", "98.7", "1,200"],
            ["", "东街道小计", "", "1,333.26", "24,656"],
            [3, B, "乙电子有限公司", "／", "15，000"],
            [4, D, "丁五金有限公司", "12万", "800"],
            ["", "总计", "", "…", "…"],
            ["注：数据来源于税收征管系统。"],
        ]
    )
    path = folder / "税收.xlsx"
    sheet.parent.save(path)
    return path


def electricity(folder: Path) -> Path:
    """Power company: two-level merged header in 万千瓦时, then 390 rows with nothing but a number."""
    lines: list[list[object]] = [
        ["2023年工业企业用电量统计表", "", "", "", ""],
        ["序号", "统一社会信用代码", "户名", "用电量（万千瓦时）", ""],
        ["", "", "", "电网", "自发自用"],
        [1, A, "甲机械有限公司", 120.5, 10],
        [2, B, "乙电子有限公司", 300, "—"],
        [3, C, "丙塑料有限公司", 15.25, ""],
    ]
    lines += [[number, "", "", "", ""] for number in range(4, 394)]
    sheet = _sheet(lines, ["A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2"])
    path = folder / "用电量.xlsx"
    sheet.parent.save(path)
    return path


def statistics(folder: Path) -> Path:
    """Statistics: an old .xls, codes as text, a header repeated in the middle, energy by equal supply."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("年报")
    header = ["年份", "统一社会信用代码", "工业总产值（千元）", "综合能耗（等价值）（吨标煤）"]
    lines: list[list[object]] = [
        ["工业企业主要经济指标", "", "", ""],
        header,
        [2023.0, A, 250_000.0, 410.5],
        header,
        [2023.0, B, 160_000.5, 950],
        ["2023年", C, 13_000, "未纳入统计"],
    ]
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            sheet.write(row, column, cell)
    path = folder / "年报.xls"
    book.save(str(path))
    return path


def gas(folder: Path) -> Path:
    """Gas company: a CSV in GBK, the unit in the header, the year only in the file's name."""
    rows = [
        ["户号", "统一社会信用代码", "用气量（万立方米）"],
        ["001", A, "3.2"],
        ["002", C, "0"],
        ["003", "", "1.1"],
    ]
    return write_csv(folder / "2023年用气量.csv", rows, encoding="gb18030")


def survey(folder: Path) -> Path:
    """Survey: the parcel in a merged cell over its holdings, areas in m²."""
    sheet = _sheet(
        [
            ["地企调查占用清单"],
            ["宗地代码", "统一社会信用代码", "使用方式", "用地面积（平方米）", "建筑面积（平方米）"],
            [P1, A, "自有", 40000, 60000],
            ["", A, "出租", "", 10000],
            ["", C, "承租", "", 10000],
            [P2, B, "自有", 40000, 32000],
        ],
        ["A1:E1", "A3:A5"],
    )
    path = folder / "占用清单.xlsx"
    sheet.parent.save(path)
    return path


def contracts(folder: Path) -> Path:
    """Grant contracts: limits and areas as they are printed."""
    sheet = _sheet(
        [
            ["国有建设用地使用权出让合同履约台账"],
            ["宗地代码", "出让面积", "容积率", "建筑密度", "绿地率", "限高", "投资强度", "约定竣工日期"],
            [P1, "40000平方米(折60亩)", "2.0<r≤2.8", "≥40%", "≤20", "24", "≥216万元/亩", "2015-12-31"],
            [P2, "60亩", "≥0.7且≤1.8", "30%-55%", "5%-20%", "/", "≥8250万元/公顷", "2016年6月30日"],
            [P3, "40000㎡", "看规划", "****", "", "", "", ""],
        ]
    )
    path = folder / "出让合同.xlsx"
    sheet.parent.save(path)
    return path


def ratings(folder: Path) -> Path:
    """Enterprise evaluation: grades of 2023 with points and ranks."""
    sheet = _sheet(
        [
            ["2023年度工业企业综合评价结果公示"],
            ["序号", "统一社会信用代码", "企业名称", "综合得分", "排名", "评价等级"],
            [1, A, "甲机械有限公司", 92.5, 1, "A"],
            [2, B, "乙电子有限公司", 60, 2, "D"],
        ]
    )
    path = folder / "综合评价.xlsx"
    sheet.parent.save(path)
    return path
