"""Records that are kept in place, all but figures: one row states one record."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from service.domain.hand_overs import Fact, Feed, HandedRow
from service.feeds.converting import Converter, RowHeld
from service.feeds.rows import Table, handed_rows

KEY_FIELDS: dict[Feed, tuple[str, ...]] = {
    Feed.PARCELS: ("code",),
    Feed.ENTERPRISES: ("uscc",),
    Feed.OCCUPANCIES: ("parcel_code", "uscc", "role", "valid_from"),
    Feed.CONTRACTS: ("parcel_code",),
    Feed.BRANCHES: ("uscc",),
    Feed.RATINGS: ("uscc", "period"),
    Feed.METERS: ("kind", "meter", "parcel_code", "uscc"),
    Feed.INSPECTIONS: ("uscc", "parcel_code", "period", "kind", "item"),
    Feed.BUILDINGS: ("code",),
    Feed.SUCCESSIONS: ("old_code", "new_code"),
    Feed.SURCHARGES: ("uscc", "parcel_code", "kind", "valid_from"),
    Feed.BARRIERS: ("code",),
    Feed.PROJECTS: ("code",),
    Feed.PREMISES: ("code",),
}
"""What tells one record from another."""

UNKNOWN: dict[tuple[Feed, str], Any] = {
    (Feed.OCCUPANCIES, "valid_from"): None,
    (Feed.METERS, "parcel_code"): "",
    (Feed.METERS, "uscc"): "",
    (Feed.INSPECTIONS, "parcel_code"): "",
    (Feed.SURCHARGES, "parcel_code"): "",
}
"""Parts of a key that a row may leave open, and what then stands for them."""

SPANS = (
    ("valid_from", "valid_to"),
    ("signed_on", "complete_by"),
    ("start_by", "complete_by"),
    ("complete_by", "extended_to"),
    ("available_from", "available_to"),
)
"""First and last days. A plant may well be completed before the contract in force, which renewed an older."""


def record_rows(table: Table, converter: Converter) -> Iterator[HandedRow]:
    """Yield the rows of a table, converted."""
    for row, cells in handed_rows(table, converter):
        if cells is not None:
            try:
                row.facts = (record_fact(converter, converter.values(cells)),)
                converter.identification.accept(row)
            except RowHeld as held:
                converter.identification.hold(row, cells, held)
        yield row


def content_fields(feed: Feed, stated: Sequence[str]) -> tuple[str, ...]:
    """Return the stated fields that are no part of the key, in order."""
    return tuple(name for name in stated if name not in KEY_FIELDS[feed])


def record_fact(converter: Converter, values: Sequence[Any], computed: tuple[Any, ...] = ()) -> Fact:
    """Return the fact a row states: its key, and the content of the other stated fields and ``computed``.

    Raises `RowHeld` when the key is not complete or days are reversed.
    """
    given = dict(zip(converter.stated, values, strict=True))
    key = tuple(_key_part(converter, name, given.get(name)) for name in KEY_FIELDS[converter.feed])
    if "district" in given:
        converter.required("district", given["district"])
    for first, last in SPANS:
        begins, ends = given.get(first), given.get(last)
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            raise RowHeld("dates_reversed", converter.column_of(last), f"{ends} is before {begins}.")
    content = tuple(given[name] for name in content_fields(converter.feed, converter.stated))
    return key, (*content, *computed)


def _key_part(converter: Converter, name: str, value: Any) -> Any:
    if value is None and (converter.feed, name) in UNKNOWN:
        return UNKNOWN[converter.feed, name]
    return converter.required(name, value)
