"""Schemes by name or file: those shipped beside this module, or a YAML file of a county."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from service.domain.scheme import Scheme
from service.errors import InvalidScheme, NotFound
from service.reference.scheme_text import read_scheme

_FOLDER = files("service.reference").joinpath("schemes")


def scheme_names() -> list[str]:
    """Return the names of the shipped schemes."""
    return sorted(
        entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml")
    )


@cache
def shipped_scheme(name: str) -> Scheme:
    """Return a shipped scheme by its name, never a file of the machine; raises `NotFound`."""
    if name not in scheme_names():
        raise NotFound(
            f"There is no scheme {name!r}; shipped are: {', '.join(scheme_names())}.",
            f"没有名为“{name}”的评价办法；现有：{'、'.join(scheme_names())}。",
            code="scheme-not-found",
        )
    return read_scheme(_FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def load_scheme(name_or_path: str) -> Scheme:
    """Return a shipped scheme by name, else the scheme in a file; raises `NotFound` or `InvalidScheme`."""
    path = Path(name_or_path)
    if name_or_path in scheme_names() or not path.is_file():
        return shipped_scheme(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidScheme(
            "A scheme is a UTF-8 text.", "评价办法文件须为 UTF-8 编码。", place=str(path)
        ) from None
    return read_scheme(text, str(path))
