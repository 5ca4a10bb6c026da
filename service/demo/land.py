"""The lie of the land: a coast, a river, five zones with a street grid each, cut into blocks and parcels.

Everything happens in metres around the park's middle; `ORIGIN` then puts it into EPSG:4549 (CGCS2000, 3° zone
with central meridian 120° E), where real maps show open sea, on purpose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

EPSG = 4549
ORIGIN = (632_000.0, 3_371_000.0)

# fmt: off
_COAST = [
    (-2060, -820), (-1500, -1330), (-500, -1300), (300, -1480), (1100, -1330), (1900, -900), (2330, -200),
    (2080, 420), (1730, 1010), (1180, 960), (760, 1330), (150, 1260), (-420, 1430), (-1180, 1180),
    (-1820, 980), (-2160, 330), (-2060, -160),
]
_RIVER = [
    (-2500, -420), (-1520, -140), (-840, -330), (-280, -200), (200, 270), (760, 450), (1200, 850),
    (1720, 1500),
]
_ARTERIES = [
    [(-500, -1760), (-450, -720), (-390, 240), (-560, 960), (-610, 1760)],
    [(210, -1760), (260, -720), (540, 20), (700, 420)],
    [(390, -380), (1200, -300), (2400, -260)],
]
# fmt: on


@dataclass(frozen=True, slots=True)
class Zone:
    """A town or subdistrict (镇、街道) of the park, and which way its streets run."""

    name: str
    cadastral: str
    inside: tuple[float, float]
    heading: float


ZONES = (
    Zone("云汀镇", "001", (-1280, 400), 8.0),
    Zone("望澜街道", "002", (100, 850), 24.0),
    Zone("南堰镇", "003", (-1040, -800), -6.0),
    Zone("鹤渚镇", "004", (0, -800), 4.0),
    Zone("青屿街道", "005", (1200, -720), 17.0),
    Zone("青屿街道", "005", (1360, 240), 38.0),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A piece of land before anybody registered it: zone, block number within the zone, outline in metres."""

    zone: Zone
    block: int
    outline: Polygon | MultiPolygon


def survey(rng: Generator) -> list[Plot]:
    """Lay out about four hundred plots; a few are L-shaped and a few are two pieces across a street."""
    plots: list[Plot] = []
    for zone, ground in _zones():
        upright = rotate(ground, -zone.heading, origin=(0, 0))
        first = 1 + max((plot.block for plot in plots if plot.zone.cadastral == zone.cadastral), default=0)
        # schools, parks and housing lie between the works: some blocks stay out
        blocks = [block for block in _cut_blocks(upright, rng) if rng.random() > 0.1]
        for number, block in enumerate(blocks, start=first):
            plots.extend(
                Plot(zone, number, rotate(piece, zone.heading, origin=(0, 0)))
                for piece in _cut_parcels(block, rng)
            )
    plots = _join_across_streets(plots, rng)
    return [Plot(plot.zone, plot.block, _placed(plot.outline)) for plot in plots]


def barriers() -> list[tuple[str, str, LineString]]:
    """Return what parts the park, in EPSG:4549: kind, name and middle line of the river and the arteries."""
    lines = [("河流", "云汀江", _RIVER)]
    lines += [("快速路", f"{name}快速路", line) for name, line in zip("西东南", _ARTERIES, strict=True)]
    return [
        (
            kind,
            name,
            shapely.set_precision(translate(LineString(_smooth(line, closed=False)), *ORIGIN), 0.001),
        )
        for kind, name, line in lines
    ]


def _placed(outline: BaseGeometry) -> Polygon | MultiPolygon:
    # cadastral coordinates are kept to the millimetre
    return shapely.set_precision(translate(outline, *ORIGIN), 0.001)


def _smooth(points: Sequence[tuple[float, float]], closed: bool) -> np.ndarray:
    """Round a polyline by Chaikin's corner cutting, four times."""
    line = np.asarray(points, dtype=float)
    for _ in range(4):
        ahead = np.roll(line, -1, axis=0) if closed else line[1:]
        behind = line if closed else line[:-1]
        cut = np.empty((2 * len(behind), 2))
        cut[0::2], cut[1::2] = 0.75 * behind + 0.25 * ahead, 0.25 * behind + 0.75 * ahead
        line = cut if closed else np.vstack([line[:1], cut, line[-1:]])
    return line


def _zones() -> Iterator[tuple[Zone, Polygon]]:
    land = Polygon(_smooth(_COAST, closed=True))
    barriers = [_river()]
    barriers += [LineString(_smooth(artery, closed=False)).buffer(24) for artery in _ARTERIES]
    pieces = shapely.get_parts(land.difference(shapely.union_all(barriers)))
    for zone in ZONES:
        yield zone, next(piece for piece in pieces if piece.contains(Point(zone.inside)))


def _river() -> Polygon:
    """The river with its green banks, widening towards the mouth."""
    middle = _smooth(_RIVER, closed=False)
    along = np.gradient(middle, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    half = (55 + 70 * np.linspace(0, 1, len(middle)) ** 2)[:, None]
    return Polygon(np.vstack([middle + half * across, (middle - half * across)[::-1]]))


def _halves(shape: Polygon, at: float, along_x: bool, gap: float) -> list[Polygon]:
    """Cut an upright shape at ``at`` of its width or height, leaving ``gap`` metres of street."""
    x0, y0, x1, y1 = shape.bounds
    if along_x:
        middle = x0 + at * (x1 - x0)
        sides = [box(x0, y0, middle - gap / 2, y1), box(middle + gap / 2, y0, x1, y1)]
    else:
        middle = y0 + at * (y1 - y0)
        sides = [box(x0, y0, x1, middle - gap / 2), box(x0, middle + gap / 2, x1, y1)]
    parts = shapely.get_parts([shape.intersection(side) for side in sides])
    return [part for part in parts if isinstance(part, Polygon) and part.area > 1]


def _cut_blocks(shape: Polygon, rng: Generator, depth: int = 0) -> Iterator[Polygon]:
    """Lay streets through a zone until blocks are left; the first streets are the widest."""
    x0, y0, x1, y1 = shape.bounds
    if shape.area < rng.uniform(55_000, 135_000) and max(x1 - x0, y1 - y0) < 520:
        # corners of blocks are rounded where streets meet
        rounded = shape.buffer(-9, join_style="mitre").buffer(9, quad_segs=3)
        if shape.area > 5_000 and isinstance(rounded, Polygon) and not rounded.is_empty:
            yield rounded
        return
    street = (30.0, 26.0, 20.0)[min(depth, 2)]
    for half in _halves(shape, rng.uniform(0.4, 0.6), x1 - x0 > (y1 - y0) * rng.uniform(0.85, 1.15), street):
        yield from _cut_blocks(half, rng, depth + 1)


def _cut_parcels(block: Polygon, rng: Generator) -> Iterator[Polygon]:
    """Divide a block among holders: sizes follow one lognormal per block, from workshops to great works."""
    wanted = float(np.clip(rng.lognormal(np.log(22_000), 0.6), 6_500, 78_000))

    def divide(shape: Polygon) -> Iterator[Polygon]:
        x0, y0, x1, y1 = shape.bounds
        if shape.area < wanted * rng.uniform(0.9, 1.7):
            yield shape
            return
        halves = _halves(shape, rng.uniform(0.34, 0.66), x1 - x0 > y1 - y0, 0.0)
        if any(half.area < 3_000 for half in halves):
            yield shape
            return
        for half in halves:
            yield from divide(half)

    for piece in divide(block):
        x0, y0, x1, y1 = piece.bounds
        boxy = piece.area > 0.9 * (x1 - x0) * (y1 - y0)
        if boxy and piece.area > 18_000 and rng.random() < 0.16:
            width, height = rng.uniform(0.35, 0.5, size=2) * (x1 - x0, y1 - y0)
            corner = box(x0, y0, x0 + width, y0 + height)
            if rng.random() < 0.5:
                corner = box(x1 - width, y1 - height, x1, y1)
            yield from shapely.get_parts([piece.difference(corner), piece.intersection(corner)])
        elif piece.area > 2_500:
            yield piece


def _join_across_streets(plots: list[Plot], rng: Generator, wanted: int = 7) -> list[Plot]:
    """Make a few holders keep two pieces across a street under one code, as MultiPolygons."""
    outlines = np.array([plot.outline for plot in plots], dtype=object)
    tree = shapely.STRtree(outlines)
    taken: set[int] = set()
    joined: list[Plot] = []
    for index in rng.permutation(len(plots)):
        if len(joined) == wanted:
            break
        near = tree.query(outlines[index], predicate="dwithin", distance=28)
        across = [
            int(other)
            for other in sorted(near)
            if plots[other].zone is plots[index].zone
            and plots[other].block != plots[index].block
            and {int(other), int(index)}.isdisjoint(taken)
            and outlines[other].area + outlines[index].area < 55_000
        ]
        if across:
            taken |= {int(index), across[0]}
            both = MultiPolygon([outlines[index], outlines[across[0]]])
            joined.append(Plot(plots[index].zone, plots[index].block, both))
    kept = [plot for index, plot in enumerate(plots) if index not in taken]
    return sorted(kept + joined, key=lambda plot: (plot.zone.cadastral, plot.block, plot.outline.bounds))
