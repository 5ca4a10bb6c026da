"""What to post (记账): the difference between what should be charged now and what was posted before.

An entry is never changed; a refund or a correction is a further one. The key of a line is month, parcel, firm
and meter: the sum of a line's entries is what is due by the latest decision. Posting the same again posts
nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["charge", "refund", "correction"]


class Key(NamedTuple):
    """A line of the ledger."""

    month: str
    parcel_code: str
    uscc: str
    meter: str


@dataclass(frozen=True, slots=True)
class Due:
    """What a line should cost: Wh, rate in 1e-6 yuan/kWh, fen, and why."""

    wh: int
    rate: int
    amount_fen: int
    grade: str = ""
    years: int = 0
    tier_rate: int = 0
    other_kind: str = ""
    other_rate: int = 0
    reason: str = "applies"


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a line stands: its last entry with what that said, and the sum of all its entries."""

    entry_id: int
    wh: int
    rate: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry to post; ``amount_fen`` is signed, ``corrects`` the line's entry before it."""

    key: Key
    kind: Kind
    amount_fen: int
    due: Due
    corrects: int | None = None


def entries(posted: Mapping[Key, Posted], due: Mapping[Key, Due]) -> list[Entry]:
    """Return what to post so that every line sums to what is due; in the order of the lines.

    A first entry of a line is a ``charge``. After that less is a ``refund``, more a ``correction``, and so is
    an entry of nothing that states other kilowatt-hours or another rate for the same amount.
    """
    return list(_entries(posted, due))


def _entries(posted: Mapping[Key, Posted], due: Mapping[Key, Due]) -> Iterable[Entry]:
    for key in sorted(posted.keys() | due.keys()):
        now, before = due.get(key), posted.get(key)
        if before is None:
            if now is not None and now.rate:
                yield Entry(key, "charge", now.amount_fen, now)
            continue
        if now is None:
            now = Due(0, 0, 0, reason="no_longer_due")
        change = now.amount_fen - before.amount_fen
        same = now.rate == before.rate and (now.wh == before.wh or not now.rate)
        if change or not same:
            yield Entry(key, "refund" if change < 0 else "correction", change, now, before.entry_id)
