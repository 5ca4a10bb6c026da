"""Units as files name them: in brackets of a header, in a title above, beside a number."""

import re
import unicodedata
from functools import cache

from service.domain.units import Metric
from service.feeds.mappings.fields import Field
from service.reference.tables import unit_table, unit_words

_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_IN_TITLE = re.compile(r"单位\s*[:：]?\s*([^\s)\]】。]+)")
_SEPARATORS = re.compile(r"[,、;，；]")
_SHARES = {"%": "%", "1": "1", "百分比": "%", "百分数": "%"}


def unit_named(said: str, target: Field | Metric) -> str | None:
    """Return the symbol of the unit that a file calls ``said`` where it counts ``target``; None if unknown.

    The same word may be several units, 万立方米 of gas or of water: what is counted tells which.
    """
    if isinstance(target, Field) and target.kind == "share":
        return _SHARES.get(_plain(said))
    quantity = target.quantity if isinstance(target, Metric) else target.kind
    found = _by_name(quantity).get(_plain(said))
    if found is None and isinstance(target, Metric) and target.energy_basis:
        carriers = {carrier for carrier, basis in unit_table().energy_factors if basis == target.energy_basis}
        others = {symbol for carrier in carriers if (symbol := _by_name(carrier).get(_plain(said)))}
        # a cubic metre that several carriers are measured in does not say which it is
        found = others.pop() if len(others) == 1 else None
    return found


def units_in_header(name: str, target: Field | Metric) -> set[str]:
    """Return the units of ``target`` that a column's name gives in brackets, as in ``用地面积（亩）``."""
    inside = _BRACKETS.findall(unicodedata.normalize("NFKC", name))
    return _among([word.strip().removeprefix("单位").lstrip(":") for word in inside], target)


def units_in_titles(titles: list[str], target: Field | Metric) -> set[str]:
    """Return the units of ``target`` that rows above the table give, as in ``单位：万元``."""
    texts = [unicodedata.normalize("NFKC", title) for title in titles]
    return _among([word for title in texts for word in _IN_TITLE.findall(title)], target)


def without_units(name: str) -> str:
    """Return a column's name without the brackets that hold a unit, of whatever."""
    half = unicodedata.normalize("NFKC", name)

    def dropped(match: re.Match[str]) -> str:
        words = _SEPARATORS.split(match[1].strip().removeprefix("单位").lstrip(":"))
        return "" if all(_plain(word) in _any_name() for word in words) else match[0]

    return _BRACKETS.sub(dropped, half)


def _among(phrases: list[str], target: Field | Metric) -> set[str]:
    words = [*phrases, *(word for phrase in phrases for word in _SEPARATORS.split(phrase))]
    return {symbol for word in words if (symbol := unit_named(word, target)) is not None}


@cache
def _by_name(quantity: str) -> dict[str, str]:
    """Return every name of the units of a quantity → symbol."""
    names: dict[str, str] = {}
    for symbol, unit in unit_table().units.items():
        if unit.quantity == quantity:
            names[_plain(symbol)] = symbol
            names.setdefault(_plain(symbol.split("_")[0]), symbol)
    for word, symbol in unit_words().items():
        if (known := names.get(_plain(symbol))) is not None:
            names.setdefault(_plain(word), known)
    return names


@cache
def _any_name() -> frozenset[str]:
    quantities = {unit.quantity for unit in unit_table().units.values()}
    return frozenset(name for quantity in quantities for name in _by_name(quantity)) | {"%"}


def _plain(text: str) -> str:
    """Return a unit's name as it is compared; case tells none of ours apart."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
