"""Two writers of one parcel over real sockets: of every round one change is made, and none is lost."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import httpx

from service.store.database import Database
from tests.support.live import live_server

ITEM = "/collections/parcels/items/P00001"
ROUNDS = 100
PATCH = {"Content-Type": "application/merge-patch+json"}
GEOJSON = {"Content-Type": "application/geo+json"}


def _version(tag: str) -> str:
    """The part of an entity tag that every representation of a version has."""
    return tag.partition("-")[0]


def test_of_two_writers_with_the_same_tag_one_wins_every_round(park: Database) -> None:
    """100 rounds: one 204, the other 412; the parcel is the last winner's, and every version is kept.

    They patch and replace in turn, so that each meets each.
    """
    with live_server(park) as address, ThreadPoolExecutor(2) as threads, ExitStack() as ended:
        clients = [ended.enter_context(httpx.Client(base_url=address, timeout=60)) for _ in range(2)]
        before = clients[0].get("/feeds/parcels/batches", params={"limit": 1}).json()
        read = clients[0].get(ITEM)
        tag, shape, winners = read.headers["etag"], read.json()["geometry"], []
        together = Barrier(2)

        def write(writer: int, turn: int, tag: str) -> httpx.Response:
            document = {"properties": {"name": f"{writer} in {turn}"}}
            headers = PATCH | {"If-Match": tag}
            method = ("PATCH", "PUT")[(turn >> writer) % 2]
            if method == "PUT":
                headers = GEOJSON | {"If-Match": tag}
                named = {"code": "P00001", "district": "园区", **document["properties"]}
                document = {"type": "Feature", "geometry": shape, "properties": named}
            together.wait(60)
            return clients[writer].request(method, ITEM, json=document, headers=headers)

        for turn in range(ROUNDS):
            answers = list(threads.map(write, (0, 1), (turn, turn), (tag, tag)))
            assert sorted(each.status_code for each in answers) == [204, 412], [each.text for each in answers]
            lost = next(each for each in answers if each.status_code == 412)
            assert lost.json()["code"] == "precondition-failed"
            (writer,) = (n for n, each in enumerate(answers) if each.status_code == 204)
            tag = answers[writer].headers["etag"]
            winners.append((f"{writer} in {turn}", _version(tag)))
        final = clients[0].get(ITEM)
        assert (final.json()["properties"]["name"], _version(final.headers["etag"])) == winners[-1]
        assert len({version for _, version in winners}) == ROUNDS
        after = clients[0].get("/feeds/parcels/batches", params={"limit": 1000}).json()["batches"]
        edits = after[: after.index(before["batches"][0])]
        assert len(edits) == ROUNDS
