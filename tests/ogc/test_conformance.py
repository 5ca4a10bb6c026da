"""A conformance class is declared only while tests of this package stand for it."""

from importlib import import_module

import pytest
from fastapi.testclient import TestClient

FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
EDITS = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
MATRICES = "http://www.opengis.net/spec/tms/2.0/conf/"

TESTS = {
    f"{FEATURES}core": ("test_core", "test_items", "test_paging"),
    f"{FEATURES}geojson": ("test_items", "test_clients"),
    f"{FEATURES}html": ("test_html",),
    f"{FEATURES}oas30": ("test_openapi",),
    f"{EDITS}create-replace-delete": ("test_transactions",),
    f"{EDITS}update": ("test_transactions",),
    f"{EDITS}optimistic-locking-etags": ("test_transactions", "test_entity_tags"),
    f"{EDITS}optimistic-locking-timestamps": ("test_transactions",),
    f"{EDITS}handling": ("test_transactions",),
    f"{EDITS}return-resource-representation-in-response": ("test_transactions",),
    f"{EDITS}features": ("test_transactions",),
    f"{TILES}core": ("test_tiles",),
    f"{TILES}tileset": ("test_tiles",),
    f"{TILES}tilesets-list": ("test_tiles",),
    f"{TILES}geodata-tilesets": ("test_core", "test_tiles"),
    f"{TILES}mvt": ("test_tiles",),
    f"{MATRICES}tilematrixset": ("test_tiles",),
    f"{MATRICES}json-tilematrixset": ("test_tiles",),
    f"{MATRICES}tilesetmetadata": ("test_tiles",),
    f"{MATRICES}json-tilesetmetadata": ("test_tiles",),
    f"{PROCESSES}core": ("test_processes",),
    f"{PROCESSES}ogc-process-description": ("test_processes",),
    f"{PROCESSES}json": ("test_processes",),
    f"{PROCESSES}oas30": ("test_openapi",),
    f"{PROCESSES}job-list": ("test_processes",),
    f"{PROCESSES}dismiss": ("test_processes",),
}
"""Conformance class → the modules whose tests check its requirements."""


def test_exactly_the_tested_classes_are_declared(client: TestClient) -> None:
    """No class is declared without tests, and none that has them is forgotten."""
    declared = client.get("/conformance").json()["conformsTo"]
    assert sorted(declared) == sorted(TESTS)


@pytest.mark.parametrize("name", sorted({module for modules in TESTS.values() for module in modules}))
def test_the_named_tests_exist(name: str) -> None:
    """Every named module is there and has tests."""
    module = import_module(f"tests.ogc.{name}")
    assert any(attribute.startswith("test_") for attribute in vars(module))
