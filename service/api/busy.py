"""How many simulations run at once: each takes the whole machine for a moment."""

from collections.abc import AsyncIterator

from fastapi import Request

from service.errors import Unavailable


async def one_of_few(request: Request) -> AsyncIterator[None]:
    """Take a place, or answer 503 with Retry-After when all are taken; a dependency of routes."""
    places = request.app.state.simulations
    if not places.acquire(blocking=False):
        raise Unavailable(
            "As many simulations as allowed are running.", "推演任务已达上限，请稍后再试。", code="saturated"
        )
    try:
        yield
    finally:
        places.release()
