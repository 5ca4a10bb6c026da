"""What goes into a file (文件内容): features chunk by chunk, properties, a coordinate system."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from service.features.crs import CRS84, Crs, all_have_a_place, given_in
from service.features.simplifying import simplified
from service.features.table import TYPES, FeatureTable, Kind, Property, Rows, decoded

Encoding = Literal["utf-8", "gbk"]
Shapes = npt.NDArray[Any]

CHUNK = 5_000
"""Features of a table that are written at once."""

_ID = Property("id", "string", "Feature id 要素标识")
_HEAD = 5  # bytes of WKB: order and type


@dataclass(frozen=True)
class Content:
    """Features for a file, in the order of their ids.

    ``name`` is ASCII, for layers and files; ``kinds`` are the types of the geometries (``MultiPolygon``);
    ``gaps`` tells whether some may have none or an empty one; ``time`` is that of the data.
    """

    name: str
    title: str
    properties: tuple[Property, ...]
    crs: Crs
    chunks: Callable[[], Iterator[FeatureTable]]
    size: int
    kinds: frozenset[str]
    gaps: bool
    time: datetime
    largest_offset: float | None = None
    """Leave out vertices no farther than this from what is left, in units of the coordinate system."""
    with_ids: bool = True
    """Whether the feature ids are a column ``id`` where a format has columns only."""
    wkt: bool = False
    """Whether CSV has the geometry."""
    encoding: Encoding = "utf-8"
    """That of the texts of a Shapefile."""

    @property
    def columns(self) -> tuple[Property, ...]:
        """The columns of a file of columns: the feature id and the properties."""
        named = {each.name for each in self.properties}
        return self.properties if not self.with_ids or _ID.name in named else (_ID, *self.properties)

    def frame(self, table: FeatureTable) -> pl.DataFrame:
        """Return the columns of some features, each in the type of its kind; what is not finite is null."""
        frame = self.only(table)
        if len(self.columns) == len(self.properties):
            return frame
        ids = pl.Series(_ID.name, table.keys, dtype=pl.String)
        return frame.select(ids, pl.all()) if frame.width else pl.DataFrame([ids])

    def only(self, table: FeatureTable) -> pl.DataFrame:
        """Return the properties alone of some features."""
        return table.properties.select(
            _finite(pl.col(each.name).cast(TYPES[each.type]), each.type).alias(each.name)
            for each in self.properties
        )

    def shapes(self, table: FeatureTable) -> Shapes:
        """Return the geometries, exterior rings counterclockwise, axes as the authority has them."""
        shapes = given_in(shapely.orient_polygons(decoded(table.wkb)), self.crs)
        return simplified(shapes, self.largest_offset)

    def eastward(self, table: FeatureTable) -> pl.Series:
        """Return the geometries as WKB, x to the east first whatever the authority says, as files have it."""
        if self.crs.is_geographic and self.largest_offset is None:
            return table.wkb
        # degrees are the same numbers in every geographic system that is served
        shapes = given_in(decoded(table.wkb), CRS84 if self.crs.is_geographic else self.crs)
        if self.crs.north_first and not self.crs.is_geographic:
            shapes = shapely.transform(shapes, lambda points: points[:, ::-1])
        return pl.Series(shapely.to_wkb(simplified(shapes, self.largest_offset)), dtype=pl.Binary)

    @property
    def authority(self) -> str:
        """The coordinate system as GDAL and PROJ know it."""
        return f"EPSG:{self.crs.epsg}"

    @property
    def kind(self) -> str | None:
        """The type that all geometries have; None where there are several."""
        return next(iter(self.kinds)) if len(self.kinds) == 1 else None


def content_of(
    table: FeatureTable,
    rows: Rows,
    properties: Sequence[Property],
    *,
    name: str,
    title: str,
    crs: Crs = CRS84,
    time: datetime | None = None,
    **options: Any,
) -> Content:
    """Return these rows of a table as content; ``options`` are those of `Content`."""

    def chunks() -> Iterator[FeatureTable]:
        for start in range(0, len(rows), CHUNK):
            yield table.take(rows[start : start + CHUNK])

    wkb = table.wkb.gather(rows)
    return Content(
        name=name,
        title=title,
        properties=tuple(properties),
        crs=crs,
        chunks=chunks,
        size=len(rows),
        kinds=_kinds(wkb),
        gaps=bool(np.isnan(table.bounds[0, rows]).any()) or not all_have_a_place(table.bounds[:, rows], crs),
        time=time or datetime.now(UTC),
        **options,
    )


def _kinds(wkb: pl.Series) -> frozenset[str]:
    """Return the types of geometries: one of each type is read, as they say it in their first bytes."""
    present = wkb.drop_nulls()
    each = pl.DataFrame({"wkb": present}).group_by(pl.col("wkb").bin.slice(0, _HEAD).alias("head")).first()
    return frozenset(shape.geom_type for shape in np.atleast_1d(decoded(each["wkb"])))


def _finite(values: pl.Expr, kind: Kind) -> pl.Expr:
    if kind != "number":
        return values
    return pl.when(values.is_finite()).then(values)
