"""Indicators (指标): numerator ÷ denominator, measured against a benchmark, worth some points."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.domain.scheme.benchmarks import Benchmark
from service.domain.scheme.values import POINT, Code, Millionths, Sourced, Title
from service.domain.scheme.vocabulary import AREAS
from service.domain.tables import INDICATOR_PARTS

_FITTING = {
    "ratio": {"fixed", "mean", "median", "quantile", "pooled"},
    "attainment": {"contract"},
    "min_max": {"range"},
    "rank": {"peers"},
}


class Indicator(Sourced):
    """Numerator ÷ denominator against a benchmark.

    ``method`` is how a value becomes points: ``ratio`` to the benchmark; ``attainment`` of the contract's
    promise; ``min_max``, from ``base`` percent of the weight at the worst value of the group to all of it at
    the best; ``rank``, weight × (n − rank + 1) ÷ n. ``scale`` is the number of minor units in one ``unit``;
    `service.reference.schemes` checks that ``unit`` belongs to both metrics and that the benchmark keeps
    seven significant digits. ``cap`` and ``floor`` are multiples of the weight. Weight 0 shows an indicator
    without scoring it. ``missing`` says what a missing value is worth, ``partial`` whether a ratio of two
    metrics counts as missing where an occupant with the one has not reported the other.
    """

    code: Code
    title: Title
    numerator: str
    denominator: str
    unit: str
    scale: Annotated[int, Field(ge=1, le=10**12)] = POINT
    method: Literal["ratio", "attainment", "min_max", "rank"] = "ratio"
    direction: Literal["higher", "lower"] = "higher"
    weight: Annotated[Millionths, Field(le=100)]
    benchmark: Benchmark
    base: Annotated[Millionths, Field(lt=100)] = Decimal(20)
    cap: Annotated[Millionths, Field(le=1000)] | None = None
    floor: Annotated[Millionths, Field(le=1)] | None = None
    missing: Literal["zero", "group_mean", "renormalise", "not_scored"]
    partial: Literal["use", "missing"] = "use"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics it reads; areas are not metrics."""
        return tuple(name for name in (self.numerator, self.denominator) if name not in AREAS)

    @property
    def parts(self) -> tuple[str, ...]:
        """Which of `service.domain.tables.INDICATOR_PARTS` the results need to tell how it was scored."""
        parts = ["value", "group", "weight", "points", "outcome"]
        match self.method:
            case "min_max":
                parts += ["low", "high", "size"]
            case "rank":
                parts += ["place", "size"]
            case _:
                parts += (
                    ["benchmark"] if self.benchmark.method in {"fixed", "contract"} else ["benchmark", "size"]
                )
        if self.cap is not None or self.floor is not None:
            parts.append("uncapped")
        return tuple(part for part in INDICATOR_PARTS if part in parts)

    @property
    def quantity(self) -> tuple[object, ...]:
        """What the code stands for, which is the same in every track of a scheme."""
        return self.numerator, self.denominator, self.unit, self.scale, self.partial

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.benchmark.method not in _FITTING[self.method]:
            fitting = " or ".join(sorted(_FITTING[self.method]))
            raise ValueError(
                f"Points by {self.method} need a benchmark by {fitting}, not {self.benchmark.method}."
            )
        is_quotient = self.method in {"ratio", "attainment"}
        if is_quotient and self.direction == "lower" and self.weight and self.cap is None:
            raise ValueError("An indicator of which less is better needs a cap: at zero it has no limit.")
        if not is_quotient and (self.cap is not None or self.floor is not None):
            raise ValueError(f"Points by {self.method} lie between nothing and the weight; no cap or floor.")
        if self.partial == "missing" and len(self.metrics) < 2:
            raise ValueError("'partial' is about a ratio of two metrics.")
        if self.cap is not None and self.floor is not None and self.floor > self.cap:
            raise ValueError("The floor lies above the cap.")
        return self
