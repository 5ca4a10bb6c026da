"""The columns of a report on differential prices, and of its layer."""

from collections.abc import Mapping

from service.features.table import Property

_MONTH = Property("month", "string", "Month 月份")
_PARCEL = Property("parcel_code", "string", "Parcel code 宗地代码")
_USCC = Property("uscc", "string", "USCC 统一社会信用代码")
_FIRM = Property("firm", "string", "Firm 企业名称")
_METER = Property("meter", "string", "Meter, empty for reported figures 计量表")
_KWH = Property("kwh", "number", "Electricity, kWh 用电量")
_GRADE = Property("grade", "string", "Grade that counts 计价等级")
_YEARS = Property("consecutive_years", "integer", "Consecutive years 连续年数")
_TIER = Property("tier_yuan_per_kwh", "number", "Surcharge of the tier, yuan/kWh 档位加价")
_OTHER_KIND = Property("other_kind", "string", "Highest other surcharge 其他最高加价类型")
_OTHER = Property("other_yuan_per_kwh", "number", "Highest other surcharge, yuan/kWh 其他最高加价")
_RATE = Property("yuan_per_kwh", "number", "Surcharge booked, yuan/kWh 执行加价")
_AMOUNT = Property("amount_yuan", "number", "Amount, yuan 金额")
_DISPLACED = Property("displaced_yuan", "number", "Not charged for other surcharges, yuan 因就高未加价金额")
_REASON = Property("reason", "string", "Reason code 原因代码")
_WHY = Property("why", "string", "Reason 原因")
_ESTIMATED = Property("estimated", "boolean", "A twelfth of a year, no reading 按年均摊估算")

COLUMNS: Mapping[str, tuple[Property, ...]] = {
    "firms": (
        *(_USCC, _FIRM),
        Property("parcels", "integer", "Parcels 宗地数"),
        Property("months", "integer", "Months with electricity 有电量月数"),
        *(_KWH, _AMOUNT, _DISPLACED),
        Property("missing_months", "integer", "Meters' months without reading 缺读数"),
    ),
    "parcels": (
        _PARCEL,
        Property("town", "string", "Town or subdistrict 镇街"),
        *(_GRADE, _YEARS),
        Property("first_year", "string", "First of these years 起始年度"),
        Property("ended_by", "string", "What ended the run of years 连续中断原因代码"),
        Property("ended_why", "string", "What ended the run of years 连续中断原因"),
        _TIER,
        Property("firms", "integer", "Firms charged 加价企业数"),
        *(_KWH, _AMOUNT),
        Property("missing_months", "integer", "Meters' months without reading 缺读数"),
    ),
    "months": (_MONTH, Property("firms", "integer", "Firms charged 加价企业数"), _KWH, _AMOUNT),
    "charges": (
        *(_MONTH, _PARCEL, _USCC, _FIRM, _METER, _KWH, _GRADE, _YEARS, _TIER),
        *(_OTHER_KIND, _OTHER, _RATE, _AMOUNT, _ESTIMATED, _REASON, _WHY),
        Property("exemption", "string", "Exemption 豁免条款"),
    ),
    "displaced": (*(_MONTH, _PARCEL, _USCC, _METER, _TIER, _OTHER_KIND, _OTHER, _RATE, _DISPLACED, _WHY),),
    "postings": (
        *(_MONTH, _PARCEL, _USCC, _METER),
        Property("kind", "string", "charge, refund or correction 记账类型"),
        *(_KWH, _RATE, _AMOUNT),
        Property("corrects", "integer", "Entry before it 上一分录"),
        *(_REASON, _WHY),
    ),
    "entries": (
        Property("id", "integer", "Entry 分录编号"),
        Property("decision_id", "integer", "Decision 决定编号"),
        Property("decided_at", "string", "Decided at 决定时间"),
        *(_MONTH, _PARCEL, _USCC, _METER),
        Property("kind", "string", "charge, refund or correction 记账类型"),
        *(_KWH, _GRADE, _YEARS, _TIER, _OTHER_KIND, _OTHER, _RATE, _AMOUNT),
        Property("balance_yuan", "number", "Asked for up to this entry, yuan 累计余额"),
        Property("line_balance_yuan", "number", "Of this line up to this entry, yuan 本笔余额"),
        Property("corrects", "integer", "Entry before it 上一分录"),
        *(_REASON, _WHY),
    ),
    "unplaced": (*(_MONTH, _PARCEL, _USCC, _METER, _KWH, _REASON, _WHY),),
    "missing": (*(_MONTH, _PARCEL, _USCC, _FIRM, _METER, _REASON, _WHY),),
}
"""Table → its columns."""

LAYER = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("district", "string", "District 区域"),
    Property("town", "string", "Town or subdistrict 镇街"),
    Property("period", "string", "Evaluated period 评价期"),
    Property("grade", "string", "Grade that counts 计价等级"),
    Property("consecutive_years", "integer", "Consecutive years 连续年数"),
    Property("first_year", "string", "First of these years 起始年度"),
    Property("ended_by", "string", "What ended the run of years 连续中断原因代码"),
    Property("tier_yuan_per_kwh", "number", "Surcharge of the tier, yuan/kWh 档位加价"),
    Property("policy", "string", "Policy and edition 政策及版本"),
    Property("decided", "boolean", "Decided, not only simulated 已决定"),
    Property("verified", "boolean", "Rules read in the document itself 规则经原文核实"),
    Property("first_month", "string", "First month of the amount 起始月"),
    Property("last_month", "string", "Last month of the amount 截止月"),
    Property("firms", "integer", "Firms charged 加价企业数"),
    Property("kwh", "number", "Electricity of these months, kWh 用电量"),
    Property("amount_yuan", "number", "Amount of these months, yuan 加价金额"),
    Property("missing_months", "integer", "Meters' months without reading 缺读数"),
)
"""The columns of the layer."""
