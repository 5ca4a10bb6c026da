"""What further offices hand over by shipped profiles: ratings, meters, buildings, barriers; late R&D."""

from pathlib import Path

import numpy as np
from numpy.random import Generator
from shapely.affinity import scale

from service.demo.figures import Account
from service.demo.files import Sheet, write_workbook, write_zipped_shapefile
from service.demo.firms import COUNTY, Firm
from service.demo.land import EPSG, barriers
from service.demo.mistakes import Row, blot
from service.demo.park import Holding, Parcel, Park
from service.demo.registers import FICTION

_CUTS = ((0.2, "A"), (0.7, "B"), (0.95, "C"), (1.0, "D"))
_METERS = 60
_BUILT = 40


def write_ratings(path: Path, year: int, firms: list[tuple[Firm, Account]], rng: Generator) -> None:
    """Write how the office of economy graded the firms by tax per mu, in its own way: parcels may differ."""
    rated = [
        (firm, each.tax / firm.mu * np.exp(rng.normal(0, 0.5)))
        for firm, each in firms
        if firm.local and firm.mu > 0
    ]
    rated.sort(key=lambda pair: (-pair[1], pair[0].uscc))
    rows: list[Row] = []
    for place, (firm, _) in enumerate(rated, start=1):
        share = place / len(rated)
        grade = next(grade for cut, grade in _CUTS if share <= cut)
        rows.append([firm.uscc, firm.name, grade, round(110 - 80 * share, 2), place, len(rated)])
    sheet = Sheet(
        "评价结果",
        [f"{COUNTY}{year}年度工业企业综合评价结果"],
        ["统一社会信用代码", "企业名称", "评价等级", "综合得分", "排名", "参评企业数"],
        rows,
        [FICTION],
        {0: 24, 1: 38},
    )
    write_workbook(path, sheet)


def write_gas(register: Path, readings: Path, year: int, park: Park, rng: Generator) -> None:
    """Write the gas company's meters and a year's readings; landlords share some, and one is nobody's."""
    tenants = [each for each in park.holdings if each.role == "leased_in" and each.firm.local][:_METERS]
    meters: list[Row] = []
    for number, tenant in enumerate(tenants):
        shared = number % 10 == 9 and tenant.parcel.owner is not None
        meters.append(_meter(number, tenant, tenant.firm, 70 if shared else ""))
        if shared and tenant.parcel.owner is not None:
            meters.append(_meter(number, tenant, tenant.parcel.owner, 30))
    read: list[Row] = [[_number(number), round(float(rng.lognormal(10, 1)))] for number in range(_METERS + 1)]
    blot(read, 1, ("/", "-"), 0.04, rng)
    write_workbook(
        register,
        Sheet(
            "气表",
            [f"{COUNTY}工业用户燃气表台账"],
            ["计量类型", "表号", "户名", "统一社会信用代码", "宗地代码", "分摊比例（%）"],
            meters,
            [FICTION],
            {2: 38, 3: 24, 4: 24},
        ),
    )
    write_workbook(
        readings,
        Sheet("抄表", [f"{year}年工业用户抄见气量"], ["气表号", "用气量（立方米）"], read, [FICTION]),
    )


def write_buildings(path: Path, park: Park) -> None:
    """Write the buildings of some parcels as a zipped Shapefile with pinyin fields, one on each."""
    built = [each for each in park.parcels if each.floor_area_m2 > 0][:_BUILT]
    outlines = [scale(parcel.plot.outline, 0.55, 0.55, origin="centroid") for parcel in built]
    storeys = [_storeys(number, parcel) for number, parcel in enumerate(built)]
    fields = {
        "ZRZH": np.array([f"{parcel.code}F0001" for parcel in built], dtype=object),
        "ZDDM": np.array([parcel.code for parcel in built], dtype=object),
        "FWYT": np.array(["厂房"] * len(built), dtype=object),
        "ZCS": np.array([floors for floors, _ in storeys], dtype=np.int32),
        "JZGD": np.array([height for _, height in storeys]),
        "JZMJ": np.array([round(parcel.floor_area_m2, 2) for parcel in built]),
    }
    write_zipped_shapefile(path, "JZW", EPSG, outlines, fields)


def _storeys(number: int, parcel: Parcel) -> tuple[int, float]:
    """Floors and height in metres: low plants have one hall, every other of them higher than eight metres."""
    floors = max(1, round(parcel.floor_area_m2 / (parcel.area_m2 * 0.55)))
    return floors, (10.5 if number % 2 else 7.5) if floors == 1 else 4.5 * floors


def write_barriers(path: Path) -> None:
    """Write the river and the expressways of the park as lines, a zipped Shapefile with pinyin fields."""
    lines = barriers()
    fields = {
        "BSM": np.array([f"ZG{number:03}" for number in range(1, len(lines) + 1)], dtype=object),
        "ZGLX": np.array([kind for kind, _, _ in lines], dtype=object),
        "ZGMC": np.array([name for _, name, _ in lines], dtype=object),
    }
    write_zipped_shapefile(path, "ZG", EPSG, [line for _, _, line in lines], fields, "LineString")


def write_late_rd(path: Path, year: int, firms: list[tuple[Firm, Account]]) -> None:
    """Write R&D by the firms' names alone: as registered, with other brackets, and one that nobody bears."""
    late = [(firm, account) for firm, account in firms if firm.local and account.rd > 1][:8]
    rows: list[Row] = [[firm.name, year, round(account.rd * 1.05, 1)] for firm, account in late]
    rows[1][0] = str(rows[1][0]).replace(COUNTY, f"（{COUNTY}）")
    rows[2][0] = str(rows[2][0]).replace(COUNTY, "")
    sheet = Sheet(
        "研发补报",
        [f"{COUNTY}{year}年研发经费补报"],
        ["企业名称", "年度", "研发经费（万元）"],
        rows,
        [FICTION],
        {0: 38},
    )
    write_workbook(path, sheet)


def _meter(number: int, at: Holding, firm: Firm, share: int | str) -> Row:
    return ["燃气表", _number(number), firm.name, firm.uscc, at.parcel.code, share]


def _number(number: int) -> str:
    return f"RQ{20_230_001 + number}"
