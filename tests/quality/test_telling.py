"""Findings as layer, workbook and table: places are right, texts stay texts."""

import csv
import io
from typing import Any

import openpyxl
import orjson
import pytest
import shapely

from service.domain.quality import unit_of
from service.quality.telling import feature_collection, record
from service.quality.workbook import comma_separated, workbook
from tests.support.quality import RULES, District, box

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "http://x")


@pytest.fixture
def park() -> District:
    """A district whose codes are what a spreadsheet would calculate."""
    found = District().parcel("=1+1", box(0, 0, 100, 100)).parcel("+1", box(90, 0, 190, 100))
    found.parcel("-1", box(0, 200, 100, 300), registered_area_m2=5_000.0)
    for code in FORMULAS:
        found.holds(code, "@SUM(A1)")
    return found


def cells(content: bytes) -> list[Any]:
    """Return every cell of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_a_finding_is_told_with_units_tolerance_and_both_sentences(park: District) -> None:
    """As plain values that JSON has."""
    (found,) = park.found("parcels_overlap")
    told = record(found, RULES)
    assert (told["severity"], told["subject_code"], told["other_code"]) == ("error", "+1", "=1+1")
    units = {each["name"]: each["unit"] for each in told["measured"]}
    assert units == {"area_m2": "m²", "share": "1", "width_m": "m"}
    assert {"name": "area_m2", "value": 1.0, "unit": "m²"} in told["tolerance"]
    assert "overlap by 1,000.0" in told["sentence"]["en"]
    assert "重叠 1,000.0" in told["sentence"]["zh"]
    assert orjson.loads(orjson.dumps(told)) == told


def test_the_unit_of_an_amount_is_in_its_name() -> None:
    """All others are counts and ratios."""
    assert [unit_of(name) for name in ("area_m2", "width_m", "overlap_days", "share")] == [
        "m²",
        "m",
        "d",
        "1",
    ]


def test_the_layer_has_the_place_of_each_finding(park: District) -> None:
    """The overlap, the parcel; null for what is nowhere. Rings run as RFC 7946 wants them."""
    layer = orjson.loads(feature_collection(park.found(), RULES))
    by_code = {each["properties"]["code"]: each for each in layer["features"]}
    overlap = shapely.geometry.shape(by_code["parcels_overlap"]["geometry"])
    assert overlap.equals_exact(box(90, 0, 100, 100).normalize(), 1e-7) or overlap.symmetric_difference(
        box(90, 0, 100, 100)
    ).area == pytest.approx(0, abs=1e-10)
    assert overlap.exterior.is_ccw
    assert by_code["parcel_unknown"]["geometry"] is None
    assert by_code["registered_area_differs"]["properties"]["measured_recorded_area_m2"] == 5_000
    assert all(
        value is None or isinstance(value, str | int | float)
        for each in layer["features"]
        for value in each["properties"].values()
    )


def test_a_workbook_has_texts_and_numbers_and_nothing_to_calculate(park: District) -> None:
    """Whatever a code begins with; no links either."""
    content = workbook(park.found(), RULES, {"行政区": "=2+2"})
    seen = cells(content)
    assert {cell.data_type for cell in seen} <= {"s", "n"}
    assert not [cell for cell in seen if cell.hyperlink]
    assert {"=2+2", *FORMULAS[:-1]} <= {cell.value for cell in seen}


def test_a_long_report_goes_on_on_the_next_sheet(park: District) -> None:
    """Every finding is in it once, under a header of its own."""
    found = park.found()
    book = openpyxl.load_workbook(io.BytesIO(workbook(found, RULES, {}, rows_of_a_sheet=4)))
    rows = [row for name in book.sheetnames[1:] for row in list(book[name].values)[1:]]
    assert [row[0] for row in rows] == [each.code for each in found]
    assert len(book.sheetnames) == 1 + -(-len(found) // 4)


def test_nothing_found_is_a_workbook_too() -> None:
    """With its two sheets."""
    assert len(openpyxl.load_workbook(io.BytesIO(workbook([], RULES, {}))).sheetnames) == 2


def test_the_table_is_harmless_in_a_spreadsheet(park: District) -> None:
    """An apostrophe before what would be calculated, and the same rows as the report."""
    text = comma_separated(park.found(), RULES).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert len(rows) == len(park.found())
    assert not [value for row in rows for value in row if value.startswith(("=", "+", "@", "-"))]
    assert {f"'{each}" for each in FORMULAS[:-1]} <= {value for row in rows for value in row}
