"""What levers read of an evaluation."""

from pathlib import Path

import pytest

from service.errors import NotFound
from service.jobs.evaluating import evaluate
from service.jobs.levers.evaluated import evaluated
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.support.parks import hand_over_small_park


def test_amounts_come_in_their_units(database: Database, tmp_path: Path) -> None:
    """Every metric of the scheme is a column in its own unit, areas are square metres, ratios plain."""
    hand_over_small_park(database, tmp_path)
    run = evaluate(database, shipped_scheme("parcel"), "2023")
    with database.reading() as connection:
        read = evaluated(connection, run.id)
        parcels = {row["parcel_code"]: row for row in read.parcels.to_dicts()}
        assert read.head["district"] == "330299"
        assert set(read.holdings["parcel_code"]) >= {"P1", "P2"}
    assert parcels["P1"]["tax"] == 300.0  # three quarters of 400, by floor area
    assert parcels["P2"]["tax"] == 150.0
    assert parcels["P1"]["land_area_m2"] == 10_000
    assert parcels["P1"]["far_limit"] == 2
    assert parcels["P1"]["town"] == "east"
    assert parcels["P3"]["status"] == "not_scored"


def test_an_evaluation_that_is_not_there(database: Database) -> None:
    """It is said, not guessed."""
    with database.reading() as connection, pytest.raises(NotFound):
        evaluated(connection, 77)
