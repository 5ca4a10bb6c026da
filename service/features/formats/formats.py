"""The formats (格式) in which features are given as files, and how content becomes one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from service.features.formats import (
    csv_text,
    flatgeobuf,
    geopackage,
    geoparquet,
    ndjson,
    shapefile,
    xlsx,
)
from service.features.formats.content import Content
from service.features.table import FeatureTable

_PART = 1 << 20


@dataclass(frozen=True)
class Format:
    """A format: its names, and either a stream of it, chunk by chunk, or a writer of a file."""

    f: str
    """Its value of the parameter ``f``."""
    media_type: str
    suffix: str
    title: str
    also: tuple[str, ...] = ()
    """Other values of ``f``."""
    also_types: frozenset[str] = frozenset()
    """Other media types by which clients ask for it."""
    stream: Callable[[Content], Iterator[bytes]] | None = None
    file: Callable[[Content, Path], None] | None = None
    compressed: bool = False
    """Whether its files are compressed already."""
    turns: bool = False
    """Whether coordinates have the order of the authority; in the other formats x is always to the east."""

    def write(self, content: Content, path: Path) -> None:
        """Write a file; one that is there already is written anew."""
        if self.file is not None:
            path.unlink(missing_ok=True)
            with _told_as_it_was(content) as watched:
                self.file(watched, path)
        if self.stream is not None:
            with path.open("wb") as target:
                target.writelines(self.stream(content))

    @contextmanager
    def opened(self, content: Content) -> Iterator[Iterator[bytes]]:
        """Give the bytes in parts; a file that had to be written first is gone afterwards.

        What cannot be written is told before the first part.
        """
        if self.stream is not None:
            yield self.stream(content)
            return
        with TemporaryDirectory(prefix="mujun-file-") as folder:
            path = Path(folder) / f"features{self.suffix}"
            self.write(content, path)
            with path.open("rb") as file:
                yield iter(lambda: file.read(_PART), b"")


@contextmanager
def _told_as_it_was(content: Content) -> Iterator[Content]:
    """Raise what the chunks raise, of which the libraries that take them make errors of their own."""
    raised: list[Exception] = []

    def chunks() -> Iterator[FeatureTable]:
        try:
            yield from content.chunks()
        except Exception as error:
            raised.append(error)
            raise

    try:
        yield replace(content, chunks=chunks)
    except Exception:
        if raised:
            raise raised[0] from None
        raise


FORMATS = (
    Format(
        "csv",
        "text/csv",
        ".csv",
        "CSV, UTF-8 逗号分隔文本",
        stream=csv_text.stream,
        turns=True,
    ),
    Format(
        "ndjson",
        "application/x-ndjson",
        ".geojsonl",
        "GeoJSON, a feature a line 逐行 GeoJSON",
        ("jsonl", "geojsonl"),
        frozenset(
            f"application/{name}" for name in ("ndjson", "jsonl", "geojsonl", "geo+ndjson", "geo+x-ndjson")
        ),
        stream=ndjson.lines,
        turns=True,
    ),
    Format(
        "geojsonseq",
        "application/geo+json-seq",
        ".geojsons",
        "GeoJSON text sequence (RFC 8142) GeoJSON 文本序列",
        ("geojsons",),
        stream=ndjson.sequence,
        turns=True,
    ),
    Format(
        "fgb",
        "application/flatgeobuf",
        ".fgb",
        "FlatGeobuf",
        ("flatgeobuf",),
        frozenset({"application/vnd.flatgeobuf"}),
        file=flatgeobuf.write,
    ),
    Format(
        "gpkg",
        "application/geopackage+sqlite3",
        ".gpkg",
        "GeoPackage",
        ("geopackage",),
        frozenset({"application/geopackage+vnd.sqlite3"}),
        file=geopackage.write,
    ),
    Format(
        "parquet",
        "application/vnd.apache.parquet",
        ".parquet",
        "GeoParquet 1.1",
        ("geoparquet",),
        frozenset({"application/x-parquet"}),
        file=geoparquet.write,
        compressed=True,
    ),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
        "XLSX workbook 工作簿",
        file=xlsx.write,
        compressed=True,
    ),
    Format(
        "shp",
        "application/zip",
        ".shp.zip",
        "Shapefile, zipped 压缩的 Shapefile",
        ("shapefile",),
        frozenset({"application/x-shapefile"}),
        file=shapefile.write,
        compressed=True,
    ),
)
"""Every format, in the order in which links name them."""

_BY_NAME = {name: each for each in FORMATS for name in (each.f, *each.also, each.media_type)}


def format_of(name: str) -> Format:
    """Return the format of a value of ``f`` or of its media type; raises `KeyError`."""
    return _BY_NAME[name]
