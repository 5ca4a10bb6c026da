"""What the consistency checks read: registers, survey, meters and outlines, as the store has them now.

What is named of a district comes along with what is named and known nowhere, which belongs to no district.
Parcels of other districts come as neighbours where they meet the district's envelope.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
import shapely
from sqlalchemy import ColumnElement, Connection, Select, select, true

from service.store.frames import frame
from service.store.models import (
    Branch,
    Building,
    Enterprise,
    EnterpriseRating,
    Figure,
    GrantContract,
    Meter,
    Occupancy,
    Parcel,
    ParcelSuccession,
    Score,
)
from service.store.spatial import intersects_bbox, wkb

_AREAS = ("registered", "approved", "contract", "surveyed", "geodesic", "floor", "footprint")
_PARCEL_TEXTS = ("district", "town", "unit_code", "holder")
_PARCEL_NUMBERS = (*(f"{name}_area_m2" for name in _AREAS), "far", "far_limit", "coverage_max")
_METER = ("kind", "meter", "parcel_code", "uscc")

Outlines = dict[str, Any]


class Found(NamedTuple):
    """Tables by name, with the columns of `service.quality.tables`, and outlines by code."""

    frames: dict[str, pl.DataFrame]
    outlines: Outlines
    neighbours: Outlines
    buildings: Outlines


def read(
    connection: Connection, district: str | None, period: str, evaluation_id: int | None = None
) -> Found:
    """Return everything that is checked of a district, or of all of them.

    :param connection: of `service.store.database.Database.reading`
    :param period: the year of figures and ratings
    :param evaluation_id: whose grades are set beside the ratings, if any
    """
    frames = read_tables(connection, district, period, evaluation_id)
    here = true() if district is None else Parcel.district == district
    outlines = _outlines(connection, Parcel.code, Parcel.geom, here)
    neighbours: Outlines = {}
    buildings = _outlines(connection, Building.code, Building.geom, true())
    if district is not None and outlines:
        bounds = [float(edge) for edge in shapely.total_bounds(list(outlines.values()))]
        near = intersects_bbox(Parcel.geom, bounds[0], bounds[1], bounds[2], bounds[3])
        neighbours = _outlines(connection, Parcel.code, Parcel.geom, (Parcel.district != district) & near)
        buildings = _near(buildings, bounds)
    # a building without an outline of ours may still be recorded on one of our parcels
    named = frames["buildings"]
    here_or_named = pl.col("building_code").is_in(list(buildings)) | pl.col("parcel_code").is_in(
        list(outlines)
    )
    frames["buildings"] = named if district is None else named.filter(here_or_named)
    return Found(frames, outlines, neighbours, buildings)


def _near(shapes: Outlines, bounds: Sequence[float]) -> Outlines:
    if not shapes:
        return shapes
    around = shapely.box(*bounds)
    meets = shapely.intersects(list(shapes.values()), around).tolist()
    return {code: shape for (code, shape), near in zip(shapes.items(), meets, strict=True) if near}


def read_tables(
    connection: Connection, district: str | None, period: str, evaluation_id: int | None = None
) -> dict[str, pl.DataFrame]:
    """Return the tables alone; parameters as for `read`."""
    numbers = {name: getattr(Parcel, name) for name in _PARCEL_NUMBERS}
    texts = {name: getattr(Parcel, name) for name in _PARCEL_TEXTS}
    parcels = frame(
        connection,
        select(Parcel.code, *texts.values(), *numbers.values()),
        {"parcel_code": "str", **dict.fromkeys(texts, "str"), **dict.fromkeys(numbers, "float")},
    )
    places = parcels.select("parcel_code")
    here = parcels if district is None else parcels.filter(pl.col("district") == district)
    elsewhere = places.join(here, on="parcel_code", how="anti")
    occupancies = _occupancies(connection)
    meters = _meters(connection)
    contracts, buildings, figures = (
        _contracts(connection),
        _buildings(connection),
        _figures(connection, period),
    )
    if district is not None:
        ours = meters.join(elsewhere, on="parcel_code", how="anti").select("kind", "meter").unique()
        meters = meters.join(ours, on=["kind", "meter"], how="semi")
        figures = figures.join(
            elsewhere.with_columns(subject_kind=pl.lit("parcel")),
            left_on=["subject_kind", "subject_code"],
            right_on=["subject_kind", "parcel_code"],
            how="anti",
        )
    return {
        "parcels": here,
        "places": places,
        "contracts": contracts.join(elsewhere, on="parcel_code", how="anti"),
        "enterprises": _simple(
            connection,
            {
                "uscc": (Enterprise.uscc, "str"),
                "name": (Enterprise.name, "str"),
                "registered_on": (Enterprise.registered_on, "date"),
                "status": (Enterprise.status, "str"),
            },
        ),
        "branches": _simple(connection, {"uscc": (Branch.uscc, "str")}),
        "holders": occupancies.select("uscc").unique(),
        "occupancies": occupancies.join(elsewhere, on="parcel_code", how="anti"),
        "meters": meters,
        "figures": figures,
        "buildings": buildings,
        "successions": _simple(
            connection,
            {"old_code": (ParcelSuccession.old_code, "str"), "new_code": (ParcelSuccession.new_code, "str")},
        ),
        "ratings": ratings(connection, period),
        "scores": _scores(connection, evaluation_id),
    }


def ratings(connection: Connection, period: str) -> pl.DataFrame:
    """Return the results of the enterprise evaluation of a period."""
    columns = {
        "uscc": (EnterpriseRating.uscc, "str"),
        "grade": (EnterpriseRating.grade, "str"),
        "points": (EnterpriseRating.points, "float"),
        "rank": (EnterpriseRating.rank, "int"),
        "ranked": (EnterpriseRating.ranked, "int"),
    }
    return _simple(connection, columns, EnterpriseRating.period == period)


def latest_period(connection: Connection) -> str | None:
    """Return the last year for which anything was reported."""
    years = select(Figure.period).where(Figure.superseded_by.is_(None)).distinct()
    known = [period for period in connection.execute(years).scalars() if len(period) == 4]
    return max(known, default=None)


def _simple(
    connection: Connection, columns: Mapping[str, tuple[Any, str]], where: ColumnElement[bool] | None = None
) -> pl.DataFrame:
    query: Select[*tuple[Any, ...]] = select(*(column for column, _ in columns.values()))
    if where is not None:
        query = query.where(where)
    return frame(connection, query, {name: kind for name, (_, kind) in columns.items()})


def _outlines(connection: Connection, code: Any, geom: Any, where: ColumnElement[bool]) -> Outlines:
    rows = connection.execute(select(code, wkb(geom)).where(where)).all()
    shapes = shapely.from_wkb([bytes(blob) for _, blob in rows])
    return dict(zip((name for name, _ in rows), shapes, strict=True))


def _occupancies(connection: Connection) -> pl.DataFrame:
    texts = ("parcel_code", "uscc", "role")
    columns = {name: (getattr(Occupancy, name), "str") for name in texts}
    columns |= {name: (getattr(Occupancy, name), "float") for name in ("floor_area_m2", "land_area_m2")}
    columns |= {name: (getattr(Occupancy, name), "date") for name in ("valid_from", "valid_to")}
    return _simple(connection, columns)


def _meters(connection: Connection) -> pl.DataFrame:
    columns = {name: (getattr(Meter, name), "str") for name in _METER}
    columns["share"] = (Meter.share, "float")
    columns |= {name: (getattr(Meter, name), "date") for name in ("valid_from", "valid_to")}
    return _simple(connection, columns)


def _contracts(connection: Connection) -> pl.DataFrame:
    columns = {"parcel_code": (GrantContract.parcel_code, "str")}
    numbers = ("area_m2", "far_max", "coverage_max")
    columns |= {name: (getattr(GrantContract, name), "float") for name in numbers}
    return _simple(connection, columns)


def _buildings(connection: Connection) -> pl.DataFrame:
    return _simple(
        connection,
        {
            "building_code": (Building.code, "str"),
            "parcel_code": (Building.parcel_code, "str"),
            "floor_area_m2": (Building.floor_area_m2, "float"),
        },
    )


def _figures(connection: Connection, period: str) -> pl.DataFrame:
    texts = ("subject_kind", "subject_code", "part_of", "metric")
    columns = {name: (getattr(Figure, name), "str") for name in texts}
    columns["value"] = (Figure.value, "int")
    return _simple(connection, columns, (Figure.period == period) & Figure.superseded_by.is_(None))


def _scores(connection: Connection, evaluation_id: int | None) -> pl.DataFrame:
    columns = {
        "parcel_code": (Score.parcel_code, "str"),
        "grade": (Score.grade, "str"),
        "points": (Score.points, "float"),
    }
    return _simple(connection, columns, Score.evaluation_id == (evaluation_id or 0))
