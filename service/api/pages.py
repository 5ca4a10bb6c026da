"""The page of a document, for browsers: what is ordered and what became of it, read without a program."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette._utils import get_route_path

from service.api.problems import base_url
from service.negotiation import HTML, JSON, choose
from service.pages import Frame, Other, render

Format = Annotated[Literal["json", "html"] | None, Query(description="Instead of the Accept header")]

PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {HTML: {"schema": {"type": "string"}}}, "description": "The document, or its page"}
}


def page_or(request: Request, document: BaseModel) -> Any:
    """Return the document, or its page where the client takes HTML rather than JSON."""
    if choose(request, JSON, HTML) == JSON:
        return document
    path = quote(get_route_path(request.scope), safe="/:@")
    base = base_url(request)
    query = request.url.include_query_params(f="json").query
    frame = Frame(base, path, (Other(f"{base}{path}?{query}", JSON, "JSON"),))
    page = render(frame, document.model_dump(mode="json", exclude_none=True))
    return HTMLResponse(page, headers={"Vary": "Accept"})
