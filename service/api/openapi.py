"""The OpenAPI 3.1 document: FastAPI's own, with access, problems and paging described as they are."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from service.access.identity import SCOPES
from service.access.policy import ROUTES
from service.api.codes import STATUS_TITLES
from service.api.problems import MEDIA_TYPE, Problem
from service.settings import Settings

_DESCRIPTION = """\
Industrial land evaluated parcel by parcel (亩均评价): output, tax and energy efficiency, grades, and the
flags for consolidation and floor-area-ratio uplift.

Every error is a problem document (RFC 9457) in English and Chinese. What a key may not see is absent in every
representation. Unknown query parameters are refused.
"""

_SECURITY_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
    "Basic": {"type": "http", "scheme": "basic", "description": "Any user name, the key as the password."},
}

router = APIRouter(tags=["Service"])


@router.get(
    "/openapi.json",
    response_class=JSONResponse,
    responses={200: {"content": {"application/vnd.oai.openapi+json;version=3.1": {}}}},
)
def openapi_document(request: Request) -> JSONResponse:
    """Describe this API in OpenAPI 3.1."""
    return JSONResponse(request.app.openapi(), media_type="application/vnd.oai.openapi+json;version=3.1")


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` return the finished document, made once."""

    def finished() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = finished  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document; the same routes give the same document, key by key."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=_DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/"}],
    )
    # the service's own resources first, though the router tries the standards' before them
    described["paths"] = dict(sorted(described["paths"].items(), key=lambda item: _of_standards(item[0])))
    components = described.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    # Validation is answered with a problem document and status 400, not with FastAPI's own 422.
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    nested = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(nested.pop("$defs", {}))
    schemas["Problem"] = nested
    components["schemas"] = dict(sorted(schemas.items()))
    components["parameters"] = {"limit": _limit_parameter(app.state.settings)}
    components["securitySchemes"] = _SECURITY_SCHEMES
    for path, item in described["paths"].items():
        for method, operation in item.items():
            _describe_access(operation, ROUTES[method.upper(), path])
            _describe_problems(operation)
    return described


def _of_standards(path: str) -> bool:
    first = path.split("/")[1]
    return first in ("", "conformance", "api", "collections", "tileMatrixSets")


def _limit_parameter(settings: Settings) -> dict[str, Any]:
    """Return the paging parameter under the name where QGIS looks for the page size."""
    return {
        "name": "limit",
        "in": "query",
        "description": "Items on a page; beyond the maximum, the maximum counts. "
        f"A file (CSV, GeoPackage, …) holds all, or so many, up to {settings.download_limit}.",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": settings.page_size_limit,
            "default": settings.page_size,
        },
    }


def _describe_access(operation: dict[str, Any], scope: str | None) -> None:
    if scope is None:
        operation["security"] = []
        return
    operation["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    operation["x-scope"] = scope
    needs = f"Needs the scope `{scope}`: {SCOPES[scope]}."
    operation["description"] = f"{operation.get('description', '')}\n\n{needs}".strip()


def _describe_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    statuses = [400, 503] + ([401, 403] if operation["security"] else [])
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in statuses:
        responses.setdefault(str(status), {"description": STATUS_TITLES[status][0], "content": problem})
    responses["default"] = {"description": "Any other problem", "content": problem}
    operation["responses"] = dict(sorted(responses.items()))
