"""Grant contracts (出让合同): promises in the units they are printed in, one contract in force per parcel."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.domain.hand_overs import Feed
from service.domain.tables import PROMISES
from service.errors import InvalidMapping
from service.feeds.mappings.fields import FIELDS
from service.jobs.importing import import_file
from service.reference.tables import unit_table
from service.store import inputs
from service.store.database import Database
from service.store.models import GrantContract, SourceRow
from tests.feeds.handing import parsed_mapping, read, verdicts, write_csv, write_xlsx
from tests.support.parks import HandOvers

HEADER = [
    "宗地代码",
    "签订日期",
    "约定竣工",
    "竣工日期",
    "亩均税收",
    "投资强度",
    "单位能耗",
    "容积率",
    "建筑密度",
]
MAPPING = """
feed: contracts
columns:
  parcel_code: 宗地代码
  signed_on: 签订日期
  complete_by: 约定竣工
  completed_on: {column: 竣工日期, optional: true}
  tax_wan_yuan_per_mu: {column: 亩均税收, unit: %s}
  investment_wan_yuan_per_mu: {column: 投资强度, unit: 万元/公顷}
  energy_tce_per_wan_yuan: {column: 单位能耗, unit: kgce/万元}
  far: 容积率
  coverage: {column: 建筑密度, unit: "%%"}
"""
ROW = ["P1", "2019年5月6日", "2021-05-06", "", "30", "4500", "80.5", "1.2", "40%"]


def stated(row: list[str], unit: str = "万元/亩", folder: Path = Path()) -> dict[str, Any]:
    """Return what one row states, by field."""
    rows = read(write_csv(folder / "contracts.csv", [HEADER, row]), MAPPING % unit)
    ((key, values),) = rows[0].facts
    names = [name for name in FIELDS[Feed.CONTRACTS] if name in parsed_mapping(MAPPING % unit).columns]  # type: ignore[union-attr]
    return dict(zip(names, (*key, *values), strict=True))


def test_promises_are_read_in_the_unit_they_are_printed_in(tmp_path: Path) -> None:
    """万元/亩 as it is, 万元/公顷 through fifteen, kgce to tonnes, percent to a share, dates as typed."""
    assert stated(ROW, folder=tmp_path) == {
        "parcel_code": "P1",
        "signed_on": date(2019, 5, 6),
        "complete_by": date(2021, 5, 6),
        "completed_on": None,
        "tax_wan_yuan_per_mu": 30,
        "investment_wan_yuan_per_mu": 300,
        "energy_tce_per_wan_yuan": 0.0805,
        "far": 1.2,
        "coverage": 0.4,
    }


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("万元/公顷", "450", 30),
        ("万元/公顷", "1", 0.066667),  # 1/15, half up to a millionth
        ("元/m²", "450", 30),
        ("元/亩", "300000", 30),
        ("万元/亩", "0.1", 0.1),
    ],
)
def test_money_per_area_converts_exactly(tmp_path: Path, unit: str, text: str, expected: float) -> None:
    """A hectare is fifteen mu; a yuan per square metre is 万元 per hectare."""
    row = [*ROW[:4], text, *ROW[5:]]
    assert stated(row, unit, tmp_path)["tax_wan_yuan_per_mu"] == expected


def test_a_unit_of_something_else_is_refused(tmp_path: Path) -> None:
    """Neither money nor energy per money is money per area, and the header's word counts."""
    for wrong in ("万元", "tce/万元", "亩"):
        with pytest.raises(InvalidMapping, match="money_per_area"):
            parsed_mapping(MAPPING % wrong)
    header = [name if name != "亩均税收" else "亩均税收（万元/公顷）" for name in HEADER]
    path = write_csv(tmp_path / "contracts.csv", [header, ROW])
    with pytest.raises(InvalidMapping, match="万元/公顷"):
        read(path, (MAPPING % "万元/亩").replace("{column: 亩均税收,", "{column: 亩均税收（万元/公顷）,"))


def test_what_cannot_be_promised_is_held(tmp_path: Path) -> None:
    """Days reversed, coverage beyond the whole, negative amounts, no parcel; an old plant may come first."""
    rows = [
        ["P1", "2019-05-06", "2018-05-06", *ROW[3:]],
        ["P2", *ROW[1:8], "140%"],
        ["P3", *ROW[1:4], "-30", *ROW[5:]],
        ["", *ROW[1:]],
        ["P5", "2019-05-06", "2021-05-06", "2009-12-31", *ROW[4:]],
        ["P6", "2019-05-06", *ROW[2:]],
        ["P6", "2020-05-06", *ROW[2:]],
    ]
    found = read(write_csv(tmp_path / "contracts.csv", [HEADER, *rows]), MAPPING % "万元/亩")
    assert verdicts(found) == [
        *("dates_reversed", "number_out_of_range", "number_negative", "parcel_code_missing"),
        *("accepted", "conflicting_rows", "conflicting_rows"),
    ]


def test_contracts_are_kept_one_per_parcel(database: Database, tmp_path: Path) -> None:
    """A workbook comes in; what a later one states replaces, what it does not state stays."""
    mapping = parsed_mapping(MAPPING % "万元/亩")
    first = write_xlsx(tmp_path / "1.xlsx", {"合同": [HEADER, ROW, ["P2", *ROW[1:]]]})
    later = write_xlsx(
        tmp_path / "2.xlsx", {"合同": [["宗地代码", "竣工日期"], ["P1", "2021-03-01"], ["P2", "/"]]}
    )
    completed = parsed_mapping("feed: contracts\ncolumns: {parcel_code: 宗地代码, completed_on: 竣工日期}")
    assert import_file(database, Feed.CONTRACTS, first, mapping=mapping).accepted == 2
    report = import_file(database, "contracts", later, mapping=completed)
    assert (report.accepted, report.duplicate) == (1, 1)
    with database.reading() as connection:
        query = select(GrantContract.completed_on, GrantContract.tax_wan_yuan_per_mu, SourceRow.row)
        query = query.join(SourceRow, SourceRow.id == GrantContract.source_row_id)
        kept = connection.execute(query.order_by(GrantContract.parcel_code)).all()
        assert connection.execute(select(func.count()).select_from(GrantContract)).scalar_one() == 2
    assert kept == [(date(2021, 3, 1), 30, 2), (None, 30, 3)]


def test_the_store_keeps_every_promise_in_its_unit() -> None:
    """The column of each promise counts in the promise's unit, so that the snapshot only scales it."""
    fields = FIELDS[Feed.CONTRACTS]
    assert inputs.PROMISED.keys() == PROMISES.keys()
    for name, (unit, minor) in PROMISES.items():
        field = fields[inputs.PROMISED[name]]
        assert (field.unit or "1") == unit
        if unit != "1":
            assert unit_table().units[unit].minor == minor


def test_parcels_state_their_footprint(database: Database, tmp_path: Path) -> None:
    """The ground that buildings cover comes with the parcel, in 0.01 m² of the snapshot."""
    HandOvers(database, tmp_path).parcels({"code": "P1", "footprint_area_m2": 1234.56}, {"code": "P2"})
    with database.reading() as connection:
        parcels = inputs.read(connection, "330299", "2023")["parcels"]
    assert parcels["footprint_area"].to_list() == [123_456, None]
