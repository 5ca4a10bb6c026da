"""Rules that are issued again and again: editions in a file beside this module, the newest of which holds."""

from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from service.reference.tables import read


class Part(BaseModel):
    """A part of rules; what it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Part):
    """A rule with where it comes from; ``verified`` is false until it was read in the document itself."""

    source: str
    verified: bool


class Edition(Part):
    """An edition of rules."""

    edition: str
    valid_from: date


E = TypeVar("E", bound=Edition)


def latest(name: str, kind: type[E]) -> E:
    """Return the rules in force from a file, those of its latest edition."""
    editions = [kind.model_validate(each) for each in read(name)["editions"]]
    return max(editions, key=lambda each: each.valid_from)
