"""Results and snapshots as Parquet parts; the score says more."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from service.errors import Conflict
from service.store import immutability

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
GEOMETRY = Geometry("MULTIPOLYGON", srid=4490, spatial_index=False, nullable=False)

LONG_RESULTS = ("score_part", "holding", "reconciliation", "coverage")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT 1 FROM evaluation LIMIT 1")).first():
        # what they stored cannot be turned into the new tables without inventing what was not kept
        raise Conflict(
            "The store holds evaluations of an unreleased version, which cannot be carried over;"
            " nothing was changed.",
            "数据库中有未发布版本所做的评价，无法迁移；未作任何更改。",
            code="evaluations-of-old-version",
            action="Keep this store with the version that made it, or hand the files over to a new store"
            " (another MUJUN_DATABASE_URL, mujun init) and evaluate there.",
        )
    for table in LONG_RESULTS:
        op.drop_table(table)
    if connection.dialect.name == "sqlite":
        listed = sa.text("DELETE FROM gpkg_contents WHERE table_name = :name")
        connection.execute(listed, [{"name": table} for table in LONG_RESULTS])
    op.drop_geospatial_table("score")
    _create_score()
    op.create_index("ix_evaluation_snapshot_hash", "evaluation", ["snapshot_hash"])
    op.create_table(
        "result_part",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        *_part(),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_result_part_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_result_part"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_result_part", "result_part", ["evaluation_id", "name", "part"], unique=True)
    op.create_table(
        "snapshot_part",
        sa.Column("id", ID, nullable=False),
        sa.Column("snapshot_hash", sa.Text(), nullable=False),
        *_part(),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_part"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_snapshot_part", "snapshot_part", ["snapshot_hash", "name", "part"], unique=True)
    for table in ("score", "result_part", "snapshot_part"):
        immutability.protect(connection, table)


def _create_score() -> None:
    op.create_geospatial_table(
        "score",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("town", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("land_use", sa.Text()),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("track", sa.Text()),
        sa.Column("industry", sa.Text()),
        sa.Column("industry_group", sa.Text()),
        sa.Column("ranking_group", sa.Text()),
        sa.Column("land_area_m2", sa.Double()),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("footprint_area_m2", sa.Double()),
        sa.Column("far", sa.Double()),
        sa.Column("far_limit", sa.Double()),
        sa.Column("items", sa.Double()),
        sa.Column("correction", sa.Double()),
        sa.Column("bonus", sa.Double()),
        sa.Column("deduction", sa.Double()),
        sa.Column("points", sa.Double()),
        sa.Column("rank", sa.Integer()),
        sa.Column("ranked", sa.Integer()),
        sa.Column("ranked_grade", sa.Text()),
        sa.Column("grade", sa.Text()),
        sa.Column("adjustments", sa.Text()),
        sa.Column("low_efficiency", sa.Boolean()),
        sa.Column("low_efficiency_reasons", sa.Text()),
        sa.Column("far_uplift", sa.Boolean()),
        sa.Column("far_uplift_reasons", sa.Text()),
        sa.Column("additional_floor_area_m2", sa.Double()),
        sa.Column("partial_occupancy", sa.Boolean()),
        sa.Column("missing_feeds", sa.Text()),
        sa.Column("verified", sa.Boolean()),
        sa.Column("geom", GEOMETRY, nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_score_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_score"),
        sqlite_autoincrement=True,
    )
    op.create_geospatial_index("idx_score_geom", "score", ["geom"], postgresql_using="gist")
    op.create_index("uq_score_evaluation_parcel", "score", ["evaluation_id", "parcel_code"], unique=True)


def _part() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("sorted_by", sa.Text(), nullable=False),
        sa.Column("first", BY_BYTES),
        sa.Column("last", BY_BYTES),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("results of this version have no place in an earlier one")
