"""Rules of the energy diagnosis (能源检查诊断), from ``energy_diagnosis.yaml`` beside this module."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from service.reference.editions import Edition, Sourced, latest

Share = Annotated[Decimal, Field(ge=0, le=1)]
Positive = Annotated[Decimal, Field(gt=0)]
Kind = Literal["motor", "compressor", "boiler", "pump", "fan", "transformer", "other"]
_Text = Annotated[str, BeforeValidator(str)]


class InspectionRule(Sourced):
    """How often above-scale firms are inspected."""

    cycle_years: int = Field(ge=1)


class IntensityRule(Sourced):
    """Which energy is compared, and how many make a group."""

    metric: str
    least: int = Field(ge=2)


class TransformerRule(Sourced):
    """What the mean load of transformers is and means."""

    hours: int = Field(gt=0, le=8784)
    power_factor: Annotated[Decimal, Field(gt=0, le=1)]
    light_below: Share
    heavy_above: Share
    target_load: Annotated[Decimal, Field(gt=0, le=1)]
    yuan_per_kva_month: Annotated[Decimal, Field(ge=0)]


class EquipmentRule(Sourced):
    """When a kind of machine is worth a retrofit, and which share of its use that saves.

    With ``loss_w_per_kva`` the use is the loss of a transformer without load, all hours of the year.
    """

    kind: Kind
    names: tuple[str, ...]
    below: tuple[Literal["1", "2", "3", "below"], ...]
    older_than_years: int = Field(gt=0)
    saving_share: Share
    loss_w_per_kva: Positive | None = None


class SolarRule(Sourced):
    """What a roof yields, and what that is worth."""

    usable_share: Share
    kwp_per_m2: Positive
    hours: Positive
    regions: Mapping[_Text, Positive]
    self_use_share: Share
    feed_in_yuan_per_kwh: Annotated[Decimal, Field(ge=0)]

    def hours_in(self, district: str) -> Decimal:
        """Return the full-load hours of a district, by the longest beginning of its code that is known."""
        known = [code for code in self.regions if district.startswith(code)]
        return self.regions[max(known, key=len)] if known else self.hours


class PriceRule(Sourced):
    """Yuan for one ``per`` of a carrier of the energy factors."""

    electricity: Positive
    gas: Positive
    coal: Positive
    diesel: Positive
    petrol: Positive
    firewood: Positive


class DiagnosisRules(Edition):
    """An edition of all rules of the diagnosis."""

    inspection: InspectionRule
    intensity: IntensityRule
    transformers: TransformerRule
    equipment: tuple[EquipmentRule, ...]
    solar: SolarRule
    prices: PriceRule

    def of_kind(self, kind: str | None) -> EquipmentRule | None:
        """Return the rule for a kind of machine."""
        return next((each for each in self.equipment if each.kind == kind), None)


@cache
def diagnosis_rules() -> DiagnosisRules:
    """Return the rules in force, those of the latest edition."""
    return latest("energy_diagnosis.yaml", DiagnosisRules)
