"""What hand-overs leave to be done: coverage of every parcel, and findings of the consistency checks."""

from service.domain.coverage import REGISTERS
from service.features.table import Property
from service.jobs.covering import DEFAULT_SCHEME
from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.sources.coverage import Coverage
from service.ogc.sources.findings import Findings
from service.quality.features import PROPERTIES as OF_FINDINGS
from service.reference.schemes import shipped_scheme
from service.reference.tables import unit_table

_YEAR = (
    "The parameter period names the year; without it the newest that any published evaluation is of "
    "counts, else the newest with figures, else last year. "
    "可用 period 参数指定年份，否则取最近一次已发布评价的年份。"
)


def _of_coverage() -> tuple[Property, ...]:
    texts = {
        "code": "Parcel code 宗地代码",
        "district": "District 区域",
        "town": "Town or subdistrict 镇街",
        "industry": "Division of the main occupant, GB/T 4754 主要占用单位行业大类",
        "period": "Period of the figures 所属期",
        "state": "State of the worst feed 总体状态",
        "missing_feeds": "Feeds missing 缺失的数据",
        "held_feeds": "Feeds with held rows 待核的数据",
        "stale_feeds": "Feeds that are stale 过期的数据",
        **{name: f"{english.capitalize()} {chinese}" for name, (_, (english, chinese)) in REGISTERS.items()},
    }
    metrics = unit_table().metrics
    for name in shipped_scheme(DEFAULT_SCHEME).metrics:
        texts[name] = f"{metrics[name].en} {metrics[name].zh}"
    shown = [Property(name, "string", title) for name, title in texts.items()]
    shown.insert(5, Property("area_m2", "number", "Land area that counts, else of the geometry, m² 用地面积"))
    return tuple(shown)


_OF_COVERAGE = _of_coverage()

COVERAGE = Collection(
    "coverage",
    "Coverage 数据覆盖",
    "Parcels with the state of every feed that the scheme parcel reads: fresh, stale, held or missing. "
    f"各宗地各类数据的状态：有效、过期、待核、缺失。 {_YEAR} {ABOUT_CRS}",
    Coverage(),
    _OF_COVERAGE,
    frozenset(item.name for item in _OF_COVERAGE) - {"district", "industry", "area_m2"},
    frozenset({"code", "state"}),
)

FINDINGS = Collection(
    "findings",
    "Quality findings 数据疑点",
    "Where hand-overs contradict each other, in all of the store: what, by how much, and where there is a "
    "place. The gravest come first. Findings that tell of single firms are for analysts. "
    "各类交付数据之间的矛盾：检查、数值、容差与位置，程度重者在前；涉及单个企业的仅供分析人员查看。 "
    f"{_YEAR} {ABOUT_CRS}",
    Findings(),
    OF_FINDINGS,
    frozenset(
        {"code", "severity", "title_zh", "title_en", "subject_kind", "subject_code", "other_code", "measured"}
    ),
    frozenset({"code", "severity", "subject_code"}),
)
