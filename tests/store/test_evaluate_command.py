"""``mujun evaluate``, ``publish`` and ``schemes``: what they print, and how they end."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from service.jobs import evaluating
from service.store.database import Database
from tests.feeds.test_import_command import run
from tests.support.parks import hand_over_small_park
from tests.support.snapshots import scheme_text

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def park_url(database_url: str, tmp_path: Path, monkeypatch: Monkey) -> str:
    """The small park, handed over."""
    monkeypatch.setenv("MUJUN_DATA_DIR", str(tmp_path))
    database = Database(database_url)
    hand_over_small_park(database, tmp_path)
    database.dispose()
    return database_url


def test_a_park_is_evaluated_and_published(park_url: str, monkeypatch: Monkey, capsys: Captured) -> None:
    """The default scheme, grades and reasons, and the command that comes next."""
    status, out, err = run(["evaluate", "--period", "2023"], park_url, monkeypatch, capsys)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Evaluation 评价 1: 330299 2023, parcel, draft",
        "2 of 3 parcels scored 已评价宗地",
        "  B: 1",
        "  D: 1",
        "  not scored 未评价, no_occupant: 1 (nobody is known to hold the parcel, and it has no figures · "
        "无占用单位且无数据)",
        "To publish 发布: mujun publish 1",
    ]
    _, out, _ = run(["evaluate", "--period", "2023"], park_url, monkeypatch, capsys)
    assert "the same run exists 已有相同评价" in out
    status, out, _ = run(["publish", "1"], park_url, monkeypatch, capsys)
    assert (status, "published" in out, "To publish" in out) == (0, True, False)
    status, _, err = run(["publish", "1"], park_url, monkeypatch, capsys)
    assert (status, "(published)" in err) == (1, True)


def test_an_evaluation_is_repeated(park_url: str, monkeypatch: Monkey, capsys: Captured) -> None:
    """Both hashes and whether the code is the same; rows that differ are told, with exit status 1."""
    run(["evaluate", "--period", "2023"], park_url, monkeypatch, capsys)
    status, out, err = run(["evaluate", "--repeat", "1"], park_url, monkeypatch, capsys)
    lines = out.splitlines()
    assert (status, err, len(lines)) == (0, "", 5)
    assert lines[0].startswith("Evaluation 评价 1")
    assert lines[1].split()[-1] == lines[2].split()[-1]
    assert lines[3:] == ["code version 程序版本: the same 相同", "The rows are the same 结果相同."]

    calculate = evaluating.calculate

    def otherwise(*arguments: Any, **options: Any) -> Any:
        found = calculate(*arguments, **options)
        return found | {"scores": found["scores"].with_columns(grade=pl.lit("Z")).head(2)}

    monkeypatch.setattr(evaluating, "calculate", otherwise)
    status, out, _ = run(["evaluate", "--repeat", "1"], park_url, monkeypatch, capsys)
    assert status == 1
    assert "  scores: 2 rows changed 变化, 1 gone 缺少, 0 added 新增" in out
    assert "    P1 grade: B -> Z" in out


def test_what_to_do_must_be_said(park_url: str, monkeypatch: Monkey, capsys: Captured) -> None:
    """A period to evaluate, or an evaluation to repeat that exists."""
    status, _, err = run(["evaluate"], park_url, monkeypatch, capsys)
    assert (status, "--period" in err) == (2, True)
    status, _, err = run(["evaluate", "--repeat", "9"], park_url, monkeypatch, capsys)
    assert (status, "(not-found)" in err) == (1, True)


def test_a_scheme_of_ones_own_is_a_file(
    park_url: str, tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    """By path; a mistake in it is told with file and line."""
    own = tmp_path / "own.yaml"
    own.write_text(scheme_text(), encoding="utf-8")
    arguments = ["evaluate", "--scheme", str(own), "--period", "2023", "--district", "330299"]
    status, out, _ = run(arguments, park_url, monkeypatch, capsys)
    assert (status, "under-test" in out) == (0, True)
    own.write_text(scheme_text().replace("weight: 100", "weight: 90"), encoding="utf-8")
    status, _, err = run(arguments, park_url, monkeypatch, capsys)
    assert status == 1
    assert "sum to 90" in err
    assert "own.yaml:" in err


def test_what_cannot_be_evaluated_ends_with_status_1(
    park_url: str, monkeypatch: Monkey, capsys: Captured
) -> None:
    """A period that is none, a scheme that is none, a district without parcels."""
    for arguments, code in [
        (["--period", "23"], "invalid-period"),
        (["--period", "2023", "--scheme", "none-such"], "scheme-not-found"),
        (["--period", "2023", "--district", "x"], "district-not-found"),
    ]:
        status, _, err = run(["evaluate", *arguments], park_url, monkeypatch, capsys)
        assert (status, f"({code})" in err) == (1, True)
