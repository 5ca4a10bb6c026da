"""Whom rows mean (识别): the register, what people decided and the lineage of parcels, as feeds ask.

Nothing is loaded before a row needs it, and each of the three once per import: a hand-over whose codes are
all in order costs nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property

import polars as pl

from service.domain.lineage import Lineage, Succession
from service.feeds.identifying import Answer, Found, NotFound
from service.jobs.likeness import most_alike
from service.reference.firm_names import former_names, normal_name
from service.store import matches
from service.store.database import Database
from service.store.matches import Question

_SEVERAL = -1


class Register:
    """The enterprises of a store by name, by former name and by old registration number.

    Of a million firms it takes about 300 MB and four seconds to make.
    """

    def __init__(self, table: pl.DataFrame) -> None:
        """Take the enterprises of `service.store.matches.register`."""
        self.usccs: Sequence[str] = table["uscc"].to_list()
        self.names: list[str] = []
        self.by_name: dict[str, int] = {}
        self._former: dict[str, int] = {}
        written = table["name"].fill_null("").to_list()
        for place, name in enumerate(written):
            normal = normal_name(name)
            self.names.append(normal)
            if normal:
                self.by_name[normal] = _SEVERAL if normal in self.by_name else place
            for former in former_names(name):
                self._former[former] = _SEVERAL if former in self._former else place
        self.by_number: dict[str, int] = {}
        for place, number in enumerate(table["registration_number"].to_list()):
            if number is not None:
                self.by_number[number] = _SEVERAL if number in self.by_number else place
        self._written = table["name"]

    def named(self, normal: str) -> int | None:
        """Return the place of the one enterprise of a name, else of the one that bore it before."""
        place = self.by_name.get(normal)
        return self._former.get(normal) if place is None else place

    def name_of(self, place: int) -> str | None:
        """Return the name of an enterprise as the register writes it."""
        name: str | None = self._written[place]
        return name


class Identifying:
    """Answers the questions of one import from a store; see `service.feeds.identifying.Identify`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[str, tuple[int, str]] = {}

    @cached_property
    def _register(self) -> Register:
        with self._database.reading() as connection:
            table = matches.register(connection)
        return Register(table)

    @cached_property
    def _decisions(self) -> dict[str, tuple[matches.Status, str | None]]:
        with self._database.reading() as connection:
            return matches.decisions(connection)

    @cached_property
    def _lineage(self) -> Lineage:
        with self._database.reading() as connection:
            rows = matches.successions(connection).iter_rows()
        return Lineage(Succession(*row) for row in rows)

    def enterprise(self, code: str | None, number: str | None, name: str | None, *, ask: bool) -> Answer:
        """Find an enterprise by code, old registration number, a person's decision or name, in this order."""
        normal = normal_name(name) if name else ""
        if code is not None:
            return self._of_code(code, normal)
        if number is not None and (place := self._register.by_number.get(number, _SEVERAL)) != _SEVERAL:
            return self._found(place, "matched_by_registration_number", number)
        wanted = normal or number
        if not wanted:
            return NotFound("enterprise_unmatched", "The name holds no letter or character.")
        status, decided = self._decisions.get(wanted, ("open", None))
        if decided is not None:
            return Found(decided, "matched_by_decision", f"{name or number} was decided to be {decided}.")
        named = self._register.named(normal) if status == "open" and normal else None
        if named is not None and named != _SEVERAL:
            return self._found(named, "matched_by_name", name or "")
        question = self._question(wanted, name or wanted) if ask else None
        if named == _SEVERAL:
            several = f"Several enterprises of the register are called {name}."
            return NotFound("enterprise_ambiguous", several, question)
        nobody = f"No enterprise of the register has the name or number {name or number}."
        return NotFound("enterprise_unmatched", nobody, question)

    def moved(self, parcel_code: str) -> bool:
        """Tell whether the code has successors."""
        return parcel_code in self._lineage

    def parcel(self, code: str, first: date | None, last: date | None) -> Answer:
        """Follow a parcel's code.

        Another number for the same land is followed whatever the days. What was split by the last of them is
        nobody's guess. A parcel that became part of another keeps its code: an evaluation adds them up.
        """
        traced = self._lineage.trace(code, last or first)
        if traced.circular:
            return NotFound(
                "parcel_lineage_circular", f"The successors of {code} lead back to {traced.code}."
            )
        if traced.split:
            parts = ", ".join(traced.split)
            return NotFound("parcel_split", f"{traced.code} was split into {parts}.")
        if traced.code == code:
            return Found(code)
        return Found(traced.code, "parcel_renumbered", f"{code} is {traced.code} now.")

    def questions(self) -> list[Question]:
        """Return the questions of the import in the order of their numbers, with their candidates."""
        if not self._asked:
            return []
        register = self._register
        found = most_alike(list(self._asked), register.names)
        questions = []
        for (wanted, (_, name)), alike in zip(self._asked.items(), found, strict=True):
            candidates = [
                {"uscc": register.usccs[place], "name": register.name_of(place), "similarity": like}
                for place, like in alike
            ]
            questions.append(Question(wanted, name, candidates))
        return questions

    def _of_code(self, code: str, normal: str) -> Found:
        place = self._register.by_name.get(normal) if normal else None
        if place is None or place == _SEVERAL or self._register.usccs[place] == code:
            return Found(code)
        other = self._register.usccs[place]
        detail = f"{self._register.name_of(place)} is the name of {other} in the register."
        return Found(code, "name_differs", detail)

    def _found(self, place: int, note: str, by: str) -> Found:
        code = self._register.usccs[place]
        return Found(code, note, f"{by} is {code}, {self._register.name_of(place)}.")

    def _question(self, wanted: str, name: str) -> int:
        """Return the number of a question, counted from 1 in the order in which they are asked."""
        number, _ = self._asked.setdefault(wanted, (len(self._asked) + 1, name))
        return number


def asked_as(kept: Iterable[pl.DataFrame], ids: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Yield kept rows with the id of the question that each waits for, not its number in the import."""
    numbers = list(range(1, len(ids) + 1))
    for rows in kept:
        yield rows.with_columns(pl.col("match_id").replace_strict(numbers, list(ids), return_dtype=pl.Int64))
