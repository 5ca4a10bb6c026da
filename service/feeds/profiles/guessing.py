"""Guessing (推测方案): a mapping for a layout that nobody described, as YAML for a person to correct.

Every line says how sure it is and why. What the file does not say, a unit above all, is left out as a
comment, so that a guess that nobody corrected reads too little rather than wrongly. Only
`service.feeds.profiles.previewing` reads by a guess; an import never does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from service.domain.hand_overs import Feed
from service.domain.units import Metric
from service.feeds.header import Header
from service.feeds.header_search import is_code_row
from service.feeds.mappings.fields import FIELDS
from service.feeds.mappings.mapping import SUBJECTS
from service.feeds.profiles.heads import TableHead
from service.feeds.profiles.likeness import Cells, Likeness, Target, likeness, names_known, targets
from service.feeds.values.unit_words import units_in_header, units_in_titles
from service.reference.bureaus import bureau_of

SURE = 0.6
"""Below this a likeness is only mentioned."""

MENTIONED = 0.45
FILL_IN = "待填写 FILL IN"
"""Stands where the file gives nothing for what a feed cannot do without; no column has this name."""

_SEARCHED = 30
_CANDIDATES = 3
_WIDEST = 200
"""More columns than that no hand-over has; a guess does not look at them."""

_NEVER = frozenset({"columns.part_of"})


Columns = dict[tuple[str, int], list[Cells]]


@dataclass(frozen=True, slots=True)
class Match:
    """A column taken for a target."""

    position: int
    place: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table seems to be."""

    feed: Feed
    head: TableHead
    header: Header
    rows: tuple[int, ...]
    matches: tuple[Match, ...]
    several_sheets: bool

    @property
    def weight(self) -> float:
        """How much of the table it explains; what a feed cannot do without counts double."""
        keys = {f"columns.{name}" for name, field in FIELDS[self.feed].items() if field.key}
        if self.feed is Feed.FIGURES:
            keys = {"columns.period", *(f"columns.{name}" for name in SUBJECTS)}
        sure = [match for match in self.matches if match.likeness.confidence >= SURE]
        lacking = len(keys - {match.place for match in sure}) if self.feed is not Feed.FIGURES else 0
        return sum(m.likeness.confidence * (2 if m.place in keys else 1) for m in sure) - lacking


def guess(heads: Sequence[TableHead], feed: Feed | None = None) -> Guess | None:
    """Return the likeliest reading of the tables of a file, of one feed or of any; None if nothing is."""
    tables = list({head.sheet: head for head in reversed(heads)}.values())  # of a CSV the likeliest delimiter
    cells: Columns = {}
    found = [
        _of_table(head, each, cells, len({head.sheet for head in heads}) > 1)
        for head in reversed(tables)
        for each in ([feed] if feed else Feed)
    ]
    likely = [each for each in found if each is not None and each.weight > 0]
    return max(likely, key=lambda each: each.weight, default=None)


def guessed_text(guessed: Guess, file_name: str, name: str = "guessed") -> str:
    """Return the guess as a profile in YAML, to correct and then to use."""
    sure = [match for match in guessed.matches if match.likeness.confidence >= SURE]
    measured = [match.place.split(".")[1] for match in sure if match.place.startswith("metrics.")]
    bureau = bureau_of(measured[0] if measured else guessed.feed)
    title = " ".join(file_name.split())
    lines = [
        "# A guess: check every line before anything is imported by it. 此为推测方案，请逐行核对后再使用。",
        f"profile: {name}",
        f"title: {{zh: {_scalar(title)}, en: {_scalar(title)}}}",
        f"bureau: {bureau.code}",
        f"source: {_scalar(f'guessed from {title}')}",
        "verified: false",
        f"feed: {guessed.feed}",
    ]
    if guessed.several_sheets:
        lines.append(f"sheet: {_scalar(guessed.head.sheet)}")
    if len(guessed.rows) > 1:
        lines.append(f"header: [{', '.join(map(str, guessed.rows))}]")
    lines.append("columns:")
    lines.extend(_columns(guessed))
    if guessed.feed is Feed.FIGURES:
        lines.append("metrics:")
        lines.extend(_metrics(guessed))
    lines.extend(_not_read(guessed))
    return "\n".join(lines) + "\n"


def _of_table(head: TableHead, feed: Feed, cells: Columns, several_sheets: bool) -> Guess | None:
    best: Guess | None = None
    for rows in [(1,)] if head.regular else _header_rows(head.rows):
        levels = [head.rows[number - 1] for number in rows]
        titles = [cell.strip() for row in head.rows[: rows[0] - 1] for cell in row if cell.strip()]
        header = Header(levels, head.place, rows, titles=titles)
        columns = _below(head, rows[-1], cells)
        found = Guess(feed, head, header, rows, tuple(_matches(header, columns, feed)), several_sheets)
        # two levels must explain more than one does
        if best is None or found.weight > best.weight + 0.05 * (len(rows) - len(best.rows)):
            best = found
    return best


def _header_rows(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, ...]]:
    """Yield the rows that may be the header: what is in them is text, and there is something below."""
    texts = [sum(bool(cell.strip()) and not _is_figure(cell) for cell in row) for row in rows[:_SEARCHED]]
    possible = [number for number, count in enumerate(texts, start=1) if count > 1 and number < len(rows)]
    known = {number: names_known(rows[number - 1][:_WIDEST]) for number in possible}
    for number in sorted(possible, key=lambda number: (-known[number], number))[:_CANDIDATES]:
        yield (number,)
        if number < len(texts) - 1 and not is_code_row(rows[number]) and texts[number]:
            yield (number, number + 1)
        if number > 1 and texts[number - 2]:
            yield (number - 1, number)


def _below(head: TableHead, start: int, known: Columns) -> list[Cells]:
    """Return what stands in each column below a row, once for all feeds."""
    if (head.sheet, start) not in known:
        below = [row for row in head.rows[start:] if not is_code_row(row)]
        width = min(_WIDEST, max(map(len, head.rows), default=0))
        known[head.sheet, start] = [
            Cells(row[position] for row in below if position < len(row)) for position in range(width)
        ]
    return known[head.sheet, start]


def _matches(header: Header, columns: Sequence[Cells], feed: Feed) -> Iterator[Match]:
    """Yield one target for each column, the surest pairs first; no column and no target twice."""
    pairs = []
    for position, name in enumerate(header.names[:_WIDEST]):
        for place, target in targets(feed).items():
            found = likeness(name, columns[position], place, target, feed)
            if found.confidence >= MENTIONED and place not in _NEVER:
                pairs.append(Match(position, place, found))
    pairs.sort(key=lambda match: (-match.likeness.confidence, match.position, match.place))
    taken: set[int] = set()
    filled: set[str] = set()
    subjects = {f"columns.{name}" for name in SUBJECTS} if feed is Feed.FIGURES else set()
    for match in pairs:
        if match.position in taken or match.place in filled:
            continue
        taken.add(match.position)
        filled.add(match.place)
        if match.place in subjects:
            filled |= subjects  # figures have one subject
        yield match


def _columns(guessed: Guess) -> Iterator[str]:
    by_place = {match.place: match for match in guessed.matches}
    for name, field in FIELDS[guessed.feed].items():
        place = f"columns.{name}"
        match = by_place.get(place)
        sure = match is not None and match.likeness.confidence >= SURE
        if match is not None:
            yield _line(name, match, _rule(guessed, match, field), commented=not sure)
        if sure or not _is_needed(guessed, name):
            continue
        if name == "period":
            sources = "[{from: title, optional: true}, {from: file_name}]"
            yield f"  period: {{combine: first, of: {sources}}} # no column"
        else:
            yield f"  {name}: {_scalar(FILL_IN)} # no column looks like it"


def _is_needed(guessed: Guess, name: str) -> bool:
    if guessed.feed is Feed.FIGURES and name == "uscc":
        sure = {m.place for m in guessed.matches if m.likeness.confidence >= SURE}
        return not any(f"columns.{subject}" in sure for subject in SUBJECTS)
    return FIELDS[guessed.feed][name].key


def _metrics(guessed: Guess) -> Iterator[str]:
    found = [match for match in guessed.matches if match.place.startswith("metrics.")]
    if not any(match.likeness.confidence >= SURE and _settled(guessed, match) for match in found):
        yield f"  tax: {{column: {_scalar(FILL_IN)}, unit: 万元}} # nothing is settled: correct this line"
        found = [match for match in found if match.place != "metrics.tax"]
    known = targets(Feed.FIGURES)
    for match in sorted(found, key=lambda match: match.position):
        sure = match.likeness.confidence >= SURE and _settled(guessed, match)
        rule = _rule(guessed, match, known[match.place])
        yield _line(match.place.split(".")[1], match, rule, commented=not sure)


def _settled(guessed: Guess, match: Match) -> bool:
    return _unit(guessed, match, targets(guessed.feed)[match.place]) is not None


def _unit(guessed: Guess, match: Match, target: Target) -> str | None:
    """Where the unit stands: header, title or, for marks, the unit itself; None if the file does not say."""
    if isinstance(target, Metric) and target.quantity == "mark":
        return "mark"
    if len(units_in_header(guessed.header.names[match.position], target)) == 1:
        return "header"
    if len(units_in_titles(guessed.header.titles, target)) == 1:
        return "title"
    return None


def _rule(guessed: Guess, match: Match, target: Target) -> str:
    column = _scalar(guessed.header.names[match.position])
    unit = _unit(guessed, match, target) if isinstance(target, Metric) or target.unit else ""
    if unit == "mark":
        return f'{{column: {column}, unit: mark, values: {{是: 1, 否: ""}}}}'
    if unit:
        return f"{{column: {column}, unit: {unit}}}"
    if isinstance(target, Metric):
        return f"{{column: {column}, unit: {_scalar(FILL_IN)}}}"
    return column if unit == "" else f"{{column: {column}, unit: {_scalar(target.unit or '1')}}}"


def _line(name: str, match: Match, rule: str, *, commented: bool) -> str:
    unsaid = ""
    if commented and FILL_IN in rule:
        unsaid = "; the file names no unit: fill it in"
    elif "unit: " in rule and "unit: header" not in rule and "unit: title" not in rule and "mark" not in rule:
        unsaid = "; the unit is the field's own, the file names none: check it"
    said = f"{match.likeness.confidence:.2f} {match.likeness.why}{unsaid}"
    return f"  {'# ' if commented else ''}{name}: {rule} # {said}"


def _not_read(guessed: Guess) -> Iterator[str]:
    matched = {match.position for match in guessed.matches}
    left = [name for position, name in enumerate(guessed.header.names) if position not in matched]
    if left:
        yield "# Columns that nothing is read from 未读取的列:"
        for name in left:
            yield f"#   {_scalar(name)}"


def _is_figure(cell: str) -> bool:
    plain = cell.strip().replace(",", "").replace(".", "").replace("-", "")
    return plain.isdigit()


def _scalar(text: str) -> str:
    """Return a text as it stands in a flow of YAML, on one line."""
    line = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=10**6)
    return line.strip()[1:-1]
