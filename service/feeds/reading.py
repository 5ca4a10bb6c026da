"""Reads one hand-over whole: every row with its verdict, as far as the file alone decides it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from service.domain.hand_overs import Fact, Feed, HandedRow, Verdict
from service.errors import InvalidMapping, InvalidParameter, UnreadableFile
from service.feeds import facts
from service.feeds.chunks import Chunk, chunked, table_chunks
from service.feeds.converting import Converter
from service.feeds.corrections import Corrections, correct_layer, correct_table, only_corrected
from service.feeds.features import REPAIRED, computed, feature_rows
from service.feeds.formats.files import Kind, kind_of
from service.feeds.formats.layers import Layer, read_layer
from service.feeds.identifying import Identify
from service.feeds.mappings.mapping import FeedMapping, Rule
from service.feeds.records import content_fields, record_rows
from service.feeds.rows import figure_rows
from service.feeds.settling import settle
from service.feeds.spool import Spool
from service.feeds.tables import layer_table, open_table

Progress = Callable[[int, int | None, str], None]
"""Is told the rows done, all rows or None while nobody knows, and the phase: ``reading`` or ``writing``."""


_NEED_GEOMETRY = {Feed.BUILDINGS: ("Buildings", "建筑物"), Feed.BARRIERS: ("Barriers", "阻隔")}


@dataclass(slots=True)
class Reading:
    """A file as read: what is kept of its rows, what they state, the mapping as applied, and notes.

    Rows and facts are the frames of `service.feeds.facts`; of facts each key is left once.
    """

    feed: Feed
    mapping: FeedMapping
    fields: tuple[str, ...]
    """The content that the facts fill, in order; of figures their metrics. Parcels whose fields lack ``geom``
    come from a table without geometry: they bring known parcels up to date and make no new ones."""
    facts: pl.DataFrame
    later: pl.DataFrame
    """Verdicts that came of comparing the rows with each other (`service.feeds.settling.LATER`)."""
    notes: list[str]
    spool: Spool

    @property
    def rows(self) -> list[HandedRow]:
        """All rows as objects: for files that a person looks at."""
        later = {at: values for at, *values in self.later.iter_rows()}
        stated = self._facts_by_row()
        found: list[HandedRow] = []
        for frame in self.spool:
            for row in frame.iter_rows(named=True):
                at = len(found)
                row.update(zip(self.later.columns[1:], later.get(at, ()), strict=False))
                verdict = Verdict(row.pop("verdict"))
                found.append(HandedRow(**row, verdict=verdict, facts=tuple(stated.get(at, ()))))
        return found

    @property
    def repaired(self) -> int:
        """How many rows are accepted with a geometry that was mended."""
        return sum(row.reason == REPAIRED and row.verdict is Verdict.ACCEPTED for row in self.rows)

    def _facts_by_row(self) -> dict[int, list[Fact]]:
        found: dict[int, list[Fact]] = {}
        parts = len(facts.key_of(self.feed))
        for at, _, *values in self.facts.iter_rows():
            key, content = tuple(values[:parts]), tuple(values[parts:])
            if self.feed is not Feed.FIGURES:
                found.setdefault(at, []).append((key, content))
                continue
            measured = zip(self.fields, content, strict=True)
            found.setdefault(at, []).extend(((*key, m), (v,)) for m, v in measured if v is not None)
        return found


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
    identify: Identify | None = None,
    progress: Progress | None = None,
    corrections: Corrections | None = None,
) -> Reading:
    """Read a file of a feed; nothing is stored.

    :param district: of all parcels of the file, where the mapping does not say it
    :param crs: the operator's word on the coordinate system, before the file's own
    :param transformation: the operator's way to CGCS2000; see `service.feeds.formats.crs`
    :param repair: mend invalid geometries instead of holding them
    :param identify: knows enterprises by name and number, and what became of parcels
    :param progress: is called for each chunk of rows
    :param corrections: read these rows alone, with other cells
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
    layer = _shapes(path, kind, name, feed, mapping)
    if layer is not None:
        notes.extend(layer.notes)
        if corrections is not None:
            layer = correct_layer(layer, corrections)
        used, table = layer_table(layer, name, feed, mapping)
    else:
        used, table = open_table(path, kind, name, feed, mapping, notes)
        if corrections is not None:
            correct_table(table, corrections)
    spatial = layer is not None and layer.wkb is not None
    if feed is Feed.PARCELS:
        used = _with_district(used, district, needed=spatial)
    converter = Converter(used, table.header, identify)
    fields = converter.metrics if feed is Feed.FIGURES else content_fields(feed, converter.stated)
    if layer is not None and spatial:
        fields = (*fields, *computed(feed))
        columns = facts.schema(feed, fields)
        rows = feature_rows(
            layer,
            converter,
            crs=crs,
            transformation=transformation,
            repair=repair,
            place=name,
            notes=notes,
        )
        chunks = chunked(feed, rows, columns)
    else:
        if feed is Feed.PARCELS:
            notes.append("Without geometry: brings known parcels up to date. 不含图形，仅更新已有宗地。")
        columns = facts.schema(feed, fields)
        one_by_one = figure_rows if feed is Feed.FIGURES else record_rows
        chunks = table_chunks(table, converter, one_by_one, columns)
    if corrections is not None:
        chunks = only_corrected(chunks, corrections)
    spool, stated = _put_aside(chunks, progress)
    stated, later = settle(
        stated if stated is not None else pl.DataFrame(schema=columns),
        facts.key_of(feed),
        apart=feed is Feed.FIGURES,
    )
    return Reading(feed, used, fields, stated, later, notes, spool)


def _put_aside(chunks: Iterator[Chunk], progress: Progress | None) -> tuple[Spool, pl.DataFrame | None]:
    """Return what is kept of all rows, on disk, and what they state, in memory."""
    spool, stated = Spool(), []
    with _no_search_for_cycles():
        for chunk in chunks:
            spool.append(chunk.kept)
            if chunk.facts.height:
                stated.append(chunk.facts)
            gc.collect(0)  # a refused cell leaves its frames in a cycle; the young are few by now
            if progress is not None:
                progress(spool.rows, None, "reading")
    return spool, pl.concat(stated) if stated else None


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Make lists of cells by the million without having each searched for cycles, of which they have none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _shapes(path: Path, kind: Kind, file_name: str, feed: Feed, mapping: FeedMapping | None) -> Layer | None:
    """Return the layer with the geometry of parcels, buildings or barriers; None for what is only a table.

    Raises `UnreadableFile` for buildings and barriers without geometry: they have nowhere to stand.
    """
    if feed is not Feed.PARCELS and feed not in _NEED_GEOMETRY:
        return None
    layer = read_layer(path, kind, file_name, mapping, geometry=True) if kind.is_layer else None
    if feed in _NEED_GEOMETRY and (layer is None or layer.wkb is None):
        english, chinese = _NEED_GEOMETRY[feed]
        raise UnreadableFile(
            f"{english} need geometry; this {kind} has none.",
            f"{chinese}须以带图形的 GIS 文件交付。",
            place=file_name,
            action="Hand over GeoPackage, GeoJSON, FlatGeobuf, or a zipped Shapefile or File GDB. "
            "请提交 GIS 文件。",
        )
    return layer


def _with_district(mapping: FeedMapping, district: str | None, *, needed: bool) -> FeedMapping:
    """Return the mapping with the district of the import; a table about known parcels may do without."""
    rule = mapping.columns.get("district")
    if rule is None:
        if not district and not needed:
            return mapping
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
