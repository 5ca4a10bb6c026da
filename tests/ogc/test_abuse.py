"""Filters and addresses made to hurt, sent over a real socket: each is refused, and the server lives on."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.support.everything import everything
from tests.support.live import Live, live_process
from tests.support.stores import GeoPackages

ITEMS = "/collections/parcels/items"
MEGABYTE = 1 << 20
LEVELS = 10_000
LONGEST_ADDRESS = 65_535
"""Bytes of an address that the HTTP server itself reads."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    media_type: str
    body: bytes


def ask(server: Live, target: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Send a request line as it is; clients as httpx would refuse to."""
    where = urlsplit(server.address)
    connection = HTTPConnection(str(where.hostname), where.port, timeout=30)
    try:
        connection.request(method, target, body, {key.replace("_", "-"): headers[key] for key in headers})
        answered = connection.getresponse()
        return Answer(answered.status, answered.headers.get("content-type", ""), answered.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of its own, which is still the same at the end."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("abuse") / "park.gpkg"))
    lay_out(database)
    with live_process(database) as started:
        ask(started, f"{ITEMS}?filter={quote('far IS NULL')}")
        yield started
        assert ask(started, ITEMS).status == 200
    database.dispose()


def wkt(vertices: int) -> str:
    """A polygon of so many vertices, one after another round a square."""
    side = vertices // 4
    steps = [f"{n / side:.6f}" for n in range(side)]
    edges = [*(f"{n} 0" for n in steps), *(f"1 {n}" for n in steps)]
    edges += [*(f"{1 - float(n):.6f} 1" for n in steps), *(f"0 {1 - float(n):.6f}" for n in steps)]
    return f"S_WITHIN(geometry, POLYGON(({', '.join([*edges, edges[0]])})))"


REFUSED = {
    "open brackets": "(" * LEVELS,
    "brackets": "(" * LEVELS + "far=1" + ")" * LEVELS,
    "negations": "NOT " * LEVELS + "far=1",
    "signs": "far=" + "-" * LEVELS + "1",
    "functions": "casei(" * 5_000 + "town" + ")" * 5_000 + "='a'",
    "a long list": f"far IN ({','.join('1' * 20_000)})",
    "a number too large": "far = 1e999999",
    "a small number too large": "far = -1e999999",
    "many digits": f"far = {'9' * 40_000}",
    "not a number": "far = NaN",
    "infinity": "far < Infinity",
    "minus infinity": "far > -Infinity",
    "quotes never closed": "town LIKE '" + "'" * 20_000,
    "another statement": "town LIKE '''; DROP TABLE parcel; --",
    "an unknown function": "pg_sleep(100)",
    "a function with a text for a function": "'pg_sleep'(100)",
    "a long name": "a" * 50_000 + " = 1",
    "a long function": "a" * 50_000 + "(1)",
    "a NUL for a word": "\0",
    "a NUL in a name": "to\0wn = 'a'",
    "a name of NUL": '"\0" = 1',
    "a polygon that is not closed": "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1)))",
    "a polygon of two points": "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 0 0)))",
    "a bow tie": "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))",
    "an empty polygon": "S_INTERSECTS(geometry, POLYGON EMPTY)",
    "no coordinates": "S_INTERSECTS(geometry, POLYGON())",
    "a point of nothing": "S_INTERSECTS(geometry, POINT(NaN NaN))",
    "a point at infinity": "S_INTERSECTS(geometry, POINT(1e999 0))",
    "an unknown geometry": "S_INTERSECTS(geometry, CURVEPOLYGON((0 0, 1 0, 1 1, 0 0)))",
    "a collection of itself": "S_INTERSECTS(geometry, " + "GEOMETRYCOLLECTION(" * 2_000,
    "many brackets of a geometry": f"S_INTERSECTS(geometry, MULTIPOLYGON({'(' * LEVELS}",
    "words for a geometry": "S_INTERSECTS(geometry, 'POINT(0 0)')",
    "a box of NaN": "S_INTERSECTS(geometry, BBOX(NaN,0,1,1))",
    "a box without end": "S_INTERSECTS(geometry, BBOX(0,0,1e999,1e999))",
    "a year too far": "DATE('99999-01-01') = DATE('2020-01-01')",
    "a month too far": "T_AFTER(DATE('2020-13-01'), DATE('2020-01-01'))",
}
UNDERSTOOD = {
    "a quote": "town LIKE 'O''Hara%'",
    "an escaped quote": r"town LIKE 'O\'Hara%'",
    "percent signs": "town LIKE '" + "%" * 900 + "'",
    "a percent sign as such": r"town LIKE '\%\_\\'",
    "a backslash at the end": r"town LIKE 'a\\'",
    "patterns of patterns": "town LIKE '" + "%_" * 450 + "'",
    "the signs of regular expressions": "town LIKE '(?:(a+)+$|[^\\]{1000}.*'",
    "a NUL in a text": "town = 'a\0b'",
    "a NUL in a pattern": "town LIKE 'a\0%'",
    "a small number": "far > 1e-999999",
    "a large integer": "far < 99999999999999999999999999999",
    "a division by zero": "far / 0 = 1",
    "a power without end": "9^9^9^9 > far",
    "every sign there is": "town = '🏭\u202e\u2028\ufeff\U0010ffff'",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_filter_made_to_hurt_is_refused(server: Live, text: str) -> None:
    """400 with a short problem document that names the filter."""
    status, media_type, body = ask(server, f"{ITEMS}?filter={quote(text, safe=',().')}")
    assert (status, media_type) == (400, "application/problem+json"), body[:300]
    problem = json.loads(body)
    assert (problem["code"], problem["place"]) == ("invalid-filter", "query parameter filter")
    assert len(body) < 4_000


@pytest.mark.parametrize("text", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_a_strange_filter_that_makes_sense_is_worked_out(server: Live, text: str) -> None:
    """Signs, escapes and numbers at the edge mean what they say, in pages, files and counts."""
    for f in ("json", "csv", "html"):
        status, _, body = ask(server, f"{ITEMS}?f={f}&filter={quote(text)}")
        assert status == 200, (f, body[:300])


JSON_REFUSED = {
    "arrays": "[" * LEVELS,
    "negations": '{"op":"not","args":[' * 1_000 + "true" + "]}" * 1_000,
    "NaN": '{"op":"=","args":[{"property":"far"},NaN]}',
    "Infinity": '{"op":"=","args":[{"property":"far"},-Infinity]}',
    "a number too large": '{"op":"=","args":[{"property":"far"},1e999999]}',
    "half a character": '{"op":"=","args":[{"property":"town"},"\\ud800"]}',
    "half a character for a name": '{"op":"=","args":[{"property":"\\udc00"},1]}',
    "a polygon without rings": '{"op":"s_within","args":[{"property":"geometry"},'
    '{"type":"Polygon","coordinates":[]}]}',
    "coordinates of texts": '{"op":"s_within","args":[{"property":"geometry"},'
    '{"type":"Point","coordinates":["1","1"]}]}',
    "an object for coordinates": '{"op":"s_within","args":[{"property":"geometry"},'
    '{"type":"Polygon","coordinates":{"0":1}}]}',
    "an object for a value": '{"op":"=","args":[{"property":"far"},{"op":{"op":{}},"args":1}]}',
    "arguments that are none": '{"op":"and","args":"far"}',
    "nothing": "null",
    "a key twice": '{"op":"=","op":"pg_sleep","args":[1,1]}',
}


@pytest.mark.parametrize("text", JSON_REFUSED.values(), ids=JSON_REFUSED)
def test_so_is_one_in_json(server: Live, text: str) -> None:
    """400 with a problem document."""
    status, media_type, body = ask(server, f"{ITEMS}?filter-lang=cql2-json&filter={quote(text)}")
    assert (status, media_type) == (400, "application/problem+json"), body[:300]
    assert json.loads(body)["code"] == "invalid-filter"


@pytest.mark.parametrize(
    "escaped", ["%ff", "%fe%ff", "%ed%a0%80", "%c0%a7", "%f4%90%80%80", "%", "%zz", "%u0027"]
)
@pytest.mark.parametrize("name", ["filter", "town", "bbox", "datetime", "token", "limit", "crs", "f", "nix"])
def test_bytes_that_are_no_text_break_nothing(server: Live, escaped: str, name: str) -> None:
    """Half a surrogate, overlong and foreign bytes: what they are read as is no value, or selects nothing."""
    said = f"town='{escaped}'" if name == "filter" else escaped
    for target in (f"{ITEMS}?{name}={said}", f"{ITEMS}?{escaped}=1", f"{ITEMS}/{escaped}"):
        status, media_type, body = ask(server, target)
        assert status in (200, 400, 404, 406), (target, body[:300])
        if status == 200:
            assert json.loads(body)["features"] == [], target
        else:
            assert media_type == "application/problem+json", target


def test_a_long_address_is_read_up_to_64_kib(server: Live) -> None:
    """At the longest the service answers itself; beyond it the HTTP server does, 400 in plain text."""
    for name in ("filter", "town", "nix"):
        target = f"{ITEMS}?{name}="
        whole = target + "a" * (LONGEST_ADDRESS - len(target))
        status, media_type, _ = ask(server, whole)
        assert (status, media_type) == (
            (200, "application/geo+json") if name == "town" else (400, "application/problem+json")
        )
    for length in (LONGEST_ADDRESS + 1, 100_000, MEGABYTE, 20 * MEGABYTE):
        assert _is_too_long(server, _address(length)), length
    assert _is_too_long(server, f"{ITEMS}?filter=far+IN+({'1,' * 100_000}1)")
    assert ask(server, ITEMS).status == 200


def _address(length: int) -> str:
    start = f"{ITEMS}?filter="
    return start + "(" * (length - len(start))


def _is_too_long(server: Live, target: str) -> bool:
    """Tell whether the HTTP server refuses an address; it may hang up before it has heard all of it."""
    where = urlsplit(server.address)
    with socket.create_connection((str(where.hostname), where.port or 0), timeout=30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        try:
            answered = connection.recv(65_536)
        except ConnectionResetError:  # it closed with much of the address unread
            return len(target) > MEGABYTE
    return answered.startswith(b"HTTP/1.1 400 ") and b"Invalid HTTP request" in answered


def test_a_polygon_of_100_kb_is_refused_and_one_that_fits_worked_out(server: Live) -> None:
    """100 KB do not fit into an address; what fits is compared with every parcel."""
    fits, long = wkt(2_800), wkt(9_000)
    assert len(fits) < LONGEST_ADDRESS < 100_000 < len(long)
    status, _, body = ask(server, f"{ITEMS}?filter={quote_plus(fits, safe=',().')}")
    assert (status, json.loads(body)["numberMatched"]) == (200, 0)
    assert _is_too_long(server, f"{ITEMS}?filter={quote_plus(long, safe=',().')}")


RULES = [
    "(" * LEVELS,
    "(" * 40,
    "NOT " * LEVELS + "TRUE",
    "far IN (" + "1," * 100_000,
    "far = 1e999999",
    "\0",
]


@pytest.mark.parametrize("rule", RULES, ids=[rule[:12] for rule in RULES])
def test_a_rule_of_a_scheme_sent_along_is_bounded_too(server: Live, rule: str) -> None:
    """Schemes hold conditions in CQL2: in a body they may be longer, and are refused as quickly."""
    sent = json.dumps({"district": "园区", "period": "2023", "scheme": _with_rule(rule)})
    answered = ask(server, "/evaluations", "POST", sent.encode(), Content_Type="application/json")
    assert (answered.status, answered.media_type) == (400, "application/problem+json"), answered.body[:300]


def _with_rule(rule: str) -> object:
    scheme = everything().model_dump(mode="json", exclude_none=True)
    scheme["low_efficiency"]["rules"][0]["when"] = rule
    return scheme


def test_all_of_it_takes_little_memory(server: Live) -> None:
    """Every filter again, one after another: the process is at most 100 MB larger than before."""
    before = server.peak_memory
    for text in [*REFUSED.values(), *UNDERSTOOD.values(), wkt(2_800)]:
        assert ask(server, f"{ITEMS}?filter={quote(text, safe=',().')}").status in (200, 400)
    for text in JSON_REFUSED.values():
        ask(server, f"{ITEMS}?filter-lang=cql2-json&filter={quote(text)}")
    for length in (100_000, MEGABYTE, 20 * MEGABYTE):
        _is_too_long(server, _address(length))
    assert server.peak_memory - before < 100 * MEGABYTE
