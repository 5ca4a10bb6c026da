"""The routes by which features are created, replaced, changed and removed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from service.access.identity import current_principal
from service.jobs import editing
from service.negotiation import GEOJSON, JSON
from service.ogc.collections import Collection
from service.ogc.edits import answers, conditions, openapi
from service.ogc.edits.documents import Reader
from service.ogc.views import properties_for
from service.store.database import Database

FEATURES = (GEOJSON, JSON)
PATCHES = ("application/merge-patch+json",)

_ITEMS = "/collections/parcels/items"
TAKES_FEATURES = (("POST", _ITEMS), *((method, f"{_ITEMS}/{{featureId}}") for method in ("PUT", "PATCH")))
"""Routes whose bodies may be as long as an outline is."""

FeatureId = Annotated[str, Path(alias="featureId", description="Identifier of the feature")]


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


def add(router: APIRouter, collection: Collection) -> None:
    """Add the routes that edit a collection to the router of its resources."""

    def create(request: Request, body: Body) -> Response:
        """Create a feature; its identifier is its code. `Location` tells where it is."""
        preferred = conditions.preferences(request)
        conditions.require_media_type(request, FEATURES, answer="Accept-Post")
        reader = _reader(request, collection, preferred)
        with answers.judged(preferred):
            edited = editing.create(_store(request), reader.created(body), _who(request))
        return answers.answer(request, collection, edited, preferred, reader.ignored, created=True)

    def replace(request: Request, feature_id: FeatureId, body: Body) -> Response:
        """Replace a feature; properties that the body leaves out are unset. The code stays."""
        preferred = conditions.preferences(request)
        conditions.require_media_type(request, FEATURES, answer="Accept")
        expected, reader = conditions.expected(request), _reader(request, collection, preferred)
        with answers.judged(preferred):
            said = reader.replaced(body, feature_id)
            edited = editing.replace(_store(request), feature_id, said, _who(request), expected)
        return answers.answer(request, collection, edited, preferred, reader.ignored)

    def update(request: Request, feature_id: FeatureId, body: Body) -> Response:
        """Change what a merge patch (RFC 7396) of the feature names; null unsets a property."""
        preferred = conditions.preferences(request)
        conditions.require_media_type(request, PATCHES, answer="Accept-Patch")
        expected, reader = conditions.expected(request), _reader(request, collection, preferred)
        with answers.judged(preferred):
            said = reader.patched(body, feature_id)
            edited = editing.update(_store(request), feature_id, said, _who(request), expected)
        return answers.answer(request, collection, edited, preferred, reader.ignored)

    def remove(request: Request, feature_id: FeatureId) -> Response:
        """Remove a feature. What is known under its code stays, and so do evaluations."""
        expected = conditions.expected(request)
        edited = editing.remove(_store(request), feature_id, _who(request), expected)
        return answers.removed(request, edited)

    item = "/items/{featureId}"
    for method, path, endpoint, description in (
        ("POST", "/items", create, openapi.creating(collection, FEATURES)),
        ("PUT", item, replace, openapi.replacing(collection, FEATURES)),
        ("PATCH", item, update, openapi.updating(collection, PATCHES)),
        ("DELETE", item, remove, openapi.removing()),
    ):
        router.add_api_route(
            path,
            endpoint,
            methods=[method],
            operation_id=f"{collection.id}.{endpoint.__name__}",
            summary=f"{collection.title}: {endpoint.__name__} one 单要素编辑",
            description=(endpoint.__doc__ or "").strip(),
            response_class=Response,
            response_model=None,
            status_code=201 if method == "POST" else 204,
            responses=description.responses,
            openapi_extra=description.request,
        )


def _store(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _who(request: Request) -> str:
    return current_principal(request).name


def _reader(request: Request, collection: Collection, preferred: conditions.Preferences) -> Reader:
    # what somebody may not see is not theirs to say, and replacing a feature leaves it as it is
    shown = properties_for(request, collection)
    return Reader(shown, conditions.content_crs(request), preferred.handling)
