"""From the items to the grade: total, ranking, cut-offs, what moved the grade, classes outside, flags."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.domain.scheme import POINT, Adjustment, Bonus, Deduction, FarUplift, Flag, PointGrades, Track
from service.evaluation.explain.quantities import decimal, percent, points
from service.evaluation.explain.record import Record
from service.evaluation.explain.words import counted_as, reason, reasons, rule, split


def result(record: Record) -> dict[str, Any]:
    """Return status, points, rank and grade, with the track and the cut-offs they follow from."""
    score, track = record.score, record.track
    names = ("status", "rank", "ranked", "ranking_group", "ranked_grade", "grade", "verified")
    told = {name: score[name] for name in names} | {
        "points": None if score["points"] is None else score["points"] / POINT,
        "reason": reason(score["reason"], record.scheme.outside),
        "outside": _outside(record),
    }
    if track is None:
        return told
    return told | {
        "track": {"code": track.code, **track.title.model_dump(), "when": track.when},
        "ranking": {
            "within": list(track.ranking.within),
            "base": track.ranking.base,
            "verified": track.ranking.verified,
            "source": track.ranking.source,
        },
        "grades": _grades(track),
        "standing": _standing(record, track),
        "adjustments": [_adjustment(each, track, record) for each in track.adjustments],
    }


def total(record: Record) -> dict[str, Any] | None:
    """Return items × correction + bonus − deduction with the rules, of those not scored None.

    ``minor`` is in millionths; ``rules`` are all of the track's, ``counted`` tells those that did.
    """
    track, score = record.track, record.score
    if track is None or score["points"] is None:
        return None
    applied = set(split(score["adjustments"]))
    kinds = {"correction": track.corrections, "bonus": track.bonuses, "deduction": track.deductions}
    rules = [
        rule(each, kind=kind, counted=each.code in applied, **_worth(each))
        for kind, rules_of_kind in kinds.items()
        for each in rules_of_kind
    ]
    first = next((each for each in rules if each["kind"] == "correction" and each["counted"]), None)
    for each in rules:  # of corrections the first that holds counts alone
        if each["kind"] == "correction" and each is not first:
            each["counted"] = False
    limits = {name: getattr(track.total, name) for name in ("floor", "cap", "bonus_at_most")}
    names = ("items", "correction", "bonus", "deduction", "points")
    return {
        "minor": {name: score[name] for name in names},
        "limits": {name: None if limit is None else decimal(limit) for name, limit in limits.items()},
        "rules": rules,
    }


def total_with_numbers(record: Record) -> dict[str, Any] | None:
    """Return the sum of the items with its terms, and how many of what the rules that counted found."""
    track, score = record.track, record.score
    if track is None or score["points"] is None:
        return None
    applied = set(split(score["adjustments"]))
    found = []
    rules: list[Bonus | Deduction] = [*track.bonuses, *track.deductions]
    for each in rules:
        if each.code not in applied:
            continue
        count = None if each.per is None else int(record.described.get(each.per) or 0)
        found.append({"code": each.code, "per": each.per and counted_as(each.per), "count": count})
    return {"formula": _total_formula(record, track), "counts": found}


def flags(record: Record) -> dict[str, Any]:
    """Return the two flags with the reasons that were given and the rules they come from."""
    scheme, score = record.scheme, record.score
    area = score["additional_floor_area"]
    uplift = _flag(record, "far_uplift", scheme.far_uplift)
    if isinstance(scheme.far_uplift, FarUplift):
        target = scheme.far_uplift.target
        uplift["target"] = None if target is None else decimal(target)
    return {
        "low_efficiency": _flag(record, "low_efficiency", scheme.low_efficiency),
        "far_uplift": uplift | {"additional_floor_area_m2": None if area is None else area / 100},
    }


def _outside(record: Record) -> dict[str, Any] | None:
    """The class outside the ranking to which the parcel belongs."""
    for each in record.scheme.outside:
        if record.score["status"] == "outside" and record.score["reason"] == each.code:
            return rule(each, grade=each.grade, treated_as=each.treated_as)
    return None


def _grades(track: Track) -> dict[str, Any]:
    grades = track.grades
    told: dict[str, Any] = {"verified": grades.verified, "source": grades.source}
    if isinstance(grades, PointGrades):
        cuts = [
            {"grade": cut.grade, "at_least": None if cut.at_least is None else decimal(cut.at_least)}
            for cut in grades.cuts
        ]
        return told | {"by": "points", "rule": "points ≥ cut-off", "cuts": cuts}
    return told | {
        "by": "share",
        "rule": "rank ÷ ranked ≤ cut-off; equal points share the better grade",
        "cuts": [{"grade": cut.grade, "up_to_percent": decimal(cut.up_to)} for cut in grades.cuts],
    }


def _standing(record: Record, track: Track) -> str | None:
    """Which cut-off gave the grade: ``12 ÷ 55 = 21.8182% ≤ 60% → B``."""
    score = record.score
    if score["ranked_grade"] is None:
        return None
    if isinstance(track.grades, PointGrades):
        ends = {cut.grade: cut.at_least for cut in track.grades.cuts}
        end = ends[score["ranked_grade"]]
        limit = "" if end is None else f" ≥ {decimal(end)}"
        return f"{points(score['points'])}{limit} → {score['ranked_grade']}"
    share = percent(Fraction(score["rank"], score["ranked"]))
    up_to = {cut.grade: cut.up_to for cut in track.grades.cuts}[score["ranked_grade"]]
    # where the classes outside are no part of the base, or only some are ranked, a share may exceed 100 %
    limit = f" ≤ {decimal(up_to)}%" if up_to < Decimal(100) else ""
    return f"{score['rank']} ÷ {score['ranked']} = {share}{limit} → {score['ranked_grade']}"


def _adjustment(each: Adjustment, track: Track, record: Record) -> dict[str, Any]:
    applied = set(split(record.score["adjustments"]))
    letter = each.grade or (track.grades.letters[-1] if each.effect == "veto" else None)
    return rule(
        each,
        effect=each.effect,
        steps=each.steps if each.effect in {"raise", "lower"} else None,
        grade=letter,
        counted=each.code in applied,
    )


def _worth(each: Any) -> dict[str, Any]:
    """What a correction, bonus or deduction is worth, in the scheme's own numbers."""
    names = ("factor", "points", "first", "at_most")
    worth = {name: getattr(each, name, None) for name in names}
    return {
        **{name: decimal(value) if isinstance(value, Decimal) else None for name, value in worth.items()},
        "per": counted_as(each.per) if getattr(each, "per", None) else None,
        "free": getattr(each, "free", 0),
    }


def _total_formula(record: Record, track: Track) -> str:
    score = record.score
    terms = [points(record.parts[each.code]["points"] or 0) for each in track.indicators if each.weight]
    lines = [f"{' + '.join(terms)} = {points(score['items'])}"] if len(terms) > 1 else []
    if track.corrections or track.bonuses or track.deductions or not lines:
        lines.append(" ".join(_sum(record, track)))
    text = "; ".join(lines)
    return f"{text} → {points(score['points'])}" if _is_held(record) else text


def _sum(record: Record, track: Track) -> Iterator[str]:
    score = record.score
    yield points(score["items"])
    if track.corrections:
        yield f"× {points(score['correction'])}"
    if track.bonuses:
        yield f"+ {points(score['bonus'])}"
    if track.deductions:
        yield f"− {points(score['deduction'])}"
    if not _is_held(record) and score["points"] != score["items"]:
        yield f"= {points(score['points'])}"


def _is_held(record: Record) -> bool:
    """Whether floor or cap of the total changed it."""
    score = record.score
    corrected = (score["items"] * score["correction"] * 2 + POINT) // (2 * POINT)
    return bool(abs(corrected + score["bonus"] - score["deduction"] - score["points"]) > 1)


def _flag(record: Record, name: str, flag: Flag | None) -> dict[str, Any]:
    rules = (*flag.rules, *flag.unless) if flag else ()
    given = record.score[f"{name}_reasons"]
    by_code = {each.code: each for each in rules}
    return {
        "value": record.score[name],
        "reasons": [
            rule(by_code[each["code"]]) if each["code"] in by_code else each for each in reasons(given, rules)
        ],
    }
