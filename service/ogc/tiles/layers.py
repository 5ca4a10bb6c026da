"""The layers of a collection's tiles: outlines, and the points where their labels stand."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

from fastapi import Request

from service.access.policy import PROPERTIES
from service.features.table import FeatureTable, Property
from service.features.tiles import MatrixSet, Prepared, TileLayer, label_layer, labels_from, prepare
from service.ogc.collections import Collection
from service.ogc.sources.source import Edition
from service.ogc.views import View, properties_for
from service.store.database import Database
from service.store.memory import Memories


class Layer(NamedTuple):
    """A layer of tiles: on the matrix ``since`` and finer; ``dimension`` where all features have the same."""

    name: str
    title: str
    dimension: int | None
    since: int
    properties: Sequence[Property]


_TILEJSON_TYPES = {"string": "String", "boolean": "Boolean", "integer": "Number", "number": "Number"}
_ROOM = 256 * 1024 * 1024
_PREPARED = Memories(_ROOM)
_LATEST: WeakKeyDictionary[Database, WeakValueDictionary[tuple[str, str], Prepared]] = WeakKeyDictionary()


def on_tiles(request: Request, collection: Collection) -> list[Property]:
    """Return what whoever asks sees of each feature on a tile."""
    return [item for item in properties_for(request, collection) if item.name in collection.on_tiles]


def on_labels(request: Request, collection: Collection) -> list[Property]:
    """Return what of it stands on each label."""
    return [item for item in on_tiles(request, collection) if item.name in collection.on_labels]


def for_everybody(collection: Collection) -> tuple[list[Property], list[Property]]:
    """Return what everybody sees of each feature on a tile, and on each label."""
    public = {name for name, sensitivity in PROPERTIES[collection.id].items() if sensitivity == "public"}
    shown = [item for item in collection.properties if item.name in public & collection.on_tiles]
    return shown, [item for item in shown if item.name in collection.on_labels]


def layers(
    collection: Collection, matrix_set: MatrixSet, shown: Sequence[Property], labels: Sequence[Property]
) -> list[Layer]:
    """Return the layers of tiles on which features and labels have these properties."""
    outlines = Layer(collection.id, collection.title, None, 0, shown)
    if not labels:
        return [outlines]
    since = labels_from(collection.id, matrix_set)
    title = f"{collection.title}: labels 注记点"
    return [outlines, Layer(label_layer(collection.id), title, 0, since, labels)]


def vector_layers(
    collection: Collection,
    matrix_set: MatrixSet,
    shown: Sequence[Property],
    labels: Sequence[Property],
    finest: int | None = None,
) -> list[dict[str, Any]]:
    """Return the layers as TileJSON 3.0 has them; of an archive that ends earlier, those that it has."""
    finest = matrix_set.finest if finest is None else finest
    return [
        {
            "id": each.name,
            "description": each.title,
            "minzoom": each.since,
            "maxzoom": finest,
            "fields": {item.name: _TILEJSON_TYPES[item.type] for item in each.properties},
        }
        for each in layers(collection, matrix_set, shown, labels)
        if each.since <= finest
    ]


def layer_of(
    request: Request,
    view: View,
    collection: Collection,
    matrix_set: MatrixSet,
    edition: Edition,
) -> TileLayer:
    """Return the layer that tiles are cut from, as whoever asks may see it."""
    table = view.table(collection, edition)
    shown, labels = on_tiles(request, collection), on_labels(request, collection)
    return TileLayer(
        collection.id,
        _prepared(view, collection, matrix_set, table),
        tuple(item.name for item in shown),
        tuple(item.name for item in labels),
        labels_from(collection.id, matrix_set),
    )


def _prepared(view: View, collection: Collection, matrix_set: MatrixSet, table: FeatureTable) -> Prepared:
    """Return the table on the plane of the set; what an edit left alone is taken over from before it."""
    latest = _LATEST.setdefault(view.database, WeakValueDictionary())
    which = (collection.id, matrix_set.id)

    def make() -> Prepared:
        made = prepare(table, matrix_set, latest.get(which))
        latest[which] = made
        return made

    # eight tiles asked for at once after an edit are cut from one table, not from eight
    return _PREPARED.of(view.database).once((*which, table.stamp), make)
