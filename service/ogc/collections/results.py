"""Results of evaluations: the score of every parcel."""

from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.collections.columns import properties_of
from service.ogc.sources.scores import Scores
from service.store.layers import SCORES as LAYER

WHICH = (
    "Of the latest published evaluation of each district; the parameter datetime asks for the latest of "
    "every year that meets the interval, the parameter evaluation for one evaluation. "
    "取各区域最近一次已发布的评价；datetime 参数取与该时段相交的每一年最近一次已发布的评价，"
    "evaluation 参数指定某次评价。"
)

OF_SCORES = properties_of(
    LAYER,
    {
        "evaluation_id": "Evaluation 评价编号",
        "parcel_code": "Parcel code 宗地代码",
        "district": "District 区域",
        "town": "Town or subdistrict 镇街",
        "name": "Name 名称",
        "land_use": "Land use 土地用途",
        "period": "Evaluated period 评价期",
        "status": "scored, not_scored or outside 评价状态",
        "reason": "Why not scored 未评价原因",
        "track": "Track 评价类别",
        "industry": "Industry, GB/T 4754 行业",
        "industry_group": "Industry group 行业组",
        "ranking_group": "Ranking group 排名分组",
        "land_area_m2": "Land area that counts, m² 计算用地面积",
        "floor_area_m2": "Floor area, m² 建筑面积",
        "footprint_area_m2": "Ground covered by buildings, m² 建筑占地面积",
        "far": "Floor-area ratio 容积率",
        "far_limit": "Upper limit of the floor-area ratio 容积率上限",
        "items": "Points of all indicators 指标得分合计",
        "correction": "Correction factor 修正系数",
        "bonus": "Points added 加分",
        "deduction": "Points deducted 扣分",
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
    },
)

ON_TILES = frozenset({"evaluation_id", "parcel_code", "town", "name", "period", "track", "points", "grade"})
ON_LABELS = frozenset({"parcel_code", "name", "status", "grade", "points"})

SCORES = Collection(
    "scores",
    "Scores 亩均评价结果",
    f"Parcels with their result. 宗地的亩均评价结果。 {WHICH} {ABOUT_CRS}",
    Scores(),
    OF_SCORES,
    ON_TILES
    | {"status", "reason", "rank", "ranked", "low_efficiency", "far_uplift"}
    | {"partial_occupancy", "missing_feeds"},
    ON_LABELS,
)
