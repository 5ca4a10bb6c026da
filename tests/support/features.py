"""Parcels and scores for tests of the GIS face: small parks with known geometry and values."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import shapely
from sqlalchemy import Connection, update

from service.domain.measures import MeasureKind, MeasureState
from service.store import bulk, measures
from service.store.models import Barrier, Building, Evaluation, Parcel, Score
from tests.support.records import add_batch, add_evaluation, square

TOWNS = ("东城", "西城", "北仑")


def add_parcels(
    connection: Connection, geometries: Iterable[shapely.Geometry], *, prefix: str = "P", **batch: Any
) -> list[str]:
    """Write parcels of these shapes and return their codes: prefix and number."""
    columns = ("code", "district", "town", "far", "geodesic_area_m2", "source_row_id", "geom")
    source_row = add_batch(connection, sha256=prefix.ljust(64, "0"), **batch)
    rows = []
    for number, geometry in enumerate(geometries):
        shape = geometry if geometry.geom_type == "MultiPolygon" else shapely.MultiPolygon([geometry])
        town, far = TOWNS[number % 3], None if number % 5 == 4 else number / 8
        rows.append((f"{prefix}{number:05}", "园区", town, far, 7000.25, source_row, shapely.to_wkb(shape)))
    bulk.insert(connection, Parcel.__table__, columns, rows)
    return [row[0] for row in rows]


def add_scores(
    connection: Connection,
    count: int,
    *,
    prefix: str = "P",
    period: str = "2023",
    district: str = "园区",
    published: datetime | None = datetime(2024, 3, 1, tzinfo=UTC),
    evaluation: int | None = None,
) -> int:
    """Write an evaluation, or more rows of a draft, with so many scores on the grid and return its id.

    Grades go A, B, C, D in turn, points are the number and an eighth, every third is low-efficiency, every
    seventh could be built on, every tenth is not scored. ``published`` None leaves a draft.
    """
    if evaluation is None:
        run = f"{district} {period} {count} {prefix}"
        evaluation = add_evaluation(connection, parcels=count, district=district, period=period, run_hash=run)
    else:
        published = None
    columns = (
        *("evaluation_id", "parcel_code", "district", "town", "period", "status", "reason", "points", "rank"),
        *("grade", "low_efficiency", "far_uplift", "land_area_m2", "low_efficiency_reasons", "geom"),
    )
    rows = []
    for number in range(count):
        scored = number % 10 != 9
        low = number % 3 == 0
        result = (number + 0.125, number + 1, "ABCD"[number % 4], low, number % 7 == 0, 5000.5)
        result = (*result, "vacant" if low else "")
        rows.append(
            (
                *(evaluation, f"{prefix}{number:05}", district, TOWNS[number % 3], period),
                *(("scored", None) if scored else ("not_scored", "no_figures")),
                *(result if scored else (None,) * len(result)),
                shapely.to_wkb(square(number % 10, number // 10)),
            )
        )
    bulk.insert(connection, Score.__table__, columns, rows)
    if published is not None:
        publishing = update(Evaluation).where(Evaluation.id == evaluation)
        connection.execute(publishing.values(status="published", published_at=published))
    return evaluation


def add_buildings(
    connection: Connection, count: int, shapes: Sequence[shapely.Geometry] | None = None
) -> None:
    """Write a building of five floors in the middle of each of so many parcels of the grid, or of shapes."""
    columns = (
        "code",
        "parcel_code",
        "use",
        "floors",
        "completed_on",
        "geodesic_area_m2",
        "source_row_id",
        "geom",
    )
    source_row = add_batch(connection, feed="buildings", sha256="b" * 64)
    rows = []
    for number in range(count):
        outline = square(number % 10, number // 10).buffer(-0.0003, join_style="mitre")
        shape = shapely.to_wkb(shapes[number] if shapes else shapely.MultiPolygon([outline]))
        named = (f"B{number:05}", f"P{number:05}" if number % 2 else None, "厂房", 5)
        rows.append((*named, date(2010, 1, 1 + number), 440.5, source_row, shape))
    bulk.insert(connection, Building.__table__, columns, rows)


def add_barriers(
    connection: Connection, count: int, shapes: Sequence[shapely.Geometry] | None = None
) -> None:
    """Write so many barriers, lines along the southern edge of the grid or shapes, of every kind in turn."""
    source_row = add_batch(connection, feed="barriers", sha256="d" * 64)
    kinds = ("river", "railway", "expressway", "boundary", "other")
    rows = []
    west, south, east, _ = square(0, 0).bounds
    for number in range(count):
        along = south - 0.00002 * (number + 1)
        line = shapely.LineString([(west, along), (east + 0.02, along)])
        shape = shapely.to_wkb(shapes[number] if shapes else shapely.MultiLineString([line]))
        rows.append((f"Z{number:02}", kinds[number % 5], f"阻隔{number}", source_row, shape))
    bulk.insert(connection, Barrier.__table__, ("code", "kind", "name", "source_row_id", "geom"), rows)


def add_measures(connection: Connection, count: int) -> None:
    """Write so many measures, each about two neighbours of the grid, in every kind and state in turn."""
    moment = datetime(2024, 6, 1, tzinfo=UTC)
    for number in range(count):
        values = {
            "kind": tuple(MeasureKind)[number % len(MeasureKind)].value,
            "state": tuple(MeasureState)[number % len(MeasureState)].value,
            "district": "园区",
            "title": f"事项{number}",
            "office": "招商局" if number % 2 else None,
            "due_on": date(2024, 7, 1 + number),
            "expected_floor_area_added_m2": 100.5 * number,
            "expected_tax_gained": 123_456_789 * number,
            "created_at": moment,
            "created_by": "office",
            "updated_at": moment,
        }
        codes = [f"P{number:05}", f"P{number + 1:05}"]
        measure = measures.add(connection, values, codes)
        step = {"from_state": None, "to_state": values["state"], "changes": "{}", "note": None}
        day = moment.date()
        measures.add_step(connection, measure_id=measure, at=moment, by="office", happened_on=day, **step)


def grid(count: int, columns: int = 10) -> list[shapely.MultiPolygon]:
    """So many squares of the grid."""
    return [square(number % columns, number // columns) for number in range(count)]
