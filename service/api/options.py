"""What can be done under an address (OPTIONS), by whoever asks: QGIS offers editing by this answer alone."""

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.access.credentials import presented_key
from service.access.identity import ANONYMOUS, Principal, current_principal
from service.access.keys import verify
from service.access.policy import ROUTES
from service.access.routes import RouteTable
from service.errors import MujunError


async def options(request: Request) -> Response:
    """Answer the methods, and of POST and PATCH the media types that they take.

    Without a key all methods are listed, as anybody may be asked for one; with a key those that it may use.
    """
    asker = await _asker(request)
    routes: RouteTable = request.app.state.routes
    found = {
        method: media_types
        for (method, template), media_types in routes.scoped(request.scope).items()
        if asker is None or (scope := ROUTES[method, template]) is None or asker.may(scope)
    }
    methods = {*found, "OPTIONS"} | ({"HEAD"} if "GET" in found else set())
    headers = {"Allow": ", ".join(sorted(methods))}
    for method in ("POST", "PATCH"):
        if media_types := found.get(method):
            headers[f"Accept-{method.capitalize()}"] = ", ".join(media_types)
    return Response(headers=headers)


async def _asker(request: Request) -> Principal | None:
    """Return who asks, nobody in particular where the key is not known, or None when no key was shown."""
    if (principal := current_principal(request)) is not ANONYMOUS:
        return principal
    try:
        key = presented_key(request.headers)
        return None if key is None else await run_in_threadpool(verify, request.app.state.database, key)
    except MujunError:
        return ANONYMOUS
