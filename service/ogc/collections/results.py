"""Results of evaluations: the score of every parcel."""

from service.features.table import Property
from service.jobs.levers import leasing
from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.collections.columns import properties_of
from service.ogc.sources.blocks import PROPERTIES as OF_BLOCKS
from service.ogc.sources.blocks import Blocks
from service.ogc.sources.levers import OfParcels
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
    _ON_LABELS,
)

LOW_EFFICIENCY = Collection(
    "low-efficiency",
    "Low-efficiency land 低效用地",
    "Parcels that the evaluation's scheme flags as low-efficiency land, with the reasons. "
    f"按评价办法认定的低效用地及原因。 {_WHICH} {ABOUT_CRS}",
    Scores("low_efficiency"),
    _PROPERTIES,
    _ON_TILES | {"land_area_m2", "low_efficiency_reasons"},
    _ON_LABELS,
)

UPLIFT_CANDIDATES = Collection(
    "uplift-candidates",
    "Candidates for FAR uplift 容积率提升候选",
    "Parcels that the evaluation's scheme flags as efficient and short of space: candidates for a higher "
    "floor-area ratio, with the floor area that could be added. "
    f"按评价办法认定可提升容积率的宗地及可增建筑面积。 {_WHICH} {ABOUT_CRS}",
    OfParcels("uplift-candidates", _OF_CANDIDATES, uplift.of_parcels, flag="far_uplift"),
    _OF_CANDIDATES,
    _ON_TILES
    | {"far", "far_limit", "far_uplift_reasons", "additional_floor_area_m2"}
    | {"place", "allowed_far", "binding", "floor_added_m2", "contract_uplift"},
    _ON_LABELS,
)

CONTRACTS = Collection(
    "contracts",
    "Grant contracts 出让合同研判",
    "Parcels with what their grant contracts come to: breaches, the gravest, days late, and what they allow "
    "of leasing, transfer and uplift; what is not known is unknown, not allowed. "
    "宗地的出让合同履约情况：违约项数、最严重违约、逾期天数及出租、转让、提容约定；未知不等于允许。 "
    f"{_WHICH} {ABOUT_CRS}",
    OfParcels("contracts", _OF_CONTRACTS, contracts.of_parcels, every=True),
    _OF_CONTRACTS,
    frozenset(item.name for item in _OF_CONTRACTS) - {"district", "contract_number"},
    frozenset({"parcel_code", "breaches", "worst_breach"}),
)

BLOCKS = Collection(
    "blocks",
    "Consolidation blocks 连片低效用地",
    "Low-efficiency parcels of one evaluation that touch or lie no more than "
    f"{block_rules().distance_m:g} m apart, directly or by others between them, as one feature; a street "
    "between them is no part of it. The id is the evaluation and the smallest parcel code. "
    f"同一评价中相接或间距不超过 {block_rules().distance_m:g} 米的低效用地合为一个图斑，不含其间道路；"
    f"编号为评价编号加最小宗地代码。 {_WHICH} {ABOUT_CRS}",
    Blocks(),
    OF_BLOCKS,
    frozenset(item.name for item in OF_BLOCKS) - {"parcel_codes", "district", "distance_m", "verified"},
    frozenset({"first_parcel", "parcels", "area_m2"}),
)

_OF_PREMISES = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("district", "string", "District 区域"),
    Property("period", "string", "Evaluated period 评价期"),
    Property("premises", "string", "Premises 空间编号"),
    Property("kinds", "string", "listed, vacant, low_efficiency, block 类别"),
    Property("free_floor_m2", "number", "Floor that is listed or that nobody holds, m² 可用建筑面积"),
    Property("candidates", "integer", "Projects that may come 候选项目数"),
    Property("candidates_certain", "integer", "Of these without open questions 其中无待核事项"),
)

PREMISES = Collection(
    "premises",
    "Premises 可用空间",
    "Parcels with premises for projects: what the park committee lists, floor of low-efficiency land that "
    "nobody holds, and such land once it is cleared or consolidated; with how many projects may come. "
    "有可用空间的宗地：管委会房源、低效用地空置厂房、整宗腾退与连片整治，及候选项目数。 "
    f"{_WHICH} {ABOUT_CRS}",
    OfParcels("premises", _OF_PREMISES, leasing.layer),
    _OF_PREMISES,
    frozenset(item.name for item in _OF_PREMISES) - {"district", "premises"},
    frozenset({"parcel_code", "free_floor_m2", "candidates"}),
)
