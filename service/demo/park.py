"""The demo park as it truly is, before any department writes it down: parcels, firms, and who holds what.

澜浦县 and everything in it is invented: no such county, town, firm or code exists.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.random import Generator

from service.demo.firms import DISTRICT, Firm, RegistrationHall
from service.demo.industries import CLUSTERS
from service.demo.land import Plot, survey

_SQUARE_METRES_PER_MU = 10_000 / 15
_LAND_USES = ["工业用地", "物流仓储用地", "公用设施用地"]


@dataclass(slots=True, eq=False)
class Parcel:
    """A parcel as it lies there; ``vigour`` is how well its site does, in standard deviations."""

    code: str
    plot: Plot
    land_use: str
    area_m2: float
    floor_area_m2: float
    far_limit: float | None
    vigour: float
    owner: Firm | None = None


@dataclass(slots=True, eq=False)
class Holding:
    """A firm's own, leased-in or leased-out floor on a parcel, with first and last day if known."""

    parcel: Parcel
    firm: Firm
    role: str
    floor_area_m2: float
    land_area_m2: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True, eq=False)
class Park:
    """All parcels, all firms and all holdings."""

    parcels: list[Parcel]
    firms: list[Firm] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)


def build(rng: Generator) -> Park:
    """Settle the park: owners with and without tenants, landlords, unbuilt and empty parcels."""
    park = Park(_parcels(rng))
    hall = RegistrationHall(rng)
    owners: list[Firm] = []
    kinds = ["owner", "owner and tenants", "landlord", "unbuilt", "empty"]
    for parcel in park.parcels:
        kind = str(rng.choice(kinds, p=[0.52, 0.28, 0.11, 0.035, 0.055]))
        if kind == "empty" and parcel.land_use != _LAND_USES[2]:
            continue
        _settle(park, parcel, kind, hall, owners, rng)
    # firms on the county's books whose works are nowhere in the park
    for _ in range(14):
        hall.found(str(rng.choice(list(CLUSTERS))), rng.normal()).mu = rng.uniform(2, 15)
    park.firms = hall.firms
    return park


def _parcels(rng: Generator) -> list[Parcel]:
    parcels = []
    for serial, plot in enumerate(survey(rng), start=1):
        right = "JB" if rng.random() < 0.04 else "GB"
        area, vigour = float(plot.outline.area), float(rng.normal())
        # land that does well is built higher
        far = float(np.clip(np.exp(rng.normal(0.2 + 0.13 * vigour, 0.3)), 0.15, 2.9))
        limit = float(rng.choice([1.0, 1.2, 1.5, 1.8, 2.0, 2.5], p=[0.12, 0.26, 0.26, 0.16, 0.14, 0.06]))
        recorded = rng.random()
        if recorded < 0.07:
            limit_on_record = None
        elif recorded < 0.085:
            limit_on_record = 0.0  # how some registers write "not recorded"
        elif recorded < 0.5:
            limit_on_record = np.floor(far * 10) / 10  # built to the limit, or a little beyond
        else:
            limit_on_record = max(limit, np.ceil(far * 10) / 10)
        parcels.append(
            Parcel(
                code=f"{DISTRICT}{plot.zone.cadastral}{plot.block:03d}{right}{serial:05d}",
                plot=plot,
                land_use=str(rng.choice(_LAND_USES, p=[0.955, 0.03, 0.015])),
                area_m2=area,
                floor_area_m2=area * far,
                far_limit=limit_on_record,
                vigour=vigour,
            )
        )
    return parcels


def _settle(
    park: Park, parcel: Parcel, kind: str, hall: RegistrationHall, owners: list[Firm], rng: Generator
) -> None:
    """Give a parcel its owner and tenants; the owner of a neighbouring parcel may hold this one as well."""
    town, mu = parcel.plot.zone.name, parcel.area_m2 / _SQUARE_METRES_PER_MU
    vigour = 0.5 * parcel.vigour + rng.normal(0, 0.6)
    if owners and owners[-1].town == town and rng.random() < 0.11:
        owner = owners[int(rng.integers(max(0, len(owners) - 4), len(owners)))]
    else:
        owner = hall.found(town, vigour)
        owners.append(owner)
    parcel.owner = owner
    own = Holding(parcel, owner, "own", parcel.floor_area_m2, parcel.area_m2)
    park.holdings.append(own)
    if kind == "unbuilt":
        parcel.floor_area_m2 = own.floor_area_m2 = 0.0
        return
    let = {"owner and tenants": rng.uniform(0.15, 0.7), "landlord": rng.uniform(0.93, 1.0)}.get(kind, 0.0)
    owner.mu += mu * (1 - let)
    if not let:
        return
    tenants = int(np.clip(rng.poisson(1.2 + mu / 25), 1, 7)) + (kind == "landlord")
    floors = rng.dirichlet(np.full(tenants, 2.5)) * let * parcel.floor_area_m2
    park.holdings.append(Holding(parcel, owner, "leased_out", float(floors.sum())))
    for floor in floors:
        tenant = hall.found(town, vigour + rng.normal(0, 0.5), local=rng.random() > 0.07)
        tenant.mu += mu * float(floor) / parcel.floor_area_m2
        holding = Holding(parcel, tenant, "leased_in", float(floor))
        moved = rng.random()
        if moved < 0.12:
            holding.valid_from = date(int(rng.integers(2021, 2024)), int(rng.integers(2, 12)), 1)
        elif moved < 0.2:
            holding.valid_to = date(int(rng.integers(2021, 2024)), int(rng.integers(2, 12)), 28)
        park.holdings.append(holding)
