"""A receiver of events over sockets, which verifies signatures by itself and answers as it is told."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()


class Receiver:
    """A context manager: ``answers`` are statuses to give before 200; ``taken`` the events it took."""

    def __init__(self, *answers: int, headers: dict[str, str] | None = None) -> None:
        self.answers, self.headers = list(answers), headers or {}
        self.requests: list[dict[str, str]] = []
        self.taken: list[dict[str, Any]] = []
        self.forged = 0
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.receive({k.lower(): v for k, v in self.headers.items()}, body, self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def receive(self, headers: dict[str, str], body: bytes, handler: BaseHTTPRequestHandler) -> None:
        """Verify, take note, and answer."""
        with self.changed:
            self.requests.append(headers)
            if not verified(headers, body):
                self.forged += 1
            status = self.answers.pop(0) if self.answers else 200
            if status == 200:
                self.taken.append(json.loads(body))
            self.changed.notify_all()
        handler.send_response(status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def wait_for(self, count: int) -> bool:
        """Wait until so many events were taken; False when they do not come."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.taken) >= count, timeout=60)


def verified(headers: dict[str, str], body: bytes, secret: str = SECRET) -> bool:
    """Verify as Standard Webhooks tells receivers to, written from its text."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    recent = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    given = [each.partition(",") for each in headers["webhook-signature"].split(" ")]
    return recent and any(v == "v1" and hmac.compare_digest(it, wanted) for v, _, it in given)
