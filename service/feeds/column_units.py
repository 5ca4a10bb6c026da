"""The unit of a column: by the mapping, or by the file where the mapping says so."""

from service.domain.units import Metric
from service.errors import InvalidMapping
from service.feeds.header import Header
from service.feeds.mappings.fields import Field
from service.feeds.mappings.rules import UnitColumn
from service.feeds.values.amounts import has_size
from service.feeds.values.unit_words import units_in_header, units_in_titles
from service.feeds.values.units import PERCENT, size


def unit_of_column(
    unit: str | UnitColumn | None, header: Header, position: int, target: Field | Metric, name: str
) -> str | None:
    """Return the symbol of the unit in which a column is read; None where it has none, or cells tell it.

    Raises `InvalidMapping` when the file is to name the unit and names none or several, and when it names
    another than the mapping does.
    """
    column = header.names[position]
    if unit in ("header", "title"):
        return _named(unit, header, column, target, name)
    if isinstance(unit, UnitColumn) or unit == "text" or not has_size(target):
        return unit if isinstance(unit, str) else None
    said = units_in_header(column, target) - {PERCENT}
    if said and size(target, unit) not in {size(target, symbol) for symbol in said}:
        declared = unit or (target.unit if isinstance(target, Field) else "")
        raise InvalidMapping(
            f"{name}: the column {column!r} says {', '.join(sorted(said))}, the mapping says {declared}.",
            "映射的单位与表头所写单位不一致。",
            place=header.place,
            action="Correct `unit:` in the mapping. 请修改映射中的单位。",
        )
    return unit


def _named(unit: str, header: Header, column: str, target: Field | Metric, name: str) -> str:
    """The one unit that the header of the column, or a row above the table, names."""
    if unit == "header":
        said = units_in_header(column, target)
        found = f"the header {column!r} names {len(said)} units"
    else:
        said, found = units_in_titles(header.titles, target), "no row above the table names one unit"
    if len({size(target, symbol) for symbol in said}) == 1:
        return said.pop()
    raise InvalidMapping(
        f"{name}: {found} that this can have.",
        "表头或标题中没有可用的计量单位。",
        place=header.place,
        action="Give the unit in the mapping: `unit: 万元`. 请在映射中写明 unit。",
    )
