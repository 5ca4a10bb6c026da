"""Decisions (决定) on differential prices: book what an evaluation costs.

Deciding again books the difference: refunds where less is due, corrections where more is.
"""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, RowMapping

from service.errors import Conflict, InvalidParameter
from service.jobs.levers.evaluated import evaluated
from service.jobs.levers.price_ledger import Decision, told
from service.jobs.levers.prices import Asked, worked_out
from service.levers.prices.ledger import Entry
from service.levers.prices.result import Priced
from service.reference.prices import PricePolicy, check_district
from service.store import evaluations, prices
from service.store.database import Database
from service.store.monthly import last_batch


class Decided(Decision):
    """What deciding came to; what is missing or unplaced is charged by deciding again once it is known."""

    repeated: bool = Field(description="The very same was decided before; nothing was posted 重复决定")
    missing: int = Field(description="Months of meters or firms without a reading 缺读数")
    unplaced: int = Field(description="Readings that reached nobody 未归户读数")


def decide(
    database: Database,
    evaluation_id: int,
    asked: Asked,
    *,
    by: str,
    note: str | None = None,
    replace: bool = False,
) -> Decided:
    """Book what the months of a published evaluation cost; the same again posts nothing.

    :param replace: whether it may take the place of what a policy of another name booked in the months
    :raises NotFound: there is no such evaluation
    :raises InvalidParameter: a policy of another district or not in force in the months, or an estimate
    :raises Conflict: a draft, an evaluation that a later one supersedes or whose inputs were not kept, months
        that a later year's decision has, or in which another policy stands
    """
    with database.writing() as connection:
        of = evaluated(connection, evaluation_id)
        _check_evaluation(connection, of.run)
        policy, months = asked.settled(of.run)
        check_district(policy, of.run["district"])
        _check_span(connection, of.run, months)
        if asked.estimated:
            raise InvalidParameter(
                "What was estimated cannot be charged.",
                "估算电量不能作为加价依据。",
                code="estimate-not-chargeable",
                place="estimated",
                action="Decide without it; decide again when readings are known. 请待读数齐备后再决定。",
            )
        priced = worked_out(connection, of, policy, months)
        if not replace:
            _check_standing(connection, of.run, policy, priced)
        postings = priced.postings
        before = _same_before(connection, of.run, priced) if not postings else None
        decision_id = before
        if decision_id is None:
            values = _decision(of.run, priced, last_batch(connection), by, note)
            decision_id = prices.add(connection, values, [_entry(each) for each in postings])
        row = prices.decision(connection, decision_id)
    assert row is not None  # noqa: S101 - it was stored or found above
    return Decided(
        **told(row),
        repeated=before is not None,
        missing=len(priced.placed.missing),
        unplaced=len(priced.placed.unplaced),
    )


def _check_evaluation(connection: Connection, run: RowMapping) -> None:
    if run["status"] != "published":
        raise Conflict(
            f"Evaluation {run['id']} is a draft; only a published one can raise a price.",
            f"评价 {run['id']} 尚未发布，不能据以加价。",
            code="evaluation-not-published",
            action="Publish it first. 请先发布评价。",
        )
    latest = evaluations.latest_published(connection, run["district"], period=run["period"])
    if latest is not None and latest["id"] != run["id"]:
        raise Conflict(
            f"Evaluation {run['id']} is superseded by evaluation {latest['id']} of the same year.",
            f"评价 {run['id']} 已被同年度评价 {latest['id']} 取代。",
            code="evaluation-superseded",
            action=f"Decide on evaluation {latest['id']}. 请依据评价 {latest['id']} 作出决定。",
        )


def _check_standing(connection: Connection, run: RowMapping, policy: PricePolicy, priced: Priced) -> None:
    """Refuse to refund, unasked, what another policy charged: of each month the last one counts."""
    before = prices.overlapping(connection, run["district"], priced.months[0], priced.months[-1])
    for month in sorted({key.month for key, line in priced.posted.items() if line.amount_fen}):
        last = next(each for each in before if each["first_month"] <= month <= each["last_month"])
        if last["policy_name"] != policy.name:
            raise Conflict(
                f"{month} is charged by the policy {last['policy_name']}, by decision {last['id']}.",
                f"{month} 已由决定 {last['id']} 按政策 {last['policy_name']} 加价。",
                code="other-policy-stands",
                place="policy",
                action="Decide by that policy, or with replace. 请沿用该政策，或以 replace 明确替换。",
            )


def _check_span(connection: Connection, run: RowMapping, months: list[str]) -> None:
    for each in prices.overlapping(connection, run["district"], months[0], months[-1]):
        if each["period"] > run["period"]:
            raise Conflict(
                f"Decision {each['id']} on {each['period']} has months from {each['first_month']} on.",
                f"{each['period']} 年度评价的决定 {each['id']} 已涵盖 {each['first_month']} 起的月份。",
                code="months-decided-later",
                place="to",
                action="Choose months before them: a month follows one evaluation. 请选择此前的月份。",
            )


def _same_before(connection: Connection, run: RowMapping, priced: Priced) -> int | None:
    """Return the latest decision about the months if it is this very one."""
    wanted = (run["id"], priced.policy.content_hash(), priced.months[0], priced.months[-1], _years(priced))
    for each in prices.overlapping(connection, run["district"], priced.months[0], priced.months[-1]):
        names = ("evaluation_id", "policy_hash", "first_month", "last_month", "years")
        return int(each["id"]) if tuple(each[name] for name in names) == wanted else None
    return None


def _decision(run: RowMapping, priced: Priced, as_of_batch: int, by: str, note: str | None) -> dict[str, Any]:
    return {
        "district": run["district"],
        "period": run["period"],
        "evaluation_id": run["id"],
        "policy_name": priced.policy.name,
        "policy_edition": priced.policy.edition,
        "policy": priced.policy.canonical_json(),
        "policy_hash": priced.policy.content_hash(),
        "years": _years(priced),
        "first_month": priced.months[0],
        "last_month": priced.months[-1],
        "as_of_batch": as_of_batch,
        "decided_at": datetime.now(UTC),
        "decided_by": by,
        "note": note,
    }


def _years(priced: Priced) -> str:
    return json.dumps({each.period: each.evaluation_id for each in priced.years}, sort_keys=True)


def _entry(entry: Entry) -> dict[str, Any]:
    due = entry.due
    return {
        **entry.key._asdict(),
        "kind": entry.kind,
        "wh": due.wh,
        "rate": due.rate,
        "amount_fen": entry.amount_fen,
        "grade": due.grade,
        "years": due.years,
        "tier_rate": due.tier_rate,
        "other_kind": due.other_kind,
        "other_rate": due.other_rate,
        "reason": due.reason,
        "corrects": entry.corrects,
    }
