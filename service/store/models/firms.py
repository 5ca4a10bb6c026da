"""Enterprises: who they are, where they sit, what they reported, how others rated them."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id


class Enterprise(Base):
    """A legal person (企业) by its unified social credit code."""

    __tablename__ = "enterprise"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uscc: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    industry: Mapped[str | None]  # GB/T 4754 code
    above_scale: Mapped[bool | None]  # 规上
    registered_on: Mapped[date | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    # last, where the migration could put them
    registration_number: Mapped[str | None] = mapped_column(index=True)  # old, 15 digits 注册号
    registration_type: Mapped[str | None]
    address: Mapped[str | None]
    status: Mapped[str | None]  # 存续, 注销, 吊销 …
    capital_wan: Mapped[float | None]  # registered capital 注册资本, 10,000 of its currency
    capital_currency: Mapped[str | None]


class Branch(Base):
    """A branch (分支机构) with its own code, and the head office it belongs to."""

    __tablename__ = "branch"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uscc: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    head_uscc: Mapped[str | None] = mapped_column(index=True)
    registered_on: Mapped[date | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Occupancy(Base):
    """Who holds what (地企调查): an enterprise's own, leased-in or leased-out land and floor on a parcel."""

    __tablename__ = "occupancy"
    __table_args__ = (
        Index("uq_occupancy_key", "parcel_code", "uscc", "role", "valid_from", unique=True),
        # for a unique index two unknown dates are different, so they get one of their own
        Index(
            "uq_occupancy_key_undated",
            "parcel_code",
            "uscc",
            "role",
            unique=True,
            postgresql_where=text("valid_from IS NULL"),
            sqlite_where=text("valid_from IS NULL"),
        ),
        Index(None, "uscc"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parcel_code: Mapped[str]
    uscc: Mapped[str]
    role: Mapped[str]  # own | leased_in | leased_out
    floor_area_m2: Mapped[float | None]
    land_area_m2: Mapped[float | None]
    electricity_kwh: Mapped[float | None]  # metered for this holding
    manual_share: Mapped[float | None]  # of the enterprise's figures, 0…1, decided by a person
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # last day included
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Meter(Base):
    """A meter (计量表) and whom it measures; one that serves two firms stands twice, with shares."""

    __tablename__ = "meter"
    __table_args__ = (
        Index("uq_meter", "kind", "meter", "parcel_code", "uscc", unique=True),
        Index(None, "parcel_code"),
        Index(None, "uscc"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]  # electricity | gas | water | steam | heat
    meter: Mapped[str]  # the supplier's number
    parcel_code: Mapped[str]  # empty when unknown
    uscc: Mapped[str]  # empty when unknown
    share: Mapped[float | None]  # of its readings, 0…1
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # last day included
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class InspectionItem(Base):
    """What the energy inspection (能源检查) found: a product, transformer, equipment, rooftop solar."""

    __tablename__ = "inspection_item"
    __table_args__ = (
        Index("uq_inspection_item", "uscc", "parcel_code", "period", "kind", "item", unique=True),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uscc: Mapped[str]
    parcel_code: Mapped[str]  # empty when unknown
    period: Mapped[str]
    kind: Mapped[str]  # product | transformer | equipment | rooftop_solar
    item: Mapped[str]  # name, model or number, as the inspection lists it
    quantity: Mapped[float | None]
    unit: Mapped[str | None]  # of the quantity, as written
    capacity_kva: Mapped[float | None]
    commissioned_on: Mapped[date | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    # last, where the migration could put them
    inspected_on: Mapped[date | None]
    equipment_kind: Mapped[str | None]  # motor | compressor | boiler | pump | fan | transformer | other
    model: Mapped[str | None]  # 型号
    power_kw: Mapped[float | None]  # rated power of one 额定功率; of a boiler its heat output
    hours_per_year: Mapped[float | None]  # 年运行小时
    load_share: Mapped[float | None]  # mean load while running, 0…1 负载率
    efficiency_class: Mapped[str | None]  # 1 | 2 | 3 | below 能效等级
    fuel: Mapped[str | None]  # electricity | gas | coal | diesel | petrol | firewood | heat | other
    roof_area_m2: Mapped[float | None]  # roof under the array 光伏占用屋顶面积
    installed_kwp: Mapped[float | None]  # of the array 装机容量


class FirmSurcharge(Base):
    """Another surcharge (其他加价) on a firm's electricity than that of its parcel's grade."""

    __tablename__ = "firm_surcharge"
    __table_args__ = (Index("uq_firm_surcharge", "uscc", "parcel_code", "kind", "valid_from", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uscc: Mapped[str]
    parcel_code: Mapped[str]  # empty for all its parcels
    kind: Mapped[str]  # differential | punitive | tiered | environmental | other
    yuan_per_kwh: Mapped[float | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day included
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class EnterpriseRating(Base):
    """The result of the enterprise evaluation (企业综合评价) of a firm: another office's, beside ours."""

    __tablename__ = "enterprise_rating"
    __table_args__ = (Index("uq_enterprise_rating", "uscc", "period", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uscc: Mapped[str]
    period: Mapped[str]
    grade: Mapped[str | None]
    points: Mapped[float | None]
    rank: Mapped[int | None]
    ranked: Mapped[int | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Project(Base):
    """A project that looks for a place (招商项目): what it needs, and what it promises a year.

    Amounts of money are multiples of 0.01 yuan, so that fen come back exactly.
    """

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    industry: Mapped[str | None]  # GB/T 4754 code
    floor_area_m2: Mapped[float | None]
    land_area_m2: Mapped[float | None]
    clear_height_m: Mapped[float | None]
    investment_wan_yuan: Mapped[float | None]
    output_wan_yuan: Mapped[float | None]  # a year at full production 达产
    tax_wan_yuan: Mapped[float | None]
    energy_tce: Mapped[float | None]
    power_kva: Mapped[float | None]
    needed_by: Mapped[date | None]
    lease_or_land: Mapped[str | None]  # lease | land | either
    status: Mapped[str | None]  # open | placed | dropped
    note: Mapped[str | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Figure(Base):
    """A reported number: subject, period, metric, value in the metric's minor unit, and the row it came from.

    Long format: a new metric needs no migration. A later hand-over of the same key supersedes, nothing is
    overwritten: the figures in effect after batch ``b`` are those with ``batch_id <= b`` and
    ``superseded_by`` null or greater than ``b``.
    """

    __tablename__ = "figure"
    __table_args__ = (
        Index(
            "uq_figure_current",
            "subject_kind",
            "subject_code",
            "part_of",
            "period",
            "metric",
            unique=True,
            postgresql_where=text("superseded_by IS NULL"),
            sqlite_where=text("superseded_by IS NULL"),
        ),
        Index(None, "period", "metric"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject_kind: Mapped[str]  # enterprise | parcel | meter
    subject_code: Mapped[str]
    # USCC whose total contains a parcel's figure
    part_of: Mapped[str] = mapped_column(server_default=text("''"))
    period: Mapped[str]  # "2023", "2023Q3", "2023-07"
    metric: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
