"""Lineage (宗地沿革) in a snapshot: figures and holdings follow their land from code to code.

Codes join the hand-overs at evaluation, so it does not matter which came first, the figures under an old code
or the word that it has a new one. See docs/matching.md for what counts when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from service.domain.lineage import Lineage, Succession
from service.store.frames import frame
from service.store.models import Parcel, ParcelSuccession

_COLUMNS = {"old_code": "str", "new_code": "str", "kind": "str", "effective_on": "date"}
_MOVES = {"parcel_code": pl.String, "same": pl.String, "hops": pl.Int64, "into": pl.String}


@dataclass(frozen=True, slots=True)
class Land:
    """What became of the parcels of a store by the end of a year.

    ``moves`` has a row per code that leads to another parcel of the store: ``same``, the last code of the
    same land, ``hops`` to it, and ``into``, the parcel that has it now. ``absent`` are parcels of the store
    that were no parcels then: given up for others of the store, or made of others later.
    """

    moves: pl.DataFrame
    absent: frozenset[str]

    @property
    def is_unchanged(self) -> bool:
        """Whether every code means what it says."""
        return self.moves.is_empty() and not self.absent


def successions(connection: Connection) -> list[Succession]:
    """Return what became of codes, as it was handed over."""
    query = select(*(getattr(ParcelSuccession, name) for name in _COLUMNS))
    return [Succession(*row) for row in frame(connection, query, _COLUMNS).iter_rows()]


def land(connection: Connection, period: str) -> Land:
    """Return what became of the parcels of the store by the end of a year."""
    rows = successions(connection)
    if not rows:
        return Land(pl.DataFrame(schema=_MOVES), frozenset())
    codes = select(ParcelSuccession.old_code).union(select(ParcelSuccession.new_code))
    named = select(Parcel.code).where(Parcel.code.in_(codes))
    known = frozenset(frame(connection, named, {"code": "str"})["code"])
    return resolved(rows, known, date(int(period), 12, 31))


def resolved(successions: Sequence[Succession], known: frozenset[str], until: date) -> Land:
    """Work out `Land` from all successions, the parcels of the store that they name, and the last day."""
    lineage = Lineage(successions)
    moves, absent = [], set()
    for code in lineage.given_up:
        # of land that nobody handed over under its old code, only the new parcel is left to ask
        day = until if code in known else None
        same = lineage.trace(code, day)
        if same.circular:
            continue
        into = same.code
        if same.merged_into is not None:
            whole = lineage.trace(same.merged_into, day)
            into = whole.code if not whole.circular else same.code
        if into != code and into in known:
            moves.append((code, same.code, same.steps, into))
            absent.add(code)
        if same.split and same.code == code and known & set(same.split):
            absent.add(code)
    for each in successions:
        later = each.effective_on is not None and each.effective_on > until
        if each.kind in ("split", "merged") and later and each.old in known:
            absent.add(each.new)
    return Land(pl.DataFrame(moves, schema=_MOVES, orient="row"), frozenset(absent & known))


def moved(table: pl.DataFrame, land: Land, keys: Sequence[str], sums: Sequence[str]) -> pl.DataFrame:
    """Return rows about parcels with those of given-up codes under the parcel that has the land now.

    What a later code of the same land says comes before what an earlier one says. What is said of a merged
    parcel itself comes before the sum of what is said of its former parts.

    :param keys: with the parcel's code they tell rows apart
    :param sums: columns that add up; of others the largest counts. One that is missing makes all missing.
    """
    if land.moves.is_empty():
        return table
    touched = pl.concat([land.moves["parcel_code"], land.moves["same"], land.moves["into"]]).unique()
    is_touched = pl.col("parcel_code").is_in(touched.implode())
    some = table.filter(is_touched)
    if some.filter(pl.col("parcel_code").is_in(land.moves["parcel_code"].implode())).is_empty():
        return table
    given = some.join(land.moves, on="parcel_code", how="left").with_columns(
        same=pl.coalesce("same", "parcel_code"),
        into=pl.coalesce("into", "parcel_code"),
        hops=pl.col("hops").fill_null(0),
    )
    of_same = [*keys, "into", "same"]
    given = given.sort("hops", "parcel_code").unique(of_same, keep="first")
    own = (pl.col("same") == pl.col("into")).any().over([*keys, "into"])
    given = given.filter(~own | (pl.col("same") == pl.col("into")))
    others = [name for name in table.columns if name not in (*keys, *sums, "parcel_code")]
    together = given.group_by([*keys, "into"]).agg(
        *(_unless_missing(name, pl.col(name).sum()) for name in sums),
        *(_unless_missing(name, pl.col(name).max()) for name in others),
    )
    placed = together.rename({"into": "parcel_code"}).select(table.columns)
    return pl.concat([table.filter(~is_touched), placed])


def _unless_missing(name: str, value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(name).is_null().any()).then(None).otherwise(value).alias(name)
