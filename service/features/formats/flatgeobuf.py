"""FlatGeobuf 3: with its spatial index where every feature has a geometry, as it has no place for the others.

With the index features lie in the order of a Hilbert curve. It knows no days: a date is midnight of it.
"""

from pathlib import Path

from service.features.formats import gdal
from service.features.formats.content import Content


def write(content: Content, path: Path) -> None:
    """Write the file."""
    gdal.write(
        content, path, "FlatGeobuf", SPATIAL_INDEX="NO" if content.gaps else "YES", TITLE=content.title
    )
