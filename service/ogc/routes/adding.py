"""How a route of the standards' resources is added and described."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from service.ogc.documents.openapi_parts import Parameter

Endpoint = Callable[..., Response | Awaitable[Response]]
Responses = dict[int | str, dict[str, Any]]


def get(
    router: APIRouter,
    path: str,
    endpoint: Endpoint,
    name: str,
    summary: str,
    responses: Responses,
    parameters: Sequence[Parameter] = (),
) -> None:
    """Add a GET route; its answers are made by hand, so nothing is guessed from types."""
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        operation_id=name,
        summary=summary,
        description=(endpoint.__doc__ or "").strip(),
        responses=dict(responses),
        response_class=Response,
        response_model=None,
        openapi_extra={"parameters": list(parameters)},
    )
