"""Renders an explanation with the templates beside this module; nothing is calculated here."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.reference.styles import colours_as_css
from service.sheet.words import WORDS

Explanation = Mapping[str, Any]

_SHEET = files("service.sheet").joinpath("templates", "sheet.css").read_text(encoding="utf-8")
_STYLE = colours_as_css() + _SHEET
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads nothing and runs nothing; its one style is known by its hash."""

_THOUSANDS = re.compile(r"(?<![\d.])\d{4,}(?=\.\d|\D|$)")


def render(explanation: Explanation) -> str:
    """Return the page of an explanation; without ``calculation`` it says that figures are withheld.

    :param explanation: `service.jobs.explaining.explanation`, masked for whoever reads the page
    """
    calculation = explanation.get("calculation")
    numbered = _numbered(calculation["source_rows"] if calculation else [])
    return (
        _environment()
        .get_template("sheet.html")
        .render(
            **{**explanation, "calculation": calculation},
            style=Markup(_STYLE),  # noqa: S704 - a file of ours
            numbers={row["id"]: number for number, row in numbered},
            sources=numbered,
            by_code={each["code"]: each for each in calculation["indicators"]} if calculation else {},
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.sheet"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"grouped": grouped, "day": day, "plain": plain, "group_of": group_of}
    environment.globals |= {"words": WORDS}
    return environment


def _numbered(rows: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Source rows by file and row, with the number by which the page refers to each."""
    ordered = sorted(rows, key=lambda row: (row["batch_id"], row["sheet"], row["row"]))
    return list(enumerate(ordered, 1))


def grouped(text: object) -> str:
    """Return a text with thousands separators in its numbers; nothing becomes a dash."""
    if text is None:
        return "–"
    return _THOUSANDS.sub(lambda found: f"{int(found[0]):,}", str(text))


def day(moment: date | datetime | str | None) -> str:
    """Return a date, or the day and minute (UTC) of a moment."""
    if moment is None:
        return "–"
    if isinstance(moment, str):
        return moment
    return f"{moment:%Y-%m-%d %H:%M} UTC" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"


def group_of(label: str | None, track: Mapping[str, str]) -> str:
    """Return what a group is called, with the title of its track instead of the code."""
    if label is None:
        return "–"
    code, separator, rest = label.partition(" · ")
    return f"{track['zh'] if code == track['code'] else code}{separator}{rest}"


def plain(value: object) -> str:
    """Return a value that a rule reads: a truth in both languages, a number without needless digits."""
    match value:
        case None:
            return "–"
        case bool():
            return "是 yes" if value else "否 no"
        case float():
            return grouped(f"{value:.6f}".rstrip("0").rstrip("."))
    return grouped(value)
