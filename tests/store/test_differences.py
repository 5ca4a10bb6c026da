"""Where two calculations of one evaluation differ, told for a person to find it."""

import polars as pl

from service.jobs.differences import Cell, TableDifference, differences
from tests.support.wide import KEYS, results

MADE = results(50)


def test_the_same_rows_in_any_order_do_not_differ() -> None:
    """Nor does the order of columns count."""
    other = {name: table.reverse().select(reversed(table.columns)) for name, table in MADE.items()}
    assert differences(MADE, other, KEYS) == ()


def test_cells_rows_and_columns_are_told() -> None:
    """Changed cells by key, first rows first, five of them; rows and columns that only one side has."""
    high = pl.col("parcel_code") > "P000040"
    scores = MADE["scores"].with_columns(points=pl.when(high).then(pl.col("points") + 1).otherwise("points"))
    other = MADE | {
        "scores": scores.drop("grade"),
        "holdings": MADE["holdings"].slice(2),
        "unallocated": pl.concat(
            [MADE["unallocated"], MADE["unallocated"].with_columns(metric=pl.lit("output"))]
        ),
    }
    holdings, told, unallocated = differences(MADE, other, KEYS)
    assert (told.table, told.changed, told.gone, told.added, told.columns) == ("scores", 9, 0, 0, ("grade",))
    before = dict(MADE["scores"].select("parcel_code", "points").iter_rows())
    assert told.cells == tuple(
        Cell((code,), "points", before[code], before[code] + 1)
        for code in (f"P{n:06}" for n in range(41, 46))
    )
    assert holdings == TableDifference("holdings", 0, 2, 0, (), ())
    assert unallocated == TableDifference("unallocated", 0, 0, MADE["unallocated"].height, (), ())


def test_nothing_and_something_differ() -> None:
    """A value that is missing on one side, in a table whose keys may be missing too."""
    table = MADE["benchmarks"].with_columns(group=pl.lit(None, pl.String)).unique("indicator")
    other = table.with_columns(low=pl.lit(3, pl.Int64))
    (told,) = differences({"benchmarks": table}, {"benchmarks": other}, KEYS)
    assert (told.changed, told.gone, told.added) == (3, 0, 0)
    assert told.cells[0] == Cell(("all", "output_per_energy", None), "low", None, 3)


def test_a_table_of_one_side_is_told() -> None:
    """As all its rows."""
    (told,) = differences(MADE, {name: MADE[name] for name in MADE if name != "findings"}, KEYS)
    assert (told.table, told.gone, told.added) == ("findings", MADE["findings"].height, 0)
