"""Reconciliation (核对) and findings (疑点): where every reported unit went, and what looks wrong."""

from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.domain.scheme import Scheme
from service.errors import NotFound
from service.evaluation.explain.inputs import finding
from service.evaluation.explain.quantities import named, quantity
from service.evaluation.explain.words import reason, reasons, split
from service.store import evaluations
from service.store.database import Database
from service.store.snapshot import snapshot_rows

_KINDS = ("reported", "direct", "allocated", "unallocated")


def reconciliation(
    database: Database, evaluation_id: int, *, limit: int = 100, after: int = 0
) -> dict[str, Any]:
    """Return the totals per metric, and a page of the enterprises of which something is unallocated.

    Per metric reported = direct + allocated + unallocated, with the unallocated by reason; a total that has
    several reasons is counted under each of them together. ``after`` is the number of enterprises seen.
    Raises `NotFound`.
    """
    with database.reading() as connection:
        metrics = _scheme(connection, evaluation_id).metrics
        table = evaluations.results_table(connection, evaluation_id, "reconciliation")
        unallocated = evaluations.results_table(connection, evaluation_id, "unallocated")
        if table is None or unallocated is None:
            raise _not_found(evaluation_id)
        open_ = unallocated.select("uscc").unique().sort("uscc").collect()["uscc"]
        page = open_.slice(after, limit)
        rows = table.filter(pl.col("uscc").is_in(page.implode())).collect()
        why = unallocated.filter(pl.col("uscc").is_in(page.implode())).sort("uscc", "metric").collect()
        branches = _branches(connection, evaluation_id, page.to_list())
        return {
            "evaluation_id": evaluation_id,
            "metrics": _totals(table, unallocated, metrics),
            "enterprises": [
                _enterprise(row, why) | {"passed_on": branches.get(row["uscc"], [])}
                for row in rows.sort("uscc").to_dicts()
            ],
            "open": open_.len(),
        }


def findings(
    database: Database, evaluation_id: int, *, code: str | None = None, limit: int = 100, after: int = 0
) -> dict[str, Any]:
    """Return how many findings there are by code, and a page of them; ``after`` is the number seen.

    Raises `NotFound`.
    """
    with database.reading() as connection:
        _scheme(connection, evaluation_id)
        table = evaluations.results_table(connection, evaluation_id, "findings")
        if table is None:
            raise _not_found(evaluation_id)
        counted = table.group_by("code").len().sort("code").collect()
        chosen = table if code is None else table.filter(pl.col("code") == code)
        page = chosen.sort("code", "subject_kind", "subject_code", "metric").slice(after, limit).collect()
    counts = dict(counted.iter_rows())
    return {
        "evaluation_id": evaluation_id,
        "counts": [{**(reason(each) or {}), "count": count} for each, count in counts.items()],
        "findings": [finding(row) for row in page.to_dicts()],
        "chosen": sum(counts.values()) if code is None else counts.get(code, 0),
    }


def _branches(connection: Connection, evaluation_id: int, usccs: list[str]) -> dict[str, list[str]]:
    """Return the branches whose figures those of an enterprise contain."""
    run = evaluations.get(connection, evaluation_id)
    if run is None:
        raise _not_found(evaluation_id)
    rows = snapshot_rows(connection, run["snapshot_hash"], "passed_on", "into", usccs)
    found: dict[str, list[str]] = {}
    for row in rows.filter(pl.col("kind") == "enterprise").sort("code").to_dicts():
        found.setdefault(row["into"], []).append(row["code"])
    return found


def _scheme(connection: Connection, evaluation_id: int) -> Scheme:
    run = evaluations.get(connection, evaluation_id)
    if run is None:
        raise _not_found(evaluation_id)
    return Scheme.model_validate_json(run["scheme"])


def _not_found(evaluation_id: int) -> NotFound:
    return NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")


def _totals(table: pl.LazyFrame, unallocated: pl.LazyFrame, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    """Per metric; summed in 128 bits, as what each fits into 64 need not together."""
    sums = table.select(
        pl.col(f"{metric}__{kind}").cast(pl.Int128).sum() for metric in metrics for kind in _KINDS[:3]
    ).collect()
    by_reason = (
        unallocated.group_by("metric", "reason")
        .agg(pl.col("amount").cast(pl.Int128).sum(), pl.len().alias("enterprises"))
        .sort("metric", "reason")
        .collect()
        .to_dicts()
    )
    found = []
    for metric in metrics:
        minor = {kind: int(sums[f"{metric}__{kind}"][0] or 0) for kind in _KINDS[:3]}
        minor["unallocated"] = minor["reported"] - minor["direct"] - minor["allocated"]
        found.append(
            {
                "metric": named(metric),
                "minor": minor,
                "text": _texts(metric, minor),
                "reasons": [
                    {
                        "reasons": reasons(row["reason"]),
                        "minor": int(row["amount"]),
                        "text": quantity(metric, int(row["amount"])),
                        "enterprises": row["enterprises"],
                    }
                    for row in by_reason
                    if row["metric"] == metric
                ],
            }
        )
    return found


def _enterprise(row: dict[str, Any], why: pl.DataFrame) -> dict[str, Any]:
    """What of one enterprise is unallocated; without a code, what was reported for parcels nobody knows."""
    found = []
    for each in why.filter(pl.col("uscc") == row["uscc"]).to_dicts():
        metric = each["metric"]
        minor = {kind: row[f"{metric}__{kind}"] for kind in _KINDS[:3]} | {"unallocated": each["amount"]}
        found.append(
            {
                "metric": named(metric),
                "minor": minor,
                "text": _texts(metric, minor),
                "reasons": [reason(code) for code in split(each["reason"])],
            }
        )
    return {"uscc": row["uscc"] or None, "metrics": found}


def _texts(metric: str, minor: dict[str, int]) -> dict[str, str | None]:
    return {kind: quantity(metric, amount) for kind, amount in minor.items()}
