"""A parcel as the scheme sees it: land area that counts, ratios, contract, marks, track or class outside."""

from collections.abc import Sequence
from functools import reduce

import narwhals.stable.v2 as nw

from service.domain.scheme import PARCEL_PROPERTIES, POINT, Promised, Scheme
from service.evaluation.conditions import condition
from service.evaluation.frames import Frame, double, half_up, integer, no_text, quotient

_COUNTS = ("occupants", "reporting", "registered", "partial", "overlet", "problem")
_IF_READ = ("tenants", "tenants_below_scale")
_KEPT: tuple[str, ...] = (
    "parcel",
    "parcel_code",
    "town",
    "land_use",
    "floor_area",
    "footprint_area",
    "far",
    "far_limit",
)
_KEPT += (
    "land_area",
    "area_fallback",
    "industry",
    "partial_occupancy",
    "track",
    "outside",
    "reason",
    *_COUNTS,
)


def describe(
    parcels: Frame, contracts: Frame, occupied: Frame, reported: Frame, scheme: Scheme, period: str
) -> Frame:
    """Return the parcels with all that rules may read, amounts, track, and why they are not scored.

    :param occupied: `service.evaluation.occupants.occupants`
    :param reported: `service.evaluation.occupants.reported_here`
    """
    metrics, marks, read = scheme.metrics, scheme.marks, scheme.names_read | scheme.groupings
    kinds = [nw.col(f"{kind}_area") for kind in scheme.land_area]
    counts = [*_COUNTS, *(name for name in _IF_READ if name in read), *_unpaired(scheme)]
    counts += [f"{m}__{part}" for m in metrics for part in ("have", "direct", "directs", "whole", "lone")]
    counts += [f"{mark}__{part}" for mark in marks for part in ("occupants", "parcel")]
    joined = parcels.join(occupied, on="parcel", how="left").join(reported, on="parcel", how="left")
    said = _contract(scheme, period)
    if said:
        joined = joined.join(contracts.select("parcel", *said), on="parcel", how="left")
    described = (
        joined.with_columns(
            nw.coalesce(*kinds).alias("land_area"),
            kinds[0].is_null().alias("area_fallback"),
            *(nw.col(name).fill_null(0) for name in counts),
            nw.col("partial_occupancy").fill_null(False),
        )
        .with_columns(
            effective_far().alias("far"),
            _per_land(nw.col("footprint_area")).alias("building_coverage"),
            _industry_group(scheme).alias("industry_group"),
            *(_amount(m).alias(f"{m}__amount") for m in metrics),
            *((nw.col(f"{mark}__occupants") + nw.col(f"{mark}__parcel")).alias(mark) for mark in marks),
        )
        .with_columns(track(scheme).alias("track"), outside(scheme).alias("outside"))
        .with_columns(_why_not(metrics).alias("reason"))
    )
    for_rules = (read & PARCEL_PROPERTIES.keys()) - set(_KEPT) - {"industry_group"}
    kept = [*_KEPT, "industry_group", *sorted(for_rules), *marks, *_unpaired(scheme), *_promises(scheme)]
    kept += [f"{m}__{part}" for m in metrics for part in ("amount", "have", "whole", "lone")]
    return described.select(*kept)


def _promises(scheme: Scheme) -> list[str]:
    """The columns of the contracts' promises that any benchmark reads."""
    read = {
        indicator.benchmark.promise
        for each in scheme.tracks
        for indicator in each.indicators
        if isinstance(indicator.benchmark, Promised)
    }
    return [f"promised_{name}" for name in sorted(read)]


def _unpaired(scheme: Scheme) -> list[str]:
    return [
        f"{indicator.code}__unpaired" for indicator in scheme.indicators if indicator.partial == "missing"
    ]


def _contract(scheme: Scheme, period: str) -> list[nw.Expr]:
    """What the scheme reads of the grant contract: promises, and what its dates say at the period's end."""
    year = int(period)
    signed, due, done = (nw.col(name) for name in ("signed_on", "complete_by", "completed_on"))
    signed_by_then = signed.is_null() | (signed.dt.year() <= year)
    # without a date of completion, on site or in the contract, nothing is known about a construction
    speaks_of_it = ~done.is_null() | ~due.is_null()
    building = signed_by_then & speaks_of_it & (done.is_null() | (done.dt.year() > year))
    dates = {
        "granted_years": integer(year) - signed.dt.year().cast(nw.Int64),
        "under_construction": building,
        "construction_overdue": building & ~due.is_null() & (due.dt.year() <= year),
    }
    read = [value.alias(name) for name, value in dates.items() if name in scheme.names_read]
    return [*read, *(nw.col(name.removeprefix("promised_")).alias(name) for name in _promises(scheme))]


def effective_far() -> nw.Expr:
    """The recorded floor-area ratio, else floor area ÷ land area, in millionths."""
    built = _per_land(nw.col("floor_area"))
    return nw.when(nw.col("far").is_null()).then(built).otherwise(nw.col("far"))


def _per_land(area: nw.Expr) -> nw.Expr:
    land = nw.col("land_area")
    return nw.when(land > 0).then(half_up(quotient(double(area) * float(POINT), double(land))))


def _industry_group(scheme: Scheme) -> nw.Expr:
    group = no_text()
    for each in scheme.industry_groups:
        member = reduce(lambda any_, one: any_ | one, (nw.col("division") == d for d in each.divisions))
        group = nw.when(member).then(nw.lit(each.code)).otherwise(group)
    return group


def track(scheme: Scheme) -> nw.Expr:
    """The first track whose predicate holds; none while all are false or unknown."""
    chosen = no_text()
    for each in reversed(scheme.tracks):
        code = nw.lit(each.code)
        if each.when is None:
            chosen = code
        else:
            chosen = nw.when(condition(each.when, scheme.parcel_vocabulary)).then(code).otherwise(chosen)
    return chosen


def outside(scheme: Scheme) -> nw.Expr:
    """The first class outside the ranking whose predicate holds."""
    chosen = no_text()
    for each in reversed(scheme.outside):
        holds = condition(each.when, scheme.parcel_vocabulary)
        chosen = nw.when(holds).then(nw.lit(each.code)).otherwise(chosen)
    return chosen


def _amount(metric: str) -> nw.Expr:
    """What the shares bring and what was reported for the parcel; missing when neither is there."""
    shared, direct = nw.col(f"{metric}__amount"), nw.col(f"{metric}__direct")
    return nw.when(nw.col(f"{metric}__directs") > 0).then(shared.fill_null(0) + direct).otherwise(shared)


def _why_not(metrics: Sequence[str]) -> nw.Expr:
    amounts = [nw.col(f"{m}__amount").is_null() for m in metrics]
    no_figures = nw.all_horizontal(*amounts, ignore_nulls=False)
    return (
        nw.when(~nw.col("outside").is_null())
        .then(nw.col("outside"))
        .when(nw.col("land_area").is_null())
        .then(nw.lit("land_area_missing"))
        .when(nw.col("land_area") == 0)
        .then(nw.lit("land_area_zero"))
        .when(no_figures & (nw.col("occupants") == 0))
        .then(nw.lit("no_occupant"))
        .when(no_figures)
        .then(nw.lit("no_figures"))
        .when(nw.col("track").is_null())
        .then(nw.lit("no_track"))
        .otherwise(no_text())
    )
