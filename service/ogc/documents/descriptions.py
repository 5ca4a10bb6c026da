"""The documents that lead to the data: landing page, collections, and the schema of each."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from service import __version__
from service.features.crs import CRS84, STORED, SUPPORTED
from service.features.table import Box
from service.negotiation import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.documents.links import REL, base_url, encodings, link
from service.ogc.queries.datetimes import covered_by
from service.ogc.views import View

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
OPENAPI_31 = "application/vnd.oai.openapi+json;version=3.1"


def landing_page(request: Request, *, html: bool) -> dict[str, Any]:
    """Return the landing page: where everything else is."""
    base = base_url(request)
    alternates = [link(f"{base}/?f=html", "alternate", HTML, "Map 地图")] if html else []
    return {
        "title": "Mujun 亩均",
        "description": "Industrial land evaluated parcel by parcel. 工业用地亩均评价，按宗地。",
        "version": __version__,
        "links": [
            link(f"{base}/", "self", JSON, "This document"),
            *alternates,
            link(f"{base}/api", "service-desc", OPENAPI, "OpenAPI 3.0"),
            link(f"{base}/openapi.json", "service-desc", OPENAPI_31, "OpenAPI 3.1"),
            link(f"{base}/conformance", "conformance", JSON, "Conformance classes"),
            link(f"{base}/conformance", f"{REL}conformance", JSON, "Conformance classes"),
            link(f"{base}/collections", "data", JSON, "Collections 数据集"),
            link(f"{base}/collections", f"{REL}data", JSON, "Collections 数据集"),
            link(f"{base}/tileMatrixSets", f"{REL}tiling-schemes", JSON, "Tile matrix sets"),
            link(f"{base}/styles", f"{REL}styles", JSON, "Styles 样式"),
            link(f"{base}/processes", f"{REL}processes", JSON, "Processes 处理流程"),
            link(f"{base}/jobs", f"{REL}job-list", JSON, "Jobs 任务"),
        ],
    }


def collections(request: Request, view: View) -> dict[str, Any]:
    """Return the list of all collections."""
    return {
        "links": encodings(f"{base_url(request)}/collections", "Collections 数据集", JSON, HTML),
        "collections": [collection_document(request, view, collection) for collection in COLLECTIONS],
    }


def collection_document(request: Request, view: View, collection: Collection) -> dict[str, Any]:
    """Return a collection: what it is, where it lies in space and time, and where its items and tiles are."""
    address = f"{base_url(request)}/collections/{collection.id}"
    edition = view.edition(collection)
    document: dict[str, Any] = {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "crs": [each.uri for each in SUPPORTED],
        "storageCrs": STORED.uri,
        "links": [
            *encodings(address, collection.title, JSON, HTML),
            link(f"{base_url(request)}/collections", "parent", JSON, "Collections 数据集"),
            link(f"{address}/items", "items", GEOJSON, f"{collection.title}: items"),
            link(f"{address}/schema", f"{REL}schema", SCHEMA, f"{collection.title}: schema"),
            link(f"{address}/feature-schema", "describedby", SCHEMA, f"{collection.title}: GeoJSON schema"),
            link(f"{address}/queryables", f"{REL}queryables", SCHEMA, f"{collection.title}: queryables"),
            link(f"{address}/tiles", f"{REL}tilesets-vector", JSON, f"{collection.title}: vector tiles"),
            link(f"{address}/styles", f"{REL}styles", JSON, f"{collection.title}: styles"),
        ],
    }
    extent: dict[str, Any] = {}
    if (box := collection.source.extent(view, edition)) is not None:
        extent["spatial"] = {"bbox": [list(outward(box))], "crs": CRS84.uri}
        if (interval := _interval(view.periods(collection))) is not None:
            extent["temporal"] = {"interval": [interval], "trs": GREGORIAN}
    return document | ({"extent": extent} if extent else {})


def outward(box: Box) -> Box:
    """Round a box to seven decimals so that nothing falls out of it."""
    west, south, east, north = box
    return (
        math.floor(west * 1e7) / 1e7,
        math.floor(south * 1e7) / 1e7,
        math.ceil(east * 1e7) / 1e7,
        math.ceil(north * 1e7) / 1e7,
    )


def _interval(names: Sequence[str]) -> list[str] | None:
    periods = [period for name in names if (period := covered_by(name)) is not None]
    if not periods:
        return None
    return [_instant(min(p.start for p in periods)), _instant(max(p.end for p in periods))]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
