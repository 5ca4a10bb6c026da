"""What bureaus hand over beside figures, files as received, corrections, questions about names, pulls."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from service.store import schema
from service.store.column_types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GEOMETRY = Geometry("MULTIPOLYGON", srid=4490, spatial_index=False, nullable=False)

NEW_COLUMNS = {
    "batch": {"profile": sa.Text(), "corrects": sa.BigInteger(), "pulled_from": sa.Text()},
    "source_row": {"subject": sa.Text(), "corrects": sa.BigInteger(), "match_id": sa.BigInteger()},
    "parcel": {
        "unit_code": sa.Text(),
        "holder": sa.Text(),
        "far_min": sa.Double(),
        "coverage_min": sa.Double(),
        "coverage_max": sa.Double(),
        "green_min": sa.Double(),
        "green_max": sa.Double(),
        "height_max_m": sa.Double(),
    },
    "grant_contract": {
        "area_m2": sa.Double(),
        "far_max": sa.Double(),
        "coverage_max": sa.Double(),
        "green_min": sa.Double(),
        "green_max": sa.Double(),
        "height_max_m": sa.Double(),
        "far_printed": sa.Text(),
        "coverage_printed": sa.Text(),
        "green_printed": sa.Text(),
        "height_printed": sa.Text(),
    },
    "enterprise": {
        "registration_number": sa.Text(),
        "registration_type": sa.Text(),
        "address": sa.Text(),
        "status": sa.Text(),
        "capital_wan": sa.Double(),
        "capital_currency": sa.Text(),
    },
}


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind))
    op.create_index("ix_enterprise_registration_number", "enterprise", ["registration_number"])
    for name in ("subject", "corrects", "match_id"):
        known = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_source_row_{name}", "source_row", [name], postgresql_where=known, sqlite_where=known
        )
    _create_hand_overs()
    _create_land()
    _create_firms()
    _create_coverage_point()
    schema.list_in_geopackage(
        op.get_bind(),
        "branch",
        "coverage_point",
        "enterprise_rating",
        "inspection_item",
        "meter",
        "parcel_succession",
    )


def _create_hand_overs() -> None:
    op.create_table(
        "received_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_file"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_received_file", "received_file", ["sha256", "part"], unique=True)
    op.create_table(
        "name_match",
        sa.Column("id", ID, nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text()),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_name_match"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_name_match", "name_match", ["wanted"], unique=True)
    op.create_table(
        "pull_state",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("watermark", sa.Text()),
        sa.Column("cursor", sa.Text()),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("succeeded_at", UtcDateTime()),
        sa.Column("failed_at", UtcDateTime()),
        sa.Column("error", sa.Text()),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pull_state"),
        sa.UniqueConstraint("source", name="uq_pull_state_source"),
        sqlite_autoincrement=True,
    )


def _create_land() -> None:
    op.create_table(
        "parcel_succession",
        sa.Column("id", ID, nullable=False),
        sa.Column("old_code", sa.Text(), nullable=False),
        sa.Column("new_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("share", sa.Double()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_row_id"], ["source_row.id"], name="fk_parcel_succession_source_row_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_parcel_succession"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_parcel_succession_new_code", "parcel_succession", ["new_code"])
    op.create_index("uq_parcel_succession", "parcel_succession", ["old_code", "new_code"], unique=True)
    op.create_geospatial_table(
        "building",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("use", sa.Text()),
        sa.Column("floors", sa.Integer()),
        sa.Column("floor_area_m2", sa.Double()),
        sa.Column("footprint_area_m2", sa.Double()),
        sa.Column("height_m", sa.Double()),
        sa.Column("completed_on", sa.Date()),
        sa.Column("geodesic_area_m2", sa.Double(), nullable=False),
        sa.Column("source_row_id", ID, nullable=False),
        sa.Column("geom", GEOMETRY, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_building_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_building"),
        sa.UniqueConstraint("code", name="uq_building_code"),
        sqlite_autoincrement=True,
    )
    op.create_geospatial_index("idx_building_geom", "building", ["geom"], postgresql_using="gist")
    op.create_index("ix_building_parcel_code", "building", ["parcel_code"])


def _create_firms() -> None:
    op.create_table(
        "branch",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("head_uscc", sa.Text()),
        sa.Column("registered_on", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_branch_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_branch"),
        sa.UniqueConstraint("uscc", name="uq_branch_uscc"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_branch_head_uscc", "branch", ["head_uscc"])
    op.create_table(
        "meter",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("share", sa.Double()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_row.id"], name="fk_meter_source_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meter"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_meter_parcel_code", "meter", ["parcel_code"])
    op.create_index("ix_meter_uscc", "meter", ["uscc"])
    op.create_index("uq_meter", "meter", ["kind", "meter", "parcel_code", "uscc"], unique=True)
    op.create_table(
        "inspection_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Double()),
        sa.Column("unit", sa.Text()),
        sa.Column("capacity_kva", sa.Double()),
        sa.Column("commissioned_on", sa.Date()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_row_id"], ["source_row.id"], name="fk_inspection_item_source_row_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_item"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_inspection_item",
        "inspection_item",
        ["uscc", "parcel_code", "period", "kind", "item"],
        unique=True,
    )
    op.create_table(
        "enterprise_rating",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text()),
        sa.Column("points", sa.Double()),
        sa.Column("rank", sa.Integer()),
        sa.Column("ranked", sa.Integer()),
        sa.Column("source_row_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_row_id"], ["source_row.id"], name="fk_enterprise_rating_source_row_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enterprise_rating"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_enterprise_rating", "enterprise_rating", ["uscc", "period"], unique=True)


def _create_coverage_point() -> None:
    op.create_table(
        "coverage_point",
        sa.Column("id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_coverage_point_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage_point"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_coverage_point_district_period_feed", "coverage_point", ["district", "period", "feed"]
    )
    op.create_index(
        "uq_coverage_point",
        "coverage_point",
        ["batch_id", "district", "period", "feed", "state"],
        unique=True,
    )


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
