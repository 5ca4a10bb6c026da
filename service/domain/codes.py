"""Identifiers: the unified social credit code (USCC 统一社会信用代码) and the parcel code (宗地代码)."""

import re
import unicodedata

from stdnum.cn import uscc as _uscc
from stdnum.exceptions import InvalidChecksum, ValidationError


class InvalidCode(ValueError):
    """A code that cannot be right; ``reason`` is the stable reason code for a held row."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def normalise_uscc(text: str) -> str:
    """Return the 18-character USCC (GB 32100-2015) in upper case and half width, check digit verified.

    Raises `InvalidCode` with reason ``uscc_check_digit`` or ``uscc_malformed``.
    """
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    try:
        return str(_uscc.validate(code))
    except InvalidChecksum:
        raise InvalidCode("uscc_check_digit", f"The check digit of {code!r} is wrong.") from None
    except ValidationError:
        raise InvalidCode("uscc_malformed", f"{code!r} is not an 18-character USCC.") from None


def normalise_parcel_code(text: str) -> str:
    """Return a parcel code in upper case and half width, without blanks and without a float's ``.0``.

    National codes have 19 characters (28 with the real-estate unit), yet older registers and other
    countries use their own; any code of 1 to 32 letters, digits, ``-``, ``_`` or ``.`` is kept as it is.
    Raises `InvalidCode` with reason ``parcel_code_missing`` or ``parcel_code_malformed``.
    """
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    code = re.sub(r"(?<=^\d)(\d*)\.0+$", r"\1", code)
    if not code:
        raise InvalidCode("parcel_code_missing", "The parcel code is empty.")
    if len(code) > 32 or not re.fullmatch(r"[A-Z0-9._\-]+", code):
        raise InvalidCode("parcel_code_malformed", f"{code[:40]!r} is not a parcel code.")
    return code


_UNIT = re.compile(r"([0-9]{6}[0-9]{3}[0-9]{3}[GJZ][ABSXCDEFHLNWY][0-9]{5})[FLQW][0-9]{8}")


def parcel_of_unit(code: str) -> str:
    """Return the parcel of a real-estate unit (不动产单元, GB/T 37346-2019): the first 19 of 28 characters.

    Any other code is returned as it is.
    """
    unit = _UNIT.fullmatch(code)
    return unit[1] if unit else code
