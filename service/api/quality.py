"""Quality report (数据质量): where hand-overs contradict each other, as JSON, layer, workbook or table."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from service.access.policy import visible_findings
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.paging import LARGEST_ID, YEAR, After, Limit, Text, next_page
from service.api.problems import responses
from service.domain.quality import Severity
from service.jobs import checking
from service.negotiation import CSV, GEOJSON, JSON, XLSX, choose
from service.quality.telling import feature_collection, record, rules_told
from service.quality.workbook import comma_separated, workbook

router = APIRouter(tags=["Quality 数据质量"])

Record = dict[str, Any]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class Counted(BaseModel):
    """A check that found something: how often, how grave it is, and what it tolerates."""

    code: str
    severity: Severity
    title: dict[str, str]
    tolerance: list[Record]
    source: str
    verified: bool
    count: int


class Quality(BaseModel):
    """What contradicts what in the hand-overs of a district (疑点): counts by code, and a page.

    ``checked`` tells how many rows of each kind were looked at. Findings that tell of single firms are for
    analysts, and are not counted for others.
    """

    district: str | None = Field(description="None: all of the store 行政区")
    period: str
    evaluation_id: int | None = Field(description="Whose grades stand beside the ratings of firms")
    edition: str = Field(description="Of the tolerances 容差版本")
    checked: dict[str, int]
    counts: list[Counted]
    findings: list[Record]
    next: str | None = None


class Disagreements(BaseModel):
    """Parcels whose grade and whose firms' enterprise evaluation are at opposite ends (评价结果不一致)."""

    evaluation_id: int
    rules: list[Record]
    counts: dict[str, int]
    disagreements: list[Record]
    next: str | None = None


@router.get(
    "/quality",
    response_model=Quality,
    responses={
        200: {
            "content": {
                GEOJSON: {"schema": {"type": "object"}},
                XLSX: _BINARY,
                CSV: {"schema": {"type": "string"}},
            },
            "description": "The report; as layer, workbook or table with all findings at once",
        },
        **responses(404, 406),
    },
)
def quality(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    district: Annotated[Text | None, Query(description="One district; else all of them 行政区")] = None,
    period: Annotated[
        str | None,
        Query(max_length=20, description="A year; else the last with any 所属期", json_schema_extra=YEAR),
    ] = None,
    evaluation: Annotated[
        int | None,
        Query(ge=1, le=LARGEST_ID, description="Set its grades beside the ratings of firms 评价编号"),
    ] = None,
    code: Annotated[Text | None, Query(description="Only findings of this kind 检查代码")] = None,
    severity: Annotated[Severity | None, Query(description="Only findings as grave as this 程度")] = None,
    limit: Limit = 100,
    after: After = 0,
    f: Annotated[  # noqa: ARG001 - read by `choose`
        Literal["json", "geojson", "xlsx", "csv"] | None,
        Query(description="Instead of the Accept header: json, a layer, a workbook, or a table"),
    ] = None,
) -> Any:
    """Check registers, survey, meters and outlines against each other (数据质量)."""
    representation = choose(request, JSON, GEOJSON, XLSX, CSV)
    if code is not None:
        checking.require_codes([code])
    if evaluation is not None:
        with store.reading() as connection:
            visible_evaluation(connection, asker, evaluation)
    report = checking.quality(store, district, period, evaluation)
    seen = visible_findings(asker)
    chosen = report.chosen(seen if code is None else seen & {code}, severity)
    headers = {"Vary": "Accept"}
    if representation != JSON:
        name = f"quality-{report.period}.{'xlsx' if representation == XLSX else 'csv'}"
        if representation == GEOJSON:
            return Response(feature_collection(chosen, report.rules), media_type=GEOJSON, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        if representation == XLSX:
            content = workbook(chosen, report.rules, checking.head(report))
        else:
            content = comma_separated(chosen, report.rules)
        return Response(content, media_type=representation, headers=headers)
    response.headers.update(headers)
    size = min(limit, settings.page_size_limit)
    counts = report.counts(seen)
    told = rules_told(report.rules, counts)
    return Quality(
        district=report.district,
        period=report.period,
        evaluation_id=report.evaluation_id,
        edition=report.rules.edition,
        checked=report.checked,
        counts=[Counted(**each, count=counts[each["code"]]) for each in told],
        findings=[record(each, report.rules) for each in chosen[after : after + size]],
        next=next_page(request, after=after + size) if after + size < len(chosen) else None,
    )


@router.get("/evaluations/{evaluation_id}/disagreements", responses=responses(404))
def disagreements(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    limit: Limit = 100,
    after: After = 0,
) -> Disagreements:
    """List the parcels whose grade and whose firms' enterprise evaluation disagree (不一致)."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    found, rules = checking.disagreements(store, evaluation_id)
    return Disagreements(
        evaluation_id=evaluation_id,
        rules=checking.disagreement_rules(rules),
        counts={code: sum(each.code == code for each in found) for code in checking.DISAGREEMENTS},
        disagreements=[checking.disagreement_told(each) for each in found[after : after + size]],
        next=next_page(request, after=after + size) if after + size < len(found) else None,
    )
