"""The mapping of a file that uses our own field names: found in its header, no unit but our own."""

from collections.abc import Iterable, Sequence
from typing import Any

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.header import SEARCHED_ROWS, Header, plain
from service.feeds.mappings.fields import FIELDS
from service.feeds.mappings.mapping import FeedMapping
from service.reference.tables import unit_table

_SUBJECTS = ("uscc", "parcel_code")


def identity_mapping(feed: Feed, rows: Sequence[Sequence[str]], place: str) -> FeedMapping:
    """Return the mapping of the first row that holds our names of all key fields.

    Raises `InvalidMapping` with the names that would have done.
    """
    metrics = unit_table().metrics
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        names = {plain(name) for name in row}
        fields = [name for name in FIELDS[feed] if name in names]
        wanted = {name for name, field in FIELDS[feed].items() if field.key}
        measured = [code for code in metrics if code in names] if feed is Feed.FIGURES else []
        subjects = [name for name in _SUBJECTS if name in names]
        if not wanted <= set(fields) or (feed is Feed.FIGURES and (len(subjects) != 1 or not measured)):
            continue
        columns: dict[str, Any] = {name: {"column": [name]} for name in fields}
        return FeedMapping.model_validate(
            {
                "feed": feed,
                "header": number,
                "columns": columns,
                "metrics": {code: {"column": [code], "unit": metrics[code].unit} for code in measured},
            }
        )
    raise InvalidMapping(
        f"Without a mapping the columns must have our own names: {', '.join(_own_names(feed))}. "
        f"Found: {', '.join(_found(rows, place))}.",
        "未提供字段映射，且列名不是本系统的字段名。",
        place=place,
        action="Give a mapping or a profile; `mujun feeds preview` guesses one. 请提供字段映射或交付方案。",
    )


def _own_names(feed: Feed) -> list[str]:
    return [*FIELDS[feed], *(unit_table().metrics if feed is Feed.FIGURES else ())]


def _found(rows: Sequence[Sequence[str]], place: str) -> Iterable[str]:
    fullest = max(rows[:SEARCHED_ROWS], key=lambda row: sum(bool(cell.strip()) for cell in row), default=())
    return Header([fullest], place).names[:60]
