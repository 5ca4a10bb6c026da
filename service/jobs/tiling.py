"""Tiles of a published evaluation (瓦片归档): all of them in one file, which never has to change."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from service import __version__
from service.errors import Conflict, NotFound
from service.features.tiles import WEB_MERCATOR_QUAD, TileLayer, labels_from, prepare
from service.features.tiles.archive import write_archive
from service.jobs.whole_files import whole_file
from service.store import runs
from service.store.database import Database
from service.store.standing import standing

Progress = Callable[[int, int | None, str], None]

ABOUT = "mujun"
"""The member of an archive's metadata that says what it was made of."""


def archive_path(data_dir: Path, layer: str, evaluation_id: int) -> Path:
    """Return where the service looks for the tiles of an evaluation."""
    return data_dir / "tiles" / f"{layer}-{evaluation_id}.pmtiles"


def made_of(
    store: str, evaluation_id: int, layer: str, columns: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """Return what the tiles of an archive depend on: of another store, program or choice they are others."""
    return {
        "program": __version__,
        "store": store,
        "evaluation": evaluation_id,
        "layer": layer,
        "columns": list(columns),
        "labels": list(labels),
        "labels_from": labels_from(layer, WEB_MERCATOR_QUAD),
    }


def export_tiles(
    database: Database,
    evaluation_id: int,
    path: Path,
    layer: str,
    columns: Sequence[str],
    labels: Sequence[str],
    *,
    finest: int = WEB_MERCATOR_QUAD.finest,
    metadata: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the scores of a published evaluation as a PMTiles archive; return the number of tiles.

    The file appears under its name when it is whole.
    :param columns: the properties on each feature, and ``labels`` those on each label
    :param finest: the finest zoom level
    :param metadata: what the archive says of itself beside what it was made of

    Raises `NotFound` for no such evaluation, `Conflict` for a draft, which may still change, and for one
    without any geometry.
    """
    with database.reading() as connection:
        found = runs.evaluations(connection, [evaluation_id])
        if not found:
            raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
        if found[0].status != "published":
            raise Conflict(
                f"Evaluation {evaluation_id} is a draft, and drafts may still change.",
                f"评价 {evaluation_id} 尚未发布，仍可能变动。",
                code="not-published",
                action=f"mujun publish {evaluation_id}",
            )
        table = standing(database).scores(connection, database.data_version(connection), found)
        about = made_of(runs.first_received(connection), evaluation_id, layer, columns, labels)
    since = labels_from(layer, WEB_MERCATOR_QUAD)
    drawn = TileLayer(layer, prepare(table, WEB_MERCATOR_QUAD), columns, labels, since)
    if table.extent() is None:
        raise Conflict(
            f"Nothing of evaluation {evaluation_id} has a geometry.", f"评价 {evaluation_id} 没有任何图形。"
        )

    def report(count: int) -> None:
        if progress is not None:
            progress(count, None, "exporting")

    with whole_file(path) as unfinished:
        return write_archive(unfinished, drawn, finest, {**(metadata or {}), ABOUT: about}, report)
