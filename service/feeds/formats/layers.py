"""GIS files as tables, read by GDAL: attributes as text, geometry as WKB, the CRS as the file gives it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import read as read_raw

from service.errors import UnreadableFile
from service.feeds.formats.file_gdb import unpack_gdb
from service.feeds.formats.files import Kind
from service.feeds.formats.shapefile import settle_encoding, unpack
from service.feeds.mappings.mapping import FeedMapping

_DRIVERS = {
    Kind.GEOPACKAGE: "GPKG",
    Kind.FLATGEOBUF: "FlatGeobuf",
    Kind.GEOJSON: "GeoJSON",
    Kind.SHAPEFILE: "ESRI Shapefile",
    Kind.FILE_GDB: "OpenFileGDB",
}
_SUFFIX = {Kind.GEOPACKAGE: ".gpkg", Kind.FLATGEOBUF: ".fgb", Kind.GEOJSON: ".geojson"}


@dataclass(slots=True)
class Layer:
    """One layer: ``numbers`` are GDAL's feature ids, ``cells`` attributes as text, ``wkb`` bytes or None.

    ``wkb`` as a whole is None when geometry was not asked for, or the layer is a table without any.
    """

    name: str
    columns: list[str]
    numbers: list[int]
    cells: list[list[str]]
    wkb: np.ndarray | None
    crs: str | None
    notes: list[str]


def read_layer(
    path: Path, kind: Kind, file_name: str, mapping: FeedMapping | None, *, geometry: bool
) -> Layer:
    """Read one layer whole: the one the mapping names, or the only one.

    Raises `UnreadableFile` for damaged files and when several layers leave a choice.
    """
    layer = mapping.layer if mapping else None
    notes: list[str] = []
    encoding: str | None
    with TemporaryDirectory() as folder, _told(notes):
        try:
            if kind is Kind.SHAPEFILE:
                shapefile, name = _unpacked(path, file_name, layer, Path(folder))
                encoding, note = settle_encoding(shapefile, mapping.encoding if mapping else None, file_name)
                notes.extend([note] if note else [])
                source = str(shapefile)
            else:
                source, name = _direct(path, kind, file_name, layer, Path(folder))
                encoding = None
            meta, numbers, wkb, columns = read_raw(
                source,
                layer=None if kind is Kind.SHAPEFILE else name,
                encoding=encoding,
                read_geometry=geometry,
                force_2d=True,
                return_fids=True,
                datetime_as_string=True,
            )
        except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError, RuntimeError, OSError):
            raise UnreadableFile(
                f"The file is damaged or no {kind}.",
                "文件已损坏或格式不符。",
                place=file_name,
                action="Export it again. 请重新导出。",
            ) from None
    cells = [_texts(column) for column in columns]
    return Layer(
        name=_printable(name),
        columns=[str(field) for field in meta["fields"]],
        numbers=[int(number) for number in numbers],
        cells=[list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in numbers],
        wkb=wkb if geometry and meta["geometry_type"] is not None else None,
        crs=meta["crs"],
        notes=notes,
    )


def _unpacked(path: Path, file_name: str, layer: str | None, folder: Path) -> tuple[Path, str]:
    """Return the Shapefile to open and the layer's own name."""
    shapefile, name = unpack(path, folder, layer, file_name)
    with shapefile.open("rb") as file:
        if file.read(4) != b"\0\0\x27\x0a":
            raise DataSourceError("not a Shapefile")
    return shapefile, name


def _direct(path: Path, kind: Kind, file_name: str, layer: str | None, folder: Path) -> tuple[str, str]:
    """Return what to open and the layer's name."""
    opened = unpack_gdb(path, folder, file_name) if kind is Kind.FILE_GDB else path.resolve()
    if kind is not Kind.FILE_GDB and opened.suffix.lower() != _SUFFIX[kind]:
        # uploads lie under names of their own; GDAL looks at the suffix
        link = folder / f"layer{_SUFFIX[kind]}"
        link.symlink_to(opened)
        opened = link
    # the prefix keeps GDAL from taking JSON for one of its pipelines, which would open other files
    source = f"GeoJSON:{opened}" if kind is Kind.GEOJSON else str(opened)
    names = [str(name) for name, type_ in pyogrio.list_layers(source)]
    if layer is None and len(names) == 1:
        layer = names[0]
    if layer not in names:
        said = (
            "has no layer" if not names else f"holds the layers {', '.join(names)}; the mapping must name one"
        )
        raise UnreadableFile(
            f"The file {said}.",
            "文件中有多个图层，请在映射中用 layer 指明。",
            place=file_name,
            action="Add `layer:` to the mapping. 请在映射文件中增加 layer。",
        )
    if pyogrio.read_info(source, layer=layer)["driver"] != _DRIVERS[kind]:
        raise DataSourceError("another driver answered")
    return source, layer


@contextmanager
def _told(notes: list[str]) -> Iterator[None]:
    """Turn the warnings of GDAL into notes, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    notes.extend(dict.fromkeys(_printable(f"GDAL: {warning.message}") for warning in caught))


def _texts(column: np.ndarray) -> list[str]:
    """Return a column as text; NaN is how GDAL gives a missing number."""
    kind = column.dtype.kind
    if kind == "f" and column.dtype.itemsize == 4:
        return ["" if np.isnan(value) else str(value) for value in column]
    if kind == "f":
        return ["" if np.isnan(value) else str(value) for value in column.tolist()]
    if kind == "b":
        return ["true" if value else "false" for value in column.tolist()]
    return ["" if value is None else _text(value) for value in column.tolist()]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
