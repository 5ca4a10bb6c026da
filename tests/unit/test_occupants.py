"""Who is on a parcel: track, industry, tenants and landlord, and the marks (标识) they carry."""

from datetime import date
from typing import Any

import polars as pl

from service.domain.scheme import Scheme
from tests.support.snapshots import Snapshot, by_parcel, column, indicator, park_of, part, rule, scheme, track

ABOVE_AND_BELOW = scheme(
    track(indicator("above_tax"), code="above", when="above_scale = TRUE"),
    track(indicator("below_tax"), code="below", when="above_scale = FALSE"),
)


class TestTracks:
    """Which rule a parcel is judged by."""

    def test_a_parcel_is_above_scale_if_any_occupant_is(self) -> None:
        """A small tenant does not take the parcel out of the track."""
        park = Snapshot().parcel("P").firm("L", above_scale=True).firm("T", above_scale=False)
        park.holds("L", "P", 1).holds("T", "P", 99).reports("T", tax=1)
        assert column(park.evaluated(ABOVE_AND_BELOW), "track") == ["above"]

    def test_without_any_the_parcel_is_below(self) -> None:
        """All occupants are known to be below scale."""
        park = Snapshot().parcel("P").firm("T", above_scale=False).holds("T", "P", 1).reports("T", tax=1)
        assert column(park.evaluated(ABOVE_AND_BELOW), "track") == ["below"]

    def test_an_unknown_scale_fits_no_track(self) -> None:
        """Neither above nor below is guessed; no indicator is measured, and nobody vouches for anything."""
        park = Snapshot().parcel("P").firm("S", above_scale=False).holds("S", "P", 1)
        results = park.holds("T", "P", 1).reports("T", tax=1).evaluated(ABOVE_AND_BELOW)
        assert column(results, "reason") == ["no_track"]
        assert part(results, "above_tax", "outcome") == part(results, "below_tax", "outcome") == [None]
        assert column(results, "verified") == [None]

    def test_tracks_rank_apart(self) -> None:
        """The first above scale and the first below scale are both first."""
        park = Snapshot()
        for code, above in [("P", True), ("Q", False)]:
            park.parcel(code).firm(code, above_scale=above).holds(code, code, 1).reports(code, tax=5)
        results = park.evaluated(ABOVE_AND_BELOW)
        assert column(results, "rank") == [1, 1]
        assert part(results, "above_tax", "outcome") == ["scored", None]
        assert part(results, "below_tax", "outcome") == [None, "scored"]

    def test_the_first_track_that_fits_takes_the_parcel(self) -> None:
        """Tracks may overlap; the order of the scheme decides."""
        by = scheme(track(code="large", when="land_area > 5000"), track(code="any", when="land_area > 0"))
        results = park_of(1).parcel("Q", 100).holds("E0", "Q", 0).evaluated(by)
        assert column(results, "track") == ["large", "any"]


class TestIndustry:
    """The industry of a parcel."""

    def test_it_is_that_of_the_largest_occupant(self) -> None:
        """By weight; equal weights go by the smaller USCC."""
        park = Snapshot().parcel("P").parcel("Q").firm("A", industry="C13").firm("B", industry="C3411")
        park.holds("A", "P", 1).holds("B", "P", 2).holds("A", "Q", 5).holds("B", "Q", 5)
        assert by_parcel(park.evaluated(scheme()), "scores", "industry") == {"P": "C3411", "Q": "C13"}

    def test_areas_come_before_meters(self) -> None:
        """A weight in watt-hours is not larger than one in square metres because its number is."""
        park = Snapshot().parcel("P").firm("A", industry="13").firm("B", industry="14")
        park.holds("A", "P", 10).holds("B", "P", electricity=10**12)
        assert column(park.evaluated(scheme()), "industry") == ["13"]


def said(park: Snapshot, question: str, **changes: Any) -> bool | None:
    """Return what a rule says of the only parcel: true, false, or unknown."""
    by = scheme(outside=[rule("yes", question), rule("no", f"NOT ({question})")], **changes)
    return {"yes": True, "no": False}.get(column(park.evaluated(by), "reason")[0])


def let() -> Snapshot:
    """Return a parcel of L (above scale) with a tenant T below it and a tenant U above it."""
    park = Snapshot().parcel("P", 10_000).firm("L", industry="34").holds("L", "P", 100)
    park.firm("T", above_scale=False, industry="17").holds("T", "P", 300, role="leased_in")
    park.firm("U", industry="35").holds("U", "P", 200, role="leased_in")
    return park.reports("L", tax=10).reports("T", tax=4).reports("U", tax=2)


class TestTenants:
    """承租企业: who only leases."""

    def test_they_are_counted(self) -> None:
        """All, and those below scale; the landlord is none."""
        assert said(let(), "occupants = 3 AND tenants = 2 AND tenants_below_scale = 1") is True

    def test_who_owns_and_leases_is_no_tenant(self) -> None:
        """A landlord who leases a hall of the neighbour on his own land."""
        park = let().holds("L", "P", 10, role="leased_in")
        assert said(park, "tenants = 2") is True

    def test_a_tenant_of_unknown_scale_counts_as_below(self) -> None:
        """Who is in no register of those above scale."""
        assert said(let().holds("X", "P", 1, role="leased_in"), "tenants_below_scale = 2") is True

    def test_the_landlord_counts_though_everything_is_let(self) -> None:
        """Absent, yet its scale decides about deductions."""
        park = Snapshot().parcel("P").firm("L").holds("L", "P", 50).holds("L", "P", 50, role="leased_out")
        park.firm("T", above_scale=False).holds("T", "P", 50, role="leased_in")
        assert said(park, "landlord_above_scale = TRUE AND occupants = 1 AND above_scale = FALSE") is True

    def test_without_a_landlord_its_scale_is_unknown(self) -> None:
        """Everybody here leases."""
        park = Snapshot().parcel("P").firm("T").holds("T", "P", 50, role="leased_in")
        assert said(park, "landlord_above_scale = TRUE") is None

    def test_merged_the_figures_of_all_are_the_parcels(self) -> None:
        """Unless the scheme says otherwise."""
        results = let().evaluated(scheme())
        assert column(results, "tax__amount") == [16]
        assert column(results, "industry") == ["17"]


class TestFollowers:
    """Tenants below scale that take the landlord's grade (规下随业主)."""

    @staticmethod
    def scheme(**changes: Any) -> Scheme:
        """Return tax per mu where tenants below scale follow their landlord."""
        return scheme(tenants={"treatment": "follow_landlord"}, **changes)

    def test_they_bring_no_figures(self) -> None:
        """Tenants above scale and the landlord do; industry is that of the largest of these."""
        results = let().evaluated(self.scheme())
        assert column(results, "tax__amount") == [12]
        assert column(results, "industry") == ["35"]

    def test_what_they_reported_stays_in_the_reconciliation(self) -> None:
        """Placed on the parcel, and counted there for nobody's score."""
        results = let().evaluated(self.scheme())
        row = results["reconciliation"].row(by_predicate=pl.col("uscc") == "T", named=True)
        assert (row["tax__reported"], row["tax__allocated"]) == (4, 4)
        assert results["holdings"].filter(uscc="T")["tax__amount"].to_list() == [4]
        assert results["unallocated"].height == 0

    def test_a_figure_of_theirs_for_the_parcel_counts_no_more(self) -> None:
        """A meter of the tenant; a meter of the landlord does."""
        park = let().metered("P", "T", tax=3).metered("P", "L", tax=6)
        assert column(park.evaluated(self.scheme()), "tax__amount") == [12]
        assert column(park.evaluated(scheme()), "tax__amount") == [16]

    def test_they_owe_no_figures(self) -> None:
        """Coverage asks those whose figures count; in the register all should be."""
        covered = let().evaluated(self.scheme())["coverage"].row(0, named=True)
        assert (covered["tax__have"], covered["tax__need"], covered["tax__reason"]) == (2, 2, None)
        assert (covered["enterprise__have"], covered["enterprise__need"]) == (3, 3)

    def test_their_scale_does_not_decide_about_the_track(self) -> None:
        """An unknown tenant follows, and leaves the landlord's scale as it is."""
        park = Snapshot().parcel("P").firm("L", above_scale=False).holds("L", "P", 1)
        park.holds("X", "P", 1, role="leased_in")
        assert said(park, "above_scale = FALSE", tenants={"treatment": "follow_landlord"}) is True
        assert said(park, "above_scale = FALSE") is None

    def test_a_parcel_of_followers_alone_has_no_figures(self) -> None:
        """The landlord is away and reported nothing: nobody speaks for the parcel."""
        park = Snapshot().parcel("P").firm("T", above_scale=False).holds("T", "P", 1, role="leased_in")
        results = park.reports("T", tax=4).evaluated(self.scheme())
        assert column(results, "reason") == ["no_figures"]


class TestMarks:
    """标识: what a firm or a parcel carries, as the figure 1."""

    def test_rules_read_how_many_occupants_carry_it(self) -> None:
        """Two of three; a mark of zero is none."""
        park = let().reports("L", high_tech=1).reports("T", high_tech=1).reports("U", high_tech=0)
        assert said(park, "high_tech = 2") is True

    def test_a_parcel_may_carry_it_itself(self) -> None:
        """Illegal building is found on land."""
        assert said(Snapshot().parcel("P").metered("P", illegal_building=1), "illegal_building = 1") is True

    def test_nobody_carries_what_nobody_recorded(self) -> None:
        """Not unknown: a list of high-tech firms names those that are."""
        assert said(let(), "high_tech > 0") is False

    def test_it_is_not_apportioned(self) -> None:
        """A firm on two parcels carries it on both."""
        by = scheme(track(when="high_tech = 1"))
        park = Snapshot().parcel("P").parcel("Q").firm("E").reports("E", tax=10, high_tech=1)
        results = park.holds("E", "P", 1).holds("E", "Q", 3).evaluated(by)
        assert column(results, "track") == ["all", "all"]
        assert column(results, "tax__amount") == [2, 8]

    def test_it_is_of_those_who_are_there(self) -> None:
        """A landlord who let everything, or a firm that left before the period, carries nothing here."""
        park = Snapshot().parcel("P").firm("L").holds("L", "P", 5).holds("L", "P", 5, role="leased_out")
        park.firm("G").holds("G", "P", 1, until=date(2022, 12, 31))
        park.reports("L", high_tech=1).reports("G", high_tech=1)
        assert said(park, "high_tech = 0") is True

    def test_it_is_no_metric_of_the_results(self) -> None:
        """Neither scores nor coverage nor reconciliation have a column of it."""
        by = scheme(track(bonuses=[rule("tech", "high_tech > 0", points=1)]))
        results = let().reports("L", high_tech=1).metered("P", illegal_building=1).evaluated(by)
        names = {name for table in results.values() for name in table.columns}
        assert not {name for name in names if name.startswith("high_tech")}
        assert by.metrics == ("tax",)
        assert by.marks == ("high_tech",)

    def test_a_mark_of_a_parcel_brings_nothing_to_it(self) -> None:
        """No row of holdings stands there without an amount."""
        by = scheme(track(bonuses=[rule("tech", "illegal_building > 0", points=1)]))
        results = let().metered("P", illegal_building=1).evaluated(by)
        assert "direct" not in results["holdings"]["basis"].to_list()
