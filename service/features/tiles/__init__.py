"""Vector tiles (矢量瓦片) of a table of features: matrix sets, outlines on their planes, grid, encoder.

To walk a pyramid without a server::

    prepared = prepare(table, WEB_MERCATOR_QUAD)
    layer = TileLayer("parcels", prepared, ("code", "town"), ("code",))
    for number, content in pyramid(layer, 12):  # service.features.tiles.pyramid
        ...
"""

from service.features.tiles.labels import labels_from
from service.features.tiles.layer import Prepared, TileLayer, label_layer, prepare, tile_bytes
from service.features.tiles.matrix_sets import (
    CGCS2000_QUAD,
    MATRIX_SETS,
    WEB_MERCATOR_QUAD,
    MatrixSet,
    Tile,
)

__all__ = [
    "CGCS2000_QUAD",
    "MATRIX_SETS",
    "WEB_MERCATOR_QUAD",
    "MatrixSet",
    "Prepared",
    "Tile",
    "TileLayer",
    "label_layer",
    "labels_from",
    "prepare",
    "tile_bytes",
]
