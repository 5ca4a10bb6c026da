"""Geometry literals of cql2-text: well-known text to the GeoJSON that cql2-json has for it."""

from typing import Any, Protocol

from service.errors import InvalidFilter
from service.features.filters.tokens import Token, number_of

GEOMETRIES = {
    "point": ("Point", 0),
    "linestring": ("LineString", 1),
    "polygon": ("Polygon", 2),
    "multipoint": ("MultiPoint", 1),
    "multilinestring": ("MultiLineString", 2),
    "multipolygon": ("MultiPolygon", 3),
    "geometrycollection": ("GeometryCollection", 0),
}
"""Keyword → name in GeoJSON and how deep positions are nested in its coordinates."""


class Words(Protocol):
    """The words still to be read."""

    @property
    def next(self) -> Token:
        """The word that comes next."""

    def take(self) -> Token:
        """Return the next word and go past it."""

    def takes(self, word: str) -> bool:
        """Tell whether the next word is this one, and go past it."""

    def expect(self, word: str) -> None:
        """Go past this word; raises `InvalidFilter` when it is not the next."""

    def unexpected(self, expected: str) -> InvalidFilter:
        """Return the error that the next word is another one."""


class WktReader:
    """Reads one literal from words."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def geometry(self, keyword: str, within: bool = False) -> dict[str, Any]:
        """Return the geometry whose keyword was read; collections are not ``within`` collections."""
        name, levels = GEOMETRIES[keyword]
        self._words.takes("z")
        if name != "GeometryCollection":
            loose = name == "MultiPoint"
            return {"type": name, "coordinates": self._coordinates(levels, loose)}
        if within:
            raise self._words.unexpected("no collection within a collection")
        self._words.expect("(")
        members = [self._member()]
        while self._words.takes(","):
            members.append(self._member())
        self._words.expect(")")
        return {"type": name, "geometries": members}

    def numbers(self) -> list[float]:
        """Return the numbers up to the closing bracket."""
        found = [self._number()]
        while self._words.takes(","):
            found.append(self._number())
        self._words.expect(")")
        return found

    def _member(self) -> dict[str, Any]:
        keyword = self._words.next.word
        if keyword not in GEOMETRIES:
            raise self._words.unexpected("a geometry")
        self._words.take()
        return self.geometry(keyword, within=True)

    def _coordinates(self, levels: int, loose: bool = False) -> list[Any]:
        """Return coordinates in brackets; ``loose`` for points of which each may have brackets of its own."""
        self._words.expect("(")
        if levels == 0:
            only = self._position()
            self._words.expect(")")
            return only
        listed = [self._listed(levels, loose)]
        while self._words.takes(","):
            listed.append(self._listed(levels, loose))
        self._words.expect(")")
        return listed

    def _listed(self, levels: int, loose: bool) -> list[Any]:
        if levels > 1 or (loose and self._words.next.word == "("):
            return self._coordinates(levels - 1)
        return self._position()

    def _position(self) -> list[float]:
        position = [self._number(), self._number()]
        while self._words.next.word not in (",", ")"):
            position.append(self._number())
        return position

    def _number(self) -> float:
        sign = -1 if self._words.takes("-") else 1
        if sign == 1:
            self._words.takes("+")
        if self._words.next.kind != "number":
            raise self._words.unexpected("a number")
        return sign * number_of(self._words.take().value)
