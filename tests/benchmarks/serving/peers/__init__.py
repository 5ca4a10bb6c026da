"""The peers: other servers of the same parcels, each as its manual would have it run, in one process."""

from tests.benchmarks.serving.peers import mapserver, pygeoapi, qgis_server, tipg

PEERS = {"tipg": tipg, "pygeoapi": pygeoapi, "MapServer": mapserver, "QGIS server": qgis_server}
