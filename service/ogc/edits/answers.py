"""What an edit is answered with: the version that came of it, and the feature itself if that is preferred."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from service.entity_tags import feature_tag, http_date
from service.errors import InputError, NotFound
from service.jobs.editing import AfterEdits, Edited
from service.ogc import items
from service.ogc.collections import Collection
from service.ogc.documents.links import base_url
from service.ogc.edits.conditions import Preferences

IGNORED = "Mujun-Ignored"
"""The header that names what was sent and not used, as JSON pointers; no standard one would say it."""


def answer(
    request: Request,
    collection: Collection,
    edited: Edited,
    preferred: Preferences,
    ignored: Iterable[str] = (),
    *,
    created: bool = False,
) -> Response:
    """Answer an edit that is stored; what follows a hand-over is done once the answer is sent."""
    response = _representation(request, collection, edited) if preferred.representation else None
    if response is None:
        tag = feature_tag(edited.version, "edited")
        response = Response(status_code=204, headers={"ETag": tag})
        response.headers["Last-Modified"] = http_date(edited.modified)
    if created:
        response.status_code = 201
        response.headers["Location"] = f"{base_url(request)}{_path(collection, edited)}"
        response.headers.setdefault("Content-Length", "0")
    if preferred.applied:
        response.headers["Preference-Applied"] = preferred.applied
    if pointers := ", ".join(quote(each, safe="/~") for each in ignored):
        response.headers[IGNORED] = pointers
    return _followed(request, edited, response) if created else response


def removed(request: Request, edited: Edited) -> Response:
    """Answer the removal of a feature."""
    return _followed(request, edited, Response(status_code=204))


def _followed(request: Request, edited: Edited, response: Response) -> Response:
    """Let rows wait no longer for a parcel that is there now, and coverage count one more or one less."""
    after: AfterEdits = request.app.state.after_edits
    if edited.report is not None:
        response.background = BackgroundTask(after.follow, edited.report)
    return response


@contextmanager
def judged(preferred: Preferences) -> Iterator[None]:
    """Let a refusal of the content tell that it was judged strictly, where that was preferred."""
    try:
        yield
    except InputError as error:
        if preferred.handling == "strict":
            error.headers["Preference-Applied"] = "handling=strict"
        raise


def _representation(request: Request, collection: Collection, edited: Edited) -> Response | None:
    """Return what a GET of the feature answers now, or None when somebody removed it since."""
    skipped = (b"if-", b"range", b"prefer", b"content-")
    path = _path(collection, edited)
    scope = {
        **request.scope,
        "method": "GET",
        "path": request.scope.get("root_path", "") + path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [pair for pair in request.scope["headers"] if not pair[0].startswith(skipped)],
    }
    try:
        return items.item(Request(scope), collection, edited.code)
    except NotFound:
        return None


def _path(collection: Collection, edited: Edited) -> str:
    return f"/collections/{collection.id}/items/{quote(edited.code, safe='')}"
