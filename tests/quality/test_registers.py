"""Registers, contracts, buildings, deeds and codes against each other."""

import pytest

from tests.support.quality import District, amounts, box


class TestRecordedAreas:
    """A recorded area against the outline's."""

    @pytest.mark.parametrize("kind", ["registered", "approved", "contract"])
    def test_more_than_a_tenth_off_is_told(self, kind: str) -> None:
        """In either direction; a tenth exactly is not, and neither is nothing recorded."""
        column = f"{kind}_area_m2"
        park = District().parcel("P", **{column: 11_001.0}).parcel("Q", **{column: 8_999.0})
        park.parcel("R", **{column: 11_000.0}).parcel("S")
        assert park.codes(f"{kind}_area_differs") == {f"{kind}_area_differs": ["P", "Q"]}

    def test_a_survey_is_held_to_less(self) -> None:
        """A twentieth."""
        park = District().parcel("P", surveyed_area_m2=10_600.0).parcel("Q", surveyed_area_m2=10_400.0)
        (found,) = park.found("surveyed_area_differs")
        assert amounts(found) == {"recorded_area_m2": 10_600, "computed_area_m2": 10_000, "share": 0.06}
        assert found.geometry is park.outlines["P"]

    def test_a_recorded_zero_is_told(self) -> None:
        """Nothing of an outline that is there."""
        assert District().parcel("P", registered_area_m2=0.0).codes("registered_area_d") == {
            "registered_area_differs": ["P"]
        }

    def test_an_occupied_area_may_well_be_less(self) -> None:
        """Only what is said of the whole parcel is compared."""
        assert District().parcel("P", registered_area_m2=9_990.0).codes("registered", "contract") == {}


class TestContracts:
    """What was agreed against what is."""

    def test_the_contracts_own_area_comes_first(self) -> None:
        """Else what the register notes of it."""
        park = District().parcel("P", registered_area_m2=10_000.0, contract_area_m2=10_000.0)
        park.row("contracts", parcel_code="P", area_m2=10_200.0)
        park.parcel("Q", registered_area_m2=10_000.0, contract_area_m2=10_200.0)
        park.parcel("R", registered_area_m2=10_000.0, contract_area_m2=10_050.0)
        park.parcel("S", contract_area_m2=10_050.0)
        code = "contract_register_area_differs"
        assert park.codes(code) == {code: ["P", "Q"]}

    def test_ratios_above_plan_and_contract(self) -> None:
        """As recorded; where nothing is recorded, floor by area."""
        park = District().parcel("P", far=2.01, far_limit=2.0).parcel("Q", far=2.0, far_limit=2.0)
        park.parcel("R", floor_area_m2=25_000.0, registered_area_m2=10_000.0, far_limit=2.0)
        park.parcel("S", far=1.9, coverage_max=0.4, footprint_area_m2=4_100.0)
        park.row("contracts", parcel_code="S", far_max=1.8, coverage_max=0.41)
        assert park.codes("far_above", "coverage") == {
            "coverage_above_limit": ["S"],
            "far_above_contract": ["S"],
            "far_above_limit": ["P", "R"],
        }

    def test_the_recorded_ratio_against_floor_by_area(self) -> None:
        """A tenth off and two hundredths; without a registered area by the outline."""
        park = (
            District()
            .parcel("P", far=1.5, floor_area_m2=10_000.0)
            .parcel("Q", far=1.05, floor_area_m2=10_000.0)
        )
        park.parcel("R", far=0.01, floor_area_m2=200.0).parcel("S", far=1.5)
        (found,) = park.found("far_differs")
        assert (found.subject.code, amounts(found)["computed_far"]) == ("P", 1)


class TestDeeds:
    """One total written on many deeds."""

    def test_the_same_area_of_one_holder_beyond_its_outlines(self) -> None:
        """Three hectares stand on three parcels of a hectare each."""
        park = District()
        for code in ("P", "Q", "R"):
            park.parcel(code, registered_area_m2=30_000.0, holder="甲公司")
        found = park.found("registered_area_repeated")
        assert [each.subject.code for each in found] == ["P", "Q", "R"]
        assert amounts(found[0]) == {
            "recorded_area_m2": 30_000,
            "computed_area_m2": 10_000,
            "together_area_m2": 30_000,
            "parcels": 3,
            "holder": "甲公司",
        }

    def test_equal_lots_and_other_holders_are_none(self) -> None:
        """Two lots that are as large as they say, two holders, nobody named, one deed alone."""
        park = District().parcel("P", registered_area_m2=10_000.0, holder="甲")
        park.parcel("Q", registered_area_m2=10_000.0, holder="甲")
        park.parcel("R", registered_area_m2=30_000.0, holder="乙").parcel(
            "S", registered_area_m2=30_000.0, holder="丙"
        )
        park.parcel("T", registered_area_m2=30_000.0).parcel("U", registered_area_m2=30_000.0)
        assert park.codes("registered_area_rep") == {}

    def test_a_deed_number_names_one_unit(self) -> None:
        """Both are told; who has none is not."""
        park = District().parcel("P", unit_code="U1").parcel("Q", unit_code="U1").parcel("R", unit_code="U2")
        assert park.parcel("S").parcel("T").codes("unit") == {"unit_code_repeated": ["P", "Q"]}

    def test_the_same_figure_on_several_parcels_of_a_firm(self) -> None:
        """Named by the figure or holding the parcel; zero, another amount and another firm are none."""
        park = District().parcel("P").parcel("Q").parcel("R").parcel("S")
        park.holds("E", "P").holds("E", "Q").holds("F", "S")
        park.reports("parcel", "P", 7).reports("parcel", "Q", 7).reports("parcel", "S", 7)
        assert [(each.subject.code, each.metric) for each in park.found("figure_repeated")] == [
            ("P", "tax"),
            ("Q", "tax"),
        ]
        named = District().parcel("P").parcel("Q").parcel("R")
        named.reports("parcel", "P", 7, part_of="E").reports("parcel", "Q", 7, part_of="E")
        named.reports("parcel", "R", 8, part_of="E").reports("parcel", "R", 0, "output", part_of="E")
        assert named.codes("figure_repeated") == {"figure_repeated": ["P", "Q"]}


class TestOrphans:
    """Codes without a counterpart."""

    def test_unknown_parcels_with_the_feed_that_names_them(self) -> None:
        """Each feed by itself; a code that became another names it."""
        park = District().parcel("P").holds("E", "X").holds("F", "X").meter("1", "Y", "E")
        park.row("contracts", parcel_code="Z").reports("parcel", "W", 5).holds("E", "P")
        park.row("successions", old_code="X", new_code="P")
        found = {
            (each.subject.code, each.measured["feed"], each.measured["rows"], each.other and each.other.code)
            for each in park.found("parcel_unknown")
        }
        assert found == {
            ("X", "occupancies", 2, "P"),
            ("Y", "meters", 1, None),
            ("Z", "contracts", 1, None),
            ("W", "figures", 1, None),
        }

    def test_a_parcel_of_another_district_is_known(self) -> None:
        """It is a place, though none that is checked."""
        park = District().parcel("P").row("places", parcel_code="X").holds("E", "X")
        assert park.found("parcel_unknown") == []

    def test_unknown_enterprises_and_branches(self) -> None:
        """A branch has a register of its own."""
        park = District().parcel("P").firm("E").row("branches", uscc="B").holds("E", "P").holds("B", "P")
        park.holds("X", "P").reports("enterprise", "Y", 5).reports("parcel", "P", 5, part_of="Z")
        assert park.codes("enterprise_unknown") == {"enterprise_unknown": ["X", "Y", "Z"]}

    def test_figures_of_who_holds_nothing_and_land_that_nobody_holds(self) -> None:
        """Holding something anywhere is enough; an occupancy of last year is not."""
        park = District().parcel("P").parcel("Q").firm("E").firm("F").holds("E", "P")
        park.reports("enterprise", "E", 5).reports("enterprise", "F", 5).reports(
            "enterprise", "F", 6, "output"
        )
        assert park.codes("enterprise_without", "parcel_without") == {
            "enterprise_without_parcel": ["F"],
            "parcel_without_occupant": ["Q"],
        }
        (found,) = park.found("enterprise_without_parcel")
        assert amounts(found) == {"metrics": 2}


class TestBuildings:
    """Where they stand, and what they add up to."""

    @staticmethod
    def park() -> District:
        """Return two neighbouring hectares with 5,000 m² of floor each."""
        park = District().parcel("P", box(0, 0, 100, 100), floor_area_m2=5_000.0)
        return park.parcel("Q", box(100, 0, 200, 100), floor_area_m2=5_000.0)

    def test_a_building_outside_of_all_parcels(self) -> None:
        """Wholly, or by more than a tenth; a wall's breadth is none."""
        park = self.park().building("B1", box(300, 0, 320, 20)).building("B2", box(-5, 0, 15, 20))
        park.building("B3", box(-0.5, 50, 19.5, 70))
        found = park.found("building_outside")
        assert [(each.subject.code, amounts(each)["outside_share"]) for each in found] == [
            ("B1", 1),
            ("B2", 0.25),
        ]

    def test_a_building_across_two_parcels(self) -> None:
        """With the share on each; a hundredth is none."""
        park = self.park().building("B1", box(85, 0, 105, 20)).building("B2", box(80.2, 50, 100.2, 70))
        (found,) = park.found("building_across")
        assert amounts(found) == {"share": 0.75, "second_share": 0.25, "second_parcel": "Q"}
        assert (found.subject.code, found.other and found.other.code) == ("B1", "P")

    def test_a_building_on_another_parcel_than_recorded(self) -> None:
        """It stands where it stands."""
        park = self.park().building("B1", box(10, 10, 20, 20), "Q").building("B2", box(30, 30, 40, 40), "P")
        assert park.codes("building_elsewhere") == {"building_elsewhere": ["B1"]}

    def test_floors_together_against_the_parcel(self) -> None:
        """A tenth off; of a building without floor area nothing follows."""
        park = (
            self.park()
            .building("B1", box(10, 10, 20, 20), floor=3_000)
            .building("B2", box(30, 30, 40, 40), floor=1_000)
        )
        park.building("B3", box(110, 10, 120, 20), floor=1_000).building("B4", box(130, 30, 140, 40))
        (found,) = park.found("buildings_floor_differs")
        assert found.subject.code == "P"
        assert amounts(found) == {
            "parcel_area_m2": 5_000,
            "buildings_area_m2": 4_000,
            "buildings": 2,
            "difference_m2": 1_000,
        }
        near = self.park().building("B1", box(10, 10, 20, 20), floor=4_600)
        assert near.codes("buildings_") == {}
