"""The first schema."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from service.store import immutability, schema
from service.store.column_types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GEOMETRY = Geometry("MULTIPOLYGON", srid=4490, spatial_index=False, nullable=False)

RESULTS = ("score", "score_part", "holding", "reconciliation", "coverage")
ATTRIBUTES = (
    "batch",
    "coverage",
    "enterprise",
    "evaluation",
    "figure",
    "holding",
    "occupancy",
    "reconciliation",
    "score_part",
    "source_row",
)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("prefix", name="uq_api_key_prefix"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("district", sa.Text()),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_sha256", "batch", ["sha256"])
    op.create_table(
        "data_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_version"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evaluation",
        sa.Column("id", ID, nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("scheme_name", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("scheme_hash", sa.Text(), nullable=False),
        sa.Column("snapshot_hash", sa.Text(), nullable=False),
        sa.Column("result_hash", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("run_hash", sa.Text(), nullable=False),
        sa.Column("as_of_batch", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime()),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
        sa.UniqueConstraint("run_hash", name="uq_evaluation_run_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evaluation_district", "evaluation", ["district"])
    op.create_table(
        "coverage",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_coverage_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_coverage_evaluation_id_parcel_code", "coverage", ["evaluation_id", "parcel_code"])
    op.create_table(
        "holding",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("weight", sa.BigInteger()),
        sa.Column("days", sa.Integer()),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_holding_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_holding"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holding_evaluation_id_parcel_code", "holding", ["evaluation_id", "parcel_code"])
    op.create_table(
        "reconciliation",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=False),
        sa.Column("direct", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("unallocated", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_reconciliation_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reconciliation_evaluation_id_uscc", "reconciliation", ["evaluation_id", "uscc"])
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
        sa.Column("ranking_group", sa.Text()),
        sa.Column("land_area_m2", sa.Double()),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("far", sa.Double()),
        sa.Column("far_limit", sa.Double()),
        sa.Column("points", sa.Double()),
        sa.Column("rank", sa.Integer()),
        sa.Column("ranked", sa.Integer()),
        sa.Column("grade", sa.Text()),
        sa.Column("low_efficiency", sa.Boolean()),
        sa.Column("low_efficiency_reasons", sa.Text()),
        sa.Column("far_uplift", sa.Boolean()),
        sa.Column("far_uplift_reasons", sa.Text()),
        sa.Column("additional_floor_area_m2", sa.Double()),
        sa.Column("partial_occupancy", sa.Boolean()),
        sa.Column("missing_feeds", sa.Text()),
        sa.Column("geom", GEOMETRY, nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_score_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_score"),
        sqlite_autoincrement=True,
    )
    op.create_geospatial_index("idx_score_geom", "score", ["geom"], postgresql_using="gist")
    op.create_index("uq_score_evaluation_parcel", "score", ["evaluation_id", "parcel_code"], unique=True)
    op.create_table(
        "score_part",
        sa.Column("id", ID, nullable=False),
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger()),
        sa.Column("denominator", sa.BigInteger()),
        sa.Column("value", sa.BigInteger()),
        sa.Column("benchmark", sa.BigInteger()),
        sa.Column("benchmark_group", sa.Text()),
        sa.Column("benchmark_size", sa.Integer()),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("uncapped", sa.BigInteger()),
        sa.Column("points", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name="fk_score_part_evaluation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_score_part"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_score_part_evaluation_id_parcel_code", "score_part", ["evaluation_id", "parcel_code"])
    op.create_table(
        "source_row",
        sa.Column("id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("column", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_source_row_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_source_row"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_source_row_batch_id_verdict", "source_row", ["batch_id", "verdict"])
    op.create_table(
        "enterprise",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("industry", sa.Text()),
        sa.Column("above_scale", sa.Boolean()),
        sa.Column("registered_on", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_enterprise_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enterprise"),
        sa.UniqueConstraint("uscc", name="uq_enterprise_uscc"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "figure",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_code", sa.Text(), nullable=False),
        sa.Column("part_of", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("source_row_id", ID, nullable=False),
        sa.Column("superseded_by", ID),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_figure_batch_id"),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_figure_source_row_id"),
        sa.ForeignKeyConstraint(["superseded_by"], ["batch.id"], name="fk_figure_superseded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_figure"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_figure_period_metric", "figure", ["period", "metric"])
    op.create_index(
        "uq_figure_current",
        "figure",
        ["subject_kind", "subject_code", "part_of", "period", "metric"],
        unique=True,
        postgresql_where=sa.text("superseded_by IS NULL"),
        sqlite_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "occupancy",
        sa.Column("id", ID, nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("land_area_m2", sa.Double()),
        sa.Column("electricity_kwh", sa.Double()),
        sa.Column("manual_share", sa.Double()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_occupancy_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_occupancy"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_occupancy_uscc", "occupancy", ["uscc"])
    op.create_index(
        "uq_occupancy_key", "occupancy", ["parcel_code", "uscc", "role", "valid_from"], unique=True
    )
    op.create_index(
        "uq_occupancy_key_undated",
        "occupancy",
        ["parcel_code", "uscc", "role"],
        unique=True,
        postgresql_where=sa.text("valid_from IS NULL"),
        sqlite_where=sa.text("valid_from IS NULL"),
    )
    op.create_geospatial_table(
        "parcel",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("town", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("land_use", sa.Text()),
        sa.Column("registered_area_m2", sa.Double()),
        sa.Column("approved_area_m2", sa.Double()),
        sa.Column("contract_area_m2", sa.Double()),
        sa.Column("surveyed_area_m2", sa.Double()),
        sa.Column("occupied_area_m2", sa.Double()),
        sa.Column("geodesic_area_m2", sa.Double(), nullable=False),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("far", sa.Double()),
        sa.Column("far_limit", sa.Double()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.Column("geom", GEOMETRY, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_parcel_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_parcel"),
        sa.UniqueConstraint("code", name="uq_parcel_code"),
        sqlite_autoincrement=True,
    )
    op.create_geospatial_index("idx_parcel_geom", "parcel", ["geom"], postgresql_using="gist")
    op.create_index("ix_parcel_district", "parcel", ["district"])

    connection = op.get_bind()
    schema.start_data_version(connection)
    schema.list_in_geopackage(connection, *ATTRIBUTES)
    for table in ("evaluation", *RESULTS):
        immutability.protect(connection, table)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first schema: remove the database instead")
