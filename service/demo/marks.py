"""What firms of the demo park carry: titles that last; accidents, penalties and breaches of single years."""

from pathlib import Path

import numpy as np
from numpy.random import Generator

from service.demo.figures import YEARS
from service.demo.files import Sheet, write_workbook
from service.demo.firms import COUNTY, Firm
from service.demo.mistakes import Row, blot, full_width, paste_again, slip
from service.demo.park import Park
from service.demo.registers import FICTION

_TITLES = {"高新技术企业": 0.16, "专精特新": 0.07, "上市": 0.006}
_BLEMISHES = {"安全生产事故": 0.01, "环保处罚": 0.02, "失信": 0.012, "搬迁": 0.004}

Titles = dict[Firm, list[int]]
"""Per firm, the year from which it has each title."""


def grant_titles(park: Park, rng: Generator) -> Titles:
    """Give titles to firms, rather to those that do well; some get theirs within the years of the demo."""
    never = YEARS[-1] + 1
    chances = np.array(list(_TITLES.values()))
    return {
        firm: [
            int(year) if luck < chance else never
            for luck, chance, year in zip(
                rng.random(len(chances)),
                chances * np.exp(0.7 * firm.vigour),
                rng.integers(YEARS[0] - 4, never, len(chances)),
                strict=True,
            )
        ]
        for firm in park.firms
    }


def write_marks(path: Path, year: int, titles: Titles, rng: Generator) -> None:
    """Write what the departments of science, safety, ecology and market know of a year, in 是 and 否."""
    rows: list[Row] = []
    for firm, since in titles.items():
        likely = np.array(list(_BLEMISHES.values())) * np.exp(-0.7 * firm.vigour)
        carried = [*(year >= first for first in since), *(rng.random(len(likely)) < likely)]
        if firm.local and (any(carried) or rng.random() < 0.04):
            rows.append([firm.uscc, firm.name, year, *("是" if mark else "否" for mark in carried)])
    blot(rows, 5, ("", "/"), 0.03, rng)
    slip(rows, 0, full_width, 2, rng)
    paste_again(rows, 2, rng)
    sheet = Sheet(
        "企业标识",
        [f"{COUNTY}{year}年度企业资质、处罚及失信情况汇总表"],
        ["统一社会信用代码", "企业名称", "年度", *_TITLES, *_BLEMISHES],
        rows,
        [FICTION, "注：未列入的企业无相关情况。"],
        {0: 24, 1: 38},
    )
    write_workbook(path, sheet)
