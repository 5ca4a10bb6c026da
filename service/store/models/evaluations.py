"""Evaluations: runs, scores, what they read and made, and how coverage went along."""

from datetime import datetime

from geoalchemy2.elements import WKBElement
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, ByBytes, Id, geometry


class Evaluation(Base):
    """One run of one scheme over one district and period; a draft until published, then immutable."""

    __tablename__ = "evaluation"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
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
    id: Mapped[int] = mapped_column(Id, primary_key=True)
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
    geom: Mapped[WKBElement] = geometry()


class SnapshotPart(Base):
    """Some rows of a table that evaluations read (快照), as Parquet; the same content is kept once."""

    __tablename__ = "snapshot_part"
    __table_args__ = (Index("uq_snapshot_part", "snapshot_hash", "name", "part", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    snapshot_hash: Mapped[str]
    name: Mapped[str]  # of the table
    part: Mapped[int]  # from 0
    sorted_by: Mapped[str]  # the column whose first and last value are here
    first: Mapped[str | None] = mapped_column(ByBytes)
    last: Mapped[str | None] = mapped_column(ByBytes)
    rows: Mapped[int]
    content: Mapped[bytes]


class ResultPart(Base):
    """Some rows of a table that an evaluation made, as Parquet; columns as in `SnapshotPart`."""

    __tablename__ = "result_part"
    __table_args__ = (Index("uq_result_part", "evaluation_id", "name", "part", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    name: Mapped[str]
    part: Mapped[int]
    sorted_by: Mapped[str]
    first: Mapped[str | None] = mapped_column(ByBytes)
    last: Mapped[str | None] = mapped_column(ByBytes)
    rows: Mapped[int]
    content: Mapped[bytes]


class CoveragePoint(Base):
    """Coverage (数据覆盖) of a district, period and feed after a hand-over: one point of a trend."""

    __tablename__ = "coverage_point"
    __table_args__ = (
        Index("uq_coverage_point", "batch_id", "district", "period", "feed", "state", unique=True),
        Index(None, "district", "period", "feed"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    taken_at: Mapped[datetime]
    district: Mapped[str]
    period: Mapped[str]
    feed: Mapped[str]
    state: Mapped[str]
    parcels: Mapped[int]
    area_m2: Mapped[float]
