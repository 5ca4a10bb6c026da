"""Coverage: what each feed gave for each parcel, and what it still owes."""

from datetime import date

import polars as pl

from service.domain.scheme import Scheme
from service.domain.tables import feed_names
from tests.support.snapshots import Snapshot, column, indicator, scheme, track

TAX = scheme()


def coverage(park: Snapshot, code: str = "P", by: Scheme = TAX) -> dict[str, tuple[int, int, str | None]]:
    """Return, per feed, have, need and reason of a parcel."""
    row = park.evaluated(by)["coverage"].row(by_predicate=pl.col("parcel_code") == code, named=True)
    return {
        feed: (row[f"{feed}__have"], row[f"{feed}__need"], row[f"{feed}__reason"])
        for feed in feed_names(by.metrics)
    }


def test_everything_given_is_complete() -> None:
    """Two occupants, both registered, both reported."""
    park = Snapshot().parcel("P")
    for uscc in "EF":
        park.firm(uscc).holds(uscc, "P", 1).reports(uscc, tax=1)
    assert coverage(park) == {
        "land_area": (1, 1, None),
        "occupancy": (2, 2, None),
        "enterprise": (2, 2, None),
        "tax": (2, 2, None),
    }
    assert column(park.evaluated(TAX), "missing_feeds") == [""]


def test_an_empty_parcel_misses_everything_but_its_area() -> None:
    """Nobody is known, so somebody still owes."""
    assert coverage(Snapshot().parcel("P")) == {
        "land_area": (1, 1, None),
        "occupancy": (0, 1, "no_occupant"),
        "enterprise": (0, 1, "no_occupant"),
        "tax": (0, 1, "no_occupant"),
    }


def test_one_of_two_is_partial() -> None:
    """An occupant outside the register who reported nothing."""
    park = Snapshot().parcel("P").firm("E").holds("E", "P", 1).reports("E", tax=1).holds("F", "P", 1)
    found = coverage(park)
    assert found["enterprise"] == (1, 2, "not_in_register")
    assert found["tax"] == (1, 2, "not_reported")
    assert column(park.evaluated(TAX), "missing_feeds") == ["enterprise,tax"]


def test_a_gap_in_time_is_partial() -> None:
    """Holdings since July say nothing of June."""
    park = Snapshot().parcel("P").holds("E", "P", 1, since=date(2023, 7, 1))
    assert coverage(park)["occupancy"] == (1, 1, "partial_occupancy")


def test_a_figure_that_cannot_be_placed_is_not_given() -> None:
    """Reported, yet it does not reach the parcel."""
    park = Snapshot().parcel("P").parcel("Q").holds("E", "P", share=0.9).holds("E", "Q", share=0.9)
    assert coverage(park.reports("E", tax=1))["tax"] == (0, 1, "not_placed")


def test_a_figure_for_the_parcel_settles_the_metric() -> None:
    """With or without occupants."""
    assert coverage(Snapshot().parcel("P").metered("P", tax=1))["tax"] == (1, 1, None)
    park = Snapshot().parcel("P").holds("E", "P", 1).holds("F", "P", 1).metered("P", tax=1)
    assert coverage(park)["tax"] == (2, 2, None)


def test_a_meter_speaks_for_its_enterprise_only() -> None:
    """The other tenant still owes."""
    park = Snapshot().parcel("P").holds("E", "P", 1).holds("F", "P", 1).metered("P", "E", tax=1)
    assert coverage(park)["tax"] == (1, 2, "not_reported")


def test_a_meter_of_somebody_else_counts_too() -> None:
    """A figure that is part of a firm which nobody saw there settles what the parcel owes."""
    park = Snapshot().parcel("P").parcel("Q").holds("E", "Q", 1).reports("E", tax=9).metered("P", "E", tax=1)
    assert coverage(park)["tax"] == (1, 1, None)


def test_a_missing_area_is_named() -> None:
    """Neither kind is recorded."""
    assert coverage(Snapshot().parcel("P", None))["land_area"] == (0, 1, "land_area_missing")


def test_a_fallback_area_is_partial() -> None:
    """Another kind of area than the first that the scheme wants."""
    by = scheme(land_area=["surveyed", "registered"])
    assert coverage(Snapshot().parcel("P"), by=by)["land_area"] == (1, 1, "area_fallback")
    assert coverage(Snapshot().parcel("P", surveyed_area=1), by=by)["land_area"] == (1, 1, None)


def test_every_metric_of_every_track_is_a_feed() -> None:
    """In alphabetical order behind area, occupancy and register, whatever track the parcel is in."""
    by = scheme(
        track(indicator(), code="above", when="above_scale = TRUE"),
        track(indicator("out", numerator="output"), code="rest"),
    )
    park = Snapshot().parcel("P").firm("E").holds("E", "P", 1).reports("E", tax=1)
    assert coverage(park, by=by) == {
        "land_area": (1, 1, None),
        "occupancy": (1, 1, None),
        "enterprise": (1, 1, None),
        "output": (0, 1, "not_reported"),
        "tax": (1, 1, None),
    }
    assert column(park.evaluated(by), "missing_feeds") == ["output"]


def test_letting_more_than_is_held_is_partial() -> None:
    """The tenants are there; the landlord's areas contradict each other."""
    park = Snapshot().parcel("P").holds("L", "P", 1).holds("L", "P", 5, role="leased_out")
    assert coverage(park.holds("T", "P", 5, role="leased_in"))["occupancy"] == (1, 1, "leased_out_exceeds")
