"""The conformance classes that are implemented and tested; nothing else is declared."""

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_EDITS = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
_PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
_MATRICES = "http://www.opengis.net/spec/tms/2.0/conf"

CLASSES = (
    f"{_FEATURES}/core",
    f"{_FEATURES}/geojson",
    f"{_FEATURES}/html",
    f"{_FEATURES}/oas30",
    f"{_EDITS}/create-replace-delete",
    f"{_EDITS}/update",
    f"{_EDITS}/optimistic-locking-etags",
    f"{_EDITS}/optimistic-locking-timestamps",
    f"{_EDITS}/handling",
    f"{_EDITS}/return-resource-representation-in-response",
    f"{_EDITS}/features",
    f"{_TILES}/core",
    f"{_TILES}/tileset",
    f"{_TILES}/tilesets-list",
    f"{_TILES}/geodata-tilesets",
    f"{_TILES}/mvt",
    f"{_MATRICES}/tilematrixset",
    f"{_MATRICES}/json-tilematrixset",
    f"{_MATRICES}/tilesetmetadata",
    f"{_MATRICES}/json-tilesetmetadata",
    f"{_PROCESSES}/core",
    f"{_PROCESSES}/ogc-process-description",
    f"{_PROCESSES}/json",
    f"{_PROCESSES}/oas30",
    f"{_PROCESSES}/job-list",
    f"{_PROCESSES}/dismiss",
)
"""In the order in which they are listed; `tests.ogc.test_conformance` names the tests of each."""
