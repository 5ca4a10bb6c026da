"""The embedded store is a GeoPackage as it lies on disk: GDAL reads it, and writes to it without harm."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from sqlalchemy import insert, select

from service.store import bulk, spatial
from service.store.database import Database
from service.store.models import Base, Enterprise, Parcel, Score
from tests.support.records import add_batch, add_evaluation, add_grid, square
from tests.support.rtree import assert_in_step


@pytest.fixture
def database(geopackage_url: str) -> Iterator[Database]:
    """An embedded store."""
    opened = Database(geopackage_url)
    yield opened
    opened.dispose()


def path_of(database: Database) -> Path:
    """Return the file."""
    return Path(str(database.url.database))


def with_scores(database: Database) -> None:
    """Two parcels, one of them scored."""
    with database.writing() as connection:
        add_grid(connection, 2)
        connection.execute(
            insert(Score),
            {
                "evaluation_id": add_evaluation(connection),
                "parcel_code": "P000000",
                "district": "园区",
                "period": "2023",
                "status": "scored",
                "points": 87.123456,
                "rank": 1,
                "grade": "A",
                "low_efficiency": False,
                "geom": f"SRID=4490;{square(0, 0).wkt}",
            },
        )


def test_a_gis_lists_the_layers_and_not_the_keys(database: Database) -> None:
    """Parcels, buildings and scores are layers of multipolygons, barriers of any kind, other tables of none.

    Keys stay hidden, and so do parts of files and tables, which a GIS cannot read, and what only we use.
    """
    layers = dict(pyogrio.list_layers(path_of(database)).tolist())

    spatial = {"parcel", "building", "score"}
    assert {layers.pop(name) for name in spatial} == {"MultiPolygon"}
    assert layers.pop("barrier") == "Unknown"  # as GDAL calls GEOMETRY
    spatial.add("barrier")
    hidden = {"api_key", "data_version", "snapshot_part", "result_part"}
    hidden |= {"received_file", "name_match", "pull_state"}
    hidden |= {"event", "event_subscriber", "event_delivery"}
    assert set(layers) == set(Base.metadata.tables) - spatial - hidden
    assert set(layers.values()) == {None}


def test_gdal_reads_parcels_with_their_types(database: Database) -> None:
    """Coordinate system, extent, fields, types, geometry and values, also while the store is open."""
    with_scores(database)
    info = pyogrio.read_info(path_of(database), layer="parcel", force_total_bounds=True)
    _, ids, geometry, (code, district, area, source_row) = pyogrio.raw.read(
        path_of(database),
        layer="parcel",
        columns=["code", "district", "geodesic_area_m2", "source_row_id"],
        return_fids=True,
    )

    assert info["crs"] == "EPSG:4490"
    assert info["geometry_type"] == "MultiPolygon"
    assert info["fid_column"] == "id"
    assert info["geometry_name"] == "geom"
    assert info["total_bounds"] == pytest.approx((120, 30, 120.0018, 30.0008), abs=1e-5)
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert types["code"] == "object"
    assert types["geodesic_area_m2"] == "float64"
    assert types["source_row_id"] == "int64"
    assert set(types) == {column.name for column in Parcel.__table__.columns} - {"id", "geom"}
    assert ids.tolist() == [1, 2]
    assert list(shapely.from_wkb(geometry)) == [square(0, 0), square(1, 0)]
    assert code.tolist() == ["P000000", "P000001"]
    assert district.tolist() == ["园区", "园区"]
    assert area.tolist() == [7000.25, 7000.25]
    assert source_row.tolist() == [1, 1]


def test_gdal_reads_scores_with_their_types(database: Database) -> None:
    """Points are 64-bit, flags are truth values, and what is unknown is missing."""
    with_scores(database)
    wanted = ["points", "rank", "grade", "low_efficiency", "far_uplift"]
    meta, _, geometry, values = pyogrio.raw.read(path_of(database), layer="score", columns=wanted)
    read = {name: column.tolist() for name, column in zip(meta["fields"], values, strict=True)}
    types = dict(zip(meta["fields"], meta["dtypes"], strict=True))

    assert list(shapely.from_wkb(geometry)) == [square(0, 0)]
    assert meta["crs"] == "EPSG:4490"
    assert read["points"] == [87.123456]
    assert read["grade"] == ["A"]
    assert read["low_efficiency"] == [False]
    assert types["low_efficiency"] == "bool"
    assert types["rank"] == "int64"


def test_gdal_reads_times_as_times(database: Database) -> None:
    """A layer without geometry keeps its dates and times."""
    with database.writing() as connection:
        add_batch(connection)
    info = pyogrio.read_info(path_of(database), layer="batch")
    _, _, _, (received,) = pyogrio.raw.read(path_of(database), layer="batch", columns=["received_at"])

    assert dict(zip(info["fields"], info["dtypes"], strict=True))["received_at"] == "datetime64[ms]"
    assert np.datetime_as_string(received).tolist() == ["2024-01-31T08:00:00.000"]
    assert "registered_on" in pyogrio.read_info(path_of(database), layer="enterprise")["fields"]


def test_every_field_reaches_gdal(database: Database) -> None:
    """GDAL drops a column of a type it does not know; there is none."""
    for name in pyogrio.list_layers(path_of(database))[:, 0]:
        columns = {column.name for column in Base.metadata.tables[name].columns} - {"id", "geom"}
        assert set(pyogrio.read_info(path_of(database), layer=name)["fields"]) == columns


def test_gdal_filters_by_the_index(database: Database) -> None:
    """A GIS that asks for a window gets its parcels."""
    with database.writing() as connection:
        add_grid(connection, 1000)
    window = (120.0099, 30.0049, 120.0119, 30.0059)
    _, _, _, (codes,) = pyogrio.raw.read(path_of(database), layer="parcel", columns=["code"], bbox=window)

    assert codes.tolist() == ["P000510", "P000511"]


def append(path: Path, codes: list[str], shapes: list[Any]) -> None:
    """Add parcels with GDAL."""
    fields = ["code", "district", "geodesic_area_m2", "source_row_id"]
    values = [
        np.array(codes, dtype=object),
        np.array(["园区"] * len(codes), dtype=object),
        np.array([1.0] * len(codes)),
        np.array([1] * len(codes), dtype=np.int64),
    ]
    geometry = np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object)
    pyogrio.raw.write(
        path, geometry, values, fields, layer="parcel", driver="GPKG", append=True,
        geometry_type="MultiPolygon", crs="EPSG:4490",
    )  # fmt: skip


def test_gdal_writes_without_harm(database: Database) -> None:
    """What GDAL appends is found by the index, comes out as WKB, and gets ids behind those given."""
    with database.writing() as connection:
        add_grid(connection, 300)
    append(path_of(database), ["GDAL1", "GDAL2"], [square(10, 10), square(11, 10)])
    with database.writing() as connection:
        assert bulk.reserve_ids(connection, Parcel.__table__, 1) == 303
    with database.reading() as connection:
        found = connection.execute(
            select(Parcel.code, spatial.wkb(Parcel.geom)).where(
                spatial.intersects_box(Parcel.geom, *square(10, 10).bounds)
            )
        ).all()

    assert found == [("GDAL1", shapely.to_wkb(square(10, 10)))]
    assert_in_step(database, "parcel")


def test_the_file_says_what_it_is(database: Database) -> None:
    """Application id and version of GeoPackage 1.4, no broken reference, no damage."""
    connection = sqlite3.connect(path_of(database))
    try:
        assert connection.execute("PRAGMA application_id").fetchone()[0].to_bytes(4) == b"GPKG"
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 10400
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    finally:
        connection.close()


def test_coordinate_systems_are_defined_as_proj_knows_them(database: Database) -> None:
    """CGCS2000 and WGS 84 beside the two undefined ones that every GeoPackage has."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT srs_id, organization, definition FROM gpkg_spatial_ref_sys"
        ).all()
    defined = {srid: definition for srid, organization, definition in rows if organization == "EPSG"}

    assert {srid for srid, *_ in rows} == {-1, 0, 4326, 4490}
    assert {srid: pyproj.CRS.from_wkt(text).to_epsg() for srid, text in defined.items()} == {
        4326: 4326,
        4490: 4490,
    }


def normalised(statement: str) -> str:
    """Return a statement without spaces and line ends."""
    return "".join(statement.split()).lower()


def test_the_rtree_is_the_one_gdal_makes(database: Database, tmp_path: Path) -> None:
    """Index, triggers and their registration are GDAL's, word for word."""
    theirs = tmp_path / "gdal.gpkg"
    geometry = np.array([shapely.to_wkb(square(0, 0))], dtype=object)
    pyogrio.raw.write(
        theirs, geometry, [np.array(["P"], dtype=object)], ["code"], layer="parcel", driver="GPKG",
        geometry_type="MultiPolygon", crs="EPSG:4490", geometry_name="geom", fid="id", VERSION="1.4",
    )  # fmt: skip

    def schema(path: Path) -> tuple[dict[str, str], list[Any]]:
        connection = sqlite3.connect(path)
        try:
            query = "SELECT name, sql FROM sqlite_master WHERE name LIKE 'rtree_parcel_geom%'"
            found = {name: normalised(sql) for name, sql in connection.execute(query) if sql}
            query = "SELECT * FROM gpkg_extensions WHERE table_name = 'parcel'"
            return found, connection.execute(query).fetchall()
        finally:
            connection.close()

    assert schema(path_of(database)) == schema(theirs)


def test_geometry_goes_through_geoalchemy_unmodified(database: Database) -> None:
    """The ORM's own way in and out works on the embedded store."""
    with database.writing() as connection:
        add_grid(connection, 1)
        element = connection.execute(select(Parcel.geom)).scalar_one()
        area = connection.execute(select(Parcel.geom.ST_Area())).scalar_one()
        text = connection.execute(select(Parcel.geom.ST_AsGeoJSON())).scalar_one()
        same = connection.execute(select(Parcel.code).where(Parcel.geom.ST_Equals(element))).scalars().all()

    assert element.srid == 4490
    assert shapely.from_wkb(bytes(element.data)) == square(0, 0)
    assert area == pytest.approx(square(0, 0).area)
    assert shapely.from_geojson(text) == square(0, 0)
    assert same == ["P000000"]


def test_a_name_with_quotes_survives(database: Database) -> None:
    """Text is a parameter and never part of a statement."""
    name = "'; DROP TABLE parcel; --\"%s?:x"
    with database.writing() as connection:
        source_row = add_batch(connection)
        connection.execute(insert(Enterprise).values(uscc="U", name=name, source_row_id=source_row))
        assert connection.execute(select(Enterprise.name)).scalar_one() == name
