"""The sources file: read strictly, without secrets, with errors that name the entry and repeat none."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidSources, NotFound
from service.jobs.pulling import Sources
from service.pulling.configuration import Schedule, Watermark
from service.pulling.loading import load_sources
from service.pulling.schedule import next_due
from service.pulling.watermarks import highest, less_overlap
from service.settings import Settings

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "pulling.md"
SECRET = "9f8e7d6c5b4a"
WHOLE = """
sources:
  - name: tax
    kind: json
    url: https://gw.example.gov.cn/api/tax
    feed: figures
"""


def written(folder: Path, text: str) -> Path:
    """Write a sources file."""
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_documented_example_is_valid(tmp_path: Path) -> None:
    """Each of the four kinds, as docs/pulling.md shows them."""
    text = DOCUMENTED.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    sources = load_sources(written(tmp_path, text))
    assert [source.kind for source in sources] == ["json", "gateway", "ogc-features", "wfs"]


def test_without_a_file_there_are_no_sources() -> None:
    """And no name is known."""
    sources = Sources.of(Settings())
    assert sources.orders == {}
    with pytest.raises(NotFound):
        sources.get("tax")


@pytest.mark.parametrize(
    ("added", "line", "entry"),
    [
        (f"auth: {{headers: {{X-API-Key: {SECRET}}}}}", 7, "auth.headers.X-API-Key"),
        (f"auth: {{bearer: {SECRET}}}", 7, "auth.bearer"),
        (f"headers: {{Authorization: Bearer {SECRET}}}", 7, "headers"),
        (f"query: {{token: {SECRET}}}", 7, "query"),
        (f"query: {{apiKey: {SECRET}}}", 7, "query"),
        ("query: {area: env:TAX_KEY}", 7, "query"),
        (f"method: POST\n    body: {{password: {SECRET}}}", 3, "sources"),
        (f"secret: {SECRET}", 7, "secret"),
        ("colour: red", 7, "colour"),
        ("paging: {style: pages}", 7, "paging"),
        ("paging: {style: tree}", 7, "paging"),
        ("schedule: {every: 6h, daily: '02:30'}", 7, "schedule"),
        ("schedule: {daily: '25:30'}", 7, "schedule.daily"),
        ("schedule: {daily: '02:30', zone: Mars/Base}", 7, "schedule.zone"),
        ("timeouts: {connect: -1}", 7, "timeouts.connect"),
        ("retries: {attempts: 0}", 7, "retries.attempts"),
        ("parameters: body", 3, "GET has no body"),
        ("mapping: a.yaml\n    profile: tax", 3, "not both"),
        ("crs: wrong", 7, "crs"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, added: str, line: int, entry: str) -> None:
    """And a secret that stands where none should is not repeated in the error."""
    with pytest.raises(InvalidSources) as raised:
        load_sources(written(tmp_path, f"{WHOLE}    {added}\n"))
    error = raised.value
    assert entry in error.detail
    assert error.place == f"sources.yaml, line {line}"
    assert SECRET not in repr((error.args, error.detail, error.detail_zh, error.action))
    assert error.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        "gw.example.gov.cn/api",
        "ftp://gw.example.gov.cn/",
        "file:///etc/passwd",
        f"https://user:{SECRET}@gw.example.gov.cn/api",
        f"https://gw.example.gov.cn/api?token={SECRET}",
        "https://gw.example.gov.cn/api#part",
        "https://gw.example.gov.cn:port/api",
    ],
)
def test_an_address_is_an_address_and_no_secret(tmp_path: Path, url: str) -> None:
    """http or https, a host, and nothing that belongs under auth."""
    with pytest.raises(InvalidSources) as raised:
        load_sources(written(tmp_path, WHOLE.replace("https://gw.example.gov.cn/api/tax", f"'{url}'")))
    assert "url" in raised.value.detail
    assert SECRET not in raised.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sources: [",
        "sources: {tax: 1}",
        "sources: []\nsources: []",
        WHOLE + WHOLE.partition("sources:\n")[2],
        WHOLE.replace("tax\n", "list\n", 1),
        WHOLE.replace("tax\n", "../tax\n", 1),
        "x" * (1024 * 1024 + 1),
        "a: &a [1]\nsources: *b",
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """With the file's name and what to do."""
    with pytest.raises(InvalidSources) as raised:
        load_sources(written(tmp_path, text))
    assert (raised.value.place or "").startswith("sources.yaml")
    with pytest.raises(InvalidSources):
        load_sources(tmp_path / "absent.yaml")


def moment(text: str) -> datetime:
    """Return a time of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "succeeded", "failed", "due"),
    [
        (None, None, None, None),
        ({"every": "6h"}, None, None, "2024-03-01 12:00"),
        ({"every": "6h"}, "2024-03-01 08:00", None, "2024-03-01 14:00"),
        ({"every": "90m"}, "2024-03-01 08:00", None, "2024-03-01 09:30"),
        # 02:30 in Shanghai is 18:30 of the day before in UTC
        ({"daily": "02:30"}, "2024-02-29 18:31", None, "2024-03-01 18:30"),
        ({"daily": "02:30"}, "2024-02-29 18:29", None, "2024-02-29 18:30"),
        ({"daily": "02:30", "zone": "UTC"}, "2024-02-29 18:31", None, "2024-03-01 02:30"),
        ({"every": "6h"}, None, "2024-03-01 11:50", "2024-03-01 12:05"),
        ({"every": "1m"}, "2024-03-01 08:00", "2024-03-01 11:50", "2024-03-01 12:05"),
        ({"every": "6h"}, "2024-03-01 11:55", "2024-03-01 11:50", "2024-03-01 17:55"),
        ({"every": "6h", "after_failure": "1m"}, "2024-03-01 11:00", "2024-03-01 11:50", "2024-03-01 17:00"),
    ],
)
def test_a_schedule_says_when_a_source_is_due(
    schedule: Any, succeeded: str | None, failed: str | None, due: str | None
) -> None:
    """So long after the last success, or daily in its zone; after a failure not before a while."""
    found = next_due(
        Schedule(**schedule) if schedule else None,
        moment(succeeded) if succeeded else None,
        moment(failed) if failed else None,
        moment("2024-03-01 12:00"),
    )
    assert found == (moment(due) if due else None)


@pytest.mark.parametrize(
    ("value", "overlap", "numeric", "sent"),
    [
        ("2024-03-01 00:00:30", "1m", False, "2024-02-29 23:59:30"),
        ("2024-03-01T00:00:30Z", "1m", False, "2024-02-29T23:59:30Z"),
        ("2024-03-01T00:00:30+08:00", "1m", False, "2024-02-29T23:59:30+08:00"),
        ("2024-03-01", "1d", False, "2024-02-29"),
        ("第12期", "1d", False, "第12期"),
        ("1000", 10, True, "990"),
        ("1000", 0, True, "1000"),
        (None, "1d", False, None),
    ],
)
def test_a_watermark_is_sent_less_its_overlap(
    value: str | None, overlap: Any, numeric: bool, sent: str | None
) -> None:
    """In the form in which the source wrote it."""
    mark = Watermark(field="f", parameter="since", overlap=overlap, numeric=numeric)
    assert less_overlap(value, mark) == sent


def test_the_highest_value_is_by_number_or_by_text() -> None:
    """Fields that are absent, empty or of another kind are passed over; features have them as properties."""
    records = [{"f": 9}, {"f": 10}, {"f": None}, {}, {"f": ""}, {"f": True}, {"properties": {"f": "8"}}, "x"]
    assert highest(records, Watermark(field="f", parameter="s", numeric=True)) == "10"
    assert highest(records, Watermark(field="f", parameter="s")) == "9"
    assert highest([{"f": "NaN"}, {"f": "many"}], Watermark(field="f", parameter="s", numeric=True)) is None
