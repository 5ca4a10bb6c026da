"""One attempt to tell a subscriber of an event: signed, to an allowed origin, within its time."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from service import __version__
from service.errors import MujunError
from service.outbound.network import Clock, Transport
from service.outbound.reach import Reach
from service.outbound.retry_after import seconds_of
from service.outbound.secrets import Secrets
from service.webhooks.envelope import MEDIA_TYPE, cloud_event
from service.webhooks.signing import key_of, signature
from service.webhooks.subscribers import Subscriber

_log = logging.getLogger("mujun")

_LONGEST_ANSWER = 64 * 1024
_GONE = 410


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an attempt: the status that was answered, else the code of the error.

    ``ours``: the fault is on this side, and no attempt was made. ``after``: seconds that the receiver asks
    to be left alone.
    """

    status: int | None = None
    error: str | None = None
    after: float | None = None
    ours: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the receiver took the event."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more events, ever."""
        return self.status == _GONE


class Sender:
    """Sends to one subscriber; a context manager. Redirects are not followed, answers are not read."""

    def __init__(self, subscriber: Subscriber, reach: Reach, source: str) -> None:
        # their messages hold whole addresses
        for name in ("httpx", "httpcore"):
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        self._subscriber, self._reach, self._source = subscriber, reach, source
        self._secrets = Secrets(subscriber.name)
        self._clock = Clock()
        self._http = httpx.Client(
            transport=Transport(reach, self._clock),
            timeout=httpx.Timeout(subscriber.timeouts.total, connect=subscriber.timeouts.connect),
            trust_env=False,
            follow_redirects=False,
            headers={
                "User-Agent": f"mujun/{__version__}",
                "Content-Type": f"{MEDIA_TYPE}; charset=UTF-8",
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send(self, event: Mapping[str, Any]) -> Attempt:
        """Tell of an event; the same event has the same id in every attempt, whose time is its own."""
        try:
            return self._attempt(event)
        except Exception as error:
            # by its kind only: the message may hold a secret; not recorded, it would be tried without end
            _log.warning(
                "Telling %s of %s failed: %s", self._subscriber.name, event["uuid"], type(error).__name__
            )
            return Attempt(error="internal-error")

    def _attempt(self, event: Mapping[str, Any]) -> Attempt:
        url = self._subscriber.url
        after = None
        try:
            self._reach.require(url, self._subscriber.name)
            body = orjson.dumps(cloud_event(event, self._source))
            headers = self._headers(event["uuid"], body)
        except MujunError as error:
            return Attempt(error=error.code, ours=True)
        self._clock.start(self._subscriber.timeouts.total)
        try:
            with self._http.stream("POST", url, content=body, headers=headers) as response:
                status = response.status_code
                if not response.is_success:
                    after = seconds_of(response.headers.get("retry-after", ""))
                _read_some(response)
        except httpx.TimeoutException:
            return Attempt(error="upstream-timeout")
        except httpx.TransportError:
            return Attempt(error="upstream-unreachable")
        except MujunError as error:  # the address that the name resolves to is not allowed
            return Attempt(error=error.code, ours=True)
        except (httpx.InvalidURL, httpx.HTTPError, ValueError):
            return Attempt(error="upstream-error")
        return Attempt(status=status, after=after)

    def _headers(self, id_: str, body: bytes) -> dict[str, str]:
        subscriber = self._subscriber
        references = (subscriber.secret, subscriber.secret_before)
        keys = [key_of(self._secrets.reveal(each), subscriber.name) for each in references if each]
        now = int(time.time())
        own = {name: self._secrets.reveal(where) for name, where in subscriber.headers.items()}
        return {
            **own,
            "webhook-id": id_,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(keys, id_, now, body),
        }


def _read_some(response: httpx.Response) -> None:
    """Read a short answer to its end, so that the connection can be used again; leave a long one."""
    read = 0
    try:
        for chunk in response.iter_raw():
            read += len(chunk)
            if read > _LONGEST_ANSWER:
                return
    except httpx.TransportError:
        return  # the status was told: that counts
