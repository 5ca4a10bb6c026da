"""``mujun events``: what other systems are told, and how far each was told 事件."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import err, open_database, out, told_to_end
from service.domain.events import TYPES
from service.errors import NotFound
from service.settings import Settings
from service.store import events as stored
from service.webhooks.envelope import cloud_event
from service.webhooks.signing import new_secret
from service.webhooks.subscribers import load_subscribers, named
from service.workflows.deliveries import Deliveries, deliver_now

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="A subscriber 订阅方.")]


def register(cli: typer.Typer) -> None:
    """Add the group ``events``."""
    group = typer.Typer(help="What other systems are told 事件.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("subscribers")(subscribers)
    group.command("deliver")(deliver)
    group.command("redeliver")(redeliver)
    group.command("resume")(resume)
    group.command("secret")(secret)
    cli.add_typer(group, name="events")


def list_(
    after: Annotated[int, typer.Option(min=0, help="Those after the event with this number 起始编号.")] = 0,
    type_: Annotated[
        str | None, typer.Option("--type", help=f"Of this type only: {', '.join(TYPES)}.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most 数量.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As CloudEvents, one a line.")] = False,
) -> None:
    """List events, the oldest first 列出事件."""
    with open_database() as database, database.reading() as connection:
        found = stored.after(connection, after, types=None if type_ is None else [type_], limit=limit)
    if as_json:
        for each in found:
            out.print_json(data=cloud_event(dict(each), Settings().public_url), indent=None)
        return
    table = Table(box=SIMPLE_HEAD)
    for title in ("number\n编号", "time\n时间", "type\n类型", "subject\n对象", "district\n区域"):
        table.add_column(title, overflow="fold")
    for each in found:
        table.add_row(str(each["id"]), _moment(each["time"]), each["type"], each["subject"], each["district"])
    out.print(table)


def subscribers() -> None:
    """Show who is told, how far, and what went wrong last 订阅方状态."""
    configured = load_subscribers(Settings().subscribers)
    table = Table(box=SIMPLE_HEAD)
    titles = (
        *("subscriber\n订阅方", "state\n状态", "behind\n待投递", "delivered\n已投递"),
        *("waiting\n待重试", "failed\n失败", "last\n最近结果"),
    )
    for title in titles:
        table.add_column(title, overflow="fold")
    with open_database() as database, database.reading() as connection:
        counts, newest = stored.counts(connection), stored.newest(connection)
        for each in configured:
            known = stored.subscriber(connection, each.name)
            last = stored.last_tried(connection, each.name)
            state = "new 未开始"
            if known is not None:
                state = "told 正常" if known["stopped_at"] is None else "stopped 已停止"
            behind = "–" if known is None else f"{newest - known['position']:,}"
            result = "" if last is None else str(last["last_status"] or last["last_error"])
            done = (f"{counts.get((each.name, what), 0):,}" for what in ("delivered", "waiting", "failed"))
            table.add_row(each.name, state, behind, *done, result)
    out.print(table)


def deliver(
    loop: Annotated[bool, typer.Option("--loop", help="Go on until told to end 持续运行.")] = False,
) -> None:
    """Tell subscribers what is due; a service or mujun work does it by itself 投递事件."""
    settings = Settings()
    with open_database() as database:
        if loop:
            ended = told_to_end()
            deliveries = Deliveries(database, settings)
            deliveries.start()
            err.print("Delivering 投递中 …", highlight=False)
            ended.wait()
            deliveries.stop()
            return
        for name, (told, due) in deliver_now(database, settings).items():
            more = f"; next attempt 下次重试 {_moment(due)}" if due else ""
            out.print(f"{name}: delivered 已投递 {told:,}{more}", highlight=False, soft_wrap=True)


def redeliver(
    name: Name = None,
    event: Annotated[
        list[int] | None, typer.Option(min=1, help="This event only, repeatable 事件编号.")
    ] = None,
) -> None:
    """Have deliveries that failed for good made again, before what is new 重新投递."""
    if name is not None:
        named(load_subscribers(Settings().subscribers), name)
    with open_database() as database, database.writing(unseen=True) as connection:
        count = stored.again(connection, name, event or ())
    out.print(f"To be delivered again 待重新投递: {count:,}", highlight=False)


def resume(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A subscriber 订阅方.")],
) -> None:
    """Tell a subscriber again that had answered 410 Gone, from where it stopped 恢复订阅."""
    named(load_subscribers(Settings().subscribers), name)
    with open_database() as database, database.writing(unseen=True) as connection:
        if not stored.stop(connection, name, None):
            raise NotFound(
                f"{name} was not told anything yet.", "该订阅方尚未开始投递。", code="subscriber-not-found"
            )
    out.print(f"Resumed 已恢复: {name}", highlight=False)


def secret() -> None:
    """Make a secret for a subscriber, and show it this once 生成签名密钥."""
    err.print("For both sides; it is kept nowhere. 请交双方保存，本系统不留存。", highlight=False)
    out.print(new_secret(), highlight=False, markup=False, soft_wrap=True)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
