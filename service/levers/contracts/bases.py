"""The rules that the report rests on, as it tells them."""

from service.levers.report import Basis
from service.reference.contracts import ContractRules


def bases(rules: ContractRules) -> tuple[Basis, ...]:
    """Return the rules with their sources."""
    extension, due, first = rules.extension, rules.due, rules.first_transfer
    return (
        Basis(
            "extension",
            ("What an extension puts off", "延建顺延"),
            "start and completion 开工、竣工" if extension.shifts_start else "completion 竣工",
            extension.source,
            extension.verified,
            rules.edition,
        ),
        Basis(
            "due",
            ("From when promises of a year count", "年度指标起算"),
            f"first whole year after {', else '.join(due.after)}",
            due.source,
            due.verified,
            rules.edition,
        ),
        Basis(
            "first_transfer",
            ("Investment before a first transfer, beside the contract", "首次转让前投资比例（法定）"),
            f"≥ {first.value:.0%}",
            first.source,
            first.verified,
            rules.edition,
        ),
    )
