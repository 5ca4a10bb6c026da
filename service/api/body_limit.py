"""Bounds how much of a body is read, route by route."""

from collections.abc import Mapping

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.gate import Refusal
from service.errors import TooLarge

DEFAULT_BYTES = 1024 * 1024
"""Enough for an inline scheme; only uploads need more."""


class BodyLimit:
    """ASGI middleware behind the gate: 413 before or while a body grows past its route's limit."""

    def __init__(self, app: ASGIApp, *, limits: Mapping[tuple[str, str], int], refusal: Refusal) -> None:
        self._app = app
        self._limits = limits
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by Content-Length at once, and a body without one as soon as it is too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = self._limits.get((request.method, request.state.template or ""), DEFAULT_BYTES)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            response = self._refusal(request, _too_large(limit))
            assert response is not None  # noqa: S101 - a MujunError always has its problem document
            await response(scope, receive, send)
            return
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # the only kind of error that FastAPI's form and body parsing lets through as it is
                raise HTTPException(413, _too_large(limit).detail)
            return message

        await self._app(scope, bounded, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The body is longer than {limit} bytes.",
        f"请求内容超过 {limit} 字节。",
        action="Split it, or raise MUJUN_MAX_UPLOAD_BYTES for files, MUJUN_MAX_FEATURE_BYTES for features.",
    )
