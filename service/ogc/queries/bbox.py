"""The parameter ``bbox``: four numbers, or six of which the heights say nothing about flat parcels."""

import math
import re

from service.errors import InvalidParameter
from service.features.crs import CRS84, Crs, stored_box
from service.features.table import Box

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ACTION = (
    "Write bbox=west,south,east,north in degrees; west may be greater than east across the antimeridian. "
    "With bbox-crs the axes come as that coordinate system orders them."
)


def parse_bbox(text: str, crs: Crs = CRS84) -> Box:
    """Return west, south, east, north in degrees; west is greater than east across the antimeridian.

    The edges are given in ``crs``, axes as its authority orders them; a projected box is taken by what it
    covers. Raises `InvalidParameter` for anything that is not a box on the globe.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (4, 6) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise _invalid("bbox takes four or six finite numbers.", "bbox 需要 4 个或 6 个数值。")
    numbers = [float(part) for part in parts]
    if not all(map(math.isfinite, numbers)):
        raise _invalid("bbox takes four or six finite numbers.", "bbox 需要 4 个或 6 个数值。")
    if len(numbers) == 6:
        low, high = numbers.pop(2), numbers.pop()
        if low > high:
            raise _invalid(
                "The lower height of bbox is above the upper one.", "bbox 的最低高程大于最高高程。"
            )
    if not crs.is_geographic and (numbers[0] > numbers[2] or numbers[1] > numbers[3]):
        raise _invalid("The lower corner of bbox lies beyond the upper one.", "bbox 的角点顺序不正确。")
    west, south, east, north = stored_box(numbers, crs)
    if south > north:
        raise _invalid(
            "The southern edge of bbox lies north of the northern one.", "bbox 的南边界在北边界以北。"
        )
    if not (max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90):
        raise _invalid("bbox leaves the globe.", "bbox 超出经纬度范围。")
    return west, south, east, north


def _invalid(detail: str, detail_zh: str) -> InvalidParameter:
    return InvalidParameter(detail, detail_zh, place="query parameter bbox", action=_ACTION)
