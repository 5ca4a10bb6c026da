"""Periods (所属期) as files write them: a year ``2023``, a quarter ``2023Q3``, or a month ``2023-07``."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, Protocol

from service.errors import InvalidMapping

_YEAR = r"((?:19|20)[0-9]{2})"
_ORDINAL = {"一": 1, "二": 2, "三": 3, "四": 4}
_FORMS = (
    re.compile(rf"{_YEAR}(?:\.0+|年度?)?"),
    re.compile(rf"{_YEAR}(?:年度?|-)?(?:Q|第?([1-4一二三四])季度?)([1-4])?", re.IGNORECASE),
    re.compile(rf"{_YEAR}(?:年([0-9]{{1,2}})月份?|[-/]([0-9]{{1,2}})|(0[1-9]|1[0-2])(?:\.0+)?)"),
)
_DAY = re.compile(
    rf"{_YEAR}(?:年[0-9]{{1,2}}月[0-9]{{1,2}}日|([-/.])[0-9]{{1,2}}\2[0-9]{{1,2}})|(?<![0-9]){_YEAR}[01][0-9][0-3][0-9](?![0-9])"
)
_WHOLE_YEAR = re.compile(r"年(?:0?1月?[-~至到]12月|全年)")
_PART = re.compile(r"年(?:[0-9]{1,2}月?[-~至到][0-9]{1,2}月|[上下]半年|前)")
_WITHIN = re.compile(
    rf"(?<![0-9]){_YEAR}(?:(?:年度?|-)?Q[1-4]|年度?第?[1-4一二三四]季度?|年[0-9]{{1,2}}月|-[0-9]{{1,2}}|(?:0[1-9]|1[0-2])|年度?)?(?![0-9])",
    re.IGNORECASE,
)


class Said(Protocol):
    """What a file says of itself: a header of `service.feeds.header`."""

    place: str
    titles: list[str]
    sheet: str
    file_name: str


def read_period(text: str) -> str | None:
    """Return the period that a whole text is, None when it is none or may be read in two ways."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    year, quarter, month = (form.fullmatch(plain) for form in _FORMS)
    if year:
        return year[1]
    if quarter and (quarter[2] is None) != (quarter[3] is None):
        said = quarter[2] or quarter[3]
        return f"{quarter[1]}Q{_ORDINAL.get(said, said)}"
    if month:
        of_year = int(month[2] or month[3] or month[4])
        return f"{month[1]}-{of_year:02d}" if 1 <= of_year <= 12 else None
    return None


def periods_in(texts: Iterable[str]) -> set[str]:
    """Return the periods that titles or names speak of; days (填报日期) are none.

    A span that is no year, quarter or month, such as 2023年1-6月, comes back as it is written.
    """
    found: set[str] = set()
    for text in texts:
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        plain = _WHOLE_YEAR.sub("年", _DAY.sub(" ", plain))
        if _PART.search(plain):
            found.add(plain)
            continue
        found.update(period for match in _WITHIN.finditer(plain) if (period := read_period(match[0])))
    return found


def one_period(header: Said, where: Literal["title", "file_name", "sheet"], field: str) -> str:
    """Return the one period that the title, the file's name or the sheet's name speaks of.

    Raises `InvalidMapping` when they speak of none, of several, or of a part of a year that is none.
    """
    found = periods_in(_texts(header, where))
    if len(found) == 1 and (period := read_period(next(iter(found)))) is not None:
        return period
    said = f"speaks of {', '.join(sorted(found))[:100]}" if found else "speaks of no period"
    raise InvalidMapping(
        f"{field}: the {where.replace('_', ' ')} {said}; exactly one year, quarter or month is needed.",
        "标题、文件名或工作表名中没有唯一的所属期。",
        place=header.place,
        action="Give it in the mapping: `period: {constant: 2023}`. 请在映射中写明所属期。",
    )


def speaks_of_period(header: Said, where: Literal["title", "file_name", "sheet"]) -> bool:
    """Tell whether the title, the file's name or the sheet's name speaks of any period, be it of several."""
    return bool(periods_in(_texts(header, where)))


def _texts(header: Said, where: Literal["title", "file_name", "sheet"]) -> list[str]:
    return {"title": header.titles, "file_name": [header.file_name], "sheet": [header.sheet]}[where]
