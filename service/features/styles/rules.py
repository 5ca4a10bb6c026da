"""What every format of a style says alike: rules with their colours and the test that a feature passes.

Every feature passes the test of exactly one rule, so the order of rules means nothing to any program.
"""

from collections.abc import Collection
from dataclasses import dataclass

from service.domain.quality import Bilingual
from service.domain.styles import Label, MapStyle, StyleClass, Symbol

SCALE_AT_ZOOM_0 = 279_541_132.0
"""Scale denominator of zoom 0 with tiles of 512 pixels of 0.28 mm, as the OGC counts pixels."""


@dataclass(frozen=True)
class Equals:
    """The property has this value."""

    property: str
    value: str


@dataclass(frozen=True)
class Between:
    """The property is a number from ``lower`` on and below ``below``; None is no bound."""

    property: str
    lower: float | None
    below: float | None


@dataclass(frozen=True)
class Missing:
    """The property has no value."""

    property: str


@dataclass(frozen=True)
class Otherwise:
    """The property has none of the values; ``missing`` tells whether no value at all belongs here too."""

    property: str
    values: tuple[str, ...]
    missing: bool


Test = Equals | Between | Missing | Otherwise


@dataclass(frozen=True)
class Rule:
    """A class as it is drawn: colours are ``#rrggbb``; ``test`` None is for every feature."""

    id: str
    title: Bilingual
    fill: str
    outline: str
    test: Test | None

    @property
    def text(self) -> str:
        """Its title in both languages, as in a legend."""
        return f"{self.title.en} {self.title.zh}"


@dataclass(frozen=True)
class Drawing:
    """A style as somebody may see it; ``width`` of outlines in pixels, which alone are drawn of ``lines``."""

    id: str
    title: str
    property: str | None
    rules: tuple[Rule, ...]
    width: float
    label: Label | None
    lines: bool = False


def drawing(name: str, style: MapStyle, visible: Collection[str]) -> Drawing:
    """Return a style for whoever sees these properties.

    Without the property of its classes there is one symbol for all, without that of its label no label:
    neither a colour nor a rule tells of a property that is masked.
    """
    classed = style.property is not None and style.property in visible
    if classed:
        rules = tuple(_rule(style, each, number) for number, each in enumerate(style.classes))
    else:
        rules = (_drawn(style, style.single, "all", None),)
    title = style.title if classed or style.property is None else style.single.title
    return Drawing(
        id=name,
        title=f"{title.en} {title.zh}",
        property=style.property if classed else None,
        rules=rules,
        width=style.width,
        label=style.label if style.label is not None and style.label.property in visible else None,
        lines=style.lines,
    )


def scale_of(zoom: float) -> float:
    """Return the scale denominator of a zoom (512-pixel tiles)."""
    return round(SCALE_AT_ZOOM_0 / 2**zoom)


def _rule(style: MapStyle, each: StyleClass, number: int) -> Rule:
    assert style.property is not None  # noqa: S101 - classes are of a property
    test: Test
    if each.value is not None:
        test = Equals(style.property, each.value)
    elif each.missing:
        test = Missing(style.property)
    elif each.otherwise:
        values = tuple(other.value for other in style.classes if other.value is not None)
        test = Otherwise(style.property, values, not any(other.missing for other in style.classes))
    else:
        test = Between(style.property, each.lower, each.below)
    return _drawn(style, each, str(number + 1), test)


def _drawn(style: MapStyle, symbol: Symbol, name: str, test: Test | None) -> Rule:
    return Rule(name, symbol.title, symbol.fill, symbol.outline or style.outline, test)
