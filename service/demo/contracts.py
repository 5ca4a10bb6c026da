"""The grant contracts of the demo park: what holders promised, and when works were to be complete."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator

from service.demo.files import Cell, Sheet, write_workbook
from service.demo.firms import COUNTY, Firm
from service.demo.mistakes import Row, blot, full_width, paste_again, slip
from service.demo.park import Parcel, Park
from service.demo.registers import FICTION

_LAST_SIGNED = date(2022, 6, 30)
_AS_OF = date(2023, 12, 31)


def write_contracts(path: Path, park: Park, rng: Generator) -> dict[str, tuple[date, date]]:
    """Write the land-resource department's ledger: promises in 万元/亩, some missing, some works overdue.

    Returns the days of signing and of completion agreed upon, by parcel.

    Parcels granted before contracts had promises are absent or have none; works under construction have no
    day of completion, and of those a few are past the day agreed upon.
    """
    rows = [
        _contract(parcel, parcel.owner, rng)
        for parcel in park.parcels
        if parcel.owner is not None and rng.random() > 0.12
    ]
    agreed = {str(row[0]): (_day(row[2]), _day(row[3])) for row in rows}
    blot(rows, 7, ("/", "-", ""), 0.2, rng)
    blot(rows, 8, ("/", "未约定"), 0.35, rng)
    slip(rows, 0, full_width, 3, rng)
    slip(rows, 0, lambda code: code[:-2] + "XX", 2, rng)
    paste_again(rows, 3, rng)
    paste_again(rows, 1, rng, lambda row: row.__setitem__(5, 999))
    sheet = Sheet(
        "出让合同",
        [f"{COUNTY}工业用地出让合同履约台账", "投资强度、亩均税收、亩均产值单位：万元/亩"],
        [
            *("宗地代码", "受让人", "合同签订日期", "约定竣工日期", "实际竣工日期"),
            *(
                "亩均税收（万元/亩）",
                "投资强度（万元/亩）",
                "亩均产值（万元/亩）",
                "单位产值能耗（吨标煤/万元）",
            ),
            *("容积率下限", "建筑密度下限（%）"),
        ],
        rows,
        [FICTION, "注：实际竣工日期为空的为在建或逾期未竣工。"],
        {0: 24, 1: 38},
    )
    write_workbook(path, sheet)
    return agreed


def _day(cell: Cell) -> date:
    return date.fromisoformat(str(cell))


def _contract(parcel: Parcel, owner: Firm, rng: Generator) -> Row:
    span = max(400, (_LAST_SIGNED - owner.since).days)
    signed = min(owner.since + timedelta(days=int(rng.integers(30, span))), _LAST_SIGNED)
    unbuilt = parcel.floor_area_m2 == 0
    if unbuilt:  # the youngest contracts; some of their days of completion have passed
        signed = date(2020, 1, 1) + timedelta(days=int(rng.integers(0, 1200)))
    complete_by = signed + timedelta(days=int(rng.choice([540, 730, 910])))
    late = int(rng.normal(-40, 150))
    completed = complete_by + timedelta(days=late)
    trade = owner.industry
    # promises lie below what such a trade makes in a good year, and old contracts promised less
    ambition = float(np.exp(rng.normal(-0.35, 0.25))) * (0.5 + 0.5 * min(1.0, (signed.year - 2000) / 22))
    modest = signed.year < 2008
    far = float(rng.choice([0.8, 1.0, 1.2, 1.5]))
    return [
        parcel.code,
        owner.name,
        signed.isoformat(),
        complete_by.isoformat(),
        "" if unbuilt or completed > _AS_OF else completed.isoformat(),
        "" if modest else round(trade.output_per_mu * trade.tax * ambition, 1),
        round(float(rng.choice([180, 240, 300, 350, 420])) * (0.6 if modest else 1.0), 0),
        "" if modest else round(trade.output_per_mu * ambition, 0),
        "" if modest else round(trade.kwh * 0.3 / 1000 * 1.3, 4),
        far,
        int(rng.choice([30, 35, 40])),
    ]
