"""The mapping file (字段映射): which column of a hand-over fills which of our fields, in YAML.

    feed: figures                # one of `service.domain.hand_overs.Feed`
    sheet: 2023年                # optional: the sheet of a workbook (layer: of a GIS file); else the one
    that fits header: auto                 # or the header's row number, or [3, 4] for two levels, joined as
    用电量/电网 empty: [未纳入统计]           # optional: further marks for "nothing" beside / - — **** ，
    无 columns:                     # target field: source column, several synonyms, or a rule
      uscc: [统一社会信用代码, 纳税人识别号]
      period: {constant: 2023}   # or a column
    metrics:                     # figures only; a row may carry many; the unit is never guessed
      tax: {column: 评价税收（元）, unit: yuan}
      energy_equal_supply: {column: 用电量, unit: 万kWh}      # becomes coal equivalent by the metric's basis

A rule is one of ``column``, ``constant`` or ``combine`` (max, min, sum or first, ``of`` several rules;
parts left empty count as nothing), with

* ``unit``: the unit of the source, exact conversion (sqft, 亩, 公顷, yuan, 万元, 万元/公顷, kWh …; ``%``
  for shares). Fields that name a unit (``…_m2``, ``…_kwh``, ``…_wan_yuan_per_mu`` 万元/亩) are read in it
  when none is given; a metric needs one;
* ``values``: source code → our value, ``otherwise: hold`` (default), ``keep`` or ``empty`` for codes not
  listed. Thus a yes becomes a mark (标识): ``{column: 是否高企, unit: mark, values: {是: 1, 否: ""}}``;
* ``optional: true``: the column may be absent from the file.

Fields. parcels: code (required), district, town, name, land_use, registered_area_m2, approved_area_m2,
contract_area_m2, surveyed_area_m2, occupied_area_m2, floor_area_m2, far, far_limit, footprint_area_m2,
unit_code, holder, far_min, coverage_min, coverage_max, green_min, green_max (0…1), height_max_m.
enterprises: uscc (required), name, industry, above_scale, registered_on, registration_number,
registration_type, address, status, capital_wan, capital_currency.
occupancies: parcel_code, uscc, role (required: own, leased_in, leased_out), floor_area_m2, land_area_m2,
electricity_kwh, manual_share, valid_from, valid_to.
contracts: parcel_code (required), signed_on, complete_by, completed_on, tax_wan_yuan_per_mu,
output_wan_yuan_per_mu, investment_wan_yuan_per_mu, energy_tce_per_wan_yuan, far, coverage (0…1), area_m2,
far_max, coverage_max, green_min, green_max, height_max_m; far_printed, coverage_printed, green_printed,
height_printed: the limits as the contract prints them.
branches: uscc (required), name, head_uscc, registered_on.
ratings: uscc, period (required), grade, points, rank, ranked.
meters: kind (electricity, gas, water, steam, heat), meter (required), parcel_code, uscc, share, valid_from,
valid_to.
inspections: uscc, period, kind (product, transformer, equipment, rooftop_solar), item (required),
parcel_code, quantity, unit, capacity_kva, commissioned_on.
buildings: code (required), parcel_code, name, use, floors, floor_area_m2, footprint_area_m2, height_m,
completed_on.
successions: old_code, new_code (required), kind (alias, renumbered, split, merged), effective_on, share.
figures: uscc or parcel_code (the subject), part_of (the USCC whose total contains a parcel's figure),
period (required), and the metrics of ``service/reference/metrics.yaml``.

Without a mapping a file must use these very names as its column names; metrics are then read in their
display unit.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.fields import FIELDS
from service.feeds.units import check_unit
from service.feeds.yaml_text import load_yaml
from service.reference.tables import unit_table


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_rule(value: Any) -> Any:
    return {"column": value} if isinstance(value, (str, list)) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float, date)) else value


_Text = Annotated[str, BeforeValidator(_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """How one field is read from a row."""

    column: Annotated[list[str], BeforeValidator(_as_list)] | None = Field(None, min_length=1)
    constant: _Text | None = None
    combine: Literal["max", "min", "sum", "first"] | None = None
    of: list["RuleOrColumn"] | None = Field(None, min_length=1)
    unit: str | None = None
    values: dict[_Text, _Text] | None = None
    otherwise: Literal["hold", "keep", "empty"] = "hold"
    optional: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if [self.column is None, self.constant is None, self.combine is None].count(False) != 1:
            raise ValueError("give exactly one of column, constant and combine")
        if (self.combine is None) != (self.of is None):
            raise ValueError("combine and of belong together")
        return self

    def leaves(self) -> Iterator["Rule"]:
        """Yield this rule, or the rules it combines, down to those that read something."""
        for part in self.of or ():
            yield from part.leaves()
        if self.of is None:
            yield self


RuleOrColumn = Annotated[Rule, BeforeValidator(_as_rule)]


class FeedMapping(_Strict):
    """A mapping file as read; see the module for the format.

    Raises pydantic's ValidationError when built directly; `parse_mapping` and `read_mapping` raise
    `InvalidMapping`.
    """

    feed: Feed
    sheet: _Text | None = None
    layer: _Text | None = None
    header: Literal["auto"] | Annotated[int, Field(ge=1)] | list[Annotated[int, Field(ge=1)]] = "auto"
    encoding: Literal["utf-8", "gb18030", "utf-16"] | None = None
    empty: list[_Text] = []
    columns: dict[str, RuleOrColumn]
    metrics: dict[str, RuleOrColumn] = {}

    @model_validator(mode="after")
    def _fits_the_feed(self) -> Self:
        fields = FIELDS[self.feed]
        for name in self.columns:
            if name not in fields:
                raise ValueError(f"columns.{name}: not a field of {self.feed}; there are {', '.join(fields)}")
        for name, field in fields.items():
            if field.key and name not in self.columns:
                raise ValueError(f"columns.{name}: {self.feed} cannot do without it")
            indispensable = field.key or name in ("uscc", "parcel_code", "district")
            rule = self.columns.get(name)
            if rule and indispensable and (rule.optional or any(leaf.optional for leaf in rule.leaves())):
                raise ValueError(f"columns.{name}: this field cannot be optional")
        if self.feed is not Feed.FIGURES and self.metrics:
            raise ValueError("metrics: only figures have metrics")
        if self.feed is Feed.FIGURES:
            if ("uscc" in self.columns) == ("parcel_code" in self.columns):
                raise ValueError("columns: name the subject by exactly one of uscc and parcel_code")
            if "part_of" in self.columns and "uscc" in self.columns:
                raise ValueError("columns.part_of: belongs to figures of a parcel")
            if not self.metrics:
                raise ValueError("metrics: figures need at least one")
        if isinstance(self.header, list) and self.header != sorted(set(self.header)):
            raise ValueError("header: several rows are given from top to bottom")
        self._check_units()
        return self

    def _check_units(self) -> None:
        table = unit_table()
        for name, rule in self.columns.items():
            field = FIELDS[self.feed][name]
            if rule.combine not in (None, "first") and field.unit is None and field.kind != "ratio":
                raise ValueError(f"columns.{name}: {rule.combine} is for numbers")
            for leaf in rule.leaves():
                check_unit(f"columns.{name}", field, leaf.unit or rule.unit)
        for code, rule in self.metrics.items():
            if code not in table.metrics:
                raise ValueError(f"metrics.{code}: no such metric; there are {', '.join(table.metrics)}")
            for leaf in rule.leaves():
                check_unit(f"metrics.{code}", table.metrics[code], leaf.unit or rule.unit)


def parse_mapping(text: str, place: str = "mapping") -> FeedMapping:
    """Read a mapping from YAML text; raises `InvalidMapping` that names ``place`` and the entry."""
    document = load_yaml(text, place)
    try:
        return FeedMapping.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        entry = ".".join(str(part) for part in first["loc"])
        detail = first["msg"].removeprefix("Value error, ")
        raise InvalidMapping(
            f"{entry}: {detail}" if entry else detail,
            "字段映射文件有误。",
            place=place,
            action="Correct this entry of the mapping file. 请修改映射文件中的该项。",
        ) from None


def read_mapping(path: Path) -> FeedMapping:
    """Read a mapping file; raises `InvalidMapping` that names the file and the entry."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be opened"
        raise InvalidMapping(f"The mapping file {reason}.", "映射文件无法读取。", place=path.name) from None
    return parse_mapping(text, path.name)
