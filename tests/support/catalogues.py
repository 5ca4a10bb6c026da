"""Everything a database knows about its schema, as plain values that can be compared."""

from typing import Any

from sqlalchemy import Connection

from service.store import schema

Catalogue = dict[str, Any]


def catalogue(connection: Connection) -> Catalogue:
    """Return tables, columns, constraints, indexes, triggers, functions, and a GeoPackage's own tables."""
    return _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)


def create_directly(connection: Connection) -> None:
    """Create the schema from the models, without the migrations."""
    indexes = {table: set(table.indexes) for table in schema.METADATA.tables.values()}
    schema.METADATA.create_all(connection)
    for table, own in indexes.items():
        table.indexes |= own  # on SQLite, GeoAlchemy2 takes the spatial ones off the model for good


def _sqlite(connection: Connection) -> Catalogue:
    def rows(statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]

    found: Catalogue = {}
    for kind, name, table, sql in rows("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if "alembic_version" in table:
            continue
        if kind in ("trigger", "view"):
            found[f"{kind} {name}"] = " ".join(sql.split())
        elif kind == "index":
            found[f"index {name}"] = (
                rows(f'PRAGMA index_xinfo("{name}")'),
                (sql or "").partition(" WHERE ")[2],
                next(row[2:] for row in rows(f'PRAGMA index_list("{table}")') if row[1] == name),
            )
        else:
            found[f"table {name}"] = {
                "columns": rows(f'PRAGMA table_xinfo("{name}")'),
                "foreign keys": sorted(row[2:] for row in rows(f'PRAGMA foreign_key_list("{name}")')),
                "constraints": sorted(
                    " ".join(line.split()).removesuffix(" )")
                    for line in sql.split(",")
                    if "CONSTRAINT" in line
                ),
                "ids never given twice": "AUTOINCREMENT" in sql,
            }
    for table in ("gpkg_spatial_ref_sys", "gpkg_geometry_columns", "gpkg_extensions"):
        found[f"rows of {table}"] = sorted(rows(f"SELECT * FROM {table}"), key=repr)
    found["rows of gpkg_contents"] = sorted(
        rows("SELECT table_name, data_type, identifier, description, srs_id FROM gpkg_contents")
    )
    found["data version"] = rows("SELECT * FROM data_version")
    found["header"] = rows("PRAGMA application_id") + rows("PRAGMA user_version")
    return found


_POSTGRESQL = {
    "column": """
        SELECT c.relname || '.' || a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
             ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relkind IN ('r', 'S', 'v') AND a.attnum > 0 AND c.relnamespace = 'public'::regnamespace""",
    "constraint": """
        SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT tgrelid::regclass::text || '.' || tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal""",
    "function": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS
              (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')""",
    "sequence": """
        SELECT sequencename, data_type::text, start_value, increment_by, cycle
        FROM pg_sequences WHERE schemaname = 'public'""",
    "extension": "SELECT extname, extversion FROM pg_extension",
    "data version": "SELECT '', id, version FROM data_version",
}


def _postgresql(connection: Connection) -> Catalogue:
    found: Catalogue = {}
    for kind, statement in _POSTGRESQL.items():
        for name, *rest in connection.exec_driver_sql(statement):
            if "alembic_version" not in name:
                found[f"{kind} {name}"] = rest
    return found
