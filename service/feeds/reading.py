"""Reads one hand-over whole: every row with its verdict, as far as the file alone decides it."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from service.domain.hand_overs import Feed, HandedRow, Key, Verdict
from service.errors import InvalidMapping, InvalidParameter, UnreadableFile
from service.feeds.converting import Converter
from service.feeds.files import Kind, kind_of
from service.feeds.layers import read_layer
from service.feeds.mapping import FeedMapping, Rule
from service.feeds.parcels import COMPUTED, REPAIRED, parcel_rows
from service.feeds.records import content_fields, record_rows
from service.feeds.rows import figure_rows
from service.feeds.tables import layer_table, open_table


@dataclass(slots=True)
class Reading:
    """A file as read: its rows, the content fields their facts fill, the mapping as applied, and notes."""

    mapping: FeedMapping
    fields: tuple[str, ...]
    rows: list[HandedRow]
    notes: list[str]
    repaired: int


def read_hand_over(
    path: Path,
    feed: Feed,
    mapping: FeedMapping | None = None,
    *,
    file_name: str | None = None,
    district: str | None = None,
    crs: str | None = None,
    transformation: str | None = None,
    repair: bool = False,
) -> Reading:
    """Read a file of a feed; nothing is stored.

    :param district: of all parcels of the file, where the mapping does not say it
    :param crs: the operator's word on the coordinate system, before the file's own
    :param transformation: the operator's way to CGCS2000; see `service.feeds.crs`
    :param repair: mend invalid geometries instead of holding them
    :raises InputError: when the file, the mapping or a parameter cannot be used at all
    """
    name = file_name or path.name
    kind = kind_of(path, name)
    notes: list[str] = []
    if mapping is not None and mapping.feed is not feed:
        raise InvalidMapping(
            f"The mapping is for {mapping.feed}, the file is handed over as {feed}.",
            "映射文件与交付的数据类型不符。",
            place=name,
        )
    if feed is Feed.PARCELS:
        layer = read_layer(path, _layer_kind(kind, name), name, mapping, geometry=True)
        notes.extend(layer.notes)
        used, table = layer_table(layer, name, feed, mapping)
        used = _with_district(used, district)
        converter = Converter(used, table.header)
        fields = (*content_fields(feed, converter.stated), *COMPUTED)
        rows = list(
            parcel_rows(
                layer,
                converter,
                crs=crs,
                transformation=transformation,
                repair=repair,
                place=name,
                notes=notes,
            )
        )
    else:
        used, table = open_table(path, kind, name, feed, mapping, notes)
        converter = Converter(used, table.header)
        is_figures = feed is Feed.FIGURES
        fields = ("value",) if is_figures else content_fields(feed, converter.stated)
        rows = list((figure_rows if is_figures else record_rows)(table, converter))
    settle(rows)
    repaired = sum(row.reason == REPAIRED and row.verdict is Verdict.ACCEPTED for row in rows)
    return Reading(used, fields, rows, notes, repaired)


def settle(rows: list[HandedRow]) -> None:
    """Decide what rows of one file say to each other, in place; the order of rows does not matter.

    All rows that take part in a contradiction are held; of rows that say the same, the first states it.
    """
    first: dict[Key, tuple[object, ...]] = {}
    disputed: dict[Key, list[int]] = defaultdict(list)
    for row in rows:
        for key, content in row.facts:
            if first.setdefault(key, content) != content:
                disputed[key] = []
    if disputed:
        _hold_disputed(rows, disputed)
    seen: set[Key] = set()
    for row in rows:
        if not row.facts:
            continue
        fresh = tuple(fact for fact in row.facts if fact[0] not in seen)
        if not fresh:
            row.verdict, row.reason, row.column, row.detail = Verdict.DUPLICATE, "repeated_row", None, None
        seen.update(key for key, _ in fresh)
        row.facts = fresh


def _hold_disputed(rows: list[HandedRow], disputed: dict[Key, list[int]]) -> None:
    for row in rows:
        for key, _ in row.facts:
            if key in disputed:
                disputed[key].append(row.row)
    for row in rows:
        for key, _ in row.facts:
            if key in disputed:
                others = [number for number in disputed[key] if number != row.row][:10]
                what = " ".join(str(part) for part in key if part not in (None, ""))
                row.hold(
                    "conflicting_rows",
                    None,
                    f"Row {', '.join(map(str, others))} of this file says something else of {what}.",
                )
                break


def _layer_kind(kind: Kind, file_name: str) -> Kind:
    if not kind.is_layer:
        raise UnreadableFile(
            f"Parcels need geometry; a {kind} has none.",
            "宗地须以带图形的 GIS 文件交付。",
            place=file_name,
            action="Hand over GeoPackage, GeoJSON, FlatGeobuf or a zipped Shapefile. 请提交 GIS 文件。",
        )
    return kind


def _with_district(mapping: FeedMapping, district: str | None) -> FeedMapping:
    rule = mapping.columns.get("district")
    if rule is None:
        if not district:
            raise InvalidParameter(
                "Parcels belong to a district, and neither the mapping nor the import names one.",
                "宗地须指明行政区。",
                code="district-required",
                place="district",
                action="Give --district, or `district:` in the mapping. 请指明行政区。",
            )
        columns = {**mapping.columns, "district": Rule(constant=district)}
        return mapping.model_copy(update={"columns": columns})
    if district and rule.constant != district:
        raise InvalidParameter(
            "The mapping reads the district already, and not as the import names it.",
            "映射文件已指定行政区，与导入参数不一致。",
            place="district",
            action="Leave one of them away. 请只保留其中一个。",
        )
    return mapping
