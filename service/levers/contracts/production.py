"""Whether full production (达产) is reached, by the output that was promised."""

from collections.abc import Mapping
from datetime import date

import polars as pl

OUTPUT = "output_per_mu"
SCHEMA = {"parcel_code": pl.String, "reached": pl.Boolean, "reached_reason": pl.String}


def production(contracts: pl.DataFrame, attained: pl.DataFrame, newest: int, as_of: date) -> pl.DataFrame:
    """Return of every contract with a day of full production whether it is reached, of `SCHEMA`.

    It is once the promised output was kept in a seen year, also if it fell again. It is not when every
    whole year since the day is seen and missed. Else nobody knows; ``reached_reason``: no_output_promised,
    no_whole_year, output_years_unknown.

    :param contracts: of `service.levers.contracts.terms.with_due_days`
    :param attained: of `service.levers.contracts.attainment`, of all years
    :param newest: the evaluated year; of years after ``as_of`` nothing is read
    """
    kept: dict[str, dict[int, bool | None]] = {}
    for code, period, word in (
        attained.filter(pl.col("clause") == OUTPUT).select("parcel_code", "period", "kept").iter_rows()
    ):
        if int(period) <= as_of.year:
            kept.setdefault(code, {})[int(period)] = word
    due = contracts.filter(pl.col("reach_due").is_not_null())
    last = min(newest, as_of.year)
    rows = [
        (code, *_reached(day, promised, kept.get(code, {}), last))
        for code, day, promised in due.select(
            "parcel_code", "reach_due", "output_wan_yuan_per_mu"
        ).iter_rows()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _reached(
    due: date, promised: float | None, kept: Mapping[int, bool | None], last: int
) -> tuple[bool | None, str | None]:
    if promised is None:
        return None, "no_output_promised"
    if any(kept.values()):
        return True, None
    first = due.year if (due.month, due.day) == (1, 1) else due.year + 1
    if first > last:
        return None, "no_whole_year"
    if all(kept.get(year) is False for year in range(first, last + 1)):
        return False, None
    return None, "output_years_unknown"
