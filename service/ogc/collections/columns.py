"""The columns of stored layers as properties, with titles that a GIS user reads."""

from collections.abc import Mapping

from sqlalchemy import Boolean, Date, Float, Integer

from service.features.table import Kind, Property
from service.store.layers import Layer


def properties_of(layer: Layer, titles: Mapping[str, str]) -> tuple[Property, ...]:
    """Return the columns that have a title, in the order of the table."""
    return tuple(
        Property(column.name, _kind(column.type), titles[column.name])
        for column in layer.table.c
        if column.name in titles
    )


def _kind(column_type: object) -> Kind:
    if isinstance(column_type, Boolean):
        return "boolean"
    if isinstance(column_type, Integer):  # BigInteger is one too
        return "integer"
    if isinstance(column_type, Date):
        return "date"
    return "number" if isinstance(column_type, Float) else "string"
