"""A small exchange gateway over real sockets: signed, JSON in pages, OGC API Features, WFS; with faults.

It answers at

* ``/gateway/app/refreshTokenByKey.htm``, ``…/refreshTokenBySec.htm``, and for data
  ``/gateway/api/dataSharing/records.htm``,
* ``/api/pages``, ``/api/offset``, ``/api/links``, ``/api/header-links``, ``/api/cursor``, ``/api/all``,
* ``/collections/parcels/items`` and ``/wfs``.

`FakeGateway.fault` switches a fault on for some of the calls for data (or for secrets).
"""

import gzip
import hashlib
import io
import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import defaultdict
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

Json = dict[str, Any]

APP_KEY = "a-key-of-the-app"
APP_SECRET = "s3cret-0f-the-app-8fd1"
TOKEN = "t0ken-in-the-query-77c2"


class FakeGateway:
    """The gateway; a context manager. ``data`` and ``secrets`` are the calls received."""

    def __init__(
        self,
        records: list[Json] | None = None,
        features: list[Json] | None = None,
        *,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.records, self.features = records or [], features or []
        self.largest_page = 1000
        self.crs_header: str | None = None
        self.crs_member: str | None = None
        self.secret_seconds = 600.0
        self.token: str | None = None
        self.data: list[Json] = []
        self.secrets: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.issued: list[str] = []
        self._expired: set[str] = set()
        self._refresh_secret = self._request_secret = ""
        self._faults: dict[str, dict[int, tuple[str, Any]]] = defaultdict(dict)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fault(self, kind: str, *, at: int = 1, times: int = 1, of: str = "data", value: Any = None) -> None:
        """Switch a fault on for the calls from number ``at`` (the first is 1) on."""
        if kind == "bomb":
            value = _bomb()  # before anybody waits for it
        for number in range(at, at + times):
            self._faults[of][number] = (kind, value)

    def expire(self) -> None:
        """Let all secrets given out so far expire at once."""
        self._expired.update(self.issued)

    def answer(self, handler: "_Handler") -> None:
        """Answer a request, with the fault that is switched on for it."""
        parts = urlsplit(handler.path)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        if handler.command == "POST":
            length = int(handler.headers.get("content-length", "0"))
            params |= json.loads(handler.rfile.read(length) or b"{}")
        of = "secrets" if "/app/" in parts.path else "data"
        with self._lock:
            calls: list[Any] = self.data if of == "data" else self.secrets
            calls.append(params if of == "data" else parts.path.rpartition("/")[2])
            self.headers.append(dict(handler.headers))
            kind, value = self._faults[of].get(len(calls), (None, None))
            if kind == "reordered":
                self.records = self.records[::-1]
            if kind == "expired":
                self.expire()
        if kind is not None and (broken := getattr(handler, f"fault_{kind}", None)) is not None:
            broken(value)
            return
        if kind == "repeated":
            params = [each for each in self.data if each != params][-1]
        if kind == "wrong_code":
            handler.send({"code": value or "9001", "msg": f"refused {APP_SECRET}", "datas": None})
            return
        headers: dict[str, str] = {}
        body = self._body(parts.path, params, headers)
        if kind == "truncated":
            handler.send(body, cut=True)
        elif kind == "cut_json":
            handler.send_bytes(json.dumps(body).encode()[:-20])
        else:
            handler.send(body, headers=headers, status=404 if body is None else 200)

    def _body(self, path: str, params: Json, headers: dict[str, str]) -> Any:
        if path.startswith("/gateway"):
            return self._signed(path, params)
        if self.token is not None and params.get("token") != self.token:
            return None
        match path:
            case "/api/all":
                return self.records
            case "/api/pages":
                return self._page(
                    params, (int(params["page"]) - 1) * int(params["size"]), int(params["size"])
                )
            case "/api/offset":
                return self._page(params, int(params["offset"]), int(params["limit"]))
            case "/api/links" | "/api/header-links" | "/api/cursor":
                return self._linked(path, params, headers)
            case "/collections/parcels/items":
                if self.crs_header:
                    headers["Content-Crs"] = f"<{self.crs_header}>"
                return self._collection(path, params, int(params.get("offset", "0")), int(params["limit"]))
            case "/wfs":
                return self._collection(path, params, int(params["startIndex"]), int(params["count"]))
        return None

    def _chosen(self, params: Json) -> list[Json]:
        since = params.get("since", "")
        return [record for record in self.records if str(record.get("updated", "~")) >= since]

    def _page(self, params: Json, start: int, size: int) -> Json:
        chosen = self._chosen(params)
        rows = chosen[start : start + min(size, self.largest_page)]
        return {"code": 0, "data": {"total": len(chosen), "rows": rows}}

    def _linked(self, path: str, params: Json, headers: dict[str, str]) -> Json:
        start = int(params.get("mark", "0"))
        body = self._page(params, start, 2)
        if start + 2 < body["data"]["total"]:
            more = {**params, "mark": str(start + 2)}
            link = f"{self.url}{path}?{urlencode(more)}"
            if path == "/api/cursor":
                body["data"]["cursor"] = str(start + 2)
            elif path == "/api/header-links":
                headers["Link"] = f'<{self.url}/elsewhere>; rel="prev", <{link}>; rel="next"'
            else:
                body["next"] = link
        return body

    def _collection(self, path: str, params: Json, start: int, size: int) -> Json:
        chosen = self.features[start : start + min(size, self.largest_page)]
        body: Json = {
            "type": "FeatureCollection",
            "numberMatched": len(self.features),
            "numberReturned": len(chosen),
            "features": chosen,
            "links": [],
        }
        if self.crs_member:
            body["crs"] = {"type": "name", "properties": {"name": self.crs_member}}
        if path != "/wfs" and start + size < len(self.features):
            link = f"{path}?{urlencode({**params, 'offset': str(start + size)})}"
            body["links"].append({"rel": "next", "href": link})
        return body

    def _signed(self, path: str, params: Json) -> Json:
        with self._lock:
            secret = {
                "refreshTokenByKey.htm": APP_SECRET,
                "refreshTokenBySec.htm": self._refresh_secret,
            }.get(path.rpartition("/")[2], self._request_secret)
            whole = f"{APP_KEY}{secret}{params.get('requestTime')}"
            recent = abs(time.time() - int(params.get("requestTime", "0")) / 1000) < 60
            if params.get("appKey") != APP_KEY or not recent or not secret:
                return {"code": "02", "msg": "unknown app or old request"}
            if params.get("sign") != hashlib.md5(whole.encode()).hexdigest():
                return {"code": "03", "msg": "wrong sign"}
            if secret in self._expired:
                return {"code": "14", "msg": "secret expired"}
            if "/app/" not in path:
                body = self._page(params, (int(params["pageNum"]) - 1) * int(params["pageSize"]), 1000)
                size = int(params["pageSize"])
                return {
                    "code": "00",
                    "msg": "ok",
                    "datas": body["data"]["rows"][:size],
                    "dataCount": body["data"]["total"],
                }
            return {"code": "00", "msg": "ok", "datas": self._new_secrets(path)}

    def _new_secrets(self, path: str) -> Json:
        end = str(int((time.time() + self.secret_seconds) * 1000))
        given = {}
        if path.endswith("Key.htm"):
            self._refresh_secret = f"refresh-secret-{len(self.issued)}-{time.time_ns()}"
            self.issued.append(self._refresh_secret)
            late = str(int((time.time() + 100 * self.secret_seconds) * 1000))
            given = {"refreshSecret": self._refresh_secret, "refreshSecretEndTime": late}
        self._request_secret = f"request-secret-{len(self.issued)}-{time.time_ns()}"
        self.issued.append(self._request_secret)
        return {**given, "requestSecret": self._request_secret, "requestSecretEndTime": end}

    def wait(self, seconds: float) -> bool:
        """Wait, or return True when the gateway is stopped meanwhile."""
        return self._stopped.wait(seconds)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway: FakeGateway

    def do_GET(self) -> None:
        self.gateway.answer(self)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def send(
        self, body: Any, *, status: int = 200, headers: dict[str, str] | None = None, cut: bool = False
    ) -> None:
        """Send a JSON body; ``cut``: half of it, and the connection closes."""
        content = json.dumps(body, ensure_ascii=False, indent=1).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    def send_bytes(self, content: bytes, kind: str = "application/json", **headers: str) -> None:
        """Send a body as it is, with headers of which _ stands for -."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def fault_status(self, value: Any) -> None:
        """Answer with a status, and Retry-After where one is given."""
        status, after = value if isinstance(value, tuple) else (value or 500, None)
        self.send({"code": -1}, status=status, headers={} if after is None else {"Retry-After": str(after)})

    def fault_reset(self, _: Any) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        # what http.server closes afterwards
        self.wfile = self.rfile = io.BytesIO()  # type: ignore[assignment]
        self.close_connection = True

    def fault_html(self, _: Any) -> None:
        """Answer with a page for people."""
        self.send_bytes(b"<html>log in</html>", "text/html")

    def fault_drip(self, value: Any) -> None:
        """Send a byte at a time."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self._drip(value or 0.05)

    def fault_drip_headers(self, value: Any) -> None:
        """Send a byte at a time, of a header that never ends."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._drip(value or 0.05)

    def fault_silent(self, value: Any) -> None:
        """Take the request and say nothing."""
        self.gateway.wait(value or 5)
        self.close_connection = True

    def fault_redirect(self, value: Any) -> None:
        """Redirect to where we are told."""
        self.send_response(302)
        self.send_header("Location", value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def fault_gigantic(self, value: Any) -> None:
        """Announce, or send without announcing (``endless``), more than anybody wants."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if value != "endless":
            self.send_header("Content-Length", str(10**12))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while not self.gateway.wait(0):
                self.wfile.write(b" " * 65536)
        except OSError:
            return

    def fault_bomb(self, value: bytes) -> None:
        """Send a few kilobytes that unpack to many megabytes."""
        self.send_bytes(value, Content_Encoding="gzip")

    def fault_packed(self, value: Any) -> None:
        """Send an honest answer, packed; ``cut``: without its end."""
        packed = gzip.compress(json.dumps(self.gateway._page({}, 0, 1000)).encode())
        self.send_bytes(packed[:-12] if value == "cut" else packed, Content_Encoding="gzip")

    def fault_raw(self, value: bytes) -> None:
        """Send a body that we are told."""
        self.send_bytes(value)

    def _drip(self, pause: float) -> None:
        self.close_connection = True
        try:
            while not self.gateway.wait(pause):
                self.wfile.write(b"1")
                self.wfile.flush()
        except OSError:
            return


@cache
def _bomb() -> bytes:
    packing = zlib.compressobj(wbits=31)
    packed = packing.compress(b'{"code": 0, "data": "')
    return packed + b"".join(packing.compress(b"0" * 1_000_000) for _ in range(64)) + packing.flush()


def _handler(gateway: FakeGateway) -> type[_Handler]:
    return type("Handler", (_Handler,), {"gateway": gateway})
