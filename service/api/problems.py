"""Every error as a problem document (RFC 9457), in English and Chinese, with its place and what to do."""

import logging
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.access.routes import RouteTable
from service.api import codes
from service.api.headers import SECURITY_HEADERS
from service.api.options import options
from service.api.validation import Fault, InvalidRequest, invalid_request
from service.errors import InvalidParameter, MujunError, Unavailable

_log = logging.getLogger("mujun")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
_LATER = "Try again shortly."


class Problem(BaseModel):
    """What went wrong, where, and what to do about it (RFC 9457)."""

    type: str = Field(description="Address of the description of this kind of problem")
    title: str
    title_zh: str
    status: int
    code: str = Field(description="Stable code, the last part of `type`")
    detail: str
    detail_zh: str
    instance: str = Field(
        description="The request's path, or the id under which an internal error was logged"
    )
    place: str | None = Field(None, description="Parameter, JSON pointer, or file, sheet, row and column")
    action: str | None = Field(None, description="What to do about it")
    errors: list[Fault] | None = Field(None, description="Every fault, when a request has several")


def problem(request: Request, error: MujunError, *, instance: str = "") -> Response:
    """Return the problem document of an error as a response with the headers that its status calls for."""
    document = document_of(request, error, instance=instance)
    headers = {"Cache-Control": "no-store"} | error.headers
    if error.status == 401:
        # Basic first and in ASCII: a browser, QGIS and GDAL then ask for a password
        headers["WWW-Authenticate"] = 'Basic realm="Mujun", charset="UTF-8", Bearer realm="Mujun"'
    if error.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return JSONResponse(document.model_dump(exclude_none=True), error.status, headers, MEDIA_TYPE)


def document_of(request: Request, error: MujunError, *, instance: str = "") -> Problem:
    """Return the problem document of an error."""
    english, chinese = codes.title(error)
    return Problem(
        type=codes.TYPES.get(error.code) or f"{base_url(request)}/problems/{error.code}",
        title=english,
        title_zh=chinese,
        status=error.status,
        code=error.code,
        detail=error.detail,
        detail_zh=error.detail_zh,
        place=error.place,
        action=error.action,
        errors=error.faults if isinstance(error, InvalidRequest) else None,
        instance=instance or request.url.path,
    )


def refusal(request: Request, error: Exception) -> Response | None:
    """Return the problem document of any error that has an explanation, else None."""
    known = _explain(request, error)
    return None if known is None else problem(request, known)


def install(app: FastAPI) -> None:
    """Make the application answer every error with a problem document."""

    async def explained(request: Request, error: Exception) -> Response:
        known = _explain(request, error)
        if known is None:
            return internal_error(request, error)
        return problem(request, known)

    async def from_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        if error.status_code == 405:
            return await options(request) if request.method == "OPTIONS" else _method_not_allowed(request)
        response = problem(request, codes.from_http(error))
        response.headers.update(error.headers or {})
        return response

    database_errors = (OperationalError, InterfaceError, PoolTimeout, DataError)
    for kind in (MujunError, RequestValidationError, *database_errors):
        app.add_exception_handler(kind, explained)
    app.add_exception_handler(HTTPException, from_http)
    app.add_exception_handler(Exception, internal_error)


def internal_error(request: Request, error: Exception) -> Response:
    """Log what nobody foresaw under an id and return that id and nothing else."""
    instance = f"urn:uuid:{uuid.uuid4()}"
    _log.error("%s %s failed (%s)", request.method, request.url.path, instance, exc_info=error)
    unforeseen = MujunError(
        "The service failed to answer; the fault is logged.",
        "服务内部错误，已记录。",
        action=f"Tell the operator this id: {instance}.",
    )
    response = problem(request, unforeseen, instance=instance)
    response.headers.update(SECURITY_HEADERS)  # answered outside all middleware
    return response


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the problem documents with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": codes.STATUS_TITLES[status][0], "content": content} for status in statuses
    }


def _explain(request: Request, error: Exception) -> MujunError | None:
    match error:
        case Unavailable():
            _log.warning("%s: %s (%s)", request.url.path, error.detail, error.place)
            # where the store is, and how to mend it, is for the operator and in the log
            return Unavailable(error.detail, error.detail_zh, code=error.code, action=_LATER)
        case MujunError():
            return error if error.status != 500 else None
        case RequestValidationError():
            return invalid_request(error)
        case DataError():  # a value that the database's types cannot hold, such as a NUL character
            _log.info("%s: refused by the database", request.url.path, exc_info=error)
            return InvalidParameter("A value cannot be stored or compared.", "参数值无法存储或比较。")
        case OperationalError() | InterfaceError() | PoolTimeout():
            _log.warning("%s: the database does not answer", request.url.path, exc_info=error)
            return Unavailable(
                "The store cannot be reached.", "无法连接数据库。", action="Try again shortly."
            )
        case _:
            return None


def _method_not_allowed(request: Request) -> Response:
    routes: RouteTable = request.app.state.routes
    response = problem(request, codes.from_http(HTTPException(405)))
    response.headers["Allow"] = ", ".join(routes.allowed(request.scope))
    return response


def base_url(request: Request) -> str:
    """Return the address of the service as the client sees it, without its last slash."""
    configured: str = request.app.state.settings.public_url
    return configured.rstrip("/") or str(request.base_url).rstrip("/")
