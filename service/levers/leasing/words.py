"""Why a project cannot come to premises, what is still to be asked, kinds of premises: codes and words."""

from collections.abc import Mapping

from service.domain.reasons import Text

REASONS: Mapping[str, Text] = {
    "floor_not_offered": ("no floor is to let here", "不提供厂房租赁"),
    "land_not_offered": ("no land is to be given here", "不提供供地"),
    "floor_too_small": ("less floor than the project needs", "建筑面积不足"),
    "land_too_small": ("less land than the project needs", "用地面积不足"),
    "height_too_low": ("lower than the project needs", "层高不足"),
    "available_too_late": ("free only after the day on which the project needs it", "腾空晚于需求日期"),
    "available_no_longer": (
        "no longer free today, or on the day on which the project needs it",
        "可用期已过",
    ),
    "industry_not_listed": ("the premises' list does not name the industry", "不在准入行业之列"),
    "contract_excludes": ("the grant contract does not name the industry", "出让合同约定产业不含该行业"),
    "land_use_excludes": ("the use of the land does not take the industry", "土地用途不符"),
    "power_too_little": ("less power than the project needs", "供电容量不足"),
    "energy_too_much": ("more energy per output than contract or park allow", "单位产值能耗超限"),
    "tax_below_threshold": ("less tax per mu than contract or park ask for", "亩均税收低于约定或准入标准"),
    "output_below_threshold": (
        "less output per mu than contract or park ask for",
        "亩均产值低于约定或准入标准",
    ),
    "investment_below_threshold": (
        "less investment per mu than contract or park ask for",
        "投资强度低于约定或准入标准",
    ),
    "far_exceeded": ("more floor than may be built on the land", "所需建筑面积超过容积率上限"),
    "leasing_forbidden": ("the grant contract forbids letting", "出让合同禁止出租"),
}
"""Why a pair is impossible."""

QUESTIONS: Mapping[str, Text] = {
    "need_unknown": ("how much floor or land the project needs", "项目所需面积"),
    "lease_or_land_unknown": ("whether the project leases or wants land", "项目租赁或供地"),
    "floor_unknown": ("how much floor there is", "可用建筑面积"),
    "land_unknown": ("how much land there is", "可用用地面积"),
    "height_unknown": ("how high it is", "层高"),
    "availability_unknown": ("since when it is free, and whether that is early enough", "腾空日期"),
    "project_industry_unknown": ("the project's industry", "项目行业"),
    "industries_unknown": ("which industries may come", "准入行业"),
    "contract_industries_unknown": ("which industries the grant contract names", "出让合同约定产业"),
    "land_use_unknown": ("what the use of the land takes", "土地用途"),
    "power_unknown": ("how much power there is", "供电容量"),
    "energy_unknown": ("the project's energy and output", "项目能耗与产值"),
    "tax_per_mu_unknown": ("the project's tax and the land that it uses", "项目税收与所用土地"),
    "output_per_mu_unknown": ("the project's output and the land that it uses", "项目产值与所用土地"),
    "investment_per_mu_unknown": ("the project's investment and the land that it uses", "项目投资与所用土地"),
    "far_limit_unknown": ("how much may be built", "容积率上限"),
    "contract_unknown": ("what the grant contract asks for", "出让合同约定"),
    "leasing_clause_unknown": ("whether the grant contract allows letting", "出让合同出租条款"),
    "leasing_consent": ("the consent that the grant contract asks for", "出让合同要求的出租同意"),
    "still_occupied": ("that those who hold it leave", "现有占用清退"),
}
"""What is not known of a pair, and has to be asked before it is one."""

KINDS: Mapping[str, Text] = {
    "listed": ("listed by the park committee", "管委会清单"),
    "vacant": ("floor of low-efficiency land that nobody holds", "低效用地空置厂房"),
    "low_efficiency": ("low-efficiency land once it is cleared", "低效用地整宗腾退"),
    "block": ("a block of low-efficiency land once it is consolidated", "连片低效用地整治"),
}
"""Where premises come from."""

BASES: Mapping[str, Text] = {
    "as_listed": ("as handed over", "按交付清单"),
    "unheld_floor": ("floor of the parcel less what its holders have", "宗地建筑面积减占用面积"),
    "whole_parcel": ("all floor and land of the parcel", "整宗建筑与用地面积"),
    "whole_block": ("all floor and land of the block's parcels", "图斑内各宗地之和"),
}
"""Where the figures of premises come from."""

UNPLACED: Mapping[str, Text] = {
    "no_possible_premises": ("no premises are possible", "无可行空间"),
    "only_with_questions": ("possible only where something is still to be asked", "均有待核事项"),
    "objective_unknown": ("the figure that is to be large is not known", "目标指标未知"),
    "objective_negative": ("the figure that is to be large is none", "目标指标不为正"),
    "displaced": ("others have what would be possible", "可行空间已安排给其他项目"),
    "not_reached": ("no better plan was found in time", "限时内未找到更优方案"),
}
"""Why a project has no place in the assignment."""
