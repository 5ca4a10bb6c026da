"""Features as GeoJSON (RFC 7946): each text is written once and kept with its table.

Exterior rings run counterclockwise, coordinates are rounded to a centimetre or finer, there is no ``crs``
member: other coordinate systems than OGC:CRS84 are told in the header Content-Crs (OGC 18-058r1).
"""

from collections.abc import Sequence

import shapely

from service.features.crs import CRS84, Crs, given_in
from service.features.simplifying import simplified
from service.features.table import FeatureTable, Rows
from service.features.writing import feature_texts


def texts(
    table: FeatureTable,
    rows: Rows,
    names: Sequence[str],
    crs: Crs = CRS84,
    largest_offset: float | None = None,
) -> list[bytes]:
    """Return these features with these properties, each as a GeoJSON text.

    :param largest_offset: leave out vertices that lie no farther than this from what is left, in units of the
        coordinate system
    """
    if largest_offset is not None:
        return _written(table, rows, names, crs, largest_offset)
    way = ("geojson", tuple(names), crs.uri)
    return table.texts.of(way, rows, lambda missing: _written(table, missing, names, crs, None))


def _written(
    table: FeatureTable, rows: Rows, names: Sequence[str], crs: Crs, largest_offset: float | None
) -> list[bytes]:
    shapes = given_in(shapely.orient_polygons(table.geometries(rows)), crs)
    return feature_texts(
        [table.keys[row] for row in rows.tolist()],
        simplified(shapes, largest_offset),
        table.properties.select(names)[rows],
        crs.decimals,
    )
