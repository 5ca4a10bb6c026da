"""Where the label of a feature stands (注记点): one place inside it, the same on every tile."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from service.features.tiles.matrix_sets import MatrixSet
from service.reference.styles import style_table

_POLYGON = int(shapely.GeometryType.POLYGON)
_COLLECTIONS = (4, 5, 6, 7)


def labels_from(collection: str, matrix_set: MatrixSet) -> int:
    """Return the first matrix whose tiles have labels: that from which the collection's style writes them."""
    label = style_table().styles[collection].label
    return 0 if label is None else matrix_set.matrix_at(label.min_zoom)


def label_points(geometries: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return a place (n, 2) inside the largest polygon of each geometry; NaN for one without polygons.

    It is the centre of gravity where that lies inside, else a place on the widest part of a line through it.
    """
    found = np.full((len(geometries), 2), np.nan)
    parts, index = geometries, np.arange(len(geometries))
    while np.isin(shapely.get_type_id(parts), _COLLECTIONS).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    areal = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    parts, index = parts[areal], index[areal]
    if not parts.size:
        return found
    # the largest of each geometry comes last among its own
    order = np.lexsort((shapely.area(parts), index))
    last = order[np.append(index[order][1:] != index[order][:-1], True)]
    parts, index = parts[last], index[last]
    places = shapely.get_coordinates(shapely.centroid(parts))
    outside = np.flatnonzero(~shapely.contains_xy(parts, places[:, 0], places[:, 1]))
    if outside.size:
        places[outside] = shapely.get_coordinates(shapely.point_on_surface(parts[outside]))
    found[index] = places
    return found
