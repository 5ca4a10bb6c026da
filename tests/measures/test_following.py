"""Follow-up over HTTP: proposed, moved, changed, told, masked; a park on each database asked many things."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from service.domain.measures import ENDS, MeasureState, moves
from service.errors import Conflict
from service.jobs.measures import keeping, records
from service.jobs.measures.forms import NewMeasure
from service.jobs.periods import today
from service.store import events, measures
from service.store.models import MeasureStep
from tests.api.conftest import Built
from tests.api.park import DISTRICT
from tests.serving import key_for, keyed_client


@pytest.fixture(scope="module")
def client(built: Built) -> Iterator[TestClient]:
    """A client that follows up and sees figures."""
    with keyed_client(built.database, "follow", "analyst") as opened:
        yield opened


def propose(client: TestClient, **said: Any) -> dict[str, Any]:
    """A measure that was proposed."""
    body = {"kind": "leasing", "title": "厂房招租", "parcels": ["P0"], **said}
    answered = client.post("/measures", json=body)
    assert answered.status_code == 201, answered.text
    assert answered.headers["location"] == f"/measures/{answered.json()['id']}"
    found: dict[str, Any] = answered.json()
    return found


def go(client: TestClient, measure: int, *states: str, **said: Any) -> dict[str, Any]:
    """Move a measure through states."""
    for to in states:
        answered = client.post(f"/measures/{measure}/moves", json={"to": to, **said})
        assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found


def newest(built: Built) -> int:
    """The number of the latest event."""
    with built.database.reading() as connection:
        return events.newest(connection)


def test_a_measure_goes_its_way_and_keeps_every_step(client: TestClient, built: Built) -> None:
    """State, dates, office and effects as they were said; the history tells who, when, and what changed."""
    said = {
        "parcels": ["P1", "P0", "P1"],
        "office": "招商局",
        "due_on": str(today() - timedelta(days=1)),
        "evaluation_id": built.park.published,
        "expected_tax_gained_wan_yuan": 0.000001,
        "expected_area_released_m2": 1200.5,
    }
    made = propose(client, **said)
    assert (made["state"], made["state_zh"], made["moves"]) == ("proposed", "提出", ["verified", "dropped"])
    assert (made["parcel_codes"], made["parcels"], made["district"]) == (["P0", "P1"], 2, DISTRICT)
    assert made["overdue"] is True
    assert made["expected_tax_gained_wan_yuan"] == 0.000001
    done = go(client, made["id"], "verified", "negotiated", "agreed", "carried_out")
    assert (done["overdue"], done["carried_out_on"]) == (False, str(today()))
    told = client.patch(
        f"/measures/{made['id']}", json={"achieved_tax_gained_wan_yuan": 815.162342, "office": None}
    ).json()
    assert (told["achieved_tax_gained_wan_yuan"], told["office"]) == (815.162342, None)
    closed = go(client, made["id"], "closed", on=str(today()))
    assert closed["moves"] == []
    steps = closed["history"]
    assert [step["to"] for step in steps][1:] == [
        *("verified", "negotiated", "agreed", "carried_out"),
        *("carried_out", "closed"),
    ]
    assert steps[5]["changes"] == {
        "achieved_tax_gained_wan_yuan": [None, 815.162342],
        "office": ["招商局", None],
    }
    assert {step["by"] for step in steps} == {"under test"}
    refused = client.patch(f"/measures/{made['id']}", json={"title": "再来"})
    assert (refused.status_code, refused.json()["code"]) == (409, "measure-ended")


def test_a_move_that_is_not_allowed_names_those_that_are(client: TestClient, built: Built) -> None:
    """In both languages; and nothing is told to anybody."""
    measure, before = propose(client)["id"], newest(built)
    refused = client.post(f"/measures/{measure}/moves", json={"to": "agreed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert "verified, dropped" in refused.json()["action"]
    assert "逐步推进" in refused.json()["detail_zh"]
    silent = client.post(f"/measures/{measure}/moves", json={"to": "dropped"})
    assert (silent.status_code, silent.json()["code"]) == (400, "note-required")
    early = client.patch(f"/measures/{measure}", json={"achieved_area_released_m2": 1})
    assert (early.status_code, early.json()["code"]) == (409, "not-carried-out")
    late = client.post(f"/measures/{measure}/moves", json={"to": "verified", "on": "2999-01-01"})
    assert (late.status_code, late.json()["place"]) == (400, "/on")
    assert newest(built) == before
    go(client, measure, "dropped", note="业主不同意")
    ended = client.post(f"/measures/{measure}/moves", json={"to": "proposed", "note": "再议"})
    assert ended.status_code == 409
    assert newest(built) == before + 1


def test_going_back_takes_back_what_was_achieved_and_says_so(client: TestClient) -> None:
    """The history keeps the figure that went."""
    measure = propose(client)["id"]
    go(client, measure, "verified", "negotiated", "agreed", "carried_out")
    client.patch(f"/measures/{measure}", json={"achieved_area_released_m2": 12.5})
    back = go(client, measure, "agreed", note="未按约实施")
    assert (back["achieved_area_released_m2"], back["carried_out_on"]) == (None, None)
    assert back["history"][-1]["changes"]["achieved_area_released_m2"] == [12.5, None]


def test_a_note_is_a_step_that_moves_nothing(client: TestClient, built: Built) -> None:
    """With a version of its own, for those who follow up only; told to nobody; not of an ended measure."""
    made, before = propose(client), newest(built)
    path = f"/measures/{made['id']}"
    tag = client.get(path).headers["etag"]
    noted = client.patch(path, json={"note": "已约谈业主"}, headers={"If-Match": tag})
    assert noted.status_code == 200, noted.text
    step = noted.json()["history"][-1]
    assert (step["from"], step["to"], step["note"], step["changes"]) == (
        *("proposed", "proposed", "已约谈业主"),
        {},
    )
    assert (noted.json()["state"], len(noted.json()["history"])) == ("proposed", 2)
    assert noted.headers["etag"] != tag
    both = client.patch(path, json={"note": "转办", "office": "经信局"}).json()["history"]
    assert (len(both), both[-1]["note"], both[-1]["changes"]) == (3, "转办", {"office": [None, "经信局"]})
    assert client.patch(path, json={"note": None}).json()["history"] == both
    reader = {"X-API-Key": ""} | key_for(built.database, "read")
    assert "note" not in client.get(path, headers=reader).json()["history"][1]
    assert client.patch(path, json={"note": "n"}, headers=reader).status_code == 403
    assert newest(built) == before
    go(client, made["id"], "dropped", note="终止")
    assert client.patch(path, json={"note": "再议"}).status_code == 409


def test_of_two_who_change_one_measure_the_second_learns_of_the_first(client: TestClient) -> None:
    """By entity tags, for changes and moves alike; a tag that was read now is taken."""
    made = propose(client)
    path = f"/measures/{made['id']}"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    for known in (f"W/{tag}", "*", f'"other", {tag}'):
        assert client.get(path, headers={"If-None-Match": known}).status_code == 304
    first = client.patch(path, json={"office": "经信局"}, headers={"If-Match": tag})
    assert first.status_code == 200
    for method, where, body in (
        ("PATCH", path, {"office": "招商局"}),
        ("POST", f"{path}/moves", {"to": "verified"}),
    ):
        second = client.request(method, where, json=body, headers={"If-Match": tag})
        assert (second.status_code, second.json()["code"]) == (412, "precondition-failed")
    assert client.get(path).json()["office"] == "经信局"
    again = client.patch(path, json={"office": "招商局"}, headers={"If-Match": first.headers["etag"]})
    assert again.status_code == 200
    unchanged = client.patch(path, json={"office": "招商局"})
    assert unchanged.headers["etag"] == again.headers["etag"]


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        ({"parcels": ["P0", "none"]}, "/parcels/1", "parcel-not-found"),
        ({"parcels": []}, "/parcels", "invalid-parameter"),
        ({"evaluation_id": 99}, "/evaluation_id", "invalid-parameter"),
        ({"expected_tax_gained_wan_yuan": 0.0000001}, "/expected_tax_gained_wan_yuan", "invalid-parameter"),
        ({"expected_area_released_m2": -1}, "/expected_area_released_m2", "invalid-parameter"),
        ({"title": "a\u0000"}, "/title", "invalid-parameter"),
        ({"kind": "hope"}, "/kind", "invalid-parameter"),
        ({"state": "closed"}, "/state", "invalid-parameter"),
        ({"due_on": "0001-01-01"}, "/due_on", "invalid-parameter"),
    ],
)
def test_what_cannot_be_a_measure_is_refused_where_it_is_wrong(
    client: TestClient, said: dict[str, Any], place: str, code: str
) -> None:
    """With the place and a stable code."""
    body = {"kind": "leasing", "title": "招租", "parcels": ["P0"], **said}
    refused = client.post("/measures", json=body)
    assert (refused.status_code, refused.json()["place"], refused.json()["code"]) == (400, place, code)


def test_a_draft_is_no_origin(client: TestClient, built: Built) -> None:
    """Readers see the origin of a measure, and must not learn of a draft by it."""
    body = {"kind": "leasing", "title": "招租", "parcels": ["P0"], "evaluation_id": built.park.draft}
    assert client.post("/measures", json=body).status_code == 400


def test_figures_of_firms_are_for_analysts_and_notes_for_those_who_follow(built: Built) -> None:
    """In the measure, its history, lists, workbook, dashboard, outcome and on the map; also when said."""
    database = built.database
    with keyed_client(database, "follow", "analyst") as client:
        made = propose(client, expected_tax_gained_wan_yuan=4815.16, note="税收 4815.16 万元")
        client.patch(f"/measures/{made['id']}", json={"expected_tax_gained_wan_yuan": 4815.17})
        for scope, figures, notes in (
            ("read", False, False),
            ("follow", False, True),
            ("analyst", True, True),
        ):
            headers = {"X-API-Key": ""} | key_for(database, scope)
            found = client.get(f"/measures/{made['id']}", headers=headers).json()
            assert ("expected_tax_gained_wan_yuan" in found) == figures
            assert ("note" in found["history"][0], "by" in found["history"][0]) == (notes, notes)
            assert ("expected_tax_gained_wan_yuan" in found["history"][1]["changes"]) == figures
            listed = client.get("/measures", params={"parcel": "P0"}, headers=headers).json()["measures"]
            assert all(("expected_energy_saved_tce" in each) == figures for each in listed)
            report = client.get("/measures/dashboard", headers=headers).json()
            totals = {total["code"] for section in report["sections"] for total in section["totals"]}
            assert ("expected_tax_gained_wan_yuan" in totals) == figures
            assert "expected_area_released_m2" in totals
            outcome = client.get(f"/measures/{made['id']}/outcome", headers=headers).json()
            assert ("tax_wan_yuan_before" in outcome["parcels"][0]) == figures
            assert ("tax_gained_wan_yuan" in {each["effect"] for each in outcome["effects"]}) == figures
            page = client.get(f"/collections/measures/items/{made['id']}", headers=headers).json()
            assert ("expected_tax_gained_wan_yuan" in page["properties"]) == figures
            assert page["geometry"]["type"] == "MultiPolygon"
        own = key_for(database, "follow")
        body = {"kind": "leasing", "title": "招租", "parcels": ["P0"], "expected_tax_gained_wan_yuan": 1}
        said = client.post("/measures", json=body, headers=own)
        assert (said.status_code, said.json()["place"]) == (403, "/expected_tax_gained_wan_yuan")
        assert client.post("/measures", json=body, headers=key_for(database, "read")).status_code == 403


def test_lists_are_filtered_and_paged(client: TestClient) -> None:
    """By kind, state, office, parcel and day; the latest first, each once."""
    office = "节能办"
    made = [propose(client, kind="energy", office=office, parcels=["P2"])["id"] for _ in range(3)]
    go(client, made[0], "verified")
    found = client.get("/measures", params={"office": office}).json()
    assert [each["id"] for each in found["measures"]] == made[::-1]
    page = client.get("/measures", params={"office": office, "limit": 2}).json()
    rest = client.get(page["next"]).json()
    assert [each["id"] for each in (*page["measures"], *rest["measures"])] == made[::-1]
    for query, expected in (
        ({"state": "verified"}, made[:1]),
        ({"parcel": "P1"}, []),
        ({"parcel": "P2", "kind": "energy"}, made[::-1]),
        ({"due_before": "2999-01-01"}, []),
        ({"district": "别处"}, []),
    ):
        found = client.get("/measures", params={"office": office, **query}).json()
        assert [each["id"] for each in found["measures"]] == expected, query
    assert client.get("/measures", params={"f": "xlsx"}).content[:2] == b"PK"
    assert client.get("/measures", params={"stat": "x"}).status_code == 400


def test_the_dashboard_adds_up(client: TestClient) -> None:
    """Sums by hand: what is dropped is expected no more, what is not carried out has achieved nothing."""
    office = "驾驶舱"
    one = propose(client, office=office, expected_area_released_m2=100.25, expected_tax_gained_wan_yuan=0.1)
    two = propose(client, office=office, expected_area_released_m2=200.5, expected_tax_gained_wan_yuan=0.2)
    three = propose(client, office=office, expected_area_released_m2=999, kind="price")
    go(client, three["id"], "dropped", note="不再需要")
    go(client, two["id"], "verified", "negotiated", "agreed", "carried_out")
    client.patch(f"/measures/{two['id']}", json={"achieved_floor_area_added_m2": 70})
    report = client.get("/measures/dashboard", params={"office": office}).json()
    kinds, offices = report["sections"]
    totals = {total["code"]: total["value"] for total in kinds["totals"]}
    assert (totals["measures"], totals["open"], totals["overdue"]) == (3, 2, 0)
    assert totals["expected_area_released_m2"] == 300.75
    assert totals["expected_tax_gained_wan_yuan"] == 0.3
    assert (totals["achieved_floor_area_added_m2"], totals["achieved_tax_gained_wan_yuan"]) == (70, None)
    told = [(row["kind"], row["state"], row["measures"]) for row in kinds["rows"]]
    assert told == [("leasing", "proposed", 1), ("leasing", "carried_out", 1), ("price", "dropped", 1)]
    assert [(row["office"], row["measures"], row["open"]) for row in offices["rows"]] == [(office, 3, 2)]
    # all three are about the one parcel
    assert [row["parcels"] for row in offices["rows"]] == [1]
    assert [row["parcels"] for row in kinds["rows"]] == [1, 1, 1]
    assert one["id"] < two["id"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(0, 3), max_size=12))
def test_the_history_replays_to_the_state(built: Built, choices: list[int]) -> None:
    """However it is pushed: each step begins where the last one ended, refused ones leave no trace."""
    database = built.database
    said = NewMeasure(kind="contract", title="履约", parcels=["P3"])  # type: ignore[arg-type]
    measure, state = keeping.propose(database, said, "somebody"), MeasureState.PROPOSED
    for choice in choices:
        allowed = moves(state)
        to = allowed[choice] if choice < len(allowed) else MeasureState.PROPOSED
        if to in allowed:
            keeping.move(database, measure, to, "somebody", note="说明")
            state = to
        else:
            with pytest.raises(Conflict):
                keeping.move(database, measure, to, "somebody", note="说明")
    with database.reading() as connection:
        steps = measures.steps(connection, measure)
        found, version = records.one(connection, measure, today())
    replayed: str | None = None
    for step in steps:
        assert step["from_state"] == replayed
        replayed = step["to_state"]
    assert replayed == state.value == found["state"]
    assert version == len(steps)
    assert not any(step["from_state"] in ENDS for step in steps)


def test_the_history_is_never_changed(built: Built) -> None:
    """Not by the service, nor by whoever connects to the database."""
    for attempt in (update(MeasureStep).values(note="anders"), delete(MeasureStep)):
        with pytest.raises(Conflict) as caught, built.database.writing() as connection:
            connection.execute(attempt)
        assert caught.value.code == "history-kept"
    if not built.database.is_embedded:
        with pytest.raises(Conflict), built.database.writing() as connection:
            connection.execute(text("TRUNCATE measure_step"))


def test_a_move_and_its_event_are_one(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the transaction is taken back, neither is there."""
    said = NewMeasure(kind="contract", title="履约", parcels=["P3"])  # type: ignore[arg-type]
    measure = keeping.propose(built.database, said, "somebody")
    before = newest(built)
    emit = events.emit

    def broken(*arguments: Any) -> int:
        emit(*arguments)
        raise RuntimeError("the power fails")

    monkeypatch.setattr(events, "emit", broken)
    with pytest.raises(RuntimeError):
        keeping.move(built.database, measure, MeasureState.VERIFIED, "somebody")
    monkeypatch.undo()
    with built.database.reading() as connection:
        assert records.one(connection, measure, today())[0]["state"] == "proposed"
        assert len(measures.steps(connection, measure)) == 1
    assert newest(built) == before
