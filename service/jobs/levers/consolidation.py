"""Consolidation (资源整合) of an evaluation: reads what it needs of the store and gives it to the lever."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import shapely
from sqlalchemy import Connection, func, select

from service.errors import InvalidParameter
from service.jobs.levers.evaluated import Evaluated, evaluated
from service.jobs.levers.low_efficiency import Judged, with_reasons
from service.levers.consolidation import FIGURES, Barriers, Blocks, blocks, central_meridian, in_metres
from service.levers.consolidation.facts import facts
from service.levers.consolidation.potential import potential
from service.levers.consolidation.reporting import Found, report
from service.levers.consolidation.summary import SUMMARY
from service.levers.consolidation.worth import DESCRIBED, WORTH, worth
from service.levers.occupancies import current
from service.levers.planes import Geometries
from service.levers.report import Report
from service.reference.blocks import block_rules
from service.reference.consolidation import ConsolidationRules, consolidation_rules
from service.reference.contracts import contract_rules
from service.store.frames import frame
from service.store.models import Barrier, Enterprise, Parcel, Score
from service.store.spatial import wkb

FARTHEST_M = 1000.0
"""A greater distance joins everything and says nothing."""


def consolidation(connection: Connection, evaluation_id: int, distance_m: float | None = None) -> Report:
    """Return the report; raises `NotFound`, and `InvalidParameter` for a distance that makes no sense.

    :param distance_m: across which parcels lie together, instead of the rule's
    """
    read = evaluated(connection, evaluation_id)
    found = found_of(connection, read, distance_m)
    return report(found, read.head, consolidation_rules(), block_rules(), contract_rules())


def found_of(connection: Connection, read: Evaluated, distance_m: float | None = None) -> Found:
    """Return what the lever finds of an evaluation, for its report and its layers."""
    distance = block_rules().distance_m if distance_m is None else distance_m
    if not 0 <= distance <= FARTHEST_M:
        raise InvalidParameter(
            f"The distance is 0 to {FARTHEST_M:g} metres.",
            f"连片距离应为 0 至 {FARTHEST_M:g} 米。",
            place="distance_m",
        )
    read.require_whole()
    rules = consolidation_rules()
    judged = with_reasons(connection, read, rules)
    parcels = _described(connection, read, judged, rules)
    barriers = connection.execute(select(func.count()).select_from(Barrier)).scalar_one()
    made = blocks_of(connection, read, distance)
    ranked = worth(made.properties, parcels, _held(connection, read))
    of_block = made.properties.select(
        parcel_code=pl.col("parcel_codes").str.split(","), block="first_parcel"
    ).explode("parcel_code")
    listed = parcels.filter(
        pl.col("reasons").is_not_null()
        | pl.col("figure_reasons").is_not_null()
        | pl.col("low_efficiency").fill_null(False)
    )
    return Found(
        listed.join(of_block, on="parcel_code", how="left"),
        made,
        ranked,
        judged.evidence,
        read.parcels.height,
        distance,
        int(barriers),
        judged.past,
    )


def reasons_of(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return ``parcel_code`` and `service.levers.consolidation.summary.SUMMARY`; nothing without results."""
    read, rules = evaluated(connection, evaluation_id), consolidation_rules()
    if not read.is_whole:
        return pl.DataFrame(schema={"parcel_code": pl.String, **SUMMARY})
    return with_reasons(connection, read, rules).summary


def worth_of(connection: Connection, evaluation_id: int, made: pl.DataFrame) -> pl.DataFrame:
    """Return blocks (``first_parcel``, ``parcel_codes``) with what they are worth; nulls without results."""
    read, rules = evaluated(connection, evaluation_id), consolidation_rules()
    if not read.is_whole:
        nothing = (pl.lit(None, kind).alias(name) for name, kind in WORTH.items())
        return made.with_columns(*nothing, rank=pl.lit(None, pl.Int64))
    judged = with_reasons(connection, read, rules)
    return worth(made, _described(connection, read, judged, rules), _held(connection, read))


def blocks_of(connection: Connection, read: Evaluated, distance_m: float) -> Blocks:
    """Group the parcels that the scheme flags, in the zone in whose middle the evaluation's parcels lie."""
    query = select(Score.parcel_code, wkb(Score.geom)).where(Score.evaluation_id == read.run["id"])
    rows = connection.execute(query.order_by(Score.parcel_code)).all()
    shapes = shapely.from_wkb(np.array([bytes(shape) for _, shape in rows], dtype=object))
    places = {code: place for place, (code, _) in enumerate(rows)}
    flagged = read.parcels.filter(pl.col("low_efficiency").fill_null(False))
    west, _, east, _ = shapely.total_bounds(shapes) if len(rows) else (0.0,) * 4
    chosen = np.array([places[code] for code in flagged["parcel_code"]], dtype=np.int64)
    return blocks_among(connection, flagged, shapes[chosen], distance_m, west, east)


def blocks_among(
    connection: Connection,
    flagged: pl.DataFrame,
    shapes: Geometries,
    distance_m: float,
    west: float,
    east: float,
) -> Blocks:
    """Group flagged parcels, between which the store's barriers lie.

    :param flagged: `FIGURES` of the parcels
    :param shapes: their outlines, degrees
    :param west: with ``east`` what the district spans, degrees; metres are of the zone in its middle
    """
    meridian = 0 if np.isnan(west) else central_meridian(west, east)
    walls = _barriers_in(connection, meridian)
    return blocks(flagged.select(*FIGURES), shapes, distance_m, meridian, walls)


def _barriers_in(connection: Connection, meridian: int) -> Barriers | None:
    """Return the barriers of the store in the zone of a central meridian."""
    shapes = _barriers(connection)
    return Barriers(in_metres(shapes, meridian), block_rules().sight_step_m) if len(shapes) else None


def _described(
    connection: Connection, read: Evaluated, judged: Judged, rules: ConsolidationRules
) -> pl.DataFrame:
    """Return all parcels with what the register says of their title, their reasons and their potential."""
    query = select(Parcel.code, Parcel.holder).where(Parcel.district == read.run["district"])
    holders = frame(connection, query, {"parcel_code": "str", "holder": "str"})
    known = facts(judged.year).select(
        "parcel_code",
        "holders",
        "occupied_floor_m2",
        *(pl.col(name).cast(pl.Float64) for name in ("tax", "output")),
    )
    own = [name for name in read.parcels.columns if name not in known.columns or name == "parcel_code"]
    found = read.parcels.select(own)
    for part in (known, holders, judged.summary, potential(read.parcels, rules.potential)):
        found = found.join(part, on="parcel_code", how="left")
    assert set(DESCRIBED) <= set(found.columns)  # noqa: S101 - what blocks are summed up from
    return found.sort("parcel_code")


def _held(connection: Connection, read: Evaluated) -> pl.DataFrame:
    """Return who holds what at the end of the period, with the register's names."""
    query = select(Enterprise.uscc, Enterprise.name)
    names = frame(connection, query, {"uscc": "str", "name": "str"})
    day = date(int(read.run["period"]), 12, 31)
    held = current(read.frozen("occupancies"), day).select("parcel_code", "uscc", "role")
    return held.join(names, on="uscc", how="left")


def _barriers(connection: Connection) -> np.ndarray[Any, Any]:
    shapes = connection.execute(select(wkb(Barrier.geom)).order_by(Barrier.id)).scalars()
    return np.asarray(
        shapely.from_wkb(np.array([bytes(each) for each in shapes], dtype=object)), dtype=object
    )
