"""A filter ready for use: parsed once, the same for all tables with its properties, and a key for caches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from service.features.crs import Crs
from service.features.filters.evaluation import rows_where
from service.features.filters.json_text import parse_json
from service.features.filters.nodes import Node
from service.features.filters.reading import read
from service.features.filters.text import parse_text
from service.features.table import FeatureTable, Property, Rows

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Filter:
    """A condition on features; filters with the same ``canonical`` select the same rows."""

    canonical: str
    condition: Node = field(compare=False, repr=False)

    def rows(self, table: FeatureTable) -> Rows:
        """Return the rows where the condition is true; unknown is not true."""
        return rows_where(self.condition, table)


def parse_filter(text: str, language: Language, queryables: Mapping[str, Property], crs: Crs) -> Filter:
    """Return the filter that a text states about these properties and the geometry.

    Coordinates in it are in ``crs``, axes as its authority orders them. Raises `InvalidFilter` for what
    cannot be read, names what is not there, compares different kinds, or is larger than `limits` allows.
    """
    tree = parse_json(text) if language == "cql2-json" else parse_text(text)
    condition = read(tree, queryables, crs)
    return Filter(json.dumps([crs.uri, tree], ensure_ascii=False, sort_keys=True), condition)
