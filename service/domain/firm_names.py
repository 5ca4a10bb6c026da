"""Names of enterprises (企业名称) as they are compared.

A name is place + mark + trade + legal form (企业名称登记管理规定): 宁波市 + 恒禾 + 机械 + 有限公司.
The rules are dated data: ``service/reference/firm_names.yaml``.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_BRACKETS = str.maketrans("[]{}〔〕【】〈〉《》「」『』", "()()()()()()()()")
_REMARK = re.compile(r"\(([^()]*)\)")
_NO_SIGN = re.compile(r"[^0-9A-Z\u3400-\u9fff\U00020000-\U0003ffff]")
_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_ROUNDS = 8


@dataclass(frozen=True)
class NameRules:
    """What is levelled when names are compared."""

    legal_forms: Mapping[str, str]
    former: tuple[str, ...]
    remarks: frozenset[str]
    traditional: Mapping[int, str]
    forms: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        longest_first = sorted(self.legal_forms.items(), key=lambda form: (-len(form[0]), form[0]))
        object.__setattr__(self, "forms", tuple(longest_first))


def normal_name(text: str, rules: NameRules) -> str:
    """Return a name as it is compared: two writings of one name give the same, two firms do not.

    Width, case, blanks, punctuation and brackets go, traditional characters become simplified ones, forms of
    words for one legal form become one; remarks in brackets (注销, 原…) are left out. Empty when no letter,
    digit or character remains. Normalising twice changes nothing.
    """
    if _PLAIN.fullmatch(text):  # nearly all names: no width, case, brackets or signs to mend
        name = text
    else:
        name = _without_remarks(_level(text), rules)
        name = _NO_SIGN.sub("", name)
    for _ in range(_ROUNDS):
        once = _with_forms(name.translate(rules.traditional), rules)
        if once == name:
            break
        name = once
    return name


def former_names(text: str, rules: NameRules) -> tuple[str, ...]:
    """Return the names that a remark says the firm bore before, normalised: 甲有限公司（原乙有限公司）."""
    found = []
    for remark in _REMARK.findall(_level(text)):
        name = _former(_bare(remark).translate(rules.traditional), rules)
        if name and (normal := normal_name(name, rules)):
            found.append(normal)
    return tuple(found)


def _level(text: str) -> str:
    levelled = unicodedata.normalize("NFKC", text).upper()
    return unicodedata.normalize("NFKC", levelled).translate(_BRACKETS)


def _bare(remark: str) -> str:
    return _NO_SIGN.sub("", remark)


def _without_remarks(text: str, rules: NameRules) -> str:
    def kept(match: re.Match[str]) -> str:
        remark = _bare(match[1]).translate(rules.traditional)
        is_said = remark in rules.remarks or _former(remark, rules) is not None
        return "" if is_said else match[1]

    while (shorter := _REMARK.sub(kept, text)) != text:
        text = shorter
    return text


def _former(remark: str, rules: NameRules) -> str | None:
    """The name in a remark on a former one; the remark 原 alone, or a word that only begins so, is none."""
    for word in rules.former:  # the longest first
        if remark.startswith(word) and len(remark) >= len(word) + 4:
            return remark.removeprefix(word)
    return None


def _with_forms(name: str, rules: NameRules) -> str:
    for written, means in rules.forms:
        if written in name:
            name = name.replace(written, means)
    return name
