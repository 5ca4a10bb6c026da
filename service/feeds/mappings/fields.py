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
    """How a cell is read: one of `WORDS`, a reader of `service.feeds.values.cells`, or a quantity."""
    key: bool = False
    unit: str | None = None


NAMES = ("enterprise_name", "registration_number")
"""Fields by which a row's enterprise is found where its code cannot be used; they are kept nowhere."""


def _areas(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "area", unit="m2") for name in names)


def _shares(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "share", unit="1") for name in names)


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
        Field("unit_code", "code"),
        Field("holder", "text"),
        Field("far_min", "ratio"),
        *_shares("coverage_min", "coverage_max", "green_min", "green_max"),
        Field("height_max_m", "length", unit="m"),
    ),
    Feed.ENTERPRISES: (
        Field("uscc", "uscc", key=True),
        Field("name", "text"),
        Field("industry", "code"),
        Field("above_scale", "boolean"),
        Field("registered_on", "date"),
        Field("registration_number", "code"),
        Field("registration_type", "text"),
        Field("address", "text"),
        Field("status", "text"),
        Field("capital_wan", "money", unit="万元"),  # ten thousand of whatever currency
        Field("capital_currency", "currency"),
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
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.FIGURES: (
        Field("uscc", "uscc"),
        Field("parcel_code", "parcel_code"),
        Field("meter", "metered"),  # its number, kept as electricity:10023
        Field("part_of", "uscc"),
        Field("period", "period", key=True),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
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
        *_areas("area_m2"),
        Field("far_max", "ratio"),
        *_shares("coverage_max", "green_min", "green_max"),
        Field("height_max_m", "length", unit="m"),
        Field("far_printed", "text"),
        Field("coverage_printed", "text"),
        Field("green_printed", "text"),
        Field("height_printed", "text"),
    ),
    Feed.BRANCHES: (
        Field("uscc", "uscc", key=True),
        Field("name", "text"),
        Field("head_uscc", "uscc"),
        Field("registered_on", "date"),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.RATINGS: (
        Field("uscc", "uscc", key=True),
        Field("period", "period", key=True),
        Field("grade", "text"),
        Field("points", "ratio"),
        Field("rank", "count"),
        Field("ranked", "count"),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.METERS: (
        Field("kind", "meter_kind", key=True),
        Field("meter", "code", key=True),
        Field("parcel_code", "parcel_code"),
        Field("uscc", "uscc"),
        Field("share", "share", unit="1"),
        Field("valid_from", "date"),
        Field("valid_to", "date"),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.INSPECTIONS: (
        Field("uscc", "uscc", key=True),
        Field("parcel_code", "parcel_code"),
        Field("period", "period", key=True),
        Field("kind", "item_kind", key=True),
        Field("item", "text", key=True),
        Field("quantity", "ratio"),
        Field("unit", "text"),
        Field("capacity_kva", "power", unit="kVA"),
        Field("commissioned_on", "date"),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.BUILDINGS: (
        Field("code", "parcel_code", key=True),
        Field("parcel_code", "parcel_code"),
        Field("name", "text"),
        Field("use", "text"),
        Field("floors", "count"),
        *_areas("floor_area_m2", "footprint_area_m2"),
        Field("height_m", "length", unit="m"),
        Field("completed_on", "date"),
    ),
    Feed.SUCCESSIONS: (
        Field("old_code", "parcel_code", key=True),
        Field("new_code", "parcel_code", key=True),
        Field("kind", "succession_kind"),
        Field("effective_on", "date"),
        Field("share", "share", unit="1"),
    ),
    Feed.PROJECTS: (
        Field("code", "code", key=True),
        Field("name", "text"),
        Field("industry", "code"),
        *_areas("floor_area_m2", "land_area_m2"),
        Field("clear_height_m", "length", unit="m"),
        Field("investment_wan_yuan", "money", unit="万元"),
        Field("output_wan_yuan", "money", unit="万元"),
        Field("tax_wan_yuan", "money", unit="万元"),
        Field("energy_tce", "energy", unit="tce"),
        Field("power_kva", "power", unit="kVA"),
        Field("needed_by", "date"),
        Field("lease_or_land", "lease_or_land"),
        Field("status", "project_status"),
        Field("note", "text"),
    ),
    Feed.PREMISES: (
        Field("code", "code", key=True),
        Field("parcel_code", "parcel_code"),
        Field("building_code", "parcel_code"),
        *_areas("floor_area_m2", "land_area_m2"),
        Field("clear_height_m", "length", unit="m"),
        Field("power_kva", "power", unit="kVA"),
        Field("available_from", "date"),
        Field("available_to", "date"),
        Field("rent_yuan_per_m2_month", "rent", unit="元/m²·月"),
        Field("industries", "text"),
        Field("note", "text"),
    ),
}

FIELDS: Mapping[Feed, Mapping[str, Field]] = MappingProxyType(
    {feed: MappingProxyType({field.name: field for field in fields}) for feed, fields in _FIELDS.items()}
)
"""Target fields of each feed in canonical order; metrics of figures come from the reference tables."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "role": {
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
        },
        "meter_kind": {
            "electricity": "electricity",
            "电": "electricity",
            "电表": "electricity",
            "电能表": "electricity",
            "电力": "electricity",
            "用电": "electricity",
            "gas": "gas",
            "气": "gas",
            "燃气": "gas",
            "气表": "gas",
            "燃气表": "gas",
            "天然气": "gas",
            "water": "water",
            "水": "water",
            "水表": "water",
            "自来水": "water",
            "用水": "water",
            "steam": "steam",
            "蒸汽": "steam",
            "蒸汽表": "steam",
            "heat": "heat",
            "热": "heat",
            "热表": "heat",
            "热力": "heat",
        },
        "item_kind": {
            "product": "product",
            "产品": "product",
            "主要产品": "product",
            "transformer": "transformer",
            "变压器": "transformer",
            "equipment": "equipment",
            "设备": "equipment",
            "主要用能设备": "equipment",
            "rooftop_solar": "rooftop_solar",
            "光伏": "rooftop_solar",
            "屋顶光伏": "rooftop_solar",
            "分布式光伏": "rooftop_solar",
        },
        "succession_kind": {
            "alias": "alias",
            "别名": "alias",
            "曾用代码": "alias",
            "renumbered": "renumbered",
            "变更": "renumbered",
            "换号": "renumbered",
            "split": "split",
            "分割": "split",
            "分宗": "split",
            "merged": "merged",
            "合并": "merged",
            "合宗": "merged",
        },
        "lease_or_land": {
            "lease": "lease",
            "租赁": "lease",
            "租": "lease",
            "租厂房": "lease",
            "租赁厂房": "lease",
            "land": "land",
            "供地": "land",
            "拿地": "land",
            "出让": "land",
            "购地": "land",
            "用地": "land",
            "either": "either",
            "均可": "either",
            "皆可": "either",
            "不限": "either",
            "租赁或供地": "either",
        },
        "project_status": {
            "open": "open",
            "在谈": "open",
            "洽谈": "open",
            "洽谈中": "open",
            "签约": "open",
            "已签约": "open",
            "待落地": "open",
            "placed": "placed",
            "落地": "placed",
            "已落地": "placed",
            "已入驻": "placed",
            "dropped": "dropped",
            "终止": "dropped",
            "已终止": "dropped",
            "放弃": "dropped",
        },
    }
)
"""What may stand in a field with a list of its own, as hand-overs write it → as we keep it."""
