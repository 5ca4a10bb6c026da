"""Changes to a scheme, written with the codes that it uses itself.

    tracks.above_scale.indicators.tax_per_mu.weight: 35
    tracks.above_scale.grades.cuts.A.up_to: 15
    low_efficiency.rules.grade_d: null                    takes a rule away
    tracks.above_scale.bonuses.listed: {title: …, when: …, points: 2}    adds one

What stands in a list is named by its ``code`` (a cut by its ``grade``), else by its number from 0. A value
replaces what is there; ``null`` takes it away, which for a field means its default; a code that is not there
yet adds to the list. Changes are made in the order given, and the whole is then checked like any scheme.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from service.domain.scheme import Scheme
from service.errors import InvalidScheme
from service.reference.scheme_checks import problems
from service.reference.tables import unit_table

_NAMES = ("code", "grade")
MOST, LONGEST = 200, 64 * 1024
"""Changes at once, and characters of the scheme that results."""


def changed(scheme: Scheme, changes: Mapping[str, Any]) -> Scheme:
    """Return the scheme with changes; raises `InvalidScheme` with the place ``/changes/…``."""
    if len(changes) > MOST:
        raise _invalid(f"At most {MOST} changes can be made at once.", "")
    content = scheme.model_dump(mode="json")
    for path, value in changes.items():
        _change(content, path, value)
    try:
        text = json.dumps(content, ensure_ascii=False)
    except RecursionError:
        raise _invalid("A change is nested too deeply for a scheme.", "") from None
    if len(text) > LONGEST:
        raise _invalid("The changed scheme is too long.", "")
    try:
        result = Scheme.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        place = _by_codes(content, first["loc"])
        if first["type"] == "missing":
            place = ".".join(filter(None, (place, str(first["loc"][-1]))))
        raise _invalid(said, place) from None
    for each in problems(result, unit_table()):
        raise _invalid(str(each), _by_codes(content, each.path))
    return result


def _change(content: dict[str, Any], path: str, value: Any) -> None:
    *before, last = path.split(".")
    at: Any = content
    for name in before:
        at = _member(at, name, path)
    if isinstance(at, dict):
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
        return
    if not isinstance(at, list):
        raise _invalid(f"There is nothing below {'.'.join(before)!r}.", path)
    index = _index(at, last)
    if index is not None and value is None:
        del at[index]
    elif index is not None:
        at[index] = value
    elif isinstance(value, dict):
        at.append({**value, "code": last})
    else:
        raise _unknown(at, last, path)


def _member(at: Any, name: str, path: str) -> Any:
    if isinstance(at, dict) and name in at and at[name] is not None:
        return at[name]
    if isinstance(at, list) and (index := _index(at, name)) is not None:
        return at[index]
    raise _unknown(at, name, path)


def _index(items: Sequence[Any], name: str) -> int | None:
    for index, item in enumerate(items):
        if isinstance(item, dict) and name in (item.get(key) for key in _NAMES):
            return index
    return int(name) if name.isdecimal() and len(name) < 6 and int(name) < len(items) else None


def _unknown(at: Any, name: str, path: str) -> InvalidScheme:
    names = _names(at) if isinstance(at, list | dict) else []
    known = f"; there are: {', '.join(names)}" if names else ""
    return _invalid(f"The scheme has no {name!r} here{known}.", path)


def _names(at: list[Any] | dict[str, Any]) -> list[str]:
    if isinstance(at, dict):
        return sorted(at)
    return [_name(item, index) for index, item in enumerate(at)]


def _name(item: Any, index: int) -> str:
    found = (item.get(key) for key in _NAMES) if isinstance(item, dict) else ()
    return next((str(name) for name in found if name), str(index))


def _by_codes(content: Any, place: Sequence[str | int]) -> str:
    """A place of pydantic's as a path, as far as it exists; the tags of unions in between do not."""
    names: list[str] = []
    at = content
    for step in place:
        if isinstance(at, list) and isinstance(step, int) and step < len(at):
            names.append(_name(at[step], step))
            at = at[step]
        elif isinstance(at, dict) and step in at:
            names.append(str(step))
            at = at[step]
    return ".".join(names)


def _invalid(detail: str, path: str) -> InvalidScheme:
    return InvalidScheme(
        detail,
        f"对评价办法的修改有误：{detail}",
        place=f"/changes/{path}" if path else "/changes",
        action="Correct the change named and try again. 请改正所指修改后重试。",
    )
