"""What levers say of the parcels of an evaluation."""

from service.features.table import Property
from service.jobs.levers.energy import energy_of_parcels
from service.levers.energy import PARCELS as OF_ENERGY
from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.collections.results import WHICH
from service.ogc.sources.levers import OfParcels

_OF_EVALUATION = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    Property("district", "string", "District 区域"),
    Property("period", "string", "Evaluated period 评价期"),
)
_ENERGY = (
    *_OF_EVALUATION,
    *(Property(name, each.type, each.title) for name, each in OF_ENERGY.items()),
)

ENERGY = Collection(
    "energy",
    "Energy diagnosis 能源检查诊断",
    "Parcels with the state of inspection of their above-scale firms and the solar potential of their roofs; "
    "for analysts also energy per output against the industry, the load of transformers and machines worth a "
    "retrofit. 宗地的能源检查状态与屋顶光伏潜力；分析人员另可见单位产值能耗对标、变压器负载与设备改造建议。 "
    f"{WHICH} {ABOUT_CRS}",
    OfParcels("energy", _ENERGY, energy_of_parcels),
    _ENERGY,
    frozenset(
        {"evaluation_id", "parcel_code", "period", "inspection", "firms_due", "solar_kwp", "solar_kwh"}
        | {"solar_tce", "factor", "transformer_load", "transformer_class", "retrofits", "saved_tce"}
    ),
    frozenset({"parcel_code", "inspection", "solar_kwp"}),
)
