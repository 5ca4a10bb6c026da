"""Follow-up: the measures that are under way or done."""

from service.ogc.collections.collection import ABOUT_CRS, Collection
from service.ogc.sources.measures import SHOWN, Measures

MEASURES = Collection(
    "measures",
    "Measures 跟踪事项",
    "What is done about parcels and blocks: kind, state, office, due day and effects of every measure, with "
    "the joined outline of its parcels as they lie now. Effects on tax, output and energy are for analysts. "
    "对宗地与图斑采取的各项措施及其办理状态，图形为所涉宗地现状合并；"
    f"税收、产值、能耗成效仅供分析人员查看。 {ABOUT_CRS}",
    Measures(),
    SHOWN,
    frozenset({"kind", "kind_zh", "state", "state_zh", "title", "office", "overdue", "parcels"}),
    frozenset({"title", "state_zh"}),
)
