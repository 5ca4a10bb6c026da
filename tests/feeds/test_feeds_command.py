"""``mujun feeds`` and ``mujun import --profile``."""

from pathlib import Path

import pytest

from service.feeds.mappings.mapping import read_mapping
from service.feeds.profiles.catalogue import shipped_profiles
from service.store import hand_overs
from service.store.database import Database
from tests.feeds.handing import uscc, write_csv, write_xlsx
from tests.feeds.test_choosing import OWN
from tests.feeds.test_import_command import run
from tests.feeds.test_previewing import UNKNOWN

TAX = [["统一社会信用代码", "年度", "入库税收（元）"], [uscc(1), "2023", "57210.5"], [uscc(2), "2023", "五"]]


def test_a_preview_needs_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which column fills which field, the rows as read, and the counts, without any database."""
    file = write_csv(tmp_path / "税务.csv", TAX)
    url = f"sqlite:///{tmp_path}/absent.gpkg"
    status, out, err = run(["feeds", "preview", str(file)], url, monkeypatch, capsys)
    assert (status, err) == (0, "")
    assert not (tmp_path / "absent.gpkg").exists()
    assert "tax-finance" in out
    assert "入库税收（元）" in out
    assert "3 held number_unreadable" in out
    assert "read 读取 2: accepted 1, held 1, duplicate 0, skipped 0" in out


def test_a_guess_is_written_once_and_then_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file of the guess is a mapping under its own name; an existing file is not overwritten."""
    file, target = write_xlsx(tmp_path / "情况表.xlsx", {"表1": UNKNOWN}), tmp_path / "Our Form.yaml"
    arguments = ["feeds", "preview", str(file), "--write-profile", str(target)]
    assert run(arguments, "", monkeypatch, capsys)[0] == 0
    assert read_mapping(target).profile == "our-form"
    status, _, err = run(arguments, "", monkeypatch, capsys)
    assert status == 1
    assert "not overwritten" in err


def test_nothing_is_guessed_where_a_profile_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To ask for the guess of a file that needs none is a mistake, and no file appears."""
    file, target = write_csv(tmp_path / "税务.csv", TAX), tmp_path / "ours.yaml"
    status, _, err = run(
        ["feeds", "preview", str(file), "--write-profile", str(target)], "", monkeypatch, capsys
    )
    assert status == 1
    assert "nothing to guess" in err
    assert not target.exists()


def test_profiles_are_listed_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shipped ones and the installation's own; a profile is printed as it stands in its file."""
    (tmp_path / "our-tax.yaml").write_text(OWN, "utf-8")
    monkeypatch.setenv("MUJUN_PROFILES_DIR", str(tmp_path))
    status, out, _ = run(["feeds", "profiles", "list"], "", monkeypatch, capsys)
    assert status == 0
    assert all(name in out for name in ("our-tax", *shipped_profiles()))
    _, out, _ = run(["feeds", "profiles", "list", "--feed", "ratings"], "", monkeypatch, capsys)
    assert "enterprise-evaluation" in out
    assert "tax-finance" not in out
    assert (
        run(["feeds", "profiles", "show", "gas"], "", monkeypatch, capsys)[1]
        == shipped_profiles()["gas"].text
    )
    assert run(["feeds", "profiles", "show", "none"], "", monkeypatch, capsys)[0] == 1


@pytest.mark.parametrize("options", [["--profile", "tax-finance"], []])
def test_an_import_by_a_profile_keeps_its_name(
    database_url: str,
    options: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Named, or chosen as the only one that fits, which the report then says."""
    file = write_csv(tmp_path / "税务.csv", TAX)
    status, out, err = run(["import", "figures", str(file), *options], database_url, monkeypatch, capsys)
    assert (status, err) == (0, "")
    assert ("the only one that fits" in out) == (not options)
    database = Database(database_url)
    with database.reading() as connection:
        assert [batch["profile"] for batch in hand_overs.batches(connection)] == ["tax-finance"]
    database.dispose()


def test_a_layout_that_nobody_knows_is_not_imported(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No guess is used silently: the import ends with an error that says how to get on."""
    file = write_xlsx(tmp_path / "情况表.xlsx", {"表1": UNKNOWN})
    status, _, err = run(["import", "figures", str(file)], database_url, monkeypatch, capsys)
    assert status == 1
    assert "mujun feeds preview" in err
    database = Database(database_url)
    with database.reading() as connection:
        assert not hand_overs.batches(connection)
    database.dispose()
