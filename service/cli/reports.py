"""What became of the rows of hand-overs, as a table."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import out
from service.domain.hand_overs import REASONS, ImportReport


def print_reports(reports: Sequence[ImportReport]) -> None:
    """Print a line for each report, and below it reasons and notes."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("file\n文件", overflow="fold")
    for title in (
        "batch\n批次",
        "read\n读取",
        "accepted\n入库",
        "held\n待核",
        "duplicate\n重复",
        "skipped\n略过",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for report in reports:
        counts = (report.read, report.accepted, report.held, report.duplicate, report.skipped)
        table.add_row(report.file_name, str(report.batch_id or "–"), *(f"{count:,}" for count in counts))
    out.print(table)
    for report in reports:
        lines = [
            f"{count:,} × {reason}: {' · '.join(REASONS.get(reason, (reason, '')))}"
            for reason, count in report.reasons.items()
        ]
        if report.repaired:
            lines.append(f"{report.repaired:,} repaired 已修复")
        for line in [*lines, *report.notes]:
            out.print(f"{report.file_name}: {line}", markup=False, highlight=False, soft_wrap=True)
