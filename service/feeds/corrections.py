"""Corrections (更正) of held rows: the file is read again as it was received, with other cells in these rows.

Only the corrected rows come out. All that stands around them counts as before: titles, header, merged cells
above.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from service.domain.hand_overs import AT
from service.errors import InvalidParameter
from service.feeds.chunks import Chunk
from service.feeds.formats.layers import Layer
from service.feeds.header import Header
from service.feeds.rows import Table


@dataclass(frozen=True, slots=True)
class Correction:
    """What a held row should have said; without any cell it is read as it stands.

    ``cells`` names source columns as the row's content does.
    """

    source_row: int
    """The id of the held row."""
    cells: Mapping[str, str]


Corrections = Mapping[int, Correction]
"""By the row's number in its file."""


def correct_table(table: Table, corrections: Corrections) -> None:
    """Put the corrected cells into the rows of a table; raises `InvalidParameter` for a column it has not."""
    places = _places(table.header.names, corrections)
    below = table.below

    def corrected() -> Iterator[tuple[int, list[str]]]:
        for number, cells in below:
            yield number, _with(cells, places.get(number, {}))

    table.below = corrected()


def correct_layer(layer: Layer, corrections: Corrections) -> Layer:
    """Return a layer with the corrected attributes; raises `InvalidParameter` for one it has not."""
    places = _places(Header(layer.columns, layer.name).names, corrections)
    numbered = zip(layer.numbers, layer.cells, strict=True)
    return replace(layer, cells=[_with(cells, places.get(number, {})) for number, cells in numbered])


def only_corrected(chunks: Iterator[Chunk], corrections: Corrections) -> Iterator[Chunk]:
    """Yield of the rows those that are corrected, each with the row that it corrects."""
    corrects = {number: correction.source_row for number, correction in corrections.items()}
    before = left = 0
    for chunk in chunks:
        wanted = chunk.kept["row"].is_in(list(corrects))
        kept = chunk.kept.filter(wanted).with_columns(
            corrects=pl.col("row").replace_strict(corrects, return_dtype=pl.Int64)
        )
        places = pl.DataFrame(
            {
                AT: (wanted.arg_true() + before).cast(pl.UInt32),
                "place": pl.int_range(left, left + kept.height, dtype=pl.UInt32, eager=True),
            }
        )
        facts = chunk.facts.join(places, on=AT, maintain_order="left").with_columns(pl.col("place").alias(AT))
        before, left = before + chunk.kept.height, left + kept.height
        yield Chunk(kept, facts.drop("place"))


def _places(names: Sequence[str], corrections: Corrections) -> dict[int, dict[int, str]]:
    """Row → position → text."""
    position = {name: place for place, name in enumerate(names)}
    found: dict[int, dict[int, str]] = {}
    for number, correction in corrections.items():
        for name, text in correction.cells.items():
            if name not in position:
                raise InvalidParameter(
                    f"The file has no column {name!r}. The columns are: {', '.join(names[:60])}.",
                    "文件中没有此列。",
                    code="unknown-column",
                    place=f"row {number}",
                    action="Name columns as the row's content does. 请使用行内容中的列名。",
                )
            found.setdefault(number, {})[position[name]] = text
    return found


def _with(cells: list[str], texts: Mapping[int, str]) -> list[str]:
    if not texts:
        return cells
    longer = max(texts) + 1 - len(cells)
    corrected = [*cells, *[""] * longer]
    for position, text in texts.items():
        corrected[position] = text
    return corrected
