"""Coverage: what each feed gave for each parcel, and what it still owes."""

from datetime import date

from tests.support.snapshots import Snapshot, scheme

TAX = scheme()


def coverage(park: Snapshot, code: str = "P") -> dict[str, tuple[str, int, int, str | None]]:
    """Return, per feed, status, have, need and reason of a parcel."""
    rows = park.evaluated(TAX)["coverage"].filter(parcel_code=code)
    return {
        row["feed"]: (row["status"], row["have"], row["need"], row["reason"])
        for row in rows.iter_rows(named=True)
    }


def test_everything_given_is_complete() -> None:
    """Two occupants, both registered, both reported."""
    park = Snapshot().parcel("P")
    for uscc in "EF":
        park.firm(uscc).holds(uscc, "P", 1).reports(uscc, tax=1)
    assert coverage(park) == {
        "land_area": ("complete", 1, 1, None),
        "occupancy": ("complete", 2, 2, None),
        "enterprise": ("complete", 2, 2, None),
        "tax": ("complete", 2, 2, None),
    }
    assert park.evaluated(TAX)["scores"]["missing_feeds"].to_list() == [""]


def test_an_empty_parcel_misses_everything_but_its_area() -> None:
    """Nobody is known, so somebody still owes."""
    assert coverage(Snapshot().parcel("P")) == {
        "land_area": ("complete", 1, 1, None),
        "occupancy": ("missing", 0, 1, "no_occupant"),
        "enterprise": ("missing", 0, 1, "no_occupant"),
        "tax": ("missing", 0, 1, "no_occupant"),
    }


def test_one_of_two_is_partial() -> None:
    """An occupant outside the register who reported nothing."""
    park = Snapshot().parcel("P").firm("E").holds("E", "P", 1).reports("E", tax=1).holds("F", "P", 1)
    found = coverage(park)
    assert found["enterprise"] == ("partial", 1, 2, "not_in_register")
    assert found["tax"] == ("partial", 1, 2, "not_reported")
    assert park.evaluated(TAX)["scores"]["missing_feeds"].to_list() == ["enterprise,tax"]


def test_a_gap_in_time_is_partial() -> None:
    """Holdings since July say nothing of June."""
    park = Snapshot().parcel("P").holds("E", "P", 1, since=date(2023, 7, 1))
    assert coverage(park)["occupancy"] == ("partial", 1, 1, "partial_occupancy")


def test_a_figure_that_cannot_be_placed_is_not_given() -> None:
    """Reported, yet it does not reach the parcel."""
    park = Snapshot().parcel("P").parcel("Q").holds("E", "P", share=0.9).holds("E", "Q", share=0.9)
    assert coverage(park.reports("E", tax=1))["tax"] == ("missing", 0, 1, "not_placed")


def test_a_figure_for_the_parcel_settles_the_metric() -> None:
    """With or without occupants."""
    assert coverage(Snapshot().parcel("P").metered("P", tax=1))["tax"] == ("complete", 1, 1, None)
    park = Snapshot().parcel("P").holds("E", "P", 1).holds("F", "P", 1).metered("P", tax=1)
    assert coverage(park)["tax"] == ("complete", 2, 2, None)


def test_a_meter_speaks_for_its_enterprise_only() -> None:
    """The other tenant still owes."""
    park = Snapshot().parcel("P").holds("E", "P", 1).holds("F", "P", 1).metered("P", "E", tax=1)
    assert coverage(park)["tax"] == ("partial", 1, 2, "not_reported")


def test_a_meter_of_somebody_else_counts_too() -> None:
    """A figure that is part of a firm which nobody saw there settles what the parcel owes."""
    park = Snapshot().parcel("P").parcel("Q").holds("E", "Q", 1).reports("E", tax=9).metered("P", "E", tax=1)
    assert coverage(park)["tax"] == ("complete", 1, 1, None)


def test_a_missing_area_is_named() -> None:
    """Neither kind is recorded."""
    assert coverage(Snapshot().parcel("P", None))["land_area"] == ("missing", 0, 1, "land_area_missing")
