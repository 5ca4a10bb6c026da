"""Requests to one source: allow-listed, paced, bounded in time and size, tried again where that may help."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina

from service import __version__
from service.errors import InvalidSources
from service.outbound.network import Clock, Transport
from service.outbound.reach import Reach, origin_of
from service.outbound.retry_after import seconds_of
from service.outbound.secrets import Secrets
from service.pulling.body import read_body, text_of
from service.pulling.configuration import Source
from service.pulling.troubles import Passing, trouble

_REDIRECTS = 3
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_JSON = "application/geo+json, application/json;q=0.9"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: parameters join those of the address; ``body`` makes it a POST of JSON."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of status 200 as text, with its headers."""

    text: str
    headers: httpx.Headers
    url: str


class Client:
    """Asks one source; a context manager. ``requests`` counts what was sent, redirects included."""

    def __init__(self, source: Source, reach: Reach, secrets: Secrets) -> None:
        # their messages hold whole addresses, and those hold signatures and tokens
        for name in ("httpx", "httpcore"):
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        self.requests = 0
        self._source, self._reach, self._secrets = source, reach, secrets
        self._clock = Clock()
        self._next = 0.0
        timeouts = source.timeouts
        self._http = httpx.Client(
            transport=Transport(reach, self._clock),
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
            trust_env=False,
            follow_redirects=False,
            headers={
                "User-Agent": f"mujun/{__version__}",
                "Accept": _JSON,
                "Accept-Encoding": "gzip, deflate",
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def require(self, url: str) -> None:
        """Raise unless an address may be asked: of a listed origin, and the source's own."""
        if origin_of(url) != origin_of(self._source.url):
            raise trouble("upstream-redirect", "The source links to another host.", self._source.name)
        self._reach.require(url, self._source.name)

    def ask(self, call: Callable[[], Call], understand: Callable[[Answer], T]) -> T:
        """Return what ``understand`` makes of the answer.

        Both are called for every attempt, as a signature changes with time; ``understand`` may raise
        `Passing` to have the request tried again. Raises `UpstreamTrouble`, after the last attempt at the
        latest.
        """
        retries = self._source.retries

        def again(error: Exception) -> bool | float:
            if not isinstance(error, Passing):
                return False
            if error.after is None:
                return True
            return error.after if error.after <= retries.longest_retry_after else False

        try:
            for attempt in stamina.retry_context(
                on=again,
                attempts=retries.attempts,
                timeout=None,
                wait_initial=retries.first,
                wait_max=retries.longest,
                wait_jitter=retries.jitter,
            ):
                with attempt:
                    return understand(self._once(call()))
        except Passing as passing:
            raise passing.error from None
        raise AssertionError("a retry ends with a result or an error")

    def _once(self, call: Call) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer = self._send(call)
            if isinstance(answer, Answer):
                return answer
            call = Call(answer, headers=call.headers)
        raise trouble("upstream-redirect", "The source redirects again and again.", self._source.name)

    def _send(self, call: Call) -> Answer | str:
        """Return the answer, or where it redirects to within the same origin."""
        name, timeouts = self._source.name, self._source.timeouts
        self._reach.require(call.url, name)
        self._wait_for_turn()
        self._clock.start(timeouts.total)
        self.requests += 1
        try:
            with self._http.stream(
                "GET" if call.body is None else "POST",
                httpx.URL(call.url).copy_merge_params(self._secret_params() | dict(call.params)),
                json=call.body,
                headers={**self._source.headers, **self._secret_headers(), **call.headers},
            ) as response:
                if response.is_redirect:
                    return self._same_origin(call, response)
                self._check_status(response)
                self._check_type(response)
                body = read_body(response, self._source.max_page_bytes, timeouts, name)
                content_type = response.headers.get("content-type", "")
                return Answer(text_of(body, content_type, name), response.headers, call.url)
        except httpx.TimeoutException:
            raise Passing(trouble("upstream-timeout", "The source did not answer in time.", name)) from None
        except httpx.ConnectError:
            raise Passing(trouble("upstream-unreachable", "No connection to the source.", name)) from None
        except httpx.TransportError:
            raise Passing(
                trouble("upstream-unreachable", "The connection broke off amid the answer.", name)
            ) from None
        except (httpx.InvalidURL, httpx.HTTPError, ValueError):
            raise trouble("upstream-error", "The request or its answer is no HTTP.", name) from None

    def _secret_params(self) -> dict[str, str]:
        return {key: self._secrets.reveal(where) for key, where in self._source.auth.query.items()}

    def _secret_headers(self) -> dict[str, str]:
        auth = self._source.auth
        headers = {key: self._secrets.reveal(where) for key, where in auth.headers.items()}
        if auth.bearer is not None:
            headers["Authorization"] = f"Bearer {self._secrets.reveal(auth.bearer)}"
        for key, value in headers.items():
            if not value.isascii():
                raise InvalidSources(
                    f"The secret for {key} has characters that no header takes.",
                    "密钥含有请求头不支持的字符。",
                    place=self._source.name,
                )
        return headers

    def _same_origin(self, call: Call, response: httpx.Response) -> str:
        target = str(httpx.URL(call.url).join(response.headers["location"]))
        if call.body is not None or origin_of(target) != origin_of(call.url):
            where = urlsplit(target).hostname or "elsewhere"
            raise trouble(
                "upstream-redirect", f"The source redirects to {where}; not followed.", self._source.name
            )
        return target

    def _check_status(self, response: httpx.Response) -> None:
        status, name = response.status_code, self._source.name
        if status == 200:
            return
        if status in _AGAIN:
            after = seconds_of(response.headers.get("retry-after", ""))
            code = "upstream-busy" if status in (429, 503) else "upstream-error"
            raise Passing(trouble(code, f"The source answers with status {status}.", name), after)
        code = "upstream-refused" if status in (401, 403) else "upstream-error"
        raise trouble(code, f"The source answers with status {status}.", name)

    def _check_type(self, response: httpx.Response) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in self._source.content_types or kind.endswith("+json"):
            return
        said = kind if kind.isprintable() and len(kind) < 60 else "something else"
        raise Passing(
            trouble(
                "upstream-unreadable", f"The answer is {said or 'of no type'}, no JSON.", self._source.name
            )
        )

    def _wait_for_turn(self) -> None:
        if self._source.requests_per_second is None:
            return
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self._source.requests_per_second
