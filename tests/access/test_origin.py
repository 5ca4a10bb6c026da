import pytest
from fastapi import Request

from service.access.origin import is_loopback, refuse_cross_site_write, refuse_unless_local
from service.errors import NotAllowed


def _request(method: str = "GET", client: str | None = "127.0.0.1", **headers: str) -> Request:
    sent = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": (client, 50000) if client else None,
        }
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST.", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_loopback_names_are_this_machine(host: str) -> None:
    """Every way to write this machine's own address counts."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "10.0.0.1",
        "::",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "2130706433",
        "testclient",
    ],
)
def test_other_names_are_not_this_machine(host: str) -> None:
    """A name that merely looks like loopback belongs to somebody else."""
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_open_mode_answers_this_machine(host: str) -> None:
    """A direct request from this machine under a loopback name passes."""
    refuse_unless_local(_request(host=host))


@pytest.mark.parametrize("client", [None, "192.0.2.1", "2001:db8::1", "testclient"])
def test_open_mode_refuses_other_machines(client: str | None) -> None:
    """A client address that is not loopback is refused."""
    with pytest.raises(NotAllowed):
        refuse_unless_local(_request(client=client))


@pytest.mark.parametrize(
    "header", ["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]
)
def test_open_mode_refuses_what_a_proxy_forwards(header: str) -> None:
    """Behind a proxy everybody would look local, so forwarded requests are refused."""
    with pytest.raises(NotAllowed):
        refuse_unless_local(_request(**{header: "127.0.0.1"}))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "", "[::1", "192.0.2.1:8000"])
def test_open_mode_refuses_a_rebound_host_name(host: str) -> None:
    """A foreign name that resolves to this machine (DNS rebinding) is refused."""
    with pytest.raises(NotAllowed):
        refuse_unless_local(_request(host=host))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://127.0.0.1:8000"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_sites_page_changes_nothing(method: str, headers: dict[str, str]) -> None:
    """A change that a browser asks for on behalf of another origin is refused."""
    with pytest.raises(NotAllowed):
        refuse_cross_site_write(_request(method, **headers), "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:8000"},
        {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:8000"},
        {"sec_fetch_site": "none"},
        {"origin": "https://park.example"},
    ],
)
def test_own_pages_and_programs_may_change_things(headers: dict[str, str]) -> None:
    """The service's own page, under its public address too, and clients that are no browsers pass."""
    refuse_cross_site_write(_request("POST", **headers), "https://park.example")


def test_reading_across_sites_is_left_to_the_browser() -> None:
    """A read carries no change; without CORS headers the browser keeps the answer from the other page."""
    refuse_cross_site_write(_request("GET", origin="https://evil.example", sec_fetch_site="cross-site"), "")
