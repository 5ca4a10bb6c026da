"""One server through all works: a look at one answer, a warm-up, the load."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import mapbox_vector_tile

from tests.benchmarks.serving.load import Counted, load
from tests.benchmarks.serving.servers import Server
from tests.benchmarks.serving.works import How, Work

_PATIENCE = 5  # times the seconds, for what is asked once
_WARM_UP = 0.3  # of the seconds


@dataclass(frozen=True)
class Measured:
    """What a server did of a work; ``shows`` is what one answer is, so that equal works can be seen to be."""

    work: str
    server: str
    shows: str
    counted: Counted | None


def measure(server: Server, works: list[Work], seconds: float, clients: int) -> Iterator[Measured]:
    """Measure all works; what fails is counted and said, and the next begins."""
    for work in works:
        paths = [path for path in work.paths(server) if path is not None]
        if not paths:
            yield Measured(work.name, server.name, "has none", None)
            continue
        try:
            shows, tag = _look(server, paths[0])
        except httpx.HTTPError as error:
            shows, tag = type(error).__name__, None
        if work.how is How.ONCE:
            # the first was looked at above
            counted = load(server.address, paths[1:], clients=clients, once=True, seconds=seconds * _PATIENCE)
        else:
            headers, expected = {}, 200
            if work.how is How.KNOWN:
                headers, expected = {"If-None-Match": tag or '"none"'}, 304 if tag else 200
                shows = "304" if tag else f"{shows}: no entity tag"
            counted = load(
                server.address,
                paths,
                clients=clients,
                seconds=seconds,
                expected=expected,
                headers=headers,
                warm_up=seconds * _WARM_UP,
            )
        yield Measured(work.name, server.name, shows, counted)


def _look(server: Server, path: str) -> tuple[str, str | None]:
    """Return what an answer has in it, in a word, and its entity tag."""
    answer = httpx.get(f"{server.address}{path}", headers={"Accept-Encoding": "identity"}, timeout=60)
    tag = answer.headers.get("etag")
    if answer.status_code != 200:
        return f"status {answer.status_code}", tag
    try:
        document = answer.json()
    except ValueError:
        layers = mapbox_vector_tile.decode(answer.content).values()
        return f"{sum(len(layer['features']) for layer in layers):,} on it", tag
    if document.get("type") == "Feature":
        return "1", tag
    matched = document.get("numberMatched")
    of = f" of {matched:,}" if isinstance(matched, int) else ""
    return f"{len(document['features']):,}{of}", tag
