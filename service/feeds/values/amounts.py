"""Amounts in cells, into minor units: plain ones, those with their unit beside them, and limits.

Every reader takes the text of a cell that is not empty and returns minor units, None where the cell says
nothing of what is asked, or raises `Held`.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from service.domain.units import Metric, UnitError
from service.feeds.mappings.fields import Field
from service.feeds.values.cells import Held, number
from service.feeds.values.limits import read_limits
from service.feeds.values.unit_words import unit_named
from service.feeds.values.units import PERCENT, size, to_minor
from service.reference.tables import currencies

Reader = Callable[[str], int | None]
_AGREE = Decimal("0.01")
"""Two areas of one cell may differ by this much of the first, as 亩 are printed with two decimals."""

_LONGEST = 200
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})([^\d,;()=]+[23]?(?:/[^\d,;()=]+[23]?)?)?")
_AREA = re.compile(r"(\d+(?:\.\d+)?)([^\d\W]+[23]?)")
_AGAIN = re.compile(r"\(.*\)|[,;]?(?:折合?|约|合|即|计)+.*", re.DOTALL)
_SCALES = {"": 1, "千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_CAPITAL = re.compile(r"([^\d(]*)(\d+(?:\.\d+)?)(百万|千万|千|万|亿)?(元)?(.*?)整?")


def kind_of_target(target: Field | Metric) -> str:
    """Return how a cell of a field or metric is read."""
    return target.kind if isinstance(target, Field) else target.quantity


def has_size(target: Field | Metric) -> bool:
    """Whether it is kept in minor units."""
    return isinstance(target, Metric) or target.unit is not None or target.kind == "ratio"


def may_be_negative(target: Field | Metric) -> bool:
    """Whether less than nothing makes sense: profits do."""
    return isinstance(target, Metric) and target.quantity == "money"


def at_most(target: Field | Metric) -> int | None:
    """Return the most that it can be, in minor units: a share is no more than the whole."""
    return 1_000_000 if kind_of_target(target) == "share" else None


def quantity(target: Field | Metric, unit: str | None) -> Callable[[str], int]:
    """Return the reader of plain numbers in ``unit``."""
    minor = _checked(target, unit)
    percent = unit == PERCENT

    def read(text: str) -> int:
        return minor(number(text.strip().rstrip("%％") if percent else text), text)

    return read


def limit(
    target: Field,
    unit: str | None,
    bound: Literal["lower", "upper"],
    plain: Literal["both", "lower", "upper"],
) -> Reader:
    """Return the reader of one end of printed limits; ``unit`` is that of limits that print none."""

    def read(text: str) -> int | None:
        limits = read_limits(text)
        end = limits.lower if bound == "lower" else limits.upper
        if end is None or (limits.plain and plain not in ("both", bound)):
            return None
        if limits.unit and target.kind == "ratio":
            raise Held("interval_unreadable", f"{text[:40]!r} is not a limit of a ratio.")
        if unit == PERCENT and not limits.unit and 0 < end <= 1:
            # a density of 0.55 in a column of per cents is a share, or else nearly nothing
            raise Held("share_ambiguous", f"{text[:40]!r} may be per cent or a share of one.")
        return _checked(target, _printed_unit(limits.unit, target, unit, text))(end, text)

    return read


def printed(target: Field | Metric) -> Reader:
    """Return the reader of amounts that name their unit: ``41亩``, ``216万元/亩``; areas may do so twice."""
    if isinstance(target, Field) and target.kind == "area":
        return _area(target)
    if isinstance(target, Field) and target.kind == "money":
        return _capital(target)

    def read(text: str) -> int:
        match = _WITH_UNIT.fullmatch(_plain(text))
        if match is None:
            number(text)  # tells what is wrong with it, if it is not the unit
            raise Held("unit_missing", f"{text[:40]!r} names no unit.")
        symbol = _printed_unit(match[2] or "", target, "text", text)
        return _checked(target, symbol)(number(match[1]), text)

    return read


def currency(text: str) -> str | None:
    """Return the ISO 4217 code of a currency, or of the one that an amount of capital names."""
    plain = _plain(text)
    if (known := currencies().get(plain.upper())) is not None:
        return known
    if not re.search(r"\d", plain):
        raise Held("word_unknown", f"{text[:40]!r} is no currency that is known.")
    return _capital_parts(text)[1]


def _checked(target: Field | Metric, unit: str | None) -> Callable[[Decimal, str], int]:
    """Return the conversion of a number, which holds what cannot be."""
    minor = to_minor(size(target, unit))
    negative_is_fine, most = may_be_negative(target), at_most(target)

    def convert(amount: Decimal, text: str) -> int:
        if amount < 0 and not negative_is_fine:
            raise Held("number_negative", f"{text[:40]!r} is below zero.")
        try:
            result = minor(amount)
        except UnitError as error:
            raise Held("number_out_of_range", str(error)) from None
        if most is not None and result > most:
            raise Held("number_out_of_range", f"{text[:40]!r} is more than the whole.")
        return result

    return convert


def _printed_unit(word: str, target: Field | Metric, unit: str | None, text: str) -> str | None:
    if not word:
        if unit == "text":
            raise Held("unit_missing", f"{text[:40]!r} names no unit.")
        return unit
    symbol = unit_named(word, target)
    if symbol is None:
        raise Held("unit_unknown", f"{word[:20]!r} in {text[:40]!r} is no unit of this.")
    return symbol


def _area(target: Field) -> Reader:
    def read(text: str) -> int:
        plain = _plain(text).removeprefix("约")
        match = _WITH_UNIT.match(plain)
        if match is None or not _AGAIN.fullmatch(plain[match.end() :] or "()"):
            raise Held("number_unreadable", f"{text[:40]!r} is not an area.")
        symbol = _printed_unit(match[2] or "", target, "text", text)
        area = _checked(target, symbol)(number(match[1]), text)
        for amount, word in _AREA.findall(plain[match.end() :]):
            other_unit = unit_named(word, target)
            if other_unit is None:
                continue
            other = _checked(target, other_unit)(number(amount), text)
            if abs(other - area) > area * _AGREE:
                raise Held("area_contradicts", f"{text[:40]!r} gives two areas that differ.")
        return area

    return read


def _capital(target: Field) -> Reader:
    minor = _checked(target, "元")

    def read(text: str) -> int:
        amount = _capital_parts(text)[0]
        if amount is None:
            raise Held("unit_missing", f"{text[:40]!r} names neither a unit nor a currency.")
        return minor(amount, text)

    return read


def _capital_parts(text: str) -> tuple[Decimal | None, str | None]:
    """Return an amount of capital and its currency, None where the text leaves them open."""
    plain = re.sub(r"[()（）]", "", _plain(text))
    match = _CAPITAL.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", plain))
    if match is None:
        raise Held("number_unreadable", f"{text[:40]!r} is not an amount of capital.")
    before, digits, scale, yuan, behind = match.groups()
    words = [word.strip(":").removeprefix("万").upper() for word in (before, behind) if word.strip(":")]
    known = {currencies().get(word) for word in words}
    if None in known or len(known) > 1:
        raise Held("unit_unknown", f"{text[:40]!r} names no one currency that is known.")
    code = known.pop() if known else ("CNY" if yuan else None)
    if scale is None and code is None:
        return None, None
    return number(digits) * _SCALES[scale or ""], code


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        raise Held("text_unusable", f"{text[:40]!r} … is too long for an amount.")
    return "".join(unicodedata.normalize("NFKC", text).split())
