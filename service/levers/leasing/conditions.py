"""Whether a project may come to premises, one condition a function.

Each gives an expression over options, a project × premises × way (lease 租赁 or land 供地) with the columns
of `tables.PROJECTS`, `tables.PREMISES`, ``land_used``, ``divisions`` and the day ``today``:
true where the pair is impossible, false where it fits, null where that cannot be told. A need that a project
does not state is no condition.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from service.reference.leasing import LeasingRules

FITS = pl.lit(False)
_UNKNOWN = pl.lit(None, pl.Boolean)
_MILLION = 10**6


@dataclass(frozen=True)
class Condition:
    """A condition with the codes of `words`: why it fails, and what to ask where it cannot be told."""

    test: Callable[[LeasingRules], pl.Expr]
    reason: str | None
    question: str | None
    ways: tuple[str, ...] = ("lease", "land")

    def expression(self, rules: LeasingRules) -> pl.Expr:
        """True: impossible, false: fits or does not apply, null: not known."""
        return pl.when(pl.col("way").is_in(self.ways)).then(self.test(rules)).otherwise(FITS)


def _stated(need: str, test: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(need).is_null()).then(FITS).otherwise(test)


def _known(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_null()).then(_UNKNOWN).otherwise(FITS)


def _wide(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int128)  # products of two amounts do not fit into 64 bits


def floor_offered(_: LeasingRules) -> pl.Expr:
    """Floor is to let."""
    return ~pl.col("offers_floor")


def land_offered(_: LeasingRules) -> pl.Expr:
    """Land is to be given."""
    return ~pl.col("offers_land")


def need_told(_: LeasingRules) -> pl.Expr:
    """The project says how much floor it would lease, or how much land it wants."""
    need = pl.when(pl.col("way") == "lease").then("floor_need").otherwise("land_need")
    return pl.when(need.is_null()).then(_UNKNOWN).otherwise(FITS)


def way_told(_: LeasingRules) -> pl.Expr:
    """The project says whether it leases."""
    return _known("lease_or_land")


def floor_enough(_: LeasingRules) -> pl.Expr:
    """There is the floor."""
    return _stated("floor_need", pl.col("floor_need") > pl.col("floor"))


def land_enough(_: LeasingRules) -> pl.Expr:
    """There is the land."""
    return _stated("land_need", pl.col("land_need") > pl.col("land"))


def high_enough(_: LeasingRules) -> pl.Expr:
    """The clear height 净高 is."""
    return _stated("height_need", pl.col("height_need") > pl.col("height"))


def free_in_time(_: LeasingRules) -> pl.Expr:
    """It is free on the day; who names none may come today, and has to be asked whether later will do."""
    later = (pl.col("available_from") > pl.col("today")).fill_null(value=False)
    of_no_day = pl.when(later).then(_UNKNOWN).otherwise(FITS)
    late = pl.col("available_from") > pl.col("needed_by")
    return pl.when(pl.col("needed_by").is_null()).then(of_no_day).otherwise(late)


def free_still(_: LeasingRules) -> pl.Expr:
    """It is still free on the day, and today; without a last day it is."""
    day = pl.max_horizontal("needed_by", "today")
    return (pl.col("available_to") < day).fill_null(value=False)


def industry_told(_: LeasingRules) -> pl.Expr:
    """The project says what it makes."""
    return _known("division")


def industry_listed(_: LeasingRules) -> pl.Expr:
    """The list of the premises has the division; an empty list takes any."""
    return _among("industries")


def contract_names(_: LeasingRules) -> pl.Expr:
    """The contract's list, where it has one, has the division; one that cannot be read may not have it."""
    excluded = _among("contract_industries").fill_null(value=False)
    unread = pl.col("contract_unread").fill_null(value=False)
    return pl.when(excluded).then(excluded).when(unread).then(_UNKNOWN).otherwise(FITS)


def land_use_takes(_: LeasingRules) -> pl.Expr:
    """The use of the land takes the division."""
    return _among("divisions")


def _among(column: str) -> pl.Expr:
    """A division that is not told is asked for once, in `industry_told`."""
    named = pl.format(",{},", column).str.contains(pl.format(",{},", "division"), literal=True)
    any_ = (pl.col(column) == "") | pl.col("division").is_null()
    return pl.when(any_).then(FITS).otherwise(~named)


def power_enough(_: LeasingRules) -> pl.Expr:
    """There is the power."""
    return _stated("power_need", pl.col("power_need") > pl.col("power"))


def energy_allowed(rules: LeasingRules) -> pl.Expr:
    """Energy per output is no more than the contract allows, or the park."""
    limit = _limit("energy_promise", rules.energy_tce_per_wan_yuan, 10**9)
    test = _wide("energy") * 10**12 > limit * _wide("output")
    return pl.when(limit.is_null()).then(FITS).otherwise(test)


def tax_enough(rules: LeasingRules) -> pl.Expr:
    """Tax per mu is what the contract promises, or the park asks for."""
    return _per_mu("tax", "tax_promise", rules.tax_wan_yuan_per_mu)


def output_enough(rules: LeasingRules) -> pl.Expr:
    """Output per mu likewise."""
    return _per_mu("output", "output_promise", rules.output_wan_yuan_per_mu)


def investment_enough(rules: LeasingRules) -> pl.Expr:
    """Investment per mu likewise."""
    return _per_mu("investment", "investment_promise", rules.investment_wan_yuan_per_mu)


def _limit(promise: str, rule: float | None, per_unit: int) -> pl.Expr:
    own = None if rule is None else round(rule * per_unit)
    return pl.coalesce(pl.col(promise), pl.lit(own, pl.Int64)).cast(pl.Int128)


def _per_mu(amount: str, promise: str, rule: float | None) -> pl.Expr:
    """fen ÷ 15 ÷ 0.01 m² is 万元/亩, as 1 亩 is 10,000/15 m²."""
    limit = _limit(promise, rule, _MILLION)
    test = _wide(amount) * _MILLION < limit * 15 * _wide("land_used")
    return pl.when(limit.is_null()).then(FITS).otherwise(test)


def far_allows(_: LeasingRules) -> pl.Expr:
    """The floor that the project needs may be built on the land that it takes."""
    test = _wide("floor_need") * _MILLION > _wide("far_limit") * _wide("land_need")
    need_known = pl.col("floor_need").is_not_null() & pl.col("land_need").is_not_null()
    return pl.when(need_known).then(test).otherwise(FITS)


def contract_known(_: LeasingRules) -> pl.Expr:
    """The grant contract is known, hence what it asks for."""
    return pl.when(pl.col("contract")).then(FITS).otherwise(_UNKNOWN)


def letting_allowed(_: LeasingRules) -> pl.Expr:
    """The contract does not forbid letting; what it does not say it does not allow."""
    return pl.col("leasing_clause") == "forbidden"


def consent_given(_: LeasingRules) -> pl.Expr:
    """No consent is needed; whether one that is needed will be given is an open question."""
    asked = (pl.col("leasing_clause") == "with_consent").fill_null(value=False)
    return pl.when(asked).then(_UNKNOWN).otherwise(FITS)


def cleared(_: LeasingRules) -> pl.Expr:
    """Nobody has to leave first."""
    return pl.when(pl.col("kind").is_in(["low_efficiency", "block"])).then(_UNKNOWN).otherwise(FITS)


CONDITIONS = (
    Condition(floor_offered, "floor_not_offered", "floor_unknown", ("lease",)),
    Condition(land_offered, "land_not_offered", "land_unknown", ("land",)),
    Condition(way_told, None, "lease_or_land_unknown"),
    Condition(need_told, None, "need_unknown"),
    Condition(floor_enough, "floor_too_small", "floor_unknown", ("lease",)),
    Condition(land_enough, "land_too_small", "land_unknown", ("land",)),
    Condition(high_enough, "height_too_low", "height_unknown", ("lease",)),
    Condition(free_in_time, "available_too_late", "availability_unknown"),
    Condition(free_still, "available_no_longer", None),
    Condition(industry_told, None, "project_industry_unknown"),
    Condition(industry_listed, "industry_not_listed", "industries_unknown"),
    Condition(contract_names, "contract_excludes", "contract_industries_unknown"),
    Condition(land_use_takes, "land_use_excludes", "land_use_unknown"),
    Condition(power_enough, "power_too_little", "power_unknown"),
    Condition(energy_allowed, "energy_too_much", "energy_unknown"),
    Condition(contract_known, None, "contract_unknown"),
    Condition(tax_enough, "tax_below_threshold", "tax_per_mu_unknown"),
    Condition(output_enough, "output_below_threshold", "output_per_mu_unknown"),
    Condition(investment_enough, "investment_below_threshold", "investment_per_mu_unknown"),
    Condition(far_allows, "far_exceeded", "far_limit_unknown", ("land",)),
    Condition(letting_allowed, "leasing_forbidden", "leasing_clause_unknown", ("lease",)),
    Condition(consent_given, None, "leasing_consent", ("lease",)),
    Condition(cleared, None, "still_occupied"),
)
"""All conditions, in the order in which their reasons are told."""
