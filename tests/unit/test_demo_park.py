"""The demo park: plausible land, valid codes, and the same files every time."""

import csv
import io
import re
import zipfile
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from stdnum.cn import uscc

from service.demo import HAND_OVERS, generate
from service.demo.figures import YEARS, account
from service.demo.firms import DISTRICT
from service.demo.mistakes import full_width, with_subtotals, wrong_check_digit
from service.demo.park import Park, build
from service.domain.codes import normalise_parcel_code
from service.domain.hand_overs import Feed, HandedRow
from service.feeds.mappings.mapping import read_mapping
from service.feeds.profiles.catalogue import find_profile
from service.feeds.reading import Reading, read_hand_over
from service.feeds.records import KEY_FIELDS


@pytest.fixture(scope="module")
def park() -> Park:
    """The park that the demo shows."""
    return build(np.random.default_rng(20240101))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All its hand-overs."""
    folder = tmp_path_factory.mktemp("hand-overs")
    generate(folder)
    return folder


def test_it_has_about_four_hundred_parcels_in_five_towns(park: Park) -> None:
    """The park has the size that the README speaks of."""
    assert 380 <= len(park.parcels) <= 420
    assert len({parcel.plot.zone.name for parcel in park.parcels}) == 5


def test_parcels_are_valid_polygons_of_factory_size_that_do_not_overlap(park: Park) -> None:
    """Outlines are valid, between a workshop's and a great works' size, and nobody's land is another's."""
    outlines = np.array([parcel.plot.outline for parcel in park.parcels], dtype=object)
    assert shapely.is_valid(outlines).all()
    hectares = shapely.area(outlines) / 10_000
    assert hectares.min() > 0.2
    assert hectares.max() < 8.5
    # outlines are kept to the millimetre, so neighbours may share a sliver
    assert shapely.area(outlines).sum() - shapely.area(shapely.union_all(outlines)) < 1


def test_some_parcels_lie_on_both_sides_of_a_street_and_some_are_l_shaped(park: Park) -> None:
    """The shapes that trip software up are there."""
    outlines = [parcel.plot.outline for parcel in park.parcels]
    assert sum(outline.geom_type == "MultiPolygon" for outline in outlines) >= 5
    single = [outline for outline in outlines if outline.geom_type == "Polygon"]
    l_shaped = [outline for outline in single if 0.6 < outline.area / outline.convex_hull.area < 0.92]
    assert len(l_shaped) >= 8


def test_every_parcel_code_is_of_the_national_form_and_unique(park: Park) -> None:
    """19 characters: county, cadastral district and sub-district, feature code, serial number."""
    codes = [parcel.code for parcel in park.parcels]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert re.fullmatch(rf"{DISTRICT}\d{{6}}[GJ]B\d{{5}}", code)
        assert normalise_parcel_code(code) == code


def test_every_enterprise_has_a_valid_code_and_a_name_of_its_own(park: Park) -> None:
    """Check digits hold, names are unique, and the firms belong to manufacturing."""
    assert 690 <= sum(firm.local for firm in park.firms) <= 740
    assert all(uscc.is_valid(firm.uscc) for firm in park.firms)
    assert len({firm.uscc for firm in park.firms}) == len(park.firms)
    assert len({firm.name for firm in park.firms}) == len(park.firms)
    assert {firm.industry.division for firm in park.firms} <= {str(division) for division in range(13, 44)}


def test_the_ways_of_holding_land_all_occur(park: Park) -> None:
    """Owners alone, owners with tenants, one firm on several parcels, empty land, moves within the years."""
    roles = Counter(holding.role for holding in park.holdings)
    assert roles["own"] > 300
    assert roles["leased_in"] > 250
    assert roles["leased_out"] > 100
    owned = Counter(holding.firm.uscc for holding in park.holdings if holding.role == "own")
    assert sum(count > 1 for count in owned.values()) >= 15
    assert sum(parcel.owner is None for parcel in park.parcels) >= 8
    moves = [holding for holding in park.holdings if holding.valid_from or holding.valid_to]
    assert len(moves) > 30
    assert all((move.valid_from or date(2021, 1, 1)).year in YEARS for move in moves)
    assert any(not firm.local for firm in park.firms)


def test_what_tenants_lease_is_what_their_landlord_lets(park: Park) -> None:
    """On every parcel the floors leased in add up to the floor leased out."""
    for parcel in park.parcels:
        floors = Counter[str]()
        for holding in park.holdings:
            if holding.parcel is parcel:
                floors[holding.role] += holding.floor_area_m2  # type: ignore[assignment]
        assert floors["leased_in"] == pytest.approx(floors["leased_out"])
        assert floors["leased_out"] <= parcel.floor_area_m2 + 1e-6


def test_productivity_is_spread_and_follows_the_industry(park: Park) -> None:
    """Output per mu spreads over an order of magnitude and more, and electronics beats timber."""
    accounts = account(park, np.random.default_rng(1))
    per_mu = {
        division: np.median(
            [
                accounts[firm, 2023].output / firm.mu
                for firm in park.firms
                if firm.industry.division == division and (firm, 2023) in accounts and firm.mu > 0
            ]
        )
        for division in ("39", "20")
    }
    assert per_mu["39"] > per_mu["20"]
    values = [accounts[firm, 2023].output / firm.mu for firm in park.firms if (firm, 2023) in accounts]
    low, high = np.percentile(values, [5, 95])
    assert high / low > 8


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """A hand-over made again is the hand-over received before; another seed is another park."""
    again, other = tmp_path / "again", tmp_path / "other"
    generate(again)
    generate(other, seed=7)
    for hand_over in HAND_OVERS:
        first = (folder / hand_over.file_name).read_bytes()
        assert (again / hand_over.file_name).read_bytes() == first
        if hand_over.feed != "barriers":  # river and arteries are where they are
            assert (other / hand_over.file_name).read_bytes() != first


def test_every_file_is_listed_with_a_mapping_that_fits_its_feed(folder: Path) -> None:
    """What is generated is what is listed, and each mapping is one of its feed."""
    listed = {each.file_name for each in HAND_OVERS} | {each.mapping for each in HAND_OVERS if each.mapping}
    assert {path.name for path in folder.iterdir()} == listed
    for each in HAND_OVERS:
        if each.profile:
            assert find_profile(each.profile).mapping.feed == each.feed
        else:
            assert read_mapping(folder / each.mapping).feed == each.feed


def test_departments_hand_over_in_their_own_formats(folder: Path) -> None:
    """A GBK shapefile without a note of its encoding, GBK tax tables, workbooks."""
    with zipfile.ZipFile(folder / "资规_工业宗地.zip") as archive:
        parts = {name.rsplit(".", 1)[1] for name in archive.namelist()}
        assert parts == {"shp", "shx", "dbf", "prj"}
        assert "工业用地".encode("gbk") in archive.read("GYZD.dbf")
    table = list(csv.reader(io.StringIO((folder / "税务_2023年.csv").read_bytes().decode("gbk"))))
    assert table[0] == ["纳税人识别号", "纳税人名称", "所属年度", "评价税收（元）"]


def test_contracts_have_promises_gaps_and_works_that_are_late(folder: Path) -> None:
    """Most parcels have one; some promise nothing, some are under construction, some of those overdue."""
    rows = contents(folder, "资规_出让合同.xlsx")
    assert len({row["parcel_code"] for row in rows}) > 300
    tax = [float(row["tax_wan_yuan_per_mu"]) for row in rows if row["tax_wan_yuan_per_mu"]]
    assert 0.5 < len(tax) / len(rows) < 0.95
    assert 3 < np.median(tax) < 20
    unfinished = [row["complete_by"] for row in rows if row["completed_on"] is None]
    assert 8 <= len(unfinished) <= 60
    assert 0 < sum(day < date(2023, 12, 31) for day in unfinished) < len(unfinished)
    assert any(row["completed_on"] and row["completed_on"] > row["complete_by"] for row in rows)


def test_footprints_lie_within_the_parcel_and_under_its_floors(folder: Path) -> None:
    """The ground that buildings cover is no larger than the land, and no larger than all floors together."""
    rows = contents(folder, "资规_工业宗地.zip")
    known = [row for row in rows if row["footprint_area_m2"] is not None]
    assert len(rows) * 0.8 < len(known) < len(rows)
    for row in known:
        assert row["footprint_area_m2"] <= 0.73 * (row["geodesic_area_m2"] or 0)
        assert row["footprint_area_m2"] <= (row["floor_area_m2"] or row["footprint_area_m2"]) + 0.01


def test_titles_last_and_penalties_are_of_their_year(folder: Path) -> None:
    """Who had a title has it in the years after; every mark of the demo occurs."""
    carried = {
        year: {(key[1], key[4]) for row in rows(folder, f"资质_{year}年.xlsx") for key, _ in row.facts}
        for year in YEARS
    }
    for before, after in pairwise(YEARS):
        titles = {pair for pair in carried[before] if pair[1] in ("high_tech", "specialised_new")}
        assert len(titles) > 60
        assert len(titles - carried[after]) < 5  # a slip of who typed
    assert {metric for year in YEARS for _, metric in carried[year]} == {
        *("high_tech", "specialised_new", "listed", "safety_accident"),
        *("environmental_penalty", "credit_default", "relocation"),
    }


def rows(folder: Path, file_name: str) -> list[HandedRow]:
    """Return the rows of a hand-over with what they state."""
    return reading(folder, file_name).rows


def contents(folder: Path, file_name: str) -> list[dict[str, Any]]:
    """Return what the accepted rows of a hand-over of records state, by field."""
    found = reading(folder, file_name)
    names = [*KEY_FIELDS[found.mapping.feed], *found.fields]
    return [dict(zip(names, (*key, *values), strict=True)) for row in found.rows for key, values in row.facts]


def reading(folder: Path, file_name: str) -> Reading:
    """Read a hand-over of the demo by its own mapping."""
    hand_over = next(each for each in HAND_OVERS if each.file_name == file_name)
    mapping = read_mapping(folder / hand_over.mapping)
    return read_hand_over(folder / file_name, Feed(hand_over.feed), mapping)


def test_slips_are_what_they_say() -> None:
    """A wrong check digit is wrong, full-width text is full-width, and subtotals add up."""
    assert not uscc.is_valid(wrong_check_digit("91110000600037341L"))
    assert full_width("A1") == "Ａ１"
    rows = with_subtotals([["a", "1,000.5"], ["b", 2], ["c", "/"]], ["X", "X", "Y"], (1,))
    assert [row[0] for row in rows] == ["a", "b", "X小计", "c", "Y小计", "合计"]
    assert [rows[i][1] for i in (2, 4, 5)] == [1002.5, 0, 1002.5]
