"""Preview (预览): what a file would be read as, before anything is stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, Field

from service.domain.hand_overs import AT, Feed, HandedRow, Verdict
from service.errors import InvalidMapping, InvalidParameter
from service.feeds.features import GEOMETRY
from service.feeds.formats.files import kind_of
from service.feeds.header import SEARCHED_ROWS, Header
from service.feeds.mappings.fields import FIELDS
from service.feeds.mappings.identity import identity_mapping
from service.feeds.mappings.mapping import FeedMapping, parse_mapping
from service.feeds.mappings.rules import Rule, UnitColumn
from service.feeds.profiles.catalogue import all_profiles, find_profile
from service.feeds.profiles.choosing import Fit, best_of, fitting, said_of, uses_own_names
from service.feeds.profiles.guessing import guess, guessed_text
from service.feeds.profiles.heads import TableHead, table_heads
from service.feeds.reading import Reading, read_hand_over
from service.feeds.spool import Spool
from service.feeds.values.unit_words import units_in_header, units_in_titles
from service.reference.tables import unit_table

SHOWN = 10
"""Rows of data that are shown unless more are asked for."""

_NOWHERE = "000000"
"""Stands for the district of parcels that nobody named: nothing is stored."""

How = Literal["mapping", "profile", "chosen", "own_names", "guessed", "ambiguous", "unknown"]


class ReadField(BaseModel):
    """Which columns fill a field or metric, and in which unit they are read."""

    field: str
    columns: list[str]
    unit: str | None = None
    constant: str | None = None


class ShownRow(BaseModel):
    """A row as received, its verdict, and what it would state."""

    sheet: str
    row: int
    verdict: Verdict
    reason: str | None = None
    column: str | None = None
    detail: str | None = None
    content: dict[str, Any]
    states: list[list[Any]]


class Preview(BaseModel):
    """What an import would read, and by what; nothing of it is stored.

    ``how`` tells who said how to read it: a ``mapping``, a ``profile`` by name, the one profile that fits
    (``chosen``), the file by using our ``own_names``, a guess (``guessed``, which no import would use), or
    nobody: several profiles fit (``ambiguous``), or the layout is ``unknown``.
    """

    file_name: str
    feed: Feed | None
    how: How
    profile: str | None = None
    fitting: list[str] = Field([], description="Profiles that fit")
    sheet: str | None = None
    header_rows: list[int] = []
    columns: list[ReadField] = []
    not_read: list[str] = Field([], description="Columns that nothing is read from")
    read: int | None = None
    accepted: int | None = None
    held: int | None = None
    duplicate: int | None = None
    skipped: int | None = None
    reasons: dict[str, int] = {}
    notes: list[str] = []
    guessed: str | None = Field(None, description="A guessed profile as YAML, to correct and then to use")
    rows: list[ShownRow] = Field([], description="The first rows; for analysts")


def preview(
    path: Path,
    feed: Feed | None = None,
    *,
    mapping: FeedMapping | None = None,
    profile: str | None = None,
    folder: Path | None = None,
    file_name: str | None = None,
    district: str | None = None,
    crs: str | None = None,
    shown: int = SHOWN,
    name: str = "guessed",
) -> Preview:
    """Read a file as an import would, or guess how it could be read.

    :param feed: None: that of the mapping or profile, else whichever fits
    :param folder: an installation's own profiles
    :param shown: rows of data to show beside those above the header
    :param name: of the guessed profile
    :raises InputError: when the file, the mapping or a parameter cannot be used at all
    """
    file_name = file_name or path.name
    if mapping is not None and profile is not None:
        raise InvalidParameter(
            "Give either a mapping or a profile.", "映射文件与交付方案只能指定其一。", place="profile"
        )
    if profile is not None:
        mapping = find_profile(profile, folder).mapping
    heads = table_heads(path, kind_of(path, file_name), file_name, mapping)
    found = Preview(file_name=file_name, feed=feed or (mapping.feed if mapping else None), how="unknown")
    possible = [each for each in all_profiles(folder).values() if found.feed in (None, each.mapping.feed)]
    fits = fitting(heads, possible)
    found.fitting = list(dict.fromkeys(fit.profile.name for fit in fits if fit.problem is None))
    if mapping is not None:
        found.how = "profile" if profile else "mapping"
    else:
        mapping = _settled(found, heads, fits)
    if mapping is None:
        mapping = _guessed(found, heads, name)
    if mapping is None:
        return found
    found.feed, found.profile = mapping.feed, mapping.profile if found.how != "guessed" else None
    try:
        _read(found, path, mapping, district, crs, shown)
    except InvalidMapping as error:
        if found.how != "guessed":
            raise
        found.notes.append(f"Cannot be read before the guess is completed 须先补全推测方案: {error.detail}")
        return found
    _describe(found, heads, mapping)
    return found


def _settled(found: Preview, heads: list[TableHead], fits: list[Fit]) -> FeedMapping | None:
    """Return the mapping that an import would use without being told one, and say which in ``found``."""
    own = [
        identity_mapping(feed, head.searched, head.place)
        for feed in ([found.feed] if found.feed else Feed)
        for head in heads
        if uses_own_names([head], feed)
    ]
    if own:
        found.how = "own_names"
        return max(own, key=lambda mapping: len(mapping.columns) + len(mapping.metrics))
    best = best_of(fits)
    if best is not None:
        found.how = "chosen"
        found.notes.append(said_of(best))
        return best.profile.mapping
    if found.fitting:
        found.how = "ambiguous"
        found.notes.append("None of the profiles would be used unless named 须指明交付方案.")
    found.notes.extend(f"{fit.profile.name}: {fit.problem}" for fit in fits if fit.problem)
    return None


def _guessed(found: Preview, heads: list[TableHead], name: str) -> FeedMapping | None:
    """Put a guess into ``found``; return it to read by, unless profiles fit and one is to be named."""
    likely = guess(heads, found.feed)
    if likely is None:
        return None
    found.guessed = guessed_text(likely, found.file_name, name)
    if found.how == "ambiguous":
        return None
    found.how = "guessed"
    found.notes.append("Read by a guess, which no import would use 按推测方案预览，导入不会采用.")
    return parse_mapping(found.guessed, "guessed")


def _read(
    found: Preview, path: Path, mapping: FeedMapping, district: str | None, crs: str | None, shown: int
) -> None:
    if mapping.feed is Feed.PARCELS and "district" not in mapping.columns:
        district = district or _NOWHERE
    reading = read_hand_over(
        path,
        found.feed or mapping.feed,
        mapping,
        file_name=found.file_name,
        district=district,
        crs=crs,
    )
    counts = _counts(reading)
    found.read = sum(counts.values())
    for verdict in Verdict:
        setattr(found, verdict.value, sum(n for (each, _), n in counts.items() if each == verdict.value))
    reasons = [(reason, n) for (verdict, reason), n in counts.items() if verdict != Verdict.ACCEPTED.value]
    found.reasons = {reason: n for reason, n in sorted(reasons) if reason}
    found.notes.extend(reading.notes)
    data = 0
    for row in _first(reading, shown + SEARCHED_ROWS):
        if data == shown:
            break
        data += row.verdict is not Verdict.SKIPPED
        found.rows.append(_shown(row))


def _counts(reading: Reading) -> dict[tuple[str, str], int]:
    """Return how many rows have which verdict and reason; "" for none."""
    frames = [frame.select("verdict", pl.col("reason").fill_null("")) for frame in reading.spool]
    if not frames:
        return {}
    table = pl.concat(frames).with_row_index(AT)
    later = reading.later.select(AT, later="verdict", because=pl.col("reason").fill_null(""))
    told = table.join(later, on=AT, how="left").select(
        verdict=pl.coalesce("later", "verdict"),
        reason=pl.when(pl.col("later").is_null()).then("reason").otherwise("because"),
    )
    counted = told.group_by("verdict", "reason").len().sort("verdict", "reason")
    return {(verdict, reason): n for verdict, reason, n in counted.iter_rows()}


def _first(reading: Reading, wanted: int) -> list[HandedRow]:
    """Return the first rows as objects: a million of them would be too many."""
    spool = Spool()
    for frame in reading.spool:
        if spool.rows < wanted:
            spool.append(frame.head(wanted - spool.rows))
    facts, later = (each.filter(pl.col(AT) < wanted) for each in (reading.facts, reading.later))
    return replace(reading, facts=facts, later=later, spool=spool).rows


def _shown(row: HandedRow) -> ShownRow:
    return ShownRow(
        sheet=row.sheet,
        row=row.row,
        verdict=row.verdict,
        reason=row.reason,
        column=row.column,
        detail=row.detail,
        content={name: text for name, text in json.loads(row.content).items() if name != GEOMETRY},
        states=[[_plain(part) for part in (*key, *content)] for key, content in row.facts],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "(geometry)"
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)[:100]


def _describe(found: Preview, heads: list[TableHead], mapping: FeedMapping) -> None:
    """Say which table was read and which column fills what."""
    for head in heads:
        if not head.is_meant_by(mapping):
            continue
        try:
            header = head.header(mapping)
        except InvalidMapping:
            continue
        break
    else:
        return
    found.sheet, found.header_rows = head.sheet or None, sorted(header.rows)
    used: set[int] = set()
    for field, rule in (*mapping.columns.items(), *mapping.metrics.items()):
        columns: list[str] = []
        for leaf, unit in _leaves(rule):
            position = header.find(leaf.column, without_unit=unit == "header") if leaf.column else None
            if position is not None:
                used.add(position)
                columns.append(header.names[position])
        constant = rule.constant if rule.constant is not None else None
        if not columns and constant is None and not _from_file(rule):
            continue
        found.columns.append(
            ReadField(
                field=field,
                columns=columns or ([f"({_from_file(rule)})"] if _from_file(rule) else []),
                unit=_unit_of(field, rule, header, columns, mapping),
                constant=constant,
            )
        )
    for extra in (mapping.metric, mapping.value):
        if extra is not None and extra.column and (position := header.find(extra.column)) is not None:
            used.add(position)
            name = "metric" if extra is mapping.metric else "value"
            found.columns.append(ReadField(field=name, columns=[header.names[position]]))
    found.not_read = [name for position, name in enumerate(header.names) if position not in used]


def _leaves(rule: Rule) -> Iterator[tuple[Rule, str | UnitColumn | None]]:
    for leaf in rule.leaves():
        yield leaf, leaf.unit or rule.unit


def _from_file(rule: Rule) -> str | None:
    return next((leaf.from_ for leaf in rule.leaves() if leaf.from_), None)


def _unit_of(field: str, rule: Rule, header: Header, columns: list[str], mapping: FeedMapping) -> str | None:
    """The unit in which the first column of a field is read, None where it has none."""
    target = FIELDS[mapping.feed].get(field) or unit_table().metrics.get(field)
    if target is None or not columns:
        return None
    for leaf, unit in _leaves(rule):
        position = header.find(leaf.column, without_unit=unit == "header") if leaf.column else None
        if position is None:
            continue
        if isinstance(unit, UnitColumn):
            return f"({' / '.join(unit.column)})"
        if unit == "text":
            return "(in each cell 见单元格)"
        if unit == "header":
            return ", ".join(sorted(units_in_header(header.names[position], target)))
        if unit == "title":
            return ", ".join(sorted(units_in_titles(header.titles, target)))
        return unit or target.unit
    return None
