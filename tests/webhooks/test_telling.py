"""Other systems are told of events: at least once, in order, signed, until they take them or want no more."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, text

from service.domain.events import MEASURE_MOVED, PARCEL_FLAGGED, TYPES, Happening
from service.errors import Conflict, InvalidParameter, InvalidSubscribers
from service.settings import Settings
from service.store import events
from service.store.database import Database
from service.store.models import EventDelivery
from service.webhooks import sending
from service.webhooks.signing import key_of, new_secret, signature
from service.webhooks.subscribers import load_subscribers
from service.workflows.deliveries import Deliveries, deliver_now, places_of
from tests.support.receiver import SECRET, Receiver, verified

ROOT = Path(__file__).resolve().parents[2]
OTHER = "whsec_" + "b2xkIHNlY3JldCBvZiB0aGlydHktdHdvIGJ5dGVzLi4u"

Configure = Callable[..., Settings]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Write a subscribers file for receivers and return the settings that name it."""
    monkeypatch.setenv("SECRET", SECRET)
    monkeypatch.setenv("OTHER", OTHER)

    def write(*urls: str, **said: Any) -> Settings:
        own = {"secret": "env:SECRET", "begin": "beginning", "retries": [0.001, 0.001, 0.001], **said}
        path = tmp_path / "subscribers.yaml"
        named = [{"name": f"bureau-{n}", "url": url, **own} for n, url in enumerate(urls)]
        path.write_text(yaml.safe_dump({"subscribers": named}), encoding="utf-8")
        return Settings(
            subscribers=path,
            event_hosts=",".join(url.removesuffix("/events") for url in urls),
            event_private_networks="127.0.0.0/8",
            data_dir=tmp_path,
        )

    return write


def happen(database: Database, count: int, type_: str = MEASURE_MOVED, district: str = "滨江") -> None:
    """Write so many events."""
    with database.writing() as connection:
        at = events.newest(connection)
        happenings = [Happening(type_, f"measure/{at + n + 1}", district, {"n": n}) for n in range(count)]
        assert events.emit(connection, happenings) == count


def deliveries(database: Database) -> list[tuple[int, str, int, int | None]]:
    """What became of telling whom: event, state, attempts, last status."""
    columns = (
        EventDelivery.event_id,
        EventDelivery.state,
        EventDelivery.attempts,
        EventDelivery.last_status,
    )
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(EventDelivery.event_id))]


def until_quiet(database: Database, settings: Settings) -> int:
    """Deliver until nothing is due any more; return how many events were taken."""
    told = 0
    while True:
        ((taken, due),) = deliver_now(database, settings).values()
        told += taken
        if due is None:
            return told


def test_an_event_is_a_signed_cloudevent(database: Database, configure: Configure) -> None:
    """Structured JSON, with the headers of Standard Webhooks; what is configured twice is signed twice."""
    happen(database, 1)
    with Receiver() as receiver:
        settings = configure(f"{receiver.url}/events", secret="env:OTHER", secret_before="env:SECRET")
        assert until_quiet(database, settings) == 1
    (headers,), (told,) = receiver.requests, receiver.taken
    assert headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
    assert told["specversion"] == "1.0"
    assert told["id"] == headers["webhook-id"]
    assert (told["type"], told["subject"], told["district"]) == (MEASURE_MOVED, "measure/1", "滨江")
    assert (told["source"], told["data"], told["sequence"]) == ("urn:mujun", {"n": 0}, "0" * 18 + "1")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(told["time"])).total_seconds()) < 3600
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert receiver.forged == 0


def test_a_known_signature() -> None:
    """A signature as the specification's own example secret makes it, and one byte less is another."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "x")
    made = signature([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert key_of(new_secret(), "x") != key_of(new_secret(), "x")
    now, body = int(datetime.now(UTC).timestamp()), b'{"test": 1}'
    signed = {
        "webhook-id": "a",
        "webhook-timestamp": str(now),
        "webhook-signature": signature([key_of(SECRET, "x")], "a", now, body),
    }
    assert verified(signed, body)
    assert not verified(signed, body[:-1])
    assert not verified(signed | {"webhook-id": "b"}, body)
    assert not verified(signed | {"webhook-timestamp": str(now - 1)}, body)


def test_what_fails_twice_is_taken_at_last_and_order_is_kept(
    database: Database, configure: Configure
) -> None:
    """The later ones wait for the first; its id is the same in every attempt."""
    happen(database, 4)
    with Receiver(500, 503) as receiver:
        assert until_quiet(database, configure(f"{receiver.url}/events")) == 4
    assert [each["subject"] for each in receiver.taken] == [f"measure/{n}" for n in (1, 2, 3, 4)]
    assert len({headers["webhook-id"] for headers in receiver.requests[:3]}) == 1
    assert deliveries(database) == [
        (1, "delivered", 3, 200),
        *((n, "delivered", 1, 200) for n in (2, 3, 4)),
    ]
    with Receiver() as idle:  # nothing is told twice
        assert until_quiet(database, configure(f"{idle.url}/events")) == 0


def test_what_is_never_taken_is_given_up_and_can_be_told_again(
    database: Database, configure: Configure
) -> None:
    """The next one is told; on demand the lost one is told before what is new."""
    happen(database, 2)
    with Receiver(500, 400, 302, 404) as receiver:
        settings = configure(f"{receiver.url}/events")
        assert until_quiet(database, settings) == 1
        assert deliveries(database) == [(1, "failed", 4, 404), (2, "delivered", 1, 200)]
        happen(database, 1)
        with database.writing(unseen=True) as connection:
            assert events.again(connection, "bureau-0") == 1
        assert until_quiet(database, settings) == 2
    assert [each["subject"] for each in receiver.taken] == ["measure/2", "measure/1", "measure/3"]


def test_gone_stops_a_subscription_until_it_is_resumed(database: Database, configure: Configure) -> None:
    """410 is the receiver's last word; resumed, it goes on with the event that it did not take."""
    happen(database, 2)
    with Receiver(410) as receiver:
        settings = configure(f"{receiver.url}/events")
        assert until_quiet(database, settings) == 0
        assert until_quiet(database, settings) == 0
        assert len(receiver.requests) == 1
        with database.writing(unseen=True) as connection:
            assert events.stop(connection, "bureau-0", None)
        assert until_quiet(database, settings) == 2
    assert [each["subject"] for each in receiver.taken] == ["measure/1", "measure/2"]


def test_a_receiver_that_asks_for_rest_gets_it(database: Database, configure: Configure) -> None:
    """Retry-After goes before a shorter wait of our own."""
    happen(database, 1)
    with Receiver(429, headers={"Retry-After": "3600"}) as receiver:
        ((taken, due),) = deliver_now(database, configure(f"{receiver.url}/events")).values()
    assert taken == 0
    assert due is not None
    assert (due - datetime.now(UTC)).total_seconds() > 3000


_ODD = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize(("status", "taken", "state"), [(200, 1, "delivered"), (503, 0, "waiting")])
def test_an_odd_wish_for_rest_is_none(
    database: Database, configure: Configure, status: int, taken: int, state: str
) -> None:
    """A Retry-After that no calendar has stops nothing, and the attempt counts once."""
    happen(database, 1)
    with Receiver(status, headers={"Retry-After": _ODD}) as receiver:
        settings = configure(f"{receiver.url}/events", retries=[3600])
        assert [told for told, _ in deliver_now(database, settings).values()] == [taken]
        assert deliveries(database) == [(1, state, 1, status)]
        deliver_now(database, settings)
        assert len(receiver.requests) == 1


def test_whatever_goes_wrong_is_an_attempt_that_failed(
    database: Database, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that cannot be told is given up as any other, and the next ones are told."""
    happen(database, 2)
    usual = sending.cloud_event

    def broken(event: Any, source: str) -> Any:
        if event["id"] == 1:
            raise RuntimeError("nobody thought of this")
        return usual(event, source)

    monkeypatch.setattr(sending, "cloud_event", broken)
    with Receiver() as receiver:
        assert until_quiet(database, configure(f"{receiver.url}/events")) == 1
    assert deliveries(database) == [(1, "failed", 4, None), (2, "delivered", 1, 200)]


def test_each_is_told_what_it_asked_for(database: Database, configure: Configure) -> None:
    """By type and district; a new subscriber is told of what comes, unless it wants everything."""
    happen(database, 1)
    happen(database, 2, PARCEL_FLAGGED)
    happen(database, 1, PARCEL_FLAGGED, "别处")
    with Receiver() as receiver:
        url = f"{receiver.url}/events"
        assert until_quiet(database, configure(url, types=[PARCEL_FLAGGED], districts=["滨江"])) == 2
        other = configure(url, begin="now")
        other.subscribers.write_text(  # type: ignore[union-attr]
            other.subscribers.read_text().replace("bureau-0", "late")  # type: ignore[union-attr]
        )
        assert until_quiet(database, other) == 0
        happen(database, 1)
        assert until_quiet(database, other) == 1


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"event_hosts": ""}, "host-not-allowed"),
        ({"event_private_networks": ""}, "address-not-allowed"),
    ],
)
def test_nothing_goes_where_it_may_not(
    database: Database, configure: Configure, settings: dict[str, str], error: str
) -> None:
    """As for pulls; the fault is ours and uses up no attempt."""
    happen(database, 1)
    with Receiver() as receiver:
        allowed = configure(f"{receiver.url}/events").model_copy(update=settings)
        ((taken, due),) = deliver_now(database, allowed).values()
        assert (taken, receiver.requests) == (0, [])
    assert due is not None
    with database.reading() as connection:
        last = events.last_tried(connection, "bureau-0")
    assert last is not None
    assert (last["attempts"], last["last_error"], last["state"]) == (0, error, "waiting")


def test_killed_before_it_was_noted_an_event_is_told_again(
    database: Database, database_url: str, configure: Configure
) -> None:
    """At least once: with the same id, so that the receiver knows it; and the order is kept."""
    happen(database, 2)
    with Receiver() as receiver:
        settings = configure(f"{receiver.url}/events")
        environment = {
            "MUJUN_SUBSCRIBERS": str(settings.subscribers),
            "MUJUN_EVENT_HOSTS": settings.event_hosts,
            "MUJUN_EVENT_PRIVATE_NETWORKS": settings.event_private_networks,
            "MUJUN_DATA_DIR": str(settings.data_dir),
            "SECRET": SECRET,
            "PATH": "",
        }
        program = [sys.executable, "-m", "tests.support.killed_delivery", database_url]
        killed = subprocess.run(program, cwd=ROOT, env=environment, timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert len(receiver.taken) == 1
        assert until_quiet(database, settings) == 2
    assert [each["subject"] for each in receiver.taken] == ["measure/1", "measure/1", "measure/2"]
    assert receiver.taken[0]["id"] == receiver.taken[1]["id"]


def test_a_service_delivers_by_itself_and_alone(database: Database, configure: Configure) -> None:
    """In the background; meanwhile nobody else does, and one receiver does not wait for another."""
    happen(database, 3)
    with Receiver() as one, Receiver(*[500] * 50) as other:
        settings = configure(f"{one.url}/events", f"{other.url}/events", retries=[3600])
        delivering = Deliveries(database, settings)
        delivering.start()
        try:
            assert one.wait_for(3)
            with pytest.raises(Conflict, match="Another process"):
                deliver_now(database, settings)
            happen(database, 1)
            assert one.wait_for(4)
        finally:
            delivering.stop()
        assert [each["subject"] for each in one.taken] == [f"measure/{n}" for n in (1, 2, 3, 4)]
        assert other.taken == []
    assert sum(told for told, _ in deliver_now(database, settings).values()) == 0


def test_a_place_that_is_lost_is_left_and_taken_again(database: Database, configure: Configure) -> None:
    """When the server drops the connection that holds it, no two deliver; a file's lock is never lost so."""
    with Receiver() as receiver:
        settings = configure(f"{receiver.url}/events")
        places, other = places_of(database, settings), places_of(database, settings)
        assert places.take_first()
        assert places.still_held()
        if not database.is_embedded:
            drop_locks(database)
            assert not places.still_held()
            assert other.take_first()
            assert not places.still_held()
            assert not places.take_first()
            other.leave_all()
        places.leave_all()
        delivering = Deliveries(database, settings)
        happen(database, 1)
        delivering.start()
        try:
            assert receiver.wait_for(1)
            if not database.is_embedded:
                drop_locks(database)
            happen(database, 1)
            assert receiver.wait_for(2)
        finally:
            delivering.stop()
    assert [each["subject"] for each in receiver.taken] == ["measure/1", "measure/2"]


def drop_locks(database: Database) -> None:
    """End the connections that hold advisory locks, as a server that restarts does."""
    held = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted AND"
        " database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND pid <> pg_backend_pid()"
    )
    with database.reading() as connection:
        connection.execute(text(held))


def test_authorities_that_cannot_be_read_are_told_at_the_start(
    database: Database, configure: Configure, tmp_path: Path
) -> None:
    """By the name of the setting, instead of threads that end in silence."""
    settings = configure("https://gw.example.test/events").model_copy(
        update={"event_ca_file": tmp_path / "none.pem"}
    )
    with pytest.raises(InvalidParameter) as raised:
        Deliveries(database, settings).start()
    assert (raised.value.code, raised.value.place) == ("invalid-setting", "MUJUN_EVENT_CA_FILE")


def test_telling_changes_nothing_that_answers_are_made_of(database: Database, configure: Configure) -> None:
    """The version of the data stays, and with it what is remembered."""
    happen(database, 3)
    before = database.committed_version()
    with Receiver() as receiver:
        assert until_quiet(database, configure(f"{receiver.url}/events")) == 3
    assert database.committed_version() == before


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ({"secret": "whsec_written-here"}, "named, not written"),
        ({"types": ["mujun.everything"]}, "types are"),
        ({"url": "https://user@gw.example/events"}, "an address begins"),
        ({"url": "https://gw.example/events?token=abc"}, "secret does not belong"),
        ({"retry": 3}, "Extra inputs"),
    ],
)
def test_a_file_with_a_fault_is_refused_without_repeating_it(
    tmp_path: Path, said: dict[str, Any], hint: str
) -> None:
    """Line and entry are named, the secret is not."""
    entry = {"name": "bureau", "url": "https://gw.example/events", "secret": "env:SECRET", **said}
    path = tmp_path / "subscribers.yaml"
    path.write_text(yaml.safe_dump({"subscribers": [entry]}), encoding="utf-8")
    with pytest.raises(InvalidSubscribers) as raised:
        load_subscribers(path)
    assert hint in raised.value.detail
    assert "written-here" not in f"{raised.value.detail} {raised.value.place}"
    assert "line" in (raised.value.place or "")


@pytest.mark.parametrize("secret", ["", "plain", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    """Too short, not base64, without its prefix; the text is not repeated."""
    with pytest.raises(InvalidSubscribers) as raised:
        key_of(secret, "bureau")
    assert raised.value.code == "invalid-secret"


def test_types_have_words_in_both_languages() -> None:
    """And a version."""
    for name, (english, chinese) in TYPES.items():
        assert name.startswith("mujun.")
        assert name.endswith(".v1")
        assert english.isascii()
        assert not chinese.isascii()
