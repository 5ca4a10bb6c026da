"""Days late (逾期天数): start, completion and full production, and the penalty that the contract states."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

COLUMNS = ("parcel_code", "clause", "due_on", "done_on", "days_late", "still_open", "penalty_fen", "penalty")
FEN_PER_WAN_YUAN = 1_000_000
DATES = ("start", "completion", "reach")


def delays(contracts: pl.DataFrame, built: pl.DataFrame, reached: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return what is or was late, of `COLUMNS`: counted to the day when it was done, else to ``as_of``.

    Who has no day of starting has not started only where nothing is built; who has no day of completion has
    not completed, as the ledger tells. Full production is reached by the output that was promised.
    ``penalty_fen`` = price × share a day × days, half up to the fen; null, and ``penalty`` not_stated, where
    the contract as known states no price or no share. The promise of production has none.

    :param contracts: of `service.levers.contracts.terms.with_due_days`
    :param built: ``parcel_code`` and ``far``
    :param reached: ``parcel_code`` and ``reached``, null when not known
    """
    in_force = contracts.filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= as_of))
    told = in_force.join(built.rename({"far": "built_far"}), on="parcel_code", how="left").join(
        reached, on="parcel_code", how="left"
    )
    started, completed = _by("started_on", as_of), _by("completed_on", as_of)
    not_begun = started.is_null() & completed.is_null()
    not_begun &= (pl.col("built_far") == 0) | (pl.col("started_on") > as_of)
    production = pl.lit(None, dtype=pl.Date)
    tables = [
        _late(told, "start", "start_due", started, not_begun, as_of, penal=True),
        _late(told, "completion", "completion_due", completed, completed.is_null(), as_of, penal=True),
        _late(told, "reach", "reach_due", production, ~pl.col("reached"), as_of, penal=False),
    ]
    return pl.concat(tables).sort("parcel_code", maintain_order=True)


def _by(column: str, as_of: date) -> pl.Expr:
    return pl.when(pl.col(column) <= as_of).then(pl.col(column))


def _late(
    told: pl.DataFrame, clause: str, due: str, done: pl.Expr, is_open: pl.Expr, as_of: date, *, penal: bool
) -> pl.DataFrame:
    until = pl.coalesce(done, pl.when(is_open.fill_null(False)).then(pl.lit(as_of)))
    late = told.with_columns(
        pl.lit(clause).alias("clause"),
        pl.col(due).alias("due_on"),
        done.alias("done_on"),
        (until - pl.col(due)).dt.total_days().alias("days_late"),
        done.is_null().alias("still_open"),
    ).filter(pl.col("days_late") > 0)
    fen = [
        _penalty(price, share, days) if penal else None
        for price, share, days in late.select("price_wan_yuan", "penalty_per_day", "days_late").iter_rows()
    ]
    word = pl.when(pl.col("penalty_fen").is_null()).then(pl.lit("not_stated")).otherwise(pl.lit("stated"))
    return (
        late.with_columns(pl.Series("penalty_fen", fen, dtype=pl.Int64))
        .with_columns((word if penal else pl.lit(None, dtype=pl.String)).alias("penalty"))
        .select(COLUMNS)
    )


def _penalty(price_wan_yuan: float | None, share: float | None, days: int) -> int | None:
    if price_wan_yuan is None or share is None:
        return None
    # what is stored is a decimal, only its form is binary
    exact = Decimal(str(price_wan_yuan)) * FEN_PER_WAN_YUAN * Decimal(str(share)) * days
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
