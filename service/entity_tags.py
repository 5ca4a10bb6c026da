"""Entity tags (RFC 9110): the version of a row, readable in the tag, and a digest of its representation.

A tag names bytes, so each representation has its own; an edit is of the feature, so whichever of them a
client has read, ``If-Match`` compares the version alone.
"""

import hashlib
import re
from datetime import datetime
from email.utils import format_datetime

from fastapi import Request

from service.domain.reasons import Text
from service.errors import InvalidParameter, PreconditionRequired

_DIGEST_BYTES = 9
# RFC 9110, 8.8.3: anything but a quotation mark may stand in a tag, commas too
_TAG = re.compile(r'\s*(?:(W/)?"([\x21\x23-\x7e\x80-\xff]*)")?\s*(?:,|$)')
_VERSION = re.compile("v(0|[1-9][0-9]{0,18})-.+")


def feature_tag(version: int, representation: str) -> str:
    """Return the strong entity tag of a feature.

    :param version: the id of the source row that the feature comes from
    :param representation: whatever else the bytes depend on: media type, visible properties, CRS, encoding
    """
    digest = hashlib.blake2b(representation.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return f'"v{version}-{digest}"'


def http_date(moment: datetime) -> str:
    """Return a moment in UTC as ``Last-Modified`` has it, to the second."""
    return format_datetime(moment, usegmt=True)


def is_known(request: Request, tag: str) -> bool:
    """Tell whether the client has what a tag stands for, by ``If-None-Match``: weakly compared (13.1.2)."""
    known = ",".join(request.headers.getlist("if-none-match"))
    return not {"*", tag.removeprefix("W/")}.isdisjoint(
        item.strip().removeprefix("W/") for item in known.split(",")
    )


def if_match(request: Request) -> str | None:
    """Return the header ``If-Match``, its lines as one; None where it was not sent."""
    lines = request.headers.getlist("if-match")
    return ",".join(lines) if lines else None


def require_condition(request: Request, thing: Text) -> None:
    """Refuse a change that names no version, where the settings ask for one; raises `PreconditionRequired`.

    :param thing: what is changed
    """
    if request.app.state.settings.require_if_match:
        english, chinese = thing
        raise PreconditionRequired(
            "A change has to name the version that it is made of.",
            "更改须指明所依据的版本。",
            place="header If-Match",
            action=f"Send the ETag of the {english} as If-Match. 请在 If-Match 中发送该{chinese}的 ETag。",
        )


def versions_in(if_match: str) -> frozenset[int] | None:
    """Return the versions that a header ``If-Match`` allows; None for ``*``, which allows any.

    Weak tags match nothing there (RFC 9110, 13.1.1), and tags that are not ours match nothing either.
    Raises `InvalidParameter` for what is no list of tags: guessing could overwrite what somebody else wrote.
    """
    if if_match.strip() == "*":
        return None
    versions, at = set(), 0
    while at < len(if_match):
        item = _TAG.match(if_match, at)
        if item is None:
            raise InvalidParameter(
                "If-Match takes entity tags in quotation marks, separated by commas, or *.",
                "If-Match 应为带引号的实体标签列表，或 *。",
                place="header If-Match",
                action="Send the ETag of the feature just as it was received. 请原样发送收到的 ETag。",
            )
        weak, tag = item.groups()
        if weak is None and tag is not None and (found := _VERSION.fullmatch(tag)):
            versions.add(int(found[1]))
        at = item.end()
    return frozenset(versions)
