"""The comparison sees what differs, so that its silence means something."""

import polars as pl

from tests.engines.comparing import differences


def _holdings(share: float, code: str = "P1") -> dict[str, pl.DataFrame]:
    return {"holdings": pl.DataFrame({"parcel_code": code, "uscc": "E1", "basis": "equal", "share": share})}


def test_equal_results_have_no_differences() -> None:
    """Nothing differs from itself."""
    assert not differences(_holdings(0.1), _holdings(0.1))


def test_the_last_bit_of_a_double_counts() -> None:
    """Table, column and the rows are named."""
    told = differences(_holdings(0.1 + 0.2), _holdings(0.3))
    assert told.startswith("holdings.share: 1 rows differ")
    assert "P1" in told


def test_zero_and_minus_zero_differ() -> None:
    """Equal as numbers, not as bits."""
    assert differences(_holdings(0.0), _holdings(-0.0))


def test_other_rows_and_other_types_are_told() -> None:
    """What only one side has is shown."""
    assert "P2" in differences(_holdings(0.1), _holdings(0.1, code="P2"))
    other = {"holdings": _holdings(1.0)["holdings"].with_columns(pl.col("share").cast(pl.Int64))}
    assert "types differ" in differences(_holdings(1.0), other)
