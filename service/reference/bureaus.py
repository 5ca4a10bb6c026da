"""Bureaus (部门): who is responsible for a feed or a metric, and when what they handed over is stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

OTHERWISE = "figures"
"""A metric without a line of its own is counted among the figures."""


@dataclass(frozen=True, slots=True)
class Bureau:
    """A department or utility that hands data over; ``short`` is what people in a park call it."""

    code: str
    zh: str
    en: str
    short: str


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Whose it is, and the months after which it is stale."""

    bureau: Bureau
    stale_after: int


@cache
def bureaus() -> Mapping[str, Bureau]:
    """Return the bureaus by their code."""
    return {code: Bureau(code=code, **entry) for code, entry in _document()["bureaus"].items()}


def bureau_of(feed_or_metric: str) -> Bureau:
    """Return who hands over a feed, a part of coverage (``land_area``, ``occupancy`` …) or a metric."""
    return _responsible(feed_or_metric).bureau


def stale_after(feed_or_metric: str) -> int:
    """Return the months after which a hand-over is stale.

    Figures and ratings count from the end of their period, everything else from the day of receipt.
    """
    return _responsible(feed_or_metric).stale_after


def _responsible(name: str) -> Responsibility:
    known = responsibilities()
    return known.get(str(name)) or known[OTHERWISE]


@cache
def responsibilities() -> Mapping[str, Responsibility]:
    """Return whose every feed, part of coverage and metric is."""
    return {
        name: Responsibility(bureaus()[entry["bureau"]], entry["stale_after"])
        for name, entry in _document()["responsible"].items()
    }


@cache
def _document() -> dict[str, Any]:
    text = files("service.reference").joinpath("bureaus.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document
