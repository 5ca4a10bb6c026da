"""The collections and their properties, in the words that a GIS user reads."""

from dataclasses import dataclass

from sqlalchemy import Boolean, Float, Integer

from service.domain.coverage import REGISTERS
from service.features.table import Kind, Property
from service.jobs.covering import DEFAULT_SCHEME
from service.ogc.sources.coverage import Coverage
from service.ogc.sources.scores import Scores
from service.ogc.sources.source import Source
from service.ogc.sources.stored import Stored
from service.reference.schemes import shipped_scheme
from service.reference.tables import unit_table
from service.store.layers import PARCELS, SCORES, Layer

_TITLES = {
    "code": "Parcel code 宗地代码",
    "parcel_code": "Parcel code 宗地代码",
    "evaluation_id": "Evaluation 评价编号",
    "district": "District 区域",
    "town": "Town or subdistrict 镇街",
    "name": "Name 名称",
    "land_use": "Land use 土地用途",
    "registered_area_m2": "Registered area, m² 登记面积",
    "approved_area_m2": "Approved area, m² 批准面积",
    "contract_area_m2": "Contract area, m² 合同面积",
    "surveyed_area_m2": "Surveyed area, m² 实测面积",
    "occupied_area_m2": "Occupied area, m² 占用面积",
    "geodesic_area_m2": "Geodesic area of the geometry, m² 图形椭球面积",
    "land_area_m2": "Land area that counts, m² 计算用地面积",
    "floor_area_m2": "Floor area, m² 建筑面积",
    "footprint_area_m2": "Ground covered by buildings, m² 建筑占地面积",
    "far": "Floor-area ratio 容积率",
    "far_limit": "Upper limit of the floor-area ratio 容积率上限",
    "unit_code": "Real-estate unit 不动产单元号",
    "holder": "Holder of the title 权利人",
    "far_min": "Lower limit of the floor-area ratio 容积率下限",
    "coverage_min": "Least building coverage, 0…1 建筑密度下限",
    "coverage_max": "Largest building coverage, 0…1 建筑密度上限",
    "green_min": "Least green ratio, 0…1 绿地率下限",
    "green_max": "Largest green ratio, 0…1 绿地率上限",
    "height_max_m": "Greatest height of buildings, m 限高",
    "items": "Points of all indicators 指标得分合计",
    "correction": "Correction factor 修正系数",
    "bonus": "Points added 加分",
    "deduction": "Points deducted 扣分",
    "period": "Evaluated period 评价期",
    "status": "scored, not_scored or outside 评价状态",
    "reason": "Why not scored 未评价原因",
    "track": "Track 评价类别",
    "industry": "Industry, GB/T 4754 行业",
    "industry_group": "Industry group 行业组",
    "ranking_group": "Ranking group 排名分组",
    "points": "Points 得分",
    "rank": "Rank 排名",
    "ranked": "Size of the ranking 参评数",
    "ranked_grade": "Grade by rank alone 按排名所得档次",
    "grade": "Grade 评价等级",
    "adjustments": "Corrections, bonuses, deductions and moves of the grade 调整事项",
    "low_efficiency": "Low-efficiency land 低效用地",
    "low_efficiency_reasons": "Reasons for low efficiency 低效原因",
    "far_uplift": "Candidate for FAR uplift 可提升容积率",
    "far_uplift_reasons": "Reasons for or against FAR uplift 容积率提升依据",
    "additional_floor_area_m2": "Additional floor area possible, m² 可增建筑面积",
    "partial_occupancy": "Occupied for part of the period only 部分时段占用",
    "missing_feeds": "Feeds missing 缺少的数据",
    "verified": "All rules read in the document itself 规则均经原文核实",
}


@dataclass(frozen=True)
class Collection:
    """A collection of features: what it is called, where it comes from and what it shows."""

    id: str
    title: str
    description: str
    source: Source
    properties: tuple[Property, ...]
    on_tiles: frozenset[str]

    def shown(self, visible: frozenset[str]) -> tuple[Property, ...]:
        """Return the properties, in their order, that whoever asks may see."""
        return tuple(item for item in self.properties if item.name in visible)


def _properties(layer: Layer) -> tuple[Property, ...]:
    return tuple(
        Property(column.name, _json_type(column.type), _TITLES[column.name])
        for column in layer.table.c
        if column.name in _TITLES
    )


def _json_type(column_type: object) -> Kind:
    if isinstance(column_type, Boolean):
        return "boolean"
    if isinstance(column_type, Integer):  # BigInteger is one too
        return "integer"
    return "number" if isinstance(column_type, Float) else "string"


def _coverage() -> tuple[Property, ...]:
    texts = {
        "code": _TITLES["code"],
        "district": _TITLES["district"],
        "town": _TITLES["town"],
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


_COVERAGE = _coverage()

_ABOUT_CRS = (
    "Longitude and latitude of CGCS2000 (EPSG:4490), given as OGC:CRS84; the two agree to decimetres. "
    "坐标为 CGCS2000 经纬度，按 CRS84 提供，差异在分米级。"
)

COLLECTIONS = (
    Collection(
        "parcels",
        "Parcels 宗地",
        f"Cadastral parcels as the land register handed them over. 国土部门交付的宗地。 {_ABOUT_CRS}",
        Stored(PARCELS),
        _properties(PARCELS),
        frozenset({"code", "district", "town", "name", "land_use"}),
    ),
    Collection(
        "scores",
        "Scores 亩均评价结果",
        "Parcels with their result in the latest published evaluation of each district; the parameter "
        "evaluation names another. "
        f"各区域最近一次已发布评价的宗地结果；可用 evaluation 参数指定评价。 {_ABOUT_CRS}",
        Scores(),
        _properties(SCORES),
        frozenset(
            {
                "evaluation_id",
                "parcel_code",
                "town",
                "name",
                "period",
                "status",
                "reason",
                "track",
                "points",
                "rank",
                "ranked",
                "grade",
                "low_efficiency",
                "far_uplift",
                "partial_occupancy",
                "missing_feeds",
            }
        ),
    ),
    Collection(
        "coverage",
        "Coverage 数据覆盖",
        "Parcels with the state of every feed that the scheme parcel reads: fresh, stale, held or missing. "
        "The parameter period names the year; without it the newest that any published evaluation is of "
        "counts, else the newest with figures, else last year. "
        "各宗地各类数据的状态：有效、过期、待核、缺失；"
        "可用 period 参数指定年份，否则取最近一次已发布评价的年份。"
        f" {_ABOUT_CRS}",
        Coverage(),
        _COVERAGE,
        frozenset(item.name for item in _COVERAGE) - {"district", "industry", "area_m2"},
    ),
)
"""Every collection, in the order in which they are listed."""
