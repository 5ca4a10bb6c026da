"""What a request got wrong by its own description: parameters nobody knows, values of the wrong kind."""

from collections.abc import Iterator

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from service.errors import InvalidParameter, MujunError, NotFound

_CHINESE = {
    "missing": "缺少必填项",
    "extra_forbidden": "未知字段",
    "json_invalid": "不是有效的 JSON",
    "string_pattern_mismatch": "格式不正确",
    "enum": "不在允许的取值之内",
    "literal_error": "不在允许的取值之内",
}


class Fault(BaseModel):
    """One place in a request that is wrong."""

    place: str
    detail: str
    detail_zh: str


class InvalidRequest(InvalidParameter):
    """A request that does not fit its description, with every fault that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        first, more = faults[0], len(faults) - 1
        super().__init__(
            f"{first.place}: {first.detail}" + (f" (and {more} more)" if more else ""),
            f"{first.place}：{first.detail_zh}" + (f"（另有 {more} 处）" if more else ""),
            place=first.place,
            action="See /openapi.json for what is accepted.",
        )
        self.faults = faults


def invalid_request(error: RequestValidationError) -> MujunError:
    """Translate FastAPI's findings; places in a body are JSON pointers.

    A path that cannot name anything names nothing: that is 404.
    """
    if all(finding["loc"][0] == "path" for finding in error.errors()):
        return NotFound("There is nothing under this address.", "该地址下没有内容。")
    return InvalidRequest(
        [
            Fault(
                place=_place(finding["loc"]),
                detail=finding["msg"],
                detail_zh=_CHINESE.get(finding["type"], "取值无效"),
            )
            for finding in error.errors()
        ]
    )


async def known_parameters_only(request: Request) -> None:
    """Refuse query parameters that the route does not declare, or that it takes once and were given twice.

    A dependency of every route. A misspelt filter that is silently ignored gives a wrong answer that looks
    right.
    """
    route = request.scope["route"]
    # by id: a route has no hash, and lives as long as the application
    cached: dict[int, dict[str, bool]] = request.app.state.query_parameters
    if (known := cached.get(id(route))) is None:
        known = cached[id(route)] = query_parameters(route)
    given = request.query_params.keys()
    unknown = sorted(set(given) - known.keys())
    if unknown:
        raise InvalidParameter(
            f"Unknown query parameter: {', '.join(unknown)}.",
            f"未知的查询参数：{'、'.join(unknown)}。",
            code="unknown-parameter",
            place=f"query parameter {unknown[0]}",
            action=f"Known here: {', '.join(sorted(known))}." if known else "This takes no query parameters.",
        )
    for name in given:
        if not known[name] and len(request.query_params.getlist(name)) > 1:
            raise InvalidParameter(
                f"The query parameter {name} was given more than once.",
                f"查询参数 {name} 重复出现。",
                code="repeated-parameter",
                place=f"query parameter {name}",
            )


async def json_body_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON with 415; a dependency of routes that take JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "Send application/json.")


def query_parameters(route: APIRoute) -> dict[str, bool]:
    """Return the name of every declared query parameter and whether it may be repeated."""
    declared: dict[str, bool] = {}
    for field in _query_fields(route.dependant):
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, inner in annotation.model_fields.items():
                declared[inner.alias or name] = _repeatable(inner.annotation)
        else:
            declared[field.alias] = _repeatable(annotation)
    for parameter in (route.openapi_extra or {}).get("parameters", []):
        if "$ref" in parameter:  # described once, under the parameter's own name
            declared[parameter["$ref"].rpartition("/")[2]] = False
        elif parameter.get("in") == "query":
            declared[parameter["name"]] = False
    return declared


def _query_fields(dependant: Dependant) -> Iterator[ModelField]:
    yield from dependant.query_params
    for inner in dependant.dependencies:
        yield from _query_fields(inner)


def _repeatable(annotation: object) -> bool:
    return "list[" in str(annotation)


def _place(location: tuple[str | int, ...]) -> str:
    where, *rest = location
    if where == "body":
        return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return f"{where} parameter {'.'.join(map(str, rest))}"
