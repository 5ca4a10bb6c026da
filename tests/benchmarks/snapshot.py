"""A synthetic snapshot of any size, seeded: what `service.store.snapshot.freeze` would write, made at once.

No row passes through Python, so that five million parcels take seconds. The same size and seed give the same
bytes. Numbers of parcels and firms grow with their codes, so that sorting by number is sorting by code.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from service.domain.tables import KEYS, SNAPSHOT
from service.store.frames import TYPES
from tests.benchmarks.park import STEP

PERIOD = "2023"
METRICS = ("energy_equal_supply", "output", "tax")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_JANUARY_FIRST = np.datetime64(f"{PERIOD}-01-01").astype(int)
_MU = 10_000 / 15


def write_snapshot(folder: Path, parcels: int, seed: int = 1) -> Path:
    """Write the tables of a park of so many parcels into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in make_tables(parcels, seed).items():
        table.write_parquet(folder / f"{name}.parquet")
    return folder


def write(folder: str, parcels: int) -> None:
    """Write a snapshot, as a work of its own process."""
    write_snapshot(Path(folder), parcels)


def tables_of(folder: Path) -> dict[str, pl.LazyFrame]:
    """Return the tables of a folder, read when needed."""
    return {name: pl.scan_parquet(folder / f"{name}.parquet") for name in SNAPSHOT}


def make_tables(parcels: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Return the tables of `SNAPSHOT`, as many enterprises as parcels and 1.5 occupancies for each.

    Every twelfth firm moved in or out within the year, nine parcels of ten have a contract, one firm of fifty
    reported nothing. Figures of parcels and of the year before are empty.
    """
    random = np.random.default_rng(seed)
    numbers = np.arange(parcels)
    codes, firms = parcel_codes(numbers), usccs(numbers)
    area = _minor(STEP * STEP * random.uniform(0.36, 0.9, parcels) * 111_000 * 96_600, 100)
    floor = _minor(area * random.uniform(0.2, 2.2, parcels), 1)
    limit = random.choice(np.array([12, 15, 20, 25]), parcels) * 100_000
    output = _minor(random.lognormal(8, 1, parcels), 1_000_000)
    tables = {
        "parcels": {
            "parcel_code": codes,
            "parcel": numbers,
            "town": pl.Series(numbers * 8 // parcels).cast(pl.String),
            "land_use": pl.Series(["industrial"]).new_from_index(0, parcels),
            "registered_area": area,
            "geodesic_area": area,
            "floor_area": floor,
            "footprint_area": _minor(area * random.uniform(0.15, 0.65, parcels), 1),
            "far_limit": limit,
        },
        "contracts": _contracts(random, codes, limit),
        "enterprises": {
            "uscc": firms,
            "enterprise": numbers,
            "industry": pl.Series(random.integers(13, 44, parcels)).cast(pl.String),
            "above_scale": random.random(parcels) < 0.4,
            "registered_on": _days(random.integers(-7_000, -200, parcels)),
        },
        "occupancies": _occupancies(random, codes, firms),
        "enterprise_figures": _figures(random, firms, output),
        "parcel_figures": {},
        "enterprise_figures_before": {},
        "parcel_figures_before": {},
        "passed_on": {},
        "places": {"parcel_code": codes, "parcel": numbers},
        "firms": {"uscc": firms, "enterprise": numbers},
    }
    return {name: _table(name, columns) for name, columns in tables.items() if name in SNAPSHOT}


def _occupancies(
    random: np.random.Generator, codes: pl.Series, firms: pl.Series
) -> dict[str, pl.Series | NDArray[np.int64]]:
    """Every firm on one parcel of its own and every second somewhere else too, each pair once."""
    parcels = len(codes)
    more = parcels // 2
    on = np.concatenate([random.permutation(parcels), random.integers(0, parcels, more)])
    by = np.concatenate([np.arange(parcels), random.integers(0, parcels, more)])
    pairs, first = np.unique(on * parcels + by, return_index=True)
    on, by = np.divmod(pairs, parcels)
    count = len(pairs)
    no = pl.Series([False]).new_from_index(0, count)
    moves = random.random(count)
    since = np.where(moves < 0.05, random.integers(0, 300, count), random.integers(-4_000, -1, count))
    until = pl.Series(_JANUARY_FIRST + random.integers(300, 364, count), dtype=pl.Int32).cast(pl.Date)
    left = pl.Series((moves >= 0.05) & (moves < 0.08))
    return {
        "parcel_code": codes.gather(on),
        "parcel": on,
        "uscc": firms.gather(by),
        "enterprise": by,
        "role": pl.Series(["own", "leased_in"]).gather((first >= parcels).astype(np.int64)),
        "floor_area": _minor(random.uniform(500, 20_000, count), 100),
        "valid_from": _days(since),
        "valid_to": until.to_frame("day").select(pl.when(left).then("day")).to_series(),
        "elsewhere": no,
        "here": ~no,
        "several": no,
    }


def _figures(
    random: np.random.Generator, firms: pl.Series, output: NDArray[np.int64]
) -> dict[str, pl.Series | NDArray[np.int64]]:
    reported = random.random(len(firms)) < 0.98
    energy = output / 1_000_000 * random.lognormal(-2, 0.5, len(firms))
    values = {
        "uscc": firms,
        "enterprise": np.arange(len(firms)),
        "energy_equal_supply": _minor(energy, 1_000),
        "output": output,
        "tax": _minor(output * random.uniform(0.01, 0.12, len(firms)), 1),
    }
    return dict(pl.DataFrame(values).filter(reported).to_dict())


def _contracts(
    random: np.random.Generator, codes: pl.Series, limit: NDArray[np.int64]
) -> dict[str, pl.Series | NDArray[np.int64]]:
    count = len(codes)
    signed = random.integers(-5_000, -300, count)
    values = {
        "parcel_code": codes,
        "parcel": np.arange(count),
        "signed_on": _days(signed),
        "complete_by": _days(signed + 730),
        "completed_on": _days(signed + random.integers(500, 900, count)),
        "tax_per_mu": random.integers(10, 40, count) * 1_000_000,
        "output_per_mu": random.integers(200, 600, count) * 1_000_000,
        "investment_per_mu": random.integers(200, 400, count) * 1_000_000,
        "energy_per_output": random.integers(60, 300, count) * 1_000_000,
        "far": (limit * random.uniform(0.4, 0.9, count)).astype(np.int64) // 10_000 * 10_000,
        "coverage": random.integers(30, 41, count) * 10_000,
    }
    return dict(pl.DataFrame(values).filter(random.random(count) < 0.9).to_dict())


def parcel_codes(numbers: NDArray[np.int64]) -> pl.Series:
    """Return the codes of parcels by their numbers, as `tests.benchmarks.park` names them."""
    number = pl.col("n")

    def digits(value: pl.Expr, width: int) -> pl.Expr:
        return value.cast(pl.String).str.zfill(width)

    district = digits(number // 10_000_000, 3)
    subdistrict = digits(number // 10_000 % 1000, 3)
    code = pl.concat_str(pl.lit("330299"), district, subdistrict, pl.lit("GB"), digits(number % 10_000, 5))
    return pl.DataFrame({"n": numbers}).select(code.alias("code")).to_series()


def usccs(numbers: NDArray[np.int64]) -> pl.Series:
    """Return unified social credit codes by number, with the check digit of GB 32100-2015."""
    stem = np.array([int(digit) for digit in "91330299"])
    weights = np.array([pow(3, place, 31) for place in range(17)])
    sums = np.full(len(numbers), int(stem @ weights[:8]))
    for place in range(8, 17):
        sums += numbers // 10 ** (16 - place) % 10 * weights[place]
    check = pl.Series(list(_ALPHABET)).gather((31 - sums % 31) % 31)
    code = pl.concat_str(pl.lit("91330299"), pl.col("n").cast(pl.String).str.zfill(9), pl.col("check"))
    return pl.DataFrame({"n": numbers, "check": check}).select(code.alias("uscc")).to_series()


def _table(name: str, columns: Mapping[str, pl.Series | NDArray[np.int64]]) -> pl.DataFrame:
    """Put columns in their order; those that nobody filled are null."""
    given = pl.DataFrame(dict(columns)) if columns else pl.DataFrame(schema=[KEYS[name][0]])
    metrics = {metric: "int" for metric in given.columns if metric not in SNAPSHOT[name]}
    declared = {**SNAPSHOT[name], **metrics}
    return given.select(
        (pl.col(column) if column in given.columns else pl.lit(None)).cast(TYPES[kind]).alias(column)
        for column, kind in declared.items()
    )


def _minor(values: NDArray[np.float64], per_unit: int) -> NDArray[np.int64]:
    return np.rint(values * per_unit).astype(np.int64)


def _days(offsets: NDArray[np.int64]) -> pl.Series:
    """Dates by their distance from the first day of the period."""
    return pl.Series((_JANUARY_FIRST + offsets).astype(np.int32)).cast(pl.Date)
