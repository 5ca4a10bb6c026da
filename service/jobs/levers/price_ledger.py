"""The ledger (台账) of differential prices as it is read: decisions with what they posted, and entries."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from service.errors import NotFound
from service.features.table import TYPES
from service.levers.prices.columns import COLUMNS
from service.levers.prices.words import said
from service.levers.report import Report, Section, Total
from service.reference.prices import MICRO
from service.store import prices
from service.store.database import Database


class Decision(BaseModel):
    """A decision and what it posted; amounts are of its own entries."""

    id: int
    district: str
    period: str = Field(description="The evaluated year 评价年度")
    evaluation_id: int
    policy: str
    edition: str
    policy_hash: str = Field(description="SHA-256 of the rules as they were applied 政策内容指纹")
    rules: dict[str, Any] = Field(description="The whole policy as it was applied 所适用的政策全文")
    verified: bool = Field(description="Whether the rules were read in the document itself 规则经原文核实")
    years: dict[str, int] = Field(description="The evaluations by which years were counted 连续年数依据")
    first_month: str
    last_month: str
    as_of_batch: int = Field(description="The last hand-over whose readings it saw")
    decided_at: datetime
    decided_by: str
    note: str | None
    charges: int
    refunds: int
    corrections: int
    amount_fen: int
    amount_yuan: float


class PriceEntry(BaseModel):
    """An entry of the ledger; kilowatt-hours and rate are those of its line as it stood then."""

    id: int
    decision_id: int
    decided_at: datetime
    month: str
    parcel_code: str
    uscc: str
    meter: str
    kind: str = Field(description="charge, refund or correction 加价、退费或更正")
    kwh: float
    wh: int
    yuan_per_kwh: float = Field(description="Booked 执行加价")
    amount_fen: int = Field(description="Signed 有正负")
    amount_yuan: float
    grade: str
    consecutive_years: int
    tier_yuan_per_kwh: float
    other_kind: str
    other_yuan_per_kwh: float | None = Field(description="Null where unknown 未知为空")
    reason: str
    why: str
    corrects: int | None = Field(description="The entry of this line before it 上一分录")
    balance_fen: int = Field(description="Sum of what was asked for, up to this entry 累计余额")
    line_balance_fen: int = Field(description="Sum of this line, up to this entry 本笔余额")


def decision(database: Database, decision_id: int) -> Decision:
    """Return a decision; raises `NotFound`."""
    with database.reading() as connection:
        row = prices.decision(connection, decision_id)
    if row is None:
        raise NotFound(f"There is no decision {decision_id}.", f"没有电价决定 {decision_id}。")
    return Decision(**told(row))


def decisions(
    database: Database, *, district: str | None = None, limit: int = 100, before: int | None = None
) -> list[Decision]:
    """Return decisions, the latest first."""
    with database.reading() as connection:
        rows = prices.decisions(connection, district=district, limit=limit, before=before)
    return [Decision(**told(row)) for row in rows]


def entries(database: Database, **wanted: Any) -> list[PriceEntry]:
    """Return entries of the ledger in the order in which they were posted, with running balances.

    :param wanted: of `service.store.prices.entries`
    """
    with database.reading() as connection:
        rows = prices.entries(connection, **wanted)
    return [_told_entry(dict(row)) for row in rows]


def listing(database: Database, **wanted: Any) -> Report:
    """Return all entries that are wanted as a report, which becomes a workbook: what an appeal is read from.

    :param wanted: of `entries`, without how many
    """
    found, columns = entries(database, limit=None, **wanted), COLUMNS["entries"]
    rows = [
        {
            **each.model_dump(),
            "decided_at": each.decided_at.isoformat(timespec="seconds"),
            "balance_yuan": each.balance_fen / 100,
            "line_balance_yuan": each.line_balance_fen / 100,
        }
        for each in found
    ]
    total = Total(
        "balance_yuan", ("Asked for in all", "累计余额"), sum(each.amount_fen for each in found) / 100, "元"
    )
    section = Section(
        "entries",
        ("Ledger", "台账分录"),
        "price_entries",
        columns,
        pl.DataFrame(rows, schema={each.name: TYPES[each.type] for each in columns}),
        (total,),
    )
    filters = {name: str(value) for name, value in wanted.items() if value is not None}
    return Report("price-entries", ("Price ledger", "差别化电价台账"), filters, (section,), ())


def told(row: RowMapping) -> dict[str, Any]:
    """Return a stored decision as the fields of `Decision`."""
    given = dict(row)
    rules = json.loads(given["policy"])
    amount = int(given.pop("amount_fen"))
    return {
        **given,
        "policy": given["policy_name"],
        "edition": given["policy_edition"],
        "rules": rules,
        "verified": rules["verified"],
        "years": json.loads(given["years"]),
        "amount_fen": amount,
        "amount_yuan": amount / 100,
    }


def _told_entry(row: Mapping[str, Any]) -> PriceEntry:
    return PriceEntry(
        **{
            **row,
            "balance_fen": int(row["balance_fen"]),
            "line_balance_fen": int(row["line_balance_fen"]),
            "kwh": row["wh"] / 1000,
            "yuan_per_kwh": row["rate"] / MICRO,
            "amount_yuan": row["amount_fen"] / 100,
            "consecutive_years": row["years"],
            "tier_yuan_per_kwh": row["tier_rate"] / MICRO,
            "other_yuan_per_kwh": None if row["reason"] == "other_unknown" else row["other_rate"] / MICRO,
            "why": said(row["reason"]),
        }
    )
