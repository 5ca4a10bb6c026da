"""dBASE III tables of a Shapefile: names of ten bytes, texts of 254 bytes, and account of what did not fit.

GDAL's own writer makes 1e23 of 1e300 and warns once per layer of texts it cuts; here a number is the shortest
text that reads back the same, and everything cut or replaced is counted.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from service.features.formats.content import Encoding
from service.features.table import Property

LONGEST = 254
"""Bytes of a text."""

_NAME = 10
_DIGITS = 18  # of whole numbers that are read back as such
_NUMBER = 24  # bytes of the longest shortest text of a double
_DECIMALS = 15
_WIDTHS = {"boolean": 1, "date": 8, "number": _NUMBER}
_LANGUAGE = {"utf-8": 0x00, "gbk": 0x4D}
Bytes = npt.NDArray[np.uint8]


def field_names(names: Sequence[str]) -> list[str]:
    """Return names of at most ten bytes, different also for who does not tell capitals."""
    found: list[str] = []
    for name in names:
        short, number = name[:_NAME], 0
        while short.lower() in {other.lower() for other in found}:
            number += 1
            short = f"{name[: _NAME - 1 - len(str(number))]}_{number}"
        found.append(short)
    return found


class Field:
    """A column: what it needs is seen from the values first, then it is written."""

    def __init__(self, name: str, column: Property, encoding: Encoding) -> None:
        self.name, self.property, self._encoding = name, column, encoding
        self.width = _WIDTHS.get(column.type, 1)
        self.cut = 0
        """How many texts are longer than 254 bytes, of which the beginning is kept."""
        self.replaced = 0
        """How many texts have characters that the encoding has not; each is a question mark."""

    @property
    def letter(self) -> str:
        """Its type in the table; a whole number of more digits would lose the last ones as a number."""
        if self.property.type == "integer":
            return "N" if self.width <= _DIGITS else "C"
        return {"boolean": "L", "date": "D", "number": "N"}.get(self.property.type, "C")

    @property
    def head(self) -> bytes:
        """Its description in the head of the table."""
        decimals = _DECIMALS if self.property.type == "number" else 0
        return struct.pack("<11sc4xBB14x", self.name.encode(), self.letter.encode(), self.width, decimals)

    def look(self, values: pl.Series) -> None:
        """See how wide the values are, and what does not fit."""
        if self.property.type == "integer":
            self.width = max(self.width, *map(len, _digits(values)), 1)
        elif self.property.type == "string":
            texts, coded = _texts(values), self._coded(values)
            self.width = min(max(self.width, *map(len, coded), 1), LONGEST)
            self.cut += sum(len(raw) > LONGEST for raw in coded)
            if self._encoding != "utf-8":
                self.replaced += sum(
                    text != raw.decode(self._encoding) for text, raw in zip(texts, coded, strict=True)
                )

    def records(self, values: pl.Series) -> Bytes:
        """Return the values as rows of so many bytes; null is blank."""
        if self.property.type == "boolean":
            letters = {True: "T", False: "F"}
            return _padded(values.replace_strict(letters, default="?", return_dtype=pl.String).to_list(), 1)
        if self.property.type == "date":
            days = values.dt.strftime("%Y%m%d").str.zfill(8).fill_null("")
            return _padded(days.to_list(), self.width)
        if self.letter == "N":
            return _padded([digits.rjust(self.width) for digits in _digits(values)], self.width)
        return _padded([self._fitting(raw) for raw in self._coded(values.cast(pl.String))], self.width)

    def _coded(self, values: pl.Series) -> list[bytes]:
        return [text.encode(self._encoding, "replace") for text in _texts(values)]

    def _fitting(self, raw: bytes) -> bytes:
        """Cut behind a whole character."""
        if len(raw) <= LONGEST:
            return raw
        return raw[:LONGEST].decode(self._encoding, "ignore").encode(self._encoding)


def table(
    fields: Sequence[Field], frames: Iterable[pl.DataFrame], size: int, time: datetime, encoding: Encoding
) -> Iterator[bytes]:
    """Give the table in parts; ``frames`` have the columns of the fields, in their order."""
    yield struct.pack(
        "<4BIHH17xB2x",
        *(3, time.year - 1900, time.month, time.day),
        *(size, 32 * len(fields) + 33, record_width(fields)),
        _LANGUAGE[encoding],
    )
    yield from (each.head for each in fields)
    yield b"\r"
    for frame in frames:
        kept = np.full((frame.height, 1), ord(" "), dtype=np.uint8)
        columns = [each.records(values) for each, values in zip(fields, frame, strict=True)]
        yield np.concatenate((kept, *columns), axis=1).tobytes()
    yield b"\x1a"


def record_width(fields: Sequence[Field]) -> int:
    """Return the bytes of a row."""
    return 1 + sum(each.width for each in fields)


def _texts(values: pl.Series) -> list[str]:
    return values.fill_null("").to_list()


def _digits(values: pl.Series) -> list[str]:
    return values.cast(pl.String).fill_null("").to_list()


def _padded(texts: Sequence[str] | Sequence[bytes], width: int) -> Bytes:
    """Return texts as rows of bytes, filled with blanks."""
    rows = np.array(texts, dtype=f"S{width}").view(np.uint8).reshape(len(texts), width)
    # a text has no zero byte: it would end it
    return np.where(rows == 0, np.uint8(ord(" ")), rows)
