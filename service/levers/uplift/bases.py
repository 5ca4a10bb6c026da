"""The rules that the report rests on, as it tells them."""

from service.levers.report import Basis
from service.reference.uplift import UpliftRules


def bases(rules: UpliftRules, district: str) -> tuple[Basis, ...]:
    """Return the rules with their sources; what a city asks of others stands there though nobody knows it."""
    tall, candidate, cohort, price = rules.tall_storey, rules.candidate, rules.cohort, rules.land_price
    city, grades = price.of(district), "/".join(candidate.grades)

    def basis(code: str, title: tuple[str, str], value: str, source: str, verified: bool) -> Basis:
        return Basis(code, title, value, source, verified, rules.edition)

    return (
        basis(
            "tall_storey",
            ("High storeys count more than once", "层高超限加倍计容"),
            f"> {tall.above_m:g} m × {tall.counts}",
            tall.source,
            tall.verified,
        ),
        basis(
            "storey_height",
            ("Storey height of what is added", "新增层高"),
            f"{rules.storey_height.value:g} m",
            rules.storey_height.source,
            rules.storey_height.verified,
        ),
        basis(
            "office_land",
            ("Land for offices and services", "行政办公及生活服务设施用地"),
            f"≤ {rules.office_land.value:.0%}",
            rules.office_land.source,
            rules.office_land.verified,
        ),
        basis(
            "office_floor",
            ("Floor area for offices and services", "行政办公及生活服务设施建筑面积"),
            f"≤ {rules.office_floor.value:.0%}",
            rules.office_floor.source,
            rules.office_floor.verified,
        ),
        basis(
            "candidate",
            ("Efficient, far below the limit, growing", "高效、远低于上限、增长"),
            f"{grades}; ≤ {candidate.far_at_most:.0%}; ≥ +{candidate.growth_at_least:.0%}",
            candidate.source,
            candidate.verified,
        ),
        basis(
            "cohort",
            ("Median of the same industry", "同类中位水平"),
            f"{'/'.join(cohort.grades)}; ≥ {cohort.at_least}",
            cohort.source,
            cohort.verified,
        ),
        basis(
            "land_price_own_use",
            ("Land price, own use", "增容地价（自用）"),
            price.own_use,
            price.own_use_source,
            price.own_use_verified,
        ),
        basis(
            "land_price_other_use",
            ("Land price, used by others", "增容地价（他用）"),
            city.other_use if city else "unknown",
            city.source if city else "no rule of this city entered 未录入当地规定",
            city.verified if city else False,
        ),
    )
