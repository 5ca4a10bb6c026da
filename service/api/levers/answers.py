"""A report of a lever as an answer: masked for whoever asks, a page of it as JSON, or all as a workbook."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from service.access.identity import Principal
from service.access.policy import visible
from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.paging import LARGEST_ID, Limit
from service.api.problems import responses
from service.levers.report import Report, Section
from service.levers.workbook import workbook
from service.negotiation import JSON, XLSX, choose

TAG = "Levers 结果应用"

Format = Annotated[
    Literal["json", "xlsx"] | None,
    Query(description="Instead of the Accept header: json, or a workbook with everything 输出格式"),
]

Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Rows of every table to leave out 起始行")]

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        "description": "The report; as a workbook with all rows at once",
    }
}
"""The representations of a report, for a route's ``responses``."""


class Named(BaseModel):
    """A text in both languages."""

    en: str
    zh: str


class TotalTold(BaseModel):
    """A figure of a whole table."""

    code: str
    title: Named
    value: float | int | str | None
    unit: str


class BasisTold(BaseModel):
    """A rule that the report rests on; ``verified`` is false until it was read in the document itself."""

    code: str
    title: Named
    value: str
    edition: str
    source: str
    verified: bool


class Column(BaseModel):
    """A column of a table."""

    name: str
    type: str
    title: str


class SectionTold(BaseModel):
    """A table of the report, ranked; ``rows`` are a page of it."""

    name: str
    title: Named
    totals: list[TotalTold]
    columns: list[Column]
    count: int
    rows: list[dict[str, Any]]


class ReportTold(BaseModel):
    """What a lever makes of an evaluation; what tells a single firm's figures is absent for others."""

    name: str
    title: Named
    head: dict[str, Any]
    verified: bool = Field(description="Whether every rule was read in the document itself 规则均经原文核实")
    sections: list[SectionTold]
    bases: list[BasisTold]


class _Asked:
    """Which evaluation's report is asked for, by whom, in which form and from which row on.

    Raises `NotFound` for an evaluation that whoever asks cannot see.
    """

    def __init__(
        self,
        request: Request,
        response: Response,
        store: Store,
        settings: Configuration,
        asker: Asker,
        evaluation_id: EvaluationId,
        limit: Limit = 100,
        offset: Offset = 0,
        f: Format = None,  # noqa: ARG002 - read by `choose`
    ) -> None:
        with store.reading() as connection:
            visible_evaluation(connection, asker, evaluation_id)
        self.evaluation_id = evaluation_id
        self._request, self._response, self._asker = request, response, asker
        self._offset, self._limit = offset, min(limit, settings.page_size_limit)

    def answer(self, report: Report) -> Any:
        """Return the report as `ReportTold` with a page of every table, or as a workbook."""
        name = f"{report.name}-{self.evaluation_id}"
        return answered(self._request, self._response, self._asker, report, name, self._offset, self._limit)


ReportAsked = Annotated[_Asked, Depends()]

REPORT: dict[str, Any] = {
    "response_model": ReportTold,
    "responses": {**DOCUMENTED, **responses(404, 406, 409, 503)},
    "dependencies": [Depends(one_of_few)],
}
"""What every route that answers with a report declares."""


def answered(
    request: Request,
    response: Response,
    asker: Principal,
    report: Report,
    name: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Any:
    """Return a report masked for whoever asks: as `ReportTold` with a page of every table, or as a workbook.

    :param name: of the workbook's file, without its ending; else the report's
    """
    if choose(request, JSON, XLSX) == XLSX:
        return as_workbook(asker, report, name)
    response.headers["Vary"] = "Accept"
    return told(_seen(asker, report), offset, limit)


def as_workbook(asker: Principal, report: Report, name: str | None = None) -> Response:
    """Return a report masked for whoever asks as a workbook; ``name`` as of `answered`."""
    disposition = f'attachment; filename="{name or report.name}.xlsx"'
    headers = {"Vary": "Accept", "Content-Disposition": disposition}
    return Response(workbook(_seen(asker, report)), media_type=XLSX, headers=headers)


def told(report: Report, offset: int = 0, limit: int | None = None) -> ReportTold:
    """Return a report as plain values, with a page of every table."""
    return ReportTold(
        name=report.name,
        title=_named(report.title),
        head=dict(report.head),
        verified=report.verified,
        sections=[_section(each, offset, limit) for each in report.sections],
        bases=[
            BasisTold(
                code=each.code,
                title=_named(each.title),
                value=each.value,
                edition=each.edition,
                source=each.source,
                verified=each.verified,
            )
            for each in report.bases
        ],
    )


def _seen(asker: Principal, report: Report) -> Report:
    return report.seen_by({each.policy: visible(asker, each.policy) for each in report.sections})


def _section(section: Section, offset: int, limit: int | None) -> SectionTold:
    return SectionTold(
        name=section.name,
        title=_named(section.title),
        totals=[
            TotalTold(code=each.code, title=_named(each.title), value=each.value, unit=each.unit)
            for each in section.totals
        ],
        columns=[Column(name=each.name, type=each.type, title=each.title) for each in section.properties],
        count=section.rows.height,
        rows=section.rows.slice(offset, limit).to_dicts(),
    )


def _named(text: tuple[str, str]) -> Named:
    return Named(en=text[0], zh=text[1])
