"""What blocks are worth, and what they would take."""

from typing import Any

import polars as pl
import pytest

from service.levers.consolidation.potential import potential
from service.levers.consolidation.worth import DESCRIBED, WORTH, worth
from service.reference.consolidation import consolidation_rules

RULE = consolidation_rules().potential
MU = 10_000 / 15


def park(*rows: tuple[str, str | None, str, float | None, float | None]) -> pl.DataFrame:
    """Parcels of one mu each: code, industry, grade, tax, output."""
    schema = ["parcel_code", "industry", "grade", "tax", "output"]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        industry=pl.col("industry").cast(pl.String),
        industry_group=pl.lit("machinery"),
        land_area_m2=pl.lit(MU),
        tax=pl.col("tax").cast(pl.Float64),
        output=pl.col("output").cast(pl.Float64),
    )


def test_the_potential_is_the_median_of_efficient_parcels_of_the_industry() -> None:
    """Of those graded A or B with a figure; what others bring does not count."""
    efficient = [(f"A{n}", "C34", "AB"[n % 2], float(n), 10.0 * n) for n in range(1, 6)]
    others = [("D1", "3411", "D", 0.5, 1.0), ("C1", "34", "C", 99.0, None), ("X", "34", "A", None, None)]
    told = potential(park(*efficient, *others), RULE)
    (low,) = told.filter(pl.col("parcel_code") == "D1").to_dicts()
    assert (low["potential_tax"], low["potential_output"], low["compared_with"]) == (3, 30, "division")


def test_too_few_of_an_industry_are_compared_with_more() -> None:
    """With the group, then with all; where all are too few nothing is told."""
    efficient = [(f"A{n}", "C34", "A", float(n), None) for n in range(1, 6)]
    told = potential(park(*efficient, ("D", "35", "D", 1.0, 1.0)), RULE)
    (low,) = told.filter(pl.col("parcel_code") == "D").to_dicts()
    assert (low["potential_tax"], low["potential_output"]) == (3, None)
    assert low["compared_with"] == "industry_group"
    alone = potential(park(*efficient, ("D", None, "D", 1.0, 1.0)).with_columns(industry_group=None), RULE)
    assert sorted(alone["compared_with"].unique()) == ["division", "everything"]
    few = potential(park(*efficient[:4]), RULE)
    assert few["potential_tax"].null_count() == few["compared_with"].null_count() == 4


def described(*rows: dict[str, Any]) -> pl.DataFrame:
    """Parcels as blocks are summed up from; what is not named is null."""
    return pl.DataFrame([{**dict.fromkeys(DESCRIBED), **row} for row in rows], schema=DESCRIBED)


def of_blocks(*blocks: str) -> pl.DataFrame:
    """Blocks by the codes of their parcels."""
    first = [codes.split(",")[0] for codes in blocks]
    return pl.DataFrame({"first_parcel": first, "parcel_codes": list(blocks)})


HELD = pl.DataFrame(
    [
        ("A", "1", "一厂", "own"),
        ("B", "2", None, "own"),
        ("B", "1", "一厂", "leased_in"),
        ("C", "3", None, "leased_out"),
    ],
    schema=["parcel_code", "uscc", "name", "role"],
    orient="row",
)


def test_what_a_block_takes_and_brings() -> None:
    """Owners by title, else by the survey; firms once; sums of what is known; the rest is counted."""
    parcels = described(
        {"parcel_code": "A", "holder": "一厂", "holders": 1, "occupied_floor_m2": 100.0, "tax": 5.0}
        | {"output": 50.0, "potential_tax": 20.0, "potential_output": 40.0, "idle_ha": 1.0, "years": 2}
        | {"reasons": "vacancy,far_below_norm", "idle_land_ha": 0.5},
        {"parcel_code": "B", "holders": 2, "occupied_floor_m2": 50.0, "potential_tax": 7.0, "idle_ha": 0.25}
        | {"reasons": "far_below_norm"},
        {"parcel_code": "C", "holders": 0, "occupied_floor_m2": 0.0, "potential_tax": 1.0},
    )
    (told,) = worth(of_blocks("A,B,C"), parcels, HELD).to_dicts()
    assert {name: told[name] for name in WORTH} == {
        "owners": 2,  # 一厂 by title, the firm 2 by the survey
        "owner_unknown": 1,
        "title_holders": "一厂",
        "occupants": 2,
        "occupant_codes": "1,2",
        "floor_to_vacate_m2": 150.0,
        "years": 2,
        "kinds": "far_below_norm,vacancy",
        "idle_land_ha": 0.5,
        "idle_ha": 1.25,
        "tax": 5.0,
        "output": 50.0,
        "figures_unknown": 1,  # of C, where nobody is, it is known: nothing
        "potential_tax": 28.0,
        "potential_output": 40.0,
        "tax_gain": 16.0,
        "output_gain": 0.0,
    }
    assert told["rank"] == 1


def test_blocks_are_ranked_by_the_tax_to_be_gained() -> None:
    """Ties by the first code, and what nobody can tell last."""
    gains = {"A": 1.0, "B": 9.0, "C": 9.0, "D": None}
    rows = [{"parcel_code": code, "potential_tax": gain, "holders": 0} for code, gain in gains.items()]
    told = worth(of_blocks("D", "C", "A", "B"), described(*rows), HELD.clear())
    ranks = dict(told.select("first_parcel", "rank").iter_rows())
    assert ranks == {"B": 1, "C": 2, "A": 3, "D": 4}
    assert told["first_parcel"].to_list() == ["D", "C", "A", "B"]


def test_no_blocks_have_all_columns() -> None:
    """So that an empty table is a table."""
    told = worth(of_blocks("A").clear(), described(), HELD)
    assert told.height == 0
    assert set(told.columns) == {"first_parcel", "parcel_codes", "rank", *WORTH}
    assert potential(park(("A", "13", "A", 1.0, 1.0)).clear(), RULE).height == 0


@pytest.mark.parametrize("missing", ["tax", "output"])
def test_a_scheme_that_reads_no_such_figure_leaves_it_open(missing: str) -> None:
    """Nothing is made up."""
    told = potential(park(*((f"A{n}", "34", "A", 1.0, 1.0) for n in range(6))).drop(missing), RULE)
    assert told[f"potential_{missing}"].null_count() == 6
