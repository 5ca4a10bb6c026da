"""Reads the sources file strictly: errors name the entry and never repeat what may be a secret."""

from pathlib import Path

from pydantic import ValidationError

from service.errors import InvalidSources
from service.pulling.configuration import Source, SourcesFile
from service.reference.yaml_lines import Faulty, read_yaml

_LIMIT = 1024 * 1024


def load_sources(path: Path | None) -> tuple[Source, ...]:
    """Return the sources in the file, none when no file is named; raises `InvalidSources`."""
    if path is None:
        return ()
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LIMIT + 1)
    except (OSError, UnicodeDecodeError):
        raise _invalid("The file cannot be opened, or is not UTF-8 text.", path.name) from None
    if len(text) > _LIMIT:
        raise _invalid("The file is longer than 1 MiB.", path.name)
    try:
        document = read_yaml(text)
    except Faulty as error:
        raise _invalid(
            "This is not YAML, or a key stands twice.", _where(path, error.faults[0].line)
        ) from None
    try:
        return tuple(SourcesFile.model_validate(document.content).sources)
    except ValidationError as error:
        # neither the input nor the context of the error: both may hold what should not have been written
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        entry = ".".join(str(part) for part in first["loc"])
        sentence = first["msg"].removeprefix("Value error, ")
        raise _invalid(
            f"{entry}: {sentence}." if entry else f"{sentence}.", _where(path, document.line(first["loc"]))
        ) from None


def _where(path: Path, line: int) -> str:
    return f"{path.name}, line {line}"


def _invalid(sentence: str, place: str) -> InvalidSources:
    return InvalidSources(
        sentence,
        "数据源配置文件有误。",
        place=place,
        action="Correct the sources file that MUJUN_SOURCES names. 请修改数据源配置文件。",
    )
