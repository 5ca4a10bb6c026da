"""``mujun export``: what others serve or open, as files."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.common import open_database, out
from service.cli.progress import bar, bars
from service.features.tiles import WEB_MERCATOR_QUAD
from service.jobs.tiling import archive_path, export_tiles
from service.ogc.collections.results import SCORES
from service.ogc.tiles.layers import for_everybody, vector_layers
from service.settings import Settings


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Files for others 导出.", no_args_is_help=True)
    group.callback()(_group)
    group.command("tiles")(tiles)
    cli.add_typer(group, name="export")


def _group() -> None:
    """Files for others to serve or open 导出."""


def tiles(
    evaluation: Annotated[int, typer.Argument(metavar="EVALUATION", min=1, help="A published one 评价编号.")],
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to; else where the service reads it 输出文件."),
    ] = None,
    finest: Annotated[
        int, typer.Option("--zoom", min=0, max=WEB_MERCATOR_QUAD.finest, help="Finest zoom level 最大级别.")
    ] = WEB_MERCATOR_QUAD.finest,
) -> None:
    """Write the map of a published evaluation as a PMTiles archive 导出瓦片归档.

    It holds what everybody may see. Any web server serves it; under its own name in the data folder this
    service answers tiles of /collections/scores from it.
    """
    target = path or archive_path(Settings().data_dir, SCORES.id, evaluation)
    columns, labels = for_everybody(SCORES)
    metadata = {
        "name": SCORES.title,
        "description": SCORES.description,
        "type": "overlay",
        "vector_layers": vector_layers(SCORES, WEB_MERCATOR_QUAD, columns, labels, finest),
    }
    with open_database() as database, bars() as display, bar(display, target.name) as progress:
        count = export_tiles(
            database,
            evaluation,
            target,
            SCORES.id,
            [item.name for item in columns],
            [item.name for item in labels],
            finest=finest,
            metadata=metadata,
            progress=progress,
        )
    out.print(
        f"{count:,} tiles 瓦片, {target.stat().st_size / 1e6:,.1f} MB: {target}",
        highlight=False,
        soft_wrap=True,
    )
