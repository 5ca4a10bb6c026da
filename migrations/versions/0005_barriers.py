"""Barriers: rivers, railways and whatever else parts land that is near on the map."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GEOMETRY = Geometry("GEOMETRY", srid=4490, spatial_index=False, nullable=False)


def upgrade() -> None:
    op.create_geospatial_table(
        "barrier",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.Column("geom", GEOMETRY, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_barrier_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_barrier"),
        sa.UniqueConstraint("code", name="uq_barrier_code"),
        sqlite_autoincrement=True,
    )
    op.create_geospatial_index("idx_barrier_geom", "barrier", ["geom"], postgresql_using="gist")


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
