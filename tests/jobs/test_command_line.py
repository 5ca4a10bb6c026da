"""Jobs on the command line: ordered in the background, worked off, looked at, cancelled and resumed."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import build
from service.store import hand_overs
from service.store.database import Database

_FIRMS = "uscc,name\n91350100M000100Y43,企业甲\n1234,企业丙\n"


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs a command on the store and returns what it prints."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MUJUN_DATA_DIR", str(tmp_path))

    def command(*words: str) -> str:
        result = CliRunner().invoke(build(), list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return command


def test_a_file_is_imported_in_the_background(run, database: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Cancelled before anybody works it is not imported; resumed and worked off it is."""
    path = tmp_path / "firms.csv"
    path.write_text(_FIRMS, encoding="utf-8")
    said = run("import", "enterprises", str(path), "--background")
    number = re.findall(r"[0-9a-f-]{36}", said)[0]
    assert "accepted" in run("jobs", "show", number)
    assert "dismissed" in run("jobs", "cancel", number)
    run("work", "--until-idle")
    with database.reading() as connection:
        assert hand_overs.last_batch(connection) == 0
    assert "accepted" in run("jobs", "resume", number)
    run("work", "--until-idle")
    shown = run("jobs", "show", number)
    assert "successful, 100 %" in shown
    assert '"accepted": 1' in shown
    assert "import" in run("jobs", "list", "--status", "successful")
