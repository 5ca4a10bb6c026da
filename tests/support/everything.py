"""A park full of cases, and a scheme that uses every kind of rule there is."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from service.domain.scheme import Scheme
from tests.support.snapshots import WAN, Snapshot, indicator, rule, scheme, track

TOWNS = ("东街道", "西街道", "山中镇")


def park(parcels: int = 60, seed: int = 4490) -> Snapshot:
    """Return parcels with owners, tenants, shares by hand, meters, contracts, marks and gaps."""
    random = np.random.default_rng(seed)
    snapshot = Snapshot()
    codes = [f"P{number:03}" for number in range(parcels)]
    for number, code in enumerate(codes):
        land = None if number % 29 == 28 else 0 if number % 31 == 30 else int(random.integers(2_000, 60_000))
        snapshot.parcel(
            code,
            land,
            footprint=None if number % 7 == 0 else float(random.integers(500, 20_000)),
            town=TOWNS[int(random.integers(3))] if number % 11 else None,
            land_use="工业用地",
            floor_area=int(random.integers(100_000, 6_000_000)),
            far_limit=None if number % 5 == 0 else 1_500_000,
        )
        if number % 3:
            promised = {"tax_per_mu": float(random.integers(5, 40)), "far": 1.2} if number % 4 else {}
            snapshot.contract(
                code, date(2010 + number % 14, 5, 1), date(2015 + number % 11, 5, 1), **promised
            )
    for number, code in enumerate(codes):
        owner = f"E{number:03}"
        industry = None if number % 17 == 16 else f"C{random.choice(['2611', '3411', '3521', '1711'])}"
        if number % 13 != 12:
            above = None if number % 19 == 18 else bool(random.integers(2))
            snapshot.firm(owner, above, industry=industry, registered_on=date(2000 + number % 24, 1, 1))
        lets = number % 4 == 1
        measure = "land" if number % 15 == 6 else "floor"
        area = None if number % 15 == 10 else float(random.integers(500, 9000))
        snapshot.holds(owner, code, **{measure: area})
        if number % 15 == 6:
            snapshot.holds(owner, codes[(number + 5) % parcels], land=120.5, electricity=7_000_000)
        if number % 15 == 10:
            snapshot.holds(owner, codes[(number + 5) % parcels])
        if number % 6 == 2:  # also on the next two parcels, and somewhere else
            snapshot.holds(owner, codes[(number + 1) % parcels], float(random.integers(500, 9000)))
            snapshot.holds(
                owner, codes[(number + 2) % parcels], float(random.integers(1, 9)), until=date(2023, 3, 1)
            )
            snapshot.holds(owner, f"X{number:03}", 300, elsewhere=number % 12 == 2)
        if number % 10 == 3:  # a share by hand, the rest by weight
            snapshot.holds(owner, codes[(number + 3) % parcels], share=0.25)
        if number % 20 == 7:  # more than all given away by hand
            snapshot.holds(owner, codes[(number + 3) % parcels], share=0.6)
            snapshot.holds(owner, codes[(number + 4) % parcels], share=0.6)
        for tenant in range(int(random.integers(1, 4)) if lets else 0):
            uscc = f"T{number:03}{tenant}"
            snapshot.firm(uscc, bool(random.integers(2)), industry="C3411", registered_on=date(2022, 6, 1))
            snapshot.holds(uscc, code, float(random.integers(50, 900)), role="leased_in")
            snapshot.holds(
                owner,
                code,
                float(random.integers(50, 200)),
                role="leased_out",
                since=date(2023, tenant + 1, 1),
            )
            _reports(snapshot, uscc, random, 0.2)
        if number % 23 != 22:
            _reports(snapshot, owner, random, 1.0, before=number % 9 != 8)
        if number % 8 == 5:
            snapshot.metered(code, owner, tax=int(random.integers(1, 10 * WAN)))
        if number % 16 == 9:
            snapshot.metered(code, energy_equal_supply=int(random.integers(1, 10**6)))
        if number % 32 == 11:  # parcels report more than the enterprise does
            snapshot.metered(code, owner, tax=10**12)
        if number % 6 == 4:
            snapshot.metered(code, illegal_building=1)
    return snapshot


def _reports(
    snapshot: Snapshot, uscc: str, random: np.random.Generator, size: float, *, before: bool = True
) -> None:
    """A year of an enterprise, some of it missing, some of it odd."""
    figures = {
        "tax": int(random.lognormal(6, 1) * WAN * size) + 7,
        "output": int(random.lognormal(9, 1) * WAN * size),
        "value_added": int(random.lognormal(7.5, 1) * WAN * size),
        "energy_equal_supply": int(random.lognormal(12, 1) * size),
        "rd": int(random.lognormal(4, 1) * WAN * size),
        "revenue": int(random.lognormal(9, 1) * WAN * size),
        "headcount": int(random.integers(0, 500)) * 1000,
        "emission": int(random.lognormal(10, 2)),
    }
    if random.integers(10) == 0:
        figures["tax"] = -figures["tax"]
    for metric in list(figures):
        if random.integers(8) == 0:
            del figures[metric]
    marks = {
        mark: 1 for mark in ("high_tech", "safety_accident", "credit_default") if random.integers(6) == 0
    }
    snapshot.reports(uscc, **figures, **marks)
    if before:
        snapshot.reported_before(uscc, **{m: int(value * 0.9) for m, value in figures.items()})


def _group(method: str, over: Sequence[str] = (), smallest: int = 1, **more: object) -> dict[str, object]:
    return {"method": method, "over": list(over), "smallest": smallest, **more}


ABOVE = track(
    indicator(
        weight=20,
        method="attainment",
        benchmark={"method": "contract", "promise": "tax_per_mu", "times": 1.5},
        cap=1.5,
        floor=0,
        missing="renormalise",
    ),
    indicator(
        "output_per_mu",
        numerator="output",
        weight=20,
        benchmark=_group("quantile", ["industry_group", "town"], 5, quantile=0.75, times=1.2),
        cap=2,
        missing="group_mean",
    ),
    indicator(
        "added_per_tce",
        numerator="value_added",
        denominator="energy_equal_supply",
        unit="万元/tce",
        weight=15,
        benchmark=_group("pooled", of="last_year", times=2),
        cap=1.2,
        floor=0.1,
        missing="group_mean",
        partial="missing",
    ),
    indicator(
        "energy_per_mu",
        numerator="energy_equal_supply",
        unit="tce/亩",
        scale=10**9,
        direction="lower",
        weight=10,
        benchmark={"method": "fixed", "value": 12.5},
        cap=1.3,
    ),
    indicator(
        "rd_ratio",
        numerator="rd",
        denominator="revenue",
        unit="1",
        scale=10**9,
        weight=10,
        method="min_max",
        benchmark=_group("range", ["industry_group"], 4),
    ),
    indicator(
        "labour",
        numerator="value_added",
        denominator="headcount",
        unit="万元/人",
        weight=10,
        method="rank",
        benchmark=_group("peers", ["town"], 3),
        missing="renormalise",
    ),
    indicator(
        "emission",
        numerator="emission",
        denominator="value_added",
        unit="t/万元",
        scale=10**9,
        direction="lower",
        weight=10,
        method="min_max",
        base=0,
        benchmark=_group("range"),
    ),
    indicator(
        "density",
        numerator="footprint_area",
        unit="1",
        weight=5,
        benchmark=_group("median", ["town"], 4),
        cap=1,
    ),
    indicator("tax_shown", weight=0),
    code="above",
    when="above_scale = TRUE",
    corrections=[
        rule("innovative", "rd_ratio > 0.01", factor=1.05),
        rule("old", "registered_years > 15", factor=0.97),
    ],
    bonuses=[
        rule("high_tech_bonus", "high_tech > 0", points=2, per="high_tech", at_most=3),
        rule("dense", "density > 0.4", points=1.5),
    ],
    deductions=[
        rule("sublet", "tenants > 0", points=0.5, per="tenants_below_scale", free=1, first=1.25, at_most=2),
        rule("accident", "safety_accident > 0", points=3),
    ],
    total={"floor": 0, "cap": 110, "bonus_at_most": 4},
    ranking={"within": ["industry_group"], "base": "scored_and_outside"},
    adjustments=[
        rule("praise", "high_tech > 0", effect="raise", steps=1),
        rule("blame", "safety_accident > 0", effect="lower", steps=2),
        rule("illegal", "illegal_building > 0", effect="fix", grade="C"),
        rule("default", "credit_default > 1", effect="veto"),
    ],
)
"""Above scale: every way of scoring, every benchmark, every policy; ranked by industry group."""

BELOW = track(
    indicator(weight=50, benchmark={"method": "fixed", "value": 11.5932}, cap=2, missing="not_scored"),
    indicator(
        "output_per_mu", numerator="output", weight=50, benchmark=_group("median", ["town"], 2), floor=0
    ),
    code="below",
    grades={
        "by": "points",
        "cuts": [
            {"grade": "A", "at_least": 90},
            {"grade": "B", "at_least": 60.5},
            {"grade": "C", "at_least": 20},
            {"grade": "D"},
        ],
    },
    adjustments=[rule("first", "rank = 1", effect="raise")],
)
"""Everybody else: graded by points."""


def everything(treatment: str = "merged") -> Scheme:
    """Return the scheme; ``treatment`` is that of tenants."""
    return scheme(
        ABOVE,
        BELOW,
        industry_groups=[
            {"code": "chemistry", "title": {"zh": "化工", "en": "Chemistry"}, "divisions": ["26"]},
            {"code": "machines", "title": {"zh": "机械", "en": "Machines"}, "divisions": ["34", "35"]},
        ],
        tenants={"treatment": treatment, "verified": False, "source": "made up"},
        outside=[
            rule("new_firm", "registered_years < 2", grade="T", treated_as="B"),
            rule("building_site", "under_construction = TRUE AND construction_overdue = FALSE"),
        ],
        low_efficiency={"rules": [rule("grade_d", "grade = 'D'"), rule("thin", "far < 0.5")]},
        far_uplift={
            "rules": [rule("efficient", "grade IN ('A', 'B') AND far < far_limit")],
            "unless": [rule("no_limit", "far_limit IS NULL")],
            "target": 1.4,
        },
    )
