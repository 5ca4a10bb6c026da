"""Findings as records: for JSON, GeoJSON and tables, with units, tolerances and both sentences."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely

from service.domain.quality import Amount, Rules, unit_of
from service.quality.findings import Finding

HEADER = (
    ("代码", "code"),
    ("程度", "severity"),
    ("检查", "check"),
    ("对象", "subject"),
    ("编码", "subject code"),
    ("相关对象", "other"),
    ("相关编码", "other code"),
    ("指标", "metric"),
    ("所属期", "period"),
    ("说明", "sentence"),
    ("Sentence", "in English"),
    ("数值", "measured"),
    ("容差", "tolerance"),
    ("经度", "longitude"),
    ("纬度", "latitude"),
)
"""Columns of the flat table, Chinese and English."""

SEVERITY_ZH = {"error": "错误", "warning": "警告", "note": "提示"}
SUBJECT_ZH = {"parcel": "宗地", "enterprise": "企业", "meter": "计量表", "building": "建筑物"}
_DECIMALS = 8  # of a degree: a millimetre, as some gaps are no wider


def record(found: Finding, rules: Rules) -> dict[str, Any]:
    """Return a finding as plain values, without its geometry.

    ``measured`` and ``tolerance`` are lists of ``name``, ``value`` and ``unit``.
    """
    rule = rules.checks[found.code]
    english, chinese = found.sentence(rules)
    return {
        "code": found.code,
        "severity": rule.severity,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "subject_kind": found.subject.kind,
        "subject_code": found.subject.code,
        "other_kind": found.other.kind if found.other else None,
        "other_code": found.other.code if found.other else None,
        "metric": found.metric,
        "period": found.period,
        "measured": _amounts(found.measured.items()),
        "tolerance": _amounts(rule.tolerance.items()),
        "sentence": {"zh": chinese, "en": english},
    }


def _amounts(amounts: Iterable[tuple[str, Amount]]) -> list[dict[str, Any]]:
    return [{"name": name, "value": _value(value), "unit": unit_of(name)} for name, value in amounts]


def _value(value: Amount) -> float | int | str:
    """Numbers with six decimals, which is more than anybody measured; days as text."""
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value


def rules_told(rules: Rules, codes: Iterable[str]) -> list[dict[str, Any]]:
    """Return what checks are called, how grave they are, what they tolerate, and where that is from."""
    return [
        {
            "code": code,
            "severity": rules.checks[code].severity,
            "title": {"zh": rules.checks[code].title.zh, "en": rules.checks[code].title.en},
            "tolerance": _amounts(rules.checks[code].tolerance.items()),
            "source": rules.checks[code].source,
            "verified": rules.checks[code].verified,
        }
        for code in codes
    ]


def feature_collection(found: Iterable[Finding], rules: Rules, **members: Any) -> bytes:
    """Return findings as a GeoJSON layer (RFC 7946), as UTF-8; who has no place has a null geometry.

    Properties are flat, for GIS programs: measured amounts stand in ``measured`` as one text, and by name.
    """
    features = []
    for each in found:
        told = record(each, rules)
        features.append(
            {
                "type": "Feature",
                "geometry": _geometry(each.geometry),
                "properties": {
                    **{name: value for name, value in told.items() if not isinstance(value, dict | list)},
                    "title_zh": told["title"]["zh"],
                    "title_en": told["title"]["en"],
                    "sentence_zh": told["sentence"]["zh"],
                    "sentence_en": told["sentence"]["en"],
                    "measured": as_text(told["measured"]),
                    "tolerance": as_text(told["tolerance"]),
                    **{
                        f"measured_{amount['name']}": amount["value"]
                        for amount in told["measured"]
                        if not isinstance(amount["value"], str)
                    },
                },
            }
        )
    return orjson.dumps({"type": "FeatureCollection", **members, "features": features})


def _geometry(shape: Any) -> Any:
    if shape is None or shape.is_empty:
        return None
    shape = shapely.transform(shapely.orient_polygons(shape), lambda xy: np.round(xy, _DECIMALS))
    return shapely.geometry.mapping(shape)


def as_text(amounts: Iterable[dict[str, Any]]) -> str:
    """Return amounts as one text: ``area_m2 = 12.5 m²; share = 0.25``."""
    return "; ".join(
        f"{each['name']} = {each['value']}" + (f" {each['unit']}" if each["unit"] != "1" else "")
        for each in amounts
    )


def table_rows(found: Iterable[Finding], rules: Rules) -> Iterator[list[Any]]:
    """Yield the columns of `HEADER`; a place is a point on its shape."""
    for each in found:
        told = record(each, rules)
        point = (
            None if each.geometry is None or each.geometry.is_empty else each.geometry.representative_point()
        )
        other = told["other_kind"]
        yield [
            told["code"],
            f"{SEVERITY_ZH[told['severity']]} {told['severity']}",
            f"{told['title']['zh']} {told['title']['en']}",
            f"{SUBJECT_ZH[told['subject_kind']]} {told['subject_kind']}",
            told["subject_code"],
            None if other is None else f"{SUBJECT_ZH[other]} {other}",
            told["other_code"],
            told["metric"],
            told["period"],
            told["sentence"]["zh"],
            told["sentence"]["en"],
            as_text(told["measured"]),
            as_text(told["tolerance"]),
            None if point is None else round(point.x, _DECIMALS),
            None if point is None else round(point.y, _DECIMALS),
        ]
