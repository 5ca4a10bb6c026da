"""Findings (疑点): what a person should look at before anybody acts on a score."""

from typing import Any

from service.domain.scheme import Scheme
from tests.support.snapshots import WAN, Snapshot, indicator, park_of, scheme, track

TAX = scheme(track(indicator(benchmark={"method": "fixed", "value": 10})))


def found(park: Snapshot, by: Scheme = TAX) -> list[tuple[Any, ...]]:
    """Return the findings in canonical order."""
    return park.evaluated(by)["findings"].rows()


def repeated(*codes: str, amount: int = 7) -> list[tuple[Any, ...]]:
    """Return the findings that these parcels repeat a total."""
    return [("repeated_total", "parcel", code, "tax", amount) for code in codes]


def test_nothing_strange_is_no_finding() -> None:
    """Also where there is nobody."""
    assert found(park_of(5, 7)) == found(Snapshot()) == found(Snapshot().parcel("P")) == []


class TestRepeatedTotals:
    """The same total on several parcels, as when it is written on every deed."""

    @staticmethod
    def park() -> Snapshot:
        """Return three parcels, of which E holds P and Q."""
        park = Snapshot().parcel("P").parcel("Q").parcel("R").firm("E")
        return park.holds("E", "P", 1).holds("E", "Q", 1)

    def test_named_by_the_figure(self) -> None:
        """Both say that they are part of E, whoever holds what."""
        park = self.park().metered("P", "E", tax=7).metered("R", "E", tax=7)
        assert found(park) == repeated("P", "R")

    def test_known_by_the_holder(self) -> None:
        """Figures of the parcels themselves, both held by E."""
        assert found(self.park().metered("P", tax=7).metered("Q", tax=7)) == repeated("P", "Q")

    def test_named_by_one_and_held_by_the_same(self) -> None:
        """One way or the other, it is E's."""
        assert found(self.park().metered("P", "E", tax=7).metered("Q", tax=7)) == repeated("P", "Q")

    def test_different_amounts_are_none(self) -> None:
        """Each parcel has its own figure."""
        assert found(self.park().metered("P", tax=7).metered("Q", tax=8)) == []

    def test_equal_amounts_of_different_firms_are_none(self) -> None:
        """Two small firms may well pay the same; R has another holder."""
        park = self.park().firm("F").holds("F", "R", 1)
        assert found(park.metered("P", tax=7).metered("R", tax=7)) == []
        assert found(park.metered("P", "E", tax=7).metered("R", "F", tax=7)) == []

    def test_zero_is_none(self) -> None:
        """Nothing reported for several parcels repeats nothing."""
        assert found(self.park().metered("P", tax=0).metered("Q", tax=0)) == []

    def test_one_parcel_repeats_nothing(self) -> None:
        """The parcel's own figure and that of its holder are the same land."""
        assert found(self.park().metered("P", "E", tax=7).metered("P", tax=7)) == []

    def test_two_holders_are_one_finding(self) -> None:
        """Who shares both parcels does not double it."""
        park = self.park().firm("F").holds("F", "P", 1).holds("F", "Q", 1)
        assert found(park.metered("P", tax=7).metered("Q", tax=7)) == repeated("P", "Q")

    def test_each_metric_by_itself(self) -> None:
        """Tax differs, output repeats."""
        both = scheme(track(indicator(), indicator("out", numerator="output", weight=0)))
        park = self.park().metered("P", tax=7, output=9).metered("Q", tax=8, output=9)
        rows = [row for row in found(park, both) if row[0] == "repeated_total"]
        assert [row[2:] for row in rows] == [("P", "output", 9), ("Q", "output", 9)]


def test_parcels_that_report_more_than_their_firm() -> None:
    """The amount is the excess."""
    park = Snapshot().parcel("P").firm("E").holds("E", "P", 1).reports("E", tax=1000)
    assert found(park.metered("P", "E", tax=1400)) == [
        ("direct_exceeds_reported", "enterprise", "E", "tax", 400)
    ]
    park = Snapshot().parcel("P").firm("E").holds("E", "P", 1).reports("E", tax=1000)
    assert found(park.metered("P", "E", tax=1000)) == []


def test_a_negative_amount() -> None:
    """A refund above the year's tax, with the amount of the parcel."""
    assert found(park_of(-3, 0)) == [("negative_amount", "parcel", "P0", "tax", -3 * WAN)]


class TestGroups:
    """Groups that compare nobody."""

    def test_a_group_of_one(self) -> None:
        """Who is alone in its town stands at its own benchmark."""
        by = scheme(track(indicator(benchmark={"method": "mean", "over": ["town"]})))
        park = park_of(5, 7).parcel("Q", town="west").holds("E0", "Q", 1)
        assert found(park, by) == [("single_member_group", "group", "all · west", "tax_per_mu", None)]

    def test_a_group_that_gave_way_is_none(self) -> None:
        """It was compared within the wider group."""
        wider = {"method": "mean", "over": ["town"], "smallest": 2}
        park = park_of(5, 7).parcel("Q", town="west").holds("E0", "Q", 1)
        assert found(park, scheme(track(indicator(benchmark=wider)))) == []

    def test_a_track_of_one_is_one_though_nothing_is_wider(self) -> None:
        """The last resort compares nobody either."""
        wider = {"method": "mean", "over": ["town"], "smallest": 2}
        rows = found(park_of(5, town="east"), scheme(track(indicator(benchmark=wider))))
        assert rows == [("single_member_group", "group", "all", "tax_per_mu", None)]

    def test_a_group_of_equals_by_min_max(self) -> None:
        """All have the whole weight, which says nothing of anybody."""
        by = scheme(track(indicator(method="min_max", benchmark={"method": "range"})))
        assert found(park_of(5, 5), by) == [("all_values_equal", "group", "all", "tax_per_mu", None)]
        assert found(park_of(5, 6), by) == []
