"""Did it work (成效评估): the parcels of a measure before it and in the next evaluation that can show it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from service.domain.measures import ACHIEVED, EXPECTED, Effect
from service.jobs.measures.checks import found
from service.jobs.measures.forms import shown
from service.jobs.measures.succeeding import lands, of_land
from service.reference.tables import unit_table
from service.store import evaluations, parts
from service.store import measures as stored
from service.store.lineage import land

_FIGURES = {"tax": "tax_wan_yuan", "output": "output_wan_yuan"}
_SHOWN = ("grade", "points", "far", "floor_area_m2", "low_efficiency")
_MEASURED = {
    "floor_area_added_m2": "floor_area_m2",
    "tax_gained_wan_yuan": "tax_wan_yuan",
    "output_gained_wan_yuan": "output_wan_yuan",
}
"""What an evaluation shows of an effect: how the sum over all parcels of a figure changed."""


class Compared(BaseModel):
    """An evaluation that is looked at."""

    evaluation_id: int
    period: str
    scheme_name: str


class ParcelBeforeAfter(BaseModel):
    """A parcel in both evaluations; null where an evaluation does not tell."""

    parcel_code: str
    formerly: list[str] | None = Field(None, description="Other codes of its land, now given up 原宗地代码")
    grade_before: str | None = None
    grade_after: str | None = None
    points_before: float | None = None
    points_after: float | None = None
    far_before: float | None = Field(None, description="Floor-area ratio 容积率")
    far_after: float | None = None
    floor_area_m2_before: float | None = None
    floor_area_m2_after: float | None = None
    low_efficiency_before: bool | None = None
    low_efficiency_after: bool | None = None
    tax_wan_yuan_before: float | None = None
    tax_wan_yuan_after: float | None = None
    output_wan_yuan_before: float | None = None
    output_wan_yuan_after: float | None = None


class EffectSeen(BaseModel):
    """An effect: as expected, as reported, and as the two evaluations show it; null is not known."""

    effect: str
    unit: str
    expected: float | None
    achieved: float | None
    measured: float | None = Field(description="Sum over all parcels, after less before 前后之差")


class Outcome(BaseModel):
    """Whether a measure worked. ``reason`` says why there is nothing to compare yet."""

    measure_id: int
    before: Compared | None
    after: Compared | None
    reason: str | None = Field(None, description="no_origin, not_carried_out or no_evaluation_yet")
    same_scheme: bool | None = Field(None, description="Else points and grades do not compare 评价办法相同")
    worked: bool | None = Field(
        None,
        description="None of the parcels is low-efficiency land any more; null: none was, or not all are "
        "judged 均已移出低效用地",
    )
    flags_cleared: int = 0
    parcels: list[ParcelBeforeAfter] = []
    effects: list[EffectSeen] = []


def outcome(connection: Connection, measure_id: int) -> Outcome:
    """Compare the evaluation that a measure comes from with the latest of a year in which it took effect.

    That is the latest published one of its district whose period is after the year of carrying out, and after
    that of the evaluation which it comes from. Parcels are those that have the land by the end of that
    period. Raises `NotFound`.
    """
    row = found(connection, measure_id)
    before = None if row["origin_id"] is None else evaluations.get(connection, row["origin_id"])
    after = _next_evaluation(connection, row, before)
    reason = None
    if before is None:
        reason = "no_origin"
    elif row["carried_out_on"] is None:
        reason = "not_carried_out"
    elif after is None:
        reason = "no_evaluation_yet"
    codes = stored.parcels_of(connection, [measure_id])[measure_id]
    both = before is not None and after is not None
    pieces = lands(codes, land(connection, after["period"]).moves if after is not None else None)
    names = sorted({name for parts in pieces.values() for each in parts for name in each})
    one, other = _figures(connection, before, names), _figures(connection, after, names)
    parcels = [
        _parcel(code, parts, of_land(one, code, parts), of_land(other, code, parts))
        for code, parts in pieces.items()
    ]
    return Outcome(
        measure_id=measure_id,
        before=_compared(before),
        after=_compared(after),
        reason=reason,
        same_scheme=before["scheme_hash"] == after["scheme_hash"] if before and after else None,
        worked=_worked(parcels) if both else None,
        flags_cleared=sum(
            each.low_efficiency_before is True and each.low_efficiency_after is False for each in parcels
        ),
        parcels=parcels,
        effects=_effects(shown(row), parcels if both else []),
    )


def _next_evaluation(connection: Connection, row: RowMapping, before: RowMapping | None) -> RowMapping | None:
    if row["carried_out_on"] is None:
        return None
    # a year in which it was carried out shows a part of its effect at most
    last = max(str(row["carried_out_on"].year), before["period"] if before is not None else "")
    return evaluations.latest_published(connection, row["district"], after=last)


def _figures(
    connection: Connection, run: RowMapping | None, codes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return what an evaluation says of parcels, in the units that are shown."""
    if run is None:
        return {}
    metrics = unit_table().metrics
    found: dict[str, dict[str, Any]] = {}
    table = parts.rows(connection, parts.of_evaluation(run["id"]), "scores", "parcel_code", set(codes))
    for row in table.to_dicts():
        said = {
            "grade": row["grade"],
            "points": _in(row["points"], 10**6),
            "far": _in(row["far"], 10**6),
            "floor_area_m2": _in(row["floor_area"], 100),
            "low_efficiency": row["low_efficiency"],
        }
        for metric, name in _FIGURES.items():
            said[name] = _in(row.get(f"{metric}__amount"), metrics[metric].minor_per_unit)
        found[row["parcel_code"]] = said
    return found


def _in(value: int | None, per: int) -> float | None:
    return None if value is None else value / per


def _parcel(
    code: str, parts: Sequence[Sequence[str]], before: Mapping[str, Any], after: Mapping[str, Any]
) -> ParcelBeforeAfter:
    formerly = sorted({name for each in parts for name in each} - {code})
    said = {
        f"{name}_{when}": figures.get(name)
        for name in (*_SHOWN, *_FIGURES.values())
        for when, figures in (("before", before), ("after", after))
    }
    return ParcelBeforeAfter(parcel_code=code, formerly=formerly, **said)


def _worked(parcels: Sequence[ParcelBeforeAfter]) -> bool | None:
    concerned = [each for each in parcels if each.low_efficiency_before]
    if any(each.low_efficiency_after for each in concerned):
        return False
    if not concerned or any(each.low_efficiency_after is None for each in concerned):
        return None
    return True


def _effects(said: Mapping[str, Any], parcels: Sequence[ParcelBeforeAfter]) -> list[EffectSeen]:
    return [
        EffectSeen(
            effect=expected.effect.code,
            unit=expected.effect.unit,
            expected=said[expected.name],
            achieved=said[achieved.name],
            measured=_measured(expected.effect, parcels),
        )
        for expected, achieved in zip(EXPECTED, ACHIEVED, strict=True)
    ]


def _measured(effect: Effect, parcels: Sequence[ParcelBeforeAfter]) -> float | None:
    """Return by how much a figure grew in all; None unless it is known of every parcel, before and after."""
    name = _MEASURED.get(effect.code)
    if name is None or not parcels:
        return None
    pairs = [(getattr(each, f"{name}_before"), getattr(each, f"{name}_after")) for each in parcels]
    if any(before is None or after is None for before, after in pairs):
        return None
    return float(round(sum(after - before for before, after in pairs), effect.decimals))


def _compared(run: RowMapping | None) -> Compared | None:
    if run is None:
        return None
    return Compared(evaluation_id=run["id"], period=run["period"], scheme_name=run["scheme_name"])
