"""Uplift of the floor-area ratio, case by case with numbers worked out by hand."""

from typing import Any, ClassVar

import polars as pl
import pytest

from service.reference.uplift import City
from tests.levers.uplift.making import RULES, added, parcel, worked


def one(found: Any, code: str = "P1") -> dict[str, Any]:
    """The row of a parcel."""
    row: dict[str, Any] = found.parcels.filter(pl.col("parcel_code") == code).row(0, named=True)
    return row


@pytest.mark.parametrize(
    ("terms", "binding", "allowed", "extra"),
    [
        # (2 − 1) × 10,000
        ({}, "far_plan", 2.0, 10_000.0),
        ({"contract_far_max": 1.5}, "far_contract", 1.5, 5_000.0),
        # 12 m ÷ 4.5 m: two storeys on 55 % of the land
        ({"plan_coverage_max": 0.55, "contract_height_max_m": 12}, "coverage", 1.1, 1_000.0),
        # two storeys on what need not be green: 0.8 × 2, above nothing else
        ({"plan_height_max_m": 9, "contract_green_min": 0.2}, "height", 1.6, 6_000.0),
        # the stricter of plan and contract: 40 % × 24 m ÷ 4.5 m, five storeys, is no limit beside 2
        (
            {"plan_coverage_max": 0.6, "contract_coverage_max": 0.4, "plan_height_max_m": 24},
            "far_plan",
            2.0,
            10_000.0,
        ),
        # a coverage without a height says nothing of storeys
        ({"plan_coverage_max": 0.3}, "far_plan", 2.0, 10_000.0),
    ],
)
def test_the_least_limit_that_is_known_binds(
    terms: dict[str, Any], binding: str, allowed: float, extra: float
) -> None:
    """By plan, contract, coverage with storeys, or height with green."""
    found = worked([parcel()], [{"parcel_code": "P1", **terms}])
    row = one(found)
    assert (row["binding"], row["allowed_far"]) == (binding, pytest.approx(allowed))
    assert added(found) == extra


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"far_limit": None}, "far_limit_missing"),
        ({"far_limit": 0.0}, "far_limit_zero"),
        ({"land_area_m2": 0.0}, "land_area_zero"),
        ({"land_area_m2": None}, "land_area_missing"),
        ({"far": None}, "far_missing"),
    ],
)
def test_what_is_not_known_adds_nothing_and_says_why(row: dict[str, Any], reason: str) -> None:
    """Not zero: null with a reason, though coverage and height are known; and it is listed as open."""
    found = worked(
        [parcel(**row)], [{"parcel_code": "P1", "plan_coverage_max": 0.5, "plan_height_max_m": 24}]
    )
    assert added(found) is None
    assert added(found, "far_1_5") is None
    assert one(found)["unknown_room"] == reason
    assert found.report.sections[-1].rows["unknown_room"].to_list() == [reason]
    told = {total.code: total.value for total in found.report.sections[0].totals}
    assert (told["floor_added_known_m2"], told["floor_added_open_m2"]) == (None, None)


def test_unknown_limits_are_named() -> None:
    """So that whoever reads the area knows what it may still break against."""
    assert one(worked([parcel()]))["open_limits"] == "far_contract,coverage,height,storey_heights"


class TestScenarios:
    """Targets within the limit."""

    def test_a_target_is_reached_as_far_as_the_limit_lets(self) -> None:
        """1.5 and 2.0 and the limit 1.8: 5,000, 8,000 and 8,000 m²; beyond a target there is nothing."""
        found = worked([parcel(far_limit=1.8), parcel("P2", far=1.7)])
        assert [added(found, name) for name in ("far_1_5", "far_2_0", "limit")] == [5000.0, 8000.0, 8000.0]
        assert [added(found, name, "P2") for name in ("far_1_5", "far_2_0")] == [0.0, 3000.0]

    def test_a_target_of_ones_own_ranks_the_candidates(self) -> None:
        """To 1.2 the first adds nothing; to their limits it would come first."""
        rows = [parcel(far=1.2, far_limit=3.0), parcel("P2", far_limit=1.5)]
        assert worked(rows).candidates["parcel_code"].to_list() == ["P1", "P2"]
        asked = worked(rows, target=1.2)
        assert asked.candidates["parcel_code"].to_list() == ["P2", "P1"]
        assert added(asked, "asked", "P2") == 2000.0

    def test_equal_gains_are_ordered_by_code(self) -> None:
        """And who has no figures comes last."""
        rows = [parcel(code) for code in ("P3", "P1", "P2")]
        assert worked([*rows, parcel("P0", tax=None)]).candidates["parcel_code"].to_list() == [
            *("P1", "P2", "P3"),
            "P0",
        ]


class TestHighStoreys:
    """Storeys above eight metres count twice."""

    HALL: ClassVar[dict[str, Any]] = {
        "parcel_code": "P1",
        "floors": 1,
        "height_m": 9.5,
        "floor_area_m2": 4_000.0,
    }

    def test_a_high_hall_takes_its_room_twice(self) -> None:
        """10,000 m² of which 4,000 in a hall of 9.5 m: 1.4 counted, 1.0 recorded, 6,000 m² left below 2."""
        found = worked([parcel()], buildings=[self.HALL])
        row = one(found)
        assert (row["far"], row["counted_far"], row["tall_floor_m2"]) == (1.0, 1.4, 4000.0)
        assert added(found) == 6000.0

    def test_several_storeys_share_the_height(self) -> None:
        """Two floors in 15 m are of 7.5 m each, and count once."""
        row = one(worked([parcel()], buildings=[{**self.HALL, "floors": 2, "height_m": 15}]))
        assert (row["counted_far"], row["present_far"]) == (1.0, 1.0)

    def test_a_register_that_counts_twice_already_is_not_counted_again(self) -> None:
        """The recorded ratio is the greater one here."""
        assert one(worked([parcel(far=1.6)], buildings=[self.HALL]))["present_far"] == 1.6

    def test_a_building_whose_height_nobody_knows_stays_open(self) -> None:
        """What is known counts all the same."""
        row = one(worked([parcel()], buildings=[self.HALL, {**self.HALL, "height_m": None}]))
        assert row["counted_far"] == 1.4
        assert row["open_limits"].endswith("storey_heights")


class TestCandidates:
    """Efficient, far below the limit, and growing."""

    SHARE: ClassVar[dict[str, Any]] = {"parcel_code": "P1", "uscc": "E1", "share": 0.5}

    @staticmethod
    def firm(metric: str, now: float | None, before: float | None, uscc: str = "E1") -> dict[str, Any]:
        """A firm's figures of two years."""
        return {"uscc": uscc, "metric": metric, "now": now, "before": before}

    def test_all_three_make_a_candidate_without_the_scheme(self) -> None:
        """Half of a firm whose output went from 100 to 120: a fifth more."""
        found = worked([parcel(far_uplift=False)], [], [], [self.SHARE], [self.firm("output", 120, 100)])
        row = one(found)
        assert (row["growth_output"], row["growing"], row["found_by"]) == (0.2, True, "lever")
        assert found.candidates.height == 1

    def test_growth_that_nobody_knows_is_not_growth(self) -> None:
        """Null, not false; the scheme's word stands."""
        row = one(worked([parcel()]))
        assert (row["growing"], row["found"], row["found_by"]) == (None, None, "scheme")

    def test_a_firm_that_came_is_no_growth(self) -> None:
        """Only who has figures of both years counts."""
        shares = [self.SHARE, {**self.SHARE, "uscc": "E2"}]
        firms = [self.firm("output", 100, 100), self.firm("output", 500, None, "E2")]
        row = one(worked([parcel()], [], [], shares, firms))
        assert (row["growth_output"], row["growing"], row["found"]) == (0.0, False, False)

    def test_headcount_or_orders_may_point_to_it(self) -> None:
        """Any of them."""
        firms = [self.firm("output", 100, 100), self.firm("orders", 115, 100)]
        assert one(worked([parcel()], [], [], [self.SHARE], firms))["growing"] is True

    def test_nearly_at_the_limit_is_not_far_below(self) -> None:
        """0.8 of what may be built is the most."""
        assert one(worked([parcel(far=1.6)]))["far_below_limit"] is True
        assert one(worked([parcel(far=1.7)]))["far_below_limit"] is False

    def test_a_c_parcel_is_not_efficient(self) -> None:
        """And one without a grade is not known to be."""
        assert one(worked([parcel(grade="C")]))["efficient"] is False
        assert one(worked([parcel(grade=None)]))["efficient"] is None


class TestGains:
    """Output and tax of the floor that is added."""

    def test_at_the_parcels_own_productivity(self) -> None:
        """2,000 and 100 万元 on 10,000 m², twice the floor: as much again."""
        (row,) = worked([parcel()]).candidates.to_dicts()
        assert (row["extra_output_own"], row["extra_tax_own"]) == (2000.0, 100.0)

    def test_at_the_median_of_five_of_its_industry(self) -> None:
        """100, 200, 300, 400 and 500 on 10,000 m²; a C parcel and another industry do not count."""
        rows = [parcel(f"P{n}", tax=100.0 * n) for n in range(1, 6)]
        others = [parcel("C", grade="C", tax=9e6), parcel("X", industry_group="food", tax=9e6)]
        (row,) = worked([*rows, *others]).candidates.filter(pl.col("parcel_code") == "P1").to_dicts()
        assert (row["cohort"], row["cohort_parcels"], row["extra_tax_cohort"]) == ("machinery", 5, 300.0)

    def test_of_four_the_park_is_the_cohort(self) -> None:
        """100 … 400 of the industry and 900 of another: the median of all five."""
        rows = [parcel(f"P{n}", tax=100.0 * n) for n in range(1, 5)]
        found = worked([*rows, parcel("X", industry_group="food", tax=900.0)])
        (row,) = found.candidates.filter(pl.col("parcel_code") == "P1").to_dicts()
        assert (row["cohort"], row["cohort_parcels"], row["extra_tax_cohort"]) == ("park", 5, 300.0)

    def test_without_floor_there_is_no_productivity(self) -> None:
        """Empty land adds floor, and nobody knows what it would bring but the cohort."""
        found = worked([parcel(floor_area_m2=0.0, far=0.0), parcel("P2")])
        (row,) = found.candidates.filter(pl.col("parcel_code") == "P1").to_dicts()
        assert (row["floor_added_m2"], row["extra_tax_own"], row["extra_tax_cohort"]) == (
            20_000.0,
            None,
            200.0,
        )


class TestLandPrice:
    """What the floor costs of land, and what the contract says."""

    @pytest.mark.parametrize(
        ("terms", "price", "contract"),
        [
            ({"let": False, "uplift_clause": "allowed"}, "none", "allowed"),
            ({"let": False}, "none", "to_be_clarified"),
            ({"let": True}, "unknown", "to_be_clarified"),
            ({"let": False, "uplift_clause": "forbidden"}, None, "forbidden"),
            ({}, "unknown", "to_be_clarified"),
        ],
    )
    def test_own_use_is_free_and_the_rest_is_the_citys(
        self, terms: dict[str, Any], price: str | None, contract: str
    ) -> None:
        """A city that nobody entered is unknown, and so is who uses the floor where no survey says."""
        row = one(worked([parcel()], [{"parcel_code": "P1", **terms}]))
        assert (row["land_price"], row["contract_uplift"]) == (price, contract)

    def test_a_city_has_its_rule(self) -> None:
        """The nearest one by the digits of the district."""
        city = {"other_use": "charged", "source": "s", "verified": True}
        cities = (City(district="33", **{**city, "other_use": "none"}), City(district="3302", **city))
        price = RULES.land_price.model_copy(update={"cities": cities})
        rules = RULES.model_copy(update={"land_price": price})
        assert (
            one(worked([parcel()], [{"parcel_code": "P1", "let": True}], rules=rules))["land_price"]
            == "charged"
        )


def test_offices_have_their_own_limits() -> None:
    """7 % of 10,000 m² of land, or what the contract says if less; 15 % of the floor at the limit."""
    (row,) = worked([parcel()]).candidates.to_dicts()
    assert (row["office_land_max_m2"], row["office_floor_max_m2"]) == (700.0, 3000.0)
    terms = [{"parcel_code": "P1", "contract_office_share_max": 0.05}]
    assert worked([parcel()], terms).candidates["office_land_max_m2"].item() == 500.0


def test_totals_are_the_sums_of_what_is_known() -> None:
    """Per scenario of the park and of every town; a candidate whose room is unknown counts as such."""
    found = worked([parcel(), parcel("P2", town="west"), parcel("P3", far_limit=None, far_uplift=True)])
    towns = found.report.sections[1].rows.filter(pl.col("scenario") == "limit").to_dicts()
    assert [(row["town"], row["candidates"], row["told"], row["floor_added_m2"]) for row in towns] == [
        (None, 3, 2, 20_000.0),
        ("east", 2, 1, 10_000.0),
        ("west", 1, 1, 10_000.0),
    ]
    told = {total.code: total.value for total in found.report.sections[0].totals}
    assert (told["candidates"], told["told"], told["floor_added_open_m2"]) == (3, 2, 20_000.0)


def test_what_a_contract_forbids_is_in_no_total() -> None:
    """It stands there last with the reason, without floor, gain or land price."""
    terms = [{"parcel_code": "P1", "uplift_clause": "forbidden", "let": False}]
    found = worked([parcel(), parcel("P2")], terms)
    other, row = found.candidates.to_dicts()
    assert (other["parcel_code"], row["unknown_room"]) == ("P2", "contract_forbids")
    assert (row["floor_added_m2"], row["extra_tax_own"], row["land_price"]) == (None, None, None)
    told = {total.code: total.value for total in found.report.sections[0].totals}
    assert (told["candidates"], told["contract_forbids"], told["told"]) == (1, 1, 1)
    assert (told["floor_added_open_m2"], told["extra_tax_own"]) == (10_000.0, 100.0)
    assert {row["candidates"] for row in found.report.sections[1].rows.to_dicts()} == {1}
    assert found.report.sections[-1].rows.height == 0  # nothing about it is open


def test_floor_below_open_limits_is_summed_by_itself() -> None:
    """P1 knows every limit, P2 the plan's ratio alone."""
    terms = {
        "parcel_code": "P1",
        "contract_far_max": 1.5,
        "plan_coverage_max": 0.6,
        "plan_height_max_m": 24,
    }
    hall = {"parcel_code": "P1", "floors": 2, "height_m": 9.0, "floor_area_m2": 10_000.0}
    found = worked([parcel(), parcel("P2")], [terms], [hall])
    told = {total.code: total.value for total in found.report.sections[0].totals}
    assert (told["floor_added_known_m2"], told["floor_added_open_m2"]) == (5_000.0, 10_000.0)


def test_a_park_without_parcels_has_an_empty_report() -> None:
    """With its columns, and no figure."""
    found = worked([])
    assert [section.rows.height for section in found.report.sections] == [0] * 5
    assert not found.report.verified
