"""Tiles from an archive: those of a published evaluation, made once by ``mujun export tiles``."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request

from service.features.tiles import WEB_MERCATOR_QUAD, MatrixSet, Tile
from service.features.tiles.archive import Archive, DamagedArchive
from service.jobs.tiling import ABOUT, archive_path, made_of
from service.ogc.collections import Collection
from service.ogc.collections.results import SCORES
from service.ogc.sources.source import Edition
from service.ogc.tiles.layers import on_labels, on_tiles
from service.ogc.views import View
from service.settings import Settings

_logger = logging.getLogger(__name__)


def archived(
    request: Request, view: View, collection: Collection, edition: Edition, matrix_set: MatrixSet, tile: Tile
) -> bytes | None:
    """Return a tile's bytes from an archive; None where there is none that shows just what was asked for.

    An archive shows one published evaluation, to whoever sees what everybody sees. What cannot be read is
    told in the log, and the tile is made from the store as if there were no archive.
    """
    if collection is not SCORES or matrix_set is not WEB_MERCATOR_QUAD or len(edition.runs) != 1:
        return None
    settings: Settings = request.app.state.settings
    path = archive_path(settings.data_dir, collection.id, edition.runs[0])
    try:
        state = path.stat()
        archive = _opened(path, state.st_mtime_ns, state.st_size)
        if tile.matrix > archive.finest or archive.metadata.get(ABOUT) != _wanted(
            request, view, collection, edition
        ):
            return None
        return archive.tile(tile)
    except FileNotFoundError:
        return None
    except (OSError, DamagedArchive) as error:
        _logger.warning("The tiles in %s are not used: %s", path, error)
        return None


@lru_cache(maxsize=64)
def _opened(path: Path, changed: int, size: int) -> Archive:  # noqa: ARG001 - another file is another archive
    return Archive(path)


def _wanted(request: Request, view: View, collection: Collection, edition: Edition) -> dict[str, Any]:
    columns = [item.name for item in on_tiles(request, collection)]
    labels = [item.name for item in on_labels(request, collection)]
    return made_of(view.store, edition.runs[0], collection.id, columns, labels)
