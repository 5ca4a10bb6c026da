"""Files that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.jobs.whole_files import whole_file


def test_the_name_is_taken_at_the_end(tmp_path: Path) -> None:
    """While it is written, what was there before is still there."""
    path = tmp_path / "new" / "scores.csv"
    with whole_file(path) as unfinished:
        unfinished.write_text("a")
        assert not path.exists()
    assert path.read_text() == "a"
    assert list(path.parent.iterdir()) == [path]


def _half_written(path: Path) -> Iterator[None]:
    with whole_file(path) as unfinished:
        unfinished.write_text("half")
        yield
        raise OSError("no space")


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    """The name is as it was, and the part that was written is gone."""
    path = tmp_path / "scores.csv"
    path.write_text("before")
    half_written = contextmanager(_half_written)
    with pytest.raises(OSError, match="no space"), half_written(path):
        pass
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
