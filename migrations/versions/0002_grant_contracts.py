"""Grant contracts (出让合同), and the ground that a parcel's buildings cover."""

import sqlalchemy as sa
from alembic import op

from service.store import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("parcel", sa.Column("footprint_area_m2", sa.Double()))
    op.create_table(
        "grant_contract",
        sa.Column("id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date()),
        sa.Column("complete_by", sa.Date()),
        sa.Column("completed_on", sa.Date()),
        sa.Column("tax_wan_yuan_per_mu", sa.Double()),
        sa.Column("output_wan_yuan_per_mu", sa.Double()),
        sa.Column("investment_wan_yuan_per_mu", sa.Double()),
        sa.Column("energy_tce_per_wan_yuan", sa.Double()),
        sa.Column("far", sa.Double()),
        sa.Column("coverage", sa.Double()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_grant_contract_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grant_contract"),
        sa.UniqueConstraint("parcel_code", name="uq_grant_contract_parcel_code"),
        sqlite_autoincrement=True,
    )
    schema.list_in_geopackage(op.get_bind(), "grant_contract")


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
