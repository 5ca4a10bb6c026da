"""How long reasons have lasted: year by year, across new parcel numbers, and what ended them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from service.domain.lineage import Succession
from service.levers.consolidation.lasting import (
    ENDED_BY,
    Before,
    Past,
    d_years_running,
    named_as,
    unbroken,
    years_running,
)
from service.levers.consolidation.reasons import evidence, graded_d
from service.reference.consolidation import consolidation_rules
from tests.levers.consolidation.test_reasons import year

RULES = consolidation_rules()
OVERDUE = {"complete_by": date(2020, 1, 1)}
BARE = evidence(year({"floor_area_m2": 0.0}, contract=OVERDUE), RULES)
BUILT = evidence(year({"floor_area_m2": 9.0}, contract=OVERDUE), RULES)
UNKNOWN = evidence(year({}, contract=OVERDUE), RULES)

Run = tuple[int, str, str]


def before(period: str, found: pl.DataFrame, *codes: str, grade: str | None = "D") -> Before:
    """A year before, in which parcels were graded; what was found of P is told of the first."""
    names = codes or ("P",)
    grades = pl.DataFrame({"parcel_code": names, "grade": [grade] * len(names)})
    return Before(period, found.with_columns(parcel_code=pl.lit(names[0])), grades)


def lasted(*years: Before, looks_back: int = 5) -> Run:
    """Years running of bare and overdue land P in 2023, what ended them, and when."""
    past = unbroken("2023", years, looks_back)
    (run,) = years_running(BARE, past).filter(pl.col("reason") == "supplied_not_used").to_dicts()
    return run["years"], run["ended_by"], run["ended_in"]


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([], (1, "no_evaluation", "2022")),
        ([("2022", BARE), ("2021", BARE)], (3, "no_evaluation", "2020")),
        ([("2021", BARE), ("2022", BARE)], (3, "no_evaluation", "2020")),
        ([("2022", BARE), ("2020", BARE)], (2, "no_evaluation", "2021")),
        ([("2021", BARE)], (1, "no_evaluation", "2022")),
        ([("2022", BUILT), ("2021", BARE)], (1, "not_held", "2022")),
        ([("2022", BARE), ("2021", UNKNOWN)], (2, "not_known", "2021")),
        ([("2022", BARE.clear(), "Q")], (1, "not_evaluated", "2022")),
    ],
)
def test_how_long_a_reason_has_lasted(years: Sequence[Any], expected: Run) -> None:
    """Years one after the other; one without the reason, without word of it or of the parcel ends the run."""
    assert lasted(*(before(*each) for each in years)) == expected


def test_it_is_looked_back_no_farther_than_the_rules_say() -> None:
    """What lies beyond is not looked at, and that is what is said."""
    years = [before(str(each), BARE) for each in range(2016, 2023)]
    assert lasted(*years) == (6, "not_looked_at", "2017")
    assert unbroken("2023", years, 5).gap is None
    assert unbroken("2023", years[3:], 5).gap == "2018"


DAY = date(2023, 5, 1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([Succession("OLD", "P", "renumbered")], (2, "no_evaluation", "2021")),
        ([Succession("OLD", "P", "renumbered", DAY)], (2, "no_evaluation", "2021")),
        (
            [Succession("OLD", "X", "alias"), Succession("X", "P", "renumbered")],
            (2, "no_evaluation", "2021"),
        ),
        ([Succession("OLD", "P", "split", DAY), Succession("OLD", "Q", "split", DAY)], (1, "split", "2022")),
        ([Succession("OLD", "P", "merged", DAY)], (1, "merged", "2022")),
        ([], (1, "not_evaluated", "2022")),
    ],
)
def test_a_run_follows_the_land_under_another_code(rows: list[Succession], expected: Run) -> None:
    """A new number is the same parcel; a part or a union is another one, which begins anew."""
    year_before = named_as("2023", rows, before("2022", BARE, "OLD"))
    assert lasted(year_before) == expected
    grades = pl.DataFrame({"parcel_code": ["P"], "grade": ["D"]})
    (run,) = d_years_running(grades, Past("2023", (year_before,), 5)).to_dicts()
    by_grade = "not_graded" if expected[1] == "not_evaluated" else expected[1]
    assert (run["d_years"], run["ended_by"], run["ended_in"]) == (expected[0], by_grade, expected[2])


def test_a_parcel_that_keeps_its_code_when_parted_begins_anew() -> None:
    """Though the earlier year knows one of that code it was other land, unless it was parted before."""
    for day, expected in ((DAY, (1, "split", "2022")), (date(2022, 5, 1), (2, "no_evaluation", "2021"))):
        rows = [Succession("P", "Q", "split", day)]
        assert lasted(named_as("2023", rows, before("2022", BARE))) == expected


def test_a_run_reaches_back_to_the_split_and_no_farther() -> None:
    """Renumbered in the last year, made by a split in the year before: two years, ended by the split."""
    rows = [
        Succession("NUMBER", "P", "renumbered", date(2023, 3, 1)),
        Succession("WHOLE", "NUMBER", "split", date(2022, 3, 1)),
    ]
    years = (before("2022", BARE, "NUMBER"), before("2021", BARE, "WHOLE"))
    assert lasted(*(named_as("2023", rows, each) for each in years)) == (2, "split", "2021")


def test_what_has_its_present_code_already_is_not_counted_twice() -> None:
    """Of two codes of the same land in one year the present one says what was."""
    both = before("2022", BARE, "OLD", "P")
    told = named_as("2023", [Succession("OLD", "P", "alias")], both)
    assert told.grades["parcel_code"].to_list() == ["P"]
    assert lasted(told) == (1, "not_held", "2022")


def test_graded_d_for_years_running() -> None:
    """From the second year on it is a reason of its own, without hectares."""
    grades = pl.DataFrame({"parcel_code": ["P", "Q", "R", "S"], "grade": ["D", "D", "C", "D"]})
    earlier = pl.DataFrame({"parcel_code": ["P", "R", "S"], "grade": ["D", "D", "C"]})
    past = Past("2023", (Before("2022", BARE.clear(), earlier),), 5)
    runs = d_years_running(grades, past)
    assert list(runs.iter_rows()) == [
        ("P", 2, "no_evaluation", "2021"),
        ("Q", 1, "not_graded", "2022"),
        ("S", 1, "other_grade", "2022"),
    ]
    (line,) = graded_d(runs, RULES).to_dicts()
    assert (line["parcel_code"], line["measured"], line["norm"], line["idle_ha"]) == ("P", 2, 2, None)


def test_whatever_ends_a_run_has_words() -> None:
    """In both languages."""
    assert all(english and chinese for english, chinese in ENDED_BY.values())
