"""Hand-overs: batches, their rows and files as received, questions about names, and pulls."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id


class Batch(Base):
    """One hand-over (交付批次): a file of one feed as it was received, and what became of its rows."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
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
    # last, where the migration could put them
    profile: Mapped[str | None]  # the profile by which it was read
    corrects: Mapped[int | None] = mapped_column(BigInteger)  # the batch whose held rows it settles
    pulled_from: Mapped[str | None]  # the source that a pull asked


class SourceRow(Base):
    """A row of a hand-over, kept as received, with its verdict: accepted, held, duplicate or skipped."""

    __tablename__ = "source_row"
    __table_args__ = (
        Index(None, "batch_id", "verdict"),
        *(
            Index(
                None,
                name,
                postgresql_where=text(f"{name} IS NOT NULL"),
                sqlite_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("subject", "corrects", "match_id")
        ),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
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
    # last, where the migration could put them
    subject: Mapped[str | None]  # parcel code or USCC of a held or repeated row, if known, and of an edit
    corrects: Mapped[int | None] = mapped_column(BigInteger)  # the held row it settles
    match_id: Mapped[int | None] = mapped_column(BigInteger)  # the question it waits for


class ReceivedFile(Base):
    """A file exactly as it was received, in parts of a few megabytes; the same content is kept once."""

    __tablename__ = "received_file"
    __table_args__ = (Index("uq_received_file", "sha256", "part", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str]  # of the whole file
    part: Mapped[int]  # from 0
    content: Mapped[bytes]


class NameMatch(Base):
    """A question for a person (匹配): which enterprise does this name mean; the decision is remembered."""

    __tablename__ = "name_match"
    __table_args__ = (Index("uq_name_match", "wanted", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wanted: Mapped[str]  # the name as it is compared
    name: Mapped[str]  # as written when it first came
    status: Mapped[str]  # open | decided | rejected
    candidates: Mapped[str]  # JSON: USCC, name and likeness of each
    uscc: Mapped[str | None]  # the decision
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]  # name of the key
    decided_at: Mapped[datetime | None]


class PullState(Base):
    """How far a source has been pulled (汇聚), and how the last attempt went."""

    __tablename__ = "pull_state"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(unique=True)
    watermark: Mapped[str | None]
    cursor: Mapped[str | None]  # JSON: where an unfinished pull goes on
    started_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]  # stable code of the last failure
    rows: Mapped[int] = mapped_column(BigInteger)  # of all pulls
