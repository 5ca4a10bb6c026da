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
    """How a cell is read: a list of `service.feeds.mappings.words`, a reader of `service.feeds.values.cells`,
    or a quantity."""
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
        Field("contract_number", "code"),
        Field("start_by", "date"),
        Field("started_on", "date"),
        Field("extended_to", "date"),
        Field("reach_by", "date"),
        Field("price_wan_yuan", "money", unit="万元"),
        Field("penalty_per_day", "daily_share", unit="1/日"),
        Field("penalty_printed", "text"),
        *_shares("office_share_max"),
        Field("investment_total_wan_yuan", "money", unit="万元"),
        Field("industries", "text"),
        *(Field(f"{what}_clause", "clause") for what in ("leasing", "transfer", "uplift")),
        *(Field(f"{what}_condition", "text") for what in ("leasing", "transfer", "uplift")),
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
        Field("inspected_on", "date"),
        Field("equipment_kind", "equipment_kind"),
        Field("model", "text"),
        Field("power_kw", "active_power", unit="kW"),
        Field("hours_per_year", "ratio"),
        Field("load_share", "share", unit="1"),
        Field("efficiency_class", "efficiency_class"),
        Field("fuel", "fuel"),
        *_areas("roof_area_m2"),
        Field("installed_kwp", "active_power", unit="kWp"),
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
    Feed.SURCHARGES: (
        Field("uscc", "uscc", key=True),
        Field("parcel_code", "parcel_code"),
        Field("kind", "surcharge_kind", key=True),
        Field("yuan_per_kwh", "money_per_electricity", unit="元/kWh"),
        Field("valid_from", "date", key=True),
        Field("valid_to", "date"),
        Field("enterprise_name", "text"),
        Field("registration_number", "code"),
    ),
    Feed.BARRIERS: (
        Field("code", "code", key=True),
        Field("kind", "barrier_kind"),
        Field("name", "text"),
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
