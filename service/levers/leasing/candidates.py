"""Candidates (候选): what is possible for a project, ranked by what its land would bring."""

import polars as pl

Objective = str
OBJECTIVES = ("tax", "output", "tax_per_mu")


def ranked(options: pl.DataFrame, objective: Objective) -> pl.DataFrame:
    """Return the options that are not impossible, with ``worth`` and ``place`` (from 0) for each project.

    First comes the most tax (with the objective output: output) per mu of land that is used, then the least
    that stays unused, then the codes. ``worth`` is the objective: fen a year, or 1e-6 万元/亩.
    """
    by = "output_per_mu" if objective == "output" else "tax_per_mu"
    found = options.filter(pl.col("verdict") != "impossible").sort(
        *("project", by, "waste", "premises", "way"),
        descending=[False, True, False, False, False],
        nulls_last=True,
    )
    place = pl.int_range(pl.len(), dtype=pl.Int64).over("project")
    return found.with_columns(pl.col(objective).alias("worth"), place.alias("place"))
