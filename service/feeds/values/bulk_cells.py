"""Columns of cells written as nearly all are, read in bulk; for others `service.feeds.values.cells` decides.

A reader here returns the values, and for which cells it can answer at all. Where it answers, it gives what
the reader of single cells gives (a property test holds them together); it never holds anything.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from service.domain.units import MINOR_LIMIT

Mask = NDArray[np.bool_]

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
_USUAL_NUMBER = r"^[+-]?[0-9]{1,15}(?:\.[0-9]{0,6})?$"
_VISIBLE = r"^[!-~]+$"
_ROOM = 2**62
_NOT_A_SIGN = -(2**20)


def _worths() -> NDArray[np.int32]:
    worths = np.full((18, 256), _NOT_A_SIGN, np.int32)
    for position in range(18):
        weight = 1 if position == 17 else pow(3, position, 31)
        for value, sign in enumerate(_USCC_SIGNS):
            if position >= 8 or sign.isdigit():
                worths[position, ord(sign)] = value * weight
    return worths


_WORTHS = _worths()


def usccs(cells: pl.Series) -> Mask:
    """Tell which cells are a USCC as it should be written, its check digit right."""
    usual = (cells.str.len_bytes() == 18).to_numpy()
    found = np.zeros(len(cells), np.bool_)
    if not usual.any():
        return found
    text = np.frombuffer("".join(cells.filter(usual)).encode(), np.uint8).reshape(-1, 18)
    sums = np.zeros(len(text), np.int32)
    for position in range(18):
        sums += _WORTHS[position][text[:, position]]
    found[usual] = (sums >= 0) & (sums % 31 == 0)
    return found


def visible(cells: pl.Series, *, but: str) -> Mask:
    """Tell which cells have visible ASCII characters and nothing else, and are not ``but``, case aside."""
    return (cells.str.contains(_VISIBLE) & (cells.str.to_lowercase() != but)).to_numpy()


def quantities(
    cells: pl.Series, factor: Fraction, *, signed: bool, at_most: int | None
) -> tuple[NDArray[np.int64], Mask]:
    """Return plain decimals times ``factor``, rounded half up, and which cells are such.

    :param signed: whether amounts below zero are fine
    :param at_most: the largest result that is
    """
    numerator, denominator = factor.as_integer_ratio()
    if 2 * denominator * 10**6 >= _ROOM or 2 * numerator >= _ROOM:
        return np.zeros(len(cells), np.int64), np.zeros(len(cells), np.bool_)
    text = pl.col("cell")
    parts = cells.to_frame("cell").select(
        usual=text.str.contains(_USUAL_NUMBER),
        places=(text.str.len_bytes() - text.str.find(".", literal=True) - 1).fill_null(0),
        digits=text.str.replace(".", "", literal=True).str.strip_prefix("+").cast(pl.Int64, strict=False),
    )
    usual = (parts["usual"] & parts["digits"].is_not_null()).to_numpy()
    digits = parts["digits"].fill_null(0).to_numpy()
    usual = usual & (np.abs(digits) <= _ROOM // (2 * numerator))
    above = np.where(usual, np.abs(digits), 0) * numerator
    below = np.power(10, np.where(usual, parts["places"].to_numpy().astype(np.int64), 0)) * denominator
    minor = (2 * above + below) // (2 * below)
    usual &= minor < MINOR_LIMIT
    if at_most is not None:
        usual &= minor <= at_most
    if not signed:
        usual &= digits >= 0
    return np.where(digits < 0, -minor, minor), usual


def texts(cells: Sequence[str]) -> pl.Series:
    """Return cells as a column."""
    return pl.Series("cell", cells, pl.String)
