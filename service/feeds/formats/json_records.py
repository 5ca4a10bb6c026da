"""JSON as tables: an array of objects, one object a line, or an object that holds such an array."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from service.errors import InvalidMapping, TooLarge, UnreadableFile

_WHOLE_LIMIT = 128 << 20
"""A document is read whole; beyond this one object a line is the way."""

_DEPTH, _LEVELS = 4, 20
_LINE_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one file: all names that occur, nested ones joined by ``/``, in order of appearance."""

    path: Path
    file_name: str
    columns: list[str]
    whole: list[dict[str, str]] | None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record's number, of its line where it has one, and its texts by column."""
        records = (
            enumerate(self.whole, start=1) if self.whole is not None else _lines(self.path, self.file_name)
        )
        for number, record in records:
            yield number, [record.get(column, "") for column in self.columns]


def open_records(path: Path, file_name: str, key: str | None, encoding: str | None = None) -> Records:
    """Settle where the records are and what names they have.

    :param key: under which name of an object the records stand, with ``/`` between levels
    :raises UnreadableFile: for what is no JSON, naming the line where lines are read
    :raises InvalidMapping: when an object holds no array of objects, or several and ``key`` names none
    """
    if _is_lines(path, file_name):
        names = (record for _, record in _lines(path, file_name))
        return Records(path, file_name, _columns(names), None)
    if path.stat().st_size > _WHOLE_LIMIT:
        raise TooLarge(
            "A JSON document is read up to 128 MiB.",
            "JSON 文件过大。",
            place=file_name,
            action="Hand it over as .ndjson, one object a line. 请按每行一个对象提交。",
        )
    document = _parsed(path.read_bytes(), file_name, encoding)
    records = [_flat(record) for record in _found(document, key, file_name)]
    return Records(path, file_name, _columns(records), records)


def _is_lines(path: Path, file_name: str) -> bool:
    """Tell whether the first line is an object of its own, with others to follow or a name that says so."""
    with path.open("rb") as file:
        first = file.readline(_LINE_LIMIT).removeprefix(b"\xef\xbb\xbf")
        more = file.readline(_LINE_LIMIT).strip()
    try:
        alone = isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        alone = False
    return file_name.lower().endswith((".ndjson", ".jsonl")) or (alone and more.startswith(b"{"))


def _lines(path: Path, file_name: str) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LINE_LIMIT + 1), b""), start=1):
            if not line.strip():
                continue
            try:
                record = orjson.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
            except orjson.JSONDecodeError:
                record = None
            if not isinstance(record, dict):
                raise _no_json("one object", f"{file_name}, line {number}")
            yield number, _flat(record)


def _parsed(payload: bytes, file_name: str, encoding: str | None) -> Any:
    try:
        if encoding is None or encoding == "utf-8":
            return orjson.loads(payload.removeprefix(b"\xef\xbb\xbf"))
        return orjson.loads(payload.decode(encoding))
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        raise _no_json("JSON in UTF-8" if encoding is None else f"JSON in {encoding}", file_name) from None


def _found(document: Any, key: str | None, file_name: str) -> list[dict[str, Any]]:
    if key is not None:
        for name in key.split("/"):
            document = document.get(name) if isinstance(document, dict) else None
        arrays = {key: document} if _is_table(document) else {}
    else:
        arrays = dict(_arrays(document, (), _DEPTH))
    if len(arrays) == 1:
        (found,) = arrays.values()
        return list(_unwrapped(found))
    said = f"several arrays of objects: {', '.join(arrays)}" if arrays else "no array of objects"
    raise InvalidMapping(
        f"The document holds {said}{f' under {key!r}' if key else ''}.",
        "JSON 中没有或有多个记录数组。",
        place=file_name,
        action="Name it in the mapping: `records: data/rows`. 请在映射中用 records 指明。",
    )


def _arrays(document: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of objects within a document; the records of one are not searched for more."""
    if _is_table(document):
        yield "/".join(path), document
    elif isinstance(document, dict) and depth:
        for name, value in document.items():
            yield from _arrays(value, (*path, name), depth - 1)


def _is_table(value: Any) -> bool:
    value = _unwrapped(value)
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _unwrapped(value: Any) -> Any:
    """Return what a text holds where a gateway wraps the records as text within JSON."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _columns(records: Iterable[dict[str, str]]) -> list[str]:
    found: dict[str, None] = {}
    for record in records:
        found.update(dict.fromkeys(record))
    return list(found)


def _flat(record: dict[str, Any], prefix: str = "", depth: int = _LEVELS) -> dict[str, str]:
    """Return a record as texts; lists, and what is nested beyond measure, stay JSON."""
    texts: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict) and depth:
            texts.update(_flat(value, f"{prefix}{name}/", depth - 1))
        else:
            texts[prefix + name] = _text(value)
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        try:
            return orjson.dumps(value).decode()
        except orjson.JSONEncodeError:
            raise _no_json("a table: it is nested beyond measure", None) from None
    return str(value)


def _no_json(what: str, place: str | None) -> UnreadableFile:
    return UnreadableFile(
        f"This is not {what}.",
        "不是有效的 JSON。",
        place=place,
        action="Export it again. 请重新导出。",
    )
