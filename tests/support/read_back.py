"""Files of features read by others than who wrote them: GDAL, openpyxl, Polars, csv, json."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pyogrio.raw
import shapely
from openpyxl.utils.escape import unescape


@dataclass
class Found:
    """What a file holds: the columns, the geometries (None where a format has no geometry), and its CRS."""

    columns: dict[str, list[Any]]
    geometries: list[Any] | None
    crs: str | None = None

    @property
    def size(self) -> int:
        """How many features."""
        return len(next(iter(self.columns.values()), self.geometries or []))


def read_back(f: str, content: bytes, folder: Path) -> Found:
    """Return what a file in the format of this ``f`` holds; JSON by the names of its members."""
    if f == "csv":
        return _csv(content)
    if f in ("ndjson", "geojsonseq"):
        return _json(content, b"\x1e" if f == "geojsonseq" else b"")
    if f == "xlsx":
        return _xlsx(content)
    if f == "parquet":
        return _parquet(content)
    path = folder / {"fgb": "read.fgb", "gpkg": "read.gpkg", "shp": "read.zip"}[f]
    path.write_bytes(content)
    if f == "shp":
        (name,) = (name for name in zipfile.ZipFile(path).namelist() if name.endswith(".shp"))
        return _gdal(f"/vsizip/{path}/{name}")
    return _gdal(str(path))


def gdal_reads(path: Path) -> Found:
    """Return what GDAL reads from a file."""
    return _gdal(str(path))


def _gdal(path: str) -> Found:
    about, _, wkb, values = pyogrio.raw.read(path)
    columns = {name: _plain(column) for name, column in zip(about["fields"], values, strict=True)}
    subtypes = dict(zip(about["fields"], about["ogr_subtypes"], strict=True))
    for name, column in columns.items():
        if subtypes[name] == "OFSTBoolean":
            columns[name] = [None if value is None else bool(value) for value in column]
    return Found(columns, None if wkb is None else list(shapely.from_wkb(wkb)), about["crs"])


def _plain(column: Any) -> list[Any]:
    if np.issubdtype(column.dtype, np.datetime64):
        return [None if np.isnat(value) else value.astype("datetime64[D]").item() for value in column]
    if np.issubdtype(column.dtype, np.floating):
        return [None if np.isnan(value) else float(value) for value in column]
    return column.tolist()


def _csv(content: bytes) -> Found:
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    columns: dict[str, list[Any]] = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    wkt = columns.pop("WKT", None)
    shapes = None if wkt is None else [shapely.from_wkt(text) if text else None for text in wkt]
    return Found(columns, shapes)


def _json(content: bytes, before: bytes) -> Found:
    lines = content.split(b"\n")
    assert lines.pop() == b""
    assert all(line.startswith(before) for line in lines)
    features = [json.loads(line.removeprefix(before)) for line in lines]
    assert all(feature["type"] == "Feature" for feature in features)
    columns = {"id": [feature["id"] for feature in features]}
    for name in features[0]["properties"] if features else ():
        columns[name] = [feature["properties"][name] for feature in features]
    shapes = [
        None if (shape := feature["geometry"]) is None else shapely.from_geojson(json.dumps(shape))
        for feature in features
    ]
    return Found(columns, shapes)


def _xlsx(content: bytes) -> Found:
    book = openpyxl.load_workbook(io.BytesIO(content))
    titles, *rows = book.worksheets[0].iter_rows(values_only=True)
    names = {row[1]: row[0] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
    # Excel reads the escapes of control characters, openpyxl leaves them
    rows = [[unescape(value) if isinstance(value, str) else value for value in row] for row in rows]
    return Found({names[title]: [row[place] for row in rows] for place, title in enumerate(titles)}, None)


def _parquet(content: bytes) -> Found:
    about = json.loads(pl.read_parquet_metadata(io.BytesIO(content))["geo"])
    assert about["version"] == "1.1.0"
    column = about["columns"][about["primary_column"]]
    frame = pl.read_parquet(io.BytesIO(content))
    shapes = shapely.from_wkb(np.array(frame[about["primary_column"]].to_list(), dtype=object))
    assert {shape.geom_type for shape in shapes if shape is not None} == set(column["geometry_types"])
    columns = frame.drop(about["primary_column"]).to_dict(as_series=False)
    identifier = column["crs"]["id"]
    return Found(columns, list(shapes), f"{identifier['authority']}:{identifier['code']}")
