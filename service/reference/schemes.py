"""Reads schemes from YAML: those shipped beside this module, or a file. Errors name the line."""

import json
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from service.domain.scheme import AREAS, Fixed, Indicator, Scheme
from service.domain.units import UnitError, UnitTable
from service.errors import InvalidScheme, NotFound
from service.reference.tables import unit_table

_FOLDER = files("service.reference").joinpath("schemes")
_SEVEN_DIGITS = 10**6
_DEEPEST = 12  # an alias may point to its own container

Place = tuple[str | int, ...]
Lines = dict[Place, int]


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


def read_scheme(text: str, file: str) -> Scheme:
    """Return the scheme written in a YAML text; raises `InvalidScheme` with the place ``file:line``."""
    lines: Lines = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = _content(root, (), lines) if root is not None else None
        scheme = Scheme.model_validate_json(json.dumps(content))
        _check_units(scheme, unit_table())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _invalid(error.problem or "This is not YAML.", file, mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise _invalid(str(error), file, 1) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _invalid(_sentence(first, error.error_count()), file, _line(lines, first["loc"])) from None
    except _Misplaced as error:
        raise _invalid(str(error), file, _line(lines, error.path)) from None
    return scheme


class _Misplaced(ValueError):
    def __init__(self, message: str, path: Place) -> None:
        super().__init__(message)
        self.path = path


def _content(node: yaml.Node, path: Place, lines: Lines) -> Any:
    """Return the node as JSON values and remember each line; numbers with a point stay text, hence exact."""
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST:
        raise _Misplaced("This is nested too deeply for a scheme.", path)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            lines[(*path, key)] = key_node.start_mark.line + 1
            if key in result:
                raise _Misplaced(f"{key!r} stands here twice.", (*path, key))
            result[key] = _content(value_node, (*path, key), lines)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_content(item, (*path, index), lines) for index, item in enumerate(node.value)]
    if node.tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"}:
        return yaml.safe_load(node.value)
    return node.value


def _line(lines: Lines, path: Place) -> int:
    # pydantic puts the tag of a union into its path, which the file does not have
    while path not in lines and path:
        shorter = path[:-1]
        tagless = next(
            (path[:i] + path[i + 1 :] for i in range(len(path)) if path[:i] + path[i + 1 :] in lines), None
        )
        path = tagless or shorter
    return lines.get(path, 1)


def _sentence(error: Any, count: int) -> str:
    place = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    more = f" ({count - 1} more after this one)" if count > 1 else ""
    return f"{place + ': ' if place else ''}{message}{more}"


def _invalid(detail: str, file: str, line: int) -> InvalidScheme:
    return InvalidScheme(
        detail,
        f"评价办法第 {line} 行有误：{detail}",
        place=f"{file}:{line}",
        action="Correct the line named and try again. 请改正所指行后重试。",
    )


def _check_units(scheme: Scheme, table: UnitTable) -> None:
    for t, track in enumerate(scheme.tracks):
        for i, indicator in enumerate(track.indicators):
            here: Place = ("tracks", t, "indicators", i)
            for side in ("numerator", "denominator"):
                name = getattr(indicator, side)
                if name not in AREAS and name not in table.metrics:
                    known = ", ".join([*AREAS, *sorted(table.metrics)])
                    raise _Misplaced(f"Unknown metric {name!r}; known are {known}.", (*here, side))
            try:
                conversion(indicator, table)
            except UnitError as error:
                raise _Misplaced(str(error), (*here, "unit")) from None
            if isinstance(indicator.benchmark, Fixed):
                _check_scale(indicator, indicator.benchmark, (*here, "benchmark"))


def _check_scale(indicator: Indicator, fixed: Fixed, place: Place) -> None:
    minor = fixed.value * indicator.scale
    if minor < _SEVEN_DIGITS or minor != int(minor):
        raise _Misplaced(
            f"A scale of {indicator.scale} keeps fewer than seven significant digits, or not all digits, of "
            f"the benchmark {fixed.value}; give the indicator a larger 'scale'.",
            place,
        )


def conversion(indicator: Indicator, table: UnitTable) -> Fraction:
    """Return what turns minor units of numerator ÷ denominator into the indicator's own minor unit.

    The unit reads ``万元/亩``, or ``1`` for a ratio of like to like. Raises `UnitError`.
    """
    numerator, _, denominator = indicator.unit.partition("/")
    if not denominator:
        if indicator.unit != "1" or _quantity(indicator.numerator, table) != _quantity(
            indicator.denominator, table
        ):
            raise UnitError(
                f"{indicator.unit!r} is not a unit of {indicator.numerator} ÷ {indicator.denominator}."
            )
        return Fraction(indicator.scale)
    of_numerator = _minor(indicator.numerator, numerator, table)
    return _minor(indicator.denominator, denominator, table) / of_numerator * indicator.scale


def _quantity(name: str, table: UnitTable) -> str:
    return "area" if name in AREAS else table.metrics[name].quantity


def _minor(name: str, symbol: str, table: UnitTable) -> Fraction:
    """Minor units of a metric or area in one ``symbol``."""
    unit = table.units.get(symbol)
    if unit is None or unit.quantity != _quantity(name, table):
        raise UnitError(f"{symbol!r} is not a unit of {name}.")
    return unit.minor
