"""The columns of the report and of the layers, with the titles that people read."""

from service.features.table import Property

OF_REASONS = (
    Property("reasons", "string", "Reasons by land, contract and grade 低效类型"),
    Property("years", "integer", "Years running, of the longest-lasting reason 持续年数"),
    Property("reason_years", "string", "Years running of each reason 各类型持续年数"),
    Property("idle_land_ha", "number", "Equivalent idle land by these reasons, ha 折算闲置面积（土地）"),
    Property("figure_reasons", "string", "Reasons by what firms hold and reported 低效类型（按企业数据）"),
    Property("figure_reason_years", "string", "Years running of each of these 各类型持续年数（按企业数据）"),
    Property("idle_ha", "number", "Equivalent idle land, the largest of all reasons, ha 折算闲置面积"),
    Property("idle_by", "string", "Reason and yardstick of it 折算依据"),
    Property("unknown", "string", "Not known, with what is missing 无法判定及所缺数据"),
    Property(
        "reasons_verified", "boolean", "Rules of the reasons read in the document 低效类型规则经原文核实"
    ),
)
"""What is told of a parcel's reasons, see `service.levers.consolidation.summary.SUMMARY`."""

_OF_PARCEL = (
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("town", "string", "Town or subdistrict 镇街"),
    Property("land_area_m2", "number", "Land area that counts, m² 计算用地面积"),
    Property("grade", "string", "Grade 评价等级"),
    Property("low_efficiency", "boolean", "Flagged by the scheme 评价办法认定低效"),
    Property("low_efficiency_reasons", "string", "Why flagged by the scheme 评价办法认定原因"),
)

PARCELS = (
    *_OF_PARCEL,
    *OF_REASONS,
    Property("tax", "number", "Tax, 万元 评价税收"),
    Property("potential_tax", "number", "Potential tax, 万元 潜在税收"),
    Property("output", "number", "Output, 万元 工业总产值"),
    Property("potential_output", "number", "Potential output, 万元 潜在产值"),
    Property("compared_with", "string", "Potential by parcels of 潜力参照范围"),
    Property("block", "string", "Block, by its first parcel 所在图斑"),
)
"""The section ``parcels``."""

OF_WORTH = (
    Property("rank", "integer", "Rank by gain of tax 按增税潜力排名"),
    Property("owners", "integer", "Owners to talk to 权利人数"),
    Property("owner_unknown", "integer", "Parcels whose owner is not known 权利人不明宗地数"),
    Property("title_holders", "string", "Holders of the titles 权利人"),
    Property("occupants", "integer", "Firms on the land 占用企业数"),
    Property("occupant_codes", "string", "Firms on the land, USCC 占用企业"),
    Property("floor_to_vacate_m2", "number", "Floor area in use, m² 需腾退建筑面积"),
    Property("kinds", "string", "Reasons by land, contract and grade 低效类型"),
    Property("years", "integer", "Years running, of the longest-lasting reason 最长持续年数"),
    Property("idle_land_ha", "number", "Equivalent idle land by these reasons, ha 折算闲置面积（土地）"),
    Property("idle_ha", "number", "Equivalent idle land, ha 折算闲置面积"),
    Property("tax", "number", "Tax that is known, 万元 现状税收"),
    Property("potential_tax", "number", "Potential tax, 万元 潜在税收"),
    Property("tax_gain", "number", "Tax to be gained, 万元 增税潜力"),
    Property("output", "number", "Output that is known, 万元 现状产值"),
    Property("potential_output", "number", "Potential output, 万元 潜在产值"),
    Property("output_gain", "number", "Output to be gained, 万元 增产潜力"),
    Property("figures_unknown", "integer", "Parcels without tax or output 数据缺失宗地数"),
)
"""What is told of a block beside its place, see `service.levers.consolidation.worth.WORTH`."""

OF_PLACE = (
    Property(
        "first_parcel", "string", "Smallest code of its parcels, after which the block is called 首宗地代码"
    ),
    Property("towns", "string", "Towns or subdistricts 镇街"),
    Property("parcels", "integer", "Parcels 宗地数"),
    Property("parcel_codes", "string", "Codes of its parcels 宗地代码"),
    Property("area_m2", "number", "Land area that counts, of all its parcels, m² 计算用地面积合计"),
    Property("geodesic_area_m2", "number", "Geodesic area of the geometry, m² 图形椭球面积"),
    Property("compactness", "number", "Compactness 4πA/P²: 1 a circle, 0 a line 紧凑度"),
    Property("grades", "string", "Parcels by grade 各等级宗地数"),
    Property("points", "number", "Mean points, weighted by land area 面积加权平均得分"),
    Property("low_efficiency_reasons", "string", "Reasons for low efficiency 低效原因"),
    Property(
        "verified", "boolean", "All rules of all its parcels read in the document itself 规则均经原文核实"
    ),
)
"""What is told of a block by its parcels' scores and outlines."""

BLOCKS = (OF_WORTH[0], *OF_PLACE, *OF_WORTH[1:])
"""The section ``blocks``."""

UNKNOWN = (
    Property("reason", "string", "Reason 低效类型"),
    Property("missing", "string", "What is missing 所缺数据"),
    Property("parcels", "integer", "Parcels of which it cannot be told 无法判定宗地数"),
)
"""The section ``unknown``."""

EVIDENCE = (
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("reason", "string", "Reason 低效类型"),
    Property("basis", "string", "Yardstick 依据"),
    Property("measured", "number", "Measured 实测值"),
    Property("norm", "number", "Norm 标准值"),
    Property("unit", "string", "Unit 单位"),
    Property("years", "integer", "Years running 持续年数"),
    Property("ended_by", "string", "What ended the run of years 连续中断原因代码"),
    Property("ended_why", "string", "What ended it, and in which year 连续中断原因"),
    Property("idle_ha", "number", "Equivalent idle land, ha 折算闲置面积"),
    Property("verified", "boolean", "Norm read in the document itself 标准经原文核实"),
)
"""The section ``evidence``."""
