"""New York's lots and printed limits of land-grant notices: totals worked out a second time in pandas."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import polars as pl
import pyogrio
import pytest

from service.feeds.profiles.catalogue import find_profile
from service.jobs.evaluating import evaluate
from service.jobs.importing import import_file
from service.jobs.levers import uplift as job
from service.levers.uplift import TERMS, Uplift, allowed
from service.reference.schemes import load_scheme
from service.store import terms
from service.store.database import Database
from tests.golden.test_real_imports import NYC, hand_over
from tests.levers.uplift.making import RULES, table
from tests.shared_data import SHARED_DATA, needs_shared_data
from tests.support.parks import HandOvers
from tests.support.stores import GeoPackages

pytestmark = needs_shared_data

SCHEME = load_scheme(str(Path(__file__).parents[2] / "golden" / "nyc-scheme.yaml"))
SQUARE_FOOT = 0.3048**2
TARGETS = {"far_1_5": 1.5, "far_2_0": 2.0, "limit": float("inf")}


@pytest.fixture(scope="module")
def lots() -> pd.DataFrame:
    """The lots as the file has them, with their limit and the floor that each scenario adds, in m²."""
    found = pyogrio.read_dataframe(NYC, read_geometry=False)
    found["most"] = found[["ResidFAR", "CommFAR", "FacilFAR"]].max(axis=1)
    known = (found["most"] > 0) & (found["LotArea"] > 0)
    for scenario, target in TARGETS.items():
        ratio = (found["most"].clip(upper=target) - found["BuiltFAR"]).clip(lower=0)
        found[scenario] = (ratio * found["LotArea"] * SQUARE_FOOT).where(known)
    found["code"] = found["BBL"].astype("int64").astype(str)
    return found


@pytest.fixture(scope="module")
def new_york(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uplift]:
    """What the lever works out for the lots of the store."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("lots") / "park.gpkg"))
    hand_over(database, "parcels", NYC, "nyc-parcels.yaml")  # type: ignore[arg-type]
    hand_over(database, "figures", NYC, "nyc-figures.yaml")  # type: ignore[arg-type]
    made = evaluate(database, SCHEME, "2023")
    with database.reading() as connection:
        yield job.worked_out(connection, made.id)
    database.dispose()


def test_floor_of_every_lot_and_zone(new_york: Uplift, lots: pd.DataFrame) -> None:
    """All 3,772 lots, candidates or not, per zone and scenario; and those of which nothing can be said."""
    assert (lots["most"] == 0).sum() == 11
    assert (lots["BuiltFAR"] > lots["most"]).sum() == 111
    assert (lots["LotArea"] == 0).sum() == 4
    assert (lots["BldgArea"] == 0).sum() == 827
    found = new_york.rows.to_pandas()
    assert len(found) == 3772 * 3
    for scenario in TARGETS:
        told = found[found["scenario"] == scenario].set_index("parcel_code")["floor_added_m2"]
        expected = lots.set_index("code")[scenario]
        assert told.isna().sum() == expected.isna().sum() == 15
        # an area is kept to 0.01 m²
        pd.testing.assert_series_equal(
            told.sort_index(), expected.sort_index(), check_names=False, rtol=1e-9, atol=0.1
        )
        by_zone = found[found["scenario"] == scenario].groupby("town")["floor_added_m2"].sum()
        for zone, total in lots.groupby("ibz")[scenario].sum().items():
            assert by_zone[zone] == pytest.approx(total, rel=1e-6)
    reasons = new_york.parcels.filter(pl.col("unknown_room").is_not_null())["unknown_room"].value_counts()
    assert dict(reasons.iter_rows()) == {"far_limit_zero": 11, "land_area_zero": 4}
    above = new_york.rows.filter(pl.col("far") > pl.col("far_limit"), pl.col("far_limit") > 0)
    assert set(above["floor_added_m2"]) == {0.0}


def test_totals_of_candidates_per_zone(new_york: Uplift, lots: pd.DataFrame) -> None:
    """Industrial lots below their limit, as the report sums them; the evaluation's own areas agree."""
    may_be = (lots["BuiltFAR"] < lots["most"]) & (lots["most"] > 0) & (lots["LotArea"] > 0)
    industrial = lots[may_be & (lots["LandUse"].astype(float) == 6)]
    report = new_york.report
    towns = report.sections[1].rows.filter(pl.col("scenario") == "limit", pl.col("town").is_not_null())
    told = {row["town"]: (row["candidates"], row["floor_added_m2"]) for row in towns.iter_rows(named=True)}
    assert {zone: count for zone, (count, _) in told.items()} == industrial.groupby("ibz").size().to_dict()
    for zone, total in industrial.groupby("ibz")["limit"].sum().items():
        assert told[zone][1] == pytest.approx(total, rel=1e-6)
    both = new_york.rows.filter(pl.col("scenario") == "limit", pl.col("found_by").is_not_null())
    whole = {total.code: total.value for total in report.sections[0].totals}
    added = sum(whole[f"floor_added_{which}_m2"] or 0 for which in ("known", "open"))
    assert added == pytest.approx(both["floor_added_m2"].sum())


def test_printed_limits_of_notices_bind_as_they_say(database: Database, tmp_path: Path) -> None:
    """≤55 % and 24 m leave five storeys: 2.75 of the 2.8 that are allowed; 60 m leave the ratio."""
    notices = pd.read_csv(SHARED_DATA / "cn_land_grants_notices.csv", dtype=str, keep_default_na=False)
    notices = notices[notices["坐落"].str.contains("江北|北仑|海县|高坦|宁波市原机电")]
    renamed = {
        "容积率_原文": "容积率",
        "建筑密度_原文": "建筑密度",
        "绿地率_原文": "绿地率",
        "限高_原文": "限高",
        "投资强度_原文": "投资强度",
    }
    handed = notices.rename(columns=renamed)[list(renamed.values())]
    handed.insert(0, "宗地代码", [f"P{number}" for number in range(len(handed))])
    handed.to_csv(tmp_path / "notices.csv", index=False, encoding="utf-8")
    built = {"registered_area_m2": 10_000, "far": 1, "floor_area_m2": 10_000}
    HandOvers(database, tmp_path).parcels(*({"code": code, **built} for code in handed["宗地代码"]))
    mapping = find_profile("grant-contracts").mapping
    report = import_file(database, "contracts", tmp_path / "notices.csv", mapping=mapping)
    assert report.held == 0
    with database.reading() as connection:
        known = terms.contracts(connection, "330299").select(
            "parcel_code",
            *(pl.col(name).alias(f"contract_{name}") for name in ("far_max", "coverage_max", "height_max_m")),
        )
    parcels = pl.DataFrame({"parcel_code": known["parcel_code"], "far_limit": [None] * known.height}).cast(
        {"far_limit": pl.Float64}
    )
    found = allowed(parcels, table(TERMS, known.to_dicts()), RULES)
    rows = found.sort("parcel_code").select("allowed_far", "binding").rows()
    told = dict(zip(notices["容积率_原文"], rows, strict=True))
    assert told == {
        "≥1.2": (None, None),  # no upper end, and nobody knows the plan's
        "2.0-3.0": (3.0, "far_contract"),
        "2.0<r≤2.8": (pytest.approx(2.75), "coverage"),
        "2.5≤r≤3.5": (3.5, "far_contract"),
    }
