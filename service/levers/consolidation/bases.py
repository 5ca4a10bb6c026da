"""The rules that consolidation rests on, as its report tells them."""

from service.levers.consolidation.reasons import KINDS, REASONS
from service.levers.promises import due_bases
from service.levers.report import Basis
from service.reference.blocks import BlockRules
from service.reference.consolidation import ConsolidationRules
from service.reference.contracts import ContractRules


def bases(
    distance_m: float, rules: ConsolidationRules, near: BlockRules, contracts: ContractRules
) -> tuple[Basis, ...]:
    """Return the rules, in the order in which they are read; ``distance_m`` is the one that was used."""
    asked = distance_m != near.distance_m
    floors, potential = rules.far_floors, rules.potential
    return (
        Basis(
            "distance_m",
            ("Distance across which parcels lie together", "连片距离"),
            f"{distance_m:g} m",
            "as asked 按请求" if asked else near.source,
            near.verified and not asked,
            near.edition,
        ),
        Basis.of(
            near,
            near.edition,
            "sight_step_m",
            ("Step of the connections tried past barriers", "阻隔判定步长"),
            f"≤ {near.sight_step_m:g} m",
        ),
        Basis.of(
            rules,
            rules.edition,
            "kinds",
            ("Kinds of inefficient use", "低效用地类型"),
            "; ".join(" ".join(REASONS[code]) for code in KINDS),
        ),
        Basis.of(
            rules,
            rules.edition,
            "idle_ha",
            ("Equivalent idle land", "折算闲置面积"),
            "(norm − actual) / norm × A / 10,000 ≥ 0, of land that is not used A / 10,000; A in m², ha",
        ),
        *due_bases(contracts),
        Basis.of(
            rules,
            rules.edition,
            "looks_back",
            ("Years before that are looked at", "回溯年数"),
            f"≤ {rules.looks_back}",
        ),
        Basis.of(
            rules.grade_d_years,
            rules.edition,
            "grade_d_years",
            ("D for years running", "连续D档年数"),
            f"{rules.grade_d_years.value:g}",
        ),
        Basis.of(
            rules.vacant_share,
            rules.edition,
            "vacant_share",
            ("Vacant share above which a parcel counts as vacant", "空置率界限"),
            f"> {rules.vacant_share.value:g}",
        ),
        Basis(
            "far_floors",
            ("Least floor-area ratio by industry", "行业容积率控制值"),
            "; ".join(f"{'/'.join(each.divisions)} ≥ {each.far:g}" for each in floors.by_division),
            floors.source,
            all(each.verified for each in floors.by_division),
            floors.edition,
        ),
        Basis.of(
            potential,
            rules.edition,
            "potential",
            ("Potential tax and output", "潜在税收与产值"),
            f"area × quantile {potential.quantile:g} per mu of {'/'.join(potential.grades)} of the same "
            f"{', else '.join(potential.over)}, at least {potential.smallest}",
        ),
    )
