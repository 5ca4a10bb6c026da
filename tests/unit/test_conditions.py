"""Rules in CQL2 text: what they understand, and three-valued logic."""

import time

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from service.domain.expressions import Kind, Property, RuleError, names_in, parse_rule, vocabulary
from service.evaluation.conditions import condition

KNOWN = vocabulary(
    Property("town", Kind.TEXT),
    Property("far", Kind.NUMBER, 1_000_000),
    Property("far_limit", Kind.NUMBER, 1_000_000),
    Property("land_area", Kind.NUMBER, 100),
    Property("above_scale", Kind.TRUTH),
)


def holds(rule: str, **values: object) -> bool | None:
    """Return whether a rule holds for a row with these columns; what is not given is unknown."""
    schema = {
        "town": pl.String,
        "far": pl.Int64,
        "far_limit": pl.Int64,
        "land_area": pl.Int64,
        "above_scale": pl.Boolean,
    }
    row = pl.DataFrame([{name: values.get(name) for name in schema}], schema=schema)
    answer = nw.from_native(row.lazy()).select(condition(rule, KNOWN).alias("answer")).collect()
    result: bool | None = answer.to_native()["answer"][0]
    return result


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("far = 0.6", True),
        ("far <> 0.6", False),
        ("far >= 0.6", True),
        ("far < 0.6000001", True),
        ("far < far_limit", True),
        ("far_limit - far > 0.3", True),
        ("far * 2 <= far_limit", True),
        ("far / far_limit = 0.5", True),
        ("land_area BETWEEN 1000 AND 2000", True),
        ("land_area NOT BETWEEN 1000 AND 2000", False),
        ("land_area > 1000.49 AND land_area < 1000.51", True),
        ("town IN ('东城', 'west')", True),
        ("town NOT IN ('东城', 'west')", False),
        ("town = '东城' OR far > 5", True),
        ("above_scale", True),
        ("above_scale = FALSE", False),
        ("NOT above_scale", False),
        ("far > 5 AND far > 6 OR above_scale", True),
        ("far > 5 AND (far > 6 OR above_scale)", False),
        ("far > -1", True),
        ("TRUE", True),
    ],
)
def test_rules_read_numbers_in_their_units(rule: str, expected: bool) -> None:
    """A parcel of 1000.50 m² with a FAR of 0.6 under a limit of 1.2."""
    values = {
        "town": "东城",
        "far": 600_000,
        "far_limit": 1_200_000,
        "land_area": 100_050,
        "above_scale": True,
    }
    assert holds(rule, **values) is expected


@pytest.mark.parametrize("number", ["1e300", "9223372036854775807", "99999999999999999999", "1e13"])
def test_numbers_beyond_what_a_column_holds_are_compared(number: str) -> None:
    """No value comes near them, and none is lost on the way to minor units."""
    assert holds(f"far < {number}", far=600_000) is True
    assert holds(f"far = {number}", far=600_000) is False
    assert holds(f"far > -{number}", far=600_000) is True
    assert holds(f"far BETWEEN -{number} AND {number}", far=600_000) is True


@pytest.mark.parametrize("number", ["1e309", "1e999999", "-1e999999"])
def test_a_number_without_end_is_no_number(number: str) -> None:
    """It is refused where the rule is read, not when an evaluation comes to it."""
    for rule in (f"far < {number}", f"far + {number} > 1", f"far IN (1, {number})"):
        with pytest.raises(RuleError, match="too large"):
            parse_rule(rule, KNOWN)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("far < far_limit", None),
        ("NOT far < far_limit", None),
        ("far_limit IS NULL", True),
        ("far_limit IS NOT NULL", False),
        ("far < far_limit OR far = 0.6", True),
        ("far < far_limit AND far > 5", False),
        ("far < far_limit AND far = 0.6", None),
        ("town IN ('east')", None),
        ("far / (far - far) > 1", None),
        ("above_scale", None),
    ],
)
def test_unknown_stays_unknown(rule: str, expected: bool | None) -> None:
    """Only the FAR is known; a division by zero is unknown too."""
    assert holds(rule, far=600_000) is expected


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("far <", "not CQL2 text"),
        ("", "not CQL2 text"),
        ("profit > 3", "Unknown property 'profit'"),
        ("far + 1", "must be true or false"),
        ("town > 3", "one kind"),
        ("town + 'a' = 'b'", "numbers only"),
        ("far AND above_scale", "joins conditions"),
        ("town LIKE 'a%'", "outside"),
        ("casei(town) = 'a'", "outside"),
        ("far = NULL", "outside"),
        ("far % 2 = 1", "outside"),
        ("S_INTERSECTS(town, POINT(1 1))", "outside"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(rule: str, said: str) -> None:
    """The author of a scheme learns what is wrong."""
    with pytest.raises(RuleError, match=said):
        parse_rule(rule, KNOWN)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("(" * 11 + "above_scale" + ")" * 11, "10 brackets"),
        ("(" * 2_000, "10 brackets|characters"),
        ("(" * 900 + "far" + "+1)" * 300 + " > 1", "10 brackets"),
        ("(((((((((( far > 1", "not CQL2 text"),
        (" OR ".join(["(((((((((( far > 1 ))))))))))"] * 60) + " $", "not CQL2 text"),
        ("NOT (" * 10 + "far > 1 $" + ")" * 10, "not CQL2 text"),
        ("far = '" + "((" * 900, "10 brackets"),
        ("town = '\\' OR " + "(" * 60 + "town = ''", "10 brackets"),
        (" AND ".join(["above_scale"] * 20_000), "2,000 characters"),
        ("town = '" + "x" * 1_000_000 + "'", "2,000 characters"),
        ("'" * 2_000, "not CQL2 text|true or false"),
        ("NOT " * 400 + "above_scale", "nests at most 100"),
        ("far = 1" + "+1" * 900, "nests at most 100"),
        ("far = " + "-" * 1_900 + "far", "not CQL2|outside|nests|one kind"),
        ("far > 1" + " / 1" * 90, "2,000 steps"),
        ("(" * 9 + "above_scale" + " IN (TRUE, FALSE, TRUE))" * 9, "2,000 steps"),
        ("(" * 9 + "above_scale" + " BETWEEN TRUE AND TRUE)" * 9 + " IN (TRUE, TRUE, TRUE)", "2,000 steps"),
        ("casei(" * 200 + "town" + ")" * 200 + " = 'a'", "10 brackets"),
    ],
)
def test_rules_made_to_hurt_are_refused_at_once(rule: str, said: str) -> None:
    """Nothing a scheme says keeps the process busy or ends it; the bound leaves room for a busy machine."""
    started = time.thread_time()
    with pytest.raises(RuleError, match=said):
        parse_rule(rule, KNOWN)
    assert names_in(rule) <= {"town", "far", "above_scale"}
    assert time.thread_time() - started < 2


def test_the_largest_rules_are_worked_out() -> None:
    """At the limits; brackets in a text or a quoted name are none."""
    deepest = "far > 0" + " + 1" * 97 + " - 97.5"
    for rule in (
        "NOT " * 98 + "above_scale",
        deepest,
        "(" * 10 + "above_scale" + ")" * 10,
        "town <> '" + "(" * 1_000 + "''" + "(' AND above_scale",
        '"far" = 0.6',
        " AND ".join(["above_scale"] * 120),
        f"far IN ({', '.join(['0.6'] * 300)})",
    ):
        assert holds(rule, far=600_000, above_scale=True, town="东城") is True, rule


def test_a_rule_tells_what_it_reads() -> None:
    """Every name, known or not; a text that is no rule reads nothing."""
    assert names_in("far < 1 AND (town = 'a' OR far > profit)") == {"far", "town", "profit"}
    assert names_in("far <") == set()


def test_a_property_may_stand_in_another_column() -> None:
    """Values of indicators are kept under their code and a suffix, in the indicator's minor unit."""
    known = vocabulary(Property("tax_per_mu", Kind.NUMBER, 1_000_000, "tax_per_mu__value"))
    frame = nw.from_native(pl.LazyFrame({"tax_per_mu__value": [9_999_999, 10_000_000, None]}))
    rule = condition("tax_per_mu >= 10", known)
    answers = frame.select(rule.alias("answer")).collect().to_native()["answer"]
    assert answers.to_list() == [False, True, None]
