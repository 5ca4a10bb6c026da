"""Coverage as tables: what the command line prints, and the sheets of a workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from service.domain.coverage import STATES, State
from service.jobs.covering import BlockerReport, Cell, CoverageReport, Trend
from service.jobs.covering.scope import Covered, Named

_LABELS = tuple(f"{STATES[state][0]}\n{STATES[state][1]}" for state in reversed(State))
_OPTIONS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, header and rows; ``right`` are the columns of numbers."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    right: frozenset[int] = frozenset()


def report_sheets(report: CoverageReport) -> list[Sheet]:
    """Return the park as a whole and its groups: parcels per state, and land in hectares."""
    places = {"town": "镇街 town", "industry": "行业 industry", "district": "区域 district"}
    park = [row for each in report.park for row in _states(each, (each.period,))]
    groups = [
        row
        for each in report.groups
        for row in _states(each, (each.period, each.district or "", each.group or ""))
    ]
    header = ("数据\nfeed", "责任部门\nbureau", *_LABELS, "部分\npartial", "未有效公顷\nha not fresh")
    return [
        _sheet("全部 Park", ("年度\nperiod", *header), park, 3),
        _sheet(
            f"分组 By {report.by}",
            ("年度\nperiod", "区域\ndistrict", places[report.by].replace(" ", "\n"), *header),
            groups,
            5,
        ),
    ]


def cell_sheet(cells: Iterable[Cell]) -> Sheet:
    """Return parcels × feeds, a row each."""
    rows = [
        (
            *(cell.parcel_code, cell.town or "", cell.period, _both(cell.feed), _both(cell.state)),
            f"{cell.have}/{cell.need}",
            "" if cell.reason is None else cell.reason.zh,
            cell.bureau.zh,
            "" if cell.batch_id is None else cell.batch_id,
            "" if cell.received_at is None else f"{cell.received_at:%Y-%m-%d}",
        )
        for cell in cells
    ]
    header = (
        *("宗地\nparcel", "镇街\ntown", "年度\nperiod", "数据\nfeed", "状态\nstate", "已有\nhave"),
        *("原因\nreason", "责任部门\nbureau", "批次\nbatch", "接收\nreceived"),
    )
    return _sheet("宗地 Parcels", header, rows, 8, 9)


def blocker_sheets(report: BlockerReport) -> list[Sheet]:
    """Return the missing hand-overs, the greedy order, and the parcels that wait."""
    blockers = [
        (
            *(each.district, _both(each.feed), each.bureau.zh, each.unlocks.parcels, _ha(each.unlocks)),
            *(each.touches.parcels, _ha(each.touches), each.held.parcels, _ha(each.nobody_known)),
        )
        for each in report.blockers
    ]
    order = [
        (
            *(number, step.district, _both(step.feed), step.bureau.zh, _ha(step.unlocks)),
            *(step.unlocked.parcels, _ha(step.unlocked)),
        )
        for number, step in enumerate(report.order, 1)
    ]
    waiting = [
        (
            *(each.parcel_code, each.district, each.town or "", each.area_m2 / 10_000),
            "、".join(feed.zh for feed in each.lacks),
        )
        for each in report.waiting
    ]
    who = ("区域\ndistrict", "数据\nfeed", "责任部门\nbureau")
    return [
        _sheet(
            "堵点 Blockers",
            (
                *(*who, "可解锁宗数\nunlocks", "可解锁公顷\nunlocks ha", "涉及宗数\ntouches"),
                *("涉及公顷\ntouches ha", "其中待核\nheld", "其中占用不明公顷\nholder unknown ha"),
            ),
            blockers,
            3,
        ),
        _sheet(
            "顺序 Order",
            ("步\nstep", *who, "解锁公顷\nunlocks ha", "累计宗数\nparcels so far", "累计公顷\nha so far"),
            order,
            4,
        ),
        _sheet(
            "宗地 Waiting",
            ("宗地\nparcel", "区域\ndistrict", "镇街\ntown", "公顷\nha", "缺\nlacks"),
            waiting,
            3,
            4,
        ),
    ]


def trend_sheet(trend: Trend) -> Sheet:
    """Return the points of a trend."""
    rows = [
        (
            *(point.batch_id, f"{point.received_at:%Y-%m-%d %H:%M}", point.batch_feed, point.district),
            *(point.period, _both(point.feed)),
            *(getattr(point, state.value).parcels for state in reversed(State)),
        )
        for point in trend.points
    ]
    header = (
        *("批次\nbatch", "接收\nreceived", "交付\nhand-over", "区域\ndistrict", "年度\nperiod", "数据\nfeed"),
        *_LABELS,
    )
    return _sheet("趋势 Trend", header, rows, 6)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets to a workbook; texts stay texts, whatever they begin with."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            page.freeze_panes(1, 0)
            page.set_column(0, len(sheet.header) - 1, 16)
            page.write_row(0, 0, sheet.header, bold)
            for number, row in enumerate(sheet.rows, 1):
                page.write_row(number, 0, row)


def _states(each: Any, leading: tuple[str, ...]) -> list[Sequence[Any]]:
    return [
        (
            *(*leading, _both(feed.feed), feed.bureau.zh),
            *(getattr(feed, state.value).parcels for state in reversed(State)),
            feed.partial.parcels,
            (feed.stale.area_m2 + feed.held.area_m2 + feed.missing.area_m2) / 10_000,
        )
        for feed in each.feeds
    ]


def _sheet(
    title: str, header: tuple[str, ...], rows: Sequence[Sequence[Any]], first: int, behind: int | None = None
) -> Sheet:
    return Sheet(title, header, rows, frozenset(range(first, behind or len(header))))


def _both(named: Named) -> str:
    return f"{named.zh} {named.code}"


def _ha(covered: Covered) -> float:
    return covered.area_m2 / 10_000
