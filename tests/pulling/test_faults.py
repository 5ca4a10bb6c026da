"""A gateway that misbehaves: what is pulled equals an undisturbed pull, or it ends with a clear error."""

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidSources, UpstreamTrouble
from tests.pulling.asking import HASTY, PATIENT, fetched, figures, source_at, spooled
from tests.support.gateway import APP_SECRET, FakeGateway

ATTEMPTS = 4
SLOW = ("drip", "drip_headers", "silent")


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """A gateway with ten records."""
    with FakeGateway(figures(10)) as running:
        yield running


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("status", 500),
        ("status", 502),
        ("status", (503, 0)),
        ("status", (429, 0.2)),
        ("reset", None),
        ("truncated", None),
        ("cut_json", None),
        ("html", None),
        ("repeated", None),
        ("drip", None),
        ("drip_headers", None),
        ("silent", None),
        ("packed", "cut"),
        ("raw", b"\xff\xfe\x00"),
        ("raw", b"[" * 100_000),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_a_fault_that_passes_leaves_no_trace(
    gateway: FakeGateway, tmp_path: Path, fault: str, value: Any, times: int
) -> None:
    """The page is asked for again, nothing is lost or doubled, and no more often than needed."""
    gateway.fault(fault, at=2, times=times, value=value)
    source = source_at(gateway, timeouts=HASTY if fault in SLOW else PATIENT)
    cursor = fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert (cursor.records, cursor.repeated, cursor.pages) == (10, 0, 4)
    assert len(gateway.data) == 4 + times


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [
        ("status", 500, "upstream-error"),
        ("status", 429, "upstream-busy"),
        ("reset", None, "upstream-unreachable"),
        ("truncated", None, "upstream-unreachable"),
        ("cut_json", None, "upstream-unreadable"),
        ("html", None, "upstream-unreadable"),
        ("repeated", None, "repeated-page"),
        ("drip", None, "upstream-timeout"),
        ("drip_headers", None, "upstream-timeout"),
    ],
)
def test_a_fault_that_stays_ends_the_pull(
    gateway: FakeGateway, tmp_path: Path, fault: str, value: Any, code: str
) -> None:
    """After as many attempts as configured, with a code; what was good before is kept for the next pull."""
    gateway.fault(fault, at=2, times=100, value=value)
    source = source_at(gateway, timeouts=HASTY if fault in SLOW else PATIENT)
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source, tmp_path)
    assert (raised.value.code, raised.value.place) == (code, "tax")
    assert len(gateway.data) == 1 + ATTEMPTS
    assert spooled(source, tmp_path) == gateway.records[:3]


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [
        ("status", 404, "upstream-error"),
        ("status", 401, "upstream-refused"),
        ("status", (429, 3600), "upstream-busy"),
        ("wrong_code", None, "upstream-envelope"),
        ("gigantic", None, "upstream-too-large"),
        ("gigantic", "endless", "upstream-too-large"),
        ("bomb", None, "upstream-too-large"),
        ("redirect", "http://127.0.0.2:9/api/pages", "upstream-redirect"),
        ("redirect", "http://169.254.169.254/latest/meta-data", "upstream-redirect"),
        ("redirect", "file:///etc/passwd", "upstream-redirect"),
        ("raw", b'{"code": 0, "data": {"rows": {"a": 1}}}', "upstream-unreadable"),
        ("raw", b'{"code": 0, "data": {"total": 10, "rows": [{"a": "\\ud800"}]}}', None),
    ],
)
def test_what_asking_again_cannot_mend_is_not_asked_again(
    gateway: FakeGateway, tmp_path: Path, fault: str, value: Any, code: str | None
) -> None:
    """One request, one error."""
    gateway.fault(fault, at=2, value=value)
    source = source_at(gateway, max_page_bytes=100_000)
    if code is None:  # an escaped half of a character is kept as it came, escaped
        assert fetched(gateway, source, tmp_path).records == 11
        return
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source, tmp_path)
    assert raised.value.code == code
    assert len(gateway.data) == 2


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b'{"code": {"a": 0}}',
    b'{"code": [0], "data": {"rows": []}}',
    b'{"code": 0, "data": []}',
    b'{"code": 0, "data": {"rows": "abc"}}',
    b'{"code": 0, "data": {"rows": [1, null, "x", [], true]}}',
    b'{"code": 0, "data": {"rows": [{}], "total": -1}}',
    b'{"code": 0, "data": {"rows": [{}], "total": ' + b"9" * 4000 + b"}}",
    b'{"code": 0, "data": {"rows": [{}], "total": ' + b"9" * 5000 + b"}}",
    b'{"code": 0, "data": {"rows": [{"updated": 1e400}, {"updated": NaN}, {"updated": [1]}]}}',
    b'{"code": 0, "data": {"rows": [' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}}",
    b'{"code": 0, "next": "http://[", "data": {"rows": [{}]}}',
    b'{"code": 0, "next": "http://a b", "data": {"rows": [{}]}}',
    b'{"code": 0, "next": "javascript:x", "data": {"rows": [{}]}}',
    b'{"code": 0, "next": {"href": 1}, "data": {"rows": [{}]}}',
    b'{"code": 0, "next": "//169.254.169.254/", "data": {"rows": [{}]}}',
    b'{"code": 0, "next": "/api/pages?' + b"x" * 70_000 + b'", "data": {"rows": [{}]}}',
]


@pytest.mark.parametrize("body", HOSTILE)
def test_an_answer_of_any_form_is_read_or_refused(gateway: FakeGateway, tmp_path: Path, body: bytes) -> None:
    """With an error of ours, never one of a library."""
    gateway.fault("raw", times=9, value=body)
    more = {"watermark": {"field": "updated", "parameter": "since", "numeric": True}, "total": "data.total"}
    for number, paging in enumerate(({"style": "link", "next": "next"}, {"style": "none"})):
        source = source_at(gateway, paging=paging, passes=1, **more)
        try:
            fetched(gateway, source, tmp_path / str(number))
        except UpstreamTrouble as error:
            assert error.code.startswith(("upstream-", "repeated-", "incomplete-"))  # noqa: PT017


def test_what_the_gateway_says_is_told_without_secrets(
    gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that repeats our secret is shown without it."""
    monkeypatch.setenv("TEST_APP_SECRET", APP_SECRET)
    gateway.fault("wrong_code")
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source_at(gateway, kind="gateway"), tmp_path)
    assert "'9001': refused ***" in raised.value.detail


def test_a_code_of_the_envelope_can_mean_try_again(gateway: FakeGateway, tmp_path: Path) -> None:
    """Gateways say that they are busy with status 200."""
    gateway.fault("wrong_code", at=1, times=2, value="busy")
    source = source_at(gateway, envelope={"code": "code", "ok": ["0"], "again": ["busy"]})
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records


def test_retry_after_is_waited_for(gateway: FakeGateway, tmp_path: Path) -> None:
    """The source's word goes before our own waits."""
    gateway.fault("status", at=2, value=(429, "1"))
    source = source_at(gateway, retries={"attempts": 2, "first": 0.01, "longest": 0.01, "jitter": 0})
    begun = time.monotonic()
    fetched(gateway, source, tmp_path)
    assert time.monotonic() - begun >= 1


def test_a_bomb_is_not_unpacked(gateway: FakeGateway, tmp_path: Path) -> None:
    """Sixty kilobytes that would be sixty megabytes cost no more memory than the limit."""
    gateway.fault("bomb")
    source = source_at(gateway, max_page_bytes=1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UpstreamTrouble):
            fetched(gateway, source, tmp_path)
        # the gateway packs in this process, from a text that is there before: count from the request on
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_packed_answer_is_read(gateway: FakeGateway, tmp_path: Path) -> None:
    """Gzip is asked for and understood."""
    gateway.fault("packed")
    source = source_at(gateway)
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert gateway.headers[0]["Accept-Encoding"] == "gzip, deflate"


def test_a_redirect_within_the_host_is_followed(gateway: FakeGateway, tmp_path: Path) -> None:
    """Within the same scheme, host and port, and not for ever."""
    gateway.fault("redirect", at=2, value="/api/pages?page=2&size=3")
    source = source_at(gateway)
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    gateway.data.clear()
    gateway.fault("redirect", at=2, times=100, value="/api/pages?page=2&size=3")
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source, tmp_path)
    assert raised.value.code == "upstream-redirect"
    assert len(gateway.data) == 5


def test_pages_that_shift_are_gone_through_again(gateway: FakeGateway, tmp_path: Path) -> None:
    """Where the order changes between pages, records come twice and others not at all: the total tells."""
    gateway.fault("reordered", at=3)
    source = source_at(gateway)
    cursor = fetched(gateway, source, tmp_path)
    by_code = sorted(spooled(source, tmp_path), key=lambda record: record["uscc"])
    assert by_code == sorted(gateway.records, key=lambda record: record["uscc"])
    assert (cursor.records, cursor.going_through) == (10, 2)


def test_records_that_never_come_are_an_error(gateway: FakeGateway, tmp_path: Path) -> None:
    """A total that the pages do not hold ends the pull instead of passing for whole."""
    gateway.fault("raw", at=2, times=100, value=b'{"code": 0, "data": {"total": 10, "rows": []}}')
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source_at(gateway, passes=2), tmp_path)
    assert raised.value.code == "incomplete-pull"
    assert "10 records; 3 different ones" in raised.value.detail


def test_a_source_without_end_is_ended(gateway: FakeGateway, tmp_path: Path) -> None:
    """By the number of pages, and by their bytes."""
    for limit in ({"max_pages": 2}, {"max_bytes": 500}):
        with pytest.raises(UpstreamTrouble) as raised:
            fetched(gateway, source_at(gateway, **limit), tmp_path)
        assert raised.value.code == "upstream-too-large"


def test_a_missing_secret_is_told_by_its_place(gateway: FakeGateway, tmp_path: Path) -> None:
    """Before anything is sent."""
    source = source_at(gateway, auth={"headers": {"X-API-Key": "env:NOT_THERE"}})
    with pytest.raises(InvalidSources) as raised:
        fetched(gateway, source, tmp_path)
    assert raised.value.code == "secret-missing"
    assert "env:NOT_THERE" in raised.value.detail
    assert not gateway.data
