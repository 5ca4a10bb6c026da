"""Blocks of one district: its parcels grouped by neighbourhood, and what a block is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from service.levers.consolidation import outlines
from service.levers.consolidation.barriers import Barriers
from service.levers.consolidation.components import components
from service.levers.consolidation.neighbours import Geometries, Places, neighbours
from service.levers.planes import geodesic_areas_m2, in_metres

FIGURES = {
    "parcel_code": pl.String,
    "town": pl.String,
    "land_area_m2": pl.Float64,
    "grade": pl.String,
    "points": pl.Float64,
    "low_efficiency_reasons": pl.String,
    "verified": pl.Boolean,
}
"""What is read of every parcel; all but the code may be null."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks in the order of their smallest parcel codes, which stay theirs whatever the order of parcels.

    ``first`` is the place of the parcel with that code among those given; ``outlines`` are MultiPolygons.
    ``properties`` has ``first_parcel``, ``parcels``, ``parcel_codes``, ``towns``, ``area_m2`` (null when that
    of a parcel is not known: a part would pass for all), ``geodesic_area_m2``, ``compactness``, ``grades``
    (A:1,C:2), ``points`` (mean weighted by land, of the parcels that have both), ``low_efficiency_reasons``
    and ``verified`` (of all parcels).
    """

    first: Places
    outlines: Geometries
    properties: pl.DataFrame


def blocks(
    parcels: pl.DataFrame,
    shapes: Geometries,
    distance_m: float,
    meridian: int,
    barriers: Barriers | None = None,
) -> Blocks:
    """Group parcels that touch or are no more than a distance apart, directly or by others between them.

    :param parcels: the columns of `FIGURES`, codes unique; of one district
    :param shapes: the outline of each, longitude and latitude of CGCS2000
    :param distance_m: metres in the 3° zone of the central meridian ``meridian``, see `central_meridian`
    :param barriers: in the same zone; parcels on both sides of one are not together
    """
    codes = parcels["parcel_code"]
    by_code = codes.arg_sort().to_numpy().astype(np.int64)
    metres = in_metres(shapes[by_code], meridian)
    block = components(len(codes), *neighbours(metres, distance_m, barriers))
    # block after block, in each the codes in their order
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    rows = by_code[order]
    whole = outlines.joined(shapes[rows], starts)
    told = _told(parcels.select(*FIGURES)[rows].with_columns(block=pl.Series(block[order])))
    plane = in_metres(whole, meridian)
    measured = {
        "geodesic_area_m2": np.round(geodesic_areas_m2(whole, plane, meridian), 2),
        "compactness": np.round(outlines.compactness(plane), 4),
    }
    return Blocks(rows[starts], whole, told.with_columns(**_series(measured)))


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the properties of blocks from their parcels, which come block by block, ordered by code."""
    area, points, grade = pl.col("land_area_m2"), pl.col("points"), pl.col("grade")
    weighed = pl.when(points.is_not_null() & area.is_not_null()).then(area)
    by_block = rows.group_by("block", maintain_order=True)
    told = by_block.agg(
        pl.col("parcel_code").first().alias("first_parcel"),
        pl.len().cast(pl.Int64).alias("parcels"),
        pl.col("parcel_code").str.join(",").alias("parcel_codes"),
        pl.when(area.is_not_null().all()).then(area.sum().round(2)).alias("area_m2"),
        ((points * weighed).sum() / weighed.sum()).round(6).fill_nan(None).alias("points"),
        pl.when(pl.col("verified").is_not_null().all()).then(pl.col("verified").all()).alias("verified"),
    )
    counted = (
        rows.filter(grade.is_not_null())
        .group_by("block", "grade")
        .len()
        .sort("grade")
        .group_by("block", maintain_order=True)
        .agg(pl.concat_str("grade", pl.lit(":"), "len").str.join(",").alias("grades"))
    )
    for listed in (counted, _words(rows, "low_efficiency_reasons"), _words(rows, "town", "towns")):
        told = told.join(listed, on="block", how="left", maintain_order="left")
    return told.drop("block")


def _words(rows: pl.DataFrame, name: str, called: str | None = None) -> pl.DataFrame:
    """Return the words of a column, which are joined by commas, each once for every block."""
    words = rows.select("block", pl.col(name).str.split(",")).explode(name).filter(pl.col(name) != "")
    each_once = words.unique().sort(name).group_by("block").agg(pl.col(name).str.join(","))
    return each_once.rename({name: called or name})


def _series(columns: dict[str, npt.NDArray[Any]]) -> dict[str, pl.Series]:
    return {name: pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items()}
