"""Lines with fewer vertices (化简), for who draws them small."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely


def simplified(shapes: npt.NDArray[Any], largest_offset: float | None) -> npt.NDArray[Any]:
    """Return geometries of the same types, valid where they were, without vertices that say little.

    :param largest_offset: how far from what is left a vertex that is left out may lie, in units of the
        coordinates; None leaves all
    """
    if largest_offset is None:
        return shapes
    simpler: npt.NDArray[Any] = shapely.simplify(shapes, largest_offset, preserve_topology=True)
    # a multipolygon of one part comes back as a polygon
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON) & (
        shapely.get_type_id(simpler) == shapely.GeometryType.POLYGON
    )
    simpler[single] = shapely.multipolygons(simpler[single, np.newaxis])
    return simpler
