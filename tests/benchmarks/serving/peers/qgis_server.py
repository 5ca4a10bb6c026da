"""QGIS server: OGC API Features, WFS for filters, no vector tiles; FastCGI, one process."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from tests.benchmarks.serving.peers.lighttpd import fast_cgi
from tests.benchmarks.serving.servers import Box, Dialect, Missing, Parcel, Server, connection_of
from tests.benchmarks.serving.table import SCHEMA, TABLE

_PYTHON = Path("/usr/bin/python3")  # of Debian, which has python3-qgis
_PROJECT = """
import sys
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsDataSourceUri, QgsProject, QgsVectorLayer)
host, port, name, user, password, schema, table, path = sys.argv[1:]
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
source = QgsDataSourceUri()
source.setConnection(host, port, name, user, password)
source.setDataSource(schema, table, "geom", "", "id")
source.setSrid("4326")
source.setUseEstimatedMetadata(True)
layer = QgsVectorLayer(source.uri(False), table, "postgres")
assert layer.isValid(), "the table cannot be read; is qgis-providers installed?"
project = QgsProject.instance()
project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
project.addMapLayer(layer)
project.writeEntry("WFSLayers", "/", [layer.id()])
assert project.write(path)
"""


class QgisServer(Dialect):
    """What its OGC API has, and a filter by WFS."""

    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page."""
        inside = f"&bbox={','.join(map(str, box))}" if box else ""
        where = f"/wfs3/collections/{TABLE}/items.geojson"
        return f"{where}?limit={limit}{inside}" + (f"&offset={offset}" if offset else "")

    def one(self, parcel: Parcel) -> str:
        """One parcel by the key of its row."""
        return f"/wfs3/collections/{TABLE}/items/{parcel.key}.geojson"

    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """An expression, as its OGC API compares with equal only."""
        condition = quote(f'"far_limit" > {far_limit} AND "town" = \'{town}\'')
        asked = "SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&OUTPUTFORMAT=geojson"
        return f"/?{asked}&TYPENAME={TABLE}&MAXFEATURES={limit}&EXP_FILTER={condition}"


@contextmanager
def serve(database: URL, folder: Path) -> Iterator[Server]:
    """Serve the peers' table."""
    project = folder / "land.qgs"
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    given = [*connection_of(database).values(), SCHEMA, TABLE, str(project)]
    if not _PYTHON.exists():
        raise Missing("Debian's python3-qgis is not installed")
    done = subprocess.run(
        [_PYTHON, "-c", _PROJECT, *given],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(
            f"no project can be made: {(done.stderr.strip() or 'it says nothing').splitlines()[-1]}"
        )
    environment |= {"QGIS_PROJECT_FILE": str(project), "QGIS_SERVER_LOG_LEVEL": "2"}
    program = Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi")
    with fast_cgi("QGIS server", program, "/", environment, QgisServer(), folder) as server:
        yield server
