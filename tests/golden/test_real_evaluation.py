"""Real registers evaluated, and every count made a second time from the files themselves, in plain Python."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyogrio
import pytest
from sqlalchemy import select

from service.jobs.covering import coverage
from service.jobs.evaluating import EvaluationSummary, evaluate
from service.reference.schemes import load_scheme
from service.store.database import Database
from service.store.models import Score
from tests.golden.test_real_imports import HANGZHOU, NYC, hand_over
from tests.shared_data import needs_shared_data

pytestmark = needs_shared_data

SCHEME = load_scheme(str(Path(__file__).with_name("nyc-scheme.yaml")))

Lot = dict[str, object]


@pytest.fixture(scope="module")
def lots() -> dict[str, Lot]:
    """The lots as the file has them, by borough, block and lot."""
    meta, _, _, columns = pyogrio.raw.read(NYC, read_geometry=False)
    rows = (dict(zip(meta["fields"], values, strict=True)) for values in zip(*columns, strict=True))
    return {str(int(row["BBL"])): row for row in rows}


@pytest.fixture
def new_york(database: Database, tmp_path: Path) -> tuple[Database, EvaluationSummary]:
    """New York imported and evaluated."""
    hand_over(database, "parcels", NYC, "nyc-parcels.yaml")
    hand_over(database, "figures", NYC, "nyc-figures.yaml")
    return database, evaluate(database, SCHEME, "2023")


def limit(lot: Lot) -> float:
    """Return the largest of the three limits."""
    return max(float(str(lot[name])) for name in ("ResidFAR", "CommFAR", "FacilFAR"))


def test_candidates_are_those_that_the_file_itself_gives(
    new_york: tuple[Database, EvaluationSummary], lots: dict[str, Lot]
) -> None:
    """Industrial lots built below their limit; the 11 without limit and the 4 without area are explained."""
    without_limit = {code for code, lot in lots.items() if limit(lot) == 0}
    without_area = {code for code, lot in lots.items() if lot["LotArea"] == 0}
    assert (len(lots), len(without_limit), len(without_area)) == (3772, 11, 4)
    candidates = {
        code
        for code, lot in lots.items()
        if lot["LandUse"] is not None
        and float(str(lot["LandUse"])) == 6
        and float(str(lot["BuiltFAR"])) < limit(lot)
        and code not in without_limit | without_area
    }
    database, _ = new_york
    with database.reading() as connection:
        query = select(
            Score.parcel_code, Score.far_uplift, Score.far_uplift_reasons, Score.additional_floor_area_m2
        )
        flagged = {code: rest for code, *rest in connection.execute(query)}
    assert {code for code, (flag, _, _) in flagged.items() if flag} == candidates
    assert candidates
    for code, (flag, reasons, gain) in flagged.items():
        said = set(reasons.split(",")) - {"", "below_limit", "undetermined"}
        expected = {"far_limit_zero"} if code in without_limit else set()
        assert said == expected | ({"land_area_zero"} if code in without_area else set())
        assert (flag is None) >= bool(said)
        if flag:
            area = Decimal(str(lots[code]["LotArea"])) * Decimal("0.09290304")
            room = Decimal(str(limit(lots[code]))) - Decimal(str(lots[code]["BuiltFAR"]))
            assert gain == pytest.approx(float(room * area), abs=0.02 + 0.005 * float(room))


def test_points_and_grades_agree_with_a_second_calculation(
    new_york: tuple[Database, EvaluationSummary], lots: dict[str, Lot]
) -> None:
    """Value ÷ mean, capped at one and a half; rank ÷ count at 20, 60 and 95 percent."""
    values = {}
    for code, lot in lots.items():
        area = int(Decimal(str(lot["LotArea"])) * Decimal("9.290304") + Decimal("0.5"))  # 0.01 m²
        if area:
            fen = Decimal(str(lot["AssessTot"])) * 100
            values[code] = int(fen * 1_000_000 / 15 / area + Decimal("0.5"))  # 1e-6 万元/亩
    mean = int(Decimal(sum(values.values())) / len(values) + Decimal("0.5"))
    points = {
        code: min(int(Decimal(v) / mean * 10**8 + Decimal("0.5")), 150_000_000) for code, v in values.items()
    }
    order = sorted(points.values(), reverse=True)
    rank = {value: order.index(value) + 1 for value in set(order)}
    grades = Counter(
        next(
            g
            for g, end in zip("ABCD", (20, 60, 95, 100), strict=True)
            if rank[value] * 100 <= end * len(points)
        )
        for value in points.values()
    )
    database, summary = new_york
    assert (summary.parcels, summary.scored) == (3772, 3768)
    assert summary.not_scored == {"land_area_zero": 4}
    assert summary.grades == dict(sorted(grades.items()))
    with database.reading() as connection:
        rows = connection.execute(select(Score.parcel_code, Score.points)).all()
    stored = {code: value for code, value in rows}  # noqa: C416 - a Row is no pair to dict()
    assert {code: value for code, value in stored.items() if value is not None} == {
        code: value / 1e6 for code, value in points.items()
    }


def test_hangzhou_is_shown_as_not_scored_and_counts_in_coverage(
    new_york: tuple[Database, EvaluationSummary], tmp_path: Path
) -> None:
    """540 polygons without any figure: a second district, none scored, all missing, each for a reason."""
    database, _ = new_york
    hand_over(database, "parcels", HANGZHOU, "hangzhou-parcels.yaml")
    parcel = load_scheme("parcel")
    summary = evaluate(database, parcel, "2023", "330100")
    assert (summary.parcels, summary.scored, summary.not_scored) == (540, 0, {"no_occupant": 540})
    report = coverage(database, None, ["2023"], parcel)
    assert report.districts == ["330100", "NYC"]
    assert (report.park[0].parcels.parcels, report.park[0].covered.parcels) == (540 + 3772, 0)
    hangzhou = [group for group in report.groups if group.district == "330100"]
    missing: Counter[str] = Counter()
    for group in hangzhou:
        missing.update({feed.feed.code: feed.missing.parcels - feed.partial.parcels for feed in group.feeds})
    assert missing == {
        "land_area": 0,
        "occupancy": 540,
        "enterprise": 540,
        "energy_equal_supply": 540,
        "output": 540,
        "tax": 540,
    }
    land = [feed for group in hangzhou for feed in group.feeds if feed.feed.code == "land_area"]
    assert sum(feed.partial.parcels for feed in land) == 540
    assert sum(feed.reasons.get("area_fallback", 0) for feed in land) == 540
