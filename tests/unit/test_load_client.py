"""The load client of the benchmarks counts what really came, from a server that also misbehaves."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.benchmarks.serving.load import Counted, load

_BODY = b"x" * 100_000


def _plain(connection: socket.socket, path: str) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY))
    return True


def _chunked(connection: socket.socket, path: str) -> bool:
    half = len(_BODY) // 2
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in (_BODY[:half], _BODY[half:]):
        connection.sendall(b"%x;note=1\r\n%b\r\n" % (len(part), part))
    connection.sendall(b"0\r\n\r\n")
    return True


def _unmodified(connection: socket.socket, path: str) -> bool:
    connection.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 100000\r\n\r\n')
    return True


def _last(connection: socket.socket, path: str) -> bool:
    """Answer, and say that this was the last on the connection."""
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    connection.sendall(head % len(_BODY) + _BODY)
    return False


def _endless(connection: socket.socket, path: str) -> bool:
    """Answer without a length: the end is where the connection ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + _BODY)
    return False


def _cut(connection: socket.socket, path: str) -> bool:
    """Break off in the middle of some answers."""
    if path.endswith("7"):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nxxx" % len(_BODY))
        return False
    return _plain(connection, path)


def _failing(connection: socket.socket, path: str) -> bool:
    """Answer some with 500."""
    if path.endswith("3"):
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nsorry"[:-1])
        return True
    return _plain(connection, path)


@contextmanager
def _server(answer: Callable[[socket.socket, str], bool]) -> Iterator[tuple[str, list[str]]]:
    """Serve on this machine; gives the address and the paths that were asked, in order of arrival."""
    asked: list[str] = []

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            while line := lines.readline():
                while lines.readline() not in (b"\r\n", b""):
                    pass
                path = line.split()[1].decode()
                asked.append(path)
                if not answer(connection, path):
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("answer", [_plain, _chunked])
def test_counts_whole_answers_on_connections_that_are_kept(
    answer: Callable[[socket.socket, str], bool],
) -> None:
    """Each path once, by two clients: as many answers and bytes as were given, and nothing opened again."""
    paths = [f"/{number}" for number in range(20)]
    with _server(answer) as (address, asked):
        counted = load(address, paths, clients=2, once=True)
    assert sorted(asked) == sorted(paths)
    assert (counted.answers, counted.bytes) == (20, 20 * len(_BODY))
    assert (counted.reopened, counted.errors) == (0, {})


@pytest.mark.parametrize("answer", [_last, _endless])
def test_opens_again_what_the_server_closes_after_an_answer(
    answer: Callable[[socket.socket, str], bool],
) -> None:
    """A connection per answer is not a failure, and is told."""
    with _server(answer) as (address, _):
        counted = load(address, ["/a"] * 5, clients=1, once=True)
    assert (counted.answers, counted.bytes) == (5, 5 * len(_BODY))
    assert (counted.reopened, counted.errors) == (4, {})


def test_counts_answers_that_break_off_as_failures_and_goes_on() -> None:
    """Two of twenty break off: eighteen are counted, none of the two is asked again."""
    with _server(_cut) as (address, asked):
        counted = load(address, [f"/{number}" for number in range(20)], clients=1, once=True)
    assert len(asked) == 20
    assert (counted.answers, counted.bytes) == (18, 18 * len(_BODY))
    assert counted.errors == {"closed within an answer": 2}
    assert counted.reopened == 2


def test_counts_other_statuses_as_failures() -> None:
    """An answer of another status than the expected is no answer."""
    with _server(_failing) as (address, _):
        counted = load(address, [f"/{number}" for number in range(20)], clients=1, once=True)
    assert (counted.answers, counted.errors) == (18, {"status 500": 2})
    with _server(_unmodified) as (address, _):
        counted = load(
            address, ["/a"] * 3, clients=1, once=True, expected=304, headers={"If-None-Match": '"a"'}
        )
    assert (counted.answers, counted.bytes, counted.errors) == (3, 0, {})


def test_goes_through_the_paths_again_until_the_time_is_over() -> None:
    """With seconds, every client begins at another place of the list and counts all that it got."""
    with _server(_plain) as (address, asked):
        counted = load(address, ["/a", "/b"], clients=2, seconds=0.2)
    assert counted.answers == len(asked)
    assert set(asked) == {"/a", "/b"}
    assert counted.seconds >= 0.2


def test_a_server_that_is_gone_ends_the_load_and_not_the_benchmark() -> None:
    """Nobody listens: nothing is counted but failures, and they are not tried for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    counted = load(address, ["/a"], clients=2, seconds=60)
    assert counted.answers == 0
    assert counted.errors == {"ConnectionRefusedError": 40}


def test_adds_up_rounds() -> None:
    """Rounds of one work are one count."""
    both = Counted(2, 2048, 1.0, 1, {"status 500": 1}) + Counted(2, 6144, 3.0, 0, {"status 500": 2})
    assert (both.per_second, both.kib_each, both.reopened, both.errors) == (1.0, 2.0, 1, {"status 500": 3})
