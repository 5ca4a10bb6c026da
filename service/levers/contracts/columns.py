"""The columns of the report's tables, in the words that a reader sees."""

from service.features.table import Property

_PARCEL = (
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("town", "string", "Town or subdistrict 镇街"),
)

ATTAINMENT = (
    *_PARCEL,
    Property("clause", "string", "Clause 条款"),
    Property("period", "string", "Year 年度"),
    Property("bound", "string", "Bound: at_least or at_most 上下限"),
    Property("promised", "number", "Promised 约定值"),
    Property("actual", "number", "Actual 实际值"),
    Property("unit", "string", "Unit 单位"),
    Property("attainment", "number", "Attainment, 1 is all of it 达成率"),
    Property("kept", "boolean", "Whether it is kept; none: not known 是否履约"),
    Property("due", "boolean", "Whether it is due; none: not known 是否到期"),
    Property("reason", "string", "Why it is not known 未知原因"),
)

BREACH = (
    *_PARCEL,
    Property("contract_number", "string", "Contract 合同编号"),
    Property("clause", "string", "Clause 条款"),
    Property("promised", "number", "Promised 约定值"),
    Property("actual", "number", "Actual 实际值"),
    Property("unit", "string", "Unit 单位"),
    Property("shortfall", "number", "Shortfall or excess 差额"),
    Property("shortfall_total_wan_yuan", "number", "Shortfall of the whole land, 万元 差额合计"),
    Property("due_on", "date", "Due on, with the extension 应履行日期"),
    Property("done_on", "date", "Done on 实际履行日期"),
    Property("days_late", "integer", "Days late 逾期天数"),
    Property("still_open", "boolean", "Still open 仍未履行"),
    Property("penalty_fen", "integer", "Penalty by the contract, fen 合同违约金（分）"),
    Property("penalty", "string", "Penalty: stated, not_stated or penalty_implausible 违约金约定"),
    Property("detail", "string", "What else there is to say 说明"),
)

UNDECIDED = (
    *_PARCEL,
    Property("contract_number", "string", "Contract 合同编号"),
    Property("clause", "string", "Clause 条款"),
    Property("due_on", "date", "Due on, with the extension 应履行日期"),
    Property("reason", "string", "Why it is not known 未知原因"),
    Property("detail", "string", "The reason in words 原因说明"),
)

REASONS = {
    "start_day_unknown": "Day of starting not known 开工日期未知",
    "completion_day_unknown": "Day of completion not known 竣工日期未知",
    "industries_in_words": "Permitted trades told in words alone 准入行业为文字表述，无法判定",
    "no_output_promised": "Full production is due, but no output was promised 未约定产值，无法判定是否达产",
    "no_whole_year": "No whole year since production was due is seen 达产期后尚无完整年度",
    "output_years_unknown": "Output of a year since production was due not known 达产期后有年度产值未知",
}
"""Why it is not known whether what is due was done: in the words that a reader sees."""

PERMISSION = (
    *_PARCEL,
    Property("has_contract", "boolean", "A contract is known 有合同"),
    Property("contract_number", "string", "Contract 合同编号"),
    Property("leasing", "string", "Leasing: allowed, with_consent, forbidden, unknown 出租"),
    Property("leasing_reason", "string", "Why leasing stands so 出租依据"),
    Property("leasing_condition", "string", "Condition of leasing 出租条件"),
    Property("transfer", "string", "Transfer: allowed, with_consent, forbidden, unknown 转让"),
    Property("transfer_reason", "string", "Why transfer stands so 转让依据"),
    Property("transfer_condition", "string", "Condition of transfer 转让条件"),
    Property("uplift", "string", "Uplift: allowed, with_consent, forbidden, unknown 提高容积率"),
    Property("uplift_reason", "string", "Why uplift stands so 提高容积率依据"),
    Property("uplift_condition", "string", "Condition of uplift 提高容积率条件"),
    Property("contract_far_max", "number", "Upper floor-area ratio of the contract 合同容积率上限"),
)

PARCEL = (
    *_PARCEL,
    Property("has_contract", "boolean", "A contract is known 有合同"),
    Property("contract_number", "string", "Contract 合同编号"),
    Property("breaches", "integer", "Breaches; none: no contract known 违约项数"),
    Property("worst_breach", "string", "Gravest breach 最严重违约"),
    Property("days_late", "integer", "Days late, the most 最长逾期天数"),
    Property("tax_attainment", "number", "Attainment of the promised tax 税收达成率"),
    Property("output_attainment", "number", "Attainment of the promised output 产值达成率"),
    Property("leasing", "string", "Leasing: allowed, with_consent, forbidden, unknown 出租"),
    Property("transfer", "string", "Transfer: allowed, with_consent, forbidden, unknown 转让"),
    Property("uplift", "string", "Uplift: allowed, with_consent, forbidden, unknown 提高容积率"),
)
