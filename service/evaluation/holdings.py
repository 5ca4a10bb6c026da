"""Who holds what, how long, with which weight: the share of an enterprise's figures that a parcel gets.

weight = (own + leased-in − leased-out floor area) × days; if any holding of the enterprise lacks its floor
area, the land area for all of them; else metered electricity; else equal. share = weight ÷ the enterprise's
sum of weights. A manual share comes first, and the others divide what it leaves.
"""

from calendar import isleap

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT
from service.evaluation.frames import (
    Frame,
    Settle,
    double,
    integer,
    largest,
    no_text,
    one_if,
    quotient,
    sum_of,
)

_HOLDING = ("enterprise", "parcel")
_MEASURES = ("floor_area", "land_area", "electricity")  # in the order in which they count
_BASES = (*_MEASURES, "equal")
_PROMINENCE = {"floor_area": 2**54, "land_area": 2**54, "electricity": 2**53, "equal": 0}


def days_in(period: str) -> int:
    """Return the days of a period; a period is a calendar year."""
    return 366 if isleap(int(period)) else 365


def held_in(occupancies: Frame, period: str) -> Frame:
    """Keep the occupancies of the period, with their ``first`` and ``last`` day in it, counted from 1."""
    year = int(period)
    since, until = nw.col("valid_from"), nw.col("valid_to")
    first = nw.when(since.dt.year() == year).then(since.dt.ordinal_day().cast(nw.Int64)).otherwise(integer(1))
    last = nw.when(until.dt.year() == year).then(until.dt.ordinal_day().cast(nw.Int64))
    return (
        occupancies.filter(since.is_null() | (since.dt.year() <= year))
        .filter(until.is_null() | (until.dt.year() >= year))
        .with_columns(first.alias("first"), last.otherwise(integer(days_in(period))).alias("last"))
        .filter(nw.col("last") >= nw.col("first"))
        .with_columns((nw.col("last") - nw.col("first") + 1).alias("days"))
    )


def _with_days_known(rows: Frame) -> Frame:
    """Add ``known``: the days of each row that no earlier row of the same holding covers already."""
    holds = nw.col("role") != "leased_out"
    let = rows.filter(~holds).with_columns((nw.col("days") * 0).alias("known"))
    in_order = ["first", "last", "role"]
    held = (
        rows.filter(holds)
        .with_columns(nw.col("last").cum_max().over(*_HOLDING, order_by=in_order).alias("reached"))
        .with_columns(
            nw.col("reached").shift(1).over(*_HOLDING, order_by=in_order).fill_null(0).alias("before")
        )
        .with_columns(
            (nw.col("last") - nw.max_horizontal("before", nw.col("first") - 1)).clip(0).alias("known")
        )
        .drop("reached", "before")
    )
    return nw.concat([let, held])


def _signed(rows: Frame) -> Frame:
    """Each row as a part of its holding: signed measure × days, manual share, days covered."""
    holds = nw.col("role") != "leased_out"
    sign = nw.when(holds).then(nw.col("days")).otherwise(-nw.col("days"))
    manual = nw.when(holds).then(nw.col("manual_share"))
    return rows.select(
        *_HOLDING,
        "here",
        nw.col("elsewhere").fill_null(False),
        *((nw.col(m).fill_null(0) * sign).alias(m) for m in _MEASURES),
        *(one_if(nw.col(m).is_null()).alias(f"{m}__lacking") for m in _MEASURES),
        manual.fill_null(0).alias("manual"),
        one_if(~manual.is_null()).alias("manual__rows"),
        nw.col("known").alias("days"),
        one_if(holds).alias("held"),
        one_if(~holds).alias("let"),
        one_if(nw.col("role") == "own").alias("owned"),
    )


def holdings(occupancies: Frame, period: str) -> Frame:
    """Sum the rows of an enterprise on a parcel; most holdings have one row and need no sum."""
    length = days_in(period)
    rows = held_in(occupancies, period)
    holds = nw.col("role") != "leased_out"
    lone = rows.filter(~nw.col("several")).with_columns(
        nw.when(holds).then(nw.col("days")).otherwise(integer(0)).alias("known")
    )
    parts = _signed(_with_days_known(rows.filter(nw.col("several"))))
    summed = [name for name in _SUMMED if name not in ("elsewhere", "here")]
    grouped = parts.with_columns(
        one_if(nw.col("elsewhere")).alias("elsewhere"), one_if(nw.col("here")).alias("here")
    )
    grouped = (
        grouped.group_by(*_HOLDING)
        .agg(*(sum_of(name) for name in summed), nw.col("elsewhere").max(), nw.col("here").max())
        .with_columns(nw.col("elsewhere") > 0, nw.col("here") > 0)
    )
    days = nw.col("days").clip(upper_bound=length)
    order = (*_HOLDING, *_SUMMED)
    return nw.concat([_signed(lone).select(*order), grouped.select(*order)]).with_columns(
        days.alias("days"),
        days.alias("equal"),
        (nw.col("manual__rows") > 0).alias("is_manual"),
        ((nw.col("held") > 0) & (days < length)).alias("partial"),
    )


_SUMMED = (
    *_MEASURES,
    *(f"{m}__lacking" for m in _MEASURES),
    "manual",
    "manual__rows",
    "days",
    "held",
    "let",
    "owned",
    "elsewhere",
    "here",
)


def _weighed(held: Frame) -> Frame:
    """Choose one basis per enterprise; add ``weight``, the sum of weights, and the sum of manual shares."""
    free = ~nw.col("is_manual")  # divides by weight; a manual holding needs none

    def lacking(measure: str) -> nw.Expr:
        return nw.when(free).then(nw.col(f"{measure}__lacking")).otherwise(integer(0))

    def counted(basis: str) -> nw.Expr:
        return nw.when(free).then(nw.col(basis).clip(0)).otherwise(integer(0))

    per_enterprise = (
        held.select(
            "enterprise",
            "manual",
            one_if(free).alias("free"),
            *(lacking(m).alias(f"{m}__lacking") for m in _MEASURES),
            *(counted(b).alias(f"{b}__sum") for b in _BASES),
        )
        .group_by("enterprise")
        .agg(
            sum_of("manual").alias("manual__sum"),
            sum_of("free"),
            nw.len().cast(nw.Int64).alias("holdings"),
            *(sum_of(f"{m}__lacking") for m in _MEASURES),
            *(sum_of(f"{b}__sum") for b in _BASES),
        )
    )
    floor_area_known, land_area_known, electricity_known = (nw.col(f"{m}__lacking") == 0 for m in _MEASURES)
    basis = (
        nw.when(floor_area_known)
        .then(integer(0))
        .when(land_area_known)
        .then(integer(1))
        .when(electricity_known)
        .then(integer(2))
        .otherwise(integer(3))
    )
    chosen = per_enterprise.with_columns(basis.alias("base")).select(
        "enterprise",
        "manual__sum",
        "free",
        "holdings",
        "base",
        _of_base({b: nw.col(f"{b}__sum") for b in _BASES}).alias("weight__sum"),
    )
    net = _of_base({b: nw.col(b) for b in _BASES})
    return held.join(chosen, on="enterprise", how="left").with_columns(
        net.clip(0).alias("weight"), (net < 0).alias("overlet")
    )


def _of_base(values: dict[str, nw.Expr]) -> nw.Expr:
    """The value that belongs to the basis, numbered in the order of `_BASES`."""
    *others, last = _BASES
    value = values[last]
    for number, name in reversed(list(enumerate(others))):
        value = nw.when(nw.col("base") == number).then(values[name]).otherwise(value)
    return value


def shares(occupancies: Frame, period: str, settle: Settle) -> Frame:
    """Return one row per enterprise and parcel of the period with its share.

    Columns: ``enterprise parcel here elsewhere basis weight days share owns occupies partial overlet
    prominence`` and ``takes_remainder`` (the one holding that gets what flooring leaves; none where something
    stays unplaced), ``problem`` (manual_share_over_one, manual_share_under_one, zero_weight; else null), the
    same for all holdings of an enterprise. ``prominence`` orders the occupants of a parcel: areas before
    meters before equal parts.
    """
    weighed = settle(_weighed(settle(holdings(occupancies, period))))
    is_manual, weight, whole = nw.col("is_manual"), nw.col("weight"), integer(POINT)
    by_hand, all_weights = nw.col("manual__sum"), nw.col("weight__sum")

    too_much = by_hand > whole
    all_by_hand = by_hand == whole
    rest_by_weight = (by_hand < whole) & (all_weights > 0)
    problem = (
        nw.when(too_much)
        .then(nw.lit("manual_share_over_one"))
        .when(all_by_hand | rest_by_weight)
        .then(no_text())
        .when(nw.col("free") > 0)
        .then(nw.lit("zero_weight"))
        .otherwise(nw.lit("manual_share_under_one"))
    )
    unknown = nw.lit(None).cast(nw.Float64)
    of_the_rest = quotient(double(weight) * double(whole - by_hand), double(all_weights) * double(whole))
    share = (
        nw.when(too_much)
        .then(unknown)
        .when(is_manual)
        .then(quotient(double(nw.col("manual")), double(whole)))
        .when(all_by_hand)
        .then(nw.lit(0.0))
        .when((by_hand == 0) & (all_weights > 0))
        .then(quotient(double(weight), double(all_weights)))
        .when(all_weights > 0)
        .then(of_the_rest)
        .otherwise(unknown)
    )
    claim = (
        nw.when(is_manual & all_by_hand).then(nw.col("manual")).when(~is_manual & rest_by_weight).then(weight)
    )
    basis = _of_base({b: nw.lit(b) for b in _BASES})
    prominence = weight + _of_base({b: integer(_PROMINENCE[b]) for b in _BASES})
    result = weighed.with_columns(
        problem.alias("problem"),
        share.alias("share"),
        claim.alias("claim"),
        prominence.alias("prominence"),
        nw.when(is_manual).then(nw.lit("manual")).otherwise(basis).alias("basis"),
        (nw.col("owned") > 0).alias("owns"),
        # a landlord who let everything is no occupant; a holder of vacant land is one
        ((nw.col("held") > 0) & ((weight > 0) | (nw.col("let") == 0) | (nw.col("manual") > 0))).alias(
            "occupies"
        ),
    )
    # who holds one parcel only takes everything; the others are compared
    compared = result.filter(nw.col("holdings") > 1, ~nw.col("claim").is_null())
    first = largest(compared.select(*_HOLDING, "claim"), "enterprise", "claim", "parcel")
    first = first.with_columns(nw.lit(True).alias("largest"))
    only = (nw.col("holdings") == 1) & ~nw.col("claim").is_null()
    return result.join(first, on=[*_HOLDING], how="left").select(
        *_HOLDING,
        "here",
        "elsewhere",
        "basis",
        "weight",
        "days",
        "share",
        "owns",
        "occupies",
        "partial",
        "overlet",
        "prominence",
        (only | nw.col("largest").fill_null(False)).alias("takes_remainder"),
        "problem",
    )
