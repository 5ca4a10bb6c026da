"""Real registers through the importer: the control totals of their own description come out of the store."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from service.domain.hand_overs import Feed, ImportReport
from service.feeds.mappings.mapping import read_mapping
from service.jobs.importing import import_file
from service.store.database import Database
from service.store.models import Figure, Parcel, SourceRow
from service.store.spatial import wkb
from tests.shared_data import SHARED_DATA, needs_shared_data

pytestmark = needs_shared_data

MAPPINGS = Path(__file__).parents[1] / "data"
NYC = SHARED_DATA / "nyc_ibz_lots.gpkg"
HANGZHOU = SHARED_DATA / "hangzhou_industrial_osm.gpkg"

CONTROL_TOTALS = {
    # zone: lots, lot hectares, floor hectares, assessed million US$, as printed
    "long-island-city": (1179, "196.6", "271.6", "1820.6"),
    "maspeth": (813, "247.9", "166.0", "1007.4"),
    "north-bk": (1249, "294.4", "167.5", "1151.4"),
}


def hand_over(database: Database, feed: Feed, path: Path, mapping: str) -> ImportReport:
    """Import a real file by a mapping kept with the tests."""
    return import_file(database, feed, path, mapping=read_mapping(MAPPINGS / mapping))


def printed(total: float | Decimal) -> str:
    """Round to one decimal, as the description does."""
    return f"{Decimal(str(total)):.1f}"


def test_the_control_totals_of_new_york_come_out_of_the_store(database: Database) -> None:
    """Lots, lot hectares, floor hectares and assessed millions per zone agree to the printed digit."""
    lots = hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    figures = hand_over(database, Feed.FIGURES, NYC, "nyc-figures.yaml")
    assert (lots.read, lots.accepted, figures.accepted) == (3772, 3772, 3772)
    with database.reading() as connection:
        found = connection.execute(
            select(
                Parcel.town,
                func.count(),
                func.sum(Parcel.registered_area_m2) / 10_000,
                func.sum(Parcel.floor_area_m2) / 10_000,
                func.sum(Figure.value),
            )
            .join(Figure, Figure.subject_code == Parcel.code)
            .where(Parcel.district == "NYC", Figure.period == "2023", Figure.metric == "output")
            .group_by(Parcel.town)
        ).all()
    totals = {
        town: (count, printed(lot), printed(floor), printed(Decimal(int(fen)) / 100 / 1_000_000))
        for town, count, lot, floor, fen in found
    }
    assert {zone: totals[zone] for zone in CONTROL_TOTALS} == CONTROL_TOTALS
    assert sum(count for count, *_ in totals.values()) == 3772


def test_the_quirks_of_new_york_are_kept_not_dropped(database: Database) -> None:
    """Lots without area, limit or building, and those above their limit, are imported as recorded."""
    hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    with database.reading() as connection:

        def count(*conditions: object) -> int:
            return connection.execute(select(func.count()).where(*conditions)).scalar_one()  # type: ignore[arg-type]

        assert count(Parcel.registered_area_m2 == 0) == 4
        assert count(Parcel.far_limit == 0) == 11
        assert count(Parcel.far > Parcel.far_limit) == 111
        assert count(Parcel.floor_area_m2 == 0) == 827
        assert count(Parcel.land_use == "industrial") == 1836
        assert count(Parcel.land_use.is_(None)) == 182
        differing = func.abs(Parcel.registered_area_m2 - Parcel.geodesic_area_m2)
        assert count(differing > 0.1 * Parcel.geodesic_area_m2) == 452


def test_new_york_lies_where_it_should(database: Database) -> None:
    """US survey feet become degrees within the city; geodesic and planar areas agree to 0.1 %."""
    hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    with database.reading() as connection:
        query = select(wkb(Parcel.geom), Parcel.geodesic_area_m2, SourceRow.content)
        rows = connection.execute(query.join(SourceRow, SourceRow.id == Parcel.source_row_id)).all()
    west, south, east, north = shapely.total_bounds(shapely.from_wkb([bytes(blob) for blob, _, _ in rows]))
    assert -74.26 < west < east < -73.69
    assert 40.49 < south < north < 40.92
    planar = shapely.area(shapely.from_wkb([json.loads(content)["@geometry"] for _, _, content in rows]))
    # some lots are slivers of a hand’s breadth: areas are kept to 0.01 m²
    assert planar * (1200 / 3937) ** 2 == pytest.approx(
        np.array([area for _, area, _ in rows]), rel=1e-3, abs=0.01
    )


def test_new_york_twice_changes_nothing(database: Database) -> None:
    """The second hand-over of the same file is recognised, and the data version stays."""
    first = hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    with database.reading() as connection:
        version = database.data_version(connection)
    again = hand_over(database, Feed.PARCELS, NYC, "nyc-parcels.yaml")
    assert (again.batch_id, again.duplicate) == (None, 3772)
    assert f"batch {first.batch_id}" in again.notes[0]
    with database.reading() as connection:
        assert database.data_version(connection) == version


def test_hangzhou_is_imported_as_another_district(database: Database) -> None:
    """All 540 polygons are valid, their codes differ, and 181 of them have no name."""
    report = hand_over(database, Feed.PARCELS, HANGZHOU, "hangzhou-parcels.yaml")
    assert (report.read, report.accepted, report.held) == (540, 540, 0)
    assert report.district == "330100"
    with database.reading() as connection:
        query = select(Parcel.name, Parcel.geodesic_area_m2, SourceRow.content)
        rows = connection.execute(query.join(SourceRow, SourceRow.id == Parcel.source_row_id)).all()
    assert sum(name is None for name, _, _ in rows) == 181
    recorded = [float(json.loads(content)["area_m2"]) for _, _, content in rows]
    # the file's author measured in another projection
    assert [area for _, area, _ in rows] == pytest.approx(recorded, rel=2e-4)
