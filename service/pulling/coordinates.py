"""The coordinate system of pulled features: as the answer names it, with the easting or longitude first."""

import json
import re
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from service.pulling.troubles import trouble

_CODE = re.compile(r"(?:EPSG\W+(?:[\d.]*\W+)?)(\d{4,6})\W*$", re.IGNORECASE)


def crs_of(document: Any, content_crs: str, place: str) -> str | None:
    """Return ``EPSG:…`` as an answer names it, or None for longitude and latitude of WGS 84 (CRS84).

    :param content_crs: the header Content-Crs, which goes before the document's own ``crs``
    """
    named = content_crs.strip(" <>")
    if not named and isinstance(document, dict) and isinstance(document.get("crs"), dict):
        properties = document["crs"].get("properties")
        named = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not named or named.rstrip("/").upper().endswith("CRS84"):
        return None
    found = _CODE.search(named)
    if found is None:
        shown = named if named.isprintable() and len(named) < 100 else "something else"
        raise trouble(
            "upstream-unreadable", f"The coordinates are in {shown}, which has no EPSG code.", place
        )
    return f"EPSG:{found[1]}"


def northing_first(code: str, place: str) -> bool:
    """Tell whether the definition of a system has northing or latitude first."""
    try:
        axes = CRS.from_user_input(code).axis_info
    except CRSError:
        raise trouble("upstream-unreadable", f"{code} is no coordinate system PROJ knows.", place) from None
    return bool(axes) and axes[0].direction.lower() in ("north", "south")


def swapped(feature: str) -> str:
    """Return a feature with the first two coordinates of every position changed over."""
    content = json.loads(feature)
    if isinstance(content, dict) and isinstance(content.get("geometry"), dict):
        geometry = content["geometry"]
        for part in [geometry, *(geometry.get("geometries") or [])]:
            if isinstance(part, dict) and "coordinates" in part:
                part["coordinates"] = _swap(part["coordinates"])
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _swap(coordinates: Any) -> Any:
    if not isinstance(coordinates, list):
        return coordinates
    if len(coordinates) >= 2 and not any(isinstance(each, list) for each in coordinates):
        return [coordinates[1], coordinates[0], *coordinates[2:]]
    return [_swap(each) for each in coordinates]
