"""Items of a collection, page by page or one by one, as GeoJSON, as pages for people, or as files."""

from service.ogc.items.listing import items
from service.ogc.items.one import item

__all__ = ["item", "items"]
