"""JSON as gateways hand it over: an array, one object a line, or an envelope around an array."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping, TooLarge, UnreadableFile
from service.feeds.formats import json_records
from tests.feeds.handing import content, read, uscc, values, verdicts, write_layer
from tests.feeds.test_parcels import SQUARE

TAX = """
feed: figures
columns: {uscc: firm/code, period: year}
metrics: {tax: {column: tax, unit: yuan}}
"""
RECORDS: list[dict[str, Any]] = [
    {"firm": {"code": uscc(1), "name": "甲"}, "year": 2023, "tax": 1234.5, "tags": ["a", 1]},
    {"firm": {"code": uscc(2), "name": None}, "year": "2023年", "tax": "7", "late": True},
    {"firm": {"code": uscc(3)}, "year": 2023, "tax": None},
]


def write(path: Path, document: Any) -> Path:
    """Write JSON."""
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize(
    "document",
    [
        RECORDS,
        {"code": "00", "datas": RECORDS},
        {"code": 0, "data": {"total": 3, "rows": RECORDS}},
        {"datas": json.dumps(RECORDS)},
    ],
)
def test_records_are_found_in_their_envelope(tmp_path: Path, document: Any) -> None:
    """Nested objects become columns named a/b; what a record lacks is empty; lists stay as they are."""
    rows = read(write(tmp_path / "t.json", document), TAX)
    assert values(rows) == [123_450, 700]
    assert verdicts(rows) == ["accepted", "accepted", "no_values"]
    assert [row.row for row in rows] == [1, 2, 3]
    assert content(rows[0]) == {
        "firm/code": uscc(1),
        "firm/name": "甲",
        "year": "2023",
        "tax": "1234.5",
        "tags": '["a",1]',
    }
    assert content(rows[1])["late"] == "true"


@pytest.mark.parametrize("name", ["t.ndjson", "t.jsonl", "t.json"])
def test_one_object_a_line_is_read_line_by_line(tmp_path: Path, name: str) -> None:
    """Rows are numbered by their lines; a name that comes late is a column like any."""
    lines = [json.dumps(record) for record in RECORDS]
    (tmp_path / name).write_text("\n".join([*lines[:2], "", lines[2]]) + "\n", "utf-8")
    rows = read(tmp_path / name, TAX)
    assert [row.row for row in rows] == [1, 2, 4]
    assert values(rows) == [123_450, 700]
    assert content(rows[1])["late"] == "true"


def test_of_several_arrays_the_mapping_names_one(tmp_path: Path) -> None:
    """Which is meant is not guessed."""
    path = write(tmp_path / "t.json", {"new": RECORDS, "old": RECORDS[:1]})
    with pytest.raises(InvalidMapping, match="several arrays of objects: new, old"):
        read(path, TAX)
    assert len(read(path, "records: old" + TAX)) == 1
    with pytest.raises(InvalidMapping, match="no array of objects under 'older'"):
        read(path, "records: older" + TAX)


@pytest.mark.parametrize("document", [{}, [], {"datas": []}, {"a": 1}, [1, 2], [{"a": 1}, 2], "text", None])
def test_what_holds_no_records_is_refused(tmp_path: Path, document: Any) -> None:
    """Nothing, numbers, and objects mixed with others."""
    with pytest.raises((InvalidMapping, UnreadableFile)):
        read(write(tmp_path / "t.json", document), TAX)


def test_broken_json_is_told_with_its_line(tmp_path: Path) -> None:
    """A line cut off is named; so is a document that is nested beyond measure."""
    (tmp_path / "t.ndjson").write_text('{"a": 1}\n{"a": \n', "utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / "t.ndjson", TAX)
    assert caught.value.place == "t.ndjson, line 2"
    for depth in (900, 5000):
        (tmp_path / "t.json").write_text("[" + '{"a":' * depth + "1" + "}" * depth + "]", "utf-8")
        with pytest.raises(UnreadableFile):
            read(tmp_path / "t.json", TAX)
    (tmp_path / "t.json").write_text('[{"a": ', "utf-8")
    with pytest.raises(UnreadableFile):
        read(tmp_path / "t.json", TAX)


def test_a_document_is_read_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it one object a line is the way, which knows no limit."""
    monkeypatch.setattr(json_records, "_WHOLE_LIMIT", 100)
    with pytest.raises(TooLarge):
        read(write(tmp_path / "t.json", RECORDS), TAX)


def test_geojson_stays_geojson(tmp_path: Path) -> None:
    """A .json with features is a layer, whatever else stands in it; our own names need no mapping."""
    path = write_layer(tmp_path / "p.geojson", [SQUARE], {"code": ["P1"]}, crs="EPSG:4326")
    path.rename(tmp_path / "p.json")
    rows = read(tmp_path / "p.json", None, Feed.PARCELS, district="330299")
    assert rows[0].facts[0][0] == ("P1",)
    assert rows[0].facts[0][1][-1]
    records = write(tmp_path / "r.json", [{"uscc": uscc(1), "name": "甲"}])
    assert read(records, None, Feed.ENTERPRISES)[0].facts == (((uscc(1),), ("甲",)),)
