"""What land could bring (潜力): as much per mu as the efficient parcels of its kind in the evaluation."""

import polars as pl

from service.levers.industries import division_of
from service.levers.land import in_mu
from service.levers.peers import beside_peers, narrowest
from service.reference.consolidation import PotentialRule

METRICS = ("tax", "output")


def potential(parcels: pl.DataFrame, rule: PotentialRule) -> pl.DataFrame:
    """Return ``parcel_code``, ``potential_tax``, ``potential_output`` (万元) and ``compared_with``.

    A parcel is compared with its division's efficient parcels; where those with the figure are fewer than
    ``rule.smallest``, with its industry group's, else with all; null where even those are too few.
    ``compared_with`` tells it for tax.

    :param parcels: ``parcel_code``, ``industry``, ``industry_group``, ``grade``, ``land_area_m2``, and of
        `METRICS` those that are known, 万元
    """
    metrics = [name for name in METRICS if name in parcels.columns]
    kinds = parcels.select(
        "parcel_code",
        "industry_group",
        "grade",
        *metrics,
        mu=in_mu(pl.col("land_area_m2")),
        division=division_of(pl.col("industry")),
        everything=pl.lit("everything"),
    )
    efficient = kinds.filter(pl.col("grade").is_in(rule.grades), pl.col("mu") > 0)
    found = kinds.select("parcel_code", "mu", *rule.over)
    for metric in metrics:
        # a parcel without the figure says nothing of it
        peers = efficient.filter(pl.col(metric).is_not_null())
        typical = (pl.col(metric) / pl.col("mu")).quantile(rule.quantile, "linear")
        told = beside_peers(found.select("parcel_code", *rule.over), peers, rule.over, {"typical": typical})
        per_mu = narrowest({over: pl.col(f"{over}__typical") for over in rule.over}, rule.smallest)
        level = narrowest({over: pl.lit(over) for over in rule.over}, rule.smallest)
        told = told.select("parcel_code", per_mu.alias(f"typical_{metric}"), level.alias(f"{metric}_over"))
        found = found.join(told, on="parcel_code", how="left")
    nothing = pl.lit(None, pl.Float64)
    return found.select(
        "parcel_code",
        *(
            ((pl.col(f"typical_{metric}") * pl.col("mu")).round(6) if metric in metrics else nothing).alias(
                f"potential_{metric}"
            )
            for metric in METRICS
        ),
        compared_with=pl.col("tax_over") if "tax" in metrics else pl.lit(None, pl.String),
    ).sort("parcel_code")
