"""Schemes by name or file: those shipped beside this module, or a YAML file of a county."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from service.domain.scheme import Scheme
from service.errors import InvalidScheme, NotFound
from service.reference.case_text import Cases, read_cases
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


def shipped_cases(name: str) -> Cases:
    """Return the cases that a shipped scheme comes with."""
    return read_cases(
        _FOLDER.joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8"), f"cases/{name}.yaml"
    )


def load_scheme(name_or_path: str) -> Scheme:
    """Return a shipped scheme by name, else the scheme in a file; raises `NotFound` or `InvalidScheme`."""
    if _is_shipped(name_or_path):
        return shipped_scheme(name_or_path)
    return read_scheme(scheme_source(name_or_path), name_or_path)


def scheme_source(name_or_path: str) -> str:
    """Return the YAML text of a shipped scheme or of a file; raises `NotFound` or `InvalidScheme`."""
    if _is_shipped(name_or_path):
        shipped_scheme(name_or_path)
        return _FOLDER.joinpath(f"{name_or_path}.yaml").read_text(encoding="utf-8")
    try:
        return Path(name_or_path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidScheme(
            "A scheme is a UTF-8 text.", "评价办法文件须为 UTF-8 编码。", place=name_or_path
        ) from None


def _is_shipped(name_or_path: str) -> bool:
    """Whether it is to be looked for among the shipped schemes: their names come before files."""
    return name_or_path in scheme_names() or not Path(name_or_path).is_file()
