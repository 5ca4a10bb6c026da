"""Findings as a table of features: a layer that is filtered, paged and drawn like parcels are."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

import numpy as np
import polars as pl
import shapely

from service.domain.quality import SEVERITIES, Rules
from service.features.table import FeatureTable, Property
from service.features.versions import versions_of
from service.quality.findings import Finding
from service.quality.telling import as_text, record

PROPERTIES = (
    Property("code", "string", "Kind of finding 检查代码"),
    Property("severity", "string", "error, warning or note 程度"),
    Property("title_zh", "string", "What is checked, in Chinese 检查"),
    Property("title_en", "string", "What is checked, in English 检查（英文）"),
    Property("sentence_zh", "string", "The finding in Chinese 说明"),
    Property("sentence_en", "string", "The finding in English 说明（英文）"),
    Property("subject_kind", "string", "parcel, enterprise, meter or building 对象"),
    Property("subject_code", "string", "Code of what it speaks of 编码"),
    Property("other_kind", "string", "Kind of the other it speaks of 相关对象"),
    Property("other_code", "string", "Code of the other it speaks of 相关编码"),
    Property("metric", "string", "Metric 指标"),
    Property("period", "string", "Period of the figures 所属期"),
    Property("measured", "string", "Amounts measured, with units 数值"),
    Property("measured_area_m2", "number", "Area measured, m² 面积"),
    Property("measured_share", "number", "Share measured, 0…1 比例"),
    Property("measured_width_m", "number", "Width measured, m 宽度"),
    Property("tolerance", "string", "What may differ, with units 容差"),
)
"""The columns of the table."""

_ID_BITS = 50  # with the severity 52, which every program that reads JSON or tiles takes for a whole number
_TYPES = {"string": pl.String, "number": pl.Float64}


def feature_table(found: Iterable[Finding], rules: Rules) -> FeatureTable:
    """Return findings as features, the gravest first; who has no place has no geometry.

    A finding keeps its id while it speaks of the same: its kind, subjects, metric and period. The id tells no
    code of a firm, as addresses are written down in many places.
    """
    rows = sorted(_numbered(found, rules), key=itemgetter(0))
    told = [record(each, rules) for _, each in rows]
    ids = np.array([number for number, _ in rows], dtype=np.int64)
    keys = [f"{each.code}-{number % 2**_ID_BITS:013x}" for number, each in rows]
    schema = {item.name: _TYPES[item.type] for item in PROPERTIES}
    properties = pl.DataFrame([_properties(each) for each in told], schema=schema)
    wkb = _multipolygons(each.geometry for _, each in rows)
    return FeatureTable.of(ids, keys, versions_of(properties, wkb), wkb, properties)


def _numbered(found: Iterable[Finding], rules: Rules) -> Iterator[tuple[int, Finding]]:
    taken: set[int] = set()
    for each in found:
        subjects = (each.code, each.subject, each.other, each.metric, each.period)
        # several thin parts of one parcel speak of the same
        for turn in itertools.count():
            digest = hashlib.sha256(repr((*subjects, turn)).encode()).digest()
            number = int.from_bytes(digest[:8]) >> (64 - _ID_BITS)
            number |= SEVERITIES.index(rules.checks[each.code].severity) << _ID_BITS
            if number not in taken:
                break
        taken.add(number)
        yield number, each


def _properties(told: dict[str, Any]) -> dict[str, Any]:
    amounts = {f"measured_{each['name']}": each["value"] for each in told["measured"]}
    return {
        **{name: value for name, value in told.items() if not isinstance(value, dict | list)},
        **{
            f"{name}_{tongue}": told[name][tongue]
            for name in ("title", "sentence")
            for tongue in ("zh", "en")
        },
        **{name: as_text(told[name]) for name in ("measured", "tolerance")},
        **{name: float(amounts[name]) for name in _MEASURED if name in amounts},
    }


_TEXTS = ("title", "sentence")
_MEASURED = ("measured_area_m2", "measured_share", "measured_width_m")


def _multipolygons(shapes: Iterable[Any]) -> pl.Series:
    """Return WKB; everything that has a place is an area."""
    wkb = [
        None
        if shape is None or shape.is_empty
        else shapely.to_wkb(shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]))
        for shape in shapes
    ]
    return pl.Series(wkb, dtype=pl.Binary)
