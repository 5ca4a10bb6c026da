"""What the parameters of the GIS face mean: boxes, times, tokens and the Accept header."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.errors import InvalidParameter
from service.negotiation import GEOJSON, HTML, JSON, choose
from service.ogc.answers import etag, not_modified
from service.ogc.queries.bbox import parse_bbox
from service.ogc.queries.datetimes import Interval, covered_by, parse_datetime
from service.ogc.queries.paging import Position, read_token, write_token
from service.settings import Settings


def request(query: str = "", **headers: str) -> Request:
    """A GET request for the landing page."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": raw}
    app = SimpleNamespace(state=SimpleNamespace(settings=Settings(public_url="http://localhost")))
    return Request(scope | {"server": ("localhost", 80), "scheme": "http", "app": app})


def instant(*parts: int) -> datetime:
    """A time in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("120,30,121,31", (120, 30, 121, 31)),
        (" 120.5 , -30 , +121 , 3.1e1", (120.5, -30, 121, 31)),
        ("120,30,-50,121,31,900", (120, 30, 121, 31)),
        ("177,65,-177,70", (177, 65, -177, 70)),
        ("-180,-90,180,90", (-180, -90, 180, 90)),
        ("0,0,0,0", (0, 0, 0, 0)),
    ],
)
def test_a_box_has_four_or_six_numbers(text: str, box: tuple[float, ...]) -> None:
    """Heights are checked and left out, and a box may cross the antimeridian."""
    assert parse_bbox(text) == box


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "a,b,c,d",
        "1,2,,4",
        "nan,0,1,1",
        "0,0,inf,1",
        "0,0,1,1e400",
        "0,1,1,0",
        "0,0,9,1,1,8",
        "-181,0,0,1",
        "0,-91,1,0",
        "0,0,1,1;",
        "0 0 1 1",
        "١,٢,٣,٤",
    ],
)
def test_what_is_no_box_on_the_globe_is_refused(text: str) -> None:
    """Wrong counts, words, NaN, infinity, south above north, and places off the globe."""
    with pytest.raises(InvalidParameter) as refused:
        parse_bbox(text)
    assert refused.value.place == "query parameter bbox"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023-05-01T08:00:00Z", instant(2023, 5, 1, 8), instant(2023, 5, 1, 8)),
        (
            "2023-05-01T08:00:00.123456789+08:00",
            instant(2023, 5, 1, 0, 0, 0, 123456),
            instant(2023, 5, 1, 0, 0, 0, 123456),
        ),
        ("2023-05-01", instant(2023, 5, 1), instant(2023, 5, 1, 23, 59, 59, 999999)),
        ("2023-01-01/2023-12-31", instant(2023, 1, 1), instant(2023, 12, 31, 23, 59, 59, 999999)),
        ("2023-01-31T00:00:00Z/P1M", instant(2023, 1, 31), instant(2023, 2, 28)),
        ("P1Y2M3DT4H5M6S/2024-03-04T04:05:06Z", instant(2023, 1, 1), instant(2024, 3, 4, 4, 5, 6)),
        ("2024-02-29T00:00:00Z/P1Y", instant(2024, 2, 29), instant(2025, 2, 28)),
        ("2024-01-01T00:00:00Z/P2W", instant(2024, 1, 1), instant(2024, 1, 15)),
    ],
)
def test_times_are_instants_days_intervals_and_durations(text: str, start: datetime, end: datetime) -> None:
    """A day lasts until its last microsecond, a month keeps within the calendar."""
    assert parse_datetime(text) == Interval(start, end)


@pytest.mark.parametrize(
    "text", ["../2023-12-31", "/2023-12-31", "2023-01-01/..", "2023-01-01/", "../..", "/"]
)
def test_an_open_side_reaches_as_far_as_time_does(text: str) -> None:
    """Both ways of writing an open side mean the same."""
    interval = parse_datetime(text)
    assert (interval.start == datetime.min.replace(tzinfo=UTC)) == (text[0] in "./")
    assert (interval.end == datetime.max.replace(tzinfo=UTC)) == (text[-1] in "./")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023",
        "2023-13-01",
        "2023-02-30T00:00:00Z",
        "2023-01-01T00:00:00",
        "2024-01-01/2023-01-01",
        "2023-01-01/2023-02-01/2023-03-01",
        "P1Y",
        "P1Y/P1Y",
        "../P1Y",
        "2023-01-01/P",
        "2023-01-01/PT",
        "P9999Y/2023-01-01",
        "2023-01-01T25:00:00Z",
        "2023-01-01/1D",
        "２０２３-01-01",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Times without a zone, impossible dates and intervals that end before they begin included."""
    with pytest.raises(InvalidParameter) as refused:
        parse_datetime(text)
    assert refused.value.place == "query parameter datetime"


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2023", instant(2023, 1, 1), instant(2023, 12, 31, 23, 59, 59)),
        ("2023-H2", instant(2023, 7, 1), instant(2023, 12, 31, 23, 59, 59)),
        ("2023Q1", instant(2023, 1, 1), instant(2023, 3, 31, 23, 59, 59)),
        ("2024-02", instant(2024, 2, 1), instant(2024, 2, 29, 23, 59, 59)),
    ],
)
def test_a_period_covers_its_calendar_time(period: str, start: datetime, end: datetime) -> None:
    """Years, halves, quarters and months."""
    assert covered_by(period) == Interval(start, end)


def test_a_period_of_another_kind_has_no_time() -> None:
    """What cannot be placed in the calendar is never filtered away by time."""
    assert covered_by("heating season") is None


@given(st.integers(0, 2**63 - 1), st.lists(st.integers(1, 2**63 - 1), max_size=20))
def test_a_token_brings_back_its_position(after: int, evaluations: list[int]) -> None:
    """Whatever the position, its token gives it back for the same listing and is refused for another."""
    position = Position(after, tuple(evaluations))
    token = write_token(position, "parcels")
    assert read_token(token, "parcels") == position
    with pytest.raises(InvalidParameter):
        read_token(token, "scores")


def test_a_changed_token_is_refused() -> None:
    """No change of a single character goes unnoticed, nor does one added or taken away."""
    token = write_token(Position(1000, (7,)), "parcels")
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token))]
    for wrong in [*changed, token + "A", token[:-1], token + "=", "", "!", "é", "A" * 100_000]:
        with pytest.raises(InvalidParameter) as refused:
            read_token(wrong, "parcels")
        assert refused.value.code == "invalid-token"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json", JSON),
        ("application/json;q=0.2, text/html;q=0.1", JSON),
        ("text/*", HTML),
        ("text/html;q=0, */*", JSON),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str, chosen: str) -> None:
    """Browsers get the page, programs the document; the most specific range of the Accept header decides."""
    headers = {"accept": accept} if accept else {}
    assert choose(request(**headers), JSON, HTML) == chosen


def test_json_is_good_enough_a_name_for_geojson() -> None:
    """A client that asks for JSON, or for its older name, gets GeoJSON."""
    for accept in ("application/json", "application/vnd.geo+json", "application/geo+json;q=0.5, text/csv"):
        assert choose(request(accept=accept), GEOJSON) == GEOJSON


@pytest.mark.parametrize("accept", ["text/csv", "image/png, text/*", "*/*;q=0", "application/geo+json;q=0"])
def test_what_cannot_be_had_is_not_acceptable(accept: str) -> None:
    """Neither another format nor an explicit refusal is answered with GeoJSON all the same."""
    with pytest.raises(HTTPException) as refused:
        choose(request(accept=accept), GEOJSON)
    assert refused.value.status_code == 406


def test_the_parameter_f_comes_before_the_header() -> None:
    """f names the representation; one that does not exist is an invalid parameter."""
    assert choose(request("f=html", accept="application/json"), JSON, HTML) == HTML
    assert choose(request("f=json", accept="text/html"), JSON, HTML) == JSON
    with pytest.raises(InvalidParameter) as refused:
        choose(request("f=csv"), JSON, HTML)
    assert refused.value.place == "query parameter f"


def test_an_entity_tag_is_recognised_among_several() -> None:
    """Weak or not, alone, in a list, or by an asterisk."""
    tag = etag(request(), 7)
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = not_modified(request(if_none_match=known), tag)
        assert response is not None
        assert (response.status_code, response.headers["etag"]) == (304, tag)
    assert not_modified(request(), tag) is None
    assert not_modified(request(if_none_match='"other"'), tag) is None


def test_an_entity_tag_names_one_state_in_one_encoding() -> None:
    """Another version, another query and another encoding are other tags."""
    tags = {
        etag(request(), 7),
        etag(request(), 8),
        etag(request("limit=2"), 7),
        etag(request(accept_encoding="gzip"), 7),
    }
    assert len(tags) == 4
