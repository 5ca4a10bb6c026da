"""The fields a hand-over may fill, per feed: kind, the unit their name promises, and which make the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.domain.hand_overs import Feed


@dataclass(frozen=True, slots=True)
class Field:
    """A target field; ``unit`` is the unit in which the store keeps it, where it has one."""

    name: str
    kind: str
    """How a cell is read: a reader of `service.feeds.cells`, ratio, share, or a quantity that has units."""
    key: bool = False
    unit: str | None = None


def _areas(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "area", unit="m2") for name in names)


_FIELDS = {
    Feed.PARCELS: (
        Field("code", "parcel_code", key=True),
        Field("district", "code"),
        Field("town", "text"),
        Field("name", "text"),
        Field("land_use", "code"),
        *_areas("registered_area_m2", "approved_area_m2", "contract_area_m2"),
        *_areas("surveyed_area_m2", "occupied_area_m2", "floor_area_m2"),
        Field("far", "ratio"),
        Field("far_limit", "ratio"),
        *_areas("footprint_area_m2"),
    ),
    Feed.ENTERPRISES: (
        Field("uscc", "uscc", key=True),
        Field("name", "text"),
        Field("industry", "code"),
        Field("above_scale", "boolean"),
        Field("registered_on", "date"),
    ),
    Feed.OCCUPANCIES: (
        Field("parcel_code", "parcel_code", key=True),
        Field("uscc", "uscc", key=True),
        Field("role", "role", key=True),
        *_areas("floor_area_m2", "land_area_m2"),
        Field("electricity_kwh", "electricity", unit="kWh"),
        Field("manual_share", "share", unit="1"),
        Field("valid_from", "date"),
        Field("valid_to", "date"),
    ),
    Feed.FIGURES: (
        Field("uscc", "uscc"),
        Field("parcel_code", "parcel_code"),
        Field("part_of", "uscc"),
        Field("period", "period", key=True),
    ),
    Feed.CONTRACTS: (
        Field("parcel_code", "parcel_code", key=True),
        Field("signed_on", "date"),
        Field("complete_by", "date"),
        Field("completed_on", "date"),
        Field("tax_wan_yuan_per_mu", "money_per_area", unit="万元/亩"),
        Field("output_wan_yuan_per_mu", "money_per_area", unit="万元/亩"),
        Field("investment_wan_yuan_per_mu", "money_per_area", unit="万元/亩"),
        Field("energy_tce_per_wan_yuan", "energy_per_money", unit="tce/万元"),
        Field("far", "ratio"),
        Field("coverage", "share", unit="1"),
    ),
}

FIELDS: Mapping[Feed, Mapping[str, Field]] = MappingProxyType(
    {feed: MappingProxyType({field.name: field for field in fields}) for feed, fields in _FIELDS.items()}
)
"""Target fields of each feed in canonical order; metrics of figures come from the reference tables."""

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "own": "own",
        "自有": "own",
        "自用": "own",
        "leased_in": "leased_in",
        "承租": "leased_in",
        "租入": "leased_in",
        "租用": "leased_in",
        "leased_out": "leased_out",
        "出租": "leased_out",
        "租出": "leased_out",
    }
)
"""How a holding is held, as surveys write it."""
