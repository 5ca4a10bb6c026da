"""The parts of a mapping: how one field is read, where its unit stands, which rows are left out."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

UNIT_IN_FILE = ("header", "title", "text")
"""Where the file itself may name a unit: in the column's header, in a title above it, in each cell."""

_PATTERN_LIMIT = 200
_REPETITIONS = 2
_COSTLY = re.compile(r"\)[*+?]?[*+{]|\\[1-9]|\(\?[^:i]")
_REPEATED = re.compile(r"(?<!\\)[*+{]")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_rule(value: Any) -> Any:
    return {"column": value} if isinstance(value, (str, list)) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float, date)) else value


def _as_meaning(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Columns = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]


class Strict(BaseModel):
    """A part of a mapping: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class UnitColumn(Strict):
    """A unit that stands in a column of its own; ``values`` translates what the source calls it."""

    column: Columns
    values: dict[Text, Text] = {}


class Rule(Strict):
    """How one field is read from a row, or from what the file says of itself."""

    column: Columns | None = None
    constant: Text | None = None
    combine: Literal["max", "min", "sum", "first"] | None = None
    of: list["RuleOrColumn"] | None = Field(None, min_length=1)
    from_: Literal["title", "file_name", "sheet"] | None = Field(None, alias="from")
    unit: str | UnitColumn | None = None
    bound: Literal["lower", "upper"] | None = None
    plain: Literal["both", "lower", "upper"] = "both"
    values: dict[Text, Text] | None = None
    otherwise: Literal["hold", "keep", "empty"] = "hold"
    optional: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.column, self.constant, self.combine, self.from_)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("give exactly one of column, constant, combine and from")
        if (self.combine is None) != (self.of is None):
            raise ValueError("combine and of belong together")
        if self.plain != "both" and self.bound is None:
            raise ValueError("plain belongs to bound")
        return self

    def leaves(self) -> Iterator["Rule"]:
        """Yield this rule, or the rules it combines, down to those that read something."""
        for part in self.of or ():
            yield from part.leaves()
        if self.of is None:
            yield self


RuleOrColumn = Annotated[Rule, BeforeValidator(_as_rule)]


class Meaning(Strict):
    """What one word of a metric column stands for, with its unit where the word implies it."""

    metric: str
    unit: str | None = None


class MetricColumn(Strict):
    """The column that names the metric of each row, in a table with one figure a row."""

    column: Columns
    values: dict[Text, Annotated[Meaning, BeforeValidator(_as_meaning)]] = Field(min_length=1)


class Skip(Strict):
    """Rows that are no data by the mapping's word: a cell that matches, in one column or in any."""

    column: Columns | None = None
    matches: str | None = None
    values: list[Text] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.matches is None) == (self.values is None):
            raise ValueError("give exactly one of matches and values")
        return self

    @field_validator("matches")
    @classmethod
    def _harmless(cls, pattern: str | None) -> str | None:
        """Refuse what may take a regular expression forever: it comes from outside and meets every row."""
        if pattern is None:
            return None
        if (
            len(pattern) > _PATTERN_LIMIT
            or _COSTLY.search(pattern)
            or len(_REPEATED.findall(pattern)) > _REPETITIONS
        ):
            raise ValueError(
                "a pattern has at most 200 characters, two repetitions (* + {}), no repeated group, "
                "no back reference and no look-around"
            )
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern
