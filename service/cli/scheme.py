"""``mujun scheme``: list, show, check, try and compare schemes (评价办法)."""

from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.table import Table

from service.cli.common import open_database, out, print_error, readable_errors
from service.cli.scheme_summary import difference_lines, summary_lines
from service.domain.scheme import Scheme
from service.domain.scheme_differences import scheme_differences
from service.errors import InvalidParameter
from service.jobs import trying
from service.jobs.evaluating import stored_scheme
from service.reference.case_text import Cases
from service.reference.scheme_text import scheme_errors
from service.reference.schemes import (
    load_scheme,
    scheme_names,
    scheme_source,
    shipped_cases,
    shipped_scheme,
)

_EVALUATION = "evaluation:"
_SCHEME_HELP = "A shipped scheme, a YAML file, or evaluation:ID for the one a result was made by."

Which = Annotated[str, typer.Argument(metavar="SCHEME", help=_SCHEME_HELP, show_default=False)]


def register(cli: typer.Typer) -> None:
    """Add the group ``scheme``."""
    group = typer.Typer(help="Schemes 评价办法: list, show, check, test, diff.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("check")(check)
    group.command("test")(try_)
    group.command("diff")(diff)
    cli.add_typer(group, name="scheme")


def list_() -> None:
    """List the shipped schemes 列出随附的评价办法."""
    table = Table("name 名称", "title 标题", "document 依据文件", "periods 年度")
    for name in scheme_names():
        scheme = shipped_scheme(name)
        periods = ", ".join(scheme.periods) or "any 不限"
        table.add_row(name, f"{scheme.title.zh}\n{scheme.title.en}", scheme.document, periods)
    out.print(table)


def show(scheme: Which) -> None:
    """Print a scheme as YAML, to read it or to begin one's own 显示评价办法全文."""
    if scheme.startswith(_EVALUATION):
        content = _scheme(scheme).model_dump(mode="json", exclude_defaults=True)
        typer.echo(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110), nl=False)
    else:
        load_scheme(scheme)  # a file that is none is told so, not printed
        typer.echo(scheme_source(scheme), nl=False)


def check(file: Which) -> None:
    """Tell every mistake with its line, or what the scheme says 检查评价办法."""
    if not file.startswith(_EVALUATION):
        errors = scheme_errors(scheme_source(file), file)
        for error in errors:
            print_error(error)
        if errors:
            raise typer.Exit(1)
    for line in summary_lines(_scheme(file)):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def try_(
    file: Annotated[
        str, typer.Argument(help="A file of cases, or a shipped scheme for the cases it comes with 算例文件.")
    ],
    scheme: Annotated[
        str | None, typer.Option(help="Try the cases on this scheme instead of the one they name.")
    ] = None,
) -> None:
    """Try cases: inputs and what a scheme must make of them; ends with 1 when one fails 以算例试算."""
    cases = _cases(file)
    tried = list(trying.try_cases(cases, _scheme(scheme) if scheme else trying.scheme_of(cases)))
    failed = [each for each in tried if each.mismatches]
    for each in tried:
        verdict = "FAILED 未通过" if each.mismatches else "ok 通过"
        _say(f"{verdict}  {each.title}" + (f" ({cases.file}:{each.line})" if each.mismatches else ""))
        for m in each.mismatches:
            _say(f"    {m.parcel} {m.what}: expected 应为 {m.expected}, is 实为 {m.actual}")
    _say(f"{len(tried) - len(failed)} of {len(tried)} cases passed 通过算例")
    if failed:
        raise typer.Exit(1)


def diff(old: Which, new: Which) -> None:
    """Tell where two schemes differ 比较两个评价办法.

    Ends with 0 when they are equal, 1 when they differ, 2 when one cannot be read.
    """
    with readable_errors(status=2):
        before, after = _scheme(old), _scheme(new)
    differences = scheme_differences(before, after)
    for line in difference_lines(before, after, differences):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if differences:
        raise typer.Exit(1)
    _say("The schemes are the same 两个评价办法相同.")


def _cases(file: str) -> Cases:
    if file in scheme_names() and not Path(file).is_file():
        return shipped_cases(file)
    return trying.open_cases(Path(file))


def _scheme(name: str) -> Scheme:
    if not name.startswith(_EVALUATION):
        return load_scheme(name)
    number = name.removeprefix(_EVALUATION)
    if not number.isascii() or not number.isdigit():
        raise InvalidParameter(
            f"{name!r} names no evaluation; write evaluation:1.", "须写明评价编号，如 evaluation:1。"
        )
    with open_database() as database, database.reading() as connection:
        return stored_scheme(connection, int(number))


def _say(line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
