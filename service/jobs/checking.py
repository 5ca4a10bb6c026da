"""Quality report (数据质量报告): the consistency checks, worked out once per state of the store."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from service.domain.quality import SEVERITIES, Rules, Severity
from service.errors import InvalidParameter, NotFound
from service.jobs.districts import resolve_district
from service.jobs.periods import require_period, today
from service.quality import Finding, Tables, ratings, run
from service.quality.ratings import Disagreement
from service.quality.telling import rules_told
from service.reference.quality import quality_rules
from service.store import evaluations, quality_inputs
from service.store.database import Database

_KEPT = 4
"""Reports of one store that are remembered; each belongs to one data version."""


@dataclass(frozen=True)
class QualityReport:
    """What the checks found, the gravest first.

    ``district`` None: all of the store. ``checked`` counts what was looked at. ``evaluation_id`` is the
    evaluation whose grades stand beside the ratings of firms, if any.
    """

    district: str | None
    period: str
    evaluation_id: int | None
    data_version: int
    checked: dict[str, int]
    findings: list[Finding]
    rules: Rules

    def chosen(self, codes: Collection[str] | None = None, severity: Severity | None = None) -> list[Finding]:
        """Return the findings of some codes, and of a severity."""
        return [
            each
            for each in self.findings
            if (codes is None or each.code in codes)
            and (severity is None or self.rules.checks[each.code].severity == severity)
        ]

    def counts(self, codes: Collection[str] | None = None) -> dict[str, int]:
        """Return how many findings each code has, the gravest codes first; none for those without."""
        counted: dict[str, int] = {}
        for each in self.chosen(codes):
            counted[each.code] = counted.get(each.code, 0) + 1
        order = {severity: place for place, severity in enumerate(SEVERITIES)}
        ranked = sorted(counted, key=lambda code: (order[self.rules.checks[code].severity], code))
        return {code: counted[code] for code in ranked}


class _Known:
    """The latest reports of a store; one is worked out at a time."""

    def __init__(self) -> None:
        self.reports: OrderedDict[tuple[Any, ...], QualityReport] = OrderedDict()
        self.lock = threading.Lock()


_BY_STORE: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()


def quality(
    database: Database,
    district: str | None = None,
    period: str | None = None,
    evaluation_id: int | None = None,
) -> QualityReport:
    """Check a district for a period; the same store, district and period again cost nothing.

    :param district: one district; None: that of the evaluation, else all of the store
    :param period: a year; None: that of the evaluation, else the last one with figures, else this year
    :param evaluation_id: whose grades are set beside the results of the enterprise evaluation
    :raises NotFound: when there is no such evaluation, or no parcel of the district
    :raises InvalidParameter: when the period is none, or the evaluation is of another district or period
    """
    known = _BY_STORE.setdefault(database, _Known())
    # a connection first, as who shows findings on a map has one before it waits for the lock
    with database.reading() as connection, known.lock:
        district, period = _meant(connection, district, period, evaluation_id)
        version = database.data_version(connection)
        return _remembered(known, connection, version, (district, period, evaluation_id))


def quality_of_all(database: Database, connection: Connection, period: str) -> QualityReport:
    """Check all of the store for a period, as a reading connection sees it; remembered like `quality`."""
    known = _BY_STORE.setdefault(database, _Known())
    with known.lock:
        return _remembered(known, connection, database.data_version(connection), (None, period, None))


def _remembered(
    known: _Known, connection: Connection, version: int, meant: tuple[str | None, str, int | None]
) -> QualityReport:
    key = (version, *meant)
    if key not in known.reports:
        known.reports[key] = _report(connection, version, *meant)
        while len(known.reports) > _KEPT:
            known.reports.popitem(last=False)
    known.reports.move_to_end(key)
    return known.reports[key]


def disagreements(database: Database, evaluation_id: int) -> tuple[list[Disagreement], Rules]:
    """Return the parcels of an evaluation whose grade and whose firms' ratings are at opposite ends.

    Ratings and occupants are as the store has them now, grades as the evaluation gave them.
    """
    rules = quality_rules()
    with database.reading() as connection:
        district, period = _meant(connection, None, None, evaluation_id)
        frames = quality_inputs.read_tables(connection, district, period, evaluation_id)
    return list(ratings.disagreements(Tables(period, frames), rules)), rules


def require_codes(codes: Iterable[str]) -> None:
    """Raise `InvalidParameter` for a code that no check has."""
    for code in codes:
        if code not in quality_rules().checks:
            raise InvalidParameter(
                f"No consistency check has the code {code!r}.",
                f"没有代码为 {code!r} 的检查。",
                place="code",
                action=f"Use one of 可用代码: {', '.join(sorted(quality_rules().checks))}.",
            )


def _meant(
    connection: Connection, district: str | None, period: str | None, evaluation_id: int | None
) -> tuple[str | None, str]:
    if evaluation_id is not None:
        run_of = evaluations.get(connection, evaluation_id)
        if run_of is None:
            raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
        for name, given, meant in (
            ("district", district, run_of["district"]),
            ("period", period, run_of["period"]),
        ):
            if given is not None and given != meant:
                raise InvalidParameter(
                    f"Evaluation {evaluation_id} is of {name} {meant}, not {given}.",
                    f"评价 {evaluation_id} 属于 {meant}，而非 {given}。",
                    place=name,
                    action="Leave it out, or name another evaluation. 请去掉该参数或另选评价。",
                )
        return run_of["district"], run_of["period"]
    if district is not None:
        resolve_district(connection, district)
    if period is None:
        period = quality_inputs.latest_period(connection) or str(today().year)
    require_period(period)
    return district, period


def _report(
    connection: Connection, version: int, district: str | None, period: str, evaluation_id: int | None
) -> QualityReport:
    found = quality_inputs.read(connection, district, period, evaluation_id)
    tables = Tables(period, found.frames, found.outlines, found.neighbours, found.buildings)
    rules = quality_rules()
    counted = (
        "parcels",
        "occupancies",
        "enterprises",
        "contracts",
        "meters",
        "figures",
        "buildings",
        "ratings",
    )
    return QualityReport(
        district=district,
        period=period,
        evaluation_id=evaluation_id,
        data_version=version,
        checked={name: found.frames[name].height for name in counted},
        findings=run(tables, rules),
        rules=rules,
    )


def head(report: QualityReport) -> dict[str, str]:
    """Return what stands above the counts of a workbook."""
    return {
        "行政区 district": report.district or "全部 all",
        "所属期 period": report.period,
        "评价 evaluation": "–" if report.evaluation_id is None else str(report.evaluation_id),
        "容差版本 edition of the tolerances": report.rules.edition,
        "已检查 checked": ", ".join(f"{name} {count:,}" for name, count in report.checked.items()),
    }


DISAGREEMENTS = ratings.CODES


def disagreement_rules(rules: Rules) -> list[dict[str, Any]]:
    """Return the two rules of disagreements with the grades that they compare."""
    told = rules_told(rules, DISAGREEMENTS)
    grades = (rules.checks[code].grades for code in DISAGREEMENTS)
    return [
        {**each, "grades": {name: list(those) for name, those in of.items()}}
        for each, of in zip(told, grades, strict=True)
    ]


def disagreement_told(each: Disagreement) -> dict[str, Any]:
    """Return a disagreement as plain values."""
    return {
        "code": each.code,
        "parcel_code": each.parcel_code,
        "grade": each.grade,
        "points": each.points,
        "rated": each.rated,
        "unrated": len(each.firms) - each.rated,
        "firms": list(each.firms),
    }
