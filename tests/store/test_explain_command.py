"""``mujun explain`` and ``mujun reconcile`` as typed."""

import json
from pathlib import Path

import pytest

from service.cli import main
from service.jobs.evaluating import evaluate
from service.store.database import Database
from tests.support.parks import hand_over_small_park
from tests.support.snapshots import fixed


@pytest.fixture
def typed(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A store with an evaluation 1 of the small park, that commands find."""
    hand_over_small_park(database, tmp_path)
    assert evaluate(database, fixed(5), "2023").id == 1
    monkeypatch.setenv("MUJUN_DATABASE_URL", database.url.render_as_string(hide_password=False))
    return monkeypatch


def run(typed: pytest.MonkeyPatch, *words: str) -> int:
    """Type a command and return its exit status."""
    typed.setattr("sys.argv", ["mujun", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_result_is_explained_in_a_few_lines(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The formula of each indicator with its numbers, and which cut-off gave the grade."""
    assert run(typed, "explain", "1", "P1") == 0
    told = capsys.readouterr().out
    assert "300 万元 ÷ 15 亩 = 20 万元/亩; 20 ÷ 5 × 100 = 400" in told
    assert "÷ 2 = 50% ≤ 60% → B" in told


def test_it_is_written_as_a_sheet_and_as_json(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Both at once, if wanted; an unknown parcel is no traceback."""
    sheet = tmp_path / "sheet.html"
    assert run(typed, "explain", "1", "P2", "--html", str(sheet)) == 0
    assert "宗地评价结果说明单" in sheet.read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(typed, "explain", "1", "P2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["parcel"]["parcel_code"] == "P2"
    assert run(typed, "explain", "1", "P9") == 1
    assert "P9" in capsys.readouterr().err


def test_the_reconciliation_is_a_table(typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that was reported is somewhere."""
    assert run(typed, "reconcile", "1") == 0
    assert "450 万元" in capsys.readouterr().out
    assert run(typed, "reconcile", "2") == 1
