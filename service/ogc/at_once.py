"""Answers whose parts are all in memory: no transaction, and no thread where they take no time."""

from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.ogc.views import NotInMemory


class Answering(Protocol):
    """Answers a request; from memory alone it raises `NotInMemory` for what is not there."""

    def __call__(self, *asked: object, from_memory: bool) -> Response:
        """Answer."""


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
