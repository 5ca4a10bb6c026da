"""Days late (逾期天数): start, completion and full production, and the penalty that the contract states."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

COLUMNS = ("parcel_code", "clause", "due_on", "done_on", "days_late", "still_open", "penalty_fen", "penalty")
FEN_PER_WAN_YUAN = 1_000_000
MOST_FEN = Decimal(10**16)
"""A hundred trillion yuan: beyond it no ledger tells a price."""

STATED, NOT_STATED, IMPLAUSIBLE = "stated", "not_stated", "penalty_implausible"


def delays(contracts: pl.DataFrame, built: pl.DataFrame, reached: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return what is or was late, of `COLUMNS`: counted to the day when it was done, else to ``as_of``.

    Without a day of starting or of completion something is still open only where nothing is built: elsewhere
    the day is not known, which is no breach (see `undecided`). Full production is reached by the output that
    was promised.
    ``penalty_fen`` = price × share a day × days, half up to the fen; null, and ``penalty`` not_stated, where
    the contract as known states no price or no share; null, and penalty_implausible, where it would be more
    than the price itself. The promise of production has none.

    :param contracts: of `service.levers.promises.with_due_days`
    :param built: ``parcel_code`` and ``far``
    :param reached: of `service.levers.contracts.production`
    """
    told = _told(contracts, built, reached, as_of)
    tables = [
        _late(told, clause, f"{clause}_due", done, is_open, as_of, penal=clause != "reach")
        for clause, (done, is_open) in _states(as_of).items()
    ]
    return pl.concat(tables).sort("parcel_code", maintain_order=True)


def undecided(
    contracts: pl.DataFrame, built: pl.DataFrame, reached: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return what is due and of which nobody knows whether or when it was done.

    ``reason``: start_day_unknown, completion_day_unknown, or why it is not known that production is reached.
    Parameters are those of `delays`.
    """
    told = _told(contracts, built, reached, as_of)
    reasons = {
        "start": pl.lit("start_day_unknown"),
        "completion": pl.lit("completion_day_unknown"),
        "reach": pl.col("reached_reason"),
    }
    tables = []
    for clause, (done, is_open) in _states(as_of).items():
        over = is_open.is_null() | ~is_open
        if clause == "reach":
            over &= pl.col("reached").is_null()
        elif clause == "start":
            # who had completed by then had begun before
            over &= ~(pl.col("completed_on") <= pl.col("start_due")).fill_null(False)
        tables.append(
            told.filter(pl.col(f"{clause}_due") < as_of, done.is_null(), over).select(
                "parcel_code",
                pl.lit(clause).alias("clause"),
                pl.col(f"{clause}_due").alias("due_on"),
                reasons[clause].alias("reason"),
            )
        )
    return pl.concat(tables).sort("parcel_code", maintain_order=True)


def _told(contracts: pl.DataFrame, built: pl.DataFrame, reached: pl.DataFrame, as_of: date) -> pl.DataFrame:
    in_force = contracts.filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= as_of))
    return in_force.join(built.rename({"far": "built_far"}), on="parcel_code", how="left").join(
        reached, on="parcel_code", how="left"
    )


def _states(as_of: date) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """By clause the day when it was done, and whether it is known to be open."""
    started, completed = _by("started_on", as_of), _by("completed_on", as_of)
    bare = pl.col("built_far") == 0
    not_begun = started.is_null() & completed.is_null() & (bare | (pl.col("started_on") > as_of))
    not_complete = completed.is_null() & (bare | (pl.col("completed_on") > as_of))
    return {
        "start": (started, not_begun),
        "completion": (completed, not_complete),
        "reach": (pl.lit(None, dtype=pl.Date), ~pl.col("reached")),
    }


def _by(column: str, as_of: date) -> pl.Expr:
    return pl.when(pl.col(column) <= as_of).then(pl.col(column))


def _late(
    due_there: pl.DataFrame,
    clause: str,
    due: str,
    done: pl.Expr,
    is_open: pl.Expr,
    as_of: date,
    *,
    penal: bool,
) -> pl.DataFrame:
    until = pl.coalesce(done, pl.when(is_open.fill_null(False)).then(pl.lit(as_of)))
    late = due_there.with_columns(
        pl.lit(clause).alias("clause"),
        pl.col(due).alias("due_on"),
        done.alias("done_on"),
        (until - pl.col(due)).dt.total_days().alias("days_late"),
        done.is_null().alias("still_open"),
    ).filter(pl.col("days_late") > 0)
    terms = late.select("price_wan_yuan", "penalty_per_day", "days_late").iter_rows()
    told = [_penalty(*each) if penal else (None, None) for each in terms]
    return late.with_columns(
        pl.Series("penalty_fen", [fen for fen, _ in told], dtype=pl.Int64),
        pl.Series("penalty", [word for _, word in told], dtype=pl.String),
    ).select(COLUMNS)


def _penalty(price_wan_yuan: float | None, share: float | None, days: int) -> tuple[int | None, str]:
    """The penalty in fen, and whether it is stated; more than the price itself is an error of the ledger."""
    if price_wan_yuan is None or share is None:
        return None, NOT_STATED
    # what is stored is a decimal, only its form is binary
    price = Decimal(str(price_wan_yuan)) * FEN_PER_WAN_YUAN
    exact = price * Decimal(str(share)) * days
    if not 0 <= exact <= min(price, MOST_FEN):
        return None, IMPLAUSIBLE
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), STATED
