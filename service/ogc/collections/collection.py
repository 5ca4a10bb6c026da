"""What a collection is."""

from dataclasses import dataclass

from service.features.table import Property
from service.ogc.sources.source import Source

ABOUT_CRS = (
    "Longitude and latitude of CGCS2000 (EPSG:4490), given as OGC:CRS84; the two agree to decimetres. "
    "坐标为 CGCS2000 经纬度，按 CRS84 提供，差异在分米级。"
)


@dataclass(frozen=True)
class Collection:
    """A collection of features: what it is called, where it comes from and what it shows.

    ``on_tiles`` are the properties that vector tiles carry, ``on_labels`` those of them that its labels do.
    """

    id: str
    title: str
    description: str
    source: Source
    properties: tuple[Property, ...]
    on_tiles: frozenset[str]
    on_labels: frozenset[str]
    lines: bool = False
    """Whether some features are lines."""

    def shown(self, visible: frozenset[str]) -> tuple[Property, ...]:
        """Return the properties, in their order, that whoever asks may see."""
        return tuple(item for item in self.properties if item.name in visible)
