"""Measures on a terminal: one with its history, whether it worked, and tables as wide as there is room."""

from dataclasses import replace
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import out
from service.domain.measures import STATED
from service.jobs.measures.outcome import Outcome
from service.levers.report import Report


def narrow(report: Report, names: tuple[str, ...]) -> Report:
    """Return a report with the columns that a terminal has room for."""
    sections = []
    for each in report.sections:
        kept = tuple(item for item in each.properties if item.name in names)
        sections.append(replace(each, properties=kept, rows=each.rows.select(item.name for item in kept)))
    return replace(report, sections=tuple(sections))


def print_measure(found: dict[str, Any]) -> None:
    """Print a measure, with its history where that is told."""
    head = f"{found['id']} · {found['kind_zh']} {found['kind']} · {found['state_zh']} {found['state']}"
    lines = [head, found["title"], " ".join(found["parcel_codes"])]
    told = {
        "office 责任部门": found["office"],
        "due 完成期限": found["due_on"],
        "evaluation 依据的评价": found["evaluation_id"],
        **{name: found[name] for name in STATED},
    }
    lines += [f"{name}: {value}" for name, value in told.items() if value is not None]
    if found["overdue"]:
        lines.append("overdue 已逾期")
    lines.append(f"may go to 可变更为: {', '.join(found['moves']) or '–'}")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD)
    for title in ("on\n日期", "from\n原状态", "to\n状态", "by\n办理人", "note\n说明", "changes\n变更"):
        table.add_column(title, overflow="fold")
    for step in found.get("history", ()):
        changes = "; ".join(
            f"{name}: {before} → {after}" for name, (before, after) in step["changes"].items()
        )
        row = (step["on"], step["from"], step["to"], step["by"], step["note"], changes)
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table)


def print_outcome(found: Outcome) -> None:
    """Print whether a measure worked, and its effects."""
    if found.before is None or found.after is None:
        out.print(f"Nothing to compare yet 尚无可比评价: {found.reason}", highlight=False)
        return
    said = {True: "yes 是", False: "no 否", None: "not known 未知"}[found.worked]
    out.print(
        f"Worked 见效: {said} ({found.before.period} → {found.after.period}; flags cleared 移出低效 "
        f"{found.flags_cleared}/{len(found.parcels)})",
        highlight=False,
        soft_wrap=True,
    )
    table = Table(box=SIMPLE_HEAD)
    for title in ("effect\n成效", "unit\n单位", "expected\n预计", "achieved\n实际填报", "measured\n评价测得"):
        table.add_column(title, overflow="fold")
    for each in found.effects:
        values = (each.effect, each.unit, each.expected, each.achieved, each.measured)
        table.add_row(*("–" if value is None else str(value) for value in values))
    out.print(table)
