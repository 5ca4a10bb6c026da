"""Limits as contracts and plans print them: ``≥1.2``, ``2.0<r≤2.8``, ``30%-55%``, ``不大于24米``."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from service.feeds.values.cells import Held, number

_WORDS = (
    (
        re.compile(
            r"(?:大于或?等于|大于或者等于|不得?低于|不得?小于|不得?少于|不应[低小少]于|最低|最小|≮|≧|⩾|>=|=>|≥)"
        ),
        "≥",
    ),
    (
        re.compile(
            r"(?:小于或?等于|小于或者等于|不得?高于|不得?大于|不得?超过|不得?多于|不应[高大]于|不应超过|最高|最大|≯|≦|⩽|<=|=<|≤)"
        ),
        "≤",
    ),
    (re.compile(r"(?:大于|高于|多于|超过|﹥)"), ">"),
    (re.compile(r"(?:小于|低于|少于|不足|﹤)"), "<"),
    (re.compile(r"(?:~|〜|∼|～|—+|–|―|至|到|--)"), "-"),
    (re.compile(r"(?:\(不?含(?:本数)?\)|\(包含\))"), ""),
)
_LONGEST = 100
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_UNIT = r"((?:(?!且|和|与|并)[A-Za-z%/·一-鿿](?:[23](?!\d))?)*)"
_NAME = r"(?:[A-Za-z]{1,4}|容积率|建筑密度|密度|建筑系数|绿地率|绿化率|建筑限高|建筑高度|限高|高度|投资强度)"
_END = rf"([≥≤<>]){_NUMBER}{_UNIT}"
_ONE = re.compile(rf"(?:{_NAME}:?)?{_END}")
_BEHIND = re.compile(rf"(?:{_NAME}:?)?{_NUMBER}{_UNIT}?(及?以上|及?以下|以内|起)")
_AROUND = re.compile(rf"{_NUMBER}{_UNIT}([≥≤<>]){_NAME}{_END}")
_BOTH = re.compile(rf"(?:{_NAME}:?)?{_END}(?:且|并且|和|与|,|;|-)?{_END}")
_RANGE = re.compile(rf"(?:{_NAME}:?)?{_NUMBER}{_UNIT}-{_NUMBER}{_UNIT}")
_PLAIN = re.compile(rf"{_NUMBER}{_UNIT}")
_LOWER, _UPPER = "≥>", "≤<"
_FLIPPED = {"≥": "≤", "≤": "≥", ">": "<", "<": ">"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Both ends as printed, None where open, and the unit's word, empty where none is printed."""

    lower: Decimal | None
    upper: Decimal | None
    unit: str = ""
    plain: bool = False


def read_limits(text: str) -> Limits:
    """Read limits; whether they are strict is not kept. Raises `Held` when they do not read only one way."""
    if len(text) > _LONGEST:
        raise _unreadable(text)
    said = "".join(unicodedata.normalize("NFKC", text).split())
    for pattern, sign in _WORDS:
        said = pattern.sub(sign, said)
    ends: list[tuple[str, str, str]]
    if match := _BEHIND.fullmatch(said):
        ends = [("≥" if match[3].endswith(("上", "起")) else "≤", match[1], match[2])]
    elif match := _PLAIN.fullmatch(said):
        return Limits(number(match[1]), number(match[1]), match[2], plain=True)
    elif match := _ONE.fullmatch(said):
        ends = [(match[1], match[2], match[3])]
    elif match := _AROUND.fullmatch(said):
        ends = [(_FLIPPED[match[3]], match[1], match[2]), (match[4], match[5], match[6])]
    elif match := _BOTH.fullmatch(said):
        ends = [(match[1], match[2], match[3]), (match[4], match[5], match[6])]
    elif match := _RANGE.fullmatch(said):
        ends = [("≥", match[1], match[2]), ("≤", match[3], match[4])]
    else:
        raise _unreadable(text)
    return _limits(text, ends)


def _limits(text: str, ends: list[tuple[str, str, str]]) -> Limits:
    units = {unit for _, _, unit in ends if unit}
    lower = [number(amount) for sign, amount, _ in ends if sign in _LOWER]
    upper = [number(amount) for sign, amount, _ in ends if sign in _UPPER]
    if len(units) > 1 or len(lower) > 1 or len(upper) > 1 or (lower and upper and lower[0] > upper[0]):
        raise _unreadable(text)
    return Limits(lower[0] if lower else None, upper[0] if upper else None, units.pop() if units else "")


def _unreadable(text: str) -> Held:
    return Held("interval_unreadable", f"{text[:40]!r} is not a limit that reads only one way.")
