"""The head of a profile (交付方案): what makes a mapping one that is shipped, chosen and listed by name."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from service.feeds.mappings.rules import Strict, Text
from service.reference.bureaus import bureaus


class Title(Strict):
    """What a profile reads, in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Head(Strict):
    """The keys of a mapping that say what it is for; they change nothing of how a file is read."""

    profile: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)] | None = None
    title: Title | None = None
    bureau: str | None = None
    source: Text | None = None
    """Where the layout is known from."""
    verified: bool = False
    """Whether a hand-over or a document of this layout was read."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.bureau is not None and self.bureau not in bureaus():
            raise ValueError(f"bureau: no such bureau {self.bureau!r}; there are {', '.join(bureaus())}")
        lacking = [name for name in ("title", "bureau", "source") if getattr(self, name) is None]
        if self.profile is not None and lacking:
            raise ValueError(f"profile: a profile also has {', '.join(lacking)}")
        return self
