"""A scheme over HTTP that may not be used: refused before anything runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.serving import open_client
from tests.support.parks import hand_over_small_park

pytestmark = pytest.mark.one_store

PARCEL = json.loads(shipped_scheme("parcel").canonical_json())
TRACK = PARCEL["tracks"][0]


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """A client on this machine, of a small park."""
    hand_over_small_park(database, tmp_path)
    with open_client(database) as opened:
        yield opened


@pytest.mark.parametrize(
    ("changes", "period", "code"),
    [
        ({"valid_from": "2999-01-01"}, "2023", "scheme-not-in-force"),
        ({"valid_to": "2022-12-31"}, "2023", "scheme-not-for-period"),
        ({"periods": ["2022"]}, "2023", "scheme-not-for-period"),
        ({"tracks": [{**TRACK, "indicators": TRACK["indicators"][:3]}]}, "2023", "invalid-scheme"),
    ],
)
def test_a_scheme_that_may_not_be_used_is_refused(
    client: TestClient, changes: dict[str, object], period: str, code: str
) -> None:
    """Not yet valid, for another period, weights that do not sum: nothing is stored."""
    answer = client.post("/evaluations", json={"scheme": {**PARCEL, **changes}, "period": period})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert client.get("/evaluations").json()["evaluations"] == []


def test_a_scheme_that_ended_evaluates_its_own_period(client: TestClient) -> None:
    """As for an appeal against last year's result."""
    ended = {**PARCEL, "valid_to": "2023-12-31"}
    assert client.post("/evaluations", json={"scheme": ended, "period": "2023"}).status_code == 201
