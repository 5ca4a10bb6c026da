"""Configuration files of what is asked and told: strict models, read so that no error repeats a secret."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from service.errors import InputError
from service.outbound.reach import origin_of
from service.outbound.secrets import looks_like_credential
from service.reference.yaml_lines import Faulty, read_yaml

_LIMIT = 1024 * 1024

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: Any) -> Any:
    """Return a duration such as 15m in seconds, anything else as it is."""
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match[1]) * _SECONDS[match[2]]
    return value


def _address(url: str) -> str:
    if origin_of(url) is None or "#" in url:
        raise ValueError("an address begins with https://host, without user or fragment")
    for part in url.partition("?")[2].split("&"):
        if looks_like_credential(part.partition("=")[0]):
            raise ValueError("a secret does not belong into the address; name it under auth.query")
    return url


Duration = Annotated[float, BeforeValidator(seconds), Field(gt=0)]
"""Seconds, or text such as 30s, 15m, 6h, 1d."""
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, (int, float)) else value)]
Address = Annotated[str, AfterValidator(_address)]
"""An address without user, fragment or secret."""


STRICT = ConfigDict(extra="forbid", frozen=True)
"""Of the models of a configuration, in which nothing stands that is not known."""


Invalid = Callable[[str, str], InputError]
"""Makes the error of a file from a sentence and the place."""

F = TypeVar("F", bound=BaseModel)


def read_file(path: Path, form: type[F], invalid: Invalid) -> F:
    """Return what the file says; raises what ``invalid`` makes, which names the line, never what is there."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LIMIT + 1)
    except (OSError, UnicodeDecodeError):
        raise invalid("The file cannot be opened, or is not UTF-8 text.", path.name) from None
    if len(text) > _LIMIT:
        raise invalid("The file is longer than 1 MiB.", path.name)
    try:
        document = read_yaml(text)
    except Faulty as error:
        raise invalid(
            "This is not YAML, or a key stands twice.", _where(path, error.faults[0].line)
        ) from None
    try:
        return form.model_validate(document.content)
    except ValidationError as error:
        # neither the input nor the context of the error: both may hold what should not have been written
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        entry = ".".join(str(part) for part in first["loc"])
        sentence = first["msg"].removeprefix("Value error, ")
        raise invalid(
            f"{entry}: {sentence}." if entry else f"{sentence}.", _where(path, document.line(first["loc"]))
        ) from None


def _where(path: Path, line: int) -> str:
    return f"{path.name}, line {line}"
