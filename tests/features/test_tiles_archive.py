"""Tile archives: every tile of a layer and no other, the same bytes each time, and damage is noticed."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

from service.features.tiles import Tile, TileLayer, tile_bytes
from service.features.tiles.archive import Archive, DamagedArchive, write_archive
from service.features.tiles.pyramid import numbered, pyramid
from tests.features.test_tiles_layer import layer_of, table_of

FINEST = 9


def scattered() -> TileLayer:
    """Land in places far from each other, on edges of tiles too, and a null geometry."""
    places = [(120.0, 30.0), (121.5, 29.9), (0.0, 0.0), (-179.99, -80.0), (90.0, 66.51326044311186)]
    squares = [shapely.box(x, y, x + 0.2, y + 0.1) for x, y in places]
    return layer_of(table_of([*squares, None, shapely.Point(10.0, 50.0)]))


def every_tile(layer: TileLayer, finest: int) -> dict[Tile, bytes]:
    """All tiles with something on them, found by asking for each one there is."""
    tiles = [
        Tile(matrix, row, column)
        for matrix in range(finest + 1)
        for row in range(1 << matrix)
        for column in range(1 << matrix)
    ]
    return {tile: content for tile in tiles if (content := tile_bytes(layer, tile))}


def test_the_pyramid_has_every_tile_with_something_on_it_once() -> None:
    """As found by asking for all tiles, in the ascending order of their numbers."""
    layer = scattered()
    walked = list(pyramid(layer, 7))
    numbers = [number for number, _ in walked]
    assert numbers == sorted(set(numbers))
    assert sorted(content for _, content in walked) == sorted(every_tile(layer, 7).values())


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-180, 179), st.floats(-85, 84), st.floats(1e-4, 1.0)), min_size=1, max_size=4
    )
)
def test_nothing_is_missed_wherever_land_lies(places: list[tuple[float, float, float]]) -> None:
    """The tiles of the pyramid are those of the whole world."""
    layer = layer_of(table_of([shapely.box(x, y, x + side, y + side) for x, y, side in places]))
    assert sorted(content for _, content in pyramid(layer, 5)) == sorted(every_tile(layer, 5).values())


def test_an_archive_answers_what_the_layer_does(tmp_path: Path) -> None:
    """Tile by tile the same bytes; empty where nothing is; its metadata as given."""
    layer, path = scattered(), tmp_path / "land.pmtiles"
    count = write_archive(path, layer, FINEST, {"name": "Land 用地"})
    archive, expected = Archive(path), every_tile(layer, 6)
    assert (archive.metadata, archive.finest) == ({"name": "Land 用地"}, FINEST)
    assert {tile: archive.tile(tile) for tile in expected} == expected
    assert archive.tile(Tile(6, 0, 0)) == b""
    assert count == len(list(pyramid(layer, FINEST)))


def test_another_reader_finds_the_same(tmp_path: Path) -> None:
    """The reader of the format's authors gives every tile of the pyramid, gzip as the header says."""
    layer, path = scattered(), tmp_path / "land.pmtiles"
    write_archive(path, layer, FINEST, {})
    found = {
        Tile(matrix, row, column): gzip.decompress(content)
        for (matrix, column, row), content in all_tiles(MemorySource(path.read_bytes()))
    }
    assert all(tile_bytes(layer, tile) == content for tile, content in found.items())
    assert len(found) == len(list(pyramid(layer, FINEST)))


def test_the_same_layer_gives_the_same_file(tmp_path: Path) -> None:
    """Byte for byte, so that a copy can be compared."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        write_archive(path, scattered(), FINEST, {"name": "Land"})
    assert first.read_bytes() == second.read_bytes()


def test_directories_below_the_first_are_followed(tmp_path: Path) -> None:
    """More tiles than a root directory holds, as the authors' own writer lays them out."""
    random, path = np.random.default_rng(4490), tmp_path / "many.pmtiles"
    numbers = np.sort(random.choice(4**11, 20_000, replace=False)) + zxy_to_tileid(11, 0, 0)
    tiles = {int(number): random.bytes(int(random.integers(1, 300))) for number in numbers}
    with write(str(path)) as writer:
        for number, content in tiles.items():
            writer.write_tile(number, gzip.compress(content))
        writer.finalize({"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}, {})
    archive = Archive(path)
    assert archive._header["leaf_directory_length"] > 0
    assert all(archive.tile(numbered(number)) == content for number, content in tiles.items())


@pytest.mark.parametrize("left", [0, 3, 100, 127, 200])
def test_a_file_cut_short_is_damaged(tmp_path: Path, left: int) -> None:
    """At the latest when a tile is asked for; nothing wrong is ever answered."""
    path = tmp_path / "land.pmtiles"
    write_archive(path, scattered(), FINEST, {"name": "Land"})
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(DamagedArchive):
        Archive(path).tile(Tile(0, 0, 0))


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """Wherever it lies: the file is refused, or every tile is right or refused."""
    layer, path = scattered(), tmp_path / "land.pmtiles"
    write_archive(path, layer, 4, {"name": "Land"})
    whole, expected = path.read_bytes(), every_tile(layer, 4)
    noticed = 0
    for place in range(8, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        path.write_bytes(changed)
        try:
            archive = Archive(path)
            wrong = [tile for tile, content in expected.items() if archive.tile(tile) != content]
        except DamagedArchive:
            noticed += 1
        else:
            # counts, levels and the centre in the header say nothing of tiles; where parts begin does
            assert not wrong or place < 127, place
    assert noticed > 10


def test_nothing_to_show_makes_no_archive(tmp_path: Path) -> None:
    """A layer of null geometries is refused, as the format has no empty archive."""
    with pytest.raises(ValueError, match="nothing to show"):
        write_archive(tmp_path / "land.pmtiles", layer_of(table_of([None])), FINEST, {})
