"""The parameter ``bbox``: four numbers, or six of which the heights say nothing about flat parcels."""

import math
import re

from service.errors import InvalidParameter
from service.store.layers import Box

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ACTION = (
    "Write bbox=west,south,east,north in degrees; west may be greater than east across the antimeridian."
)


def parse_bbox(text: str) -> Box:
    """Return west, south, east, north; west is greater than east for a box across the antimeridian.

    Raises `InvalidParameter` for anything that is not a box on the globe in OGC:CRS84.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (4, 6) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise _invalid("bbox takes four or six finite numbers.", "bbox 需要 4 个或 6 个数值。")
    numbers = [float(part) for part in parts]
    if len(numbers) == 6:
        west, south, low, east, north, high = numbers
        if not (math.isfinite(low) and math.isfinite(high)) or low > high:
            raise _invalid(
                "The lower height of bbox is above the upper one.", "bbox 的最低高程大于最高高程。"
            )
    else:
        west, south, east, north = numbers
    if south > north:
        raise _invalid(
            "The southern edge of bbox lies north of the northern one.", "bbox 的南边界在北边界以北。"
        )
    if not (max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90):
        raise _invalid("bbox leaves the globe.", "bbox 超出经纬度范围。")
    return west, south, east, north


def covers(box: Box, extent: Box) -> bool:
    """Tell whether the box holds the whole extent, so that it selects nothing away."""
    west, south, east, north = box
    if west > east or south > extent[1] or north < extent[3]:
        return False
    return west <= extent[0] and east >= extent[2]


def _invalid(detail: str, detail_zh: str) -> InvalidParameter:
    return InvalidParameter(detail, detail_zh, place="query parameter bbox", action=_ACTION)
