"""Whole answers of the collections, remembered for as long as nothing is written.

A request for something under ``/collections`` asks the database for the version of its data and nothing else
when the same was asked before in this version: by somebody with the same rights, on the same day, under the
same address, with the same headers as far as answers depend on headers. See docs/decisions/0018.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from fastapi import Request
from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.identity import OPEN, Principal
from service.access.origin import refuse_unless_local
from service.access.remembered import Remembered, credentials
from service.errors import NotAllowed, Unavailable
from service.jobs import periods
from service.store.version import VERSION, Versions

PREFIX = "/collections/"
_METHODS = frozenset({"GET", "HEAD"})
_STATUSES = frozenset({200, 204, 304})
_COUNTED = frozenset(
    {
        *(b"accept", b"accept-charset", b"accept-crs", b"accept-encoding", b"accept-language"),
        *(b"host", b"origin", b"prefer", b"range", b"te"),
        *(b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since"),
        *(
            b"forwarded",
            b"x-forwarded-host",
            b"x-forwarded-prefix",
            b"x-forwarded-port",
            b"x-forwarded-proto",
        ),
    }
)
"""Headers that an answer may depend on; the address a client sees comes from some of them."""

_WITH_BODY = frozenset({b"content-length", b"transfer-encoding"})


class Answer(NamedTuple):
    """A response as it was sent."""

    start: Message
    body: bytes

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        headers = sum(len(name) + len(value) + 100 for name, value in self.start["headers"])
        return len(self.body) + headers + 1000


class Answers:
    """Answers in one version of the data, those used last, up to ``room`` bytes, none over ``largest``."""

    def __init__(self, room: int = 256 * 1024 * 1024, largest: int = 8 * 1024 * 1024) -> None:
        self._room, self.largest = room, min(largest, room)
        self._version: int | None = None
        self._known: OrderedDict[Hashable, Answer] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._known)

    def find(self, version: int, key: Hashable) -> Answer | None:
        """Return what was answered in this version."""
        if version != self._version or (found := self._known.get(key)) is None:
            return None
        self._known.move_to_end(key)
        return found

    def keep(self, version: int, key: Hashable, answer: Answer) -> None:
        """Remember an answer; ``version`` was asked before it was worked out. What is older is forgotten."""
        if answer.size > self.largest:
            return
        if version != self._version:
            self._version, self._known, self.size = version, OrderedDict(), 0
        if (before := self._known.pop(key, None)) is not None:
            self.size -= before.size
        self._known[key] = answer
        self.size += answer.size
        while self.size > self._room:
            self.size -= self._known.popitem(last=False)[1].size


class ResponseMemory:
    """ASGI middleware before all others: answers from memory, else passes on and remembers the answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        versions: Versions,
        remembered: Remembered,
        open_mode: bool,
        answers: Answers,
    ) -> None:
        self._app = app
        self._versions = versions
        self._remembered = remembered
        self._open = open_mode
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        if (
            scope["type"] != "http"
            or scope["method"] not in _METHODS
            or not get_route_path(scope).startswith(PREFIX)
        ):
            await self._app(scope, receive, send)
            return
        asked = tuple(item for item in scope["headers"] if item[0] in _COUNTED)
        try:
            version = await self._versions.current()
        except Unavailable:  # the store does not answer: whoever needs it says so in the service's own words
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state[VERSION] = version
        address = (
            *(scope["method"], scope["scheme"], scope.get("root_path"), scope["path"], scope.get("raw_path")),
            *(scope["query_string"], tuple(scope.get("server") or ()), asked, periods.today()),
        )
        who = self._whoever_asks(version, scope)
        if who is not None and (known := self._answers.find(version, (who.scopes, address))) is not None:
            await send(known.start)
            await send({"type": "http.response.body", "body": known.body})
            return
        if any(name in _WITH_BODY for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        listening = _Listening(send, self._answers.largest)
        await self._app(scope, receive, listening)
        principal: Principal | None = state.get("principal")
        if principal is not None and (answer := listening.answer()) is not None:
            self._answers.keep(version, (principal.scopes, address), answer)

    def _whoever_asks(self, version: int, scope: Scope) -> Principal | None:
        """Return who asks, if that is known without asking the store."""
        if not self._open:
            return self._remembered.find(version, credentials(scope["headers"]))
        try:
            refuse_unless_local(Request(scope))
        except NotAllowed:
            return None
        return OPEN


class _Listening:
    """Passes a response on, and keeps it if it is whole, short, and no error."""

    def __init__(self, send: Send, largest: int) -> None:
        self._send, self._largest = send, largest
        self._start: Message | None = None
        self._body: bytes | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            if message["status"] in _STATUSES and b"set-cookie" not in names:
                self._start = {**message, "headers": list(message["headers"])}
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            # what comes in parts is a file that is made as it is sent: it may be of any length
            alone = self._body is None and not message.get("more_body", False)
            self._body = bytes(body) if alone and len(body) <= self._largest else None
            if not alone:
                self._start = None
        await self._send(message)

    def answer(self) -> Answer | None:
        """Return the response."""
        if self._start is None or self._body is None:
            return None
        return Answer(self._start, self._body)
