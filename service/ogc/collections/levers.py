"""What the levers say of the parcels of an evaluation, and the blocks that low-efficiency parcels form."""

from service.features.table import Property
from service.jobs.levers import consolidation, contracts, leasing, uplift
from service.jobs.levers.energy import energy_of_parcels
from service.jobs.levers.prices import layer as surcharges
from service.levers.consolidation.columns import OF_REASONS
from service.levers.contracts import PARCEL_COLUMNS
from service.levers.energy import PARCELS as OF_ENERGY
from service.levers.prices.columns import LAYER as OF_SURCHARGES
from service.levers.uplift import CANDIDATE_COLUMNS
from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.collections.results import OF_SCORES, ON_LABELS, ON_TILES, WHICH
from service.ogc.sources.blocks import PROPERTIES as OF_BLOCKS
from service.ogc.sources.blocks import Blocks
from service.ogc.sources.levers import OfParcels
from service.reference.blocks import block_rules

_OF_EVALUATION = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    Property("district", "string", "District 区域"),
    Property("period", "string", "Evaluated period 评价期"),
)
_OF_LOW_EFFICIENCY = (*OF_SCORES, *OF_REASONS)
_HAD = {each.name for each in OF_SCORES}
_OF_CANDIDATES = (
    *OF_SCORES,
    *(each for each in CANDIDATE_COLUMNS if each.name not in _HAD),
    Property("floor_added_far_1_5_m2", "number", "Floor area up to a ratio of 1.5, m² 提至1.5可增建筑面积"),
    Property("floor_added_far_2_0_m2", "number", "Floor area up to a ratio of 2.0, m² 提至2.0可增建筑面积"),
    Property("floor_added_limit_m2", "number", "Floor area up to the limit, m² 提至上限可增建筑面积"),
)
_OF_CONTRACTS = (*_OF_EVALUATION, *PARCEL_COLUMNS)
_OF_ENERGY = (*_OF_EVALUATION, *(Property(name, each.type, each.title) for name, each in OF_ENERGY.items()))
_OF_PREMISES = (
    *_OF_EVALUATION,
    Property("parcel_code", "string", "Parcel code 宗地代码"),
    Property("premises", "string", "Premises 空间编号"),
    Property("kinds", "string", "listed, vacant, low_efficiency, block 类别"),
    Property("free_floor_m2", "number", "Floor that is listed or that nobody holds, m² 可用建筑面积"),
    Property("listed_floor_m2", "number", "Floor that the committee lists, m² 清单建筑面积"),
    Property("candidates", "integer", "Projects that may come 候选项目数"),
    Property("candidates_certain", "integer", "Of these without open questions 其中无待核事项"),
)

LOW_EFFICIENCY = Collection(
    "low-efficiency",
    "Low-efficiency land 低效用地",
    "Parcels that the evaluation's scheme flags as low-efficiency land, with the scheme's reasons; beside "
    "them the reasons that consolidation finds (the five kinds, D for years, vacancy …), how long they have "
    "lasted, and equivalent idle land. 按评价办法认定的低效用地及原因，并列出资源整合判定的低效类型、持续年数"
    f"与折算闲置面积。 {WHICH} {ABOUT_CRS}",
    OfParcels("low-efficiency", _OF_LOW_EFFICIENCY, consolidation.reasons_of, flag="low_efficiency"),
    _OF_LOW_EFFICIENCY,
    ON_TILES | {"land_area_m2", "low_efficiency_reasons", "reasons", "years", "idle_land_ha"},
    ON_LABELS,
)

UPLIFT_CANDIDATES = Collection(
    "uplift-candidates",
    "Candidates for FAR uplift 容积率提升候选",
    "Parcels that the evaluation's scheme flags as efficient and short of space: candidates for a higher "
    "floor-area ratio, with the floor area that could be added. "
    f"按评价办法认定可提升容积率的宗地及可增建筑面积。 {WHICH} {ABOUT_CRS}",
    OfParcels("uplift-candidates", _OF_CANDIDATES, uplift.of_parcels, flag="far_uplift"),
    _OF_CANDIDATES,
    ON_TILES
    | {"far", "far_limit", "far_uplift_reasons", "additional_floor_area_m2"}
    | {"place", "allowed_far", "binding", "floor_added_m2", "contract_uplift"},
    ON_LABELS,
)

CONTRACTS = Collection(
    "contracts",
    "Grant contracts 出让合同研判",
    "Parcels with what their grant contracts come to: breaches, the gravest, days late, and what they allow "
    "of leasing, transfer and uplift; what is not known is unknown, not allowed. "
    "宗地的出让合同履约情况：违约项数、最严重违约、逾期天数及出租、转让、提容约定；未知不等于允许。 "
    f"{WHICH} {ABOUT_CRS}",
    OfParcels("contracts", _OF_CONTRACTS, contracts.of_parcels, every=True),
    _OF_CONTRACTS,
    frozenset(item.name for item in _OF_CONTRACTS) - {"district", "contract_number"},
    frozenset({"parcel_code", "breaches", "worst_breach"}),
)

SURCHARGES = Collection(
    "surcharges",
    "Differential electricity price 差别化电价",
    "Parcels whose grade raises the price of electricity, with the consecutive years of that grade and the "
    "surcharge: by the latest decision on the evaluation, else as the district's policy would have it. "
    f"因评价等级而加价的宗地、连续年数与加价标准：已决定的按决定，未决定的为测算。 {WHICH} {ABOUT_CRS}",
    OfParcels("surcharges", OF_SURCHARGES, surcharges),
    OF_SURCHARGES,
    frozenset(
        {
            *("evaluation_id", "parcel_code", "period", "grade", "consecutive_years"),
            *("tier_yuan_per_kwh", "decided", "amount_yuan"),
        }
    ),
    frozenset({"parcel_code", "grade", "tier_yuan_per_kwh"}),
)

ENERGY = Collection(
    "energy",
    "Energy diagnosis 能源检查诊断",
    "Parcels with the state of inspection of their above-scale firms and the solar potential of their roofs; "
    "for analysts also energy per output against the industry, the load of transformers and machines worth a "
    "retrofit. 宗地的能源检查状态与屋顶光伏潜力；分析人员另可见单位产值能耗对标、变压器负载与设备改造建议。 "
    f"{WHICH} {ABOUT_CRS}",
    OfParcels("energy", _OF_ENERGY, energy_of_parcels),
    _OF_ENERGY,
    frozenset(
        {"evaluation_id", "parcel_code", "period", "inspection", "firms_due", "solar_kwp", "solar_kwh"}
        | {"solar_tce", "factor", "transformer_load", "transformer_class", "retrofits", "saved_tce"}
    ),
    frozenset({"parcel_code", "inspection", "solar_kwp"}),
)

PREMISES = Collection(
    "premises",
    "Premises 可用空间",
    "Parcels with premises for projects: what the park committee lists, floor of low-efficiency land that "
    "nobody holds, and such land once it is cleared or consolidated; with how many projects may come. "
    "有可用空间的宗地：管委会房源、低效用地空置厂房、整宗腾退与连片整治，及候选项目数。 "
    f"{WHICH} {ABOUT_CRS}",
    OfParcels("premises", _OF_PREMISES, work_out_daily=leasing.layer),
    _OF_PREMISES,
    frozenset(item.name for item in _OF_PREMISES) - {"district", "premises"},
    frozenset({"parcel_code", "listed_floor_m2", "candidates"}),
)

BLOCKS = Collection(
    "blocks",
    "Consolidation blocks 连片低效用地",
    "Low-efficiency parcels of one evaluation that touch or lie no more than "
    f"{block_rules().distance_m:g} m apart, directly or by others between them, as one feature; a street "
    "between them is no part of it, and barriers part them. The id is the evaluation and the smallest parcel "
    "code. "
    f"同一评价中相接或间距不超过 {block_rules().distance_m:g} 米的低效用地合为一个图斑，不含其间道路，"
    f"河流铁路等阻隔两侧不相连；编号为评价编号加最小宗地代码。 {WHICH} {ABOUT_CRS}",
    Blocks(),
    OF_BLOCKS,
    frozenset(item.name for item in OF_BLOCKS)
    - {"parcel_codes", "district", "distance_m", "verified", "occupant_codes", "title_holders"},
    frozenset({"first_parcel", "parcels", "area_m2"}),
)
