"""The sources file (数据源配置), named by ``MUJUN_SOURCES``: what is pulled, how and when, in YAML.

    sources:
      - name: tax                    # a-z 0-9 and -; what ``mujun pull`` calls it
        title: 税务月报                # optional, for people
        kind: json                   # json | ogc-features | wfs | gateway
        url: https://gw.example.gov.cn/api/tax
        feed: figures                # and how to read it: mapping (a file beside this one) or profile
        mapping: tax.yaml
        district: "330203"           # optional, as on import; crs: EPSG:4549 likewise
        auth:                        # secrets are named, env:NAME or file:/path, never written here
          headers: {X-API-Key: env:TAX_KEY}
          query: {token: file:/run/secrets/tax}
          bearer: env:TAX_TOKEN
        headers: {X-Area: "330203"}  # plain ones
        query: {format: json}
        schedule: {every: 6h}        # or {daily: "02:30", zone: Asia/Shanghai}; none: only when asked
        watermark: {field: updated, parameter: since, initial: "2023-01-01", overlap: 1h, numeric: false}
        requests_per_second: 2
        timeouts: {connect: 10, read: 30, total: 120, slowest: 1024, grace: 10}
        retries: {attempts: 5, first: 0.5, longest: 30, jitter: 1, longest_retry_after: 120}
        passes: 3                    # how often to go through when pages shift and records are missing
        max_pages: 10000
        max_page_bytes: 33554432     # of one answer, unpacked
        max_bytes: 1073741824        # of all pages
        content_types: [application/json, text/json, text/plain]     # beside …+json

``timeouts``: seconds to connect, between two pieces of an answer, and for a whole request; after ``grace``
seconds of an answer it must have come with ``slowest`` bytes per second. ``retries``: the waits grow from
``first`` to ``longest`` seconds by powers of two, each with up to ``jitter`` seconds more; Retry-After of the
source goes before them, unless it is longer than ``longest_retry_after``.

``watermark``: ``field`` of the records whose highest value is sent as ``parameter`` with the next pull, less
``overlap`` (a duration for times, a number for ``numeric`` ones), as records of one moment may come late.

kind **json** has besides

* ``method: GET`` or ``POST``, ``parameters: query`` or ``body`` (fields of a JSON object), ``body: {…}``;
* ``records: data.rows``: where the records stand, empty where the answer is an array; ``total: data.total``;
* ``envelope: {code: code, ok: ["0", "200"], message: msg, again: ["busy"]}``: ``again`` are codes to try
  again;
* ``paging``: ``{style: none}``, ``{style: pages, page: pageNum, size: pageSize, page_size: 500, first: 1}``,
  ``{style: offset, offset: offset, limit: limit, page_size: 500}``,
  ``{style: link, next: links.next, header: false}`` (``header``: the Link header instead) or
  ``{style: cursor, next: data.cursor, parameter: cursor}``. ``ends: empty`` (default: at the first page
  without records) or ``short`` (at the first with fewer than asked for) where no total is told.

kind **ogc-features**: ``url`` of ``…/collections/{id}/items``, ``page_size``, ``coordinates`` (URI of the
coordinate system to ask for; none: CRS84).

kind **wfs** (2.0, GeoJSON): ``type_name``, ``page_size``, ``sort_by``, ``srs_name``, ``output_format``, and
``axes: xy`` or ``crs`` (the order of the system's definition).

kind **gateway**: records, total, envelope and paging as of json, and ``gateway: {app_key, secret,
refresh_by_key: /path, refresh_by_secret: /path, expired_codes: ["…"], …}``; see `Gateway`.
"""

from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from service.domain.hand_overs import Feed
from service.outbound.configuration import STRICT, Address, Duration, Text, seconds
from service.outbound.secrets import SecretReference, is_reference, looks_like_credential


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("a zone is named as Asia/Shanghai is") from None
    return name


def _plain(pairs: dict[str, str]) -> dict[str, str]:
    for name, value in pairs.items():
        if looks_like_credential(name) or is_reference(value):
            raise ValueError(f"{name}: a secret is named under auth")
    return pairs


Plain = Annotated[dict[str, Text], AfterValidator(_plain)]
Ends = Literal["empty", "short"]
PageSize = Annotated[int, Field(ge=1, le=100_000)]


class _Strict(BaseModel):
    model_config = STRICT


class Timeouts(_Strict):
    """Seconds, and the fewest bytes per second after ``grace`` seconds of an answer."""

    connect: Duration = 10
    read: Duration = 30
    total: Duration = 120
    slowest: Annotated[float, Field(ge=0)] = 1024
    grace: Annotated[float, Field(ge=0)] = 10


class Retries(_Strict):
    """How often a request is made at most, and how long to wait in between."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    first: Duration = 0.5
    longest: Duration = 30
    jitter: Annotated[float, Field(ge=0)] = 1
    longest_retry_after: Annotated[float, Field(ge=0)] = 120


class Auth(_Strict):
    """Secrets that go with every request."""

    headers: dict[str, SecretReference] = {}
    query: dict[str, SecretReference] = {}
    bearer: SecretReference | None = None


class Envelope(_Strict):
    """What an answer says of itself: the field of its code, and the values that mean well."""

    code: str
    ok: Annotated[list[Text], Field(min_length=1)]
    message: str | None = None
    again: list[Text] = []


class Watermark(_Strict):
    """The field of the records that tells how far a pull came, and the parameter that says so."""

    field: str
    parameter: str
    initial: Text | None = None
    overlap: Annotated[float, BeforeValidator(seconds), Field(ge=0)] = 0
    numeric: bool = False


class Schedule(_Strict):
    """When a source is due: so long after the last success, or every day at a time."""

    every: Duration | None = None
    daily: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    after_failure: Duration = 900

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.every is None) == (self.daily is None):
            raise ValueError("give either every or daily")
        return self


class OnePage(_Strict):
    """Everything comes at once."""

    style: Literal["none"] = "none"


class Pages(_Strict):
    """Pages by number."""

    style: Literal["pages"]
    page: str
    size: str | None = None
    page_size: PageSize = 500
    first: Annotated[int, Field(ge=0)] = 1
    ends: Ends = "empty"


class Offset(_Strict):
    """Pages by how many records to leave out."""

    style: Literal["offset"]
    offset: str = "offset"
    limit: str = "limit"
    page_size: PageSize = 500
    ends: Ends = "empty"


class Link(_Strict):
    """The answer, or its Link header, has the address of the next page."""

    style: Literal["link"]
    next: str = "links"
    header: bool = False


class NextCursor(_Strict):
    """The answer has a mark to send for the next page."""

    style: Literal["cursor"]
    next: str
    parameter: str


Paging = Annotated[OnePage | Pages | Offset | Link | NextCursor, Field(discriminator="style")]


class Gateway(_Strict):
    """The signed gateway: what it is called and answers; the defaults are those of the Zhejiang pattern.

    Every request carries ``appKey``, ``requestTime`` in milliseconds and ``sign = md5hex(appKey + secret +
    requestTime)``, with the app's secret, the refresh secret or the request secret in turn.
    ``expired_codes`` are the codes that mean "renew the secret", which is done once for a page.
    """

    app_key: Text
    secret: SecretReference
    refresh_by_key: Annotated[str, Field(pattern=r"^/\S+$")] = "/gateway/app/refreshTokenByKey.htm"
    refresh_by_secret: Annotated[str, Field(pattern=r"^/\S+$")] = "/gateway/app/refreshTokenBySec.htm"  # noqa: S105 - a path
    expired_codes: Annotated[list[Text], Field(min_length=1)]
    answer: str = "datas"
    refresh_secret: str = "refreshSecret"  # noqa: S105 - the name of a field
    refresh_secret_end: str = "refreshSecretEndTime"  # noqa: S105
    request_secret: str = "requestSecret"  # noqa: S105
    request_secret_end: str = "requestSecretEndTime"  # noqa: S105
    renew_before: Duration = 30


class _Common(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    title: str = ""
    url: Address
    feed: Feed
    mapping: str | None = None
    profile: str | None = None
    district: Text | None = None
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,6}$")] | None = None
    auth: Auth = Auth()
    headers: Plain = {}
    query: Plain = {}
    schedule: Schedule | None = None
    watermark: Watermark | None = None
    requests_per_second: Annotated[float, Field(gt=0)] | None = 5
    timeouts: Timeouts = Timeouts()
    retries: Retries = Retries()
    passes: Annotated[int, Field(ge=1, le=10)] = 3
    max_pages: Annotated[int, Field(ge=1)] = 10_000
    max_page_bytes: Annotated[int, Field(ge=1)] = 32 * 1024 * 1024
    max_bytes: Annotated[int, Field(ge=1)] = 1024 * 1024 * 1024
    content_types: list[str] = ["application/json", "text/json", "text/plain"]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.name == "list":
            raise ValueError("name: mujun pull list lists the sources")
        if self.mapping is not None and self.profile is not None:
            raise ValueError("give a mapping or a profile, not both")
        return self


class JsonSource(_Common):
    """Records from an address that answers in JSON."""

    kind: Literal["json"]
    method: Literal["GET", "POST"] = "GET"
    parameters: Literal["query", "body"] = "query"
    body: dict[str, Any] = {}
    records: str = ""
    total: str | None = None
    envelope: Envelope | None = None
    paging: Paging = OnePage()

    @model_validator(mode="after")
    def _has_a_body(self) -> Self:
        if self.method == "GET" and (self.body or self.parameters == "body"):
            raise ValueError("method: GET has no body")
        _plain({name: str(value) for name, value in self.body.items()})
        return self


class GatewaySource(_Common):
    """Records from a signed gateway."""

    kind: Literal["gateway"]
    gateway: Gateway
    records: str = "datas"
    total: str | None = None
    envelope: Envelope = Envelope.model_validate({"code": "code", "ok": ["00"], "message": "msg"})
    paging: Paging = OnePage()


class FeaturesSource(_Common):
    """Features from an OGC API."""

    kind: Literal["ogc-features"]
    page_size: PageSize = 1000
    coordinates: str | None = None


class WfsSource(_Common):
    """Features from a WFS 2.0 that speaks GeoJSON."""

    kind: Literal["wfs"]
    type_name: str
    page_size: PageSize = 1000
    sort_by: str | None = None
    srs_name: str | None = None
    output_format: str = "application/json"
    axes: Literal["xy", "crs"] = "xy"


Source = Annotated[JsonSource | GatewaySource | FeaturesSource | WfsSource, Field(discriminator="kind")]
"""One source, of whichever kind."""


class SourcesFile(_Strict):
    """The whole file."""

    sources: list[Source]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [source.name for source in self.sources]
        if len(names) != len(set(names)):
            raise ValueError("sources: every source has a name of its own")
        return self
