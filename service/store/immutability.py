"""A published evaluation never changes (已发布的评价不再改变), nor what any evaluation read.

To the ledger of prices and the history of measures rows are only added. Both databases refuse it themselves.
`service.store.schema` hangs the triggers on the tables, and the migrations install the same ones. PostgreSQL
checks results once per statement, over the rows it touched, so that loading stays fast.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from service.store.models import (
    Evaluation,
    MeasureStep,
    PriceDecision,
    PriceEntry,
    ResultPart,
    Score,
    SnapshotPart,
)

REFUSAL = "a published evaluation never changes"
SNAPSHOT_REFUSAL = "a snapshot that an evaluation read never changes"
LEDGER_REFUSAL = "a price decision and its entries never change"
HISTORY_REFUSAL = "the history of a measure never changes"
"""What the databases say, as an integrity error."""

EVALUATION = Evaluation.__tablename__
RESULTS = tuple(model.__tablename__ for model in (Score, ResultPart))
"""The tables whose rows belong to an evaluation."""

SNAPSHOTS = SnapshotPart.__tablename__
"""The table of what evaluations read; a snapshot is as it was when the first evaluation used it."""

GROWING = {
    PriceDecision.__tablename__: LEDGER_REFUSAL,
    PriceEntry.__tablename__: LEDGER_REFUSAL,
    MeasureStep.__tablename__: HISTORY_REFUSAL,
}
"""The tables to which rows are only added, none goes or changes; and what is said to who tries."""

_SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""

_SQLITE_PUBLISHED = "EXISTS (SELECT 1 FROM evaluation WHERE status = 'published' AND id IN ({ids}))"

_SQLITE_RESULTS = {
    "insert": _SQLITE_PUBLISHED.format(ids="NEW.evaluation_id"),
    "update": _SQLITE_PUBLISHED.format(ids="OLD.evaluation_id, NEW.evaluation_id"),
    "delete": _SQLITE_PUBLISHED.format(ids="OLD.evaluation_id"),
}

_SQLITE_USED = "EXISTS (SELECT 1 FROM evaluation WHERE snapshot_hash IN ({hashes}))"

_SQLITE_SNAPSHOTS = {
    "insert": _SQLITE_USED.format(hashes="NEW.snapshot_hash"),
    "update": _SQLITE_USED.format(hashes="OLD.snapshot_hash, NEW.snapshot_hash"),
    "delete": _SQLITE_USED.format(hashes="OLD.snapshot_hash"),
}

_SQLITE_GROWING = {
    # REPLACE removes a row without naming it
    "insert": "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
    "update": "1",
    "delete": "1",
}

_POSTGRESQL_GROWING = """
CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER kept_{table}_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{table}();

CREATE TRIGGER kept_{table}_truncate BEFORE TRUNCATE ON {table}
    EXECUTE FUNCTION refuse_change_of_{table}()
"""

_POSTGRESQL_EVALUATION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM evaluation WHERE status = 'published') THEN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER published_evaluation_change BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change();

CREATE TRIGGER published_evaluation_truncate BEFORE TRUNCATE ON evaluation EXECUTE FUNCTION refuse_truncate()
"""

# In one pass over the rows, which lie on disk when they are many.
_POSTGRESQL_RESULTS = """
CREATE OR REPLACE FUNCTION refuse_change_of_results() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_published boolean;
BEGIN
    SELECT bool_or(status = 'published') INTO is_published FROM (
        -- locked, so that nobody publishes between this look and the commit
        SELECT status FROM evaluation WHERE id IN (SELECT evaluation_id FROM touched) FOR SHARE
    ) AS locked;
    IF is_published THEN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER published_{table}_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS touched EXECUTE FUNCTION refuse_change_of_results();

CREATE TRIGGER published_{table}_update_from AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS touched EXECUTE FUNCTION refuse_change_of_results();

CREATE TRIGGER published_{table}_update_to AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS touched EXECUTE FUNCTION refuse_change_of_results();

CREATE TRIGGER published_{table}_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS touched EXECUTE FUNCTION refuse_change_of_results();

CREATE TRIGGER published_{table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate()
"""

_POSTGRESQL_SNAPSHOTS = """
CREATE FUNCTION refuse_change_of_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM evaluation WHERE snapshot_hash IN (OLD.snapshot_hash, NEW.snapshot_hash)) THEN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION refuse_truncate_of_snapshots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM evaluation) THEN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER used_{table}_change BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot();

CREATE TRIGGER used_{table}_truncate BEFORE TRUNCATE ON {table}
    EXECUTE FUNCTION refuse_truncate_of_snapshots()
"""

_SAID = {SNAPSHOTS: SNAPSHOT_REFUSAL, **GROWING}
_MARKS = {SNAPSHOTS: "used", **dict.fromkeys(GROWING, "kept")}


def protect(connection: Connection, table: str) -> None:
    """Install the triggers of one table that was just created: ``evaluation`` first, then the others."""
    for statement in _statements(connection.dialect.name, table):
        connection.exec_driver_sql(statement)


def _statements(dialect: str, table: str) -> Iterator[str]:
    said = _SAID.get(table, REFUSAL)
    if dialect == "sqlite":
        own = dict.fromkeys(("update", "delete"), "OLD.status = 'published'")
        conditions = {
            EVALUATION: own,
            SNAPSHOTS: _SQLITE_SNAPSHOTS,
            **dict.fromkeys(GROWING, _SQLITE_GROWING),
        }
        for event, condition in conditions.get(table, _SQLITE_RESULTS).items():
            refused = condition.format(table=table)
            yield _SQLITE.format(
                name=name(table, event), table=table, event=event, condition=refused, refusal=said
            )
    else:
        scripts = {
            EVALUATION: _POSTGRESQL_EVALUATION,
            SNAPSHOTS: _POSTGRESQL_SNAPSHOTS,
            **dict.fromkeys(GROWING, _POSTGRESQL_GROWING),
        }
        yield from scripts.get(table, _POSTGRESQL_RESULTS).format(table=table, refusal=said).split(";\n\n")


def name(table: str, event: str) -> str:
    """Return the name of an embedded store's trigger: ``insert``, ``update`` or ``delete``."""
    return f"{_MARKS.get(table, 'published')}_{table}_{event}"
