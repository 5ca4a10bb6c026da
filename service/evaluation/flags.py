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
    for name, flag in {"low_efficiency": scheme.low_efficiency, "far_uplift": scheme.far_uplift}.items():
        scores = _with_flag(scores, name, flag, scheme.result_vocabulary)
    return scores.with_columns(_additional_floor_area(scheme.far_uplift).alias("additional_floor_area"))


def _with_flag(scores: Frame, name: str, flag: Flag | None, known: Vocabulary) -> Frame:
    """True when a rule holds; unknown when an exception holds, or when no rule holds and one is unknown."""
    if flag is None:
        return scores.with_columns(
            nw.lit(None).cast(nw.Boolean).alias(name), no_text().alias(f"{name}_reasons")
        )
    columns = {rule.code: f"{name}__{rule.code}" for rule in (*flag.rules, *flag.unless)}
    judged = scores.with_columns(
        condition(rule.when, known).alias(columns[rule.code]) for rule in (*flag.rules, *flag.unless)
    )
    rules = [columns[rule.code] for rule in flag.rules]
    cannot = _any([columns[rule.code] for rule in flag.unless])
    holds, fails = _any(rules), ~nw.any_horizontal(*rules, ignore_nulls=False)
    value = (
        nw.when(cannot)
        .then(nw.lit(None).cast(nw.Boolean))
        .when(holds)
        .then(nw.lit(True))
        .when(fails)
        .then(nw.lit(False))
    )

    def given(rules: Sequence[Rule]) -> nw.Expr:
        return codes(*((nw.col(columns[rule.code]), rule.code) for rule in rules))

    reasons = (
        nw.when(cannot)
        .then(given(flag.unless))
        .when(holds)
        .then(given(flag.rules))
        .when(fails)
        .then(nw.lit(""))
        .otherwise(nw.lit(UNDETERMINED))
    )
    return judged.with_columns(value.alias(name), reasons.alias(f"{name}_reasons"))


def _any(columns: Sequence[str]) -> nw.Expr:
    return nw.any_horizontal(*columns, ignore_nulls=True) if columns else nw.lit(False)


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
