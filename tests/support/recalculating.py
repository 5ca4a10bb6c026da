"""Calculates a parcel's result again from nothing but its explanation, as a person with a calculator would.

It reads the explanation's JSON and knows the rounding rules that stand in it; it shares no code with the
evaluation. Quotients are doubles and are rounded half up (floor of x + ½), everything else is whole numbers.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

Json = Mapping[str, Any]

POINT = 1_000_000
PROMISED_UNIT = {"energy_per_output": 10**9}
OF_MISSING = {"missing_zero": 0, "missing_no_group": 0, "missing_renormalised": 0}


def differences(explanation: Json) -> list[str]:
    """Return where the explanation's numbers do not follow from each other; none when all of them do."""
    told = Comparison()
    for occupant in explanation["calculation"]["occupants"]:
        _check_occupant(told, explanation, occupant)
    _check_metrics(told, explanation)
    points = _check_items(told, explanation)
    total = _check_total(told, explanation, points)
    _check_grade(told, explanation, total)
    return told.found


class Comparison:
    """Collects what was calculated and is not what was told."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def same(self, what: str, told: object, calculated: object) -> None:
        """Note a difference."""
        if told != calculated:
            self.found.append(f"{what}: told {told!r}, calculated {calculated!r}")


def half_up(number: float) -> int:
    """Round as the evaluation says it does."""
    return floor(number + 0.5)


def millionths(text: str | None) -> int:
    """Return a scheme's number in millionths."""
    return int(Decimal(text or 0) * POINT)


# occupants


def shares(holdings: list[Json]) -> list[float | None]:
    """Return the share of each holding of an enterprise from weights and shares set by hand."""
    by_hand = [round(h["share"] * POINT) if _is_manual(h) and h["share"] is not None else 0 for h in holdings]
    weights = sum(h["weight"] for h in holdings if not _is_manual(h))
    taken = sum(by_hand)
    found: list[float | None] = []
    for holding, hand in zip(holdings, by_hand, strict=True):
        if any(_is_manual(h) and h["share"] is None for h in holdings):
            found.append(None)  # more than all was given away by hand
        elif _is_manual(holding):
            found.append(hand / POINT)
        elif taken == POINT:
            found.append(0.0)
        elif not weights:
            found.append(None)
        elif not taken:
            found.append(holding["weight"] / weights)
        else:
            rest = float(holding["weight"]) * float(POINT - taken)
            found.append(rest / (float(weights) * float(POINT)))
    return found


def apportioned(rest: int, holdings: list[Json], given: list[float | None]) -> list[int | None]:
    """Return what each holding gets: the floor of its share; the first of the largest what is left over."""
    parts = [None if share is None else floor(float(rest) * share) for share in given]
    taken = sum(round(h["share"] * POINT) for h in holdings if _is_manual(h) and h["share"] is not None)
    weights = sum(h["weight"] for h in holdings if not _is_manual(h))
    claims = [
        (-(round(h["share"] * POINT) if _is_manual(h) else h["weight"]), h["parcel_code"], number)
        for number, h in enumerate(holdings)
        if parts[number] is not None and (_is_manual(h) if taken == POINT else not _is_manual(h) and weights)
    ]
    if claims:
        first = min(claims)[2]
        parts[first] = (parts[first] or 0) + rest - sum(part or 0 for part in parts)
    return parts


def _is_manual(holding: Json) -> bool:
    return bool(holding["basis"]["code"] == "manual")


def _check_occupant(told: Comparison, explanation: Json, occupant: Json) -> None:
    uscc, holdings = occupant["uscc"], occupant["holdings"]
    given = shares(holdings)
    told.same(f"{uscc} shares", [h["share"] for h in holdings], given)
    for metric in occupant["metrics"]:
        minor, code = metric["minor"], metric["metric"]["code"]
        total, parts_reported = _reported(explanation, uscc, code)
        direct = sum(parts_reported)
        told.same(f"{uscc} {code} reported", minor["reported"], direct if total is None else total)
        told.same(f"{uscc} {code} reported for parcels", minor["direct_of_all"], direct)
        rest = None if total is None else max(total - direct, 0) if parts_reported else total
        told.same(f"{uscc} {code} rest", minor["rest"], rest)
        parts = apportioned(rest or 0, holdings, given) if rest is not None else [None] * len(holdings)
        here = {h["place"]: part for h, part in zip(holdings, parts, strict=True)}
        told.same(f"{uscc} {code} here", minor["here"], here.get("this_parcel"))
        of_this_district = [
            part or 0
            for h, part in zip(holdings, parts, strict=True)
            if h["place"] in ("this_parcel", "this_district")
        ]
        told.same(f"{uscc} {code} allocated", minor["allocated"], sum(of_this_district))
        left = minor["reported"] - minor["direct"] - minor["allocated"]
        told.same(f"{uscc} {code} unallocated", minor["unallocated"], left)
        told.same(f"{uscc} {code} has a reason", bool(metric["reasons"]), left != 0)


def _reported(explanation: Json, uscc: str, metric: str) -> tuple[int | None, list[int]]:
    """What an enterprise reported in total, and for parcels of its own."""
    figures = [f for f in explanation["calculation"]["figures"] if f["metric"] == metric]
    total = [f["value"] for f in figures if (f["subject"], f["subject_code"]) == ("enterprise", uscc)]
    parts = [f["value"] for f in figures if (f["subject"], f["part_of"]) == ("parcel", uscc)]
    return (total[0] if total else None), parts


def _check_metrics(told: Comparison, explanation: Json) -> None:
    by_occupant = {occupant["uscc"]: occupant for occupant in explanation["calculation"]["occupants"]}
    for metric in explanation["calculation"]["metrics"]:
        code, parts = metric["metric"]["code"], metric["parts"]
        told.same(f"{code} of the parcel", metric["minor"], amount(parts))
        for part in parts:
            if part["kind"] == "share":
                mine = [m for m in by_occupant[part["uscc"]]["metrics"] if m["metric"]["code"] == code]
                told.same(f"{code} of {part['uscc']}", part["minor"], mine[0]["minor"]["here"])


def amount(parts: list[Json]) -> int | None:
    """Return a parcel's amount: what shares bring, if any of an occupant's, and what was reported for it."""
    brought = [part for part in parts if part["brought"]]
    shared = [part["minor"] for part in brought if part["kind"] == "share"]
    direct = [part["minor"] for part in brought if part["kind"] == "direct"]
    counts = any(part["counts"] for part in brought if part["kind"] == "share")
    if direct:
        return sum(direct) + (sum(shared) if counts else 0)
    return sum(shared) if counts else None


# items


def _check_items(told: Comparison, explanation: Json) -> dict[str, int]:
    numbers = {item["code"]: item["minor"] for item in explanation["calculation"]["indicators"]}
    amounts = {each["metric"]["code"]: each["minor"] for each in explanation["calculation"]["metrics"]}
    items = explanation["indicators"]
    scored = explanation["result"]["points"] is not None
    weights = _weights(items)
    points: dict[str, int] = {}
    for item in items:
        code, minor = item["code"], numbers[item["code"]]
        for side in ("numerator", "denominator"):
            name = item[side]["code"]
            if name in amounts:
                told.same(f"{code} {side}", minor[side], amounts[name])
            else:
                area = explanation["parcel"][f"{name}_m2"]
                told.same(f"{code} {side}", minor[side], None if area is None else round(area * 100))
        if minor["value"] is not None:
            told.same(f"{code} value", minor["value"], value(minor))
        _check_benchmark(told, explanation, item, minor)
        if not scored:
            continue
        told.same(f"{code} weight", minor["weight"], weights[code])
        if minor["uncapped"] is not None:
            told.same(f"{code} uncapped", minor["uncapped"], uncapped(item, minor, weights[code]))
            held = between(minor["uncapped"], item, weights[code])
            told.same(f"{code} points", minor["points"], held)
            points[code] = held
        else:
            outcome = item["outcome"]["code"]
            # the mean item of a group is shown, as a mean benchmark is
            expected = OF_MISSING.get(outcome, minor["points"])
            told.same(f"{code} points of {outcome}", minor["points"], expected)
            points[code] = expected or 0
        if not millionths(item["weight"]):
            points.pop(code)
    return points


def value(minor: Json) -> int:
    """Return numerator ÷ denominator in the indicator's minor unit."""
    return half_up(
        float(minor["numerator"]) * float(Fraction(minor["per_unit"])) / float(minor["denominator"])
    )


def _weights(items: list[Json]) -> dict[str, int]:
    """Weights after those of missing items went to the others."""
    nominal = {item["code"]: millionths(item["weight"]) for item in items}
    gone = {i["code"] for i in items if i["outcome"]["code"] == "missing_renormalised"}
    remaining = 100 * POINT - sum(nominal[code] for code in gone)
    if not gone:
        return nominal
    raised = {code: half_up(float(w) * float(100 * POINT) / float(remaining)) for code, w in nominal.items()}
    shown_only = {item["code"] for item in items if not nominal[item["code"]]}
    return raised | dict.fromkeys(gone, 0) | dict.fromkeys(shown_only, 0)


def _check_benchmark(told: Comparison, explanation: Json, item: Json, minor: Json) -> None:
    benchmark = item["benchmark"]
    match benchmark["method"]:
        case "fixed":
            told.same(
                f"{item['code']} benchmark",
                minor["benchmark"],
                int(Decimal(benchmark["value"]) * minor["scale"]),
            )
        case "contract":
            contract = explanation["calculation"]["contract"]
            promises = contract["promises"] if contract else []
            promised = [p["minor"] for p in promises if p["promise"]["code"] == benchmark["promise"]["code"]]
            unit = PROMISED_UNIT.get(benchmark["promise"]["code"], POINT)
            per_unit = Decimal(benchmark["times"]) * minor["scale"] / unit
            expected = half_up(float(promised[0]) * float(per_unit)) if promised else None
            told.same(f"{item['code']} benchmark", minor["benchmark"], expected)


def uncapped(item: Json, minor: Json, weight: int) -> int:
    """Return the points of an item before cap and floor."""
    measured = minor["value"]
    match item["method"]:
        case "rank":
            return half_up(float(weight) * (minor["size"] - minor["place"] + 1.0) / float(minor["size"]))
        case "min_max":
            low, high = minor["low"], minor["high"]
            if low == high:
                return weight
            way = measured - low if item["direction"] == "higher" else high - measured
            base = Decimal(item["base_percent"]) / 100
            return half_up(float(weight) * (float(way) / float(high - low) * float(1 - base) + float(base)))
    benchmark = minor["benchmark"]
    if benchmark is None or benchmark <= 0:
        return 0
    if item["direction"] == "higher":
        return half_up(float(measured) / float(benchmark) * float(weight))
    if measured <= 0:
        return half_up(float(weight) * float(Decimal(item["cap"] or 0)))
    return half_up(float(benchmark) / float(measured) * float(weight))


def between(points: int, item: Json, weight: int) -> int:
    """Return points held down to the cap and up to the floor."""
    if item["cap"] is not None:
        points = min(points, half_up(float(weight) * float(Decimal(item["cap"]))))
    if item["floor"] is not None:
        points = max(points, half_up(float(weight) * float(Decimal(item["floor"]))))
    return points


# total and grade


def _check_total(told: Comparison, explanation: Json, points: Mapping[str, int]) -> int | None:
    total = explanation["total"]
    if total is None:
        told.same("points", explanation["result"]["points"], None)
        return None
    minor, limits = total["minor"], total["limits"]
    counts = {each["code"]: each["count"] for each in explanation["calculation"]["total"]["counts"]}
    rules = [rule for rule in total["rules"] if rule["counted"]]
    items = sum(points.values())
    told.same("items", minor["items"], items)
    factors = [rule["factor"] for rule in rules if rule["kind"] == "correction"]
    told.same("correction", minor["correction"], millionths(factors[0]) if factors else POINT)
    corrected = half_up(float(items) * float(Decimal(factors[0]))) if factors else items
    bonus = sum(worth(rule, counts[rule["code"]]) for rule in rules if rule["kind"] == "bonus")
    if limits["bonus_at_most"] is not None:
        bonus = min(bonus, millionths(limits["bonus_at_most"]))
    told.same("bonus", minor["bonus"], bonus)
    deduction = sum(worth(rule, counts[rule["code"]]) for rule in rules if rule["kind"] == "deduction")
    told.same("deduction", minor["deduction"], deduction)
    calculated = corrected + bonus - deduction
    if limits["floor"] is not None:
        calculated = max(calculated, millionths(limits["floor"]))
    if limits["cap"] is not None:
        calculated = min(calculated, millionths(limits["cap"]))
    told.same("points", minor["points"], calculated)
    told.same("points shown", round(explanation["result"]["points"] * POINT), calculated)
    return calculated


def worth(rule: Json, count: int | None) -> int:
    """Return what a bonus or a deduction that counted comes to."""
    points = millionths(rule["points"])
    if count is not None and rule["kind"] == "bonus":
        points *= count
    elif count is not None:
        charged = max(count - rule["free"], 0)
        first = points if rule["first"] is None else millionths(rule["first"])
        points = (charged - 1) * points + first if charged else 0
    return points if rule["at_most"] is None else min(points, millionths(rule["at_most"]))


def _check_grade(told: Comparison, explanation: Json, points: int | None) -> None:
    result = explanation["result"]
    if points is None:
        expected = result["outside"]["grade"] if result["outside"] else None
        told.same("grade", result["grade"], expected)
        return
    letters = [cut["grade"] for cut in result["grades"]["cuts"]]
    step = next(number for number, cut in enumerate(result["grades"]["cuts"]) if reached(result, cut, points))
    told.same("ranked grade", result["ranked_grade"], letters[step])
    told.same("grade", result["grade"], letters[moved(step, letters, result["adjustments"])])


def reached(result: Json, cut: Json, points: int) -> bool:
    """Whether a parcel is good enough for a grade."""
    if result["grades"]["by"] == "points":
        return cut["at_least"] is None or points >= millionths(cut["at_least"])
    if cut["up_to_percent"] == "100":
        return True
    return result["rank"] * 100 * POINT <= result["ranked"] * millionths(cut["up_to_percent"])


def moved(step: int, letters: list[str], adjustments: list[Json]) -> int:
    """Return the number of the grade after what raised, lowered, fixed or vetoed it."""
    counted = [each for each in adjustments if each["counted"]]
    for each in counted:
        if each["effect"] in ("raise", "lower"):
            step += each["steps"] if each["effect"] == "lower" else -each["steps"]
    step = min(max(step, 0), len(letters) - 1)
    for effect in ("fix", "veto"):
        step = next((letters.index(e["grade"]) for e in counted if e["effect"] == effect), step)
    return step


def explained(explanations: Iterator[Json]) -> tuple[int, list[str]]:
    """Return how many were calculated again, and every difference with its parcel."""
    count, found = 0, []
    for explanation in explanations:
        count += 1
        code = explanation["parcel"]["parcel_code"]
        found += [f"{code} {difference}" for difference in differences(explanation)]
    return count, found
