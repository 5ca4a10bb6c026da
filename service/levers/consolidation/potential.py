"""What land could bring (潜力): as much per mu as the efficient parcels of its kind in the evaluation."""

import polars as pl

from service.levers.industries import division_of
from service.levers.land import in_mu
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
    found = kinds
    for metric in metrics:
        for over in rule.over:
            peers = efficient.filter(pl.col(metric).is_not_null(), pl.col(over).is_not_null())
            typical = (
                peers.group_by(over)
                .agg(
                    (pl.col(metric) / pl.col("mu"))
                    .quantile(rule.quantile, "linear")
                    .alias(f"{metric}@{over}"),
                    pl.len().alias("peers"),
                )
                .filter(pl.col("peers") >= rule.smallest)
                .drop("peers")
            )
            found = found.join(typical, on=over, how="left")
    known = {metric: [pl.col(f"{metric}@{over}") for over in rule.over] for metric in metrics}
    nothing = pl.lit(None, pl.Float64)
    compared = [
        pl.when(each.is_not_null()).then(pl.lit(over))
        for over, each in zip(rule.over, known.get("tax", []), strict=bool(known.get("tax")))
    ]
    return found.select(
        "parcel_code",
        *(
            ((pl.coalesce(known[metric]) * pl.col("mu")).round(6) if metric in known else nothing).alias(
                f"potential_{metric}"
            )
            for metric in METRICS
        ),
        compared_with=pl.coalesce(compared) if compared else pl.lit(None, pl.String),
    ).sort("parcel_code")
