"""The whole evaluation: frames in, frames out, in the order in which a person would calculate it.

occupancies → shares ─┐
figures ──────────────┴→ amounts per parcel → values → benchmarks → points → grades → flags
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw

from service.domain.scheme import Scheme, Track
from service.domain.tables import RESULTS
from service.evaluation.apportion import (
    apportion,
    contributions,
    direct_figures,
    enterprise_totals,
    reconcile,
)
from service.evaluation.benchmarks import with_benchmarks
from service.evaluation.coverage import coverage, missing_feeds
from service.evaluation.flags import with_flags
from service.evaluation.frames import Frame, Frames, Settle, no_number, no_text, stacked
from service.evaluation.grades import with_grades
from service.evaluation.holdings import shares
from service.evaluation.indicators import with_values
from service.evaluation.parcels import describe, occupants, reported_here
from service.evaluation.scores import with_points

_FROM_FLAGS = (
    "status",
    "low_efficiency",
    "low_efficiency_reasons",
    "far_uplift",
    "far_uplift_reasons",
    "additional_floor_area",
)
_FOR_RULES = {"town": "str", "land_use": "str", "division": "str", "above_scale": "bool", "occupants": "int"}
_SCORES = {name: kind for name, kind in RESULTS["scores"].items() if name not in _FROM_FLAGS} | _FOR_RULES
"""What the frames of all tracks share: the score, and what rules of flags may read beside it."""


def _computed(frame: Frame) -> Frame:
    return frame.collect().lazy()


def evaluate(snapshot: Frames, scheme: Scheme, period: str, settle: Settle = _computed) -> Frames:
    """Evaluate the parcels of a snapshot; returns the tables of `service.domain.tables.RESULTS`, unsorted.

    ``snapshot`` holds the tables of `service.domain.tables.SNAPSHOT`. ``settle`` computes once what several
    later steps read; a plan without it grows with every use. Collecting suits one process; an engine
    elsewhere gives a temporary table or persists.
    """
    placed = place(snapshot, scheme, period, settle)
    graded = [settle(_score(placed.parcels, track)) for track in scheme.tracks]
    scores = stacked(_SCORES, *graded, _outside(placed.parcels)).with_columns(_status().alias("status"))
    tables = {
        "scores": with_flags(scores, scheme),
        "score_parts": _score_parts(scheme, graded),
        "holdings": contributions(placed.amounts, placed.direct, scheme.metrics),
        "reconciliation": reconcile(placed.amounts, placed.totals, placed.direct, scheme.metrics),
        "coverage": coverage(placed.parcels, scheme.metrics),
    }
    return {name: stacked(RESULTS[name], table) for name, table in tables.items()}


@dataclass(frozen=True, slots=True)
class Placed:
    """What is known before any score: shares applied, parcels described, coverage counted."""

    amounts: Frame
    totals: Frame
    direct: Frame
    parcels: Frame


def place(snapshot: Frames, scheme: Scheme, period: str, settle: Settle = _computed) -> Placed:
    """Apportion the figures and describe every parcel with its coverage."""
    metrics, parcels = scheme.metrics, snapshot["parcels"]
    direct = direct_figures(snapshot["parcel_figures"], parcels, metrics)
    totals = settle(enterprise_totals(snapshot["enterprise_figures"], direct, metrics))
    amounts = settle(
        apportion(settle(shares(snapshot["occupancies"], period, settle)), totals, parcels, metrics)
    )
    occupied = occupants(amounts, snapshot["enterprises"], metrics)
    described = describe(parcels, scheme, occupied, reported_here(direct, amounts, metrics), metrics)
    described = described.with_columns(missing_feeds(metrics).alias("missing_feeds"))
    return Placed(amounts, totals, direct, settle(described))


def _score(parcels: Frame, track: Track) -> Frame:
    """Take one track's parcels from figures to grades."""
    own = parcels.filter(nw.col("track") == track.code)
    return with_grades(with_points(with_benchmarks(with_values(own, track), track), track), track)


def _outside(parcels: Frame) -> Frame:
    """The parcels of no track: not scored."""
    return parcels.filter(nw.col("track").is_null()).with_columns(
        no_text().alias("ranking_group"),
        no_text().alias("grade"),
        *(no_number().alias(name) for name in ("points", "rank", "ranked")),
    )


def _status() -> nw.Expr:
    return nw.when(nw.col("reason").is_null()).then(nw.lit("scored")).otherwise(nw.lit("not_scored"))


def _score_parts(scheme: Scheme, graded: list[Frame]) -> Frame:
    parts = [name for name in RESULTS["score_parts"] if name not in {"parcel_code", "indicator"}]
    source = {"benchmark_group": "group", "benchmark_size": "size"}
    return stacked(
        RESULTS["score_parts"],
        *(
            frame.select(
                "parcel_code",
                nw.lit(indicator.code).alias("indicator"),
                *(nw.col(f"{indicator.code}__{source.get(part, part)}").alias(part) for part in parts),
            )
            for track, frame in zip(scheme.tracks, graded, strict=True)
            for indicator in track.indicators
        ),
    )
