"""Land: parcels and what became of them, contracts, buildings, barriers."""

from datetime import date

from geoalchemy2.elements import WKBElement
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id, geometry


class Parcel(Base):
    """A cadastral parcel (宗地)."""

    __tablename__ = "parcel"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    district: Mapped[str] = mapped_column(index=True)
    town: Mapped[str | None]
    name: Mapped[str | None]
    land_use: Mapped[str | None]
    registered_area_m2: Mapped[float | None]
    approved_area_m2: Mapped[float | None]
    contract_area_m2: Mapped[float | None]
    surveyed_area_m2: Mapped[float | None]
    occupied_area_m2: Mapped[float | None]
    geodesic_area_m2: Mapped[float]
    floor_area_m2: Mapped[float | None]
    far: Mapped[float | None]  # recorded floor-area ratio 容积率
    far_limit: Mapped[float | None]  # upper limit by plan or contract
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    geom: Mapped[WKBElement] = geometry()
    # last, where the migration could put it
    footprint_area_m2: Mapped[float | None]  # ground that buildings cover 建筑占地面积
    unit_code: Mapped[str | None]  # real-estate unit 不动产单元号, 28 characters
    holder: Mapped[str | None]  # of the title 权利人
    # what the plan allows, beside far_limit; shares are 0…1
    far_min: Mapped[float | None]
    coverage_min: Mapped[float | None]
    coverage_max: Mapped[float | None]
    green_min: Mapped[float | None]
    green_max: Mapped[float | None]
    height_max_m: Mapped[float | None]


class ParcelSuccession(Base):
    """What a parcel code became (宗地沿革): another code, or parts of others after a split or merger."""

    __tablename__ = "parcel_succession"
    __table_args__ = (
        Index("uq_parcel_succession", "old_code", "new_code", unique=True),
        Index(None, "new_code"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    old_code: Mapped[str]
    new_code: Mapped[str]
    kind: Mapped[str | None]  # alias | renumbered | split | merged
    effective_on: Mapped[date | None]
    share: Mapped[float | None]  # of the old parcel's land, 0…1
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class GrantContract(Base):
    """The grant contract in force of a parcel (出让合同): its dates, and what its holder promised."""

    __tablename__ = "grant_contract"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parcel_code: Mapped[str] = mapped_column(unique=True)
    signed_on: Mapped[date | None]
    complete_by: Mapped[date | None]  # 约定竣工
    completed_on: Mapped[date | None]  # 实际竣工
    tax_wan_yuan_per_mu: Mapped[float | None]
    output_wan_yuan_per_mu: Mapped[float | None]
    investment_wan_yuan_per_mu: Mapped[float | None]  # 固定资产投资强度
    energy_tce_per_wan_yuan: Mapped[float | None]  # at most, of output
    far: Mapped[float | None]  # floor-area ratio 容积率
    coverage: Mapped[float | None]  # building coverage 建筑密度, 0…1
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    # last, where the migration could put them; far and coverage above are the lower bounds
    area_m2: Mapped[float | None]
    far_max: Mapped[float | None]
    coverage_max: Mapped[float | None]
    green_min: Mapped[float | None]
    green_max: Mapped[float | None]
    height_max_m: Mapped[float | None]
    far_printed: Mapped[str | None]  # as the contract prints it, 2.0<r≤2.8
    coverage_printed: Mapped[str | None]
    green_printed: Mapped[str | None]
    height_printed: Mapped[str | None]
    contract_number: Mapped[str | None]
    start_by: Mapped[date | None]  # 约定开工
    started_on: Mapped[date | None]
    extended_to: Mapped[date | None]  # completion at the latest, by the longest extension granted 延期竣工
    reach_by: Mapped[date | None]  # full production 约定达产
    price_wan_yuan: Mapped[float | None]  # of the land 土地出让价款
    penalty_per_day: Mapped[float | None]  # share of the price for every day late 违约金, 0.001 = 1‰
    penalty_printed: Mapped[str | None]
    office_share_max: Mapped[float | None]  # of the land, 0…1 行政办公及生活服务设施用地比例
    investment_total_wan_yuan: Mapped[float | None]
    industries: Mapped[str | None]  # allowed divisions of GB/T 4754, as a list in text
    # what the contract says: allowed | with_consent | forbidden; null: not known
    leasing_clause: Mapped[str | None]
    transfer_clause: Mapped[str | None]
    uplift_clause: Mapped[str | None]
    leasing_condition: Mapped[str | None]
    transfer_condition: Mapped[str | None]
    uplift_condition: Mapped[str | None]


class Premises(Base):
    """Space to let or land to give (可租厂房、存量空间), as the park committee lists it."""

    __tablename__ = "premises"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    parcel_code: Mapped[str | None] = mapped_column(index=True)
    building_code: Mapped[str | None]
    floor_area_m2: Mapped[float | None]
    land_area_m2: Mapped[float | None]  # to be given as land; null: floor alone is offered
    clear_height_m: Mapped[float | None]
    power_kva: Mapped[float | None]
    available_from: Mapped[date | None]
    available_to: Mapped[date | None]  # last day included
    rent_yuan_per_m2_month: Mapped[float | None]
    industries: Mapped[str | None]  # divisions of GB/T 4754 that may come, as written
    note: Mapped[str | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))


class Building(Base):
    """A building (建筑物) as surveyed, with its outline."""

    __tablename__ = "building"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    parcel_code: Mapped[str | None] = mapped_column(index=True)  # as handed over; else it lies where it lies
    name: Mapped[str | None]
    use: Mapped[str | None]
    floors: Mapped[int | None]
    floor_area_m2: Mapped[float | None]
    footprint_area_m2: Mapped[float | None]
    height_m: Mapped[float | None]
    completed_on: Mapped[date | None]
    geodesic_area_m2: Mapped[float]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    geom: Mapped[WKBElement] = geometry()


class Barrier(Base):
    """What parts land that is near on the map (阻隔): a river, a railway …, a line or a polygon."""

    __tablename__ = "barrier"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str | None]  # river | railway | expressway | boundary | other
    name: Mapped[str | None]
    source_row_id: Mapped[int] = mapped_column(ForeignKey("source_row.id"))
    geom: Mapped[WKBElement] = geometry("GEOMETRY")
