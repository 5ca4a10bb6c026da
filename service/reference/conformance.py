"""Which conformance classes of the standards are met, and which tests stand for each."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml


@cache
def declared_classes() -> Mapping[str, tuple[str, ...]]:
    """Return the address of every declared class with the modules under ``tests/ogc`` that test it."""
    table = yaml.safe_load(files("service.reference").joinpath("conformance.yaml").read_text("utf-8"))
    return {
        f"{standard}/conf/{name}": tuple(modules)
        for standard, classes in table.items()
        for name, modules in classes.items()
    }
