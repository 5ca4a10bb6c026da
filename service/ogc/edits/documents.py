"""The documents of edits: a GeoJSON feature, or a merge patch of one, become what is said of a parcel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from service.domain.hand_overs import Feed
from service.errors import InvalidParameter, Unprocessable
from service.features.crs import Crs
from service.features.outlines import Outline
from service.features.table import Property
from service.feeds.mappings.fields import FIELDS
from service.jobs.editing import Said
from service.ogc.edits.geometry import read_geometry

ID = "code"
"""The property that is also the identifier of a feature."""

_MEMBERS = frozenset({"type", "id", "geometry", "properties"})
_OURS = frozenset({"links", "bbox", "timeStamp"})
"""What the service itself writes beside them, and whoever sends a feature back may leave in."""
_PLACING = frozenset({"crs", "coordRefSys", "place"})
"""Members of other dialects that say where a feature lies: never passed over."""
Handling = Literal["strict", "lenient"] | None

_TYPES: Mapping[str, tuple[tuple[type, ...], str, str]] = {
    "string": ((str,), "text", "文本"),
    "number": ((int, float), "a number", "数值"),
    "integer": ((int,), "a whole number", "整数"),
    "boolean": ((bool,), "true or false", "布尔值"),
}


def is_writable(name: str) -> bool:
    """Tell whether a property of a parcel can be said; the others are worked out."""
    return name in FIELDS[Feed.PARCELS]


@dataclass
class Reader:
    """Reads documents for somebody who sees these properties, in this coordinate system.

    By default what is not known is refused; null says nothing there. A lenient one passes over it and notes
    it in ``ignored``. Whoever reads a feature and sends it back sends what is worked out, too: in a
    replacement that is passed over, unless strictness is asked for.
    """

    properties: Sequence[Property]
    crs: Crs
    handling: Handling = None
    ignored: list[str] = field(default_factory=list)

    def created(self, body: bytes) -> Said:
        """Return what a feature says that is to be created; raises `InputError`."""
        feature = self._feature(body)
        given = self._properties(feature)
        identifier = self._identifier(feature)
        code = given.get(ID) or identifier
        if not code:
            raise Unprocessable(
                "A parcel has a code, in its properties or as id.",
                "缺少宗地代码。",
                code="parcel_code_missing",
                place=f"/properties/{ID}",
            )
        _refuse_other(identifier, code, "/id")
        return self._said({**given, ID: code}, feature, body)

    def replaced(self, body: bytes, code: str) -> Said:
        """Return what a feature says that takes the place of another: what it leaves out is unset."""
        feature = self._feature(body)
        given = self._properties(feature, replacing=True)
        _refuse_other(self._identifier(feature), code, "/id")
        _refuse_other(given.pop(ID, None) or None, code, f"/properties/{ID}")
        everything = {item.name: "" for item in self.properties if is_writable(item.name) and item.name != ID}
        return self._said(everything | given, feature, body)

    def patched(self, body: bytes, code: str) -> Said:
        """Return what a merge patch of the feature changes: properties stand under ``properties``."""
        patch = _object(_parsed(body), "")
        if "type" in patch:
            _require_feature(patch)
        self._members(patch)
        if patch.get("properties", {}) is None:
            raise _nothing_left("properties", "District and code cannot be unset.", "区域和代码不能清空。")
        given = self._properties(patch)
        for place, said in (("/id", self._identifier(patch)), (f"/properties/{ID}", given.pop(ID, None))):
            _refuse_other(said, code, place)
        if "geometry" not in patch:
            return Said(given, None, body, tuple(self.ignored))
        return self._said(given, patch, body)

    def _feature(self, body: bytes) -> dict[str, Any]:
        feature = _object(_parsed(body), "")
        _require_feature(feature)
        self._members(feature)
        return feature

    def _said(self, cells: dict[str, str], feature: dict[str, Any], body: bytes) -> Said:
        geometry = feature.get("geometry")
        if geometry is None:
            raise _nothing_left("geometry", "A parcel has an outline.", "宗地须有图形。", "geometry_missing")
        outline = Outline(read_geometry(geometry, "/geometry"), self.crs)
        return Said(cells, outline, body, tuple(self.ignored))

    def _members(self, feature: Mapping[str, Any]) -> None:
        for name, value in feature.items():
            if name in _MEMBERS or name in _OURS or value is None:
                continue
            if name in _PLACING:
                raise InvalidParameter(
                    f"{name} is not read; coordinates are in the system that the header Content-Crs names.",
                    f"不支持成员 {name}，坐标系请用 Content-Crs 请求头指明。",
                    place=_pointer(name),
                    action="Leave it out, and send Content-Crs. 请去掉该成员。",
                )
            self._pass_over(
                _pointer(name), "unknown-property", f"A feature has no member {name[:80]!r} here."
            )

    def _properties(self, feature: Mapping[str, Any], *, replacing: bool = False) -> dict[str, str]:
        """Return texts by field; null and an empty text unset a field."""
        known = {item.name: item for item in self.properties}
        cells: dict[str, str] = {}
        properties = feature.get("properties")
        for name, value in _object({} if properties is None else properties, "/properties").items():
            place = _pointer("properties", name)
            if name in known and is_writable(name):
                cells[name] = _text(known[name], value, place)
            elif value is None:
                continue
            elif name in known and replacing and self.handling is None:
                self.ignored.append(place)
            elif name in known:
                detail = f"{name} is worked out from the outline and cannot be set."
                self._pass_over(place, "read-only-property", detail)
            else:
                self._pass_over(place, "unknown-property", f"A parcel has no property {name[:80]!r}.")
        return cells

    def _identifier(self, feature: Mapping[str, Any]) -> str | None:
        value = feature.get("id")
        if value is not None and type(value) not in (str, int):
            raise InvalidParameter("An id is text.", "id 应为文本。", place="/id")
        return None if value is None else str(value)

    def _pass_over(self, place: str, code: str, detail: str) -> None:
        if self.handling != "lenient":
            raise InvalidParameter(
                detail,
                "没有该属性，或该属性不能修改。",
                code=code,
                place=place,
                action="Leave it out, or send Prefer: handling=lenient. 请去掉该项。",
            )
        self.ignored.append(place)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidParameter(
            f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            "请求内容不是有效的 JSON。",
            place="/",
            action="Send UTF-8; JSON has no NaN and no Infinity. 请发送 UTF-8 编码的 JSON。",
        ) from None


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParameter("An object is expected here.", "此处应为对象。", place=place or "/")
    return value


def _require_feature(document: Mapping[str, Any]) -> None:
    if document.get("type") != "Feature":
        raise InvalidParameter(
            "One GeoJSON feature is taken at a time.",
            "每次只接受一个 GeoJSON 要素。",
            place="/type",
            action='Send an object of "type": "Feature"; for many, hand a file over. 批量请交付文件。',
        )


def _text(item: Property, value: Any, place: str) -> str:
    if value is None:
        return ""
    types, english, chinese = _TYPES[item.type]
    if type(value) not in types:
        raise InvalidParameter(f"{item.name} takes {english}.", f"{item.title}应为{chinese}。", place=place)
    return str(value)


def _refuse_other(said: str | None, code: str, place: str) -> None:
    if said is not None and said != code:
        raise InvalidParameter(
            f"This is {code[:40]}, and a parcel keeps its code.",
            "宗地代码不能更改，或与请求不一致。",
            place=place,
            action="Hand over what became of a code as the feed successions. 代码变更请通过宗地沿革交付。",
        )


def _nothing_left(name: str, detail: str, detail_zh: str, code: str | None = None) -> Unprocessable:
    return Unprocessable(detail, detail_zh, code=code, place=f"/{name}")


def _pointer(*parts: str) -> str:
    return "".join("/" + part[:80].replace("~", "~0").replace("/", "~1") for part in parts)
