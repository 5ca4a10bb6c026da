"""Invented enterprises with valid codes and names that nobody bears."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from stdnum.cn.uscc import calc_check_digit

from service.demo.industries import CLUSTERS, INDUSTRIES, Industry

DISTRICT = "330299"
COUNTY = "澜浦县"
_ELSEWHERE = "330298", "海旻市"
_SYLLABLES = ("恒瑞锦宏鼎泰盛凯佳和润星晨远志卓立信德川", "禾峰源达帆洋原丰成华博科澜通力兴隆诚安舟")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(slots=True, eq=False)
class Firm:
    """An enterprise; ``mu`` is the land it works on, shared land counted in proportion to floors."""

    uscc: str
    name: str
    town: str
    industry: Industry
    since: date
    vigour: float  # how well it does beside its peers, in standard deviations
    local: bool  # registered in the county, so that its departments know it
    mu: float = 0.0


class RegistrationHall:
    """Founds firms one after another; no name and no code is given twice."""

    def __init__(self, rng: Generator) -> None:
        self.firms: list[Firm] = []
        self._rng = rng
        self._names: set[str] = set()

    def found(self, town: str, vigour: float, *, local: bool = True) -> Firm:
        """Found a firm in a trade of its town, or once in a while in any other."""
        trades: Mapping[str, Industry] = INDUSTRIES
        chances = np.ones(len(INDUSTRIES))
        if self._rng.random() > 0.12:
            trades = {division: INDUSTRIES[division] for division in CLUSTERS[town]}
            chances = np.linspace(2.0, 0.5, len(trades))
        industry = trades[str(self._rng.choice(list(trades), p=chances / chances.sum()))]
        since = date(2000, 1, 1) + timedelta(days=int(self._rng.integers(0, 7600)))
        firm = Firm(self._uscc(local), self._name(industry, local), town, industry, since, vigour, local)
        self.firms.append(firm)
        return firm

    def _name(self, industry: Industry, local: bool) -> str:
        place = COUNTY if local else _ELSEWHERE[1]
        while True:
            mark = "".join(str(self._rng.choice(list(syllables))) for syllables in _SYLLABLES)
            form = str(self._rng.choice(["有限公司", "股份有限公司", "科技有限公司"], p=[0.75, 0.1, 0.15]))
            name = f"{place}{mark}{industry.trade}{form}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _uscc(self, local: bool) -> str:
        # 91: an enterprise; then place of registration, organisation code (GB 11714), check digit
        organisation = "MA" + "".join(self._rng.choice(list("0123456789ABCDEFGH"), size=6))
        total = sum(int(c, 36) * w for c, w in zip(organisation, _ORGANISATION_WEIGHTS, strict=True))
        stem = f"91{DISTRICT if local else _ELSEWHERE[0]}{organisation}{'0X987654321'[total % 11]}"
        return stem + str(calc_check_digit(stem))
