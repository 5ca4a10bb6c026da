"""Which tier a parcel is in (档): its grade, and for how many consecutive years it has had it.

The count goes back from the evaluated year over the latest published evaluation of each year. It ends at the
first year with another grade, without a grade, or without an evaluation: a gap is never bridged. A parcel
that only got another code goes on; one that was made by a split or a merger begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.reference.prices import PricePolicy


@dataclass(frozen=True, slots=True)
class Year:
    """The published result of a year: parcel code → the grade that counts, absent where there is none.

    Codes are those of the evaluated year; ``made`` are parcels made since, with ``split`` or ``merged``.
    """

    period: str
    evaluation_id: int
    grades: Mapping[str, str]
    made: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A parcel in a tier: ``rate`` in 1e-6 yuan/kWh, and why its run of years begins where it does.

    ``ended_by``, of the year ``ended_in``: ``other_grade``, ``not_graded``, ``split``, ``merged``,
    ``no_evaluation``, ``before_policy``, or ``not_looked_at``.
    """

    parcel_code: str
    grade: str
    years: int
    rate: int
    ended_by: str
    ended_in: str


def standings(
    policy: PricePolicy, now: Year, before: Sequence[Year], looked_back: int
) -> dict[str, Standing]:
    """Return the parcels that a policy charges, by code.

    :param before: results of earlier years, in any order; a year that is lacking has none
    :param looked_back: how many years ``before`` reaches back
    """
    by_period = {each.period: each for each in before}
    return {
        code: _standing(policy, code, grade, int(now.period), by_period, looked_back)
        for code, grade in sorted(now.grades.items())
        if policy.rates(grade)
    }


def _standing(
    policy: PricePolicy, code: str, grade: str, year: int, before: Mapping[str, Year], looked_back: int
) -> Standing:
    rates = policy.rates(grade)
    for years in range(1, looked_back + 1):
        ended_in = str(year - years)
        ended_by = _ended(policy, before.get(ended_in), code, grade, ended_in)
        if ended_by is not None:
            break
    else:
        years, ended_in, ended_by = looked_back + 1, str(year - looked_back - 1), "not_looked_at"
    return Standing(code, grade, years, rates[min(years, len(rates)) - 1], ended_by, ended_in)


def _ended(policy: PricePolicy, result: Year | None, code: str, grade: str, period: str) -> str | None:
    """Why the run does not go on into a year; None when it does."""
    if policy.counts_from is not None and period < policy.counts_from:
        return "before_policy"
    if result is None:
        return "no_evaluation"
    if code in result.made:
        return result.made[code]
    found = result.grades.get(code)
    if found is None:
        return "not_graded"
    return None if found == grade else "other_grade"
