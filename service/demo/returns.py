"""The yearly returns of the demo park: tax, output, electricity, and what other departments add."""

from pathlib import Path

from numpy.random import Generator

from service.demo.figures import Account, Accounts
from service.demo.files import Sheet, write_csv, write_workbook
from service.demo.firms import COUNTY, Firm
from service.demo.mistakes import Row, blot, full_width, paste_again, slip, with_subtotals, wrong_check_digit
from service.demo.registers import FICTION

SILENT_TOWN, SILENT_YEAR = "鹤渚镇", 2023
"""The power company has not handed this town's meters over for that year."""

WAN_KWH_YEAR = 2022
"""In this year the power company counted in 万kWh."""

Year = list[tuple[Firm, Account]]


def of_year(accounts: Accounts, year: int) -> Year:
    """Return one year's accounts in the order in which firms were founded."""
    return [(firm, account) for (firm, when), account in accounts.items() if when == year]


def write_tax(path: Path, year: int, firms: Year, rng: Generator) -> None:
    """Write the tax bureau's CSV: GBK, yuan and fen; firms registered elsewhere are absent."""
    rows: list[Row] = [
        [firm.uscc, firm.name, year, f"{account.tax * 10_000:.2f}"]
        for firm, account in firms
        if firm.local and rng.random() > 0.012
    ]
    blot(rows, 3, ("-", "0.00", ""), 0.006, rng)
    slip(rows, 0, wrong_check_digit, 2, rng)
    slip(rows, 0, full_width, 3, rng)
    paste_again(rows, 4, rng)
    paste_again(rows, 1, rng, lambda row: row.__setitem__(3, "1880.00"))
    write_csv(path, ["纳税人识别号", "纳税人名称", "所属年度", "评价税收（元）"], rows)


def write_tax_correction(path: Path, year: int, firms: Year, rng: Generator) -> None:
    """Write a later hand-over of a few firms whose tax was wrong in the first."""
    picked = [firms[int(index)] for index in sorted(rng.choice(len(firms), 9, replace=False))]
    rows: list[Row] = [
        [firm.uscc, firm.name, year, f"{account.tax * 10_000 * rng.uniform(0.8, 1.25):.2f}"]
        for firm, account in picked
        if firm.local
    ]
    write_csv(path, ["纳税人识别号", "纳税人名称", "所属年度", "评价税收（元）"], rows)


def write_output(path: Path, year: int, firms: Year, rng: Generator) -> None:
    """Write the statistics office's workbook: 万元 as text with thousands separators, a subtotal per town."""
    members = sorted(
        (pair for pair in firms if pair[0].local and rng.random() > 0.02), key=lambda p: p[0].town
    )
    rows: list[Row] = [
        [
            firm.name,
            firm.uscc,
            year,
            *(f"{value:,.2f}" for value in (account.output, account.revenue, account.value_added)),
        ]
        for firm, account in members
    ]
    blot(rows, 3, ("/", "****", "-"), 0.015, rng)
    blot(rows, 5, ("/", "-"), 0.03, rng)
    slip(rows, 3, full_width, 3, rng)
    slip(rows, 1, wrong_check_digit, 2, rng)
    table = with_subtotals(rows, [firm.town for firm, _ in members], (3, 4, 5))
    sheet = Sheet(
        f"{year}年",
        [f"{COUNTY}{year}年工业企业主要经济指标", "单位：万元"],
        ["企业名称", "统一社会信用代码", "年份", "工业总产值", "主营业务收入", "工业增加值"],
        table,
        [FICTION],
        {0: 38, 1: 24},
    )
    write_workbook(path, sheet)


def write_energy(path: Path, year: int, firms: Year, rng: Generator) -> None:
    """Write the power company's workbook, in kWh, one year in 万kWh; one town of one year is missing."""
    rows: list[Row] = []
    for number, (firm, account) in enumerate(firms):
        if (firm.town, year) == (SILENT_TOWN, SILENT_YEAR) or rng.random() < 0.015:
            continue
        used = round(account.kwh / 10_000, 4) if year == WAN_KWH_YEAR else round(account.kwh)
        rows.append([f"33{1_700_000_000 + number * 7}", firm.name, firm.uscc, year, used])
    blot(rows, 4, ("/", "-"), 0.005, rng)
    paste_again(rows, 3, rng)
    slip(rows, 2, lambda code: code.lower(), 12, rng)
    unit = "万kWh" if year == WAN_KWH_YEAR else "kWh"
    sheet = Sheet(
        "用电量",
        [f"{year}年工业用户用电量"],
        ["用户编号", "户名", "统一社会信用代码", "年度", f"用电量（{unit}）"],
        rows,
        [FICTION, "含自发自用电量。"],
        {1: 38, 2: 24},
    )
    write_workbook(path, sheet)


def write_survey(path: Path, year: int, firms: Year, rng: Generator) -> None:
    """Write what labour, science and ecology report: persons, R&D in 万元, emissions in tonnes."""
    rows: list[Row] = [
        [firm.uscc, firm.name, year, account.headcount, round(account.rd, 1), round(account.emission_t, 4)]
        for firm, account in firms
        if firm.local and rng.random() > 0.03
    ]
    blot(rows, 4, ("/", "-", 0), 0.2, rng)
    blot(rows, 5, ("/", "未纳入统计"), 0.3, rng)
    sheet = Sheet(
        "综合指标",
        [f"{COUNTY}{year}年工业企业综合评价补充指标"],
        [
            "统一社会信用代码",
            "企业名称",
            "年度",
            "平均职工人数（人）",
            "研发经费（万元）",
            "主要污染物排放当量（吨）",
        ],
        rows,
        [FICTION],
        {0: 24, 1: 38},
    )
    write_workbook(path, sheet)
