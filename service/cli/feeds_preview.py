"""``mujun feeds``: what a file would be read as, and the profiles that say how."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from service.cli.common import out
from service.domain.hand_overs import REASONS, Feed, Verdict
from service.errors import Conflict, InvalidParameter
from service.feeds.mappings.mapping import read_mapping
from service.feeds.profiles.catalogue import all_profiles, find_profile
from service.feeds.profiles.previewing import SHOWN, Preview, preview
from service.reference.bureaus import bureaus
from service.settings import Settings

_HOW = {
    "mapping": "by the mapping given 按所给映射",
    "profile": "by the profile named 按指定方案",
    "chosen": "by the only profile that fits 按唯一相符的方案",
    "own_names": "by our own names 按本系统字段名",
    "guessed": "by a guess, which an import would not use 按推测，导入不会采用",
    "ambiguous": "not at all: name one of the profiles that fit 未读取：多个方案相符，须指明",
    "unknown": "not at all: nothing fits 未读取：没有相符的方案",
}


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``feeds``."""
    group.command("preview")(preview_)
    profiles = typer.Typer(help="Profiles 交付方案: list, show.", no_args_is_help=True)
    profiles.command("list")(list_)
    profiles.command("show")(show)
    group.add_typer(profiles, name="profiles")


def preview_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file as received.")],
    feed: Annotated[Feed | None, typer.Option(help="What it hands over; else what fits 数据类型.")] = None,
    profile: Annotated[str | None, typer.Option(help="A profile by name 交付方案.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A mapping file 字段映射文件.")] = None,
    district: Annotated[str | None, typer.Option(help="District of the parcels 行政区.")] = None,
    crs: Annotated[str | None, typer.Option(help="Coordinate system, before the file's own 坐标系.")] = None,
    rows: Annotated[int, typer.Option(min=0, max=1000, help="Rows of data to show 显示行数.")] = SHOWN,
    write_profile: Annotated[
        Path | None, typer.Option(help="Write a guessed profile to this file, to correct it 保存推测方案.")
    ] = None,
) -> None:
    """Show what an import would read of a file; nothing is stored 预览交付文件.

    A layout that no profile fits is guessed: the guess can be written to a file, corrected, and used.
    """
    if not file.is_file():
        raise InvalidParameter(f"There is no file {file.name}.", "找不到文件。", place=file.name)
    if write_profile is not None and write_profile.exists():
        raise Conflict(
            f"{write_profile.name} exists and is not overwritten.", "文件已存在。", place=write_profile.name
        )
    found = preview(
        file,
        feed,
        mapping=read_mapping(mapping) if mapping else None,
        profile=profile,
        folder=Settings().profiles_dir,
        district=district,
        crs=crs,
        shown=rows,
        name=_profile_name(write_profile),
    )
    _print(found)
    if write_profile is not None:
        if found.guessed is None:
            raise InvalidParameter(
                "There is nothing to guess: the file is read by a profile or mapping.",
                "无需推测：已有相符的方案或映射。",
                place="--write-profile",
            )
        write_profile.write_text(found.guessed, encoding="utf-8")
        _say(f"Written to {write_profile}; correct it, then: mujun import … --mapping {write_profile} 已保存")
    elif found.guessed is not None:
        _say("")
        _say(found.guessed.rstrip())


def list_(
    feed: Annotated[Feed | None, typer.Option(help="Only profiles of one feed 数据类型.")] = None,
) -> None:
    """List the profiles, shipped and of the installation 列出交付方案."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("profile 方案", no_wrap=True)
    for title in ("feed 数据", "title 名称", "bureau 部门", "verified 已核实"):
        table.add_column(title)
    for found in all_profiles(Settings().profiles_dir).values():
        mapping = found.mapping
        if feed not in (None, mapping.feed) or mapping.title is None or mapping.bureau is None:
            continue
        bureau = bureaus()[mapping.bureau]
        table.add_row(
            found.name,
            mapping.feed,
            escape(f"{mapping.title.zh} {mapping.title.en}"),
            bureau.zh,
            "yes 是" if mapping.verified else "no 否",
        )
    out.print(table)


def show(name: Annotated[str, typer.Argument(help="The profile's name 方案名称.")]) -> None:
    """Print a profile as YAML, to read it or to begin one's own 显示交付方案."""
    typer.echo(find_profile(name, Settings().profiles_dir).text, nl=False)


def _print(found: Preview) -> None:
    read = f"{found.feed} " if found.feed else ""
    _say(f"{found.file_name}: {read}{found.profile or ''} {_HOW[found.how]}")
    if found.fitting:
        _say(f"profiles that fit 相符的方案: {', '.join(found.fitting)}")
    if found.sheet:
        _say(f"sheet 工作表: {found.sheet}")
    if found.header_rows:
        _say(f"header in row 表头行: {', '.join(map(str, found.header_rows))}")
    if found.columns:
        table = Table("field 字段", "column 源列", "unit 单位", box=SIMPLE_HEAD)
        for each in found.columns:
            source = f"= {each.constant}" if each.constant is not None else " + ".join(each.columns)
            table.add_row(each.field, escape(source), escape(each.unit or ""))
        out.print(table)
    if found.not_read:
        _say(f"not read 未读取的列: {', '.join(found.not_read)}")
    for row in found.rows:
        cells = " | ".join(str(cell) for cell in row.content.values())
        reason = f" {row.reason}" if row.reason else ""
        _say(f"{row.row:>6} {row.verdict}{reason}  {cells[:160]}")
        for stated in row.states:
            _say(f"       → {' · '.join('–' if part is None else str(part) for part in stated)[:160]}")
    if found.read is not None:
        counts = ", ".join(f"{verdict} {getattr(found, verdict):,}" for verdict in Verdict)
        _say(f"read 读取 {found.read:,}: {counts}")
    for reason, count in found.reasons.items():
        _say(f"{count:,} × {reason}: {' · '.join(REASONS.get(reason, (reason, '')))}")
    for note in found.notes:
        _say(note)


def _profile_name(path: Path | None) -> str:
    """The name under which a guess may stand in a folder of profiles: that of its file, if it is one."""
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:60].strip("-") if path else ""
    return name or "guessed"


def _say(line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
