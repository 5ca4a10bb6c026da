"""The columns of the report's tables, in the words that a reader sees."""

from service.features.table import Property

_PARCEL = (
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("town", "string", "Town or subdistrict 镇街"),
)

_GAINS = (
    Property("floor_added_m2", "number", "Floor area that could be added, m² 可增建筑面积"),
    Property(
        "extra_output_own", "number", "Extra output at the parcel's own productivity, 万元 自身水平新增产值"
    ),
    Property("extra_tax_own", "number", "Extra tax at the parcel's own productivity, 万元 自身水平新增税收"),
    Property(
        "extra_output_cohort", "number", "Extra output at the cohort's median, 万元 同类中位水平新增产值"
    ),
    Property("extra_tax_cohort", "number", "Extra tax at the cohort's median, 万元 同类中位水平新增税收"),
)

CANDIDATE = (
    Property("place", "integer", "Place in the ranking 序号"),
    *_PARCEL,
    Property("grade", "string", "Grade 评价等级"),
    Property("found_by", "string", "Found by: scheme, lever or both 认定来源"),
    Property("efficient", "boolean", "Efficient 高效"),
    Property("far_below_limit", "boolean", "Far below what may be built 远低于上限"),
    Property("growing", "boolean", "Growing, short of space 增长缺空间"),
    Property("growth_output", "number", "Growth of output in a year 产值增长率"),
    Property("growth_headcount", "number", "Growth of headcount in a year 用工增长率"),
    Property("growth_orders", "number", "Growth of orders in a year 订单增长率"),
    Property("land_area_m2", "number", "Land area that counts, m² 计算用地面积"),
    Property("present_floor_m2", "number", "Floor area that is there, m² 现有建筑面积"),
    Property("recorded_far", "number", "Floor-area ratio as recorded 登记容积率"),
    Property("counted_far", "number", "Floor-area ratio with high storeys counted twice 计容容积率"),
    Property("tall_floor_m2", "number", "Floor area in storeys above 8 m, m² 层高超8米建筑面积"),
    Property("present_far", "number", "Floor-area ratio that is compared 现状容积率"),
    Property("allowed_far", "number", "Floor-area ratio that may be built 可建容积率"),
    Property("binding", "string", "Limit that binds 约束条件"),
    Property("open_limits", "string", "Limits that are not known 未知的限制"),
    Property("unknown_room", "string", "Why no room is told 无法测算原因"),
    *_GAINS,
    Property("cohort", "string", "Cohort: industry group, or the park 同类组"),
    Property("cohort_parcels", "integer", "Parcels of the cohort 同类组宗地数"),
    Property(
        "land_price",
        "string",
        "Land price for it: none, charged, unknown; empty where it is forbidden 增容地价",
    ),
    Property("contract_uplift", "string", "What the contract says of it 合同约定"),
    Property(
        "office_land_max_m2", "number", "Most land for offices and services, m² 行政办公及生活服务用地上限"
    ),
    Property("office_floor_max_m2", "number", "Most floor area for offices, m² 行政办公建筑面积上限"),
)

SCENARIO = (
    *_PARCEL,
    Property("scenario", "string", "Scenario 情景"),
    Property("target_far", "number", "Target of the floor-area ratio; none: the limit 目标容积率"),
    *_GAINS,
)

LIMIT = (
    *_PARCEL,
    Property("limit", "string", "Limit 限制"),
    Property("limit_far", "number", "Floor-area ratio that it allows 允许容积率"),
    Property("allowed_floor_m2", "number", "Counted floor area that it allows, m² 允许计容建筑面积"),
    Property("binds", "boolean", "Whether it binds 是否约束"),
    Property("known", "boolean", "Whether it is known 是否已知"),
)

TOWN = (
    Property("town", "string", "Town or subdistrict; none: the whole park 镇街"),
    Property("scenario", "string", "Scenario 情景"),
    Property("candidates", "integer", "Candidates 候选宗地"),
    Property("told", "integer", "Candidates whose room is known 可测算宗地"),
    *_GAINS,
)

OPEN = (
    *_PARCEL,
    Property("grade", "string", "Grade 评价等级"),
    Property("unknown_room", "string", "Why the room is not known 无法测算原因"),
    Property("open_limits", "string", "Limits that are not known 未知的限制"),
)
