"""A whole pyramid of tiles in one file (瓦片归档), as PMTiles 3 has it: https://github.com/protomaps/PMTiles.

Any web server that answers ranges serves such a file; this service reads it in place of making tiles.
Directories and tiles are gzip, whose check sums tell what is damaged.
"""

import gzip
import json
import mmap
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from service.features.tiles.layer import TileLayer
from service.features.tiles.matrix_sets import Tile
from service.features.tiles.pyramid import pyramid

_DEEPEST = 4  # directories below each other, by the specification
_DIRECTORIES = 256
_E7 = 10_000_000
_DAMAGES = (
    OSError,
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    zlib.error,
    MagicNumberNotFound,
    SpecVersionUnsupported,
)


class DamagedArchive(Exception):
    """The file is no archive of vector tiles, or not whole."""


def write_archive(
    path: Path,
    layer: TileLayer,
    finest: int,
    metadata: Mapping[str, Any],
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write every tile of a layer in Web Mercator down to a matrix; return how many there are.

    The same layer and metadata give the same bytes. ``progress`` is told how many are written. Raises
    `ValueError` for a layer without a tile, as the format has no empty archive.
    """
    extent = layer.prepared.table.extent()
    count = 0
    with path.open("wb") as file, _writer(file) as writer:
        for number, content in pyramid(layer, finest):
            writer.write_tile(number, gzip.compress(content, mtime=0))
            count += 1
            if progress is not None:
                progress(count)
        if extent is None or not count:
            raise ValueError("nothing to show")
        edges = (round(each * _E7) for each in extent)
        names = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        header = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
        writer.finalize(header | dict(zip(names, edges, strict=True)), dict(metadata))
    return count


@contextmanager
def _writer(file: BinaryIO) -> Iterator[Writer]:
    """Give a writer; it leaves the file behind in which it gathers tiles unless it comes to its end."""
    writer = Writer(file)
    try:
        yield writer
    finally:
        writer.tile_f.close()


class Archive:
    """An archive in a file, read where it is; raises `DamagedArchive` for what it cannot read."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                # the file stays readable though another takes its name
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._header: HeaderDict = deserialize_header(self._bytes[:127])
                packed = self._part(self._header["metadata_offset"], self._header["metadata_length"])
                self.metadata: dict[str, Any] = json.loads(gzip.decompress(packed))
            except _DAMAGES as error:
                raise DamagedArchive(f"{path.name}: {error}") from error
        self._directory = lru_cache(_DIRECTORIES)(self._read_directory)

    @property
    def finest(self) -> int:
        """The finest matrix that the archive has tiles of."""
        return self._header["max_zoom"]

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's bytes, not compressed; empty where there is nothing."""
        number = zxy_to_tileid(tile.matrix, tile.column, tile.row)
        offset, length = self._header["root_offset"], self._header["root_length"]
        try:
            for _ in range(_DEEPEST):
                found: Entry | None = find_tile(self._directory(offset, length), number)
                if found is None:
                    return b""
                offset, length = found.offset, found.length
                if found.run_length:
                    return gzip.decompress(self._part(self._header["tile_data_offset"] + offset, length))
                offset += self._header["leaf_directory_offset"]
        except _DAMAGES as error:
            raise DamagedArchive(f"tile {tile}: {error}") from error
        raise DamagedArchive(f"tile {tile}: directories without end")

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._part(offset, length))

    def _part(self, offset: int, length: int) -> bytes:
        part = self._bytes[offset : offset + length]
        if len(part) != length:
            raise EOFError("the file ends early")
        return part
