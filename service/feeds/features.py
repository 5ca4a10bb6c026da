"""Parcels (宗地), buildings (建筑物), barriers (阻隔): attributes and geometry become one record."""

from collections.abc import Iterator
from typing import Any

import orjson

from service.domain.hand_overs import Feed, HandedRow, Verdict
from service.feeds.converting import Converter, RowHeld
from service.feeds.formats.crs import NotTransformable, to_cgcs2000, understand
from service.feeds.formats.geometry import decode, judge, sample
from service.feeds.formats.layers import Layer
from service.feeds.records import record_fact

GEOMETRY = "@geometry"
"""Under this name a source row keeps its geometry as received: WKB in hexadecimal, in the file's own CRS."""

COMPUTED = ("geodesic_area_m2", "geom")
"""What a feature's geometry gives to its record; barriers, which may be lines, have no area."""

LINES_TOO = frozenset({Feed.BARRIERS})
"""Feeds whose features are lines or polygons; those of all others are polygons."""

REPAIRED = "geometry_repaired"

KEPT_BYTES = 16 * 200_000
"""A larger geometry stands in the kept file alone."""


def computed(feed: Feed) -> tuple[str, ...]:
    """Return the fields of a feed that come from the geometry."""
    return COMPUTED[1:] if feed in LINES_TOO else COMPUTED


def feature_rows(
    layer: Layer,
    converter: Converter,
    *,
    crs: str | None,
    transformation: str | None,
    repair: bool,
    place: str,
    notes: list[str],
) -> Iterator[HandedRow]:
    """Yield a row per feature; notes on the coordinate system are appended to ``notes`` before the first.

    Raises `UnusableCrs` when the layer has no CRS and the operator gives none.
    """
    if layer.wkb is None:
        raise ValueError("the layer was read without geometry")
    source, said = understand(layer.crs, crs, place)
    notes.extend(said)
    geometries = decode(layer.wkb)
    lines = converter.feed in LINES_TOO
    try:
        conversion = to_cgcs2000(source, transformation, sample(geometries))
        notes.extend(conversion.notes)
        judged = judge(layer.wkb, geometries, conversion, repair=repair, lines=lines)
    except NotTransformable as refusal:
        judged = judge(layer.wkb, geometries, str(refusal), repair=repair, lines=lines)
    for index, number in enumerate(layer.numbers):
        row = HandedRow(layer.name, number, _content(layer, index))
        cells = layer.cells[index]
        if converter.aside and converter.aside.skips(cells):
            row.verdict, row.reason = Verdict.SKIPPED, "skipped_by_mapping"
            yield row
            continue
        values: list[Any]
        try:
            values = converter.values(converter.aside.fill(cells))
            fact = record_fact(
                converter, values, (judged.wkb[index],) if lines else (judged.area[index], judged.wkb[index])
            )
        except RowHeld as held:
            converter.identification.hold(row, layer.cells[index], held)
        else:
            problem = judged.problem[index]
            if problem is not None:
                row.hold(problem[0], GEOMETRY, problem[1])
            else:
                row.facts = (fact,)
                converter.identification.accept(row)
                if judged.repaired[index] is not None:
                    row.reason, row.column, row.detail = REPAIRED, GEOMETRY, judged.repaired[index]
        yield row


def _content(layer: Layer, index: int) -> str:
    given = {name: cell for name, cell in zip(layer.columns, layer.cells[index], strict=True) if cell}
    blob = layer.wkb[index] if layer.wkb is not None else None
    if blob is not None and len(blob) <= KEPT_BYTES:
        given[GEOMETRY] = bytes(blob).hex()
    return orjson.dumps(given).decode()
