"""The canonical hash: of what the rows say, and of nothing else."""

import hashlib
import struct
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.store.hashing import canonical_hash

KINDS = {
    "whole": (pl.Int64, st.integers(-(2**63), 2**63 - 1)),
    "real": (pl.Float64, st.floats()),
    "text": (pl.String, st.text(st.characters(codec="utf-8"), max_size=5)),
    "truth": (pl.Boolean, st.booleans()),
    "day": (pl.Date, st.dates()),
}
SCHEMA = {"key": pl.String, **{name: kind for name, (kind, _) in KINDS.items()}}
ROW = st.tuples(st.sampled_from("abc"), *(st.none() | values for _, values in KINDS.values()))
Rows = list[tuple[Any, ...]]


def hashed(rows: Rows) -> str:
    """Return the hash of one table."""
    return canonical_hash({"t": pl.DataFrame(rows, SCHEMA, orient="row")}, {"t": ("key",)})


@settings(deadline=None)
@given(rows=st.lists(ROW, max_size=12), data=st.data())
def test_neither_order_nor_chunks_of_rows_count(rows: Rows, data: st.DataObject) -> None:
    """Also where keys repeat: then everything else decides the order."""
    other = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    pieces = [pl.DataFrame(part, SCHEMA, orient="row") for part in (other[:cut], other[cut:])]
    chunked = pl.concat(pieces, rechunk=False).select(reversed(SCHEMA))
    assert canonical_hash({"t": chunked}, {"t": ("key",)}) == hashed(rows)


@settings(deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=6), data=st.data())
def test_any_other_cell_gives_another_hash(rows: Rows, data: st.DataObject) -> None:
    """In any place, for any value, nothing included."""
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(KINDS) - 1))
    new = data.draw(st.none() | list(KINDS.values())[column][1])
    changed = [list(each) for each in rows]
    changed[row][column + 1] = new
    same = sorted(map(said, rows)) == sorted(map(said, changed))
    assert (hashed([tuple(each) for each in changed]) == hashed(rows)) == same


def said(row: Any) -> str:
    """Return what a row says: one NaN, one zero."""
    return repr(tuple(value + 0.0 if isinstance(value, float) else value for value in row))


def test_there_is_one_nan_and_one_zero() -> None:
    """How an engine writes them is its own affair."""
    frames = [
        pl.DataFrame({"k": ["a", "b"], "v": values})
        for values in ([0.0, float("nan")], [-0.0, -float("nan")])
    ]
    assert len({canonical_hash({"t": frame}, {"t": ("k",)}) for frame in frames}) == 1


def test_a_smaller_whole_number_is_the_same_number() -> None:
    """What counts is the value, not how many bits an engine takes for it."""
    frame = pl.DataFrame({"k": ["a"], "v": [7]})
    kinds = (pl.Int64, pl.UInt32, pl.Int8)
    assert len({canonical_hash({"t": frame.cast({"v": kind})}, {"t": ("k",)}) for kind in kinds}) == 1


def test_a_hash_tells_null_from_empty_and_one_table_from_another() -> None:
    """What looks alike when printed is not the same content."""
    variants = [
        {"t": pl.DataFrame({"a": ["", None], "b": [1, 2]})},
        {"t": pl.DataFrame({"a": [None, ""], "b": [1, 2]})},
        {"u": pl.DataFrame({"a": ["", None], "b": [1, 2]})},
        {"t": pl.DataFrame({"b": ["", None], "a": [1, 2]})},
        {"t": pl.DataFrame({"a": ["", None], "b": [1, 0]})},
        {"t": pl.DataFrame({"a": ["", None], "b": [1, None]})},
        {"t": pl.DataFrame({"a": ["", None], "b": [1.0, 2.0]})},
        {"t": pl.DataFrame({"a": ["", None], "b": [1, 2]}), "u": pl.DataFrame({"a": []}, {"a": pl.String})},
    ]
    hashes = {canonical_hash(tables, dict.fromkeys("tu", ("a",))) for tables in variants}
    assert len(hashes) == len(variants)


def test_the_layout_is_the_one_that_is_written_down() -> None:
    """Byte for byte as the module says: a hash that is stored today is found again by any later version."""
    frame = pl.DataFrame(
        {
            "k": ["宗", "a"],
            "w": [None, -2],
            "r": [None, 0.5],
            "t": [None, True],
            "d": [None, date(1970, 1, 3)],
        }
    )
    columns = {  # in the order of keys: the row of "a" first, nothing in the second
        "d": ("date", struct.pack("<qq", 2, 0), 0b01),
        "k": ("str", struct.pack("<qq", 1, 3) + "a宗".encode(), 0b11),
        "r": ("float", struct.pack("<dd", 0.5, 0), 0b01),
        "t": ("bool", b"\1\0", 0b01),
        "w": ("int", struct.pack("<qq", -2, 0), 0b01),
    }

    def text(value: str) -> bytes:
        return struct.pack("<q", len(value.encode())) + value.encode()

    table = text("t") + struct.pack("<qq", 5, 2)
    for name, (kind, values, there) in columns.items():
        table += hashlib.sha256(text(name) + text(kind) + values + bytes([there])).digest()
    assert canonical_hash({"t": frame}, {"t": ("k",)}) == hashlib.sha256(table).hexdigest()


def test_a_column_of_no_kind_of_ours_is_refused() -> None:
    """Else two engines would give it two layouts."""
    for values in (pl.Series([None]), pl.Series([[1]])):
        with pytest.raises(TypeError, match="column v"):
            canonical_hash({"t": pl.DataFrame({"k": ["a"], "v": values})}, {"t": ("k",)})
