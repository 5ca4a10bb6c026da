"""What the codes of reasons mean, in English and Chinese."""

from collections.abc import Mapping

from service.levers.runs import ENDED

REASONS: Mapping[str, tuple[str, str]] = {
    # of charges and entries
    "applies": ("the tier's surcharge applies", "按档加价"),
    "above_other": ("the part above a lower surcharge", "就高：补足高于其他加价的部分"),
    "replaces_other": ("replaces a lower surcharge", "就高：替代较低的其他加价"),
    "other_higher": ("another surcharge is as high or higher", "就高：其他加价不低于本项，本项不加"),
    "other_unknown": ("the amount of another surcharge is not known yet", "其他加价金额未知，暂不加价"),
    "below_consumption": ("uses too little electricity", "月用电量未达起点"),
    "exempt": ("exempt", "豁免"),
    "exemption_unknown": ("an exemption cannot be judged yet", "能否豁免尚无法判断，暂不加价"),
    "no_longer_due": ("the parcel, firm or meter is not charged any more", "不再属于加价范围"),
    # of electricity that is unplaced
    "meter_unknown": ("no register knows the meter", "计量表不在台账"),
    "meter_idle": ("the meter measured nobody in the month", "计量表当月无计量对象"),
    "firm_unknown": ("of a parcel with several firms or none", "宗地有多家或没有企业，无法归户"),
    "parcel_figure_counts": ("the figure reported for the parcel counts instead", "以分宗地填报数为准"),
    "total_below_meters": ("the firm's total is less than its meters", "企业总量小于分表合计"),
    "no_holding": ("the firm held nothing in the month", "企业当月无占用"),
    "share_unknown": ("the evaluation could not share the firm out", "评价中未能确定分摊比例"),
    "outside_evaluation": ("used outside the evaluated parcels", "评价范围以外的用电"),
    # of months that are missing
    "no_reading": ("a meter without a reading", "计量表当月无读数"),
    "no_electricity": ("nothing reported", "当月无用电数据"),
    # what ended a run of years
    **ENDED,
    "before_policy": ("the policy does not count the year before", "上一年不计入"),
}
"""Code → English and Chinese."""


def said(code: str) -> str:
    """Return a reason in both languages, Chinese first."""
    english, chinese = REASONS[code]
    return f"{chinese} {english}"
