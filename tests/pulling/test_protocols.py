"""How sources are spoken to: styles of paging, the signed gateway, OGC API Features and WFS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import UpstreamTrouble
from service.pulling.fetching import fetch
from service.pulling.gateway import signature
from service.pulling.json_text import records_at
from service.pulling.spool import Spool
from tests.pulling.asking import beginning, features, fetched, figures, reach_of, source_at, spooled
from tests.support.gateway import APP_KEY, APP_SECRET, TOKEN, FakeGateway


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway with ten records and seven parcels; its secret is in the environment."""
    monkeypatch.setenv("TEST_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("TEST_TOKEN", TOKEN)
    with FakeGateway(figures(10), features(7)) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "paging", "requests"),
    [
        ("/api/pages", {"style": "pages", "page": "page", "size": "size", "page_size": 5}, 2),
        ("/api/offset", {"style": "offset", "page_size": 4}, 3),
        ("/api/links", {"style": "link", "next": "next"}, 5),
        ("/api/header-links", {"style": "link", "header": True}, 5),
        ("/api/cursor", {"style": "cursor", "next": "data.cursor", "parameter": "mark"}, 5),
    ],
)
def test_every_style_of_paging_gets_everything_once(
    gateway: FakeGateway, tmp_path: Path, path: str, paging: Any, requests: int
) -> None:
    """With as many requests as there are pages."""
    source = source_at(gateway, path, paging=paging)
    cursor = fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert (cursor.records, cursor.pages, len(gateway.data)) == (10, requests, requests)


def test_an_answer_that_is_an_array_is_read(gateway: FakeGateway, tmp_path: Path) -> None:
    """No envelope, no pages."""
    more = {"records": "", "total": None, "envelope": None, "paging": {"style": "none"}}
    source = source_at(gateway, "/api/all", **more)
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records


@pytest.mark.parametrize("style", ["pages", "offset"])
def test_a_server_that_hands_out_less_than_asked_loses_nothing(
    gateway: FakeGateway, tmp_path: Path, style: str
) -> None:
    """Without a total a short page is no end, unless the configuration says that it is."""
    gateway.largest_page = 2 if style == "offset" else 1000
    paging = {
        "pages": {"style": "pages", "page": "page", "size": "size", "page_size": 5},
        "offset": {"style": "offset", "page_size": 4},
    }[style]
    source = source_at(gateway, f"/api/{style}", paging=paging, total=None)
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    gateway.data.clear()
    short = source_at(gateway, f"/api/{style}", paging={**paging, "ends": "short"}, total=None)
    cursor = fetched(gateway, short, tmp_path / "short")
    assert cursor.records == (2 if style == "offset" else 10)


def test_a_post_carries_its_parameters_in_the_body(gateway: FakeGateway, tmp_path: Path) -> None:
    """With what else the body holds."""
    source = source_at(gateway, method="POST", parameters="body", body={"area": "330203"})
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert gateway.data[0] == {"area": "330203", "page": "1", "size": "3"}


def test_records_are_kept_as_they_were_written() -> None:
    """Digits, escapes and the order of keys; of a key that stands twice the last one counts."""
    kept = r'{"n": 1.10, "big": 12345678901234567890.000, "z": "\u4e2d"}'
    text = '{"d": [1], "a": {"x": "]"},\n "d": [ ' + kept.replace(" 1", "\r\n1") + ", 2 ] }"
    assert records_at(text, "d") == [kept.replace(" 1", "  1"), "2"]
    assert records_at(text, "a.x") is None
    assert records_at("[]", "") == []
    assert records_at('{"a": {"b": [ [1, 2], [] ]}}', "a.b") == ["[1, 2]", "[]"]


def test_the_watermark_is_sent_and_moves_with_the_records(gateway: FakeGateway, tmp_path: Path) -> None:
    """What is asked for is what changed since; how far it came is the highest value seen."""
    mark = {"field": "updated", "parameter": "since"}
    source = source_at(gateway, watermark=mark)
    cursor = fetched(gateway, source, tmp_path, beginning(source, since="2024-01-01T00:08:00"))
    assert [record["updated"][-5:] for record in spooled(source, tmp_path)] == ["08:00", "09:00", "10:00"]
    assert cursor.highest == "2024-01-01T00:10:00"
    assert gateway.data[0]["since"] == "2024-01-01T00:08:00"


# the signed gateway


def test_the_signature_is_the_one_of_the_pattern() -> None:
    """md5hex(appKey + secret + requestTime), by md5sum."""
    assert signature("key", "secret", "1700000000000") == "5faf6bd2120bec723f03e04c482332f2"


def test_the_gateway_gives_its_data_for_signed_requests(gateway: FakeGateway, tmp_path: Path) -> None:
    """One call by key, whose request secret serves for all pages."""
    source = source_at(gateway, kind="gateway")
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert gateway.secrets == ["refreshTokenByKey.htm"]
    assert set(gateway.data[0]) == {"appKey", "sign", "requestTime", "pageNum", "pageSize"}


def test_secrets_are_renewed_before_they_end(gateway: FakeGateway, tmp_path: Path) -> None:
    """By the refresh secret, so that the app's own secret travels no more than needed."""
    gateway.secret_seconds = 10
    settings = {
        "app_key": APP_KEY,
        "secret": "env:TEST_APP_SECRET",
        "expired_codes": ["14"],
        "renew_before": 20,
    }
    fetched(gateway, source := source_at(gateway, kind="gateway", gateway=settings), tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert gateway.secrets == ["refreshTokenByKey.htm"] + ["refreshTokenBySec.htm"] * 3


@pytest.mark.parametrize("times", [1, 2])
def test_an_expired_secret_is_renewed_once_a_page(gateway: FakeGateway, tmp_path: Path, times: int) -> None:
    """Page by page; a gateway that calls every new secret expired ends the pull."""
    gateway.fault("expired", at=2)
    if times == 2:
        gateway.fault("expired", at=4)
    source = source_at(gateway, kind="gateway")
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert gateway.secrets == ["refreshTokenByKey.htm"] * (1 + times)

    gateway.fault("expired", at=len(gateway.data) + 1, times=100)
    before = len(gateway.data)
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source, tmp_path)
    assert raised.value.code == "upstream-refused"
    assert len(gateway.data) - before == 2


def test_a_wrong_secret_is_refused_at_once(
    gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong signature is wrong the next time, too."""
    monkeypatch.setenv("TEST_APP_SECRET", "another")
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source_at(gateway, kind="gateway"), tmp_path)
    assert (raised.value.code, len(gateway.secrets)) == ("upstream-envelope", 1)
    assert "wrong sign" in raised.value.detail


@pytest.mark.parametrize("fault", ["status", "reset", "truncated"])
def test_calls_for_secrets_are_tried_again_too(gateway: FakeGateway, tmp_path: Path, fault: str) -> None:
    """As calls for data are."""
    gateway.fault(fault, of="secrets", times=2)
    source = source_at(gateway, kind="gateway")
    fetched(gateway, source, tmp_path)
    assert spooled(source, tmp_path) == gateway.records
    assert len(gateway.secrets) == 3


# features


def handed_over(source: Any, folder: Path, crs: str | None) -> Any:
    """Return the collection that is imported."""
    return json.loads(Spool(folder, source.name).hand_over(crs, True).read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["ogc-features", "wfs"])
def test_features_come_page_by_page_and_become_one_collection(
    gateway: FakeGateway, tmp_path: Path, kind: str
) -> None:
    """Longitude first, with no system named where the answers name none (CRS84)."""
    source = source_at(gateway, kind=kind)
    cursor = fetched(gateway, source, tmp_path)
    assert (cursor.pages, cursor.records, cursor.crs) == (3, 7, None)
    assert handed_over(source, tmp_path, cursor.crs) == {
        "type": "FeatureCollection",
        "features": gateway.features,
    }


def test_the_system_of_a_wfs_is_kept(gateway: FakeGateway, tmp_path: Path) -> None:
    """As its collections name it; the order of the coordinates is theirs, too."""
    gateway.crs_member = "urn:ogc:def:crs:EPSG::4549"
    source = source_at(gateway, kind="wfs", srs_name="urn:ogc:def:crs:EPSG::4549", sort_by="code")
    cursor = fetched(gateway, source, tmp_path)
    assert cursor.crs == "EPSG:4549"
    collection = handed_over(source, tmp_path, cursor.crs)
    assert collection["crs"]["properties"]["name"] == gateway.crs_member
    assert collection["features"] == gateway.features
    first = gateway.data[0]
    assert (first["srsName"], first["sortBy"], first["typeNames"]) == (
        "urn:ogc:def:crs:EPSG::4549",
        "code",
        "cadastre:parcel",
    )


def test_coordinates_with_latitude_first_are_changed_over(gateway: FakeGateway, tmp_path: Path) -> None:
    """OGC API Features gives them as their system is defined; GeoJSON files have longitude first."""
    gateway.crs_header = "http://www.opengis.net/def/crs/EPSG/0/4490"
    straight = gateway.features
    gateway.features = json.loads(json.dumps(straight))
    for feature in gateway.features:
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"]["coordinates"] = [[[y, x] for x, y in ring]]
    source = source_at(gateway, kind="ogc-features", coordinates=gateway.crs_header)
    cursor = fetched(gateway, source, tmp_path)
    assert cursor.crs == "EPSG:4490"
    assert gateway.data[0]["crs"] == gateway.crs_header
    assert handed_over(source, tmp_path, cursor.crs)["features"] == straight


def test_an_unknown_system_is_not_guessed(gateway: FakeGateway, tmp_path: Path) -> None:
    """A local system without code would be read as something else."""
    gateway.crs_header = "http://www.example.org/crs/local"
    with pytest.raises(UpstreamTrouble) as raised:
        fetched(gateway, source_at(gateway, kind="ogc-features"), tmp_path)
    assert raised.value.code == "upstream-unreadable"


def test_a_token_in_the_query_is_not_in_the_position(gateway: FakeGateway, tmp_path: Path) -> None:
    """The server's link repeats it; what is stored does not, and the next request has it again."""
    gateway.token = TOKEN
    source = source_at(
        gateway,
        "/api/links",
        paging={"style": "link", "next": "next"},
        auth={"query": {"token": "env:TEST_TOKEN"}},
    )
    spool = Spool(tmp_path, source.name)
    cursors = fetch(source, reach_of(gateway), spool, beginning(source))
    positions = [cursor.model_dump_json() for cursor in cursors]
    assert spooled(source, tmp_path) == gateway.records
    assert "mark=2" in positions[0]
    assert TOKEN not in "".join(positions)
