"""Spatial conditions and geometry output that read the same on both databases and reach the spatial index."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from service.store.gpkg import rtree as gpkg_rtree
from service.store.models import SRID


def intersects_bbox(column: Any, minx: float, miny: float, maxx: float, maxy: float) -> ColumnElement[bool]:
    """Return the condition that a geometry's envelope meets a box, by the spatial index (R*Tree or GiST).

    The index keeps 32-bit numbers, so that neighbours within a metre come along; `intersects_box` is exact.

    :param column: the geometry column of a table of the store, or of an alias of one
    :param minx: degrees of longitude; greater than ``maxx`` for a box across the antimeridian
    """
    return _either_side(_MeetsEnvelope, column, minx, miny, maxx, maxy)


def intersects_box(column: Any, minx: float, miny: float, maxx: float, maxy: float) -> ColumnElement[bool]:
    """Return the condition that a geometry itself meets a box; parameters as for `intersects_bbox`."""
    by_index = intersects_bbox(column, minx, miny, maxx, maxy)
    return and_(by_index, _either_side(_MeetsBox, column, minx, miny, maxx, maxy))


def wkb(column: Any) -> ColumnElement[bytes]:
    """Return a geometry as WKB bytes, to be decoded in bulk by ``shapely.from_wkb``."""
    return _Wkb(column)


class _Box(FunctionElement[bool]):
    """Of a geometry column, the key of its table, and the edges of a box."""

    type = Boolean()

    def __init__(self, column: Any, *edges: float) -> None:
        # a mapped attribute gives its column, in the alias it is used in
        column = column.__clause_element__() if hasattr(column, "__clause_element__") else column
        super().__init__(column, *column.table.primary_key, *edges)

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        # else SQLAlchemy writes "= 1" behind it for SQLite, and the planner no longer sees the IN
        return self


class _MeetsEnvelope(_Box):
    inherit_cache = True


class _MeetsBox(_Box):
    inherit_cache = True


class _Wkb(FunctionElement[bytes]):
    inherit_cache = True
    type = LargeBinary()


def _either_side(
    kind: type[_Box], column: Any, minx: float, miny: float, maxx: float, maxy: float
) -> ColumnElement[bool]:
    if minx > maxx:
        return or_(kind(column, minx, miny, 180.0, maxy), kind(column, -180.0, miny, maxx, maxy))
    return kind(column, minx, miny, maxx, maxy)


def _written(element: FunctionElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]


@compiles(_MeetsEnvelope)
def _postgresql_envelope(element: _MeetsEnvelope, compiler: SQLCompiler, **options: Any) -> str:
    column, _, *edges = _written(element, compiler, options)
    return f"{column} && ST_MakeEnvelope({', '.join(edges)}, {SRID})"


@compiles(_MeetsEnvelope, "sqlite")
def _sqlite_envelope(element: _MeetsEnvelope, compiler: SQLCompiler, **options: Any) -> str:
    column: Any = next(iter(element.clauses))
    table = column.table
    while hasattr(table, "element"):  # an alias
        table = table.element
    _, key, minx, miny, maxx, maxy = _written(element, compiler, options)
    return (
        f'{key} IN (SELECT id FROM "{gpkg_rtree.name(table.name, column.name)}"'  # noqa: S608 - names of our tables
        f" WHERE maxx >= {minx} AND maxy >= {miny} AND minx <= {maxx} AND miny <= {maxy})"
    )


@compiles(_MeetsBox)
def _postgresql_box(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    column, _, *edges = _written(element, compiler, options)
    # a box without width is no valid polygon and would meet nothing: ST_Envelope makes it a line or a point
    return f"ST_Intersects({column}, ST_Envelope(ST_MakeEnvelope({', '.join(edges)}, {SRID})))"


@compiles(_MeetsBox, "sqlite")
def _sqlite_box(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    column, _, *edges = _written(element, compiler, options)
    return f"mujun_intersects_box({column}, {', '.join(edges)})"


@compiles(_Wkb)
def _postgresql_wkb(element: _Wkb, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _written(element, compiler, options)
    return f"ST_AsBinary({column})"


@compiles(_Wkb, "sqlite")
def _sqlite_wkb(element: _Wkb, compiler: SQLCompiler, **options: Any) -> str:
    (blob,) = _written(element, compiler, options)
    # the header we write is 40 bytes long; only what another program wrote needs a call into Python
    return f"CASE WHEN substr({blob}, 4, 1) = x'03' THEN substr({blob}, 41) ELSE AsBinary({blob}) END"
