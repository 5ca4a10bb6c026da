"""All tiles of a layer, from the coarsest matrix to the finest, in the order of a PMTiles archive."""

from collections.abc import Iterator

from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from service.features.tiles.layer import TileLayer, tile_bytes
from service.features.tiles.matrix_sets import Tile


def pyramid(layer: TileLayer, finest: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of every tile with something on it, matrix by matrix, by number.

    Numbers are those of PMTiles: along a Hilbert curve, so that the four tiles below a tile follow each
    other. What lies near no tile lies near none below it, as margins halve with the tiles: only where
    something is goes the walk on. The layer is one in Web Mercator.
    """
    numbers = [0]
    for matrix in range(finest + 1):
        occupied = []
        for number in numbers:
            tile = numbered(number)
            if not layer.prepared.near(tile).size:
                continue
            occupied.append(number)
            if content := tile_bytes(layer, tile):
                yield number, content
        first, below = zxy_to_tileid(matrix, 0, 0), zxy_to_tileid(matrix + 1, 0, 0)
        numbers = [below + 4 * (number - first) + nth for number in occupied for nth in range(4)]


def numbered(number: int) -> Tile:
    """Return the tile with a number."""
    matrix, column, row = tileid_to_zxy(number)
    return Tile(matrix, row, column)
