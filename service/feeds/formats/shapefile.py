"""A zipped Shapefile: one layer taken out of a hostile archive, and the encoding of its attributes."""

import codecs
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from service.errors import UnreadableFile
from service.feeds.formats.archives import extract, opened, unreadable

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MEMBERS = 1000


def unpack(archive_path: Path, folder: Path, layer: str | None, file_name: str) -> tuple[Path, str]:
    """Write the parts of one Shapefile into ``folder`` as ``layer.*``; return its path and its own name.

    Only the five parts are taken, under names of our own, so that no member's path matters. Raises
    `TooLarge` for an archive that unpacks to more than 2 GiB, `UnreadableFile` for a damaged one or one
    that holds several layers when ``layer`` names none.
    """
    with opened(archive_path, file_name, _MEMBERS) as archive:
        chosen, name = _choose(archive, layer, file_name)
        extract(archive, {folder / f"layer{suffix}": member for suffix, member in chosen.items()}, file_name)
    return folder / "layer.shp", name


def settle_encoding(shapefile: Path, forced: str | None, file_name: str) -> tuple[str, str | None]:
    """Return the encoding of a Shapefile's attributes, and a note when it had to be found out.

    A ``.cpg`` or the language byte of the ``.dbf`` is believed when the text agrees; otherwise it is UTF-8
    if all of the text is, else GB18030. Characters that dBASE cut in two at the end of a cell or a field
    name are removed from the unpacked copy. Raises `UnreadableFile` when no encoding fits.
    """
    dbf = shapefile.with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    spans = list(_text_spans(content))
    cells = [bytes(content[first:last]).rstrip(b" \0") for first, last in spans]
    declared = _declared(shapefile, content)
    encoding, note = _choose_encoding([cell for cell in cells if not cell.isascii()], forced, declared)
    if encoding is None:
        raise UnreadableFile(
            "The attributes are neither UTF-8 nor GBK.",
            "属性表编码无法识别，应为 UTF-8 或 GBK。",
            place=file_name,
            action="Export the Shapefile again in UTF-8. 请以 UTF-8 重新导出。",
        )
    cut = False
    for (first, last), cell in zip(spans, cells, strict=True):
        whole = cell if cell.isascii() else _whole_characters(cell, encoding)
        if whole != cell:
            content[first + len(whole) : last] = (
                b"\0" if first < content[8] + content[9] * 256 else b" "
            ) * (last - first - len(whole))
            cut = True
    if cut:
        dbf.write_bytes(content)
    return encoding, note


def _choose_encoding(
    cells: list[bytes], forced: str | None, declared: str | None
) -> tuple[str | None, str | None]:
    if forced is not None:
        return (forced if _fits(cells, forced) else None), None
    if declared is not None and _fits(cells, declared):
        return declared, None
    if not cells:
        return "UTF-8", None
    for encoding, name in (("UTF-8", "UTF-8"), ("GB18030", "GBK")):
        if _fits(cells, encoding):
            return (
                encoding,
                f"The attributes are {name} by their bytes; the file does not say so. 属性按{name}读取。",
            )
    return None, None


def _choose(
    archive: zipfile.ZipFile, layer: str | None, file_name: str
) -> tuple[dict[str, zipfile.ZipInfo], str]:
    groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        where = PurePosixPath(member.filename.replace("\\", "/"))
        if where.suffix.lower() in _PARTS and "__MACOSX" not in where.parts:
            groups.setdefault(str(where.with_suffix("")), {})[where.suffix.lower()] = member
    layers = {PurePosixPath(stem).name: parts for stem, parts in groups.items() if ".shp" in parts}
    if layer is None and len(layers) == 1:
        layer = next(iter(layers))
    if layer not in layers:
        raise UnreadableFile(
            f"The archive holds the layers {', '.join(sorted(layers))}; the mapping must name one.",
            "压缩包内有多个图层，请在映射中用 layer 指明。",
            place=file_name,
            action="Add `layer:` to the mapping. 请在映射文件中增加 layer。",
        )
    parts = layers[layer]
    if ".shx" not in parts or ".dbf" not in parts:
        raise unreadable(f"The Shapefile {layer} lacks its .shx or .dbf.", file_name)
    return parts, layer


def _declared(shapefile: Path, dbf: bytearray) -> str | None:
    cpg = shapefile.with_suffix(".cpg")
    if cpg.exists():
        name = cpg.read_bytes()[:64].decode("ascii", "replace").strip().lower()
        if name.replace("-", "") in ("utf8", "65001"):
            return "UTF-8"
        if name.removeprefix("cp").strip() in ("936", "gbk", "gb2312", "gb18030", "ansi 936"):
            return "GB18030"
        try:
            return codecs.lookup(name).name
        except LookupError:
            return None
    return "GB18030" if len(dbf) > 29 and dbf[29] == 0x4D else None


def _text_spans(dbf: bytearray) -> Iterator[tuple[int, int]]:
    """Yield where the field names and the text cells of a dBASE file are."""
    if len(dbf) < 33:
        return
    records, header_size, record_size = struct.unpack_from("<IHH", dbf, 4)
    within, offset, position = [], 1, 32
    while position + 32 <= min(len(dbf), header_size) and dbf[position] != 0x0D:
        name = bytes(dbf[position : position + 11])
        yield position, position + len(name.split(b"\0")[0])
        width = dbf[position + 16]
        if dbf[position + 11] == ord("C"):
            within.append((offset, offset + width))
        offset += width
        position += 32
    for number in range(min(records, (len(dbf) - header_size) // max(record_size, 1))):
        start = header_size + number * record_size
        for first, last in within:
            yield start + first, min(start + last, len(dbf))


def _whole_characters(cell: bytes, encoding: str) -> bytes:
    """Return the cell without a character that was cut in two at its end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    return decoder.decode(cell, final=False).encode(encoding)


def _fits(cells: list[bytes], encoding: str) -> bool:
    try:
        return all(cell.startswith(_whole_characters(cell, encoding)) for cell in cells)
    except (UnicodeError, LookupError):
        return False
