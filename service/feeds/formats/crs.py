"""From a file's coordinates to CGCS2000 (EPSG:4490), longitude first, by a path that can be defended.

PROJ knows no operation between CGCS2000 and most other datums and falls back to a *ballpark*: it copies
degrees and says nothing. Here the path is chosen by the datum of the file's CRS:

1. CGCS2000 itself, in degrees or in any Gauss-Krüger zone, with or without zone number in the eastings:
   exact.
2. WGS 84, ITRF and NAD 83, with their realisations: equal to CGCS2000 at the metre level (a null
   transformation); the report says so.
3. Xi'an 80, Beijing 54 and New Beijing: refused, although the EPSG data set has operations for some
   regions, unless the operator gives the transformation. They are off by tens to hundreds of metres, and
   parameters are local and guarded.
4. Any other datum: the best operation of PROJ to WGS 84 that is no ballpark, covers the data, and is
   good to 5 m.

The operator's transformation is one of

* ``+towgs84=dx,dy,dz`` or ``+towgs84=dx,dy,dz,rx,ry,rz,s`` — metres, arc seconds and parts per million in
  PROJ's position vector convention, from the file's datum to CGCS2000;
* ``+proj=pipeline …`` — from the file's coordinates (easting or longitude first) to CGCS2000 longitude
  and latitude.

A transformation that moves the data by more than 2 km against the ballpark is refused: no change of datum
does.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from service.errors import InvalidParameter, UnusableCrs

Xy = np.ndarray
"""Coordinates, one pair per row."""

CGCS2000 = CRS.from_epsg(4490)
GEOD = Geod(a=6378137.0, rf=298.257222101)
"""The CGCS2000 ellipsoid."""

_ALIGNED = re.compile(
    r"world geodetic system 1984|wgs[ _]?(19)?84|north american datum (of )?1983|nad[ _]?83|nad83\(.*"
    r"|international terrestrial reference frame|itrf|igs\d\d|igb\d\d",
    re.IGNORECASE,
)
_OWN = re.compile(r"china (geodetic coordinate system )?2000|cgcs[ _]?2000|d_china_2000", re.IGNORECASE)
_REFUSED = re.compile(
    r"xi'?an[ _]?(19)?80|beijing[ _]?(19)?54|new beijing|d_xian_1980|d_beijing_1954", re.IGNORECASE
)
_ACCURACY, _SHIFT = 5.0, 2000.0
_MARGIN = 5.0  # degrees beyond a projection's area of use
_TO_WGS84 = re.compile(r"\+towgs84=([-+0-9.eE,\s]+)")


class NotTransformable(Exception):
    """There is no trustworthy way from this CRS to CGCS2000; the text says why."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A path to CGCS2000 for coordinates of ``crs``."""

    crs: CRS
    notes: list[str]
    _steps: Callable[[Xy], Xy]

    def apply(self, xy: Xy) -> Xy:
        """Return longitude and latitude in degrees; pairs outside the CRS's sane range come back as NaN."""
        with np.errstate(all="ignore"):
            lonlat = self._steps(xy)
            inside = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)
        area = self.crs.area_of_use if self.crs.is_projected else None
        if area is not None:
            west, east = area.west - _MARGIN, area.east + _MARGIN
            lon, lat = lonlat[:, 0], lonlat[:, 1]
            across = (
                (lon >= west) & (lon <= east) if area.west <= area.east else (lon >= west) | (lon <= east)
            )
            inside &= across & (lat >= area.south - _MARGIN) & (lat <= area.north + _MARGIN)
        return np.where(inside[:, None], lonlat, np.nan)


def understand(text: str | None, operator: str | None, place: str) -> tuple[CRS, list[str]]:
    """Return the CRS to use, the operator's before the file's; raises `UnusableCrs` for none or nonsense."""
    notes: list[str] = []
    if not (operator or text):
        raise UnusableCrs(
            "The file does not say in which coordinate system it is.",
            "文件未说明坐标系。",
            place=place,
            action="Give it, for instance --crs EPSG:4549. 请用 --crs 指明坐标系。",
        )
    try:
        crs = CRS.from_user_input(operator or text)
    except CRSError:
        raise UnusableCrs(
            f"{(operator or text or '')[:80]!r} is not a coordinate system PROJ knows.",
            "无法识别的坐标系。",
            place=place,
            action="Give an EPSG code, for instance --crs EPSG:4549. 请给出 EPSG 代码。",
        ) from None
    if operator and text and (own := _name_of_another(text, crs)):
        notes.append(f"The file says {own}; read as {crs.name}, as the operator says. 按指定的坐标系读取。")
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and not operator and crs.source_crs is not None:
        crs = crs.source_crs  # parameters that travel in a file are nobody's word
    if crs.is_geocentric or crs.is_vertical or (not crs.is_bound and crs.geodetic_crs is None):
        raise UnusableCrs(
            f"{crs.name} does not say where on earth it is.",
            "该坐标系无法确定地理位置。",
            place=place,
            action="Give the real one with --crs. 请用 --crs 指明真实坐标系。",
        )
    return crs, notes


def _name_of_another(text: str, crs: CRS) -> str | None:
    """Return the name of the file's CRS unless it is the same."""
    try:
        own = CRS.from_user_input(text)
    except CRSError:
        return "something unknown"
    return None if own.equals(crs, ignore_axis_order=True) else str(own.name)


def to_cgcs2000(crs: CRS, transformation: str | None, sample: Xy) -> Conversion:
    """Return the path from ``crs`` to CGCS2000; ``sample`` holds a few finite source coordinates.

    Raises `NotTransformable` where only a ballpark is known, `InvalidParameter` for a transformation of the
    operator that cannot be read or moves the data too far.
    """
    if crs.is_bound and crs.source_crs is not None:
        # PROJ would drop the parameters on the way to CGCS2000 and fall back to the ballpark
        given = crs.coordinate_operation.towgs84 if crs.coordinate_operation else []
        transformation = transformation or "+towgs84=" + ",".join(repr(value) for value in given)
        crs = crs.source_crs
    crs = crs.to_2d()
    geographic = crs.geodetic_crs
    if geographic is None:
        raise NotTransformable(f"{crs.name} does not say where on earth it is.")
    if transformation is not None:
        return _by_operator(crs, geographic, transformation, sample)
    datum = geographic.datum.name if geographic.datum else geographic.name
    if _REFUSED.search(datum) or _REFUSED.search(geographic.name):
        raise NotTransformable(
            f"{crs.name}: its shift to CGCS2000 is local. "
            "Give it with --transformation, or hand over CGCS2000."
        )
    if _OWN.search(datum):
        return Conversion(crs, [], _projected(Transformer.from_crs(crs, CGCS2000, always_xy=True)))
    if _ALIGNED.match(datum) and _is_plain(geographic):
        note = f"{crs.name} is taken as equal to CGCS2000, which holds at the metre level. 视同CGCS2000。"
        return Conversion(crs, [note], _projected(Transformer.from_crs(crs, geographic, always_xy=True)))
    return _through_wgs84(crs, geographic, sample)


def _is_plain(geographic: CRS) -> bool:
    """Whether its longitudes are degrees from Greenwich."""
    meridian = geographic.prime_meridian
    degrees = all(axis.unit_name == "degree" for axis in geographic.axis_info)
    return degrees and (meridian is None or meridian.longitude == 0)


def _through_wgs84(crs: CRS, geographic: CRS, sample: Xy) -> Conversion:
    ballpark = _projected(Transformer.from_crs(crs, "EPSG:4326", always_xy=True))(sample)
    ballpark = ballpark[np.isfinite(ballpark).all(axis=1)]
    if not len(ballpark):
        raise NotTransformable(f"The coordinates lie outside {crs.name}.")
    west, south = ballpark.min(axis=0)
    east, north = ballpark.max(axis=0)
    area = AreaOfInterest(float(west), float(south), float(east), float(north))
    with warnings.catch_warnings():
        # of grids that are not installed; the accuracy of what is left is checked
        warnings.simplefilter("ignore")
        operations = TransformerGroup(
            crs, "EPSG:4326", always_xy=True, area_of_interest=area, allow_ballpark=False
        ).transformers
    for operation in operations:
        use = operation.area_of_use
        covers = use is None or (
            use.west <= west and east <= use.east and use.south <= south and north <= use.north
        )
        if covers and 0 <= operation.accuracy <= _ACCURACY:
            how = f"good to {operation.accuracy:g} m: {operation.description}"
            note = f"{crs.name} to CGCS2000 by way of WGS 84, {how}. 经WGS 84转换。"
            return Conversion(crs, [note], _projected(operation))
    raise NotTransformable(
        f"PROJ has only a ballpark from {geographic.name} to CGCS2000 here, or none good to {_ACCURACY:g} m. "
        "Give the transformation with --transformation, or hand over CGCS2000."
    )


def _by_operator(crs: CRS, geographic: CRS, transformation: str, sample: Xy) -> Conversion:
    text = transformation.strip()
    if match := _TO_WGS84.fullmatch(text):
        steps = _seven_parameters(crs, geographic, match[1])
    elif text.startswith("+proj=pipeline"):
        try:
            steps = _projected(Transformer.from_pipeline(text))
        except ProjError:
            raise _bad("PROJ cannot read this pipeline") from None
    else:
        raise _bad("It is neither +towgs84=… nor +proj=pipeline …")
    ballpark = _projected(Transformer.from_crs(crs, CGCS2000, always_xy=True))(sample)
    moved = steps(sample)
    whole = np.isfinite(ballpark).all(axis=1) & (np.abs(ballpark) <= (180.0, 90.0)).all(axis=1)
    notes = [f"{crs.name} to CGCS2000 by the operator's {text}. 按操作员给定的参数转换。"]
    if whole.any():
        if not np.isfinite(moved[whole]).all() or (np.abs(moved[whole]) > (180.0, 90.0)).any():
            raise _bad("It does not give longitude and latitude in degrees")
        *_, distance = GEOD.inv(*ballpark[whole].T, *moved[whole].T)
        if distance.max() > _SHIFT:
            raise _bad(f"It moves the data by {distance.max():.0f} m, which no change of datum does")
        notes.append(
            f"It moves the data by {distance.mean():.1f} m on average. 平均移动{distance.mean():.1f}米。"
        )
    return Conversion(crs, notes, steps)


def _seven_parameters(crs: CRS, geographic: CRS, listed: str) -> Callable[[Xy], Xy]:
    try:
        given = [float(part) for part in listed.split(",")]
    except ValueError:
        raise _bad("+towgs84 takes numbers") from None
    if len(given) not in (3, 7):
        raise _bad("+towgs84 takes 3 or 7 numbers")
    ellipsoid = geographic.ellipsoid
    if ellipsoid is None or not _is_plain(geographic):
        raise _bad("The file's datum has no plain degrees; give a +proj=pipeline")
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    helmert = " ".join(f"+{name}={value!r}" for name, value in zip(names, given, strict=False))
    rotation = " +convention=position_vector" if len(given) == 7 else ""
    shift = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart +a={ellipsoid.semi_major_metre!r} +rf={ellipsoid.inverse_flattening!r} "
        f"+step +proj=helmert {helmert}{rotation} "
        "+step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    first = _projected(Transformer.from_crs(crs, geographic, always_xy=True))

    def steps(xy: Xy) -> Xy:
        lonlat = first(xy)
        x, y, _ = shift.transform(lonlat[:, 0], lonlat[:, 1], np.zeros(len(lonlat)))
        return np.column_stack((x, y))

    return steps


def _projected(transformer: Transformer) -> Callable[[Xy], Xy]:
    def steps(xy: Xy) -> Xy:
        x, y = transformer.transform(xy[:, 0], xy[:, 1])
        return np.column_stack((x, y))

    return steps


def _bad(sentence: str) -> InvalidParameter:
    return InvalidParameter(
        f"{sentence}.",
        "坐标转换参数不可用。",
        place="transformation",
        action="Give +towgs84=dx,dy,dz[,rx,ry,rz,s] or a +proj=pipeline. 请给出三参数、七参数或 PROJ 管线。",
    )
