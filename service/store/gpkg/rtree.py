"""The R*Tree over a geometry column of a GeoPackage, and the triggers that keep the two in step.

The triggers are those of GeoPackage 1.4, which survive an UPSERT; any program may write into the file.
Source: OGC 12-128r19, annex F.3.
"""

import sqlite3
import struct

_TRIGGERS = {
    "insert": """AFTER INSERT ON "{t}" WHEN (new."{c}" NOT NULL AND NOT ST_IsEmpty(NEW."{c}"))
        BEGIN INSERT OR REPLACE INTO "{r}" VALUES (NEW."{i}", {new_bounds}); END""",
    "update2": """AFTER UPDATE OF "{c}" ON "{t}"
        WHEN OLD."{i}" = NEW."{i}" AND (NEW."{c}" ISNULL OR ST_IsEmpty(NEW."{c}"))
        BEGIN DELETE FROM "{r}" WHERE id = OLD."{i}"; END""",
    "update4": """AFTER UPDATE ON "{t}"
        WHEN OLD."{i}" != NEW."{i}" AND (NEW."{c}" ISNULL OR ST_IsEmpty(NEW."{c}"))
        BEGIN DELETE FROM "{r}" WHERE id IN (OLD."{i}", NEW."{i}"); END""",
    "update5": """AFTER UPDATE ON "{t}"
        WHEN OLD."{i}" != NEW."{i}" AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
        BEGIN DELETE FROM "{r}" WHERE id = OLD."{i}";
        INSERT OR REPLACE INTO "{r}" VALUES (NEW."{i}", {new_bounds}); END""",
    "update6": """AFTER UPDATE OF "{c}" ON "{t}" WHEN OLD."{i}" = NEW."{i}"
        AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
        AND (OLD."{c}" NOTNULL AND NOT ST_IsEmpty(OLD."{c}"))
        BEGIN UPDATE "{r}" SET minx = ST_MinX(NEW."{c}"), maxx = ST_MaxX(NEW."{c}"),
        miny = ST_MinY(NEW."{c}"), maxy = ST_MaxY(NEW."{c}") WHERE id = NEW."{i}"; END""",
    "update7": """AFTER UPDATE OF "{c}" ON "{t}" WHEN OLD."{i}" = NEW."{i}"
        AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
        AND (OLD."{c}" ISNULL OR ST_IsEmpty(OLD."{c}"))
        BEGIN INSERT INTO "{r}" VALUES (NEW."{i}", {new_bounds}); END""",
    "delete": """AFTER DELETE ON "{t}" WHEN old."{c}" NOT NULL
        BEGIN DELETE FROM "{r}" WHERE id = OLD."{i}"; END""",
}


def name(table: str, column: str) -> str:
    """Return the name of the R*Tree over a geometry column."""
    return f"rtree_{table}_{column}"


def _bounds(column: str, of: str = "") -> str:
    return ", ".join(f'ST_{edge}({of}"{column}")' for edge in ("MinX", "MaxX", "MinY", "MaxY"))


def create(connection: sqlite3.Connection, table: str, column: str) -> int:
    """Make the R*Tree with its triggers and fill it from the table."""
    rtree = name(table, column)
    connection.execute(f'CREATE VIRTUAL TABLE "{rtree}" USING rtree(id, minx, maxx, miny, maxy)')
    connection.execute(
        f'INSERT INTO "{rtree}" SELECT rowid, {_bounds(column)} FROM "{table}"'  # noqa: S608 - names of our tables
        f' WHERE "{column}" NOTNULL AND NOT ST_IsEmpty("{column}")'
    )
    for event in _TRIGGERS:
        create_trigger(connection, table, column, event)
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
        (table, column, "http://www.geopackage.org/spec120/#extension_rtree"),
    )
    return 1


def create_trigger(connection: sqlite3.Connection, table: str, column: str, event: str) -> None:
    """Make one of the triggers (``insert``, ``update2`` … ``delete``)."""
    key = next(row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[5])
    rtree = name(table, column)
    body = _TRIGGERS[event].format(t=table, c=column, i=key, r=rtree, new_bounds=_bounds(column, "NEW."))
    connection.execute(f'CREATE TRIGGER "{rtree}_{event}" {body}')


def drop_trigger(connection: sqlite3.Connection, table: str, column: str, event: str) -> None:
    """Take one of the triggers away."""
    connection.execute(f'DROP TRIGGER IF EXISTS "{name(table, column)}_{event}"')


def exists(connection: sqlite3.Connection, table: str, column: str) -> int | None:
    """Return 1 when the column has an R*Tree, else nothing."""
    found = connection.execute(
        "SELECT 1 FROM gpkg_extensions WHERE table_name = ? AND column_name = ?", (table, column)
    ).fetchone()
    return 1 if found else None


def drop(connection: sqlite3.Connection, table: str, column: str) -> int:
    """Take the R*Tree and its triggers away."""
    for event in _TRIGGERS:
        drop_trigger(connection, table, column, event)
    connection.execute(f'DROP TABLE IF EXISTS "{name(table, column)}"')
    connection.execute(
        "DELETE FROM gpkg_extensions WHERE table_name = ? AND column_name = ?", (table, column)
    )
    return 1


def extent(
    connection: sqlite3.Connection, table: str, column: str
) -> tuple[float, float, float, float] | None:
    """Return minx, miny, maxx, maxy of all geometries, from the root node alone; nothing when there are none.

    The edges are 32-bit numbers rounded outward. Layout of a node: sqlite.org/rtree.html, section 4.
    """
    node = connection.execute(
        f'SELECT data FROM "{name(table, column)}_node" WHERE nodeno = 1'  # noqa: S608 - names of our tables
    ).fetchone()
    count = struct.unpack_from(">H", node[0], 2)[0] if node else 0
    cells = [struct.unpack_from(">q4f", node[0], 4 + 24 * i)[1:] for i in range(count)]
    if not cells:
        return None
    minx, maxx, miny, maxy = zip(*cells, strict=True)
    return min(minx), min(miny), max(maxx), max(maxy)
