"""Follow-up (跟踪落实): measures, their history, and the events that other systems are told of."""

import sqlalchemy as sa
from alembic import op

from service.store import immutability, schema
from service.store.column_types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_measures()
    _create_events()
    immutability.protect(op.get_bind(), "measure_step")
    schema.list_in_geopackage(op.get_bind(), "measure", "measure_parcel", "measure_step")


def _create_measures() -> None:
    effects = [
        sa.Column(f"{when}_{name}", kind())
        for when in ("expected", "achieved")
        for name, kind in (
            ("area_released_m2", sa.Double),
            ("floor_area_added_m2", sa.Double),
            ("tax_gained", sa.BigInteger),
            ("output_gained", sa.BigInteger),
            ("energy_saved", sa.BigInteger),
        )
    ]
    op.create_table(
        "measure",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("origin_id", ID),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("office", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.Column("carried_out_on", sa.Date()),
        *effects,
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["origin_id"], ["evaluation.id"], name="fk_measure_origin_id"),
        sa.PrimaryKeyConstraint("id", name="pk_measure"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measure_state", "measure", ["state"])
    op.create_index("ix_measure_district", "measure", ["district"])
    op.create_table(
        "measure_parcel",
        sa.Column("id", ID, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name="fk_measure_parcel_measure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_measure_parcel"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_measure_parcel", "measure_parcel", ["measure_id", "parcel_code"], unique=True)
    op.create_index("ix_measure_parcel_parcel_code", "measure_parcel", ["parcel_code"])
    op.create_table(
        "measure_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("from_state", sa.Text()),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name="fk_measure_step_measure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_measure_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measure_step_measure_id", "measure_step", ["measure_id"])


def _create_events() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("uuid", name="uq_event_uuid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_subscriber",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_event_subscriber"),
        sa.UniqueConstraint("name", name="uq_event_subscriber_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("tried_at", UtcDateTime()),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_error", sa.Text()),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_delivery_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_delivery"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_event_delivery", "event_delivery", ["subscriber", "event_id"], unique=True)
    op.create_index("ix_event_delivery_subscriber_state", "event_delivery", ["subscriber", "state"])


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
