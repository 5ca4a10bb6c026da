"""What the electricity company hands over by month (月度用电), and which firms pay a surcharge already."""

from pathlib import Path

from numpy.random import Generator

from service.demo.figures import Account
from service.demo.files import Sheet, write_workbook
from service.demo.firms import COUNTY, Firm
from service.demo.mistakes import Row, blot
from service.demo.registers import FICTION

_SEASON = (0.95, 0.7, 1.0, 1.0, 1.0, 1.05, 1.15, 1.15, 1.05, 1.0, 1.0, 0.95)
"""How a month compares with the year's mean: little in the spring festival's, much in summer's."""

_KINDS = (("差别电价", 0.1), ("惩罚性电价", 0.03), ("阶梯电价", 0.02))


def write_monthly(path: Path, year: int, firms: list[tuple[Firm, Account]], rng: Generator) -> None:
    """Write what firms took from the grid in every month of a year; some months were not read."""
    rows: list[Row] = []
    for firm, account in firms:
        if firm.local:
            growth = rng.normal(1.03, 0.08)
            rows += [
                [firm.uscc, firm.name, f"{year}年{month}月", round(account.kwh / 12 * season * growth)]
                for month, season in enumerate(_SEASON, 1)
            ]
    blot(rows, 3, ("/", "-"), 0.01, rng)
    write_workbook(
        path,
        Sheet(
            "月度用电",
            [f"{COUNTY}工业企业月度用电量"],
            ["统一社会信用代码", "企业名称", "所属期", "用电量（千瓦时）"],
            rows,
            [FICTION],
            {0: 24, 1: 38},
        ),
    )


def write_surcharges(path: Path, year: int, firms: list[tuple[Firm, Account]], rng: Generator) -> None:
    """Write who pays another surcharge from the beginning of a year on: every seventh firm."""
    rows: list[Row] = []
    for firm, _ in [pair for pair in firms if pair[0].local][::7]:
        kind, rate = _KINDS[int(rng.integers(len(_KINDS)))]
        rows.append([firm.uscc, firm.name, kind, rate, f"{year}-01-01", f"{year}-12-31"])
    write_workbook(
        path,
        Sheet(
            "电价加价",
            [f"{COUNTY}企业电价加价清单"],
            [
                "统一社会信用代码",
                "企业名称",
                "加价类型",
                "加价标准（元/千瓦时）",
                "执行起始日期",
                "执行终止日期",
            ],
            rows,
            [FICTION],
            {0: 24, 1: 38},
        ),
    )
