"""What all parts of a scheme are made of: exact numbers, codes, titles, and where a value comes from."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

POINT = 1_000_000
"""Points, weights, shares, factors and floor-area ratios are kept in millionths."""


def plain(number: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros: 1.50 and 1.5 are one number and have one hash."""
    return format(number.normalize(), "f")


Number = Annotated[Decimal, Field(allow_inf_nan=False), PlainSerializer(plain, return_type=str)]
Signed = Annotated[Number, Field(decimal_places=6, ge=-10_000, le=10_000)]
Millionths = Annotated[Number, Field(ge=0, decimal_places=6, le=10_000)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Letter = Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[^,\s]+$")]
GroupBy = Literal["town", "industry", "division", "industry_group", "land_use"]
"""What may split a track into groups: for a benchmark, or for a ranking."""


class Model(BaseModel):
    """A part of a scheme: strict, closed, unchanging."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Title(Model):
    """A name in both languages."""

    zh: str
    en: str


class Sourced(Model):
    """A part that says where it comes from.

    ``verified`` is false when the part as a whole was not read in the document itself; ``unverified`` names
    single fields of it, each with what is known. Both travel into every result that uses them.
    """

    verified: bool = True
    source: str = ""
    unverified: dict[str, str] = {}

    @model_validator(mode="after")
    def _names_its_own_fields(self) -> Self:
        for name in self.unverified:
            if name not in type(self).model_fields:
                raise ValueError(f"'unverified' names {name!r}, which is no field here.")
        return self


def distinct(what: str, codes: Sequence[str]) -> None:
    """Raise `ValueError` when a code is used twice."""
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"The {what} code {code!r} is used twice.")


def unverified_parts(value: Any, place: str = "") -> Iterator[dict[str, str]]:
    """Yield the place and the source of everything in a dumped model that is not verified."""
    if isinstance(value, dict):
        if value.get("verified") is False:
            yield {"place": place, "source": value["source"]}
        for field, why in value.get("unverified", {}).items():
            yield {"place": f"{place}.{field}".lstrip("."), "source": why}
        for key, member in value.items():
            yield from unverified_parts(member, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            name = member.get("code", index) if isinstance(member, dict) else index
            yield from unverified_parts(member, f"{place}.{name}")
