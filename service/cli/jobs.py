"""``mujun jobs`` and ``mujun work``: look after durable jobs, and carry them out."""

from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import err, open_database, out, told_to_end
from service.errors import InvalidParameter
from service.settings import Settings
from service.store.database import Database
from service.workflows.deliveries import Deliveries
from service.workflows.jobs import STATUSES, Job, Status
from service.workflows.ledger import Ledger
from service.workflows.orders import FORMS, Order
from service.workflows.worker import Worker

_LOOK = 0.2

JobId = Annotated[str, typer.Argument(metavar="ID", help="A job 任务编号.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Durable jobs 任务.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("cancel")(cancel)
    group.command("resume")(resume)
    cli.add_typer(group, name="jobs")
    cli.command("work")(work)


def list_(
    status: Annotated[list[str] | None, typer.Option(help="Only these: accepted, running … 状态.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most 数量.")] = 20,
) -> None:
    """List jobs, the latest first 列出任务."""
    wanted = [_status(each) for each in status or ()]
    with open_database() as database, Ledger(database) as ledger:
        found = ledger.listing(processes=list(FORMS), statuses=wanted, limit=limit)
    table = Table(box=SIMPLE_HEAD)
    for title in ("job\n任务", "process\n流程", "status\n状态", "%", "created\n创建", "message\n说明"):
        table.add_column(title, overflow="fold")
    for job in found:
        table.add_row(
            job.id,
            job.process,
            job.status,
            str(job.progress),
            f"{job.created.astimezone():%Y-%m-%d %H:%M}",
            " ".join(job.message),
        )
    out.print(table)


def show(number: JobId) -> None:
    """Show a job: where it stands, what it came to, or why it failed 查看任务."""
    with open_database() as database, Ledger(database) as ledger:
        _print(ledger.get(number))


def cancel(number: JobId) -> None:
    """Cancel a job that is not over 取消任务."""
    with open_database() as database, Ledger(database) as ledger:
        _print(ledger.dismiss(number))


def resume(number: JobId) -> None:
    """Let a cancelled job go on, or a failed one begin anew 恢复任务."""
    with open_database() as database, Ledger(database) as ledger:
        _print(ledger.resume(number))


def work(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when no job is left 无任务时结束.")
    ] = False,
) -> None:
    """Carry out jobs and deliver events, for services that run with MUJUN_JOBS=elsewhere 执行任务."""
    ended = told_to_end()
    with open_database() as database:
        worker, deliveries = Worker(database, Settings()), Deliveries(database, Settings())
        worker.start()
        deliveries.start()
        err.print("Working 执行任务中 …", highlight=False)
        while not ended.wait(_LOOK):
            if until_idle and not unfinished(worker.ledger):
                break
        deliveries.stop()
        worker.stop()


def unfinished(ledger: Ledger) -> bool:
    """Tell whether a job waits or runs."""
    return bool(ledger.listing(processes=list(FORMS), statuses=["accepted", "running"], limit=1))


def order_in_background(database: Database, order: Order) -> None:
    """Write an order down and say so; a service or ``mujun work`` carries it out."""
    with Ledger(database) as ledger:
        job = ledger.place(order, "command line")
    out.print(f"Job 任务 {job.id}: mujun jobs show {job.id}", highlight=False, soft_wrap=True)


def _status(text: str) -> Status:
    for status in STATUSES:
        if status == text:
            return status
    raise InvalidParameter(
        f"There is no state {text}." if text.isprintable() else "There is no such state.",
        "没有该状态。",
        place="--status",
        action=f"Use one of: {', '.join(STATUSES)}.",
    )


def _print(job: Job) -> None:
    lines = [
        f"{job.id}: {job.process}, {job.status}, {job.progress} %",
        " · ".join(job.message),
        f"created 创建 {job.created.astimezone():%Y-%m-%d %H:%M:%S}",
    ]
    if job.started is not None:
        lines.append(f"started 开始 {job.started.astimezone():%Y-%m-%d %H:%M:%S}")
    if job.finished is not None:
        lines.append(f"finished 结束 {job.finished.astimezone():%Y-%m-%d %H:%M:%S}")
    if job.problem is not None:
        lines.append(f"code 代码: {job.problem.code}")
        if job.problem.place:
            lines.append(f"where 位置: {job.problem.place}")
        if job.problem.action:
            lines.append(f"what to do 处理: {job.problem.action}")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if job.result is not None:
        out.print_json(data=job.result)
