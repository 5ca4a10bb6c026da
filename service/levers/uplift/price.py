"""Whether the floor area that is added costs land price (增容地价), as far as rules and contract tell."""

import polars as pl

from service.reference.uplift import LandPrice

UNKNOWN = "unknown"
TO_BE_CLARIFIED = "to_be_clarified"


def land_price(rows: pl.DataFrame, rule: LandPrice, district: str) -> pl.DataFrame:
    """Return the rows with ``land_price`` (none, charged or unknown; null where the contract forbids it) and
    ``contract_uplift``.

    Where the holder alone uses the floor, the rule of own use counts; where it is let, that of the city,
    which is unknown as long as nobody has entered it; likewise where nobody knows who uses it.
    ``contract_uplift`` is the clause of the contract, ``to_be_clarified`` where it is not known: that is no
    permission.
    """
    city = rule.of(district)
    other = pl.lit(city.other_use if city else UNKNOWN)
    price = pl.when("let").then(other).when(~pl.col("let")).then(pl.lit(rule.own_use))
    return rows.with_columns(
        # what is forbidden has no price
        pl.when((pl.col("uplift_clause") == "forbidden").fill_null(False))
        .then(None)
        .otherwise(price.otherwise(pl.lit(UNKNOWN)))
        .alias("land_price"),
        pl.col("uplift_clause").fill_null(TO_BE_CLARIFIED).alias("contract_uplift"),
    )
