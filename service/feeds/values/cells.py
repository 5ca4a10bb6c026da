"""Single cells: text as received becomes a value, or a `Held` that says why not. Nothing is guessed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from service.domain.codes import InvalidCode, normalise_parcel_code, normalise_uscc
from service.feeds.mappings.words import WORDS
from service.feeds.values.periods import read_period

EMPTY_MARKS = frozenset(
    {"", ",", "、", "。", "无", "暂无", "未纳入统计", "未纳统", "不适用", "#", "null", "NULL", "N/A", "n/a"}
)
"""What people type for nothing, in half width; any run of `_DRAWN` counts too."""

_DRAWN = "*/\\-—–―_.…·"

SPREADSHEET_ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
_TEXT_LIMIT = 1000
_LARGEST_COUNT = 2**31
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+", re.ASCII)
_FLOAT_CODE = re.compile(r"(\d+)\.0+", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?|\.0)?",
    re.ASCII,
)
_USCC = re.compile(r"[0-9]{8}[0-9A-HJ-NP-RTUWXY]{10}")
_WORTH = [
    {sign: value * pow(3, position, 31) for value, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
    for position in range(17)
]
_WORTH.append(_WORTH[0])  # GB 32100-2015: weights 3^i mod 31, then the check digit itself
_TRUE = frozenset({"是", "true", "yes", "y", "1", "√", "有", "规上", "规模以上", "1.0"})
_FALSE = frozenset({"否", "false", "no", "n", "0", "×", "规下", "规模以下", "0.0"})


class Held(Exception):
    """A cell that cannot be used: the stable reason code and a sentence with the text that was found."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def is_empty(text: str, marks: frozenset[str] = EMPTY_MARKS) -> bool:
    """Tell whether the text stands for nothing: blank, ``/``, ``—``, ``****``, ``，``, ``无`` …"""
    if not text:
        return True
    plain = half_width(text)
    return plain in marks or not plain.strip(_DRAWN)


def half_width(text: str) -> str:
    """Return the text in half width (NFKC) without blanks around it."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def looks_usual(text: str) -> bool:
    """Tell whether a text is written as nearly all plain numbers and USCC are."""
    return bool(_NUMBER.fullmatch(text) or _USCC.fullmatch(text))


def refuse_errors(text: str) -> None:
    """Raise `Held` for a spreadsheet's error value, or a formula saved without its result."""
    if text.startswith("#") and text.strip().upper() in SPREADSHEET_ERRORS:
        raise Held("cell_error", f"The cell holds {text.strip()}.")
    if text.startswith("=") and len(text) > 1:
        raise Held("formula_without_value", f"The cell holds the formula {_short(text)} without a result.")


def number(text: str) -> Decimal:
    """Read a number: full-width digits and thousands separators are fine, anything ambiguous is held."""
    plain = half_width(text)
    if _NUMBER.fullmatch(plain):
        pass
    elif _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _NOT_FINITE.fullmatch(plain):
        raise Held("number_not_finite", f"{_short(text)} is not a finite number.")
    else:
        raise Held("number_unreadable", f"{_short(text)} is not a number that reads only one way.")
    amount = Decimal(plain) if len(plain) <= 60 else None
    if amount is None or amount.adjusted() > 30:
        raise Held("number_out_of_range", f"{_short(text)} is larger than can be kept exactly.")
    return amount


def text_value(text: str) -> str:
    """Return free text without blanks around it; control characters and novels are held."""
    plain = text.strip()
    if len(plain) > _TEXT_LIMIT or not plain.isprintable():
        cleaned = re.sub(r"[\t\r\n\u3000\xa0]+", " ", plain)
        if len(plain) > _TEXT_LIMIT or not cleaned.isprintable():
            raise Held("text_unusable", f"{_short(text)} holds control characters or is too long.")
        return cleaned
    return plain


def code(text: str) -> str:
    """Return a short code in half width; a code saved as a float loses its ``.0``."""
    plain = text_value(half_width(text))
    _refuse_rounded(plain)
    whole = _FLOAT_CODE.fullmatch(plain)
    return whole[1] if whole else plain


def parcel_code(text: str) -> str:
    """Return a normalised parcel code (宗地代码)."""
    return _identifier(normalise_parcel_code, text)


def uscc(text: str) -> str:
    """Return a checked unified social credit code (统一社会信用代码)."""
    # nearly all are written as they should be: those are recognised here, ten times faster
    if _USCC.fullmatch(text) and not sum(worth[sign] for worth, sign in zip(_WORTH, text, strict=True)) % 31:
        return text
    return _identifier(normalise_uscc, text)


def _identifier(normalise: Callable[[str], str], text: str) -> str:
    _refuse_rounded(half_width(text))
    try:
        return normalise(text)
    except InvalidCode as error:
        raise Held(error.reason, str(error)) from None


def _refuse_rounded(plain: str) -> None:
    # spreadsheets keep 15 digits of a number: a longer code typed as one is no longer what it was
    if _SCIENTIFIC.fullmatch(plain):
        raise Held("code_precision_lost", f"{plain} is a long code that was stored as a rounded number.")


def day(text: str) -> date:
    """Read a calendar day written year first, or eight digits; any other order is held."""
    match = _DATE.fullmatch(half_width(text))
    if match:
        year, month, of_month = (int(part) for part in match.groups() if part is not None)
        try:
            found = date(year, month, of_month)
        except ValueError:
            found = None
        if found is not None and 1900 <= year <= 2200:
            return found
    raise Held("date_unreadable", f"{_short(text)} is not a date written year, month, day.")


def period(text: str) -> str:
    """Read a year as ``2023``, a quarter as ``2023Q3``, a month as ``2023-07``."""
    found = read_period(text)
    if found is None:
        raise Held("period_unreadable", f"{_short(text)} is neither a year, a quarter nor a month.")
    return found


def boolean(text: str) -> bool:
    """Read 是/否, 规上/规下, yes/no, true/false, 1/0."""
    plain = half_width(text).lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise Held("boolean_unreadable", f"{_short(text)} is neither yes nor no.")


def count(text: str) -> int:
    """Read a whole number that is not negative; one saved as a float is fine."""
    amount = number(text)
    if amount != amount.to_integral_value():
        raise Held("number_not_whole", f"{_short(text)} is not a whole number.")
    if amount < 0:
        raise Held("number_negative", f"{_short(text)} is below zero.")
    if amount >= _LARGEST_COUNT:
        raise Held("number_out_of_range", f"{_short(text)} is larger than can be kept.")
    return int(amount)


def word(kind: str, text: str) -> str:
    """Read one of the words of a kind (`service.feeds.mappings.fields.WORDS`), as surveys write it."""
    found = WORDS[kind].get(half_width(text).lower())
    if found is None:
        reason = "role_unknown" if kind == "role" else "word_unknown"
        raise Held(reason, f"{_short(text)} is none of {', '.join(WORDS[kind])}.")
    return found


READERS: dict[str, Callable[[str], Any]] = {
    "text": text_value,
    "code": code,
    "parcel_code": parcel_code,
    "uscc": uscc,
    "date": day,
    "period": period,
    "boolean": boolean,
    "count": count,
    **{kind: partial(word, kind) for kind in WORDS},
}
"""How each kind of field without a unit reads its text."""


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
