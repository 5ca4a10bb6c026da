"""The leasing match (招租匹配) of an evaluation: inputs from its results and from the store as it is now.

Land, plans and who holds what are those of the evaluation; projects, premises and clauses of contracts change
from week to week and are those of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.domain.units import MINOR_LIMIT
from service.errors import InvalidParameter
from service.jobs.levers.consolidation import blocks_of
from service.jobs.levers.evaluated import Evaluated, evaluated
from service.jobs.periods import today
from service.levers.industries import division
from service.levers.leasing.candidates import ranked
from service.levers.leasing.match import match
from service.levers.leasing.on_map import of_parcels
from service.levers.leasing.options import options
from service.levers.leasing.premises import PROMISES
from service.levers.leasing.premises import premises as all_premises
from service.levers.leasing.problem import WorthTooLarge
from service.levers.leasing.report import report as made
from service.levers.leasing.tables import PROJECTS, table
from service.levers.occupancies import occupation
from service.levers.report import Report
from service.reference.blocks import block_rules
from service.reference.leasing import leasing_rules
from service.store import leasing as stored
from service.store.database import Database
from service.store.lineage import land

MOST_PAIRS = 2_000_000
"""Projects times premises that are looked at in one go."""


@dataclass(frozen=True)
class Asked:
    """What is asked: the objective, which projects (all without), only what no question is open about, how
    many candidates for each, and the project all of whose pairs are listed.
    """

    objective: str = "tax"
    projects: Sequence[str] = field(default_factory=tuple)
    certain: bool = False
    candidates: int | None = None
    project: str | None = None


def report(database: Database, evaluation_id: int, asked: Asked) -> Report:
    """Return the match; raises `NotFound` for the evaluation, `InvalidParameter` for projects not there."""
    with database.reading() as connection:
        read = evaluated(connection, evaluation_id)
        read.require_whole()
        premises, elsewhere = _premises(connection, read)
        projects = _chosen(_projects(connection), asked)
    _check_size(projects, premises)
    day = today()
    rules = leasing_rules()
    try:
        found = match(projects, premises, rules, asked.objective, day, certain=asked.certain)
    except WorthTooLarge as error:
        raise _too_large("objective", asked.objective) from error
    return made(
        read.head | {"as_of": day.isoformat(), "certain": asked.certain},
        found,
        rules,
        asked.objective,
        top=asked.candidates or rules.candidates,
        elsewhere=elsewhere,
        pairs_of=asked.project,
    )


def layer(connection: Connection, evaluation_id: int, day: date) -> pl.DataFrame:
    """Return the parcels that have premises on a day, for a map; none without tables of the evaluation."""
    read = evaluated(connection, evaluation_id)
    if not read.is_whole:
        return pl.DataFrame()
    premises, _ = _premises(connection, read)
    projects = _projects(connection)
    _check_size(projects, premises)
    return of_parcels(premises, ranked(options(projects, premises, leasing_rules(), day), "tax"))


def _projects(connection: Connection) -> pl.DataFrame:
    rows = [
        {
            "project": row["code"],
            "name": row["name"],
            "division": division(row["industry"]),
            "lease_or_land": row["lease_or_land"],
            "floor_need": _whole(row["floor_area_m2"], 100),
            "land_need": _whole(row["land_area_m2"], 100),
            "height_need": _whole(row["clear_height_m"], 1000),
            "power_need": _whole(row["power_kva"], 1000),
            "needed_by": row["needed_by"],
            "investment": _whole(row["investment_wan_yuan"], 10**6),
            "output": _whole(row["output_wan_yuan"], 10**6),
            "tax": _whole(row["tax_wan_yuan"], 10**6),
            "energy": _whole(row["energy_tce"], 1000),
        }
        for row in stored.projects(connection).iter_rows(named=True)
    ]
    for row in rows:
        if any(isinstance(amount, int) and amount >= MINOR_LIMIT for amount in row.values()):
            raise _too_large("projects", row["project"])
    return table(rows, PROJECTS)


def _too_large(place: str, what: str) -> InvalidParameter:
    return InvalidParameter(
        f"The amounts of {what!r} are 2^53 or more in minor units and cannot be counted exactly.",
        f"{what} 的数值过大，无法精确计算。",
        place=place,
        action="Look at the units of the projects' figures. 请核对项目数据的单位。",
    )


def _chosen(projects: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    wanted = {*asked.projects, *([asked.project] if asked.project else [])}
    missing = sorted(wanted - set(projects["project"]))
    if missing:
        raise InvalidParameter(
            f"There is no open project {missing[0]!r}.",
            f"没有在谈项目 {missing[0]}。",
            place="projects" if missing[0] in asked.projects else "project",
            action="Hand it over as the feed projects, or ask without it. 请先交付该项目，或不指定项目。",
        )
    if not asked.projects:
        return projects
    return projects.filter(pl.col("project").is_in(sorted(wanted)))


def _check_size(projects: pl.DataFrame, premises: pl.DataFrame) -> None:
    if projects.height * premises.height > MOST_PAIRS:
        raise InvalidParameter(
            f"{projects.height:,} projects × {premises.height:,} premises exceed {MOST_PAIRS:,} pairs.",
            "项目与空间的配对过多，请指定项目。",
            place="projects",
            action="Ask for some projects. 请用 projects 参数指定部分项目。",
        )


def _premises(connection: Connection, read: Evaluated) -> tuple[pl.DataFrame, int]:
    """Return the premises of the evaluated district, and how many are listed on other parcels or on none."""
    period = read.run["period"]
    moves = dict(land(connection, period).moves.select("parcel_code", "into").iter_rows())
    parcels = _parcels(connection, read, moves)
    known = {row["parcel_code"] for row in parcels}
    listed = [_listed(row, moves) for row in stored.premises(connection).iter_rows(named=True)]
    here = [row for row in listed if row["parcel_code"] in known]
    since = date(int(period) + 1, 1, 1)
    found = all_premises(here, parcels, _blocks(connection, read), since)
    return found, len(listed) - len(here)


def _listed(row: Mapping[str, Any], moves: Mapping[str, str]) -> dict[str, Any]:
    code = row["parcel_code"]
    return {
        "code": row["code"],
        "parcel_code": moves.get(code, code),
        "building_code": row["building_code"],
        "floor": _whole(row["floor_area_m2"], 100),
        "land": _whole(row["land_area_m2"], 100),
        "height": _whole(row["clear_height_m"], 1000),
        "power": _whole(row["power_kva"], 1000),
        "available_from": row["available_from"],
        "available_to": row["available_to"],
        "rent": row["rent_yuan_per_m2_month"],
        "industries": row["industries"],
    }


def _parcels(connection: Connection, read: Evaluated, moves: Mapping[str, str]) -> list[dict[str, Any]]:
    told = occupation(read.frozen("occupancies"), date(int(read.run["period"]), 12, 31))
    held = dict(told.select("parcel_code", "occupied_floor_m2").iter_rows())
    contracts = {row["parcel_code"]: row for row in read.frozen("contracts").iter_rows(named=True)}
    said = {
        moves.get(row["parcel_code"], row["parcel_code"]): row
        for row in stored.clauses(connection).sort("parcel_code").iter_rows(named=True)
    }
    found = []
    for row in read.parcels.iter_rows(named=True):
        code = row["parcel_code"]
        contract, clause = contracts.get(code, {}), said.get(code, {})
        promised = ("tax_per_mu", "output_per_mu", "investment_per_mu", "energy_per_output")
        found.append(
            {
                "parcel_code": code,
                "low_efficiency": bool(row["low_efficiency"]),
                "land": _whole(row["land_area_m2"], 100),
                "floor": _whole(row["floor_area_m2"], 100),
                "held": _whole(held.get(code), 100),
                "land_use": row["land_use"],
                "far_limit": _whole(row["far_limit"], 10**6),
                "contract": bool(contract),
                "leasing_clause": clause.get("leasing_clause"),
                "contract_industries": clause.get("industries"),
                **{name: contract.get(of) for name, of in zip(PROMISES, promised, strict=True)},
            }
        )
    return found


def _blocks(connection: Connection, read: Evaluated) -> list[list[str]]:
    found = blocks_of(connection, read, block_rules().distance_m)
    return [text.split(",") for text in found.properties["parcel_codes"]]


def _whole(amount: float | None, per_unit: int) -> int | None:
    return None if amount is None else round(amount * per_unit)
