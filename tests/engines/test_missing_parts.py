"""What an operator reads who asks for Spark where something is missing."""

import sys
from pathlib import Path

import pytest

from service.errors import InvalidParameter, Unavailable
from service.jobs.engines.spark import SparkEngine


def test_without_pyspark_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found out before anything is read."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(Unavailable) as caught, SparkEngine():
        pass
    assert caught.value.code == "engine-missing"
    assert "mujun[spark]" in str(caught.value.action)


def test_without_java_the_error_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """JAVA_HOME comes first, as it does for Spark."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(Unavailable) as caught, SparkEngine():
        pass
    assert caught.value.code == "engine-missing"
    assert "openjdk-17-jre-headless" in str(caught.value.action)


def test_a_cluster_needs_a_folder_that_all_nodes_see() -> None:
    """A temporary folder of this machine would be empty on every node."""
    with pytest.raises(InvalidParameter) as caught:
        SparkEngine("spark://head:7077")
    assert caught.value.code == "exchange-folder-required"
