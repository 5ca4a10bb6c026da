"""MapServer 8: OGC API Features, WFS for filters, its own tile mode; FastCGI, one process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from tests.benchmarks.serving.peers.lighttpd import fast_cgi
from tests.benchmarks.serving.servers import Box, Dialect, Parcel, Server, connection_of
from tests.benchmarks.serving.table import ON_TILES, SCHEMA, TABLE

_ITEMS = f"/mapserv/LAND/ogcapi/collections/{TABLE}/items"


class MapServer(Dialect):
    """Tiles are of a layer of their own with the properties that ours have."""

    def page(self, *, limit: int, box: Box | None = None, offset: int = 0) -> str:
        """A page."""
        inside = f"&bbox={','.join(map(str, box))}" if box else ""
        return f"{_ITEMS}?f=json&limit={limit}{inside}" + (f"&offset={offset}" if offset else "")

    def one(self, parcel: Parcel) -> str:
        """One parcel by the key of its row."""
        return f"{_ITEMS}/{parcel.key}?f=json"

    def filtered(self, far_limit: float, town: str, limit: int) -> str:
        """WFS 2.0 with a filter, as its OGC API has none."""
        condition = (
            "<Filter><And>"
            f"<PropertyIsGreaterThan><ValueReference>far_limit</ValueReference><Literal>{far_limit}</Literal>"
            "</PropertyIsGreaterThan>"
            f"<PropertyIsEqualTo><ValueReference>town</ValueReference><Literal>{town}</Literal>"
            "</PropertyIsEqualTo></And></Filter>"
        )
        asked = "SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&OUTPUTFORMAT=geojson"
        return f"/mapserv?map=LAND&{asked}&TYPENAMES={TABLE}&COUNT={limit}&FILTER={quote(condition)}"

    def tile(self, matrix: int, row: int, column: int) -> str:
        """Column, row, matrix."""
        asked = "mode=tile&tilemode=gmap&layers=tiles&map.imagetype=mvt"
        return f"/mapserv?map=LAND&{asked}&tile={column}+{row}+{matrix}"


@contextmanager
def serve(database: URL, folder: Path) -> Iterator[Server]:
    """Serve the peers' table."""
    (folder / "land.map").write_text(_map(database))
    (folder / "mapserver.conf").write_text(f"""
CONFIG
  ENV
    MS_MAP_PATTERN "."
    OGCAPI_HTML_TEMPLATE_DIRECTORY "/usr/share/mapserver/ogcapi/templates/html-plain/"
  END
  MAPS
    LAND "{folder}/land.map"
  END
END
""")
    environment = {"MAPSERVER_CONFIG_FILE": f"{folder}/mapserver.conf", "PROJ_LIB": "/usr/share/proj"}
    program = Path("/usr/lib/cgi-bin/mapserv")
    with fast_cgi("MapServer", program, "/mapserv", environment, MapServer(), folder) as server:
        yield server


def _map(database: URL) -> str:
    where = " ".join(f"{key}='{value}'" for key, value in connection_of(database).items() if value)
    source = f"""
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "{where}"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    DATA "geom FROM {SCHEMA}.{TABLE} USING UNIQUE id USING SRID=4326"
    TEMPLATE "unused"
    PROJECTION "init=epsg:4326" END
    CLASS STYLE COLOR 0 0 0 END END
"""
    return f"""
MAP
  NAME "peers"
  EXTENT 120 29 122 31
  UNITS DD
  SIZE 256 256
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "peers" "ows_onlineresource" "http://127.0.0.1/mapserv?map=LAND&"
    "oga_onlineresource" "http://127.0.0.1/mapserv/LAND/ogcapi"
    "ows_srs" "EPSG:4326" "ows_enable_request" "*" "oga_enable_request" "*" "ows_extent" "120 29 122 31"
  END END
  OUTPUTFORMAT
    NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE"
  END
  OUTPUTFORMAT NAME "mvt" DRIVER MVT FORMATOPTION "EDGE_BUFFER=20" END
  LAYER
    NAME "{TABLE}"
    METADATA
      "ows_title" "land" "ows_srs" "EPSG:4326" "gml_include_items" "all" "gml_types" "auto"
      "gml_featureid" "id" "oga_featureid" "id" "wfs_getfeature_formatlist" "geojson"
    END{source}
  END
  LAYER
    NAME "tiles"
    METADATA
      "ows_title" "tiles" "gml_include_items" "{",".join(ON_TILES)}" "ows_enable_request" "!*"
    END{source}
  END
END
"""
