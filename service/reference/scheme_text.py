"""Reads a scheme from YAML text; errors name the line."""

import json
from typing import Any

import yaml
from pydantic import ValidationError

from service.domain.scheme import Scheme
from service.errors import InvalidScheme
from service.reference.scheme_checks import Misplaced, Place, check
from service.reference.tables import unit_table

_DEEPEST = 12  # an alias may point to its own container

Lines = dict[Place, int]


def read_scheme(text: str, file: str) -> Scheme:
    """Return the scheme written in a YAML text; raises `InvalidScheme` with the place ``file:line``."""
    lines: Lines = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = _content(root, (), lines) if root is not None else None
        scheme = Scheme.model_validate_json(json.dumps(content))
        check(scheme, unit_table())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _invalid(error.problem or "This is not YAML.", file, mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise _invalid(str(error), file, 1) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _invalid(_sentence(first, error.error_count()), file, _line(lines, first["loc"])) from None
    except Misplaced as error:
        raise _invalid(str(error), file, _line(lines, error.path)) from None
    return scheme


def _content(node: yaml.Node, path: Place, lines: Lines) -> Any:
    """Return the node as JSON values and remember each line; numbers with a point stay text, hence exact."""
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST:
        raise Misplaced("This is nested too deeply for a scheme.", path)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            lines[(*path, key)] = key_node.start_mark.line + 1
            if key in result:
                raise Misplaced(f"{key!r} stands here twice.", (*path, key))
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
