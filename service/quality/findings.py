"""A finding (疑点): what does not agree, by how much, and where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from service.domain.quality import SEVERITIES, Amount, Rules
from service.quality.tables import Outlines


class Subject(NamedTuple):
    """What a finding speaks of: a parcel, enterprise, meter or building, by its code."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; ``geometry`` is the place in EPSG:4490: an overlap, a gap, a part, a parcel."""

    code: str
    subject: Subject
    measured: Mapping[str, Amount] = field(default_factory=dict)
    other: Subject | None = None
    metric: str | None = None
    period: str | None = None
    geometry: Any = None

    def sentence(self, rules: Rules) -> tuple[str, str]:
        """Return the finding as an English and a Chinese sentence."""
        named = {
            "subject": self.subject.code,
            "other": self.other.code if self.other else "–",
            "metric": self.metric or "–",
            "period": self.period or "–",
            **self.measured,
        }
        both = rules.checks[self.code].sentence
        return both.en.format_map(named), both.zh.format_map(named)


def in_order(found: Sequence[Finding], rules: Rules) -> list[Finding]:
    """Return findings the gravest first, then by code and subject: the order of input rows is nothing."""

    def key(each: Finding) -> tuple[Any, ...]:
        rule = rules.checks[each.code]
        told = sorted((name, str(value)) for name, value in each.measured.items())
        other = each.other or ("", "")
        severity = SEVERITIES.index(rule.severity)
        return (severity, each.code, each.subject, other, each.metric or "", each.period or "", told)

    return sorted(found, key=key)


def of_rows(
    code: str,
    rows: pl.DataFrame,
    measured: Sequence[str] = (),
    *,
    kind: str = "parcel",
    subject: str = "parcel_code",
    other: tuple[str, str] | None = None,
    metric: str | None = None,
    period: str | None = None,
    outlines: Outlines | None = None,
    place: str = "parcel_code",
) -> Iterator[Finding]:
    """Yield a finding per row.

    :param measured: columns that were measured; what is null is left out
    :param other: kind and column of the other subject
    :param metric: the column with the metric
    :param outlines: where to take the geometry from, by the column ``place``
    """
    for row in rows.iter_rows(named=True):
        second = row[other[1]] if other else None
        yield Finding(
            code,
            Subject(kind, row[subject]),
            {name: row[name] for name in measured if row[name] is not None},
            Subject(other[0], second) if other and second is not None else None,
            row[metric] if metric else None,
            period,
            outlines.get(row[place]) if outlines is not None and row[place] is not None else None,
        )
