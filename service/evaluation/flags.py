"""Flags: low-efficiency land (低效用地) and candidates for FAR uplift (容积率提升), with reason codes."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.domain.expressions import Vocabulary
from service.domain.scheme import POINT, FarUplift, Flag, Rule, Scheme
from service.evaluation.conditions import condition
from service.evaluation.frames import Frame, codes, double, half_up, integer, no_number, no_text, quotient
from service.evaluation.scores import millionths

UNDETERMINED = "undetermined"
"""Reason code where no rule holds and one depends on something unknown."""


def with_flags(scores: Frame, scheme: Scheme) -> Frame:
    """Add ``low_efficiency``, ``far_uplift``, their reasons, and the additional floor area of an uplift."""
    return (
        scores.with_columns(*_flag("low_efficiency", scheme.low_efficiency, scheme.result_vocabulary))
        .with_columns(*_flag("far_uplift", scheme.far_uplift, scheme.result_vocabulary))
        .with_columns(_additional_floor_area(scheme.far_uplift).alias("additional_floor_area"))
    )


def _flag(name: str, flag: Flag | None, known: Vocabulary) -> list[nw.Expr]:
    """True when a rule holds; unknown when an exception holds, or when no rule holds and one is unknown."""
    if flag is None:
        return [nw.lit(None).cast(nw.Boolean).alias(name), no_text().alias(f"{name}_reasons")]
    cannot, holds = _any(flag.unless, known), _any(flag.rules, known)
    fails = ~nw.any_horizontal(*(condition(rule.when, known) for rule in flag.rules), ignore_nulls=False)
    value = (
        nw.when(cannot)
        .then(nw.lit(None).cast(nw.Boolean))
        .when(holds)
        .then(nw.lit(True))
        .when(fails)
        .then(nw.lit(False))
    )
    reasons = (
        nw.when(cannot)
        .then(_codes(flag.unless, known))
        .when(holds)
        .then(_codes(flag.rules, known))
        .when(fails)
        .then(nw.lit(""))
        .otherwise(nw.lit(UNDETERMINED))
    )
    return [value.alias(name), reasons.alias(f"{name}_reasons")]


def _any(rules: Sequence[Rule], known: Vocabulary) -> nw.Expr:
    if not rules:
        return nw.lit(False)
    return nw.any_horizontal(*(condition(rule.when, known) for rule in rules), ignore_nulls=True)


def _codes(rules: Sequence[Rule], known: Vocabulary) -> nw.Expr:
    return codes(*((condition(rule.when, known), rule.code) for rule in rules))


def _additional_floor_area(uplift: FarUplift | None) -> nw.Expr:
    """(min(target, limit) − FAR) × land area in 0.01 m², for candidates only and never below zero."""
    if uplift is None:
        return no_number()
    limit = nw.col("far_limit")
    if uplift.target is not None:
        limit = nw.min_horizontal(limit, integer(millionths(uplift.target)))
    gain = half_up(
        quotient(double(limit - nw.col("far")) * double(nw.col("land_area")), nw.lit(float(POINT)))
    ).clip(0)
    return nw.when(nw.col("far_uplift")).then(gain).otherwise(no_number())
