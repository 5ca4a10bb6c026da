import sys
from pathlib import Path

import pytest

from service.cli import main
from service.store import hand_overs
from service.store.database import Database
from tests.feeds.handing import HEADER, TAX, uscc, write_csv

pytestmark = pytest.mark.usefixtures("wide_terminal")


def run(
    arguments: list[str], url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run `mujun` on a store; return its exit status, what it printed, and its errors."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", url)
    monkeypatch.setattr(sys, "argv", ["mujun", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    """A mapping file for the tax table."""
    (tmp_path / "tax.yaml").write_text(TAX, "utf-8")
    return str(tmp_path / "tax.yaml")


def test_files_are_imported_and_their_rows_accounted_for(
    database_url: str,
    tmp_path: Path,
    mapping: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A table shows the counts per file, held rows are explained below it, and holding is no error."""
    good = write_csv(tmp_path / "a.csv", [HEADER, [uscc(1), "", 2023, 5]])
    poor = write_csv(tmp_path / "b.csv", [HEADER, [uscc(2), "", 2023, "五"], [uscc(2), "", 2023, "/"]])
    arguments = ["import", "figures", str(good), str(poor), "--mapping", mapping, "--district", "330299"]
    status, out, err = run(arguments, database_url, monkeypatch, capsys)
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    cells = [line for line in lines if line and line[0] in ("a.csv", "b.csv")]
    assert cells == [["a.csv", "1", "1", "1", "0", "0", "0"], ["b.csv", "2", "2", "0", "1", "0", "1"]]
    assert "b.csv: 1 × number_unreadable: not a number · 无法识别为数值" in out
    database = Database(database_url)
    with database.reading() as connection:
        assert [batch["district"] for batch in hand_overs.batches(connection)] == ["330299", "330299"]
    database.dispose()


def test_an_unreadable_file_ends_with_status_1_after_telling_what_was_stored(
    database_url: str,
    tmp_path: Path,
    mapping: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The file before it is in the store, and both are said; the error says what, where and what to do."""
    good = write_csv(tmp_path / "a.csv", [HEADER, [uscc(1), "", 2023, 5]])
    bad = write_csv(tmp_path / "b.csv", [["x", "y"], ["1", "2"]])
    arguments = ["import", "figures", str(good), str(bad), "--mapping", mapping]
    status, out, err = run(arguments, database_url, monkeypatch, capsys)
    assert status == 1
    assert "a.csv" in out
    assert "invalid-mapping" in err
    assert "where 位置: b.csv, row 1" in err
    assert "what to do 处理" in err


def test_a_store_that_is_not_there_is_not_made_by_an_import(
    tmp_path: Path, mapping: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped address is told, with the command that would make a store."""
    good = write_csv(tmp_path / "a.csv", [HEADER, [uscc(1), "", 2023, 5]])
    arguments = ["import", "figures", str(good), "--mapping", mapping]
    status, _, err = run(arguments, f"sqlite:///{tmp_path / 'typo.gpkg'}", monkeypatch, capsys)
    assert status == 1
    assert "mujun init" in err
    assert not (tmp_path / "typo.gpkg").exists()
