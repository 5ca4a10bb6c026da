"""Tiles from archives: what a published evaluation shows, written once and answered as if made anew."""

import gzip
import logging
from pathlib import Path

import pyogrio
import pytest
from fastapi.testclient import TestClient
from pmtiles.reader import MmapSource, Reader, all_tiles
from typer.testing import CliRunner

from service.cli import build
from service.ogc.tiles import tile as tiles
from service.store.database import Database
from tests.serving import keyed_client, open_client

pytestmark = pytest.mark.one_store

SCORES = "/collections/scores/tiles/WebMercatorQuad"


@pytest.fixture
def run(park: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs a command on the park and returns its result."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", park.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MUJUN_DATA_DIR", str(tmp_path))

    def command(*words: str):  # type: ignore[no-untyped-def]
        return CliRunner().invoke(build(), list(words))

    return command


@pytest.fixture
def path(run, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """The archive of evaluation 1, where the service looks for it."""
    done = run("export", "tiles", "1")
    assert done.exit_code == 0, done.output
    path = tmp_path / "tiles" / "scores-1.pmtiles"
    assert str(path) in done.output
    return path


def addresses(path: Path) -> dict[str, bytes]:
    """The address of every tile of an archive, and its bytes."""
    with path.open("rb") as file:
        found = list(all_tiles(MmapSource(file)))
    return {
        f"{SCORES}/{matrix}/{row}/{column}?evaluation=1": gzip.decompress(content)
        for (matrix, column, row), content in found
    }


@pytest.fixture
def none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a tile is an error."""

    def refuse(*_: object) -> bytes:
        raise AssertionError("a tile is made")

    monkeypatch.setattr(tiles, "tile_bytes", refuse)


def test_the_archive_holds_what_the_service_makes(park: Database, path: Path, tmp_path: Path) -> None:
    """Tile by tile the same bytes and entity tags, with the archive and without."""
    expected = addresses(path)
    assert len(expected) > 15
    with (
        open_client(park, data_dir=tmp_path / "elsewhere") as live,
        open_client(park, data_dir=tmp_path) as from_file,
    ):
        for address, content in expected.items():
            made, kept = live.get(address), from_file.get(address)
            assert made.content == kept.content == content
            assert made.headers["etag"] == kept.headers["etag"]


@pytest.mark.usefixtures("none_is_made")
def test_tiles_come_from_the_archive(park: Database, path: Path, tmp_path: Path) -> None:
    """200 with what it holds, 304 to its tag, 204 where it holds nothing; no tile is made."""
    address, content = max(addresses(path).items(), key=lambda item: len(item[1]))
    with open_client(park, data_dir=tmp_path) as client:
        answered = client.get(address)
        assert (answered.status_code, answered.content) == (200, content)
        known = {"If-None-Match": answered.headers["etag"]}
        assert client.get(address, headers=known).status_code == 304
        assert client.get(f"{SCORES}/9/0/0?evaluation=1").status_code == 204


@pytest.mark.usefixtures("path", "none_is_made")
@pytest.mark.parametrize(
    "address",
    [
        f"{SCORES}/8/105/213",
        f"{SCORES}/8/105/213?evaluation=2",
        f"{SCORES}/8/105/213?evaluation=3",
        "/collections/scores/tiles/CGCS2000Quad/8/85/426?evaluation=1",
        "/collections/low-efficiency/tiles/WebMercatorQuad/8/105/213?evaluation=1",
    ],
    ids=[
        "latest of two districts",
        "a draft",
        "another evaluation",
        "another matrix set",
        "another collection",
    ],
)
def test_what_it_does_not_show_is_made(park: Database, tmp_path: Path, address: str) -> None:
    """Another edition, matrix set or collection is never answered from it."""
    with (
        open_client(park, data_dir=tmp_path) as client,
        pytest.raises(AssertionError, match="a tile is made"),
    ):
        client.get(address)


@pytest.mark.usefixtures("none_is_made")
def test_an_archive_of_another_store_is_not_used(
    park: Database, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one of another release: it would answer with other tiles."""
    first, second, *_ = addresses(path)
    with open_client(park, data_dir=tmp_path) as client:
        assert client.get(first).status_code == 200
        monkeypatch.setattr("service.jobs.tiling.__version__", "another")
        with pytest.raises(AssertionError, match="a tile is made"):
            client.get(second)


def test_a_damaged_archive_is_passed_over(
    park: Database, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The tile is made, and the log tells why."""
    address, content = max(addresses(path).items(), key=lambda item: len(item[1]))
    whole = path.read_bytes()
    last_tile = whole[:-40] + bytes(40)
    for spoiled in (b"", b"not an archive", whole[:200], last_tile, whole[:127] + bytes(900)):
        path.unlink()
        path.write_bytes(spoiled)
        caplog.clear()
        with open_client(park, data_dir=tmp_path) as client, caplog.at_level(logging.WARNING):
            answered = client.get(address)
        assert (answered.status_code, answered.content) == (200, content)
        if spoiled != last_tile:  # damage elsewhere does no harm to this tile
            assert "are not used" in caplog.text


def test_the_archive_tells_what_is_in_it(path: Path, client: TestClient) -> None:
    """Vector layers and fields as the TileJSON has them; bounds of the land; only public properties."""
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
    described = client.get(f"{SCORES}/tilejson?evaluation=1").json()
    assert metadata["vector_layers"] == described["vector_layers"]
    edges = [header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
    assert edges == pytest.approx(described["bounds"], abs=1e-6)
    assert header["max_zoom"] == described["maxzoom"]


def test_gdal_opens_the_archive(path: Path) -> None:
    """Both layers, and on the finest level every parcel that was scored."""
    assert {name for name, _ in pyogrio.list_layers(path)} == {"scores", "scores_labels"}
    _, _, labels, _ = pyogrio.raw.read(path, layer="scores_labels")
    assert len(labels) == 60


def test_who_sees_less_or_more_gets_the_same_as_without(park: Database, path: Path, tmp_path: Path) -> None:
    """A reader's tiles are those of the archive byte for byte."""
    address, content = max(addresses(path).items(), key=lambda item: len(item[1]))
    with keyed_client(park, "read", data_dir=tmp_path) as reader:
        assert reader.get(address).content == content


@pytest.mark.parametrize(
    ("evaluation", "code"), [("2", "not-published"), ("99", "not-found")], ids=["a draft", "none"]
)
def test_only_a_published_evaluation_is_exported(run, tmp_path: Path, evaluation: str, code: str) -> None:  # type: ignore[no-untyped-def]
    """A draft may change, and nothing is written."""
    done = run("export", "tiles", evaluation, str(tmp_path / "out.pmtiles"))
    assert done.exit_code == 1
    assert done.exception.code == code
    assert not list(tmp_path.glob("*out*"))


def test_a_coarser_archive_answers_only_its_levels(park: Database, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """What is finer than it holds is made."""
    assert run("export", "tiles", "1", "--zoom", "10").exit_code == 0
    found = addresses(tmp_path / "tiles" / "scores-1.pmtiles")
    assert max(int(address.split("/")[5]) for address in found) == 10
    with open_client(park, data_dir=tmp_path) as client:
        limits = client.get(f"{SCORES}?evaluation=1").json()["tileMatrixSetLimits"][14]
        address = f"{SCORES}/14/{limits['maxTileRow']}/{limits['minTileCol']}?evaluation=1"
        assert client.get(address).status_code == 200
