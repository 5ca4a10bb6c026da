"""A policy worked out for the months of an evaluation (测算): everything that is shown, booked or drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.levers.prices.apportioning import Placed
from service.levers.prices.charges import Charge
from service.levers.prices.ledger import Due, Entry, Key, Posted, entries
from service.levers.prices.tiers import Standing, Year
from service.reference.prices import PricePolicy


@dataclass(frozen=True)
class Priced:
    """What follows from a policy; ``years`` are the results by which years were counted, ``posted`` where
    the ledger stands for the same months.
    """

    policy: PricePolicy
    months: Sequence[str]
    years: Sequence[Year]
    standings: Mapping[str, Standing]
    placed: Placed
    charges: Sequence[Charge]
    posted: Mapping[Key, Posted]

    @property
    def held_back(self) -> list[Charge]:
        """The lines that are not charged for what is not known yet."""
        return [each for each in self.charges if each.reason in ("other_unknown", "exemption_unknown")]

    @property
    def due(self) -> dict[Key, Due]:
        """What every line should cost now."""
        return {key_of(each): _due(each) for each in self.charges}

    @property
    def postings(self) -> list[Entry]:
        """What a decision would post."""
        return entries(self.posted, self.due)


def key_of(charge: Charge) -> Key:
    """Return the line of the ledger that a charge belongs to."""
    line = charge.line
    return Key(line.month, line.parcel_code, line.uscc, line.meter)


def _due(charge: Charge) -> Due:
    return Due(
        wh=charge.line.wh,
        rate=charge.rate,
        amount_fen=charge.amount_fen,
        grade=charge.standing.grade,
        years=charge.standing.years,
        tier_rate=charge.tier_rate,
        other_kind=charge.other_kind,
        other_rate=charge.other_rate or 0,
        reason=charge.reason,
    )
