from pathlib import Path

import pytest
import shapely

from service.domain.hand_overs import Feed, Verdict
from service.feeds.profiles.catalogue import shipped_profiles
from service.feeds.profiles.choosing import mapping_for
from service.feeds.reading import read_hand_over
from service.feeds.records import KEY_FIELDS
from tests.feeds.handing import write_layer, write_xlsx
from tests.feeds.profile_workbooks import rows_for, sheet_for

NAMES = list(shipped_profiles())
LAYERS = {"parcels-gis", "buildings", "barriers"}
"""Profiles of what comes with geometry, hence in no workbook."""


def hand_over(folder: Path, name: str) -> Path:
    """Write the small workbook of a profile, or a layer of two squares where the feed has geometry."""
    mapping = shipped_profiles()[name].mapping
    if name not in LAYERS:
        return write_xlsx(folder / "交付.xlsx", {"Sheet1": rows_for(mapping)})
    sheet = sheet_for(mapping)
    columns = {column: list(cells) for column, cells in zip(sheet.names, sheet.cells, strict=True)}
    squares = [shapely.box(121.5 + x, 29.8, 121.501 + x, 29.801) for x in (0, 0.01)]
    return write_layer(folder / "交付.gpkg", squares, columns)


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_reads_its_own_layout(name: str, tmp_path: Path) -> None:
    """Title, header of one or two levels, rows, subtotal, footnote: two rows accepted, every field stated."""
    mapping = shipped_profiles()[name].mapping
    reading = read_hand_over(hand_over(tmp_path, name), mapping.feed, mapping, district="330203")
    rows = reading.rows
    assert [row.verdict for row in rows].count(Verdict.ACCEPTED) == 2, [(r.reason, r.detail) for r in rows]
    skipped = {row.reason for row in rows if row.verdict is Verdict.SKIPPED}
    assert skipped == (set() if name in LAYERS else {"title", "subtotal", "footnote"})
    if mapping.feed is Feed.FIGURES:
        told = {key[-1] for row in rows for key, _ in row.facts}
        assert told == set(mapping.metrics)
    else:
        assert set(reading.fields) >= sheet_for(mapping).fields - set(KEY_FIELDS[mapping.feed])


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_chosen_for_its_own_layout_and_no_other(name: str, tmp_path: Path) -> None:
    """No profile shadows another: for the workbook of each, it is the one that is chosen."""
    mapping = shipped_profiles()[name].mapping
    chosen = mapping_for(hand_over(tmp_path, name), mapping.feed)
    assert chosen.mapping is mapping
    assert name in chosen.notes[0]
