"""Which names are most alike (相似度): candidates for a person to decide among, never a decision.

Chinese names of firms differ in what the common similarity scores weigh most: the place stands in front, in
brackets or nowhere, the legal form is shortened, words change places. So the characters are compared without
their order first, which one pass in machine code does; the best of it are ranked by what they share, and rare
characters, which are the firm's mark (字号), count more than those that half of all names have. Measured in
docs/matching.md.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

CANDIDATES = 5
_SHORTLIST = 50
_BLOCK = 20_000
_QUERIES = 2_000

Alike = list[tuple[int, float]]
"""Places in the list of names, each with its likeness of 0…1, the most alike first."""


def most_alike(wanted: Sequence[str], names: Sequence[str], count: int = CANDIDATES) -> list[Alike]:
    """Return for every wanted name the most alike of others; all are normalised.

    The result does not depend on the order of ``wanted``; of equal likeness the earlier name comes first.
    Memory is bounded: 20,000 names are compared with 2,000 wanted at a time.
    """
    weights = _rarity(names)
    found: list[Alike] = []
    for start in range(0, len(wanted), _QUERIES):
        some = wanted[start : start + _QUERIES]
        for query, places in zip(some, _shortlists(some, names), strict=True):
            scored = [(round(likeness(query, names[place], weights), 3), place) for place in places]
            scored.sort(key=lambda pair: (-pair[0], pair[1]))
            found.append([(place, score) for score, place in scored[:count] if score > 0])
    return found


def likeness(one: str, other: str, weights: Mapping[str, float]) -> float:
    """Return the likeness of two names, 0…1: half by their characters, half by their pairs of characters."""
    return (_shared(Counter(one), Counter(other), weights) + _shared(_pairs(one), _pairs(other), weights)) / 2


def _shared(one: Counter[str], other: Counter[str], weights: Mapping[str, float]) -> float:
    """Twice the weight of what both have over the weight of what each has (Dice)."""

    def weight(parts: Counter[str]) -> float:
        return sum(n * sum(weights.get(sign, _UNSEEN) for sign in part) for part, n in parts.items())

    whole = weight(one) + weight(other)
    return 2 * weight(one & other) / whole if whole else float(one == other)


_UNSEEN = 14.0
"""About the weight of a character that one of a million names has."""


def _rarity(names: Sequence[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for start in range(0, len(names), _BLOCK):
        counts.update("".join(names[start : start + _BLOCK]))
    return {sign: math.log(1 + len(names) / count) for sign, count in counts.items()}


def _pairs(name: str) -> Counter[str]:
    return Counter(map("".join, pairwise(name)))


def _sorted(names: Sequence[str]) -> list[str]:
    return ["".join(sorted(name)) for name in names]


def _shortlists(wanted: Sequence[str], names: Sequence[str]) -> list[list[int]]:
    """Return for each wanted name the places of those with the most characters in common."""
    queries = _sorted(wanted)
    scores: list[NDArray[np.int16]] = [np.zeros(0, np.int16)] * len(wanted)
    places: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(wanted)
    worst = np.zeros(len(wanted), np.int16)  # a later name must be better: of equal ones the first stays
    for start in range(0, len(names), _BLOCK):
        block = _sorted(names[start : start + _BLOCK])
        found = process.cdist(queries, block, scorer=fuzz.ratio, dtype=np.uint8, workers=-1)
        better = found > worst[:, None]
        for row in np.flatnonzero(better.any(axis=1)):
            columns = np.flatnonzero(better[row])
            score = np.concatenate([scores[row], found[row, columns].astype(np.int16)])
            place = np.concatenate([places[row], columns + start])
            keep = np.lexsort((place, -score))[:_SHORTLIST]
            scores[row], places[row] = score[keep], place[keep]
            if len(keep) == _SHORTLIST:
                worst[row] = score[keep[-1]]
    return [sorted(row.tolist()) for row in places]
