"""Load: clients in processes of their own that begin together, and what they counted."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_CLIENT = Path(__file__).with_name("client.py")


@dataclass(frozen=True)
class Counted:
    """Whole answers of the expected status, what they weighed, how long it took, and what went wrong."""

    answers: int
    bytes: int
    seconds: float
    reopened: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds if self.seconds else 0.0

    @property
    def kib_each(self) -> float:
        """The mean of the bodies in KiB."""
        return self.bytes / self.answers / 1024 if self.answers else 0.0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.answers + other.answers,
            self.bytes + other.bytes,
            self.seconds + other.seconds,
            self.reopened + other.reopened,
            Counter(self.errors) + Counter(other.errors),
        )


def load(
    address: str,
    paths: Sequence[str],
    *,
    clients: int,
    seconds: float | None = None,
    once: bool = False,
    expected: int = 200,
    headers: Mapping[str, str] | None = None,
    warm_up: float = 0.0,
) -> Counted:
    """Ask a server for so many seconds, each client from another place of the list on.

    With ``once`` the clients share the list, and no path is asked twice; it lasts ``seconds`` at the most.

    Failures are counted and end nothing: a server that closes connections is asked on new ones.

    :param warm_up: for how many seconds each client asks before; that does not count
    """
    where = urlsplit(address)
    lines = {"Host": where.netloc, "Accept": "*/*", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    requests = [f"GET {path} HTTP/1.1\r\n{head}\r\n" for path in paths]
    assert once or seconds, "it would not end"
    with ExitStack() as running:
        processes = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_CLIENT)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(clients)
        ]
        for number, process in enumerate(processes):
            own = requests[number::clients] if once else _from(requests, number, clients)
            asked = {
                "host": where.hostname,
                "port": where.port,
                "requests": own,
                "seconds": seconds,
                "once": once,
                "expected": expected,
                "warm_up": warm_up,
            }
            _say(process, json.dumps(asked))
        for process in processes:
            assert _hear(process) == "ready"
        for process in processes:
            _say(process, "go")
        tallies = [json.loads(_hear(process)) for process in processes]
    errors: Counter[str] = Counter()
    for tally in tallies:
        errors.update(tally["errors"])
    return Counted(
        sum(tally["answers"] for tally in tallies),
        sum(tally["bytes"] for tally in tallies),
        max(tally["seconds"] for tally in tallies),
        sum(tally["reopened"] for tally in tallies),
        errors,
    )


def _from(requests: list[str], number: int, clients: int) -> list[str]:
    """Return the list from a client's own place on, so that no two ask the same at the same time."""
    place = len(requests) * number // clients
    return requests[place:] + requests[:place]


def _say(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _hear(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
