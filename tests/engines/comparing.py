"""Exact comparison of the results of two engines: tables, columns, types, and every value bit for bit."""

import polars as pl

from service.domain.tables import KEYS
from service.jobs.engines import Results

_SHOWN = 5


def differences(expected: Results, found: Results) -> str:
    """Return what differs, table by table and column by column with its first rows; empty when nothing."""
    told = [f"tables: {sorted(expected)}, {sorted(found)}"] if expected.keys() != found.keys() else []
    for name in sorted(expected.keys() & found.keys()):
        told += _of_table(name, expected[name], found[name])
    return "\n".join(told)


def _of_table(name: str, expected: pl.DataFrame, found: pl.DataFrame) -> list[str]:
    if expected.schema != found.schema:
        differing = set(expected.schema.items()) ^ set(found.schema.items())
        return [f"{name}: columns or types differ: {sorted(map(str, differing)) or 'in their order'}"]
    keys = list(KEYS[name])
    if not expected.select(keys).equals(found.select(keys)):
        only = expected.join(found, on=keys, how="anti", nulls_equal=True).head(_SHOWN)
        more = found.join(expected, on=keys, how="anti", nulls_equal=True).head(_SHOWN)
        rows = f"{expected.height} and {found.height} rows"
        return [f"{name}: {rows}; only the first has\n{only}\nonly the second has\n{more}"]
    told: list[str] = []
    for column in expected.columns:
        differs = _bits(expected[column]).ne_missing(_bits(found[column]))
        if differs.any():
            pair = expected.select(keys).with_columns(
                expected[column].alias("first"), found[column].alias("second")
            )
            told.append(f"{name}.{column}: {differs.sum()} rows differ\n{pair.filter(differs).head(_SHOWN)}")
    return told


def _bits(values: pl.Series) -> pl.Series:
    """Doubles as the 64 bits that they are; 0.0 is not -0.0."""
    if values.dtype != pl.Float64:
        return values
    bits = pl.Series(values.fill_null(0.0).to_numpy().view("int64"))
    return pl.select(pl.when(values.is_not_null()).then(bits)).to_series()
