"""Map styles (地图样式): the property that colours a collection, and the class of every value."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.quality import Bilingual

_HEX = re.compile(r"#[0-9a-f]{6}")
_COLOURED = ("fill", "outline")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Symbol(_Part):
    """How one kind of feature looks, in ``#rrggbb``; without an outline of its own it has the style's."""

    title: Bilingual
    fill: str
    outline: str | None = None


class StyleClass(Symbol):
    """A class: exactly one of a value, a range (``from`` ≤ x < ``below``), no value, all other values."""

    value: str | None = None
    lower: float | None = Field(None, alias="from")
    below: float | None = None
    missing: bool = False
    otherwise: bool = False

    @property
    def ranged(self) -> bool:
        """Tell whether it is a range of numbers."""
        return self.lower is not None or self.below is not None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if [self.value is not None, self.ranged, self.missing, self.otherwise].count(True) != 1:
            raise ValueError("a class is one of value, from/below, missing, otherwise")
        return self


class Label(_Part):
    """What is written on a feature, and the zoom (512-pixel tiles) from which on."""

    property: str
    min_zoom: float


class MapStyle(_Part):
    """How a collection is drawn; ``single`` is the one symbol for whoever may not see ``property``.

    ``width`` is that of outlines in pixels; ``lines`` draws these alone, also of polygons. Every value falls
    in exactly one class.
    """

    title: Bilingual
    single: Symbol
    property: str | None = None
    classes: tuple[StyleClass, ...] = ()
    outline: str
    width: float
    label: Label | None = None
    lines: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.property is None) != (not self.classes):
            raise ValueError("classes are of a property, and a property has classes")
        ranges = [each for each in self.classes if each.ranged]
        values = [each.value for each in self.classes if each.value is not None]
        rests = sum(each.otherwise for each in self.classes)
        nothings = sum(each.missing for each in self.classes)
        if ranges:
            ends = [ranges[0].lower, ranges[-1].below]
            joined = all(one.below == other.lower for one, other in pairwise(ranges))
            if values or rests or nothings != 1 or ends != [None, None] or not joined:
                raise ValueError("ranges follow each other without end, beside one class for no value")
        elif self.classes and (rests != 1 or nothings > 1 or len(set(values)) != len(values)):
            raise ValueError("each value has one class, and all others have one together")
        return self


class StyleTable(_Part):
    """The dated table: every colour by its name, and a style by collection.

    In the document a style names its colours; here they are what the names stand for.
    """

    edition: str
    valid_from: date
    source: str
    verified: bool
    colours: Mapping[str, str]
    styles: Mapping[str, MapStyle]

    @model_validator(mode="before")
    @classmethod
    def _name_colours(cls, document: dict[str, Any]) -> dict[str, Any]:
        colours = document["colours"]
        if wrong := [name for name, colour in colours.items() if not _HEX.fullmatch(colour)]:
            raise ValueError(f"not #rrggbb: {', '.join(wrong)}")
        return {**document, "styles": _with_colours(document["styles"], colours)}


def _with_colours(node: Any, colours: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_with_colours(each, colours) for each in node]
    if not isinstance(node, dict):
        return node
    if unknown := [node[key] for key in _COLOURED if key in node and node[key] not in colours]:
        raise ValueError(f"no colour of this name: {unknown[0]}")
    return {
        key: colours[value] if key in _COLOURED else _with_colours(value, colours)
        for key, value in node.items()
    }
