"""Parcels and scores as map features on both databases: pages by key, counts, extents, what a tile covers.

Features are ordered by row id. Rows keep their id and later ones get greater ids, so a listing that goes on
behind the last id seen neither loses nor repeats a feature while others write, and any page costs the same.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    any_,
    bindparam,
    column,
    false,
    func,
    literal,
    or_,
    select,
    table,
    true,
)

from service.store import spatial
from service.store.gpkg import rtree as gpkg_rtree
from service.store.layers import SCORES, Box, Features, Ids, Layer, Run, Selection
from service.store.models import Batch, Evaluation


def last_received(connection: Connection) -> str:
    """Return when the latest hand-over came and the latest evaluation was made.

    Two stores may have counted as many changes; they have not received their last file at the same instant.
    """
    times = (select(func.max(Batch.received_at)), select(func.max(Evaluation.created_at)))
    return " ".join(str(connection.execute(query).scalar_one()) for query in times)


def latest_published(connection: Connection) -> tuple[Run, ...]:
    """Return the latest published evaluation of each district, by id."""
    published = _RUNS.where(Evaluation.status == "published")
    latest = {
        row.district: Run(*row)
        for row in connection.execute(published.order_by(Evaluation.published_at, Evaluation.id))
    }
    return tuple(sorted(latest.values()))


def evaluations(connection: Connection, ids: Sequence[int]) -> tuple[Run, ...]:
    """Return those of the named evaluations that exist, whatever their status, by id."""
    rows = connection.execute(_RUNS.where(Evaluation.id.in_(ids)).order_by(Evaluation.id))
    return tuple(Run(*row) for row in rows)


def scores_of(connection: Connection, ids: Sequence[int]) -> Selection:
    """Return the selection of all scores of the evaluations.

    An evaluation is written in one go by the only writer, so its rows have consecutive ids and the primary
    key alone finds a page. Should that not hold, the selection names the evaluations too: slower, as right.
    """
    score = SCORES.table.c
    runs = connection.execute(
        select(func.min(score.id), func.max(score.id), func.count())
        .where(score.evaluation_id.in_(ids))
        .group_by(score.evaluation_id)
        .order_by(func.min(score.id))
    ).all()
    if all(last - first + 1 == count for first, last, count in runs):
        return Selection(ranges=tuple((first, last) for first, last, _ in runs))
    outer = (min(first for first, _, _ in runs), max(last for _, last, _ in runs))
    return Selection(ranges=(outer,), evaluations=tuple(ids))


def matching(connection: Connection, layer: Layer, selection: Selection) -> Ids:
    """Return the row ids of all features of the selection, ascending: its pages are slices of this."""
    ids = select(layer.table.c.id).where(*_equal(layer, selection), _in_ranges(layer, selection))
    if selection.box is not None:
        ids = ids.where(spatial.intersects_box(layer.table.c.geom, *selection.box))
    return np.sort(np.fromiter(connection.execute(ids).scalars().all(), dtype=np.int64))


def by_ids(connection: Connection, layer: Layer, ids: Ids, columns: Sequence[str]) -> Features:
    """Return the features with these row ids, in the order of their ids."""
    if not ids.size:
        return _features(layer, columns, [])
    id_, wanted = layer.table.c.id, ids.tolist()
    among: ColumnElement[bool]
    # one parameter, however many ids
    if connection.dialect.name == "sqlite":
        among = id_.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))
    else:
        among = id_ == any_(bindparam(None, wanted, type_=ARRAY(BigInteger)))
    query = _columns(layer, columns).where(among).order_by(id_)
    return _features(layer, columns, connection.execute(query).all())


def page(
    connection: Connection,
    layer: Layer,
    selection: Selection,
    columns: Sequence[str],
    *,
    limit: int,
    after: int = 0,
    offset: int = 0,
) -> Features:
    """Return up to ``limit`` features of the selection's ranges behind row id ``after``, in the order of ids.

    ``offset`` skips features one by one and serves old clients; ``after`` costs the same at any depth.
    """
    id_ = layer.table.c.id
    query = _columns(layer, columns).where(*_equal(layer, selection)).order_by(id_)
    if selection.ranges is None or offset:
        query = query.where(_in_ranges(layer, selection), id_ > after).limit(limit).offset(offset)
        return _features(layer, columns, connection.execute(query).all())
    found: list[Any] = []
    # one range after the other, so that each is a plain walk along the primary key
    for first, last in selection.ranges:
        if last > after and len(found) < limit:
            within = id_.between(max(first, after + 1), last)
            found.extend(connection.execute(query.where(within).limit(limit - len(found))).all())
    return _features(layer, columns, found)


def everything(
    connection: Connection, layer: Layer, selection: Selection, columns: Sequence[str]
) -> Features:
    """Return all features of the selection, in the order of their ids.

    The box is compared with envelopes only, by the index: a few neighbours come along.
    """
    query = _columns(layer, columns).where(*_equal(layer, selection), _in_ranges(layer, selection))
    if selection.box is not None:
        query = query.where(spatial.intersects_bbox(layer.table.c.geom, *selection.box))
    return _features(layer, columns, connection.execute(query.order_by(layer.table.c.id)).all())


def one(connection: Connection, layer: Layer, key: Sequence[str | int], columns: Sequence[str]) -> Features:
    """Return the feature with this key, or none."""
    pairs = zip(layer.key, key, strict=True)
    query = _columns(layer, columns).where(*(layer.table.c[name] == value for name, value in pairs))
    return _features(layer, columns, connection.execute(query).all())


def count(connection: Connection, layer: Layer, selection: Selection) -> int:
    """Return how many features the ranges have; with a box or values, count what `matching` gives."""
    within = (*_equal(layer, selection), _in_ranges(layer, selection))
    return connection.execute(select(func.count()).select_from(layer.table).where(*within)).scalar_one()


def extent(connection: Connection, layer: Layer, selection: Selection) -> Box | None:
    """Return the box around the selection's features, whatever its own box; None when there are none.

    The embedded store answers from the R*Tree, whose 32-bit edges lie up to a metre outside.
    """
    id_, geometry = layer.table.c.id, layer.table.c.geom
    within = and_(*_equal(layer, selection), _in_ranges(layer, selection))
    if connection.dialect.name == "sqlite":
        edges: list[Any] = [column(name) for name in ("minx", "miny", "maxx", "maxy")]
        tree = table(gpkg_rtree.name(layer.table.name, geometry.name), column("id"), *edges)
        query: Any = select(*(func.min(edge) for edge in edges[:2]), *(func.max(edge) for edge in edges[2:]))
        query = query.select_from(tree)
        if selection != Selection(box=selection.box):  # not simply everything
            query = query.where(tree.c.id.in_(select(id_).where(within)))
    else:
        box = func.ST_Extent(geometry)
        query = select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
        query = query.where(within)
    edges_found = connection.execute(query).one()
    return None if edges_found[0] is None else cast(Box, tuple(edges_found))


_RUNS = select(Evaluation.id, Evaluation.district, Evaluation.period, Evaluation.status)


def _columns(layer: Layer, columns: Sequence[str]) -> Select[Any]:
    return _select(layer, tuple(columns))


@lru_cache
def _select(layer: Layer, columns: tuple[str, ...]) -> Select[Any]:
    own = layer.table.c
    # labelled by place: a column may be part of the key and wanted as a property
    wanted = [own.id, spatial.wkb(own.geom), *(own[name] for name in (*layer.key, *columns))]
    return select(*(item.label(f"c{place}") for place, item in enumerate(wanted)))


def _equal(layer: Layer, selection: Selection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        # a whole number beyond a column's range equals nothing, and is no error
        layer.table.c[name] == (literal(value, BigInteger) if type(value) is int else value)
        for name, value in selection.equal
    ]
    if selection.evaluations is not None:
        conditions.append(layer.table.c.evaluation_id.in_(selection.evaluations))
    return conditions


def _in_ranges(layer: Layer, selection: Selection) -> ColumnElement[bool]:
    if selection.ranges is None:
        return true()
    return or_(false(), *(layer.table.c.id.between(first, last) for first, last in selection.ranges))


def _features(layer: Layer, columns: Sequence[str], rows: Sequence[Any]) -> Features:
    return Features(tuple(columns), rows, len(layer.key))
