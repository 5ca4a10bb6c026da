"""YAML as plain values with the line of every part, so that an error can name it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

_DEEPEST = 12  # an alias may point to its own container

Place = tuple[str | int, ...]
Lines = dict[Place, int]
Part = TypeVar("Part", bound=BaseModel)


class Misplaced(ValueError):
    """What is wrong, and where in the document: keys and indexes from its root."""

    def __init__(self, message: str, path: Place) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the line."""

    message: str
    line: int


class Faulty(ValueError):
    """The document cannot be read; ``faults`` are never empty."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML text; numbers with a point stay text, hence exact."""

    content: Any
    lines: Lines

    def as_model(self, model: type[Part]) -> Part:
        """Return the content as a model; raises `Faulty` with everything that does not fit."""
        try:
            return model.model_validate_json(json.dumps(self.content))
        except ValidationError as error:
            found = _mistakes(error)
            raise Faulty([Fault(_sentence(each), self.line(each["loc"])) for each in found]) from None

    def fault(self, error: Misplaced) -> Fault:
        """Return the error with its line."""
        return Fault(str(error), self.line(error.path))

    def line(self, path: Place) -> int:
        """Return the line of a part, or of the nearest part around it."""
        # pydantic puts the tag of a union into its path, which the file does not have
        while path not in self.lines and path:
            shorter = path[:-1]
            tagless = (path[:i] + path[i + 1 :] for i in range(len(path)))
            path = next((each for each in tagless if each in self.lines), shorter)
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    """Return the document; raises `Faulty` with the line where it is no YAML, or a key stands twice."""
    lines: Lines = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = _content(root, (), lines) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Faulty([Fault(error.problem or "This is not YAML.", mark.line + 1 if mark else 1)]) from None
    except yaml.YAMLError as error:
        raise Faulty([Fault(str(error), 1)]) from None
    except Misplaced as error:
        raise Faulty([Document(None, lines).fault(error)]) from None
    return Document(content, lines)


def _content(node: yaml.Node, path: Place, lines: Lines) -> Any:
    """Return the node as JSON values and remember each line."""
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST:
        raise Misplaced("This is nested too deeply.", path)
    if isinstance(node, yaml.MappingNode):
        return dict(_members(node, path, lines))
    if isinstance(node, yaml.SequenceNode):
        return [_content(item, (*path, index), lines) for index, item in enumerate(node.value)]
    if node.tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"}:
        return yaml.safe_load(node.value)
    return node.value


def _members(node: yaml.MappingNode, path: Place, lines: Lines) -> Iterator[tuple[str, Any]]:
    seen = set()
    for key_node, value_node in node.value:
        key = str(key_node.value)
        lines[(*path, key)] = key_node.start_mark.line + 1
        if key in seen:
            raise Misplaced(f"{key!r} stands here twice.", (*path, key))
        seen.add(key)
        yield key, _content(value_node, (*path, key), lines)


def _mistakes(error: ValidationError) -> list[Any]:
    """What is wrong, without the lists that are too short only because pydantic left out a faulty member."""
    found = error.errors(include_url=False)

    def follows(each: Any) -> bool:
        length = len(each["loc"])
        return each["type"] == "too_short" and any(
            len(other["loc"]) > length and other["loc"][:length] == each["loc"] for other in found
        )

    return [each for each in found if not follows(each)]


def _sentence(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{place + ': ' if place else ''}{message}"
