"""Where two schemes differ, part by part in the words of the field: plain data for people and programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from service.domain.scheme import Scheme
from service.domain.scheme_words import field_text

_LISTS = frozenset(
    {"tracks", "indicators", "corrections", "bonuses", "deductions", "adjustments"}
    | {"outside", "industry_groups", "rules", "unless"}
)
"""Fields whose members have codes: members are compared by code, and their order apart."""

_EVIDENCE = frozenset({"verified", "source", "unverified"})
_ORDER = ".order"
_AND = ", "


class PartKey(NamedTuple):
    """A part of a scheme: of which track, which kind of part, and its code.

    ``indicators`` of a track, ``outside`` of the scheme, ``low_efficiency.rules`` of a flag; ``track`` is
    empty for what belongs to the whole scheme, and ``code`` for what is there once.
    """

    track: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs, by its path in the part (``benchmark.value``), and both values as text.

    A value of None is one that is not stated.
    """

    field: str
    en: str
    zh: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class PartDifference:
    """A part that was added, removed or changed, with its title in both languages."""

    part: PartKey
    change: Literal["added", "removed", "changed"]
    en: str
    zh: str
    fields: tuple[Change, ...]


def scheme_differences(old: Scheme, new: Scheme) -> list[PartDifference]:
    """Return every part that differs, track by track in the order of the new scheme; empty when equal."""
    before, after = _parts(old), _parts(new)
    found: list[PartDifference] = []
    for key in [*after, *(key for key in before if key not in after)]:
        fields = tuple(_changes(before.get(key, {}), after.get(key, {})))
        if fields:
            change = "added" if key not in before else "removed" if key not in after else "changed"
            title = after.get(key) or before[key]
            english, chinese = (title.get(f"title.{language}") or "" for language in ("en", "zh"))
            found.append(PartDifference(key, change, english, chinese, fields))  # type: ignore[arg-type]
    tracks = [key.track for key in (*after, *before)]
    return sorted(found, key=lambda each: tracks.index(each.part.track))


Fields = dict[str, str | None]


def _changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Iterator[Change]:
    """What is to be done comes first, what is known about it last."""
    both = [*after, *(field for field in before if field not in after)]
    for field in sorted(both, key=lambda field: field.rpartition(".")[2] in _EVIDENCE):
        old, new = before.get(field), after.get(field)
        if field.endswith(_ORDER):
            old, new = _in_common(old, new), _in_common(new, old)
        if old != new:
            yield Change(field, *field_text(field), old, new)


def _in_common(codes: str | None, others: str | None) -> str | None:
    """The codes that both have: what was added or removed is a part of its own, and moves nobody."""
    known = (others or "").split(_AND)
    return _AND.join(code for code in (codes or "").split(_AND) if code in known) or None


def _parts(scheme: Scheme) -> dict[PartKey, Fields]:
    parts: dict[PartKey, Fields] = {}
    _collect(scheme.model_dump(mode="json"), PartKey("", "scheme", ""), "", parts)
    return parts


def _collect(value: Mapping[str, Any], key: PartKey, path: str, parts: dict[PartKey, Fields]) -> None:
    """Put the fields of a part under its key, and the parts in it under keys of their own."""
    own = parts.setdefault(key, {})
    for name, member in value.items():
        where = f"{path}.{name}".lstrip(".")
        if name in _LISTS:
            own[where + _ORDER] = _AND.join(each["code"] for each in member)
            for each in member:
                _collect(each, _inside(key, where, each["code"]), "", parts)
        elif isinstance(member, dict) and name != "unverified":
            _collect(member, key, where, parts)
        elif name != "code":  # the key has it
            own[where] = _text(member)


def _inside(key: PartKey, where: str, code: str) -> PartKey:
    return PartKey(code, "track", "") if where == "tracks" else PartKey(key.track, where, code)


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case {}:
            return "; ".join(f"{name}: {why}" for name, why in sorted(value.items())) or None
        case [{"grade": _}, *_]:
            return ", ".join(
                " ".join(str(part) for part in cut.values() if part is not None) for cut in value
            )
        case list():
            return ", ".join(str(each) for each in value) or None
    return str(value) or None
