"""The gate: every request passes here first, before its body is read, and nothing passes undeclared."""

from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access.credentials import presented_key
from service.access.identity import ANONYMOUS, OPEN, Principal
from service.access.keys import verify
from service.access.origin import refuse_cross_site_write, refuse_unless_local
from service.access.policy import ROUTES
from service.access.remembered import Remembered, credentials
from service.access.routes import RouteTable
from service.errors import NotAllowed, NotAuthenticated
from service.store.database import Database
from service.store.version import VERSION, Versions

Refusal = Callable[[Request, Exception], Response | None]
"""Turns an error into a response, or None for an error that is nobody's fault but ours."""


class Gate:
    """ASGI middleware: finds out who asks (``request.state.principal``) and whether the policy lets them."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: RouteTable,
        database: Database,
        versions: Versions,
        remembered: Remembered,
        open_mode: bool,
        public_url: str,
        refusal: Refusal,
    ) -> None:
        self._app = app
        self._routes = routes
        self._database = database
        self._versions = versions
        self._remembered = remembered
        self._open = open_mode
        self._public_url = public_url
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with its principal and its route's template."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.template = self._routes.template(scope)
            request.state.principal = await self._admit(request)
        except Exception as error:
            response = self._refusal(request, error)
            if response is None:
                raise
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> Principal:
        if self._open:
            refuse_unless_local(request)
        refuse_cross_site_write(request, self._public_url)
        if self._open:
            return OPEN
        template = request.state.template
        if template is None:  # the router's own answer follows: 404, or 405 with Allow
            return ANONYMOUS
        needed = ROUTES[request.method, template]
        if needed is None:
            return ANONYMOUS
        key = presented_key(request.headers)
        if key is None:
            raise NotAuthenticated(
                "This needs an API key.",
                "此操作需要接口密钥。",
                action="Send a key as X-API-Key, as Authorization: Bearer, or as the password of HTTP Basic.",
            )
        principal = await self._holder(request, key)
        if not principal.may(needed):
            raise NotAllowed(
                f"This needs a key with the scope {needed!r}.",
                f"此操作需要具有 {needed!r} 权限的密钥。",
                code="scope-missing",
                action="Ask whoever keeps the keys for one with this scope.",
            )
        return principal

    async def _holder(self, request: Request, key: str) -> Principal:
        """Return whose key it is, looked up once in each version of the data."""
        version = getattr(request.state, VERSION, None)
        if version is None:
            version = await self._versions.current()
        sent = credentials(request.scope["headers"])
        if (known := self._remembered.find(version, sent)) is not None:
            return known
        principal = await run_in_threadpool(verify, self._database, key)
        self._remembered.keep(version, sent, principal)
        return principal
