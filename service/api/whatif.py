"""What if (推演): a changed scheme, two evaluations side by side, the weights. Nothing of it is stored."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.access.identity import Principal
from service.access.policy import check_own_scheme, visible
from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.paging import LARGEST_ID, YEAR, Limit, Text
from service.api.problems import responses
from service.api.schemes import requested_scheme
from service.api.validation import json_body_only
from service.domain.scheme import Scheme
from service.jobs import simulating
from service.jobs.simulating import Changes, Page
from service.settings import Settings
from service.whatif.moves import Which
from service.whatif.report import Comparison, Sensitivity

router = APIRouter(tags=["What if 推演"])

Parcels = Annotated[
    Which,
    Query(
        description="Which parcels are listed: whose status or grade changed (graded), whose points, rank or "
        "flags did, too (moved), or all 列出哪些宗地"
    ),
]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Leave out so many, those that moved most")]


class BaseOf(BaseModel):
    """The latest published evaluation of a district and period, else the latest draft."""

    model_config = ConfigDict(extra="forbid")

    district: Text
    period: str = Field(max_length=20, json_schema_extra=YEAR)


class Simulation(BaseModel):
    """By what to evaluate the frozen inputs of which evaluation: a scheme, or changes to its own."""

    model_config = ConfigDict(extra="forbid")

    base: Annotated[int, Field(ge=1, le=LARGEST_ID)] | BaseOf = Field(
        description="An evaluation, or the latest of a district and period 基准评价"
    )
    scheme: str | dict[str, Any] | None = Field(
        None, description="Name of a shipped scheme, or a whole scheme as an object or a YAML text 评价办法"
    )
    changes: dict[str, Any] | None = Field(
        None,
        description="Changes to the scheme of the base, by the codes it uses; null takes away 对办法的修改",
        min_length=1,
        examples=[{"tracks.all_parcels.indicators.tax_per_mu.weight": 55}],
    )
    rescale: bool = Field(
        False, description="Scale the other weights of a track so that the sum stays 100 其余权重按比例调整"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.scheme is None) == (self.changes is None):
            raise ValueError("Send either 'scheme' or 'changes'.")
        return self


@router.post(
    "/evaluations:simulate",
    dependencies=[Depends(json_body_only), Depends(one_of_few)],
    response_model_exclude_unset=True,
    responses=responses(404, 413, 415, 503),
)
def simulate(
    store: Store,
    settings: Configuration,
    asker: Asker,
    wanted: Simulation,
    parcels: Parcels = "graded",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Comparison:
    """Tell what another scheme would make of an evaluation: who moves, how far, and why; stores nothing.

    Changes, and a scheme that is not shipped, need the analyst's scope as well.
    """
    by: Scheme | Changes
    if wanted.scheme is None:
        check_own_scheme(asker, "/changes")
        by = Changes(wanted.changes or {}, wanted.rescale)
    else:
        by = requested_scheme(asker, wanted.scheme)
    with store.reading() as connection:
        base = wanted.base
        if isinstance(base, BaseOf):
            base = simulating.latest(connection, base.district, base.period)
        visible_evaluation(connection, asker, base)
    return simulating.simulate(store, base, by, _page(asker, settings, parcels, limit, offset))


@router.get(
    "/evaluations/{evaluation_id}/comparison",
    dependencies=[Depends(one_of_few)],
    response_model_exclude_unset=True,
    responses=responses(404, 503),
)
def comparison(
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    other: Annotated[
        int,
        Query(alias="with", ge=1, le=LARGEST_ID, description="The later evaluation, or by another scheme"),
    ],
    parcels: Parcels = "graded",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Comparison:
    """Compare an evaluation (before) with another of its district (after): two years, or two schemes."""
    with store.reading() as connection:
        for each in (evaluation_id, other):
            visible_evaluation(connection, asker, each)
    return simulating.compare(store, evaluation_id, other, _page(asker, settings, parcels, limit, offset))


@router.get(
    "/evaluations/{evaluation_id}/sensitivity",
    dependencies=[Depends(one_of_few)],
    responses=responses(404, 503),
)
def sensitivity(
    store: Store,
    asker: Asker,
    evaluation_id: EvaluationId,
    step: Annotated[int, Query(ge=1, le=50, description="Percent of each weight, up and down")] = 10,
) -> Sensitivity:
    """Tell how the ranking hangs on each weight, and how many parcels lie close to a cut-off."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    return simulating.weigh(store, evaluation_id, step)


def _page(asker: Principal, settings: Settings, which: Which, limit: int, offset: int) -> Page:
    figures = {"amounts", "items"} <= visible(asker, "moves")
    return Page(which, offset, min(limit, settings.page_size_limit), figures)
