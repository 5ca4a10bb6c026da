"""What energy inspections list of the demo park's above-scale firms: transformers, machines, roofs."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.random import Generator

from service.demo.figures import Accounts, above_scale
from service.demo.files import Sheet, write_workbook
from service.demo.firms import COUNTY, Firm
from service.demo.mistakes import Row, blot
from service.demo.park import Park
from service.demo.registers import FICTION

_LATEST = 2023
_SIZES = np.array([160, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500])  # kVA
_MACHINES = (
    ("螺杆空压机", "空压机", 37.0),
    ("循环水泵", "水泵", 22.0),
    ("引风机", "风机", 15.0),
    ("主轴电机", "电机", 55.0),
)
_HEAD = ["统一社会信用代码", "企业名称", "年度", "检查日期"]


def write_inspections(paths: tuple[Path, Path, Path], park: Park, accounts: Accounts, rng: Generator) -> None:
    """Write transformers, machines and arrays.

    Most firms were inspected in the last year, some in the year before, a few never.
    """
    transformers, machines, arrays = paths
    inspected = [(firm, _when(rng)) for firm in park.firms if firm.local and above_scale(firm, accounts)]
    seen = [(firm, year) for firm, year in inspected if year and (firm, year) in accounts]
    _write(
        transformers,
        ("变压器", ["变压器编号", "变压器型号", "变压器容量（kVA）", "台数", "投运日期", "能效等级"]),
        (row for firm, year in seen for row in _transformers(firm, year, accounts[firm, year].kwh, rng)),
    )
    listed = [row for firm, year in seen for row in _machines(firm, year, accounts[firm, year].kwh, rng)]
    for column in (9, 10, 11, 12):  # hours, load, class and day are what nobody has written down
        blot(listed, column, ("", "/"), 0.2, rng)
    names = ["设备名称", "设备类型", "设备型号", "数量", "额定功率（kW）", "年运行小时", "负载率（%）"]
    _write(machines, ("用能设备", [*names, "能效等级", "投产日期", "燃料"]), listed)
    roofed = [(firm, year) for firm, year in seen if rng.random() < 0.15]
    _write(
        arrays,
        ("屋顶光伏", ["光伏项目名称", "装机容量（kW）", "占用屋顶面积（平方米）", "并网日期"]),
        (_array(firm, year, rng) for firm, year in roofed),
    )


def _write(path: Path, named: tuple[str, list[str]], rows: Iterable[Row]) -> None:
    name, columns = named
    title = f"{COUNTY}规上企业能源检查：{name}"
    write_workbook(path, Sheet(name, [title], [*_HEAD, *columns], list(rows), [FICTION], {0: 24, 1: 38}))


def _when(rng: Generator) -> int | None:
    lot = rng.random()
    return _LATEST if lot < 0.75 else _LATEST - 1 if lot < 0.92 else None


def _head(firm: Firm, year: int, rng: Generator) -> Row:
    day = f"{year}-{int(rng.integers(3, 12)):02}-{int(rng.integers(1, 28)):02}"
    return [firm.uscc, firm.name, year, day]


def _since(rng: Generator) -> str:
    return f"{int(rng.integers(2002, 2022))}-{int(rng.integers(1, 13)):02}-01"


def _transformers(firm: Firm, year: int, kwh: float, rng: Generator) -> Iterable[Row]:
    needed = kwh / 8760 / 0.9 / rng.uniform(0.12, 0.95)
    size = int(_SIZES[min(int(np.searchsorted(_SIZES, needed)), len(_SIZES) - 1)])
    number = max(1, round(needed / size))
    model, grade = [("S9", "低于3级"), ("S11", "3级"), ("S13", "2级"), ("SH15", "1级")][int(rng.integers(4))]
    yield [*_head(firm, year, rng), "1#", f"{model}-{size}", size, number, _since(rng), grade]


def _machines(firm: Firm, year: int, kwh: float, rng: Generator) -> Iterable[Row]:
    head = _head(firm, year, rng)
    for name, kind, power in _MACHINES:
        if rng.random() < 0.35:
            continue
        hours, load = int(rng.integers(20, 70)) * 100, int(rng.integers(40, 90))
        number = int(np.clip(kwh * rng.uniform(0.03, 0.2) / (power * hours * load / 100), 1, 40))
        grade = str(rng.choice(["1级", "2级", "3级", "低于3级"], p=[0.15, 0.3, 0.35, 0.2]))
        yield [
            *head,
            name,
            kind,
            f"{kind[0]}-{power:.0f}",
            number,
            power,
            hours,
            load,
            grade,
            _since(rng),
            "电",
        ]
    if firm.industry.division in ("13", "17", "26") and rng.random() < 0.6:
        power = float(rng.choice([700, 1400, 2800]))
        yield [*head, "燃气锅炉", "锅炉", "WNS", 1, power, 4000, 60, "3级", _since(rng), "天然气"]


def _array(firm: Firm, year: int, rng: Generator) -> Row:
    area = round(float(rng.uniform(400, 4000)), 1)
    return [*_head(firm, year, rng), "屋顶分布式光伏", round(area * 0.15, 1), area, "2021-09-01"]
