"""What is usual among peers (同类): of the narrowest group that is large enough to say it."""

from collections.abc import Mapping, Sequence

import polars as pl


def beside_peers(
    rows: pl.DataFrame, peers: pl.DataFrame, levels: Sequence[str], told: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Return rows with what is told of their group of peers at every level: ``level__name``, ``level__size``.

    ``levels`` are columns that name the group of a row; one without a name is in none.
    """
    for level in levels:
        groups = peers.drop_nulls(level).group_by(level)
        stats = groups.agg(
            pl.len().cast(pl.Int64).alias(f"{level}__size"),
            *(value.alias(f"{level}__{name}") for name, value in told.items()),
        )
        rows = rows.join(stats, on=level, how="left")
    return rows


def narrowest(values: Mapping[str, pl.Expr], least: int) -> pl.Expr:
    """Return the value of the first level whose group has at least so many peers; null where none has.

    :param values: by level, the narrowest first; of rows of `beside_peers`
    """
    return pl.coalesce(
        pl.when(pl.col(f"{level}__size") >= least).then(value) for level, value in values.items()
    )
