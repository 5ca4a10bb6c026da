"""Answers whose parts are all in memory: no transaction, and no thread where they take no time."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.ogc.views import NotInMemory

Answering = Callable[..., Response]
"""Answers a request; with ``from_memory`` it raises `NotInMemory` for what is not there."""


async def at_once(answering: Answering, *asked: object) -> Response:
    """Answer on the event loop from memory, else in a thread from the store."""
    try:
        return answering(*asked, from_memory=True)
    except NotInMemory:
        return await run_in_threadpool(answering, *asked, from_memory=False)


def or_store(answering: Answering, *asked: object) -> Response:
    """Answer from memory, else from the store: for what takes its time even if all is there."""
    try:
        return answering(*asked, from_memory=True)
    except NotInMemory:
        return answering(*asked, from_memory=False)
