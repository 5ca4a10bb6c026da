"""Many entries at once for an R*Tree: a packed tree of their own, hung into the one there is.

SQLite places entries one by one, which for a million takes longer than all else that an evaluation writes.
Here they are sorted into full nodes (sort-tile-recursive), which are also quicker to search. The entries of
one load stay together below one entry of the root. Layout of the nodes: sqlite.org/rtree.html, section 4.
"""

import sqlite3
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.store.gpkg.rtree import name

_CELL = np.dtype([("id", ">i8"), ("edges", ">f4", (4,))])
_HEADER = 4  # depth of the tree (in the root only), number of cells: 16 bits each
_ROOT = 1
_FILL = 0.8
"""How full new nodes are: the rest is for what is added later one by one."""

Entries = NDArray[Any]
"""Cells: ``id``, and ``edges`` minx, maxx, miny, maxy as 32-bit numbers rounded outward."""


def entries(connection: sqlite3.Connection, table: str, column: str) -> Entries:
    """Return all entries of the R*Tree over a geometry column, by id."""
    rtree = name(table, column)
    leaves = connection.execute(
        f'SELECT data FROM "{rtree}_node" WHERE nodeno NOT IN (SELECT parentnode FROM "{rtree}_parent")'  # noqa: S608 - names of our tables
    ).fetchall()
    found = _cells(b"".join(data for (data,) in leaves), len(leaves))
    return found[np.argsort(found["id"])]


def add(connection: sqlite3.Connection, table: str, column: str, added: Entries) -> None:
    """Add entries whose ids are not there yet, with the edges exactly as given."""
    if not added.size:
        return
    tree = _Tree(connection, name(table, column))
    own, height = tree.packed(_tiled(added, tree.capacity))
    old, depth = tree.root()
    while height < depth - 1:  # as deep as what stands beside it
        own, height = tree.wrapped(own), height + 1
    if old.size and height > depth - 1:
        old = tree.moved(old, depth)
        depth += 1
        while depth - 1 < height:
            old, depth = tree.wrapped(old), depth + 1
    elif old.size + own.size > tree.capacity:
        old, own = tree.moved(old, depth), tree.wrapped(own)
        height += 1
    tree.write_root(np.concatenate([old, own]), height + 1)


class _Tree:
    """The tables behind an R*Tree."""

    def __init__(self, connection: sqlite3.Connection, rtree: str) -> None:
        self._connection, self._rtree = connection, rtree
        (self._root,) = connection.execute(
            f'SELECT data FROM "{rtree}_node" WHERE nodeno = {_ROOT}'  # noqa: S608
        ).fetchone()
        self.capacity = (len(self._root) - _HEADER) // _CELL.itemsize
        (last,) = connection.execute(f'SELECT max(nodeno) FROM "{rtree}_node"').fetchone()  # noqa: S608
        self._next = int(last) + 1

    def root(self) -> tuple[Entries, int]:
        """Return the cells of the root, and the depth of the tree (0: the root is a leaf)."""
        return _cells(self._root, 1), int.from_bytes(self._root[:2], "big")

    def packed(self, leaves: list[Entries]) -> tuple[Entries, int]:
        """Write leaves and what is above them; return the one cell on top and the height of its node."""
        above, height = self._written(leaves, "rowid"), 0
        while above.size > 1:
            above, height = self._written(_even(above, self.capacity), "parent"), height + 1
        return above, height

    def wrapped(self, cells: Entries) -> Entries:
        """Put a node above cells of nodes; return the cell for it."""
        return self._written([cells], "parent")

    def moved(self, cells: Entries, depth: int) -> Entries:
        """Move what is in the root of a tree of this depth into a node of its own; return the cell for it."""
        return self._written([cells], "parent" if depth else "rowid")

    def write_root(self, cells: Entries, depth: int) -> None:
        """Make these cells of nodes the root."""
        self._insert("parent", cells["id"], np.full(cells.size, _ROOT))
        data = self._node(cells, depth)
        self._connection.execute(f'UPDATE "{self._rtree}_node" SET data = ? WHERE nodeno = {_ROOT}', (data,))  # noqa: S608

    def _written(self, nodes: list[Entries], kind: str) -> Entries:
        first, self._next = self._next, self._next + len(nodes)
        numbers = np.arange(first, self._next)
        self._connection.executemany(
            f'INSERT INTO "{self._rtree}_node" (nodeno, data) VALUES (?, ?)',  # noqa: S608
            zip(numbers.tolist(), map(self._node, nodes), strict=True),
        )
        sizes = [node.size for node in nodes]
        self._insert(kind, np.concatenate(nodes)["id"], np.repeat(numbers, sizes))
        above = np.empty(len(nodes), _CELL)
        above["id"] = numbers
        every, starts = np.concatenate(nodes)["edges"], np.cumsum([0, *sizes[:-1]])
        for edge, around in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
            above["edges"][:, edge] = around.reduceat(every[:, edge].astype("f4"), starts)
        return above

    def _insert(self, kind: str, ids: NDArray[Any], nodes: NDArray[Any]) -> None:
        """Note in which node an entry (``rowid``) or a node (``parent``) is, again for a node that moved."""
        order = np.argsort(ids)
        self._connection.executemany(
            f'INSERT OR REPLACE INTO "{self._rtree}_{kind}" VALUES (?, ?)',  # noqa: S608
            zip(ids[order].tolist(), nodes[order].tolist(), strict=True),
        )

    def _node(self, cells: Entries, depth: int = 0) -> bytes:
        head = depth.to_bytes(2, "big") + cells.size.to_bytes(2, "big")
        stored = cells.astype(_CELL, copy=False).tobytes()  # joined arrays have the machine's byte order
        return (head + stored).ljust(len(self._root), b"\0")


def _cells(nodes: bytes, count: int) -> Entries:
    """The cells of nodes that lie one behind the other."""
    whole = np.frombuffer(nodes, np.uint8).reshape(count, -1)
    used = whole[:, 2].astype(int) * 256 + whole[:, 3]
    places = (whole.shape[1] - _HEADER) // _CELL.itemsize
    cells = np.ascontiguousarray(whole[:, _HEADER : _HEADER + places * _CELL.itemsize]).view(_CELL)
    return cells.reshape(count, places)[np.arange(places) < used[:, None]]


def _tiled(cells: Entries, capacity: int) -> list[Entries]:
    """Cut into strips by longitude, each into nodes by latitude."""
    nodes = -(-cells.size // max(1, int(capacity * _FILL)))
    edges = cells["edges"].astype("f4")
    across, up = edges[:, 0] + edges[:, 1], edges[:, 2] + edges[:, 3]
    strips = np.array_split(np.argsort(across, kind="stable"), max(1, round(nodes**0.5)))
    return [
        node
        for strip in strips
        for node in _even(cells[strip[np.argsort(up[strip], kind="stable")]], capacity)
    ]


def _even(cells: Entries, capacity: int) -> list[Entries]:
    return np.array_split(cells, -(-cells.size // max(1, int(capacity * _FILL))))
