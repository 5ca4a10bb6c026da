"""The explanation (说明) of a parcel's score: every number back to a file, and forward to the grade.

What reveals a single firm's figures, among them every value, benchmark of a group and item score from which a
figure follows by multiplication, is under ``analyst``; ``public`` is what is left.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.reasons import reason_text
from service.domain.scheme import Fixed, Flag, Indicator, Rule, Scheme, Title, Track
from service.evaluation.figures import decimal, formula, quantity, quantity_names

Row = Mapping[str, Any]
Rows = Sequence[Row]

ROUNDING = Title(
    zh="数额以最小单位整数计算，分摊向下取整、余数归权重最大者；"
    "指标值与得分四舍五入到最小单位；总分为各项得分之和。",
    en="Amounts are whole minor units; shares are floored and the remainder goes to the largest weight; "
    "values and points are rounded half up to their minor unit; the total is the sum of the items.",
)


def explain(
    scheme: Scheme, run: Row, results: Mapping[str, Rows], sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the explanation of one parcel as plain values, to be shown as JSON or as a page.

    :param scheme: the scheme as stored with the evaluation
    :param run: the evaluation's row
    :param results: the parcel's rows of `service.domain.tables.RESULTS`; ``scores`` has one, as the store
        keeps it
    :param sources: ``parcel``, ``occupancies``, ``enterprises``, ``figures``: rows with their ``source``
    """
    score = results["scores"][0]
    track = next((track for track in scheme.tracks if track.code == score["track"]), None)
    items = _items(track, results["score_parts"])
    return {
        "public": {
            "evaluation": _evaluation(scheme, run),
            "parcel": _parcel(score, sources["parcel"]),
            "result": _result(score, track),
            "indicators": [_public_item(indicator, part) for indicator, part in items],
            "flags": {
                "low_efficiency": _flag(score, "low_efficiency", scheme.low_efficiency),
                "far_uplift": _flag(score, "far_uplift", scheme.far_uplift)
                | {"additional_floor_area_m2": score["additional_floor_area_m2"]},
            },
            "coverage": [dict(row) | {"reason": _reason(row["reason"])} for row in results["coverage"]],
            "unverified": scheme.unverified(),
            "rounding": ROUNDING.model_dump(),
        },
        "analyst": {
            "indicators": [_item(indicator, part) for indicator, part in items],
            "holdings": [_holding(row) for row in results["holdings"]],
            "reconciliation": [_reconciled(row) for row in results["reconciliation"]],
            "occupancies": sources["occupancies"],
            "enterprises": sources["enterprises"],
            "figures": [_figure(row) for row in sources["figures"]],
        },
    }


def _items(track: Track | None, parts: Rows) -> list[tuple[Indicator, Row]]:
    stored = {part["indicator"]: part for part in parts}
    indicators = track.indicators if track else ()
    return [(indicator, stored[indicator.code]) for indicator in indicators if indicator.code in stored]


def _reason(code: str | None, titles: Mapping[str, Title] | None = None) -> dict[str, str] | None:
    if code is None:
        return None
    if titles and code in titles:
        return {"code": code, **titles[code].model_dump()}
    english, chinese = reason_text(code, quantity_names())
    return {"code": code, "zh": chinese, "en": english}


def _evaluation(scheme: Scheme, run: Row) -> dict[str, Any]:
    told = ("id", "district", "period", "status", "created_at", "published_at", "as_of_batch")
    hashes = ("run_hash", "scheme_hash", "snapshot_hash", "result_hash", "code_version")
    return {name: run[name] for name in (*told, *hashes)} | {
        "scheme": {
            "name": scheme.name,
            "title": scheme.title.model_dump(),
            "jurisdiction": scheme.jurisdiction,
            "document": scheme.document,
            "citation": scheme.citation,
        }
    }


def _parcel(score: Row, source: Row | None) -> dict[str, Any]:
    names = (
        "parcel_code",
        "town",
        "name",
        "land_use",
        "industry",
        "land_area_m2",
        "floor_area_m2",
        "far",
        "far_limit",
    )
    return {name: score[name] for name in names} | {
        "partial_occupancy": score["partial_occupancy"],
        "source": source,
    }


def _result(score: Row, track: Track | None) -> dict[str, Any]:
    names = ("status", "points", "rank", "ranked", "ranking_group", "grade")
    result = {name: score[name] for name in names} | {"reason": _reason(score["reason"])}
    if track is None:
        return result
    return result | {
        "track": {"code": track.code, **track.title.model_dump(), "when": track.when},
        "base": track.ranking.base,
        "cuts": [{"grade": cut.grade, "up_to_percent": decimal(cut.up_to)} for cut in track.grades.cuts],
        "cuts_verified": track.grades.verified,
        "rule": "rank ÷ ranked ≤ cut-off; equal points share the better grade",
    }


def _public_item(indicator: Indicator, part: Row) -> dict[str, Any]:
    benchmark = indicator.benchmark
    return {
        "code": indicator.code,
        "title": indicator.title.model_dump(),
        "unit": indicator.unit,
        "direction": indicator.direction,
        "weight": decimal(indicator.weight),
        "weight_applied": part["weight"] / 1_000_000,
        "cap": None if indicator.cap is None else decimal(indicator.cap),
        "floor": None if indicator.floor is None else decimal(indicator.floor),
        "missing": indicator.missing,
        "verified": indicator.verified,
        "source": indicator.source,
        "benchmark": {
            "method": benchmark.method,
            "value": decimal(benchmark.value) if isinstance(benchmark, Fixed) else None,
            "group": part["benchmark_group"],
            "size": part["benchmark_size"],
            "verified": benchmark.verified,
            "source": benchmark.source,
        },
        "outcome": _reason(part["outcome"]),
    }


def _item(indicator: Indicator, part: Row) -> dict[str, Any]:
    minor = ("numerator", "denominator", "value", "benchmark", "weight", "uncapped", "points")
    return {
        "code": indicator.code,
        "minor": {name: part[name] for name in minor} | {"scale": indicator.scale},
        "formula": formula(indicator, part),
    }


def _flag(score: Row, name: str, flag: Flag | None) -> dict[str, Any]:
    rules: tuple[Rule, ...] = (*flag.rules, *flag.unless) if flag else ()
    titles = {rule.code: rule.title for rule in rules}
    given = [code for code in (score[f"{name}_reasons"] or "").split(",") if code]
    by_code = {rule.code: rule for rule in rules}
    return {
        "value": score[name],
        "reasons": [
            (_reason(code, titles) or {})
            | ({"when": by_code[code].when, "verified": by_code[code].verified} if code in by_code else {})
            for code in given
        ],
    }


def _holding(row: Row) -> dict[str, Any]:
    return dict(row) | {
        "reported_text": quantity(row["metric"], row["reported"]),
        "amount_text": quantity(row["metric"], row["amount"]),
    }


def _reconciled(row: Row) -> dict[str, Any]:
    reasons = [code for code in (row["reason"] or "").split(",") if code]
    return dict(row) | {"reason": [_reason(code) for code in reasons]}


def _figure(row: Row) -> dict[str, Any]:
    return dict(row) | {"value_text": quantity(row["metric"], row["value"])}
