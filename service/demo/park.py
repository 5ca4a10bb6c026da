"""The demo park as it truly is, before departments write it down: parcels, firms, and who holds what.

澜浦县 and everything in it is invented: no such county, town, firm or code exists.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.random import Generator
from stdnum.cn.uscc import calc_check_digit

from service.demo.industries import CLUSTERS, INDUSTRIES, Industry
from service.demo.land import Plot, survey

DISTRICT = "330299"
COUNTY = "澜浦县"
YEARS = (2021, 2022, 2023)
_ELSEWHERE = "330298"
_SYLLABLES = ("恒瑞锦宏鼎泰盛凯佳和润星晨远志卓立信德川", "禾峰源达帆洋原丰成华博科澜通力兴隆诚安舟")
_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(slots=True)
class Parcel:
    """A parcel as it lies there; ``vigour`` is how well it does beside its peers, in standard deviations."""

    code: str
    plot: Plot
    land_use: str
    area_m2: float
    floor_area_m2: float
    far_limit: float | None
    vigour: float
    owner: "Firm | None" = None


@dataclass(slots=True)
class Firm:
    """An enterprise; ``mu`` is the land it works on, shared floors counted in proportion."""

    uscc: str
    name: str
    town: str
    industry: Industry
    since: date
    vigour: float
    mu: float = 0.0
    local: bool = True  # registered in the county


@dataclass(slots=True)
class Holding:
    """A firm's own, leased-in or leased-out floor on a parcel."""

    parcel: Parcel
    firm: Firm
    role: str
    floor_area_m2: float
    land_area_m2: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True)
class Park:
    """All of it."""

    parcels: list[Parcel]
    firms: list[Firm]
    holdings: list[Holding]


def build(rng: Generator) -> Park:
    """Settle the park: owners, tenants, landlords without a factory, vacant and unbuilt land."""
    park = Park(_parcels(rng), [], [])
    hall = _Registry(rng)
    for parcel in park.parcels:
        kind = rng.choice(
            ["owner", "tenants too", "landlord", "unbuilt", "empty"], p=[0.5, 0.3, 0.12, 0.035, 0.045]
        )
        if parcel.land_use == "公用设施用地":
            kind = "owner"
        _settle(park, parcel, str(kind), hall, rng)
    # names on the county's books whose works are nowhere in the park
    for _ in range(14):
        firm = hall.register(str(rng.choice(list(CLUSTERS))), rng.normal())
        firm.mu = rng.uniform(2, 15)
    park.firms = hall.firms
    return park


def _parcels(rng: Generator) -> list[Parcel]:
    parcels = []
    for serial, plot in enumerate(survey(rng), start=1):
        right = "JB" if rng.random() < 0.04 else "GB"
        code = f"{DISTRICT}{plot.zone.cadastral}{plot.block:03d}{right}{serial:05d}"
        use = str(rng.choice(["工业用地", "物流仓储用地", "公用设施用地"], p=[0.955, 0.03, 0.015]))
        area = float(plot.outline.area)
        vigour = rng.normal()
        far = float(np.clip(np.exp(rng.normal(-0.06 + 0.13 * vigour, 0.34)), 0.15, 2.9))
        limit = float(rng.choice([1.2, 1.5, 1.8, 2.0, 2.5, 3.0], p=[0.2, 0.22, 0.2, 0.22, 0.1, 0.06]))
        limit = limit if limit > far * 0.85 else 3.0
        unlimited = rng.random()
        parcels.append(
            Parcel(
                code=code,
                plot=plot,
                land_use=use,
                area_m2=area,
                floor_area_m2=round(area * far, 2),
                far_limit=None if unlimited < 0.07 else 0.0 if unlimited < 0.085 else limit,
                vigour=vigour,
            )
        )
    return parcels


class _Registry:
    """The registration hall: new firms get a name nobody has and a valid USCC."""

    def __init__(self, rng: Generator) -> None:
        self.firms: list[Firm] = []
        self._rng = rng
        self._names: set[str] = set()

    def register(self, town: str, vigour: float, local: bool = True) -> Firm:
        rng = self._rng
        trades = CLUSTERS[town]
        chances = np.linspace(2.0, 0.5, len(trades))
        industry = INDUSTRIES[str(rng.choice(trades, p=chances / chances.sum()))]
        if rng.random() < 0.12:
            industry = INDUSTRIES[str(rng.choice(list(INDUSTRIES)))]
        started = date(2000, 1, 1).toordinal() + int(rng.integers(0, 7600))
        firm = Firm(self._uscc(local), self._name(industry, local), town, industry, date.fromordinal(started), vigour)
        firm.local = local
        self.firms.append(firm)
        return firm

    def neighbour(self, firm: Firm) -> bool:
        """Whether an earlier firm may be the owner of one more parcel."""
        return firm.local and firm.mu > 0

    def _name(self, industry: Industry, local: bool) -> str:
        while True:
            mark = "".join(str(self._rng.choice(list(pool))) for pool in _SYLLABLES)
            form = str(self._rng.choice(["有限公司", "股份有限公司", "科技有限公司"], p=[0.75, 0.1, 0.15]))
            name = f"{COUNTY if local else '海旻市'}{mark}{industry.trade}{form}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _uscc(self, local: bool) -> str:
        body = "".join(self._rng.choice(list(_USCC_LETTERS[:20]), size=8))
        body = "MA" + body[2:]
        # GB 11714: weights 3 7 9 10 5 8 4 2, modulo 11
        total = sum("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
        check = "0123456789X0"[(11 - total % 11) % 11 if total % 11 != 1 else 10]
        stem = f"91{DISTRICT if local else _ELSEWHERE}{body}{check}"
        return stem + str(calc_check_digit(stem))
