"""Other surcharges of firms, decisions on differential electricity prices, and their ledger."""

import sqlalchemy as sa
from alembic import op

from service.store import immutability, schema
from service.store.column_types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "firm_surcharge",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("yuan_per_kwh", sa.Double()),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_firm_surcharge_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_firm_surcharge"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_firm_surcharge", "firm_surcharge", ["uscc", "parcel_code", "kind", "valid_from"], unique=True
    )
    op.create_table(
        "price_decision",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("district", "period")),
        sa.Column("evaluation_id", ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("policy_name", "policy_edition", "policy", "policy_hash", "years")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("first_month", "last_month")),
        sa.Column("as_of_batch", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_price_decision_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_price_decision_district_period", "price_decision", ["district", "period"])
    op.create_table(
        "price_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("month", "parcel_code", "uscc", "meter", "kind")
        ),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("wh", "rate", "amount_fen")),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("tier_rate", sa.BigInteger(), nullable=False),
        sa.Column("other_kind", sa.Text(), nullable=False),
        sa.Column("other_rate", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrects", sa.BigInteger()),
        sa.ForeignKeyConstraint(["decision_id"], ["price_decision.id"], name="fk_price_entry_decision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_entry"),
        sqlite_autoincrement=True,
    )
    for column in ("decision_id", "parcel_code", "uscc"):
        op.create_index(f"ix_price_entry_{column}", "price_entry", [column])
    op.create_index("ix_price_entry_line", "price_entry", ["month", "parcel_code", "uscc", "meter"])
    connection = op.get_bind()
    for table in ("price_decision", "price_entry"):
        immutability.protect(connection, table)
    schema.list_in_geopackage(connection, "firm_surcharge", "price_decision", "price_entry")


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
