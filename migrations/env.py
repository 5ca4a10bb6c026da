"""Runs the migrations on the connection it is handed, in that connection's transaction.

There is no ``alembic.ini``: `service.store.schema.configuration` says where everything is.
"""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers

from service.store import schema


def include_object(item: Any, name: str, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out what GeoPackage and PostGIS keep for themselves."""
    return not name.startswith("rtree_") and alembic_helpers.include_object(
        item, name, kind, reflected, compare_to
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.METADATA,
    include_object=include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    render_as_batch=False,  # copying a table would lose its triggers
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
