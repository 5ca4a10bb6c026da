"""A conformance class is declared only while tests of this package stand for it."""

from importlib import import_module

import pytest
from fastapi.testclient import TestClient

from service.reference.conformance import declared_classes

TESTS = declared_classes()
"""Conformance class → the modules whose tests check its requirements."""


def test_exactly_the_tested_classes_are_declared(client: TestClient) -> None:
    """What the service lists is the table in which every class names its tests."""
    assert client.get("/conformance").json()["conformsTo"] == list(TESTS)
    assert all(TESTS.values())


@pytest.mark.parametrize("name", sorted({module for modules in TESTS.values() for module in modules}))
def test_the_named_tests_exist(name: str) -> None:
    """Every named module is there and has tests."""
    module = import_module(f"tests.ogc.{name}")
    assert any(attribute.startswith("test_") for attribute in vars(module))
