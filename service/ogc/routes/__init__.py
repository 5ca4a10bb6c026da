"""The standards' resources as routes."""

from collections.abc import Callable

from fastapi import APIRouter

from service.ogc.collections import COLLECTIONS
from service.ogc.pages import stylesheet_router
from service.ogc.routes.collection import collection_router
from service.ogc.routes.entrance import entrance_router
from service.ogc.routes.styles import styles_router
from service.ogc.routes.tiles import matrix_sets_router


def routers(page: Callable[[], str] | None = None) -> list[APIRouter]:
    """Return the routers of the standards' resources; ``page`` makes what a browser sees at ``/``."""
    collections = (collection_router(collection) for collection in COLLECTIONS)
    return [entrance_router(page), matrix_sets_router(), *collections, styles_router(), stylesheet_router()]
