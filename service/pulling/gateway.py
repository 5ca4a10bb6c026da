"""The signed gateway (省公共数据平台签名网关): key → refresh secret → short-lived request secret → data.

``sign = md5hex(appKey + secret + requestTime)``. The app's own secret signs only the first call, which gives
a refresh secret; that one signs the calls for a request secret, which signs the data calls for some minutes.
Both have an end (milliseconds since 1970) and are renewed before it, and once for a page whose answer says
that a secret expired. They are kept in memory only.
"""

import hashlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.outbound.secrets import Secrets, is_reference
from service.pulling.client import Answer, Call, Client
from service.pulling.configuration import Envelope, GatewaySource
from service.pulling.connector import Check, Connector, Page
from service.pulling.json_text import at, whole
from service.pulling.paging import Position
from service.pulling.troubles import Passing, trouble

_UNTOLD = 60.0
"""How many seconds a secret is used whose end is not told."""


@dataclass(frozen=True, slots=True)
class _Lease:
    secret: str
    end: float  # seconds since 1970


class _Expired(Exception):
    """The gateway says that a secret has expired."""


def signature(app_key: str, secret: str, request_time: str) -> str:
    """Return the signature of a call: the MD5 of the three texts one behind the other, as hexadecimal."""
    whole = f"{app_key}{secret}{request_time}".encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest()


class GatewayConnector(Connector):
    """Speaks to a signed gateway."""

    source: GatewaySource

    def __init__(self, source: GatewaySource, client: Client, secrets: Secrets) -> None:
        super().__init__(source, client, secrets)
        key = source.gateway.app_key
        self._key = secrets.reveal(key) if is_reference(key) else key
        self._refresh: _Lease | None = None
        self._request: _Lease | None = None

    def page(self, position: Position, since: str | None, check: Check) -> Page:
        """Return the page at a position, with secrets renewed as needed; raises `UpstreamTrouble`."""
        for renewed in (False, True):
            self._renew()
            try:
                return super().page(position, since, check)
            except _Expired:
                # which of the two expired is not told: begin from the key
                self._refresh = self._request = None
                if renewed:
                    break
        raise trouble(
            "upstream-refused", "The gateway calls every secret expired, new ones too.", self.source.name
        )

    def call(self, position: Position, since: str | None) -> Call:
        """Return the signed request for a page."""
        call = super().call(position, since)
        assert self._request is not None  # noqa: S101 - `page` renews first
        return Call(call.url, {**call.params, **self._signed(self._request.secret)})

    def judge(self, code: str, message: str, envelope: Envelope) -> None:
        """Raise for an envelope's code; an expired secret is told from other refusals."""
        if code in self.source.gateway.expired_codes:
            raise _Expired
        super().judge(code, message, envelope)

    def _renew(self) -> None:
        gateway = self.source.gateway
        soon = time.time() + gateway.renew_before
        if self._request is not None and self._request.end > soon:
            return
        if self._refresh is not None and self._refresh.end > soon:
            try:
                self._request = self._granted(gateway.refresh_by_secret, self._refresh.secret)
            except _Expired:
                self._refresh = None
            else:
                return
        try:
            self._request = self._granted(gateway.refresh_by_key, self.secrets.reveal(gateway.secret))
        except _Expired:
            raise trouble(
                "upstream-refused", "The gateway calls the app's own secret expired.", self.source.name
            ) from None

    def _granted(self, path: str, secret: str) -> _Lease:
        """Call for secrets; take the refresh secret over and return the request secret."""
        parts = urlsplit(self.source.url)
        url = f"{parts.scheme}://{parts.netloc}{path}"
        gateway = self.source.gateway

        def understand(answer: Answer) -> tuple[_Lease | None, _Lease | None]:
            given = at(self.document(answer), gateway.answer)
            leases = (
                self._lease(given, gateway.refresh_secret, gateway.refresh_secret_end),
                self._lease(given, gateway.request_secret, gateway.request_secret_end),
            )
            if leases == (None, None):
                raise Passing(trouble("upstream-unreadable", "The gateway gave no secret.", self.source.name))
            return leases

        refresh, request = self.client.ask(lambda: Call(url, self._signed(secret)), understand)
        self._refresh = refresh or self._refresh
        if request is not None:
            return request
        if path == gateway.refresh_by_key and refresh is not None:
            return self._granted(gateway.refresh_by_secret, refresh.secret)
        raise trouble("upstream-unreadable", "The gateway gave no request secret.", self.source.name)

    def _lease(self, given: object, name: str, end: str) -> _Lease | None:
        secret, until = at(given, name), at(given, end)
        if not isinstance(secret, str) or not secret:
            return None
        told = whole(until)
        end_ = time.time() + _UNTOLD if told is None else told / 1000
        return _Lease(self.secrets.remember(secret), end_)

    def _signed(self, secret: str) -> dict[str, str]:
        moment = str(int(time.time() * 1000))
        return {"appKey": self._key, "sign": signature(self._key, secret, moment), "requestTime": moment}
