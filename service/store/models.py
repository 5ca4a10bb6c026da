"""The tables, once, for both databases. Geometry is EPSG:4490 (CGCS2000), longitude first; times are UTC.

Column types stay within what a GeoPackage may hold. Areas are m² rounded to 0.01, so that a GIS user reads
them as they are; figures are integers in their metric's minor unit. Codes, not row ids, join the hand-overs:
files may arrive in any order, and what has no counterpart yet is found at evaluation instead of being refused
at import.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from geoalchemy2.elements import WKBElement
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.store.column_types import UtcDateTime

SRID = 4490


class Base(DeclarativeBase):
    """Root of the models; constraints get names so that both databases and every migration agree."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {str: Text(), datetime: UtcDateTime()}


# SQLite gives row ids only to INTEGER keys; PostgreSQL needs 64 bits for them.
_Id = BigInteger().with_variant(Integer(), "sqlite")

# Texts compared as Polars and SQLite do it, whatever the language of a PostgreSQL database.
_ByBytes = Text().with_variant(Text(collation="C"), "postgresql")


def _geometry() -> Any:
    return mapped_column(Geometry("MULTIPOLYGON", srid=SRID, spatial_index=True, nullable=False))


class Batch(Base):
    """One hand-over (交付批次): a file of one feed as it was received, and what became of its rows."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    feed: Mapped[str]
    district: Mapped[str | None]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    mapping: Mapped[str]  # the mapping as applied, JSON
    received_at: Mapped[datetime]
    read: Mapped[int]
    accepted: Mapped[int]
    held: Mapped[int]
    duplicate: Mapped[int]
    skipped: Mapped[int]


class SourceRow(Base):
    """A row of a hand-over, kept as received, with its verdict: accepted, held, duplicate or skipped."""

    __tablename__ = "source_row"
    __table_args__ = (Index(None, "batch_id", "verdict"),)
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    sheet: Mapped[str]  # sheet or layer; empty for a plain CSV
    row: Mapped[int] = mapped_column(
        BigInteger
    )  # 1-based as a spreadsheet counts; feature number for a layer
    verdict: Mapped[str]
    reason: Mapped[str | None]  # stable code
    column: Mapped[str | None]  # the source column that caused it
    detail: Mapped[str | None]
    content: Mapped[str]  # JSON object, source column → text as received


class Parcel(Base):
    """A cadastral parcel (宗地)."""

    __tablename__ = "parcel"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    district: Mapped[str] = mapped_column(index=True)
    town: Mapped[str | None]
    name: Mapped[str | None]
    land_use: Mapped[str | None]
    registered_area_m2: Mapped[float | None]
    approved_area_m2: Mapped[float | None]
    contract_area_m2: Mapped[float | None]
    surveyed_area_m2: Mapped[float | None]
    occupied_area_m2: Mapped[float | None]
    geodesic_area_m2: Mapped[float]
    floor_area_m2: Mapped[float | None]
    far: Mapped[float | None]  # recorded floor-area ratio 容积率
    far_limit: Mapped[float | None]  # upper limit by plan or contract
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    geom: Mapped[WKBElement] = _geometry()
    # last, where the migration could put it
    footprint_area_m2: Mapped[float | None]  # ground that buildings cover 建筑占地面积


class GrantContract(Base):
    """The grant contract in force of a parcel (出让合同): its dates, and what its holder promised."""

    __tablename__ = "grant_contract"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    parcel_code: Mapped[str] = mapped_column(unique=True)
    signed_on: Mapped[date | None]
    complete_by: Mapped[date | None]  # 约定竣工
    completed_on: Mapped[date | None]  # 实际竣工
    tax_wan_yuan_per_mu: Mapped[float | None]
    output_wan_yuan_per_mu: Mapped[float | None]
    investment_wan_yuan_per_mu: Mapped[float | None]  # 固定资产投资强度
    energy_tce_per_wan_yuan: Mapped[float | None]  # at most, of output
    far: Mapped[float | None]  # floor-area ratio 容积率
    coverage: Mapped[float | None]  # building coverage 建筑密度, 0…1
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Enterprise(Base):
    """A legal person (企业) by its unified social credit code."""

    __tablename__ = "enterprise"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    uscc: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    industry: Mapped[str | None]  # GB/T 4754 code
    above_scale: Mapped[bool | None]  # 规上
    registered_on: Mapped[date | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Occupancy(Base):
    """Who holds what (地企调查): an enterprise's own, leased-in or leased-out land and floor on a parcel."""

    __tablename__ = "occupancy"
    __table_args__ = (
        Index("uq_occupancy_key", "parcel_code", "uscc", "role", "valid_from", unique=True),
        # for a unique index two unknown dates are different, so they get one of their own
        Index(
            "uq_occupancy_key_undated",
            "parcel_code",
            "uscc",
            "role",
            unique=True,
            postgresql_where=text("valid_from IS NULL"),
            sqlite_where=text("valid_from IS NULL"),
        ),
        Index(None, "uscc"),
    )
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    parcel_code: Mapped[str]
    uscc: Mapped[str]
    role: Mapped[str]  # own | leased_in | leased_out
    floor_area_m2: Mapped[float | None]
    land_area_m2: Mapped[float | None]
    electricity_kwh: Mapped[float | None]  # metered for this holding
    manual_share: Mapped[float | None]  # of the enterprise's figures, 0…1, decided by a person
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # last day included
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Figure(Base):
    """A reported number: subject, period, metric, value in the metric's minor unit, and the row it came from.

    Long format: a new metric needs no migration. A later hand-over of the same key supersedes, nothing is
    overwritten: the figures in effect after batch ``b`` are those with ``batch_id <= b`` and
    ``superseded_by`` null or greater than ``b``.
    """

    __tablename__ = "figure"
    __table_args__ = (
        Index(
            "uq_figure_current",
            "subject_kind",
            "subject_code",
            "part_of",
            "period",
            "metric",
            unique=True,
            postgresql_where=text("superseded_by IS NULL"),
            sqlite_where=text("superseded_by IS NULL"),
        ),
        Index(None, "period", "metric"),
    )
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    subject_kind: Mapped[str]  # enterprise | parcel
    subject_code: Mapped[str]
    # USCC whose total contains a parcel's figure
    part_of: Mapped[str] = mapped_column(server_default=text("''"))
    period: Mapped[str]  # "2023"
    metric: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))


class Evaluation(Base):
    """One run of one scheme over one district and period; a draft until published, then immutable."""

    __tablename__ = "evaluation"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    district: Mapped[str] = mapped_column(index=True)
    period: Mapped[str]
    scheme_name: Mapped[str]
    scheme: Mapped[str]  # the whole scheme, canonical JSON
    scheme_hash: Mapped[str]
    snapshot_hash: Mapped[str] = mapped_column(index=True)
    result_hash: Mapped[str]
    code_version: Mapped[str]
    run_hash: Mapped[str] = mapped_column(unique=True)  # of district, period, scheme, snapshot and code
    as_of_batch: Mapped[int]  # the last hand-over it saw
    status: Mapped[str]  # draft | published
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    parcels: Mapped[int]
    scored: Mapped[int]


class Score(Base):
    """A parcel's result, with the parcel's geometry as it was: a published evaluation does not move."""

    __tablename__ = "score"
    __table_args__ = (Index("uq_score_evaluation_parcel", "evaluation_id", "parcel_code", unique=True),)
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    parcel_code: Mapped[str]
    district: Mapped[str]
    town: Mapped[str | None]
    name: Mapped[str | None]
    land_use: Mapped[str | None]
    period: Mapped[str]
    status: Mapped[str]  # scored | not_scored | outside
    reason: Mapped[str | None]
    track: Mapped[str | None]
    industry: Mapped[str | None]
    industry_group: Mapped[str | None]
    ranking_group: Mapped[str | None]
    land_area_m2: Mapped[float | None]
    floor_area_m2: Mapped[float | None]
    footprint_area_m2: Mapped[float | None]
    far: Mapped[float | None]
    far_limit: Mapped[float | None]
    items: Mapped[
        float | None
    ]  # points before correction, bonus and deduction; like all points a multiple of 1e-6
    correction: Mapped[float | None]  # a plain ratio
    bonus: Mapped[float | None]
    deduction: Mapped[float | None]
    points: Mapped[float | None]
    rank: Mapped[int | None]
    ranked: Mapped[int | None]
    ranked_grade: Mapped[str | None]  # before adjustments
    grade: Mapped[str | None]
    adjustments: Mapped[str | None]  # codes joined by ","
    low_efficiency: Mapped[bool | None]
    low_efficiency_reasons: Mapped[str | None]
    far_uplift: Mapped[bool | None]
    far_uplift_reasons: Mapped[str | None]
    additional_floor_area_m2: Mapped[float | None]
    partial_occupancy: Mapped[bool | None]
    missing_feeds: Mapped[str | None]
    verified: Mapped[bool | None]
    geom: Mapped[WKBElement] = _geometry()


class SnapshotPart(Base):
    """Some rows of a table that evaluations read (快照), as Parquet; the same content is kept once."""

    __tablename__ = "snapshot_part"
    __table_args__ = (Index("uq_snapshot_part", "snapshot_hash", "name", "part", unique=True),)
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    snapshot_hash: Mapped[str]
    name: Mapped[str]  # of the table
    part: Mapped[int]  # from 0
    sorted_by: Mapped[str]  # the column whose first and last value are here
    first: Mapped[str | None] = mapped_column(_ByBytes)
    last: Mapped[str | None] = mapped_column(_ByBytes)
    rows: Mapped[int]
    content: Mapped[bytes]


class ResultPart(Base):
    """Some rows of a table that an evaluation made, as Parquet; columns as in `SnapshotPart`."""

    __tablename__ = "result_part"
    __table_args__ = (Index("uq_result_part", "evaluation_id", "name", "part", unique=True),)
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    name: Mapped[str]
    part: Mapped[int]
    sorted_by: Mapped[str]
    first: Mapped[str | None] = mapped_column(_ByBytes)
    last: Mapped[str | None] = mapped_column(_ByBytes)
    rows: Mapped[int]
    content: Mapped[bytes]


class ApiKey(Base):
    """A key's digest and scopes; the key itself is shown once and kept nowhere."""

    __tablename__ = "api_key"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)  # public part, to find and to revoke by
    digest: Mapped[str]
    scopes: Mapped[str]  # space-separated
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DataVersion(Base):
    """One row, counted up by every writing transaction: what caches and ETags hang on."""

    __tablename__ = "data_version"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


for _table in Base.metadata.tables.values():
    # as on PostgreSQL, an id is never given twice, also not after its row is deleted
    _table.dialect_options["sqlite"]["autoincrement"] = True
