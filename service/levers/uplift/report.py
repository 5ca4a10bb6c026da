"""The lever from beginning to end: from parcels and terms to the report and the columns of the layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from service.levers.report import Report, Section, Total
from service.levers.uplift import columns
from service.levers.uplift.bases import bases
from service.levers.uplift.candidates import FORBIDS, candidates
from service.levers.uplift.counted import counted
from service.levers.uplift.gains import cohorts, scenarios
from service.levers.uplift.growth import growth
from service.levers.uplift.limits import STOREY_HEIGHTS, allowed
from service.levers.uplift.price import land_price
from service.levers.uplift.tables import GAINS, chosen, limits, ranked, towns
from service.reference.uplift import Scenario, UpliftRules

ASKED = "asked"
"""The scenario of a target that whoever asks has given."""

LIMIT = "limit"
CANDIDATE_COLUMNS = columns.CANDIDATE


@dataclass(frozen=True, eq=False)
class Uplift:
    """What was worked out: ``parcels`` all of them, ``rows`` a row for each and scenario, and the report."""

    parcels: pl.DataFrame
    rows: pl.DataFrame
    candidates: pl.DataFrame
    report: Report


def uplift(
    frames: Mapping[str, pl.DataFrame],
    rules: UpliftRules,
    head: Mapping[str, Any],
    target: float | None = None,
) -> Uplift:
    """Work the lever out.

    :param frames: ``parcels``, ``terms``, ``buildings``, ``shares`` and ``firms``, with the columns of
        `service.levers.uplift.frames`
    :param head: what is looked at; its ``district`` tells the city
    :param target: a floor-area ratio to build up to, within the limits; it then ranks the candidates
    """
    parcels = allowed(frames["parcels"], frames["terms"], rules)
    parcels = counted(parcels, frames["buildings"], rules.tall_storey)
    parcels = growth(parcels, frames["shares"], frames["firms"], rules.candidate.growth_of)
    parcels = cohorts(candidates(parcels, rules.candidate), rules.cohort)
    parcels = land_price(parcels, rules.land_price, str(head["district"])).with_columns(
        pl.concat_str(
            [
                pl.when(pl.col("open_limits") != "").then("open_limits"),
                pl.when(~pl.col("storeys_known")).then(pl.lit(STOREY_HEIGHTS)),
            ],
            separator=",",
            ignore_nulls=True,
        ).alias("open_limits")
    )
    asked = () if target is None else (Scenario(code=ASKED, target=target),)
    wanted = (*asked, *rules.scenarios)
    rows = scenarios(parcels, wanted)
    by = ASKED if asked else LIMIT
    is_one = pl.col("found_by").is_not_null()
    found, found_rows = parcels.filter(is_one), rows.filter(is_one)
    table = ranked(found, found_rows.filter(pl.col("scenario") == by), rules)
    of_towns = towns(found_rows, [each.code for each in wanted])
    scored = pl.col("status") == "scored"
    efficient = pl.col("efficient").fill_null(False) | is_one
    open_room = pl.col("unknown_room").is_not_null() & (pl.col("unknown_room") != FORBIDS)
    unknown = parcels.filter(scored & efficient & open_room).sort("parcel_code")
    report = Report(
        "uplift",
        ("Uplift of the floor-area ratio", "容积率提升"),
        head,
        (
            Section(
                "candidates",
                ("Candidates", "候选宗地"),
                "uplift",
                columns.CANDIDATE,
                table,
                _totals(table, of_towns, by),
            ),
            Section("towns", ("Totals", "分镇街合计"), "uplift_towns", columns.TOWN, of_towns),
            Section(
                "scenarios",
                ("Scenarios", "情景测算"),
                "uplift_scenarios",
                columns.SCENARIO,
                chosen(_in_order(found_rows, table), columns.SCENARIO),
            ),
            Section("limits", ("Limits", "限制条件"), "uplift_limits", columns.LIMIT, limits(found)),
            Section(
                "open",
                ("Efficient, but room not known", "高效但无法测算"),
                "uplift_open",
                columns.OPEN,
                chosen(unknown, columns.OPEN),
            ),
        ),
        bases(rules, str(head["district"])),
    )
    return Uplift(parcels, rows, table, report)


def _in_order(rows: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of scenarios, candidate by candidate in the order of the ranking."""
    place = table.select("parcel_code", "place")
    return rows.join(place, on="parcel_code", how="left", maintain_order="left").sort(
        "place", maintain_order=True
    )


def _totals(table: pl.DataFrame, of_towns: pl.DataFrame, scenario: str) -> tuple[Total, ...]:
    park = of_towns.filter(pl.col("town").is_null(), pl.col("scenario") == scenario).to_dicts()
    sums = park[0] if park else dict.fromkeys(GAINS)
    forbidden = int((table["unknown_room"] == FORBIDS).sum())
    all_known = pl.col("open_limits").fill_null("") == ""
    return (
        Total("candidates", ("Candidates", "候选宗地"), table.height - forbidden, "宗"),
        Total(FORBIDS, ("Left out: the contract forbids it", "合同禁止，未计入"), forbidden, "宗"),
        Total("told", ("Whose room is known", "可测算"), park[0]["told"] if park else 0, "宗"),
        Total(
            "floor_added_known_m2",
            ("Floor area that could be added, all limits known", "可增建筑面积（限制条件均已知）"),
            _floor(table.filter(all_known)),
            "m²",
        ),
        Total(
            "floor_added_open_m2",
            ("Floor area with limits that are not known", "可增建筑面积（尚有未知限制）"),
            _floor(table.filter(~all_known)),
            "m²",
        ),
        Total(
            "extra_output_own",
            ("Extra output, own", "新增产值（自身水平）"),
            sums["extra_output_own"],
            "万元",
        ),
        Total("extra_tax_own", ("Extra tax, own", "新增税收（自身水平）"), sums["extra_tax_own"], "万元"),
        Total(
            "extra_output_cohort",
            ("Extra output, cohort", "新增产值（同类中位）"),
            sums["extra_output_cohort"],
            "万元",
        ),
        Total(
            "extra_tax_cohort",
            ("Extra tax, cohort", "新增税收（同类中位）"),
            sums["extra_tax_cohort"],
            "万元",
        ),
    )


def _floor(table: pl.DataFrame) -> float | None:
    """The floor area that is known to be possible; null where that of none is."""
    added = table["floor_added_m2"].drop_nulls()
    return round(float(added.sum()), 4) if len(added) else None
