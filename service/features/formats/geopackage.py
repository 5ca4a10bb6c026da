"""GeoPackage (OGC 12-128r19): one layer with a spatial index; x is to the east, as the standard has it."""

import threading
from pathlib import Path

import pyogrio

from service.features.formats import gdal
from service.features.formats.content import Content

_CLOCK = "OGR_CURRENT_DATE"
_one_at_a_time = threading.Lock()


def write(content: Content, path: Path) -> None:
    """Write the file; the time of its last change is that of the data, so that equal data is equal bytes."""
    # GDAL takes the time from an option of the whole process
    with _one_at_a_time:
        pyogrio.set_gdal_config_options({_CLOCK: content.time.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
        try:
            gdal.write(content, path, "GPKG", IDENTIFIER=content.title)
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: None})
