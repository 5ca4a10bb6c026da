"""The mapping file (字段映射): which column of a hand-over fills which of our fields, in YAML.

    feed: figures                # what is handed over
    sheet: 2023年                # optional: the sheet of a workbook (layer: of a GIS file); else what fits
    header: auto                 # or the row's number, or [3, 4] for two levels, which read 用电量/电网
    encoding: gb18030            # optional: utf-8, gb18030 or utf-16; else found out
    records: datas               # optional: under which key of a JSON object the records stand
    empty: [未约定]              # further marks for "nothing" beside / - — **** ， 无 未纳入统计 …
    fill_down: [企业名称]        # merged cells: an empty one takes what stands above it
    skip:                        # further rows that are no data
      - {column: 行业, matches: ^其中}
      - {values: [以下空白]}     # in any cell
    columns:                     # target field: source column, several synonyms, or a rule
      uscc: [统一社会信用代码, 纳税人识别号]
      period: {constant: 2023}   # or a column, or {from: title}
    metrics:                     # figures only; a row may carry many; the unit is never guessed
      tax: {column: 评价税收（元）, unit: yuan}
      energy_equal_supply: {column: 用电量, unit: 万kWh}      # becomes coal equivalent by the metric's basis

A **profile** (交付方案) is a mapping with a head, which `service.feeds.profiles.catalogue` finds by name::

    profile: tax-finance         # its name, that of its file
    title: {zh: 税务财务数据, en: Tax and finance}
    bureau: tax                  # of service/reference/bureaus.yaml
    source: where the layout is known from
    verified: false              # whether a file or document of this layout was read

**Header.** It is found by itself, of one level or of two or three with merged cells. A column is named by its
levels joined (``用电量/电网``), by its last levels where only one column has them (``电网``), or by its code
in the row of codes beneath (``G1``). Names are compared without blanks, width, case and a ``*`` in front.
Rows above are titles; a header that is repeated further down, with all its levels, is skipped.

**Rule.** One of ``column``, ``constant``, ``combine`` (max, min, sum or first, ``of`` several rules; parts
left empty count as nothing) or, for periods, ``from: title | file_name | sheet``, which finds exactly one
period there. With it

* ``unit``: the unit of the source, exact conversion (sqft, 亩, 公顷, yuan, 万元, 万元/公顷, kWh …; ``%``
  for shares). Fields that name a unit (``…_m2``, ``…_kwh``, ``…_wan_yuan_per_mu`` 万元/亩) are read in it
  when none is given; a metric needs one. The file may name it itself:
  ``unit: header`` in brackets of the column's header, as in 用地面积（平方米）, whose name is then also
  understood without the brackets; ``unit: title`` in a row above, as in 单位：万元; ``unit: text`` in every
  cell: ``41亩``, ``68507.52平方米(折102.76亩)``, ``≥216万元/亩``, ``100万美元``;
  ``unit: {column: 计量单位, values: {度: kWh}}`` in a column of its own. What names no unit is refused;
* ``bound: lower | upper``: the cell prints a limit (``≥1.2``, ``2.0<r≤2.8``, ``30%-55%``, ``不低于1.2``), of
  which this end is read; a plain number is both ends, or ``plain: lower | upper`` only that one;
* ``values``: source code → our value, ``otherwise: hold`` (default), ``keep`` or ``empty`` for codes not
  listed. Thus a yes becomes a mark (标识): ``{column: 是否高企, unit: mark, values: {是: 1, 否: ""}}``;
* ``optional: true``: the column may be absent from the file.

**Period.** A year (2023, 2023年度), a quarter (2023Q3, 2023年3季度, 2023年第三季度) or a month (2023-07,
2023年7月, 202307), kept as ``2023``, ``2023Q3``, ``2023-07``.

**One figure a row.** Instead of ``metrics`` a column may name the metric, and another hold the value::

    metric: {column: 指标, values: {用电量: electricity, 用气量: {metric: gas, unit: m3_gas}}}
    value: {column: 数值, unit: {column: 计量单位}}

**Fields.** parcels: code (required), district, town, name, land_use, registered_area_m2, approved_area_m2,
contract_area_m2, surveyed_area_m2, occupied_area_m2, floor_area_m2, far, far_limit, footprint_area_m2,
unit_code, holder, far_min, coverage_min, coverage_max, green_min, green_max (0…1), height_max_m.
enterprises: uscc (required), name, industry, above_scale, registered_on, registration_number,
registration_type, address, status, capital_wan, capital_currency.
occupancies: parcel_code, uscc, role (required: own, leased_in, leased_out), floor_area_m2, land_area_m2,
electricity_kwh, manual_share, valid_from, valid_to.
contracts: parcel_code (required), signed_on, complete_by, completed_on, tax_wan_yuan_per_mu,
output_wan_yuan_per_mu, investment_wan_yuan_per_mu, energy_tce_per_wan_yuan, far, coverage (0…1), area_m2,
far_max, coverage_max, green_min, green_max, height_max_m; far_printed, coverage_printed, green_printed,
height_printed: the limits as the contract prints them; contract_number, start_by, started_on, extended_to,
reach_by, price_wan_yuan, penalty_per_day (share of the price, 0…1), penalty_printed, office_share_max (0…1 of
the land), investment_total_wan_yuan, industries (divisions, separated); leasing_clause, transfer_clause,
uplift_clause (allowed, with_consent, forbidden) and leasing_condition, transfer_condition, uplift_condition.
branches: uscc (required), name, head_uscc, registered_on.
ratings: uscc, period (required), grade, points, rank, ranked.
meters: kind (electricity, gas, water, steam, heat), meter (required), parcel_code, uscc, share, valid_from,
valid_to.
inspections: uscc, period, kind (product, transformer, equipment, rooftop_solar), item (required),
parcel_code, quantity, unit, capacity_kva, commissioned_on, inspected_on, equipment_kind (motor, compressor,
boiler, pump, fan, transformer, other), model, power_kw, hours_per_year, load_share (0…1), efficiency_class
(1, 2, 3, below), fuel (electricity, gas, coal, diesel, petrol, firewood, heat, other), roof_area_m2,
installed_kwp.
buildings: code (required), parcel_code, name, use, floors, floor_area_m2, footprint_area_m2, height_m,
completed_on.
successions: old_code, new_code (required), kind (alias, renumbered, split, merged), effective_on, share.
surcharges: uscc, kind (differential, punitive, tiered, environmental, other), yuan_per_kwh, valid_from
(required), parcel_code, valid_to.
barriers: code (required), kind (river, railway, expressway, boundary, other), name.
projects: code (required), name, industry, floor_area_m2, land_area_m2, clear_height_m, investment_wan_yuan,
output_wan_yuan, tax_wan_yuan, energy_tce, power_kva, needed_by, lease_or_land (lease, land, either), status
(open, placed, dropped), note.
premises: code (required), parcel_code, building_code, floor_area_m2, land_area_m2, clear_height_m, power_kva,
available_from, available_to, rent_yuan_per_m2_month, industries, note.
figures: uscc, parcel_code or meter (the subject), part_of, period (required), and the metrics.

Beside uscc, or in its place, enterprise_name and registration_number (the old one of 15 digits) say whose
a row is, on every feed but the register, which has its own; of branches they name the head office. They are
looked up where the code cannot be used (`service.feeds.identifying`) and kept nowhere.

Figures name their subject by exactly one of uscc, parcel_code and meter; ``part_of`` is the USCC whose total
contains a parcel's figure; metrics are those of ``service/reference/metrics.yaml``. What a meter counts is
told by the unit of its figures.

Without a mapping a file must use these very names as its column names; metrics are then read in their
display unit.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
from pydantic import ValidationError, model_validator

from service.domain.hand_overs import Feed
from service.domain.units import Metric
from service.errors import InvalidMapping
from service.feeds.mappings.fields import FIELDS, NAMES, Field
from service.feeds.mappings.profile_head import Head
from service.feeds.mappings.rules import (
    UNIT_IN_FILE,
    Columns,
    MetricColumn,
    Rule,
    RuleOrColumn,
    Skip,
    Text,
    UnitColumn,
)
from service.feeds.mappings.yaml_text import load_yaml
from service.feeds.values.unit_words import unit_named
from service.feeds.values.units import METER_KINDS, check_unit, meter_kind
from service.reference.tables import unit_table

__all__ = ["SUBJECTS", "FeedMapping", "Rule", "parse_mapping", "read_mapping"]

SUBJECTS = ("uscc", "parcel_code", "meter")
"""By what figures name their subject."""

_INDISPENSABLE = ("uscc", "parcel_code", "meter", "district")


class FeedMapping(Head):
    """A mapping file as read; see the module for the format.

    Raises pydantic's ValidationError when built directly; `parse_mapping` and `read_mapping` raise
    `InvalidMapping`.
    """

    feed: Feed
    sheet: Text | None = None
    layer: Text | None = None
    header: (
        Literal["auto"] | Annotated[int, pydantic.Field(ge=1)] | list[Annotated[int, pydantic.Field(ge=1)]]
    ) = "auto"
    encoding: Literal["utf-8", "gb18030", "utf-16"] | None = None
    records: Text | None = None
    empty: list[Text] = pydantic.Field([])
    fill_down: list[Columns] = pydantic.Field([])
    skip: list[Skip] = pydantic.Field([])
    columns: dict[str, RuleOrColumn]
    metrics: dict[str, RuleOrColumn] = pydantic.Field({})
    metric: MetricColumn | None = None
    value: RuleOrColumn | None = None

    @model_validator(mode="after")
    def _fits_the_feed(self) -> Self:
        fields = FIELDS[self.feed]
        for name in self.columns:
            if name not in fields:
                raise ValueError(f"columns.{name}: not a field of {self.feed}; there are {', '.join(fields)}")
        for name, field in fields.items():
            if field.key and name not in self.columns and not self._is_found(name):
                raise ValueError(f"columns.{name}: {self.feed} cannot do without it")
            indispensable = field.key or name in _INDISPENSABLE
            rule = self.columns.get(name)
            if rule and indispensable and (rule.optional or _may_be_absent(rule)):
                raise ValueError(f"columns.{name}: this field cannot be optional")
        if self.feed is Feed.FIGURES:
            self._check_figures()
        elif self.metrics or self.metric or self.value:
            raise ValueError("metrics: only figures have metrics")
        if isinstance(self.header, list) and self.header != sorted(set(self.header)):
            raise ValueError("header: several rows are given from top to bottom")
        for name, rule in self.columns.items():
            self._check_rule(f"columns.{name}", rule, fields[name])
        for code, rule in self.metrics.items():
            self._check_rule(f"metrics.{code}", rule, _metric(f"metrics.{code}", code))
        return self

    def subject(self) -> str:
        """Return the field by which figures name their subject."""
        return next((name for name in SUBJECTS if name in self.columns), "uscc")

    def _is_found(self, name: str) -> bool:
        """Whether the code of the row's enterprise is found by its name or old number."""
        of_row = self.feed is not Feed.BRANCHES  # there they say who the head office is
        return name == "uscc" and of_row and any(other in self.columns for other in NAMES)

    def _check_figures(self) -> None:
        named = [name for name in SUBJECTS if name in self.columns]
        if any(name in self.columns for name in NAMES) and named not in ([], ["uscc"]):
            raise ValueError(f"columns: {', '.join(NAMES)} belong to figures of enterprises")
        if len(named) != 1 and not (not named and self._is_found("uscc")):
            raise ValueError(f"columns: name the subject by exactly one of {', '.join(SUBJECTS)}")
        if "part_of" in self.columns and "parcel_code" not in self.columns:
            raise ValueError("columns.part_of: belongs to figures of a parcel")
        if (self.metric is None) != (self.value is None):
            raise ValueError("metric: a column that names the metric needs a value, and the other way round")
        if bool(self.metrics) == (self.metric is not None):
            raise ValueError("metrics: figures need at least one, or metric and value instead")
        if self.metric is not None and self.value is not None:
            if self.value.column is None:
                raise ValueError("value: is read from a column")
            self._check_one_a_row(self.metric, self.value)
        if "meter" in self.columns and (len(kinds := self.counted()) != 1 or None in kinds):
            raise ValueError(
                f"columns.meter: figures of meters are of one kind of {', '.join(sorted(METER_KINDS))}; "
                f"these are of {', '.join(sorted(map(str, kinds)))}"
            )

    def _check_one_a_row(self, metric: MetricColumn, value: Rule) -> None:
        targets = [
            _metric(f"metric.values.{word}", meaning.metric) for word, meaning in metric.values.items()
        ]
        unit = value.unit
        if isinstance(unit, UnitColumn):
            for word, symbol in unit.values.items():
                if all(unit_named(symbol, target) is None for target in targets):
                    raise ValueError(
                        f"value.unit: {word} cannot be {symbol!r}, a unit of none of the metrics"
                    )
            unit = UnitColumn(column=unit.column)
        for (word, meaning), target in zip(metric.values.items(), targets, strict=True):
            rule = value.model_copy(update={"unit": meaning.unit or unit})
            self._check_rule(f"metric.values.{word}", rule, target)

    def counted(self) -> set[str | None]:
        """Return what the meters of the mapping count, by the units of their figures."""
        metrics = unit_table().metrics
        kinds = {
            meter_kind(metrics[code], leaf.unit or rule.unit)
            for code, rule in self.metrics.items()
            if code in metrics
            for leaf in rule.leaves()
        }
        for meaning in self.metric.values.values() if self.metric else ():
            unit = meaning.unit or (self.value.unit if self.value else None)
            kinds.add(meter_kind(metrics[meaning.metric], unit))
        return kinds

    def _check_rule(self, place: str, rule: Rule, target: Field | Metric) -> None:
        measured = isinstance(target, Metric) or target.unit is not None or target.kind == "ratio"
        if rule.combine not in (None, "first") and not measured:
            raise ValueError(f"{place}: {rule.combine} is for numbers")
        for leaf in rule.leaves():
            unit = leaf.unit or rule.unit
            check_unit(place, target, unit)
            if leaf.from_ is not None and (isinstance(target, Metric) or target.kind != "period"):
                raise ValueError(f"{place}: only a period is found in a {leaf.from_}")
            if leaf.bound is not None and (isinstance(target, Metric) or not measured):
                raise ValueError(f"{place}: only what has limits has a bound")
            if leaf.column is None and (unit in UNIT_IN_FILE or isinstance(unit, UnitColumn)):
                raise ValueError(f"{place}: a constant has its unit in the mapping")


def _may_be_absent(rule: Rule) -> bool:
    """Whether a file without any column of a rule would do; of several to choose from one must be there."""
    leaves = list(rule.leaves())
    choice = rule.combine == "first"
    return (all if choice else any)(leaf.optional for leaf in leaves)


def _metric(place: str, code: str) -> Metric:
    metrics = unit_table().metrics
    if code not in metrics:
        raise ValueError(f"{place}: no such metric {code!r}; there are {', '.join(metrics)}")
    return metrics[code]


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
