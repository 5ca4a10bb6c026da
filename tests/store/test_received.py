"""Files are kept as they were received, once, in the transaction of their batch."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.errors import NotFound
from service.jobs import importing
from service.jobs.importing import import_file, keep_file, kept_on_disk
from service.jobs.tracing import kept_file
from service.store import hand_overs, received
from service.store.database import Database
from service.store.models import ReceivedFile
from tests.feeds.handing import everything, uscc, write_csv

HEADER = ["uscc", "period", "tax"]


def table(path: Path, *amounts: object) -> Path:
    """Write a table of figures."""
    return write_csv(path, [HEADER, *([uscc(n), "2023", amount] for n, amount in enumerate(amounts))])


def bytes_of(database: Database, batch_id: int | None) -> bytes:
    """Return the file of a batch."""
    return b"".join(kept_file(database, batch_id or 0).parts())


@pytest.mark.parametrize("part", [1, 7, 1 << 20])
def test_a_file_comes_back_as_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """Byte by byte, whatever the size of its parts."""
    monkeypatch.setattr(received, "PART", part)
    path = table(tmp_path / "a.csv", 1, "五", "3\r\n", "六")
    report = import_file(database, "figures", path)
    assert bytes_of(database, report.batch_id) == path.read_bytes()
    kept = kept_file(database, report.batch_id or 0)
    assert (kept.size, kept.sha256, kept.name) == (path.stat().st_size, report.sha256, "a.csv")


def test_the_same_content_is_kept_once(database: Database, tmp_path: Path) -> None:
    """Two batches of one file by different options share it."""
    path = table(tmp_path / "a.csv", 1, 2)
    first = import_file(database, "figures", path)
    other = import_file(database, "figures", path, district="330299")
    assert first.batch_id != other.batch_id
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(ReceivedFile)).scalar_one() == 1
    assert bytes_of(database, first.batch_id) == bytes_of(database, other.batch_id)


def test_a_file_may_be_kept_first_and_imported_from_there(database: Database, tmp_path: Path) -> None:
    """Keeping twice changes nothing, and neither does importing twice; the upload may be gone meanwhile."""
    path = table(tmp_path / "a.csv", 1, "五", 2)
    sha256 = keep_file(database, path)
    before = everything(database)
    assert keep_file(database, path) == sha256
    assert everything(database) == before
    content = path.read_bytes()
    path.unlink()
    with kept_on_disk(database, sha256) as kept:
        report = import_file(database, "figures", kept, file_name="a.csv")
    assert (report.accepted, report.held, report.sha256) == (2, 1, sha256)
    assert bytes_of(database, report.batch_id) == content
    after = everything(database)
    with kept_on_disk(database, sha256) as kept:
        assert import_file(database, "figures", kept, file_name="a.csv").batch_id is None
    assert everything(database) == after


def test_what_was_not_kept_cannot_be_imported_or_handed_out(database: Database, tmp_path: Path) -> None:
    """An error that says so: an unknown digest, an unknown batch, a batch from before files were kept."""
    with pytest.raises(NotFound), kept_on_disk(database, "0" * 64):
        pass
    with pytest.raises(NotFound):
        kept_file(database, 1)
    report = import_file(database, "figures", table(tmp_path / "a.csv", 1))
    with database.writing() as connection:
        connection.execute(ReceivedFile.__table__.delete())  # type: ignore[attr-defined]
    with pytest.raises(NotFound, match="not kept"):
        kept_file(database, report.batch_id or 0)


def test_a_failed_import_keeps_no_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is part of the one transaction."""
    before = everything(database)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hand_overs, "record", fail)
    with pytest.raises(KeyboardInterrupt):
        importing.import_file(database, "figures", table(tmp_path / "a.csv", 1))
    assert everything(database) == before
