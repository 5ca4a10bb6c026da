"""The layers of a collection's tiles: outlines, and the points where their labels stand."""

from weakref import WeakKeyDictionary, WeakValueDictionary

from fastapi import Request

from service.features.table import FeatureTable, Property
from service.features.tiles import MatrixSet, Prepared, TileLayer, prepare
from service.ogc.collections import Collection
from service.ogc.queries.datetimes import Interval
from service.ogc.views import View, properties_for
from service.store.database import Database
from service.store.memory import Memories

_ROOM = 256 * 1024 * 1024
_PREPARED = Memories(_ROOM)
_LATEST: WeakKeyDictionary[Database, WeakValueDictionary[tuple[str, str], Prepared]] = WeakKeyDictionary()


def on_tiles(request: Request, collection: Collection) -> list[Property]:
    """Return what whoever asks sees of each feature on a tile."""
    return [item for item in properties_for(request, collection) if item.name in collection.on_tiles]


def on_labels(request: Request, collection: Collection) -> list[Property]:
    """Return what of it stands on each label."""
    return [item for item in on_tiles(request, collection) if item.name in collection.on_labels]


def layer_of(
    request: Request,
    view: View,
    collection: Collection,
    matrix_set: MatrixSet,
    evaluation: int | None,
    period: str | None,
    interval: Interval | None,
) -> TileLayer:
    """Return the layer that tiles are cut from, as whoever asks may see it."""
    table = view.table(collection, view.edition(collection, evaluation, period, interval))
    shown, labels = on_tiles(request, collection), on_labels(request, collection)
    return TileLayer(
        collection.id,
        _prepared(view, collection, matrix_set, table),
        tuple(item.name for item in shown),
        tuple(item.name for item in labels),
    )


def _prepared(view: View, collection: Collection, matrix_set: MatrixSet, table: FeatureTable) -> Prepared:
    """Return the table on the plane of the set; what an edit left alone is taken over from before it."""
    latest = _LATEST.setdefault(view.database, WeakValueDictionary())
    which = (collection.id, matrix_set.id)

    def make() -> Prepared:
        made = prepare(table, matrix_set, latest.get(which))
        latest[which] = made
        return made

    return _PREPARED.of(view.database).get((*which, table.stamp), make)
