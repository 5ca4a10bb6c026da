"""A published evaluation never changes (已发布的评价不再改变): both databases refuse it themselves.

`service.store.schema` hangs the triggers on the tables, and the migrations install the same ones. PostgreSQL
checks results once per statement, over the rows it touched, so that loading stays fast.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from service.store.models import Coverage, Evaluation, Holding, Reconciliation, Score, ScorePart

REFUSAL = "a published evaluation never changes"
"""What the databases say, as an integrity error."""

EVALUATION = Evaluation.__tablename__
RESULTS = tuple(model.__tablename__ for model in (Score, ScorePart, Holding, Reconciliation, Coverage))
"""The tables whose rows belong to an evaluation."""

_SQLITE = """
CREATE TRIGGER published_{table}_{event} BEFORE {event} ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""

_SQLITE_PUBLISHED = "EXISTS (SELECT 1 FROM evaluation WHERE status = 'published' AND id IN ({ids}))"

_SQLITE_RESULTS = {
    "insert": _SQLITE_PUBLISHED.format(ids="NEW.evaluation_id"),
    "update": _SQLITE_PUBLISHED.format(ids="OLD.evaluation_id, NEW.evaluation_id"),
    "delete": _SQLITE_PUBLISHED.format(ids="OLD.evaluation_id"),
}

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

CREATE FUNCTION refuse_change_of_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- locked, so that nobody publishes between this look and the commit
    PERFORM FROM evaluation WHERE id IN (SELECT evaluation_id FROM touched) FOR SHARE;
    IF EXISTS (SELECT FROM evaluation JOIN touched ON evaluation.id = touched.evaluation_id
               WHERE evaluation.status = 'published') THEN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER published_evaluation_change BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change();

CREATE TRIGGER published_evaluation_truncate BEFORE TRUNCATE ON evaluation EXECUTE FUNCTION refuse_truncate()
"""

_POSTGRESQL_RESULTS = """
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


def protect(connection: Connection, table: str) -> None:
    """Install the triggers of one table that was just created: ``evaluation`` first, then its results."""
    for statement in _statements(connection.dialect.name, table):
        connection.exec_driver_sql(statement)


def _statements(dialect: str, table: str) -> Iterator[str]:
    if dialect == "sqlite":
        own = dict.fromkeys(("update", "delete"), "OLD.status = 'published'")
        for change, condition in (own if table == EVALUATION else _SQLITE_RESULTS).items():
            yield _SQLITE.format(table=table, event=change, condition=condition, refusal=REFUSAL)
    else:
        script = _POSTGRESQL_EVALUATION if table == EVALUATION else _POSTGRESQL_RESULTS
        yield from script.format(table=table, refusal=REFUSAL).split(";\n\n")
