"""Projects that look for a place, and the premises that are to let."""

import sqlalchemy as sa
from alembic import op

from service.store import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("industry", sa.Text()),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("land_area_m2", sa.Double()),
        sa.Column("clear_height_m", sa.Double()),
        sa.Column("investment_wan_yuan", sa.Double()),
        sa.Column("output_wan_yuan", sa.Double()),
        sa.Column("tax_wan_yuan", sa.Double()),
        sa.Column("energy_tce", sa.Double()),
        sa.Column("power_kva", sa.Double()),
        sa.Column("needed_by", sa.Date()),
        sa.Column("lease_or_land", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_project_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.UniqueConstraint("code", name="uq_project_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "premises",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text()),
        sa.Column("building_code", sa.Text()),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("land_area_m2", sa.Double()),
        sa.Column("clear_height_m", sa.Double()),
        sa.Column("power_kva", sa.Double()),
        sa.Column("available_from", sa.Date()),
        sa.Column("available_to", sa.Date()),
        sa.Column("rent_yuan_per_m2_month", sa.Double()),
        sa.Column("industries", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_premises_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_premises"),
        sa.UniqueConstraint("code", name="uq_premises_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_premises_parcel_code", "premises", ["parcel_code"])
    schema.list_in_geopackage(op.get_bind(), "premises", "project")


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
