"""The match (匹配): options, candidates and the assignment of projects to premises, worked out together."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import polars as pl

from service.levers.leasing.assignment import Option, Plan, Space, assign
from service.levers.leasing.candidates import ranked
from service.levers.leasing.options import options
from service.levers.leasing.tables import EXCLUSIVE
from service.reference.leasing import LeasingRules


@dataclass(frozen=True, eq=False)
class Match:
    """What came of it; ``unplaced`` tells for each project without a place why, and who has what it could
    have had.
    """

    projects: pl.DataFrame
    premises: pl.DataFrame
    options: pl.DataFrame
    candidates: pl.DataFrame
    plan: Plan
    unplaced: dict[str, tuple[str, tuple[str, ...]]]


def match(
    projects: pl.DataFrame,
    premises: pl.DataFrame,
    rules: LeasingRules,
    objective: str,
    today: date,
    *,
    certain: bool = False,
) -> Match:
    """Match projects with premises (`tables.PROJECTS`, `tables.PREMISES`).

    :param objective: what is to be as large as it can: tax or output a year, or either per mu used
    :param today: the day on which premises are free or no longer
    :param certain: give projects only what no question is open about
    """
    found = options(projects, premises, rules, today)
    possible = ranked(found, objective)
    usable = possible.filter(pl.col("verdict") == "possible") if certain else possible
    worth = usable.filter(pl.col("worth").is_not_null())
    need = pl.when(pl.col("way") == "lease").then("floor_need").otherwise("land_need")
    rows = worth.select(
        "project",
        "premises",
        "way",
        "worth",
        "place",
        need.alias("need"),
        pl.col("power_need").fill_null(0),
        "land_used",
    )
    spaces = {
        row["premises"]: Space(
            row["floor"],
            row["land"],
            row["power"],
            tuple(row["parcel_codes"].split(",")),
            row["kind"] in EXCLUSIVE,
        )
        for row in premises.iter_rows(named=True)
    }
    given = [Option(*row) for row in rows.iter_rows()]
    single = premises.filter(~pl.col("kind").is_in(EXCLUSIVE)).select("parcel_code", "parcel_land")
    plan = assign(given, spaces, rules.time_limit_seconds, dict(single.iter_rows()))
    why = _unplaced(projects, possible, usable, given, spaces, plan)
    return Match(projects, premises, found, possible, plan, why)


def _unplaced(
    projects: pl.DataFrame,
    possible: pl.DataFrame,
    usable: pl.DataFrame,
    given: list[Option],
    spaces: dict[str, Space],
    plan: Plan,
) -> dict[str, tuple[str, tuple[str, ...]]]:
    placed = {option.project for option in plan.chosen}
    holders: dict[str, set[str]] = defaultdict(set)
    for option in plan.chosen:
        for parcel in spaces[option.premises].parcels:
            holders[parcel].add(option.project)
    rivals: dict[str, set[str]] = defaultdict(set)
    for option in given:
        for parcel in spaces[option.premises].parcels:
            rivals[option.project] |= holders[parcel]
    some, fit = set(possible["project"]), set(usable["project"])
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for project in projects["project"]:
        if project in placed:
            continue
        if project not in some:
            found[project] = "no_possible_premises", ()
        elif project not in fit:
            found[project] = "only_with_questions", ()
        elif project not in rivals:
            found[project] = "objective_unknown", ()
        elif rivals[project]:
            found[project] = "displaced", tuple(sorted(rivals[project]))
        else:
            found[project] = "not_reached", ()
    return found
