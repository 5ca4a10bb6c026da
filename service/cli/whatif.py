"""``mujun simulate``, ``mujun compare``, ``mujun sensitivity``: what if; nothing is stored."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
import yaml
from pydantic import BaseModel
from rich.table import Table

from service.cli.common import open_database, out
from service.errors import InvalidParameter
from service.jobs import simulating
from service.jobs.simulating import Changes, Page
from service.reference.schemes import load_scheme
from service.whatif.moves import Which
from service.whatif.report import Comparison, FlagChange, Movement, Run, Sensitivity, TownMovement

Id = Annotated[int, typer.Argument(metavar="ID", help="An evaluation 评价编号.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON 输出 JSON.")]
Limit = Annotated[int, typer.Option(min=0, help="How many parcels to list 列出宗地数.")]
Listed = Annotated[Which, typer.Option(help="Which parcels to list 列出哪些宗地.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("simulate")(simulate)
    cli.command("compare")(compare)
    cli.command("sensitivity")(sensitivity)


def simulate(
    base: Id,
    scheme: Annotated[
        str | None, typer.Option(metavar="FILE_OR_NAME", help="Evaluate by this scheme 评价办法.")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUE",
            help="Change the scheme of the evaluation, e.g. tracks.all_parcels.grades.cuts.A.up_to=15; "
            "may be repeated 修改评价办法.",
        ),
    ] = None,
    rescale: Annotated[
        bool, typer.Option(help="Scale a track's other weights so that the sum stays 100 其余权重按比例调整.")
    ] = False,
    parcels: Listed = "graded",
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Tell what another scheme would make of an evaluation's inputs; stores nothing 推演评价办法."""
    if (scheme is None) == (not change):
        raise InvalidParameter(
            "Give either --scheme or --change.", "请指定 --scheme 或 --change 之一。", place="--scheme"
        )
    by = Changes(_changes(change or []), rescale) if scheme is None else load_scheme(scheme)
    with open_database() as database:
        _print_comparison(
            simulating.simulate(database, base, by, Page(parcels, 0, limit, figures=True)), as_json
        )


def compare(
    before: Annotated[int, typer.Argument(metavar="A", help="An evaluation 评价编号.", min=1)],
    after: Annotated[int, typer.Argument(metavar="B", help="Another of its district 另一评价.", min=1)],
    parcels: Listed = "graded",
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Compare two evaluations: year over year, or two schemes 比较两次评价."""
    with open_database() as database:
        _print_comparison(
            simulating.compare(database, before, after, Page(parcels, 0, limit, figures=True)), as_json
        )


def sensitivity(
    evaluation_id: Id,
    step: Annotated[int, typer.Option(min=1, max=50, help="Percent of each weight 权重变动百分比.")] = 10,
    as_json: Json = False,
) -> None:
    """Tell how the ranking hangs on each weight, and how close the grades are 权重敏感性."""
    with open_database() as database:
        found = simulating.weigh(database, evaluation_id, step)
    if as_json:
        _print_json(found)
    else:
        _print_sensitivity(found)


def _changes(texts: Sequence[str]) -> dict[str, Any]:
    """Read ``path=value``; the value is YAML, numbers with a point stay text and exact."""
    changes: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        try:
            changes[path.strip()] = yaml.load(value, Loader=yaml.BaseLoader) if equals else None  # noqa: S506
        except yaml.YAMLError:
            equals = ""
        if not equals:
            raise InvalidParameter(
                f"{text!r} is not PATH=VALUE.", "修改项须写作 路径=值。", place="--change"
            ) from None
        if value.strip() in {"", "null"}:
            changes[path.strip()] = None
    return changes


def _print_json(found: BaseModel) -> None:
    out.print(
        found.model_dump_json(indent=1, exclude_unset=True), markup=False, highlight=False, soft_wrap=True
    )


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _print_comparison(found: Comparison, as_json: bool) -> None:
    if as_json:
        _print_json(found)
        return
    _say(f"before 之前: {_run(found.before)}")
    _say(f"after 之后:  {_run(found.after)}")
    _say(
        f"{found.in_both:,} parcels in both 共有宗地, {found.only_before.parcels:,} only before 仅之前, "
        f"{found.only_after.parcels:,} only after 仅之后"
    )
    old, new = found.totals_before, found.totals_after
    _say(
        f"scored 已评价 {old.scored:,} → {new.scored:,}, mean points 平均分 "
        f"{_number(old.mean_points)} → {_number(new.mean_points)}"
    )
    for title, each in (
        ("newly scored 新增评价", found.newly_scored),
        ("no longer scored 不再评价", found.no_longer_scored),
    ):
        if each.parcels:
            _say(f"{title}: {each.parcels:,} ({_reasons(each.reasons)})")
    for line in _scheme_differences(found):
        _say(line)
    out.print(_grades(found))
    out.print(_movements(found))
    for title, flag in (
        ("low efficiency 低效用地", found.low_efficiency),
        ("FAR uplift 容积率提升", found.far_uplift),
    ):
        _say(_flag(title, flag))
    if found.moves.parcels:
        out.print(_moves(found))
    _say(f"{len(found.moves.parcels):,} of {found.moves.total:,} parcels listed 列出宗地")


def _run(run: Run) -> str:
    name = "simulated 推演" if run.evaluation_id is None else f"evaluation 评价 {run.evaluation_id}"
    return f"{name}, {run.district} {run.period}, {run.scheme_name}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}"


def _signed(value: float | None, places: int = 0) -> str:
    return "–" if value is None else f"{value:+,.{places}f}"


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{code} {count:,}" for code, count in reasons.items())


def _scheme_differences(found: Comparison) -> Iterator[str]:
    for part in found.scheme_differences:
        yield " · ".join(filter(None, (part.track, part.kind, part.code, part.zh, part.en, part.change)))
        for each in part.fields:
            yield f"  {each.en} {each.zh}: {each.old or '–'} → {each.new or '–'}"


def _grades(found: Comparison) -> Table:
    table = Table(
        "from 由", "to 至", "parcels 宗地", "ha before 公顷", "ha after 公顷", title="Grades 档次变化"
    )
    for cell in found.grades:
        table.add_row(
            cell.from_grade or cell.from_status,
            cell.to_grade or cell.to_status,
            f"{cell.parcels:,}",
            f"{cell.land_area_before_m2 / 10_000:,.2f}",
            f"{cell.land_area_after_m2 / 10_000:,.2f}",
        )
    return table


def _movements(found: Comparison) -> Table:
    table = Table(
        "group 范围", "parcels 宗地", "mean points 平均分",
        "up 提档", "down 降档", "regraded 换档", "same 不变",
        title="Movements 变动",
    )  # fmt: skip
    for each in (*found.tracks, *found.towns):
        table.add_row(
            _group(each),
            f"{each.parcels:,}",
            f"{_number(each.mean_points_before)} → {_number(each.mean_points_after)}",
            *(f"{count:,}" for count in (each.raised, each.lowered, each.regraded, each.same_grade)),
        )
    return table


def _group(each: Movement) -> str:
    if isinstance(each, TownMovement):
        return each.town or "–"
    before, after = (getattr(each, f"track_{side}") or "–" for side in ("before", "after"))
    return before if before == after else f"{before} → {after}"


def _flag(title: str, flag: FlagChange) -> str:
    gained, lost = (
        f"{each.parcels:,}" + (f" ({_reasons(each.reasons)})" if each.reasons else "")
        for each in (flag.gained, flag.lost)
    )
    return f"{title}: {flag.before:,} → {flag.after:,}; gained 新增 {gained}; lost 取消 {lost}"


def _moves(found: Comparison) -> Table:
    table = Table("parcel 宗地", "town 镇街", "grade 档次", "points 得分", "± 分", "rank 名次", "± 名次")
    for move in found.moves.parcels:
        table.add_row(
            move.parcel_code,
            move.town or "–",
            f"{move.grade_before or move.status_before} → {move.grade_after or move.status_after}",
            f"{_number(move.points_before)} → {_number(move.points_after)}",
            _signed(move.points_change, 4),
            f"{move.rank_before or '–'} → {move.rank_after or '–'}",
            _signed(move.rank_change),
        )
    return table


def _print_sensitivity(found: Sensitivity) -> None:
    _say(_run(found.evaluation))
    if not found.reproduced:
        _say("The present code gives other results than those stored 现行程序的结果与存档不一致.")
    for track in found.tracks:
        table = Table(
            "indicator 指标", "weight 权重", "becomes 变为",
            "Kendall τ", "other grade 换档", "largest move 最大变动",
            title=f"{track.title.zh} {track.title.en}: {track.scored:,} scored 已评价",
        )  # fmt: skip
        for weight in track.weights:
            for variant in weight.variants:
                furthest = variant.largest_move
                table.add_row(
                    weight.indicator,
                    weight.weight,
                    f"{variant.weight} ({variant.change})",
                    _number(variant.kendall_tau),
                    f"{variant.grades_changed:,}",
                    f"{furthest.parcel_code}: {furthest.rank_before} → {furthest.rank_after}"
                    if furthest
                    else "–",
                )
        out.print(table)
        borders = Table(
            "ranking 排名范围", "grades 档次", "cut-off 分界", "gap 差距", "±0.000001", "±1 point 分",
            title="Close to a cut-off 临界宗地: above 之上 / below 之下",
        )  # fmt: skip
        for border in track.borders:
            borders.add_row(
                border.ranking_group,
                f"{border.better} | {border.worse}",
                _number(border.cut_off),
                _number(border.gap),
                f"{border.within_millionth_above:,} / {border.within_millionth_below:,}",
                f"{border.within_point_above:,} / {border.within_point_below:,}",
            )
        out.print(borders)
