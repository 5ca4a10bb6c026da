"""Benchmarks (标杆值): what a value is measured against."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.domain.scheme.values import GroupBy, Millionths, Number, Sourced, distinct
from service.domain.tables import PROMISES


class Fixed(Sourced):
    """A benchmark set by the document, in the indicator's unit."""

    method: Literal["fixed"]
    value: Annotated[Number, Field(gt=0)]


class GroupBenchmark(Sourced):
    """A benchmark that the parcels of the track set themselves, this year or last year.

    ``mean``, ``median`` and ``quantile`` (nearest rank: the smallest value that ``quantile`` of the group do
    not exceed) are of the parcels' values; ``pooled`` is sum of numerators ÷ sum of denominators; ``times``
    is the multiple of it that counts. ``range`` is the least and the largest value, for min-max; ``peers``
    only says who is ranked with whom, for points by rank. ``over`` splits the track into groups; empty: the
    whole track. A group of fewer than ``smallest`` parcels with a value gives way to the wider group without
    the last name in ``over``, and so on up to the track.
    """

    method: Literal["mean", "median", "quantile", "pooled", "range", "peers"]
    quantile: Annotated[Millionths, Field(gt=0, le=1)] | None = None
    of: Literal["this_year", "last_year"] = "this_year"
    times: Annotated[Millionths, Field(gt=0)] = Decimal(1)
    over: tuple[GroupBy, ...] = ()
    smallest: Annotated[int, Field(ge=1, le=100_000)] = 1

    @model_validator(mode="after")
    def _fits_its_method(self) -> Self:
        distinct("group", self.over)
        if (self.method == "quantile") != (self.quantile is not None):
            raise ValueError("'quantile' goes with the method quantile, and only with it.")
        if self.method in {"range", "peers"} and (self.times != 1 or self.of != "this_year"):
            raise ValueError(f"The method {self.method} compares with this year's group, without a multiple.")
        return self

    @property
    def levels(self) -> tuple[tuple[GroupBy, ...], ...]:
        """The groupings to try, the narrowest first; the last is the one that always counts."""
        if self.smallest == 1:
            return (self.over,)
        return tuple(self.over[:length] for length in range(len(self.over), -1, -1))


class Promised(Sourced):
    """What the parcel's grant contract promised (`service.domain.tables.PROMISES`), or a multiple of it."""

    method: Literal["contract"]
    promise: str
    times: Annotated[Millionths, Field(gt=0)] = Decimal(1)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.promise not in PROMISES:
            raise ValueError(f"Contracts promise {', '.join(PROMISES)}; {self.promise!r} is none of them.")
        return self


Benchmark = Annotated[Fixed | GroupBenchmark | Promised, Field(discriminator="method")]
