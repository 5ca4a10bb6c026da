"""Sources at the fake gateway, and pulls of them without a store."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from service.outbound.reach import Reach
from service.pulling.configuration import Source
from service.pulling.fetching import Cursor, asked_by, fetch
from service.pulling.spool import Spool
from service.settings import Settings
from tests.feeds.handing import uscc
from tests.support.gateway import APP_KEY, FakeGateway

QUICK = {"attempts": 4, "first": 0.01, "longest": 0.02, "jitter": 0.01, "longest_retry_after": 0.5}
HASTY = {"connect": 1, "read": 0.5, "total": 0.8, "slowest": 100_000, "grace": 0.2}
"""For answers that never come; a busy machine takes its time for the others."""
PATIENT = {"connect": 10, "read": 10, "total": 20}
ENVELOPE = {"code": "code", "ok": ["0"], "message": "msg"}

Json = dict[str, Any]


def figures(count: int) -> list[Json]:
    """Return records of as many firms, each a minute later than the one before."""
    return [
        {
            "uscc": uscc(number),
            "year": "2023",
            "tax": 1000.10 + number,
            "updated": f"2024-01-01T{number // 60:02}:{number % 60:02}:00",
        }
        for number in range(1, count + 1)
    ]


def features(count: int) -> list[Json]:
    """Return parcels a hundredth of a degree apart, in longitude and latitude."""
    return [
        {
            "type": "Feature",
            "properties": {"code": f"330203001001GB{number:05}", "town": "望春"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[121.5 + x / 1000 + number / 100, 29.8 + y / 1000] for x, y in _SQUARE],
                ],
            },
        }
        for number in range(1, count + 1)
    ]


_SQUARE = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))


def source_at(gateway: FakeGateway, path: str = "/api/pages", /, **more: Any) -> Source:
    """Return a source at an address of the gateway: records in pages of three unless told otherwise."""
    given: Json = {
        "name": "tax",
        "kind": "json",
        "url": gateway.url + path,
        "feed": "figures",
        "requests_per_second": None,
        "retries": QUICK,
        "timeouts": PATIENT,
    }
    kind = more.get("kind", "json")
    if kind == "json":
        given |= {
            "records": "data.rows",
            "total": "data.total",
            "envelope": ENVELOPE,
            "paging": {"style": "pages", "page": "page", "size": "size", "page_size": 3},
        }
    if kind == "gateway":
        given |= {
            "url": gateway.url + "/gateway/api/dataSharing/records.htm",
            "total": "dataCount",
            "gateway": {"app_key": APP_KEY, "secret": "env:TEST_APP_SECRET", "expired_codes": ["14"]},
            "paging": {"style": "pages", "page": "pageNum", "size": "pageSize", "page_size": 3},
        }
    if kind in ("ogc-features", "wfs"):
        given |= {"feed": "parcels", "page_size": 3, "name": "parcels", "district": "330203"}
        given["url"] = gateway.url + ("/wfs" if kind == "wfs" else "/collections/parcels/items")
    if kind == "wfs":
        given["type_name"] = "cadastre:parcel"
    return TypeAdapter(Source).validate_python(given | more)


def reach_of(gateway: FakeGateway, **more: Any) -> Reach:
    """Return an allow-list of the gateway alone."""
    return Reach.of(Settings(**{"pull_hosts": gateway.url, "pull_private_networks": "127.0.0.0/8", **more}))


def beginning(source: Source, since: str | None = None) -> Cursor:
    """Return the cursor of a pull that begins."""
    return Cursor(id="1", asked=asked_by(source), file_name="tax.ndjson", since=since)


def fetched(gateway: FakeGateway, source: Source, folder: Path, cursor: Cursor | None = None) -> Cursor:
    """Fetch everything and return the last cursor."""
    *_, last = fetch(source, reach_of(gateway), Spool(folder, source.name), cursor or beginning(source))
    return last


def spooled(source: Source, folder: Path) -> list[Json]:
    """Return the records in the spool."""
    text = Spool(folder, source.name).path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
