"""Kendall's tau-b (肯德尔相关系数) of two rankings, by counting inversions."""

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.int64]


def kendall_tau(group: Ranks, before: Ranks, after: Ranks) -> float | None:
    """Return tau-b over all pairs of one group: 1 when no pair changes its order, −1 when all do.

    :param group: number of the ranking each belongs to; pairs of different rankings do not count
    :param before: rank of each within its ranking, likewise ``after``
    :returns: None where one of the two has no pair that is not tied
    """
    order = np.lexsort((after, before, group))
    group, before, after = group[order], before[order], after[order]
    pairs = _tied(group)
    tied_before, tied_after = _tied(group, before), _tied(*_sorted(group, after))
    tied_both = _tied(group, before, after)
    # within a ranking by rank, from ranking to ranking ever larger: no inversion between rankings
    _, places = np.unique(group * (after.max(initial=0) + 1) + after, return_inverse=True)
    discordant = inversions(places.astype(np.int64))
    concordant = pairs - tied_before - tied_after + tied_both - discordant
    untied = (pairs - tied_before) * (pairs - tied_after)
    return None if untied == 0 else (concordant - discordant) / float(untied) ** 0.5


def inversions(places: Ranks) -> int:
    """Return how many pairs stand the wrong way round: a larger number before a smaller one, none negative.

    From the highest bit to the lowest: of those alike so far, each 0 counts the 1s before it; then all are
    put in order of that bit.
    """
    count, n = 0, len(places)
    for bit in reversed(range(int(places.max(initial=0)).bit_length())):
        one = (places >> bit) & 1
        ones = np.cumsum(one) - one  # before this place
        starts = _starts(places >> (bit + 1))
        sizes = np.diff(np.append(starts, n))
        start = np.repeat(starts, sizes)
        before = ones - ones[start]
        count += int(before[one == 0].sum())
        zeros = np.repeat(np.add.reduceat(1 - one, starts), sizes)
        at = np.arange(n)
        ordered = np.empty_like(places)
        ordered[np.where(one == 1, start + zeros + before, at - before)] = places
        places = ordered
    return count


def _sorted(group: Ranks, values: Ranks) -> tuple[Ranks, Ranks]:
    order = np.lexsort((values, group))
    return group[order], values[order]


def _starts(*columns: Ranks) -> Ranks:
    """Where a run of equal rows begins."""
    changes = np.zeros(max(len(columns[0]) - 1, 0), dtype=bool)
    for column in columns:
        changes |= column[1:] != column[:-1]
    return np.concatenate(([0], np.flatnonzero(changes) + 1)).astype(np.int64)


def _tied(*columns: Ranks) -> int:
    """Pairs that are equal in all of these columns, which are sorted by them."""
    if not len(columns[0]):
        return 0
    sizes = np.diff(np.append(_starts(*columns), len(columns[0])))
    return int((sizes * (sizes - 1) // 2).sum())
