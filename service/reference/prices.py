"""Policies of differential electricity prices (差别化电价), from ``prices.yaml`` beside this module."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from service.errors import InvalidParameter
from service.reference.tables import unit_table

MICRO = 10**6
"""Rates are whole millionths of a yuan per kWh."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")]
"""An exact decimal as text, to a millionth."""
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(_Model):
    """A name in both languages."""

    en: Line
    zh: Line


class Jurisdiction(_Model):
    """Where a policy holds: the beginning of its districts' codes, as GB/T 2260 numbers them."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,9}$")]
    zh: Line


class Exemption(_Model):
    """Who does not pay (豁免): firms of these industries (GB/T 4754), or registered for less than so long."""

    code: Code
    title: Title
    industries: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{2,4}$")], ...] = ()
    registered_under_months: Annotated[int, Field(ge=1, le=600)] | None = None

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if bool(self.industries) == (self.registered_under_months is not None):
            raise ValueError("An exemption names either 'industries' or 'registered_under_months'.")
        return self


class PricePolicy(_Model):
    """An edition of a policy; ``valid_from`` is null where nobody has read from when on it holds."""

    name: Code
    edition: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    title: Title
    jurisdiction: Jurisdiction
    document: Line
    valid_from: date | None
    valid_to: date | None = None
    tiers: Annotated[
        dict[
            Annotated[str, StringConstraints(min_length=1, max_length=8)],
            Annotated[tuple[Amount, ...], Field(min_length=1, max_length=10)],
        ],
        Field(min_length=1, max_length=20),
    ]
    counts_from: Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}$")] | None = None
    above_kwh_per_month: Amount | None = None
    exemptions: Annotated[tuple[Exemption, ...], Field(max_length=20)] = ()
    with_others: Literal["difference", "replace"]
    metrics: Annotated[tuple[str, ...], Field(min_length=1, max_length=5)]
    lag_years: Annotated[int, Field(ge=0, le=3)] = 1
    source: Line
    verified: bool

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for grade, rates in self.tiers.items():
            amounts = [Decimal(each) for each in rates]
            if any(later < earlier for earlier, later in pairwise(amounts)):
                raise ValueError(f"The rates of grade {grade} fall from one year to the next.")
        for metric in self.metrics:
            known = unit_table().metrics.get(metric)
            if known is None or known.quantity != "electricity":
                raise ValueError(f"{metric!r} is no metric that counts electricity.")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("The policy ends before it begins.")
        return self

    def rates(self, grade: str | None) -> tuple[int, ...]:
        """Return the surcharge of year 1, 2 …, in millionths of a yuan per kWh; none for another grade."""
        return tuple(int(Decimal(each) * MICRO) for each in self.tiers.get(grade or "", ()))

    @property
    def above_wh(self) -> int:
        """Monthly consumption on a parcel up to which a firm pays nothing, in Wh; 0 for no such limit."""
        return int(Decimal(self.above_kwh_per_month or 0) * 1000)

    def holds_in(self, month: str) -> bool:
        """Return whether the policy holds on the first day of a month; an unknown day is no obstacle."""
        day = date.fromisoformat(f"{month}-01")
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    def canonical_json(self) -> str:
        """Return the policy as text that is the same for the same rules."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    def content_hash(self) -> str:
        """Return the SHA-256 of `canonical_json`."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


@cache
def price_policies() -> tuple[PricePolicy, ...]:
    """Return every shipped edition of every policy."""
    text = files("service.reference").joinpath("prices.yaml").read_text(encoding="utf-8")
    return tuple(PricePolicy.model_validate(each) for each in yaml.safe_load(text)["policies"])


def holding_policies(district: str) -> list[PricePolicy]:
    """Return the editions that hold in a district, by the beginning of its code."""
    return [each for each in price_policies() if district.startswith(each.jurisdiction.code)]


def shipped_policy(name: str | None, district: str, months: Sequence[str] = ()) -> PricePolicy:
    """Return the policy of this name, or the one that holds in a district; the latest edition.

    With months the latest one in force in all of them, else in the first, else the latest.

    Raises `InvalidParameter` when there is none, or several of different names.
    """
    found = [each for each in price_policies() if each.name == name] if name else holding_policies(district)
    for span in (months[:1], months):
        found = [each for each in found if all(map(each.holds_in, span))] or found
    names = {each.name for each in found}
    if len(names) != 1:
        said = f"There is no policy {name!r}." if name else f"{len(names)} policies hold in {district}."
        known = ", ".join(sorted({each.name for each in price_policies()}))
        raise InvalidParameter(
            said,
            f"没有名为“{name}”的差别化电价政策。" if name else f"{district} 适用的政策有 {len(names)} 项。",
            code="price-policy-unknown",
            place="policy",
            action=f"Name one: {known}; or give the rules themselves. 请指明政策：{known}。",
        )
    return max(found, key=lambda each: each.valid_from or date.min)


def check_district(policy: PricePolicy, district: str) -> None:
    """Refuse, as `InvalidParameter`, a policy that does not hold in a district."""
    if not district.startswith(policy.jurisdiction.code):
        where = f"{policy.jurisdiction.zh} {policy.jurisdiction.code}"
        raise InvalidParameter(
            f"The policy {policy.name} {policy.edition} holds in {where}, not in {district}.",
            f"政策 {policy.name} {policy.edition} 适用于{where}，不适用于 {district}。",
            code="policy-not-of-district",
            place="policy",
            action="Choose a policy of the district. 请选择适用于该区域的政策。",
        )


def check_in_force(policy: PricePolicy, months: Sequence[str]) -> None:
    """Refuse, as `InvalidParameter`, a policy that is idle in a month."""
    idle = [month for month in months if not policy.holds_in(month)]
    if idle:
        raise InvalidParameter(
            f"The policy {policy.name} {policy.edition} is not in force in {idle[0]}.",
            f"政策 {policy.name} {policy.edition} 在 {idle[0]} 不在有效期内。",
            code="price-policy-not-in-force",
            place="from",
            action="Choose months in which it is in force. 请选择政策有效期内的月份。",
        )


def own_policy(given: Any) -> PricePolicy:
    """Return a policy of one's own, an object or YAML text; raises `InvalidParameter` with the place."""
    try:
        return PricePolicy.model_validate(yaml.safe_load(given) if isinstance(given, str) else given)
    except yaml.YAMLError as error:
        raise _unfit(str(error).splitlines()[0]) from error
    except ValidationError as error:
        raise _unfit("; ".join(_problems(error))) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for each in error.errors()[:5]:
        yield f"{'.'.join(str(part) for part in each['loc']) or 'policy'}: {each['msg']}"


def _unfit(said: str) -> InvalidParameter:
    return InvalidParameter(
        f"The policy cannot be used: {said}",
        f"政策内容无法使用：{said}",
        code="price-policy-invalid",
        place="policy",
        action="See service/reference/prices.yaml for the form. 格式见 service/reference/prices.yaml。",
    )
