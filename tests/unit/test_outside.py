"""Outside the ranking: classes such as T (不定等级) and exemptions (豁免)."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import Snapshot, column, indicator, park_of, part, points, rule, scheme, track

T_CLASS = rule("relocating", "relocation > 0", grade="T")


def with_class(base: str = "scored", **changes: Any) -> Scheme:
    """Return a scheme with the class T for who relocates and this base of the shares."""
    return scheme(track(ranking={"base": base}, **changes), outside=[T_CLASS])


def relocating(park: Snapshot, *numbers: str) -> Snapshot:
    """Give these firms the mark of relocation."""
    for number in numbers:
        park.reports(f"E{number}", relocation=1)
    return park


def test_a_class_outside_has_its_own_grade_and_no_points() -> None:
    """It is neither scored nor ranked; the reason is its code."""
    results = relocating(park_of(5, 4), "0").evaluated(with_class())
    assert column(results, "status") == ["outside", "scored"]
    assert column(results, "reason") == ["relocating", None]
    assert column(results, "grade") == ["T", "D"]
    assert column(results, "ranked_grade") == [None, "D"]
    assert points(results) == [None, 100]
    assert column(results, "rank") == [None, 1]


def test_a_class_without_a_grade_leaves_it_open() -> None:
    """An exemption is no grade."""
    by = scheme(outside=[rule("exempt", "relocation > 0")])
    results = relocating(park_of(5), "0").evaluated(by)
    assert (column(results, "status"), column(results, "grade")) == (["outside"], [None])


def test_who_is_outside_sets_no_benchmark() -> None:
    """Neither a mean nor a place nor a mean item."""
    results = relocating(park_of(600, 4), "0").evaluated(with_class())
    assert part(results, "tax_per_mu", "size") == [1, 1]
    assert part(results, "tax_per_mu", "value")[0] is None
    assert points(results)[1] == 100


def test_a_class_comes_before_every_other_reason() -> None:
    """Relocating without land or figures is relocating."""
    park = Snapshot().parcel("P", 0).metered("P", relocation=1)
    assert column(park.evaluated(with_class()), "reason") == ["relocating"]


def test_the_first_class_that_holds_counts() -> None:
    """Codes in the order of the scheme."""
    by = scheme(outside=[rule("first", "relocation > 0", grade="S"), rule("any", grade="T")])
    results = relocating(park_of(5, 4), "1").evaluated(by)
    assert column(results, "grade") == ["T", "S"]


def test_a_class_about_something_unknown_takes_nobody() -> None:
    """A parcel stays in the ranking until it is known to leave it."""
    assert column(park_of(5).evaluated(scheme(outside=[rule("dense", "far > 1")])), "status") == ["scored"]


def test_a_parcel_without_a_track_can_be_outside() -> None:
    """Of unknown scale, and of the class all the same."""
    by = scheme(track(when="above_scale = FALSE"), outside=[T_CLASS])
    results = relocating(park_of(5, 4), "0").evaluated(by)
    assert column(results, "status") == ["outside", "not_scored"]
    assert column(results, "grade") == ["T", None]


def test_flags_are_judged_outside_too() -> None:
    """By what is known without a score."""
    by = scheme(outside=[T_CLASS], low_efficiency={"rules": [rule("leaves", "status = 'outside'")]})
    assert column(relocating(park_of(5, 4), "0").evaluated(by), "low_efficiency") == [True, False]


@pytest.mark.parametrize(
    ("base", "ranked", "best"),
    [("scored", 6, ["A"]), ("scored_and_outside", 10, ["A"] * 2), ("all", 15, ["A"] * 3)],
)
def test_the_base_of_the_shares(base: str, ranked: int, best: list[str]) -> None:
    """Six scored, four outside, five without figures: a fifth of six, of ten, of fifteen."""
    park = relocating(park_of(*range(20, 10, -1)), "6", "7", "8", "9")
    for number in range(5):
        park.parcel(f"Q{number}")
    results = park.evaluated(with_class(base))
    assert set(column(results, "ranked")) == {ranked}
    assert [grade for grade in column(results, "grade") if grade == "A"] == best


class TestJining:
    """275 above-scale units of 2023, published as A55 B97 C99 D14 T10."""

    @staticmethod
    def park() -> Snapshot:
        """Return 275 parcels, the last ten of which relocate."""
        return relocating(park_of(*range(300, 25, -1)), *(str(number) for number in range(265, 275)))

    def test_a_fifth_of_all_275_is_graded_a(self) -> None:
        """T included in the base: 55, where a fifth of the 265 ranked would be 53."""
        counted = Counter(column(self.park().evaluated(with_class("scored_and_outside")), "grade"))
        assert counted == {"A": 55, "B": 110, "C": 96, "D": 4, "T": 10}
        assert Counter(column(self.park().evaluated(with_class("scored")), "grade"))["A"] == 53

    def test_the_published_numbers_are_those_with_moves_by_hand(self) -> None:
        """13 from B to C and ten from C to D give the table as it was printed."""
        park = self.park()
        for number in (*range(60, 73), *range(200, 210)):
            park.reports(f"E{number:03}", environmental_penalty=1)
        lowered = rule("penalty", "environmental_penalty > 0", effect="lower")
        results = park.evaluated(with_class("scored_and_outside", adjustments=[lowered]))
        assert Counter(column(results, "grade")) == {"A": 55, "B": 97, "C": 99, "D": 14, "T": 10}


def said(park: Snapshot, question: str, period: str = "2023") -> bool | None:
    """Return what a rule says of the only parcel: true, false, or unknown."""
    by = scheme(outside=[rule("yes", question), rule("no", f"NOT ({question})")])
    return {"yes": True, "no": False}.get(column(park.evaluated(by, period), "reason")[0])


class TestExemptions:
    """豁免: registered lately, granted lately, being built, of public utility."""

    @pytest.mark.parametrize(
        ("registered_on", "exempt"),
        [(date(2022, 1, 1), True), (date(2021, 12, 31), False), (date(2024, 2, 1), True), (None, None)],
    )
    def test_registered_under_two_years(self, registered_on: date | None, exempt: bool | None) -> None:
        """Full years at the end of the period; an unknown date exempts nobody."""
        park = Snapshot().parcel("P").firm("E", registered_on=registered_on).holds("E", "P", 1)
        assert said(park, "registered_years < 2") is exempt

    def test_the_age_is_that_of_the_largest_occupant(self) -> None:
        """A young tenant does not exempt the land of an old firm."""
        park = Snapshot().parcel("P").firm("E", registered_on=date(2001, 1, 1)).holds("E", "P", 90)
        park.firm("T", registered_on=date(2023, 1, 1)).holds("T", "P", 10, role="leased_in")
        assert said(park, "registered_years = 22") is True

    @pytest.mark.parametrize(
        ("signed_on", "exempt"), [(date(2021, 1, 1), True), (date(2020, 12, 31), False), (None, None)]
    )
    def test_granted_under_three_years(self, signed_on: date | None, exempt: bool | None) -> None:
        """Likewise, from the day of the contract."""
        assert said(Snapshot().parcel("P").contract("P", signed_on), "granted_years < 3") is exempt

    def test_without_a_contract_nothing_is_known_of_the_grant(self) -> None:
        """Neither exempt nor not."""
        assert said(Snapshot().parcel("P"), "granted_years < 3") is None
        assert said(Snapshot().parcel("P"), "under_construction = TRUE") is None

    @pytest.mark.parametrize(
        ("signed", "due", "done", "building", "overdue"),
        [
            (date(2022, 5, 1), date(2024, 5, 1), None, True, False),
            (date(2022, 5, 1), date(2023, 5, 1), None, True, True),
            (date(2022, 5, 1), date(2023, 12, 31), None, True, True),
            (date(2022, 5, 1), date(2023, 5, 1), date(2023, 11, 1), False, False),
            (date(2022, 5, 1), date(2023, 5, 1), date(2024, 2, 1), True, True),
            (date(2022, 5, 1), None, date(2024, 2, 1), True, False),
            (date(2024, 1, 1), date(2026, 1, 1), None, False, False),
            (None, date(2024, 5, 1), None, True, False),
            (date(2022, 5, 1), None, None, False, False),
        ],
    )
    def test_under_construction_unless_past_the_contracts_date(
        self, signed: date | None, due: date | None, done: date | None, building: bool, overdue: bool
    ) -> None:
        """At the end of the period: granted by then, not completed by then; overdue when the date is past."""
        park = Snapshot().parcel("P").contract("P", signed, due, done)
        assert said(park, "under_construction = TRUE") is building
        assert said(park, "construction_overdue = TRUE") is overdue

    def test_the_period_decides_what_was_being_built(self) -> None:
        """The same contract a year later."""
        park = Snapshot().parcel("P").contract("P", date(2022, 5, 1), date(2024, 5, 1), date(2024, 4, 1))
        assert [
            said(park, "under_construction = TRUE", year) for year in ("2021", "2022", "2023", "2024")
        ] == [
            *(False, True),
            *(True, False),
        ]

    def test_utilities_by_division(self) -> None:
        """Power, gas and water of GB/T 4754, written with its letter or without."""
        for industry, exempt in [("D4411", True), ("46", True), ("C3411", False), (None, None)]:
            park = Snapshot().parcel("P").firm("E", industry=industry).holds("E", "P", 1)
            assert said(park, "division IN ('44', '45', '46')") is exempt

    def test_a_mark_exempts(self) -> None:
        """A relocation that is recorded of the parcel itself."""
        park = Snapshot().parcel("P")
        assert said(park, "relocation > 0") is False
        assert said(park.metered("P", relocation=1), "relocation > 0") is True


def test_a_mean_item_is_not_of_those_outside() -> None:
    """Who is outside has no item to average."""
    missing = indicator("out", numerator="output", weight=100, missing="group_mean")
    park = relocating(park_of(1, 1, 1), "0").reports("E0", output=900).reports("E1", output=300)
    results = park.evaluated(scheme(track(indicator(weight=0), missing), outside=[T_CLASS]))
    assert points(results) == [None, 100, 100]
