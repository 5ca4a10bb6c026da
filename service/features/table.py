"""A table of features (要素表): row by row an id, a key, a version, a geometry and properties, in one state.

Whatever a collection is made from, stored rows or something worked out, it is such a table before anything is
asked of it; so filters, pages, tiles and files are the same for all collections and on both databases.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from service.features.texts import Texts

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west greater than east for a box across the antimeridian."""

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
"""Places of rows in a table, ascending."""

Kind = Literal["string", "integer", "number", "boolean", "date"]

TYPES: dict[Kind, type[pl.DataType]] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}
"""Kind of a property → type of its column."""

GEOMETRY = "geometry"
"""The name of the geometry in filters, schemas and files."""


@dataclass(frozen=True)
class Property:
    """A property of a feature: its name, kind and title; dates are `pl.Date` in a table."""

    name: str
    type: Kind
    title: str


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features in the order of their ids, which is the order of every listing.

    ``ids`` (n,) ascending; ``keys`` the feature ids that clients see; ``versions`` (n,) greater after every
    change of a row; ``wkb`` (n,) Binary, longitude first in CGCS2000 (EPSG:4490), null without a geometry;
    ``bounds`` (4, n) west, south, east, north, NaN without a geometry; ``properties`` a column per property.
    """

    ids: Ids
    keys: Sequence[str]
    versions: Ids
    wkb: pl.Series
    bounds: npt.NDArray[np.float64]
    properties: pl.DataFrame

    @classmethod
    def of(
        cls, ids: Ids, keys: Sequence[str], versions: Ids, wkb: pl.Series, properties: pl.DataFrame
    ) -> "FeatureTable":
        """Return the table; ``ids`` ascend."""
        edges = np.ascontiguousarray(shapely.bounds(decoded(wkb)).T) if len(wkb) else np.empty((4, 0))
        return cls(ids, keys, versions, wkb, edges, properties)

    @classmethod
    def none(cls) -> "FeatureTable":
        """Return a table without features and without columns."""
        ids = np.empty(0, dtype=np.int64)
        return cls.of(ids, [], ids, pl.Series([], dtype=pl.Binary), pl.DataFrame())

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def everything(self) -> Rows:
        """All rows; not to be written to."""
        rows = np.arange(len(self.ids))
        rows.flags.writeable = False
        return rows

    @cached_property
    def newest(self) -> int:
        """The greatest version of a row; 0 without any."""
        return int(self.versions.max(initial=0))

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of every key."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def texts(self) -> Texts:
        """What has been written of the features."""
        return Texts(len(self.ids))

    @cached_property
    def stamp(self) -> str:
        """What tells this state of the features from any other: the same ids and versions, the same stamp."""
        digest = hashlib.blake2b(self.ids.tobytes(), digest_size=12)
        digest.update(self.versions.tobytes())
        return digest.hexdigest()

    @property
    def nbytes(self) -> int:
        """About how many bytes the table takes."""
        keys = 80 * len(self.ids)
        frames = self.wkb.estimated_size() + self.properties.estimated_size()
        return int(self.ids.nbytes + self.versions.nbytes + self.bounds.nbytes + frames + keys)

    def take(self, rows: Rows) -> "FeatureTable":
        """Return a table of these rows alone."""
        return FeatureTable(
            self.ids[rows],
            [self.keys[row] for row in rows.tolist()],
            self.versions[rows],
            self.wkb.gather(rows),
            self.bounds[:, rows],
            self.properties[rows],
        )

    def geometries(self, rows: Rows) -> npt.NDArray[Any]:
        """Return the geometries of these rows, None where there is none."""
        return decoded(self.wkb.gather(rows))

    def near(self, box: Box) -> Rows:
        """Return the rows whose envelope meets the box."""
        west, south, east, north = box
        left, bottom, right, top = self.bounds
        vertical = (bottom <= north) & (top >= south)
        if west > east:
            return np.flatnonzero(vertical & ((right >= west) | (left <= east)))
        return np.flatnonzero(vertical & (left <= east) & (right >= west))

    def meeting(self, box: Box) -> Rows:
        """Return the rows whose geometry itself meets the box."""
        if box[0] > box[2]:
            sides = (self.meeting((box[0], box[1], 180.0, box[3])), self.meeting((-180.0, *box[1:])))
            return np.union1d(*sides)
        rows = self.near(box)
        left, bottom, right, top = self.bounds[:, rows]
        # A geometry has a point on every side of its envelope. With three edges of that within the box, a
        # whole side is, and so the geometry meets it; few are left that have to be looked at themselves.
        within = np.add(left >= box[0], right <= box[2], dtype=np.int8)
        within += bottom >= box[1]
        within += top <= box[3]
        met = within >= 3
        unsure = np.flatnonzero(~met)
        if unsure.size:
            met[unsure] = shapely.intersects(self.geometries(rows[unsure]), _rectangle(box))
        found: Rows = rows[met]
        return found

    def extent(self) -> Box | None:
        """Return the box around all geometries, or None when there are none."""
        if not len(self.ids) or np.isnan(self.bounds[0]).all():
            return None
        west, south = np.nanmin(self.bounds[:2], axis=1)
        east, north = np.nanmax(self.bounds[2:], axis=1)
        return float(west), float(south), float(east), float(north)


def joined(parts: Iterable[FeatureTable], empty: FeatureTable | None = None) -> FeatureTable:
    """Return all rows of tables with the same properties as one; those without rows need no columns.

    ``empty`` is the answer without any row; else one without columns.
    """
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else (FeatureTable.none() if empty is None else empty)
    ids = np.concatenate([part.ids for part in parts])
    keys = [key for part in parts for key in part.keys]
    whole = FeatureTable(
        ids,
        keys,
        np.concatenate([part.versions for part in parts]),
        pl.concat([part.wkb for part in parts]),
        np.concatenate([part.bounds for part in parts], axis=1),
        pl.concat([part.properties for part in parts]),
    )
    return whole if bool((ids[1:] > ids[:-1]).all()) else whole.take(np.argsort(ids))


def decoded(wkb: pl.Series) -> npt.NDArray[Any]:
    """Return WKB as geometries; null is None."""
    geometries: npt.NDArray[Any] = shapely.from_wkb(np.array(wkb.to_list(), dtype=object))
    return geometries


def _rectangle(box: Box) -> Any:
    west, south, east, north = box
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        # a box without width is no valid polygon and would meet nothing
        return shapely.LineString([(west, south), (east, north)])
    rectangle = shapely.box(west, south, east, north)
    shapely.prepare(rectangle)
    return rectangle
