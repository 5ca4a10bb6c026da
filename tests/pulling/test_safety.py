"""Pulls go where they may and nowhere else (OWASP API7, server-side request forgery), and tell no secrets."""

import logging
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidParameter, InvalidSources, MujunError, UpstreamTrouble
from service.outbound.reach import Reach
from service.pulling.fetching import fetch
from service.pulling.spool import Spool
from service.settings import Settings
from tests.pulling.asking import HASTY, PATIENT, beginning, fetched, figures, reach_of, source_at, spooled
from tests.support.gateway import APP_SECRET, TOKEN, FakeGateway


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """A gateway with ten records."""
    with FakeGateway(figures(10)) as running:
        yield running


def refusal(gateway: FakeGateway, folder: Path, reach: Reach, **more: Any) -> MujunError:
    """Pull and return the error."""
    source = source_at(gateway, **more)
    with pytest.raises(MujunError) as raised:
        list(fetch(source, reach, Spool(folder, source.name), beginning(source)))
    return raised.value


@pytest.mark.parametrize(
    "hosts", ["", "https://127.0.0.1:{port}", "http://127.0.0.1", "http://localhost:{port}"]
)
def test_only_listed_origins_are_asked(gateway: FakeGateway, tmp_path: Path, hosts: str) -> None:
    """Scheme, host and port all count; nothing is allowed unless it is listed."""
    reach = reach_of(gateway, pull_hosts=hosts.format(port=gateway.port))
    error = refusal(gateway, tmp_path, reach)
    assert (type(error), error.code) == (InvalidSources, "host-not-allowed")
    assert not gateway.data


@pytest.mark.parametrize("networks", ["", "10.0.0.0/8", "::1/128"])
def test_a_listed_name_may_not_lead_inside(gateway: FakeGateway, tmp_path: Path, networks: str) -> None:
    """What a name resolves to is checked as well, when the connection is made."""
    error = refusal(gateway, tmp_path, reach_of(gateway, pull_private_networks=networks))
    assert (type(error), error.code) == (UpstreamTrouble, "address-not-allowed")
    assert not gateway.data


def test_a_name_with_one_inner_address_is_refused(
    gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All addresses of a name count, and the one that is checked is the one that is used."""
    asked: list[str] = []

    real = socket.getaddrinfo

    def resolve(host: str, port: int, *more: Any, **options: Any) -> list[Any]:
        if host != "gw.example.test":  # an address, on the way to the socket
            return real(host, port, *more, **options)
        asked.append(host)
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("127.0.0.1", port)), (*stream, ("192.168.0.1", port))]

    monkeypatch.setattr("service.outbound.network.socket.getaddrinfo", resolve)
    hosts = f"http://gw.example.test:{gateway.port}"
    url = f"{hosts}/api/pages"
    error = refusal(gateway, tmp_path, reach_of(gateway, pull_hosts=hosts), url=url)
    assert error.code == "address-not-allowed"
    both = reach_of(gateway, pull_hosts=hosts, pull_private_networks="127.0.0.0/8,192.168.0.0/16")
    source = source_at(gateway, url=url)
    list(fetch(source, both, Spool(tmp_path, source.name), beginning(source)))
    assert spooled(source, tmp_path) == gateway.records
    assert asked == ["gw.example.test"] * 2


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1::101:101",
        "::127.0.0.1",
        "::1.1.1.1",
        "::ffff:0:127.0.0.1",
        "::ffff:0:1.1.1.1",
        "fec0::1",
    ],
)
def test_special_addresses_are_known_in_every_form(address: str) -> None:
    """Loopback, private, link-local, shared, multicast, and what translates to them."""
    reach = Reach.of(Settings(pull_hosts="gw.example.test"))
    with pytest.raises(UpstreamTrouble) as raised:
        reach.require_address(address, "gw.example.test")
    assert raised.value.code == "address-not-allowed"


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_public_addresses_are_reached(address: str) -> None:
    """A listed host on the public internet needs nothing more."""
    Reach.of(Settings(pull_hosts="gw.example.test")).require_address(address, "gw.example.test")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("fec0::1", "fec0::/10"),
        ("64:ff9b:1::7f00:1", "64:ff9b:1::/48"),
        ("::127.0.0.1", "::/96"),
        ("64:ff9b::a01:203", "10.1.0.0/16"),
    ],
)
def test_special_addresses_are_reached_where_listed(address: str, network: str) -> None:
    """By the network that they are of; translated ones by that of the address inside."""
    reach = Reach.of(Settings(pull_hosts="gw.example.test", pull_private_networks=network))
    reach.require_address(address, "gw.example.test")


@pytest.mark.parametrize(
    "settings",
    [
        {"pull_hosts": "ftp://gw.example.test"},
        {"pull_hosts": "https://gw.example.test/path"},
        {"pull_hosts": "https://user@gw.example.test"},
        {"pull_hosts": "gw.example.test:port"},
        {"pull_private_networks": "10.0.0.1/8"},
        {"pull_private_networks": "all"},
    ],
)
def test_settings_that_are_not_understood_allow_nothing(settings: Any) -> None:
    """They are refused instead of being read somehow."""
    with pytest.raises(InvalidParameter) as raised:
        Reach.of(Settings(**settings))
    assert raised.value.code == "invalid-setting"


def test_a_link_to_another_host_is_not_followed(gateway: FakeGateway, tmp_path: Path) -> None:
    """Not even to one that is listed: credentials would go there."""
    with FakeGateway(figures(1)) as other:
        link = b'{"code": 0, "next": "%s/api/links", "data": {"rows": [{}]}}' % other.url.encode()
        gateway.fault("raw", value=link)
        reach = reach_of(gateway, pull_hosts=f"{gateway.url},{other.url}")
        error = refusal(gateway, tmp_path, reach, paging={"style": "link", "next": "next"}, total=None)
        assert error.code == "upstream-redirect"
        assert not other.data


def test_proxies_of_the_environment_are_not_used(
    gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that somebody set does not send requests, and secrets, elsewhere."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    source = source_at(gateway)
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records


def test_requests_are_paced(gateway: FakeGateway, tmp_path: Path) -> None:
    """No more a second than configured."""
    source = source_at(gateway, requests_per_second=10)
    begun = time.monotonic()
    fetched(gateway, source, tmp_path)
    assert 0.3 <= time.monotonic() - begun < 2


@pytest.mark.parametrize("fault", [None, "status", "reset", "wrong_code", "redirect", "html", "silent"])
def test_no_log_has_a_secret(
    gateway: FakeGateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: str | None,
) -> None:
    """Whatever happens, at the most talkative level of every library, and whatever error comes of it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TEST_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("TEST_TOKEN", TOKEN)
    if fault:
        gateway.fault(fault, times=3, value="http://elsewhere.test" if fault == "redirect" else None)
    source = source_at(
        gateway,
        kind="gateway",
        auth={"query": {"token": "env:TEST_TOKEN"}, "bearer": "env:TEST_TOKEN"},
        timeouts=HASTY if fault == "silent" else PATIENT,
    )
    said = ""
    try:
        fetched(gateway, source, tmp_path)
    except UpstreamTrouble as error:
        said = repr((error.detail, error.detail_zh, error.place, error.action, error.args, error.__context__))
    assert gateway.headers[-1]["Authorization"] == f"Bearer {TOKEN}"
    text = caplog.text + said + "".join(path.read_text() for path in tmp_path.iterdir())
    for secret in (APP_SECRET, TOKEN, *gateway.issued, "sign="):
        assert secret not in text


def test_a_secret_can_be_in_a_file(gateway: FakeGateway, tmp_path: Path) -> None:
    """As containers give them; the line's end is no part of it."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    gateway.token = TOKEN
    source = source_at(gateway, auth={"query": {"token": f"file:{tmp_path}/token"}})
    fetched(gateway, source, tmp_path / "spool")
    assert len(spooled(source, tmp_path / "spool")) == 10


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=gateway",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def test_certificates_are_checked(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    """A server that nobody vouches for gets nothing; with its authority named it is asked."""
    with FakeGateway(figures(10), certificate=certificate) as gateway:
        error = refusal(gateway, tmp_path, reach_of(gateway))
        assert error.code == "upstream-unreachable"
        assert not gateway.data
        source = source_at(gateway)
        reach = reach_of(gateway, pull_ca_file=certificate[0])
        list(fetch(source, reach, Spool(tmp_path, source.name), beginning(source)))
        assert spooled(source, tmp_path) == gateway.records
