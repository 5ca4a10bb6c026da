"""Whom a row means (识别): what is known of enterprises and parcels, asked where a row's own code fails.

Feeds know no store. `Identify` is what they ask; `service.jobs.identifying` answers from the register.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, cast

from service.domain.codes import parcel_of_unit
from service.domain.hand_overs import Feed, HandedRow
from service.feeds.mappings.fields import NAMES
from service.feeds.values.cells import Held, half_width

Cells = Sequence[str]
Read = Callable[[Cells], Any]

_NAMED: Mapping[Feed, tuple[str, str, str]] = {
    # the field that is found, and the fields by which
    Feed.ENTERPRISES: ("uscc", "name", "registration_number"),
    Feed.BRANCHES: ("head_uscc", *NAMES),
}
_CODE_FAILS = frozenset({"uscc_malformed", "uscc_check_digit", "code_precision_lost"})
_REGISTRATION_NUMBER = re.compile(r"[0-9]{13}(?:[0-9]{2})?", re.ASCII)  # 15 digits, before 2007 13
_PARCELS: Mapping[Feed, tuple[str, ...]] = {
    Feed.PARCELS: ("code",),
    Feed.SUCCESSIONS: ("old_code", "new_code"),
}


class RowHeld(Exception):
    """A row that cannot be used, with the source column that is the cause.

    ``question`` is the number, counted from 1 in its import, of the question that a person has to decide.
    """

    def __init__(self, reason: str, column: str | None, detail: str, question: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.column, self.detail, self.question = reason, column, detail, question


@dataclass(frozen=True, slots=True)
class Found:
    """A code, with a reason code and a sentence where a person should know how it was found."""

    code: str
    note: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nobody that is known, or several; ``question`` is as in `RowHeld`, where one is asked."""

    reason: str
    detail: str
    question: int | None = None


Answer = Found | NotFound


class Identify(Protocol):
    """Answers whom a row means."""

    def enterprise(self, code: str | None, number: str | None, name: str | None, *, ask: bool) -> Answer:
        """Find an enterprise.

        :param code: the row's USCC if it is valid; then the answer is `Found` with that code
        :param number: its old registration number
        :param name: its name as written
        :param ask: queue a question for a person when nobody is found
        """

    def moved(self, parcel_code: str) -> bool:
        """Tell whether the code was given up for another, so that `parcel` has more to say."""

    def parcel(self, code: str, first: date | None, last: date | None) -> Answer:
        """Follow a parcel's code to the one that speaks of the same land in the days of the row."""


class Identification:
    """Stands before the readers of codes: where one finds nothing usable, other fields and the store help.

    It takes the place of readers, and of the ways to read a column in bulk where other columns decide, too.
    """

    def __init__(
        self,
        feed: Feed,
        readers: dict[str, Read],
        columns: dict[str, Any],
        column_of: Callable[[str], str | None],
        identify: Identify | None,
    ) -> None:
        self._feed, self._readers, self._column_of, self._identify = feed, readers, column_of, identify
        self._target, *helping = _NAMED.get(feed, ("uscc", *NAMES))
        self._code, self._name, self._number = (readers.get(name) for name in (self._target, *helping))
        given = columns.get(self._target)
        self._position: int | None = None if given is None else given.position
        self._asks = True
        self._note: tuple[str, str | None, str | None] | None = None
        self._is_register = feed is Feed.ENTERPRISES
        if not self._is_register:
            for name in NAMES:
                readers.pop(name, None)
        if self._code is not None or self._name is not None or self._number is not None:
            readers[self._target] = self._enterprise
        self.not_alone: set[str] = set()
        """Fields whose value other columns decide, too."""
        if self._name is not None and not self._is_register:
            self.not_alone.add(self._target)
        self._parcels = tuple(name for name in _PARCELS.get(feed, ("parcel_code",)) if name in readers)
        for name in self._parcels:
            columns_read = columns.get(name)
            if columns_read is not None:
                columns[name] = replace(columns_read, read=self._parcel_cell(columns_read.read))
            else:
                self.not_alone.add(name)
            readers[name] = self._parcel(name, readers[name])
        for name in self.not_alone:
            columns.pop(name, None)

    def alone(self, name: str, read: Read) -> Read:
        """Return how a field is read for those who read in bulk; raises `RowHeld` if there is more to say.

        Such a row is then read by itself, and only then is anybody asked anything.
        """
        if name != self._target and name not in self._parcels:
            return read

        def plainly(cells: Cells) -> Any:
            self._asks = False
            try:
                value = read(cells)
            finally:
                self._asks = True
                noted, self._note = self._note, None
            if noted is not None:
                reason, column, detail = noted
                raise RowHeld(reason, column, detail or "")
            return value

        return plainly

    def accept(self, row: HandedRow) -> None:
        """Write on an accepted row how its enterprise or parcel was found, if that is worth saying."""
        if self._note is not None:
            row.reason, row.column, row.detail = self._note
            self._note = None

    def forget(self) -> None:
        """Drop the note of a row that is neither accepted nor held."""
        self._note = None

    def hold(self, row: HandedRow, cells: Cells, held: RowHeld) -> None:
        """Hold a row; keep what it speaks of, where that cell is readable, and the question it waits for."""
        row.hold(held.reason, held.column, held.detail)
        row.match_id, row.subject = held.question, self._subject(cells)
        self._note = None

    def _subject(self, cells: Cells) -> str | None:
        """Return the code of the parcel or else the USCC of a row, if one can be read by itself."""
        own = self._code if self._target == "uscc" else self._readers.get("uscc")
        for read in (*(self._readers[name] for name in self._parcels), own):
            if (found := _quietly(read, cells)) is not None:
                return str(found)
        return None

    def _enterprise(self, cells: Cells) -> Any:
        code: str | None = None
        wrong: RowHeld | None = None
        if self._code is not None:
            try:
                code = self._code(cells)
            except RowHeld as held:
                if held.reason not in _CODE_FAILS:
                    raise
                wrong = held
        if self._identify is None or (code is not None and (self._name is None or self._is_register)):
            return _code_or(wrong, code)
        name = _quietly(self._name, cells)
        number = _quietly(self._number, cells) or (self._number_in_place(cells) if code is None else None)
        if name is None and number is None:
            return _code_or(wrong, code)
        no_question = self._is_register or (wrong is not None and name is None)
        answer = self._identify.enterprise(code, number, name, ask=self._asks and not no_question)
        column = self._column_of(self._target) or self._column_of("enterprise_name")
        if isinstance(answer, Found):
            if answer.note is not None:
                self._note = answer.note, column, answer.detail
            return answer.code
        if no_question:  # what is to be corrected is the code
            return _code_or(wrong, code)
        detail = answer.detail if wrong is None else f"{wrong.detail} {answer.detail}"
        raise RowHeld(answer.reason, column, detail, answer.question)

    def _number_in_place(self, cells: Cells) -> str | None:
        """Return an old registration number that stands where the USCC should."""
        if self._position is None:
            return None
        text = half_width(cells[self._position])
        return text if _REGISTRATION_NUMBER.fullmatch(text) else None

    def _parcel(self, name: str, read: Read) -> Read:
        def parcel(cells: Cells) -> Any:
            code = _of_land(read(cells))
            if code is None or not self._may_have_moved(code):
                return code
            answer = cast(Identify, self._identify).parcel(code, *self._days(cells))
            if isinstance(answer, NotFound):
                raise RowHeld(answer.reason, self._column_of(name), answer.detail)
            if answer.note is not None:
                self._note = answer.note, self._column_of(name), answer.detail
            return answer.code

        return parcel

    def _parcel_cell(self, read: Callable[[str], Any]) -> Callable[[str], Any]:
        def cell(text: str) -> Any:
            code = _of_land(read(text))
            if code is not None and self._may_have_moved(code):
                raise Held("parcel_renumbered", "The days of its row decide what the code means.")
            return code

        return cell

    def _may_have_moved(self, code: str) -> bool:
        if self._identify is None or self._feed in _PARCELS:  # these feeds tell what became of a code
            return False
        return self._identify.moved(code)

    def _days(self, cells: Cells) -> tuple[date | None, date | None]:
        """The first and last day of which a row speaks, as far as it says."""
        period = _quietly(self._readers.get("period"), cells)
        if period is not None:
            return date(int(period[:4]), 1, 1), date(int(period[:4]), 12, 31)
        signed = _quietly(self._readers.get("signed_on"), cells)
        if signed is not None:
            return signed, signed
        first, last = (_quietly(self._readers.get(name), cells) for name in ("valid_from", "valid_to"))
        return first, last


def _of_land(code: str | None) -> str | None:
    return None if code is None else parcel_of_unit(code)


def _code_or(wrong: RowHeld | None, code: str | None) -> str | None:
    if wrong is not None:
        raise wrong
    return code


def _quietly(read: Read | None, cells: Cells) -> Any:
    try:
        return None if read is None else read(cells)
    except RowHeld:
        return None
