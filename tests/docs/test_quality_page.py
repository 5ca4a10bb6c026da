"""The page on quality lists the checks as they are."""

import re
from pathlib import Path

from service.access.policy import FINDINGS
from service.quality.telling import as_text, rules_told
from service.reference.quality import quality_rules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"


def rows() -> list[str]:
    """Return the rows of the table as they should be."""
    rules = quality_rules()
    return [
        f"| `{each['code']}` | {each['severity']} | {each['title']['zh']} | {each['title']['en']} "
        f"| {_tolerance(each)} | {'everybody' if FINDINGS[each['code']] == 'public' else 'analysts'} |"
        for each in rules_told(rules, rules.checks)
    ]


def _tolerance(each: dict[str, object]) -> str:
    told = as_text(each["tolerance"])  # type: ignore[arg-type]
    return told or "–"


def test_every_code_stands_on_the_page_as_it_is() -> None:
    """Code, severity, both titles, tolerance and who sees it; nothing is missing, and nothing is made up."""
    told = re.findall(r"^\| `\w+` \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == rows()
