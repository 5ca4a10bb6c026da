"""The rules that the report rests on, as it tells them."""

from service.levers.promises import due_bases
from service.levers.report import Basis
from service.reference.contracts import ContractRules


def bases(rules: ContractRules) -> tuple[Basis, ...]:
    """Return the rules with their sources."""
    first = rules.first_transfer
    return (
        *due_bases(rules),
        Basis.of(
            first,
            rules.edition,
            "first_transfer",
            ("Investment before a first transfer, beside the contract", "首次转让前投资比例（法定）"),
            f"≥ {first.value:.0%}",
        ),
    )
