"""One client with one connection that it keeps: a program of its own, of the standard library alone.

``python client.py`` reads what to ask from its input as a line of JSON, asks for the warm-up without
counting, says ``ready``, waits for another line, asks again, and says in JSON what came. It reads answers
without decoding them, so that a server is never waiting for its clients. A connection that the server closes
is opened again and counted.
"""

import json
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

_PATIENCE = 60.0  # seconds for one answer
_GIVE_UP = 20  # failures one after the other
_BLOCK = 1 << 18


@dataclass
class Tally:
    """What came: whole answers, bytes of their bodies, connections opened again, failures by kind."""

    answers: int = 0
    bytes: int = 0
    reopened: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def fail(self, kind: str) -> None:
        """Count a failure."""
        self.errors[kind] = self.errors.get(kind, 0) + 1


class Closed(Exception):
    """The server closed the connection before an answer was whole; nothing of it had come if ``idle``."""

    def __init__(self, idle: bool) -> None:
        super().__init__("closed")
        self.idle = idle


class Connection:
    """One connection to a server of HTTP/1.1."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=_PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._block = bytearray(_BLOCK)
        self._rest = b""

    def ask(self, request: bytes) -> tuple[int, int, bool]:
        """Send a request; returns status, length of the body, and whether the connection stays open."""
        try:
            self._socket.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed(idle=True) from None
        head = self._head()
        lines = head.split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        headers = {
            name.strip().lower(): value.strip().lower()
            for name, _, value in (line.partition(b":") for line in lines[1:])
        }
        stays = headers.get(b"connection", b"keep-alive") != b"close" and lines[0].startswith(b"HTTP/1.1")
        if status in (204, 304) or status < 200:
            return status, 0, stays
        if headers.get(b"transfer-encoding") == b"chunked":
            return status, self._chunks(), stays
        if b"content-length" in headers:
            length = int(headers[b"content-length"])
            self._skip(length)
            return status, length, stays
        return status, self._until_closed(), False

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _head(self) -> bytes:
        while b"\r\n\r\n" not in self._rest:
            self._rest += self._more(idle=not self._rest)
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def _skip(self, length: int) -> None:
        missing = length - len(self._rest)
        self._rest = self._rest[length:]
        while missing > 0:
            got = self._receive(min(missing, _BLOCK))
            if not got:
                raise Closed(idle=False)
            missing -= got

    def _chunks(self) -> int:
        total = 0
        while True:
            while b"\r\n" not in self._rest:
                self._rest += self._more()
            line, _, self._rest = self._rest.partition(b"\r\n")
            size = int(line.split(b";")[0], 16)
            self._skip(size + 2)
            total += size
            if size == 0:
                return total

    def _until_closed(self) -> int:
        total, self._rest = len(self._rest), b""
        while got := self._receive(_BLOCK):
            total += got
        return total

    def _more(self, idle: bool = False) -> bytes:
        got = self._receive(_BLOCK)
        if not got:
            raise Closed(idle)
        return bytes(self._block[:got])

    def _receive(self, length: int) -> int:
        try:
            return self._socket.recv_into(self._block, length)
        except ConnectionResetError:
            return 0


def ask(
    host: str, port: int, requests: list[bytes], expected: int, seconds: float | None, once: bool = False
) -> Tally:
    """Ask in turn until the time is over, or each request once; an answer of another status is an error."""
    tally, connection, failures = Tally(), None, 0
    start = time.monotonic()
    number, opened = 0, 0
    while failures < _GIVE_UP:
        if (once and number >= len(requests)) or (seconds and time.monotonic() - start >= seconds):
            break
        try:
            if connection is None:
                connection = Connection(host, port)
                opened += 1
            status, length, stays = connection.ask(requests[number % len(requests)])
        except Closed as closed:
            failures += 1
            tally.fail("closed between answers" if closed.idle else "closed within an answer")
            connection = _dropped(connection)
            number += not closed.idle
            continue
        except (OSError, ValueError, IndexError) as error:
            failures += 1
            tally.fail(type(error).__name__)
            connection = _dropped(connection)
            number += 1
            continue
        number += 1
        if status == expected:
            failures = 0
            tally.answers += 1
            tally.bytes += length
        else:
            failures += 1
            tally.fail(f"status {status}")
        if not stays:
            connection = _dropped(connection)
    tally.seconds = time.monotonic() - start
    tally.reopened = max(opened - 1, 0)
    _dropped(connection)
    return tally


def _dropped(connection: Connection | None) -> None:
    if connection is not None:
        connection.close()


def _main() -> None:
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    requests = [request.encode() for request in asked["requests"]]
    where = asked["host"], asked["port"]
    if asked["warm_up"]:
        ask(*where, requests, asked["expected"], asked["warm_up"])
    print("ready", flush=True)
    if sys.stdin.readline():  # nothing when whoever asked is gone
        tally = ask(*where, requests, asked["expected"], asked["seconds"], asked["once"])
        print(json.dumps(asdict(tally)), flush=True)


if __name__ == "__main__":
    _main()
