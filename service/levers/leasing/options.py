"""Options: every project × premises × way, whether it is possible, why not, and what is to be asked first."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from service.levers.leasing.conditions import CONDITIONS
from service.levers.leasing.tables import WAYS
from service.reference.leasing import LandUse, LeasingRules

_MILLION = 10**6


def options(projects: pl.DataFrame, premises: pl.DataFrame, rules: LeasingRules, today: date) -> pl.DataFrame:
    """Return a row per option, by project, premises and way, with the columns of both and

    ``land_used`` (0.01 m²; of a lease the part of the ground that goes with its floor), ``waste`` (share of
    the premises that stays unused), ``tax_per_mu`` and ``output_per_mu`` (1e-6 万元/亩), ``reasons`` and
    ``questions`` (codes of `words`, joined by commas) and ``verdict``: possible, open or impossible.
    """
    ways = pl.DataFrame({"way": list(WAYS)})
    by_way = projects.join(ways, how="cross").filter(
        pl.col("lease_or_land").is_null()
        | (pl.col("lease_or_land") == "either")
        | (pl.col("lease_or_land") == pl.col("way"))
    )
    places = premises.with_columns(_divisions(rules.land_uses).alias("divisions"))
    found = by_way.join(places, how="cross").with_columns(
        _land_used().alias("land_used"), pl.lit(today, pl.Date).alias("today")
    )
    tests = [(each, each.expression(rules)) for each in CONDITIONS]
    failed = [pl.when(test).then(pl.lit(each.reason)) for each, test in tests if each.reason]
    asked = [pl.when(test.is_null()).then(pl.lit(each.question)) for each, test in tests if each.question]
    found = found.with_columns(
        pl.concat_list(failed).list.drop_nulls().list.join(",").alias("reasons"),
        pl.concat_list(asked)
        .list.drop_nulls()
        .list.unique(maintain_order=True)
        .list.join(",")
        .alias("questions"),
        _waste().alias("waste"),
        *(_per_mu(name).alias(f"{name}_per_mu") for name in ("tax", "output")),
    )
    impossible, questions = pl.col("reasons") != "", pl.col("questions") != ""
    verdict = pl.when(impossible).then(pl.lit("impossible")).when(questions).then(pl.lit("open"))
    return found.with_columns(verdict.otherwise(pl.lit("possible")).alias("verdict")).sort(
        "project", "premises", "way"
    )


def _land_used() -> pl.Expr:
    ground, need, floor = (pl.col(name).cast(pl.Int128) for name in ("ground", "floor_need", "floor"))
    part = ((2 * ground * need + floor) // (2 * floor)).cast(pl.Int64, strict=False)
    of_lease = pl.when(pl.col("floor") > 0).then(part)
    return pl.when(pl.col("way") == "lease").then(of_lease).otherwise("land_need")


def _waste() -> pl.Expr:
    of_lease = pl.when(pl.col("floor") > 0).then(1 - pl.col("floor_need") / pl.col("floor"))
    of_land = pl.when(pl.col("land") > 0).then(1 - pl.col("land_need") / pl.col("land"))
    return pl.when(pl.col("way") == "lease").then(of_lease).otherwise(of_land).round(6)


def _per_mu(amount: str) -> pl.Expr:
    used, money = 15 * pl.col("land_used").cast(pl.Int128), pl.col(amount).cast(pl.Int128)
    exact = ((2 * money * _MILLION + used) // (2 * used)).cast(pl.Int64, strict=False)
    return pl.when(pl.col("land_used") > 0).then(exact)


def _divisions(uses: Sequence[LandUse]) -> pl.Expr:
    """The divisions that the use of the land takes, joined by commas; null where no rule names the use."""
    found = pl.lit(None, pl.String)
    for use in reversed(uses):
        said = pl.col("land_use").str.to_lowercase()
        named = pl.any_horizontal(said.str.contains(word.lower(), literal=True) for word in use.words)
        found = pl.when(named).then(pl.lit(",".join(sorted(use.taken)))).otherwise(found)
    return found
