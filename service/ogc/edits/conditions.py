"""What the headers of an edit say: what it is made of, how strict to be, what to answer, where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from fastapi import Request
from starlette.exceptions import HTTPException

from service.entity_tags import if_match, require_condition, versions_in
from service.errors import InvalidParameter
from service.features.crs import CRS84, Crs, find_crs
from service.jobs.editing import Expected
from service.ogc.edits.documents import Handling


@dataclass(frozen=True)
class Preferences:
    """What a client would rather have (RFC 7240)."""

    handling: Handling
    representation: bool
    applied: str
    """The preferences that are followed, as ``Preference-Applied`` tells them."""


def preferences(request: Request) -> Preferences:
    """Return the preferences ``handling`` and ``return``; what is not known is no fault."""
    given: dict[str, str] = {}
    for item in ",".join(request.headers.getlist("prefer")).split(","):
        name, _, value = item.partition(";")[0].partition("=")
        given.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    known = {"handling": ("strict", "lenient"), "return": ("minimal", "representation")}
    applied = {name: given[name] for name, values in known.items() if given.get(name) in values}
    handling: Handling = None
    if "handling" in applied:
        handling = "lenient" if applied["handling"] == "lenient" else "strict"
    return Preferences(
        handling,
        applied.get("return") == "representation",
        ", ".join(f"{name}={value}" for name, value in applied.items()),
    )


def expected(request: Request) -> Expected:
    """Return what the client has read of the feature; raises `InvalidParameter`, `PreconditionRequired`.

    ``If-Match`` goes before ``If-Unmodified-Since``, and a date that is none counts as not sent (RFC 9110,
    13.1.4 and 13.2.2).
    """
    if (tags := if_match(request)) is not None:
        return Expected(versions=versions_in(tags))
    if (since := _date(request.headers.get("if-unmodified-since"))) is not None:
        return Expected(unmodified_since=since)
    require_condition(request, ("feature", "要素"))
    return Expected()


def content_crs(request: Request) -> Crs:
    """Return the coordinate system of the body; longitude and latitude without the header Content-Crs."""
    uri = request.headers.get("content-crs")
    return CRS84 if uri is None else find_crs(uri, "header Content-Crs")


def require_media_type(request: Request, accepted: Sequence[str], *, answer: str) -> None:
    """Refuse a body without media type with 400, and one of another with 415.

    :param answer: the header that tells those that are accepted
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given:
        raise InvalidParameter(
            "A body says what it is in Content-Type.",
            "请求缺少 Content-Type。",
            place="header Content-Type",
            action=f"Send {accepted[0]}.",
        )
    if given not in accepted:
        headers: Mapping[str, str] = {answer: ", ".join(accepted)}
        raise HTTPException(415, f"Send {' or '.join(accepted)}.", dict(headers))


def _date(text: str | None) -> datetime | None:
    try:
        moment = None if text is None else parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo is not None else None
