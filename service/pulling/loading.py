"""Reads the sources file strictly: errors name the entry and never repeat what may be a secret."""

from pathlib import Path

from service.errors import InvalidSources
from service.outbound.configuration import read_file
from service.pulling.configuration import Source, SourcesFile


def load_sources(path: Path | None) -> tuple[Source, ...]:
    """Return the sources in the file, none when no file is named; raises `InvalidSources`."""
    return () if path is None else tuple(read_file(path, SourcesFile, _invalid).sources)


def _invalid(sentence: str, place: str) -> InvalidSources:
    return InvalidSources(
        sentence,
        "数据源配置文件有误。",
        place=place,
        action="Correct the sources file that MUJUN_SOURCES names. 请修改数据源配置文件。",
    )
