"""Rows of numbers as the variable-length integers of protocol buffers (varints), all at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

from service.features.tiles.shapes import Integers, ranges

Unsigned = npt.NDArray[np.uint64]

_SEVEN_BITS = np.uint8(0x7F)


def sizes(numbers: Unsigned) -> Integers:
    """Return how many bytes each number takes."""
    size = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 64, 7):
        longer = numbers >= np.uint64(1 << bits)
        if not longer.any():
            break
        size += longer
    return size


def lengths(numbers: Unsigned, counts: Integers) -> Integers:
    """Return how many bytes each group of so many numbers takes."""
    ends = np.append(0, np.cumsum(sizes(numbers)))[np.append(0, np.cumsum(counts))]
    taken: Integers = np.diff(ends)
    return taken


def varints(numbers: Unsigned) -> npt.NDArray[np.uint8]:
    """Return all numbers as bytes, one after the other."""
    longest = max(1, -(-int(numbers.max(initial=0)).bit_length() // 7))
    left: npt.NDArray[Any] = numbers.astype(np.uint32) if longest < 5 else numbers
    table = np.empty((len(numbers), longest), dtype=np.uint8)
    kept = np.ones((len(numbers), longest), dtype=bool)
    for nth in range(longest):
        more = left > _SEVEN_BITS
        table[:, nth] = (left.astype(np.uint8) & _SEVEN_BITS) | (more.view(np.uint8) << 7)
        if nth + 1 < longest:
            kept[:, nth + 1] = more
            left = left >> 7
    encoded: npt.NDArray[np.uint8] = table[kept]
    return encoded


def varint(number: int) -> bytes:
    """Return one unsigned number as bytes."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def in_a_row(*parts: tuple[npt.NDArray[Any], Integers]) -> tuple[npt.NDArray[Any], Integers]:
    """Return for each feature its numbers of every part, one part after the other, and how many they are.

    A part is numbers in a row and how many of them each feature has.
    """
    total: Integers = np.sum([count for _, count in parts], axis=0)
    at = np.cumsum(total) - total
    row = np.empty(int(total.sum()), dtype=parts[0][0].dtype)
    for numbers, count in parts:
        row[ranges(at, count)] = numbers
        at = at + count
    return row, total
