"""``mujun scheme`` as a policy officer meets it."""

from pathlib import Path

import pytest

from service.jobs.evaluating import evaluate
from service.reference.scheme_text import read_scheme
from service.reference.schemes import scheme_names, scheme_source, shipped_scheme
from service.store.database import Database
from tests.api.test_command_line import Run, mujun
from tests.support.parks import hand_over_small_park
from tests.support.snapshots import indicator, scheme_text, track

pytestmark = pytest.mark.one_store

__all__ = ["mujun"]


def test_schemes_are_listed_with_document_and_periods(mujun: Run) -> None:
    """Every shipped one; no store is needed."""
    listed = mujun("scheme", "list")
    assert listed.status == 0
    for word in (*scheme_names(), "2022", "any 不限"):
        assert word in listed.stdout


def test_a_shipped_scheme_is_shown_as_it_was_written(mujun: Run) -> None:
    """With its comments, so that a county can begin from it."""
    assert mujun("scheme", "show", "parcel").stdout == scheme_source("parcel")
    unknown = mujun("scheme", "show", "none-such")
    assert (unknown.status, "scheme-not-found" in unknown.stderr) == (1, True)


def test_the_scheme_of_an_evaluation_is_shown_and_compared(
    mujun: Run, database: Database, tmp_path: Path
) -> None:
    """What is printed reads back as the very scheme that was stored."""
    hand_over_small_park(database, tmp_path)
    done = evaluate(database, shipped_scheme("parcel"), "2023")
    shown = mujun("scheme", "show", f"evaluation:{done.id}").stdout
    assert read_scheme(shown, "shown.yaml").content_hash() == done.scheme_hash
    assert mujun("scheme", "diff", f"evaluation:{done.id}", "parcel").status == 0
    assert mujun("scheme", "diff", f"evaluation:{done.id}", "huangyan-2022").status == 1
    assert mujun("scheme", "diff", "evaluation:99", "parcel").status == 2


def test_a_valid_scheme_is_summed_up(mujun: Run) -> None:
    """Tracks, weights, benchmarks, cut-offs, validity, and what is not verified with its reason."""
    told = mujun("scheme", "check", "huaian-like-2024")
    assert told.status == 0
    for words in (
        "in force today 现行有效",
        "  45  亩均税收 · Tax per mu (tax_per_mu)",
        "2 × mean 平均值, last year 上年",
        "A ≤ 20 %, B ≤ 60 %, C ≤ 95 %, D ≤ 100 %",
        "不参加排名: 注册不满两年 · Registered under two years → T",
        "加分: 高新技术企业加分 · High-tech enterprise; points 分值 3",
        "tracks.all_parcels.total.bonus_at_most: illustrative",
    ):
        assert words in told.stdout


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"valid_from": "2999-01-01"}, "not yet in force 尚未施行"),
        ({"valid_from": "2020-01-01", "valid_to": "2020-12-31"}, "ended"),
    ],
)
def test_the_summary_tells_whether_a_scheme_is_in_force(
    mujun: Run, tmp_path: Path, dates: dict[str, str], said: str
) -> None:
    """By the day in China."""
    file = tmp_path / "own.yaml"
    file.write_text(scheme_text(**dates), encoding="utf-8")
    assert said in mujun("scheme", "check", str(file)).stdout


def test_every_mistake_of_a_file_is_told_with_its_line(mujun: Run, tmp_path: Path) -> None:
    """Not only the first one."""
    file = tmp_path / "own.yaml"
    wrong = track(indicator(numerator="happiness", unit="万元/亩"), when="colour = 'red'")
    file.write_text(scheme_text(wrong), encoding="utf-8")
    told = mujun("scheme", "check", str(file))
    assert (told.status, told.stdout) == (1, "")
    lines = file.read_text(encoding="utf-8").splitlines()
    for part, said in (
        ("numerator: happiness", "Unknown metric 'happiness'"),
        ("when:", "Unknown property 'colour'"),
    ):
        number = next(n for n, line in enumerate(lines, 1) if part in line)
        assert f"own.yaml:{number}" in told.stderr
        assert said in told.stderr


CASES = """\
scheme: huangyan-2022
period: 2022
cases:
  - title: 恰为标杆值 at the benchmarks
    parcels:
      - {land_area: 15 亩, occupants: [{above_scale: false, figures: {tax: 90, electricity: 6000000}}], expect: {total: 57.7650}}
  - title: 写错 written wrongly
    parcels:
      - {land_area: 15 亩, occupants: [{above_scale: false, figures: {tax: 90, electricity: 6000000}}], expect: {total: 60}}
"""  # noqa: E501


def test_cases_are_tried_one_line_each(mujun: Run, tmp_path: Path) -> None:
    """A failed one says what was expected and what is, and the command ends with 1."""
    file = tmp_path / "cases.yaml"
    file.write_text(CASES, encoding="utf-8")
    told = mujun("scheme", "test", str(file))
    assert told.status == 1
    assert "ok 通过  恰为标杆值 at the benchmarks\n" in told.stdout
    assert f"FAILED 未通过  写错 written wrongly ({file}:7)" in told.stdout
    assert "1 total: expected 应为 60, is 实为 57.764993" in told.stdout
    assert "1 of 2 cases passed" in told.stdout
    assert mujun("scheme", "test", "parcel").status == 0


def test_cases_can_be_tried_on_another_scheme(mujun: Run, tmp_path: Path) -> None:
    """As on a draft of next year's rule."""
    draft = tmp_path / "draft.yaml"
    text = (
        scheme_source("huangyan-2022")
        .replace("value: 11.5932", "value: 10")
        .replace("value: 0.2352", "value: 0.1")
    )
    draft.write_text(text, encoding="utf-8")
    file = tmp_path / "cases.yaml"
    file.write_text(CASES, encoding="utf-8")
    told = mujun("scheme", "test", str(file), "--scheme", str(draft))
    assert told.stdout.count("FAILED") == 2


def test_a_wrong_case_file_is_refused_with_its_line(mujun: Run, tmp_path: Path) -> None:
    """And nothing is tried."""
    file = tmp_path / "cases.yaml"
    file.write_text(CASES.replace("tax: 90", "taks: 90"), encoding="utf-8")
    told = mujun("scheme", "test", str(file))
    assert (told.status, told.stdout) == (1, "")
    assert "invalid-cases" in told.stderr
    assert f"{file}:6" in told.stderr


def test_differences_are_told_in_the_words_of_the_field(mujun: Run) -> None:
    """By track and indicator, old → new, both languages; status 0 equal, 1 different, 2 error, as diff(1)."""
    told = mujun("scheme", "diff", "huangyan-2021", "huangyan-2022")
    assert told.status == 1
    for line in (
        "track 类别 below_scale: 规下工业企业 · Below scale",
        "  indicator 指标 tax_per_kwh: 单位电耗税收 · Tax per kilowatt-hour (changed 变化)",
        "    benchmark: value 标杆值：值: 0.236565 → 0.2352",
    ):
        assert f"{line}\n" in told.stdout
    same = mujun("scheme", "diff", "parcel", "parcel")
    assert (same.status, "the same" in same.stdout) == (0, True)
    wrong = mujun("scheme", "diff", "parcel", "none-such")
    assert (wrong.status, "scheme-not-found" in wrong.stderr) == (2, True)
