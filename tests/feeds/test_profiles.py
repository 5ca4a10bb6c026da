from pathlib import Path

import pytest

from service.domain.hand_overs import Feed, Verdict
from service.feeds.choosing import mapping_for
from service.feeds.profiles import shipped_profiles
from service.feeds.reading import read_hand_over
from service.feeds.records import KEY_FIELDS
from tests.feeds.handing import write_xlsx
from tests.feeds.profile_workbooks import rows_for, sheet_for

NAMES = list(shipped_profiles())


def workbook(folder: Path, name: str) -> Path:
    """Write the small workbook of a profile."""
    return write_xlsx(folder / "交付.xlsx", {"Sheet1": rows_for(shipped_profiles()[name].mapping)})


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_reads_its_own_layout(name: str, tmp_path: Path) -> None:
    """Title, header of one or two levels, rows, subtotal, footnote: two rows accepted, every field stated."""
    mapping = shipped_profiles()[name].mapping
    reading = read_hand_over(workbook(tmp_path, name), mapping.feed, mapping, district="330203")
    rows = reading.rows
    assert [row.verdict for row in rows].count(Verdict.ACCEPTED) == 2, [(r.reason, r.detail) for r in rows]
    assert {row.reason for row in rows if row.verdict is Verdict.SKIPPED} == {"title", "subtotal", "footnote"}
    if mapping.feed is Feed.FIGURES:
        told = {key[-1] for row in rows for key, _ in row.facts}
        assert told == set(mapping.metrics)
    else:
        assert set(reading.fields) >= sheet_for(mapping).fields - set(KEY_FIELDS[mapping.feed])


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_chosen_for_its_own_layout_and_no_other(name: str, tmp_path: Path) -> None:
    """No profile shadows another: for the workbook of each, it is the one that is chosen."""
    mapping = shipped_profiles()[name].mapping
    chosen = mapping_for(workbook(tmp_path, name), mapping.feed)
    assert chosen.mapping is mapping
    assert name in chosen.notes[0]
