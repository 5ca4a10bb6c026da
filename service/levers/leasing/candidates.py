"""Candidates (候选): what is possible for a project, ranked by what its land would bring."""

import polars as pl

Objective = str
OBJECTIVES = ("tax", "output", "tax_per_mu", "output_per_mu")


def ranked(options: pl.DataFrame, objective: Objective) -> pl.DataFrame:
    """Return the options that are not impossible, with ``worth``, ``rank`` and ``place`` for each project.

    First comes the most tax (with an objective of output: output) per mu of land that is used, then the least
    that stays unused, then the codes; ``rank`` counts from 1. ``place``, by which an assignment tells equals
    apart, counts from 0 and puts what has the fewest open questions first. ``worth`` is the objective: fen a
    year, or 1e-6 万元/亩.
    """
    by = "output_per_mu" if objective in ("output", "output_per_mu") else "tax_per_mu"
    in_order = pl.int_range(pl.len(), dtype=pl.Int64).over("project")
    found = options.filter(pl.col("verdict") != "impossible").sort(
        *("project", by, "waste", "premises", "way"),
        descending=[False, True, False, False, False],
        nulls_last=True,
    )
    asked = (
        pl.when(pl.col("questions") != "").then(pl.col("questions").str.count_matches(",") + 1).otherwise(0)
    )
    found = found.with_columns(
        pl.col(objective).alias("worth"), (in_order + 1).alias("rank"), asked.alias("asked")
    )
    places = found.sort("project", "asked", "rank").with_columns(in_order.alias("place"))
    return places.sort("project", "rank").drop("asked")
